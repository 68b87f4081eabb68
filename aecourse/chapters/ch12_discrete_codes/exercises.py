"""Exercises of chapter 12: the nearest entry, a relaxed choice, how many entries are used, and the rate in bits."""

import math

import torch
from torch import Generator, Tensor

from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _codes(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Codes and a codebook whose entries differ in length, one of them very long, two of them in length only."""
    entries = torch.randn(4 + k, 3, generator=generator)
    entries[0] *= 6
    entries[2] = 2.5 * entries[1]  # of one direction, told apart by length alone
    near = entries[torch.arange(9 + k) % (4 + k)]
    return near + 0.3 * torch.randn(9 + k, 3, generator=generator), entries


def _logits(generator: Generator, k: int) -> tuple[Tensor, Tensor, float]:
    gumbel = -torch.empty(3 + k, 5, dtype=torch.float64).exponential_(generator=generator).log().float()
    return torch.randn(3 + k, 5, generator=generator), gumbel, (0.5, 2.0, 0.7, 1.5, 3.0)[k]


def _counts(generator: Generator, k: int) -> tuple[Tensor]:
    """How often each entry is used; some never, and never all alike."""
    counts = torch.randint(1, 50, (6 + k,), generator=generator).float()
    counts[0], counts[1] = 0, 100
    return (counts,)


def _grid(generator: Generator, k: int) -> tuple[Tensor, int]:
    """The tokens of some images, (m, places), and the size of the codebook, larger than what is used."""
    used = 3 + k
    tokens = torch.multinomial(torch.arange(1.0, used + 1), 12 * (5 + k), replacement=True, generator=generator)
    tokens[:used] = torch.arange(used)
    return tokens.view(12, 5 + k), 8 + 3 * k


def nearest(h, entries):
    return torch.cdist(h, entries).argmin(dim=1)


def gumbel_softmax(logits, gumbel, temperature):
    return ((logits + gumbel) / temperature).softmax(dim=1)


def perplexity(counts):
    share = counts / counts.sum()
    return torch.special.entr(share).sum().exp()


def rate(tokens, size):
    share = torch.bincount(tokens.flatten(), minlength=size) / tokens.numel()
    entropy = torch.special.entr(share).sum() / math.log(2)
    return tokens.shape[1] * entropy


EXERCISES = (
    Exercise(
        "12.1", "the nearest entry",
        "`h` is (batch, D), `entries` is (K, D). Write `nearest(h, entries)`: for every code the index of the entry at the smallest distance, (batch,).",
        ("`torch.cdist(h, entries)` is (batch, K).", "The smallest of each row: `argmin(dim=1)`."),
        _codes, nearest,
        (
            Wrong(lambda h, entries: (h @ entries.T).argmax(dim=1), "the largest inner product: that favours long entries. The distance is ‖h‖² − 2 h·e + ‖e‖²"),
            Wrong(lambda h, entries: torch.cdist(h, entries).argmax(dim=1), "the entry that is furthest away"),
            Wrong(lambda h, entries: torch.cdist(h, entries).argmin(dim=0), "for every entry the nearest code: one index for every code is asked for"),
            Wrong(lambda h, entries: entries[torch.cdist(h, entries).argmin(dim=1)], "those are the entries; asked are their indices, the tokens"),
            Wrong(lambda h, entries: torch.cdist(h, entries).amin(dim=1), "those are the distances; asked is whose they are"),
            Wrong(lambda h, entries: torch.nn.functional.cosine_similarity(h[:, None], entries[None], dim=2).argmax(dim=1), "the smallest angle: entries of one direction and different lengths cannot be told apart"),
        ),
        "that index is the token",
    ),
    Exercise(
        "12.2", "a relaxed choice",
        "`logits` and `gumbel` are (batch, K), `temperature` is a positive number. Write `gumbel_softmax(logits, gumbel, temperature)`: the weights, (batch, K), that tend to a one-hot sample of softmax(logits) as the temperature goes to 0.",
        ("argmax(logits + G) is a sample of softmax(logits).", "Replace argmax by a softmax of everything, divided by the temperature."),
        _logits, gumbel_softmax,
        (
            Wrong(lambda logits, gumbel, temperature: (logits / temperature + gumbel).softmax(dim=1), "the noise was not divided: at a low temperature that draws hardly ever anything but the likeliest entry"),
            Wrong(lambda logits, gumbel, temperature: ((logits + gumbel) * temperature).softmax(dim=1), "multiplied by the temperature: a lower one should sharpen"),
            Wrong(lambda logits, gumbel, temperature: (logits / temperature).softmax(dim=1), "no noise: that is no sample, the same logits always choose alike"),
            Wrong(lambda logits, gumbel, temperature: ((logits.softmax(dim=1) + gumbel) / temperature).softmax(dim=1), "the noise goes to the logits, not to the probabilities"),
            Wrong(lambda logits, gumbel, temperature: (logits + gumbel).softmax(dim=1), "the temperature does not enter"),
            Wrong(lambda logits, gumbel, temperature: ((logits + gumbel) / temperature).softmax(dim=0), "the softmax went over the batch: the weights of one code add up to 1"),
        ),
        "low temperature: nearly one-hot, and hardly any slope",
    ),
    Exercise(
        "12.3", "how many entries are used",
        "`counts` is (K,): how often each entry was the nearest. Write `perplexity(counts)`: e to the entropy (in nats) of the shares, the number of entries that, all used alike, would be as unpredictable.",
        ("Shares add up to 1: divide by the sum.", "0 log 0 counts as 0: `torch.special.entr(p)` is −p log p with that rule."),
        _counts, perplexity,
        (
            Wrong(lambda counts: (counts > 0).sum(), "the number of entries used at all: one that is used once counts as much as one used always"),
            Wrong(lambda counts: torch.special.entr(counts / counts.sum()).sum(), "that is the entropy; its exponential is asked for"),
            Wrong(lambda counts: torch.special.entr(counts / counts.sum()).sum() / math.log(2), "that is the entropy in bits; asked is e to the entropy in nats"),
            Wrong(lambda counts: (-torch.special.entr(counts / counts.sum()).sum()).exp(), "the sign: perplexity is at least 1"),
            Wrong(lambda counts: (-(counts / counts.sum() * (counts / counts.sum()).log()).sum()).exp(), "0 log 0 became NaN: an unused entry counts as 0"),
            Wrong(lambda counts: torch.special.entr((counts + 1) / (counts + 1).sum()).sum().exp(), "1 was added to every count: an unused entry should not look used"),
        ),
        "K if all are used alike, 1 if the codebook has collapsed",
    ),
    Exercise(
        "12.4", "the rate",
        "`tokens` is (m, places), whole numbers below `size`. Write `rate(tokens, size)`: the bits for one image if every place is coded by itself with the best code for the shares of all tokens, places × entropy.",
        ("`torch.bincount(tokens.flatten(), minlength=size)` counts.", "Bits: the entropy in nats divided by log 2."),
        _grid, rate,
        (
            Wrong(lambda tokens, size: torch.tensor(tokens.shape[1] * math.log2(size)), "log₂ K a token: right for a code of fixed length; frequent tokens deserve shorter words"),
            Wrong(lambda tokens, size: rate(tokens, size) * math.log(2), "in nats; bits are asked for"),
            Wrong(lambda tokens, size: rate(tokens, size) / tokens.shape[1], "for one token; an image has as many as it has places"),
            Wrong(lambda tokens, size: rate(tokens, size) * len(tokens), "for all images together; asked is one"),
            Wrong(lambda tokens, size: torch.tensor(tokens.shape[1] * math.log2(len(tokens.unique()))), "as if all used tokens were equally frequent"),
        ),
        "the entropy of the tokens, times their number",
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
