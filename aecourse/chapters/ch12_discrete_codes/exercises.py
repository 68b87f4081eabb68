"""Exercises of chapter 12: the nearest entry, a relaxed choice, the entries in use, the rate, and a rescue."""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from aecourse.checking.differences import stacked
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _codes(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Codes and a codebook whose entries differ in length, one of them very long, two of them in length only; the last
    are as in the chapter's picture. No code lies on a border between two entries."""
    if k == 4:
        h, entries = 4 * torch.rand(400, 2, generator=generator) - 2, torch.randn(7, 2, generator=generator)
    else:
        entries = torch.randn(4 + k, 3, generator=generator)
        entries[0] *= 6
        entries[2] = 2.5 * entries[1]  # of one direction, told apart by length alone
        h = 1.5 * torch.randn(60 + k, 3, generator=generator)
    two = (h[:, None] - entries).norm(dim=2).topk(2, largest=False).values
    return h[two[:, 1] - two[:, 0] > 1e-3], entries


def _logits(generator: Generator, k: int) -> tuple[Tensor, Tensor, float]:
    """The last are for the chapter's codebook, sharply cooled: exp of (logits + gumbel) / temperature is too large for
    32 bits."""
    shape = (4, 64) if k == 4 else (3 + k, 5)
    gumbel = -torch.empty(shape, dtype=torch.float64).exponential_(generator=generator).log().float()
    logits = torch.randn(shape, generator=generator)
    return 8 * logits if k == 4 else logits, gumbel, (0.5, 2.0, 0.7, 1.5, 0.1)[k]


def _counts(generator: Generator, k: int) -> tuple[Tensor]:
    """How often each entry is used; some never, and never all alike. The last as those of 512 entries for 2,000
    digits, most of them dead."""
    if k == 4:
        used = torch.randint(512, (40,), generator=generator)
        draws = torch.multinomial(torch.rand(40, generator=generator), 98_000, replacement=True, generator=generator)
        return (torch.bincount(used[draws], minlength=512),)
    counts = torch.randint(1, 50, (6 + k,), generator=generator)
    counts[0], counts[1] = 0, 100
    return (counts,)


def _grid(generator: Generator, k: int) -> tuple[Tensor, int]:
    """The tokens of some images, (m, places), and the size of the codebook, larger than what is used; in some places
    other tokens are frequent than elsewhere. The last have the chapter's 49 places and 512 entries."""
    used, m, places, size = (60, 40, 49, 512) if k == 4 else (3 + k, 12, 5 + k, 8 + 3 * k)
    tokens = torch.multinomial(torch.arange(1.0, used + 1), m * places, replacement=True, generator=generator)
    tokens[:used] = torch.arange(used)
    tokens = tokens.view(m, places)
    tokens[:, 0] = 0
    return tokens, size


def nearest_entry(h, entries):
    return torch.cdist(h, entries).argmin(dim=1)


def gumbel_softmax(logits, gumbel, temperature):
    return ((logits + gumbel) / temperature).softmax(dim=1)


def perplexity_of(counts):
    share = counts / counts.sum()
    return torch.special.entr(share).sum().exp()


def rate(tokens, size):
    share = torch.bincount(tokens.flatten(), minlength=size) / tokens.numel()
    entropy = torch.special.entr(share).sum() / math.log(2)
    return tokens.shape[1] * entropy


def rescue(h, entries, counts):
    dead = counts == 0
    chosen = torch.randperm(len(h))[: int(dead.sum())]
    rescued = entries.clone()
    rescued[dead] = h[chosen]
    return rescued


def _rescued(fn: Callable, generator: Generator) -> str | None:
    """Whether a collapsed codebook is used again, on codes that `fn` has not seen, and what was in use has stayed."""
    h, fresh = (torch.tensor([3.0, -2.0, 1.0]) + torch.randn(m, 3, generator=generator) for m in (1000, 20_000))
    entries = 0.1 * torch.randn(32, 3, generator=generator)
    counts = torch.bincount(nearest_entry(h, entries), minlength=32)
    handed = entries.clone()
    given = fn(h.clone(), handed, counts.clone())
    if given is None:
        return "your function returns None: is there a `return`?"
    if not torch.equal(handed, entries):
        return "your function changes `entries` in place; work on a copy, `entries.clone()`"
    new, dead = stacked(given), counts == 0
    if new is None or new.shape != entries.shape:
        came = tuple(new.shape) if new is not None else type(given).__name__
        return f"all K entries are asked for, {tuple(entries.shape)}; got {came}"
    new = new.float()
    if not torch.allclose(new[~dead], entries[~dead]):
        return "entries that are in use have moved: the decoder knows them; move the dead ones only"
    if torch.allclose(new, entries):
        return "nothing has moved: the dead entries are those with count 0"
    if len(new[dead].unique(dim=0)) < 0.5 * int(dead.sum()):
        return "many dead entries were put in one place: only one of them can be the nearest"
    used = len(nearest_entry(fresh, new).unique())
    if used < 24:
        return "of 32 entries fewer than 24 are used on fresh codes: where is an entry sure to be the nearest to some code?"
    return None


def _moved(entries, counts, places):
    """The codebook with its dead entries elsewhere."""
    return torch.where((counts == 0)[:, None], places, entries)


def _entropy(counts):
    """Of the shares, in nats."""
    return torch.special.entr(counts / counts.sum()).sum()


def _rate_of_each(tokens, size, dim):
    """The rate if the shares are counted along one dimension only, averaged over the other."""
    counts = torch.nn.functional.one_hot(tokens, size).sum(dim=dim)  # (places or m, size)
    return tokens.shape[1] * torch.special.entr(counts / tokens.shape[dim]).sum(dim=1).mean() / math.log(2)


def _by_hand(logits, gumbel, temperature):
    """A softmax that does not take the largest off first."""
    w = ((logits + gumbel) / temperature).exp()
    return w / w.sum(dim=1, keepdim=True)


EXERCISES = (
    Exercise(
        "12.1", "the nearest entry",
        "`h` (batch, D) are codes, `entries` (K, D) is a codebook. Write `nearest_entry(h, entries)`: for every code the index of the entry at the smallest (Euclidean) distance, (batch,) whole numbers.",
        ("How many distances are there in all, and which of them compete for one code?", "A table of distances, (batch, K): the place of the smallest in each row.", "`torch.cdist(h, entries)` is that table; `argmin`."),
        _codes, nearest_entry,
        (
            Wrong(lambda h, entries: (h @ entries.T).argmax(dim=1), "the largest inner product: that favours long entries. The distance is ‖h‖² − 2 h·e + ‖e‖²"),
            Wrong(lambda h, entries: (h @ entries.T).argmin(dim=1), "the smallest inner product: that is the entry which points the other way most. The distance is ‖h‖² − 2 h·e + ‖e‖²"),
            Wrong(lambda h, entries: (h.square().sum(dim=1, keepdim=True) - h @ entries.T + entries.square().sum(dim=1)).argmin(dim=1), "the 2 of ‖h‖² − 2 h·e + ‖e‖² is missing"),
            Wrong(lambda h, entries: torch.cdist(h, entries).argmax(dim=1), "the entry that is furthest away"),
            Wrong(lambda h, entries: torch.cdist(h, entries).argmin(dim=0), "for every entry the nearest code: one index for every code is asked for"),
            Wrong(lambda h, entries: torch.cdist(h, entries).argmin(), "the smallest distance of all: one index for every code is asked for, `dim=1`"),
            Wrong(lambda h, entries: entries[torch.cdist(h, entries).argmin(dim=1)], "those are the entries; asked are their indices, the tokens"),
            Wrong(lambda h, entries: torch.cdist(h, entries).amin(dim=1), "those are the distances; asked is whose they are"),
            Wrong(lambda h, entries: torch.nn.functional.cosine_similarity(h[:, None], entries[None], dim=2).argmax(dim=1), "the smallest angle: entries of one direction and different lengths cannot be told apart"),
            Wrong(lambda h, entries: torch.cdist(h, entries, p=1).argmin(dim=1), "absolute differences were added (the city-block distance): their squares are to be added"),
            Wrong(lambda h, entries: torch.cdist(h, entries, p=torch.inf).argmin(dim=1), "only the largest of the differences was counted: the squares of all are to be added"),
            Wrong(lambda h, entries: (h[:, None] - entries).sum(dim=2).abs().argmin(dim=1), "the differences were summed before they were squared: those of opposite sign cancel"),
            Wrong(lambda h, entries: (h[:, None] - entries).sum(dim=2).argmin(dim=1), "the differences were summed without a square: negative ones count as near"),
            Wrong(lambda h, entries: (h.norm(dim=1)[:, None] - entries.norm(dim=1)).abs().argmin(dim=1), "only the lengths were compared: two vectors of one length can be far apart"),
            Wrong(lambda h, entries: torch.cdist(h, entries).argmin(dim=1) + 1, "counted from 1: tensors count from 0"),
        ),
        "that index is the token",
    ),
    Exercise(
        "12.2", "a relaxed choice",
        "`logits` are (batch, K); `gumbel`, (batch, K), is Gumbel noise drawn for you; `temperature` is a number from 0.1 up. Write `gumbel_softmax(logits, gumbel, temperature)`: the weights, (batch, K), that tend to a one-hot sample of softmax(logits) as the temperature goes to 0.",
        ("How does Gumbel noise make a sample of softmax(logits)?", "argmax(logits + G) is such a sample: what is a soft argmax?", "A `softmax(dim=1)` of what argmax would see, divided by the temperature."),
        _logits, gumbel_softmax,
        (
            Wrong(lambda logits, gumbel, temperature: (logits / temperature + gumbel).softmax(dim=1), "the noise was not divided: at a low temperature that draws hardly ever anything but the likeliest entry"),
            Wrong(lambda logits, gumbel, temperature: (logits + gumbel / temperature).softmax(dim=1), "only the noise was divided: at a low temperature the logits would hardly count"),
            Wrong(lambda logits, gumbel, temperature: (logits + temperature * gumbel).softmax(dim=1), "the noise was multiplied by the temperature: it is the sum of both that is divided"),
            Wrong(lambda logits, gumbel, temperature: ((logits.log() + gumbel) / temperature).softmax(dim=1), "logits are logarithms already (and may be negative): add the noise to them as they are"),
            Wrong(lambda logits, gumbel, temperature: ((logits + gumbel) * temperature).softmax(dim=1), "multiplied by the temperature: a lower one should sharpen"),
            Wrong(lambda logits, gumbel, temperature: (logits / temperature).softmax(dim=1), "no noise: that is no sample, the same logits always choose alike"),
            Wrong(lambda logits, gumbel, temperature: ((logits - gumbel) / temperature).softmax(dim=1), "the noise was subtracted: Gumbel noise is not symmetric, and that is a sample of something else"),
            Wrong(lambda logits, gumbel, temperature: ((logits.softmax(dim=1) + gumbel) / temperature).softmax(dim=1), "the noise goes to the logits, not to the probabilities"),
            Wrong(lambda logits, gumbel, temperature: (logits + gumbel).softmax(dim=1), "the temperature does not enter"),
            Wrong(lambda logits, gumbel, temperature: (logits + gumbel).softmax(dim=1) / temperature, "the temperature divides what goes into the softmax, not what comes out: the weights add up to 1"),
            Wrong(lambda logits, gumbel, temperature: ((logits + gumbel) / temperature).softmax(dim=0), "the softmax went over the batch: the weights of one code add up to 1"),
            Wrong(lambda logits, gumbel, temperature: ((logits + gumbel) / temperature).log_softmax(dim=1), "those are the logarithms of the weights"),
            Wrong(lambda logits, gumbel, temperature: _by_hand(logits, gumbel, temperature), "exp of a number above 88 is infinite in 32 bits, and a quotient of two such is NaN: `softmax` takes the largest off first"),
            Wrong(lambda logits, gumbel, temperature: (logits + gumbel).argmax(dim=1), "that is the sampled index, the limit of temperature 0: the weights at this temperature are asked for"),
            Wrong(lambda logits, gumbel, temperature: torch.nn.functional.one_hot((logits + gumbel).argmax(dim=1), logits.shape[1]), "that is the limit of temperature 0, without a slope: the weights at this temperature are asked for"),
        ),
        "low temperature: nearly one-hot, and hardly any slope",
    ),
    Exercise(
        "12.3", "how many entries are used",
        "`counts` (K,) are whole numbers (int64): how often each entry was the nearest; some never. Write `perplexity_of(counts)`: e to the entropy (in nats) of the shares, the number of entries that, all used alike, would be as unpredictable. One number.",
        ("If one of four entries is never used and the others alike, what should come out?", "Shares add up to 1; the entropy is the sum of −p log p, with 0 log 0 = 0.", "`torch.special.entr(p)` is −p log p with that rule."),
        _counts, perplexity_of,
        (
            Wrong(lambda counts: (counts > 0).sum(), "the number of entries used at all: one that is used once counts as much as one used always"),
            Wrong(lambda counts: _entropy(counts), "that is the entropy; its exponential is asked for"),
            Wrong(lambda counts: _entropy(counts) / math.log(2), "that is the entropy in bits; asked is e to the entropy in nats"),
            Wrong(lambda counts: 2 ** _entropy(counts), "2 to an entropy in nats: 2 goes with bits, e with nats"),
            Wrong(lambda counts: (_entropy(counts) / math.log(2)).exp(), "e to an entropy in bits: e goes with nats, 2 with bits"),
            Wrong(lambda counts: (-_entropy(counts)).exp(), "the sign: perplexity is at least 1"),
            Wrong(lambda counts: (-(counts / counts.sum() * (counts / counts.sum()).log()).sum()).exp(), "0 log 0 became NaN: an unused entry counts as 0"),
            Wrong(lambda counts: torch.special.entr((counts + 1) / (counts + 1).sum()).sum().exp(), "1 was added to every count: an unused entry should not look used"),
            Wrong(lambda counts: torch.special.entr(counts.float().softmax(dim=0)).sum().exp(), "shares are counts divided by their sum; a softmax of counts is all but one-hot"),
            Wrong(lambda counts: torch.special.entr(counts / counts.sum()).mean().exp(), "the entropy is a sum over the entries, not a mean"),
            Wrong(lambda counts: 1 / (counts / counts.sum()).square().sum(), "that is one over the sum of squared shares, another count of entries in use: asked is e to the entropy"),
            Wrong(lambda counts: _entropy(counts).exp() / len(counts), "divided by K, a share of the codebook: the number of entries is asked for"),
        ),
        "K if all are used alike, 1 if the codebook has collapsed",
    ),
    Exercise(
        "12.4", "the rate",
        "`tokens` (m, places) are the tokens of m images, whole numbers (int64) from 0 to `size` − 1. Write `rate(tokens, size)`: the bits for one image if one code serves all tokens, the best for their shares over all images and places: places × entropy. One number.",
        ("What does a token cost that makes up a quarter of all?", "Count, divide by the number of all tokens, and take the entropy of the shares; it is the mean cost of a token.", "`torch.bincount(tokens.flatten(), minlength=size)` counts; bits are nats divided by log 2."),
        _grid, rate,
        (
            Wrong(lambda tokens, size: torch.tensor(tokens.shape[1] * math.log2(size)), "log₂ K a token: right for a code of fixed length; frequent tokens deserve shorter words"),
            Wrong(lambda tokens, size: rate(tokens, size) * math.log(2), "in nats; bits are asked for"),
            Wrong(lambda tokens, size: rate(tokens, size) / tokens.shape[1], "for one token; an image has as many as it has places"),
            Wrong(lambda tokens, size: rate(tokens, size) * math.log(2) / tokens.shape[1], "in nats and for one token; bits for one image are asked for"),
            Wrong(lambda tokens, size: rate(tokens, size) * len(tokens), "for all images together; asked is one"),
            Wrong(lambda tokens, size: rate(tokens, size) * len(tokens) / tokens.shape[1], "multiplied by the number of images: it is the number of places that an image has"),
            Wrong(lambda tokens, size: torch.tensor(tokens.shape[1] * math.log2(len(tokens.unique()))), "as if all used tokens were equally frequent"),
            Wrong(lambda tokens, size: math.ceil(rate(tokens, size) / tokens.shape[1]) * tokens.shape[1], "rounded up to whole bits a token: a good code for many tokens need not do that"),
            Wrong(lambda tokens, size: round(rate(tokens, size).item()), "rounded: a mean need not be a whole number of bits"),
            Wrong(lambda tokens, size: rate(tokens, size) / math.log2(size), "divided by log₂ K: that is the share of a code of fixed length. Bits are asked for"),
            Wrong(lambda tokens, size: _rate_of_each(tokens, size, 0), "another code for every place, each with shares of its own: here one code serves all tokens"),
            Wrong(lambda tokens, size: _rate_of_each(tokens, size, 1), "another code for every image, with the shares of that image: then each code would have to be sent too. Here one serves all"),
            Wrong(lambda tokens, size: tokens.shape[1] * 2 ** (rate(tokens, size) / tokens.shape[1]), "2 to the entropy is the perplexity; the rate is the entropy itself, times places"),
            Wrong(lambda tokens, size: -rate(tokens, size), "the sign: the logarithm of a share is negative, a number of bits is not"),
        ),
        "the entropy of the tokens, times their number",
    ),
    Exercise(
        "12.5", "rescue a codebook",
        "`h` (m, D) are the codes of a batch, `entries` (K, D) a codebook, m larger than K, and `counts` (K,) says how often each entry was the nearest to one of these codes: most never. Write `rescue(h, entries, counts)`: the new entries, (K, D); those in use stay where they are, the dead ones go where they will be used. "
        "Judged is what comes out: on fresh codes of the same kind, at least three quarters of the entries have to be used.",
        ("Why is a dead entry never the nearest?", "Where could an entry be put that is sure to be the nearest to at least one code?", "`h[torch.randperm(len(h))[:n]]` are n codes, no two the same; `torch.where` or a mask puts them in."),
        None, rescue,
        (
            Wrong(lambda h, entries, counts: entries, "nothing has moved: the dead entries are those with count 0"),
            Wrong(lambda h, entries, counts: h[: len(entries)], "entries that are in use have moved: the decoder knows them; move the dead ones only"),
            Wrong(lambda h, entries, counts: _moved(entries, counts, h[0]), "many dead entries were put in one place: only one of them can be the nearest"),
            Wrong(lambda h, entries, counts: _moved(entries, counts, torch.randn(entries.shape)), "of 32 entries fewer than 24 are used on fresh codes: where is an entry sure to be the nearest to some code?"),
        ),
        "a dead entry that stands on a code is the nearest to it",
        judge=_rescued,
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "What slope does an encoder get through argmin?",
        {
            "none: the index does not change when h moves a little": "That is why a slope is made up: straight-through, or a relaxed choice.",
            "that of the distance": "The distance has a slope, the index of the smallest one has not.",
            "an infinite one": "Only at the borders between cells, which a code meets with probability 0.",
        },
        "none: the index does not change when h moves a little",
    ),
    Question(
        "A codebook has 512 entries and a perplexity of 3. What does that say?",
        {
            "three entries are used": "About as unpredictable as three that are used alike; more may be used rarely.",
            "the code has collapsed: a token carries about 1.6 bits instead of 9": "log₂ 3 against log₂ 512. Start entries on codes, and restart the dead.",
            "the images are simple": "Perhaps, but the reconstructions would have to be perfect.",
        },
        "the code has collapsed: a token carries about 1.6 bits instead of 9",
    ),
    Question(
        "Patches are coded once as colours of all pixels, once as a palette and a mask. Why does the second compose?",
        {
            "it has fewer tokens": "It has more: a palette and a mask for each.",
            "a shape is the same tokens in every colour": "So a shape and a colour that never met still use tokens that are known.",
            "its codebook is larger": "It can be far smaller: it need not hold every pattern in every colour.",
        },
        "a shape is the same tokens in every colour",
    ),
)  # fmt: skip
