"""Exercises of chapter 13: the probability of an image, guidance, the best of N, and what is never seen."""

import itertools
import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question
from aecourse.text_to_image import vocabulary


def _sequences(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Logits for every place, and the tokens that stand there; the last are 197 tokens of 384, as an image has."""
    batch, places, size = (4, 197, 384) if k == 4 else (3 + k, 5 + k, 6)
    logits = 2 * torch.randn(batch, places, size, generator=generator)
    return logits, torch.randint(0, size, (batch, places), generator=generator)


def _two_logits(generator: Generator, k: int) -> tuple[Tensor, Tensor, float]:
    """The last are for 384 tokens, and reach as far as a prior's do."""
    shape = (4, 384) if k == 4 else (3 + k, 6)
    conditional, unconditional = 1 + torch.randn(2, *shape, generator=generator)
    if k == 4:
        conditional, unconditional = 8 * conditional, 5 * unconditional
    return conditional, unconditional, (0.5, 1.5, 2.0, 3.0, 0.3)[k]


def _scores(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Scores of N images of each caption and whether each is right; neither the first nor the worst one is a good bet.
    The last are log-probabilities of eight images of each of a hundred captions, as in the chapter."""
    count, n = (100, 8) if k == 4 else (40 + k, 5)
    right = torch.rand(count, n, generator=generator) < 0.35
    right[0], right[1] = False, True
    scores = torch.randn(count, n, generator=generator) + 1.5 * right
    return -130 + 20 * torch.randn(count, 1, generator=generator) + 4 * scores if k == 4 else scores, right


def _pairs(generator: Generator, k: int) -> tuple[tuple[str, str], set[tuple[str, str]]]:
    """Trial by trial: a pair that was seen, two unknown words, an unknown colour, an unknown shape; the last is a pair of
    the course's own words that its training never showed."""
    if k == 4:
        held = vocabulary.HELD_COLOUR_SHAPE
        named = [[(c, s) for s in vocabulary.SHAPES] for c in vocabulary.COLOURS]
        new = held.nonzero()[torch.randint(int(held.sum()), (1,), generator=generator)][0].tolist()
        return named[new[0]][new[1]], {named[i][j] for i, j in (~held).nonzero().tolist()}
    seen = {("red", "star"), ("red", "moon"), ("blue", "star"), ("green", "heart")}
    return (("red", "star"), ("pink", "cross"), ("pink", "star"), ("blue", "cross"))[k], seen


def log_probability(logits, tokens):
    return logits.log_softmax(dim=2).gather(2, tokens[:, :, None])[:, :, 0].sum(dim=1)


def guide(conditional, unconditional, w):
    return conditional + w * (conditional - unconditional)


def best_of_n(scores, right):
    best = scores.argmax(dim=1, keepdim=True)
    return right.gather(1, best).float().mean()


def never_seen(pair, seen):
    words_known = pair[0] in {a for a, _ in seen} and pair[1] in {b for _, b in seen}
    return words_known and pair not in seen


def hold_out(colours, shapes, k):
    longer = max(len(colours), len(shapes))
    stay = {(colours[i % len(colours)], shapes[i % len(shapes)]) for i in range(longer)}
    others = [(colour, shape) for colour in colours for shape in shapes if (colour, shape) not in stay]
    return set(others[:k])


def _holds_out(fn: Callable, generator: Generator) -> str | None:
    """Whether k pairs are held out and every word stays in training, for the course's words and for some of them, up to
    the largest k that is possible."""
    for m, n, k in ((10, 10, 20), (3, 5, 6), (6, 4, 18), (4, 4, 12), (2, 7, 7), (10, 10, 90)):
        colours, shapes = list(vocabulary.COLOURS[:m]), list(vocabulary.SHAPES[:n])
        given = fn(list(colours), list(shapes), k)
        if not isinstance(given, set | frozenset | list | tuple) or not all(
            isinstance(pair, tuple | list) and len(pair) == 2 for pair in given
        ):
            return "a set of pairs is asked for, each a tuple (colour, shape)"
        held = {tuple(pair) for pair in given}
        every = {(colour, shape) for colour in colours for shape in shapes}
        if held and held <= {(shape, colour) for colour, shape in every}:
            return "each pair is (colour, shape), in this order"
        if not held <= every:
            return "some pairs are not of these colours and shapes"
        if len(held) != k:
            return f"with {m} colours, {n} shapes and k = {k}, {k} different pairs are asked for; {len(held)} came"
        if {c for c, _ in every - held} != set(colours) or {s for _, s in every - held} != set(shapes):
            return "a word is in no pair that stays in training: the model cannot know what it means, so its pairs do not test composing"
    return None


def _each(logits, tokens):
    """The logarithm of the probability of every token, (batch, places)."""
    return logits.log_softmax(dim=2).gather(2, tokens[:, :, None])[:, :, 0]


EXERCISES = (
    Exercise(
        "13.1", "the probability of a sequence",
        "`logits` is (batch, places, K): at each place the scores, not normalised, of the K tokens that may stand there, given all before. `tokens` (batch, places), whole numbers (int64), are those that do. Write `log_probability(logits, tokens)`: log p of each whole sequence, (batch,), in nats. An image has 197 places.",
        ("What is the probability of a sequence, if that of each token given all before is known?", "A product over the places: its logarithm is a sum.", "`logits.log_softmax(dim=2)`, then `gather` the logarithms of those that stand there."),
        _sequences, log_probability,
        (
            Wrong(lambda logits, tokens: logits.gather(2, tokens[:, :, None])[:, :, 0].sum(dim=1), "the logits were not normalised: log_softmax makes probabilities of them"),
            Wrong(lambda logits, tokens: _each(logits, tokens).mean(dim=1), "averaged over places: that is log p per token, not of the sequence"),
            Wrong(lambda logits, tokens: -log_probability(logits, tokens), "that is the energy, −log p"),
            Wrong(lambda logits, tokens: -_each(logits, tokens).mean(), "that is `cross_entropy` with its default, −log p averaged over places and batch: log p of each sequence is asked for, a sum over places"),
            Wrong(lambda logits, tokens: -_each(logits, tokens).sum(), "that is −log p summed over the batch too: log p of each sequence is asked for"),
            Wrong(lambda logits, tokens: -_each(logits, tokens).mean(dim=1), "−log p averaged over places: log p of the whole sequence is asked for, a sum, and with its own sign"),
            Wrong(lambda logits, tokens: _each(logits, tokens).sum(), "summed over the batch too: every sequence has its own"),
            Wrong(lambda logits, tokens: log_probability(logits, tokens).mean(), "averaged over the batch: every sequence has its own"),
            Wrong(lambda logits, tokens: _each(logits, tokens), "log p of every token: those of one sequence are to be added"),
            Wrong(lambda logits, tokens: _each(logits, tokens).exp().sum(dim=1), "probabilities were added: they multiply, their logarithms add"),
            Wrong(lambda logits, tokens: _each(logits, tokens).exp().sum(dim=1).log(), "the logarithm of a sum of probabilities: they multiply, so their logarithms are added"),
            Wrong(lambda logits, tokens: _each(logits, tokens).exp().prod(dim=1), "that is p itself; for 197 tokens no 32-bit float can hold it. Its logarithm is asked for"),
            Wrong(lambda logits, tokens: _each(logits, tokens).exp().prod(dim=1).log(), "the product of 197 probabilities is 0 in 32 bits and in 64, and its logarithm −∞: add the logarithms instead"),
            Wrong(lambda logits, tokens: log_probability(logits, tokens) / math.log(2), "that is in bits: asked are nats"),
            Wrong(lambda logits, tokens: logits[:, :-1].log_softmax(dim=2).gather(2, tokens[:, 1:, None])[:, :, 0].sum(dim=1), "shifted by one place: here the logits at a place are already those of its own token"),
            Wrong(lambda logits, tokens: _each(logits, tokens)[:, 1:].sum(dim=1), "the first token was left out: it has a probability too"),
            Wrong(lambda logits, tokens: torch.nn.functional.cross_entropy(logits, tokens), "`cross_entropy` wants the K scores in the second place, `logits.transpose(1, 2)`, and averages unless told otherwise"),
            Wrong(lambda logits, tokens: logits.log_softmax(dim=1).gather(2, tokens[:, :, None])[:, :, 0].sum(dim=1), "the softmax went over places: at each place the K probabilities add up to 1"),
            Wrong(lambda logits, tokens: logits.softmax(dim=2).log_softmax(dim=2).gather(2, tokens[:, :, None])[:, :, 0].sum(dim=1), "a softmax too many: `log_softmax` (and `cross_entropy`) take the logits themselves"),
            Wrong(lambda logits, tokens: logits.log_softmax(dim=2).amax(dim=2).sum(dim=1), "that is the likeliest token at each place; asked is the one that stands there"),
        ),
        "a sum of as many logarithms as there are tokens",
    ),
    Exercise(
        "13.2", "guidance",
        "`conditional` and `unconditional` are logits, (batch, K), with the caption and without; `w` is a number from 0 up. Guidance goes on along the straight line from `unconditional` to `conditional`: w = 0 stays at `conditional`, w = 1 goes beyond it by as much again as the two are apart. "
        "Write `guide(conditional, unconditional, w)`: the logits there, (batch, K), not normalised.",
        ("What does a caption add to the logits?", "That is a difference; w is how often it is added once more.", "Start at the conditional logits."),
        _two_logits, guide,
        (
            Wrong(lambda conditional, unconditional, w: unconditional + w * (conditional - unconditional), "that is another convention: at w = 0 it ignores the caption, at w = 1 it is the conditional model"),
            Wrong(lambda conditional, unconditional, w: conditional + w * (unconditional - conditional), "the wrong way: that weakens the caption"),
            Wrong(lambda conditional, unconditional, w: unconditional + w * (unconditional - conditional), "that starts at the unconditional logits and goes away from the caption"),
            Wrong(lambda conditional, unconditional, w: (1 + w) * conditional, "that only lowers the temperature; what is likely without any caption should be taken off"),
            Wrong(lambda conditional, unconditional, w: conditional - w * unconditional, "for two equal logits nothing should change, and this shrinks both: take the *difference* of the two, w times, on top of the conditional ones"),
            Wrong(lambda conditional, unconditional, w: conditional + w * unconditional, "the unconditional logits were added: what is likely without any caption should be taken off"),
            Wrong(lambda conditional, unconditional, w: (conditional + w * unconditional) / (1 + w), "an average of both weakens the caption"),
            Wrong(lambda conditional, unconditional, w: w * (conditional - unconditional), "that is only the step: it starts at the conditional logits"),
            Wrong(lambda conditional, unconditional, w: (1 + w) * conditional - unconditional, "w + 1 times the conditional logits go with w times the unconditional ones, not with one of them"),
            Wrong(lambda conditional, unconditional, w: guide(conditional, unconditional, w) / (1 + w), "divided by 1 + w: that takes the sharpening away again"),
            Wrong(lambda conditional, unconditional, w: guide(conditional, unconditional, w * w), "w enters once, not squared"),
            Wrong(lambda conditional, unconditional, w: guide(conditional, unconditional, w).softmax(dim=1), "those are probabilities: the logits are asked for"),
            Wrong(lambda conditional, unconditional, w: guide(conditional, unconditional, w).log_softmax(dim=1), "the same probabilities, but normalised: the point on the line itself is asked for"),
            Wrong(lambda conditional, unconditional, w: guide(conditional.softmax(dim=1), unconditional.softmax(dim=1), w), "probabilities were moved, and some become negative: move the logits"),
            Wrong(lambda conditional, unconditional, w: guide(conditional.log_softmax(dim=1), unconditional.log_softmax(dim=1), w), "both were normalised first: the same probabilities, but the point on the line itself is asked for"),
        ),
        "w = 0 changes nothing, equal logits stay as they are",
    ),
    Exercise(
        "13.3", "best of N",
        "For each caption N images were drawn. `scores` (captions, N) are their log-probabilities, no two alike; `right` (captions, N), bool, is the checker's verdict. Write `best_of_n(scores, right)`: the share of captions whose best-scored image is right, one number from 0 to 1.",
        ("Which of the two, score or verdict, may choose the image?", "The place of the highest score of each caption: what does `right` say there?", "`argmax(dim=1, keepdim=True)` and `right.gather(1, …)`; a mean is of floats."),
        _scores, best_of_n,
        (
            Wrong(lambda scores, right: right.any(dim=1).float().mean(), "any image right: that is an oracle which looks at the verdict. The score has to choose"),
            Wrong(lambda scores, right: right.float().mean(), "the share of all images: no choice was made"),
            Wrong(lambda scores, right: right[:, 0].float().mean(), "the first image of each caption: no choice was made"),
            Wrong(lambda scores, right: right.gather(1, scores.argmin(dim=1, keepdim=True)).float().mean(), "the worst-scored image was chosen"),
            Wrong(lambda scores, right: right.all(dim=1).float().mean(), "all N right: one is enough, if the score finds it"),
            Wrong(lambda scores, right: right.flatten()[scores.argmax()].float(), "the best of all images together; every caption has its own best"),
            Wrong(lambda scores, right: right.gather(0, scores.argmax(dim=0, keepdim=True)).float().mean(), "the best caption for each of the N draws: every caption has its own best image, `dim=1`"),
            Wrong(lambda scores, right: best_of_n(scores, right) * len(right), "the number of captions, not their share: divide by how many there are"),
            Wrong(lambda scores, right: right.gather(1, scores.argmax(dim=1, keepdim=True)).sum() / right.sum(), "divided by the number of right images: the share is of captions"),
            Wrong(lambda scores, right: right.gather(1, scores.argmax(dim=1, keepdim=True)).sum() / right.numel(), "divided by the number of all images: the share is of captions"),
            Wrong(lambda scores, right: right.gather(1, scores.argmax(dim=1, keepdim=True))[:, 0], "the verdict on each caption's best image: their share is asked for"),
            Wrong(lambda scores, right: (scores.softmax(dim=1) * right).sum(dim=1).mean(), "weighted by the scores: that is drawing one of the N, not choosing the best"),
            Wrong(lambda scores, right: 1 - best_of_n(scores, right), "that is the share of captions whose best image is wrong"),
        ),
        "between the share of all and the oracle's",
    ),
    Exercise(
        "13.4", "never seen in training",
        "`pair` is a tuple (colour, shape) of words, `seen` the set of all such pairs in the training set; no word is both a colour and a shape. Write `never_seen(pair, seen)`: True if the *combination* is new, though each of its two words was seen; else False.",
        ("Can a model compose with a word that it never saw?", "Both words have to occur in some pair of `seen`...", "... and the pair itself must not."),
        _pairs, never_seen,
        (
            Wrong(lambda pair, seen: pair not in seen, "a word that training never showed makes a new pair too, but then the model cannot know what it means"),
            Wrong(lambda pair, seen: pair in seen, "the wrong way round"),
            Wrong(lambda pair, seen: pair[0] in {a for a, _ in seen} and pair[1] in {b for _, b in seen}, "both words are known; but this pair may have been seen as well"),
            Wrong(lambda pair, seen: pair not in seen and pair[0] in {a for a, _ in seen}, "only the colour was looked up: the shape has to be known too"),
            Wrong(lambda pair, seen: pair not in seen and pair[1] in {b for _, b in seen}, "only the shape was looked up: the colour has to be known too"),
            Wrong(lambda pair, seen: pair not in seen and (pair[0] in {a for a, _ in seen} or pair[1] in {b for _, b in seen}), "one known word is not enough: both have to be"),
            Wrong(lambda pair, seen: not never_seen(pair, seen), "the answers are swapped: True means never seen"),
            Wrong(lambda pair, seen: pair[0] in seen and pair[1] in seen and pair not in seen, "`seen` holds pairs, so no single word is in it: collect the colours and the shapes first"),
        ),
        "known words, new combination",
    ),
    Exercise(
        "13.5", "what to hold out",
        "A training set is to show pairs of a colour and a shape, all but k, by which it is tested afterwards whether the model composes. Write `hold_out(colours, shapes, k)`: the k pairs (colour, shape) to hold out, a set of tuples, such that every colour and every shape stays in some training pair. "
        "`colours` and `shapes` are lists of different words; `k` is so small that it is possible, and may be as large as that. Any such choice is right.",
        ("Which pairs would you *keep*, to show every word with as few pairs as possible?", "With as many colours as shapes, a diagonal of the table shows every word. And with more of one kind?", "`colours[i % len(colours)]` starts again at the end. Hold out k of the pairs that are not kept."),
        None, hold_out,
        (
            Wrong(lambda colours, shapes, k: set(itertools.islice(itertools.product(colours, shapes), k)), "a word is in no pair that stays in training: the model cannot know what it means, so its pairs do not test composing"),
            Wrong(lambda colours, shapes, k: {(shape, colour) for colour, shape in hold_out(colours, shapes, k)}, "each pair is (colour, shape), in this order"),
            Wrong(lambda colours, shapes, k: set(zip(colours, shapes, strict=False)), "with 10 colours, 10 shapes and k = 20, 20 different pairs are asked for; 10 came"),
            Wrong(lambda colours, shapes, k: [" ".join(pair) for pair in hold_out(colours, shapes, k)], "a set of pairs is asked for, each a tuple (colour, shape)"),
        ),
        "every word is known, every held-out pair is new: what is right there was composed",
        judge=_holds_out,
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "A model draws nine of ten captions right that it never saw in training. Every pair in them was seen. Does it compose?",
        {
            "yes, the captions are new": "A caption is new as soon as any of its slots differs. What counts is whether its pairs are.",
            "that cannot be told: pairs that were seen need no composing": "Hold out pairs, not captions.",
            "no, one of ten is wrong": "Composing well and composing always are different things.",
        },
        "that cannot be told: pairs that were seen need no composing",
    ),
    Question(
        "Best of 8 by the checker itself reaches 99 %. What is that number worth?",
        {
            "it is the quality of the model": "The judge has chosen what it then judges.",
            "it says how often one of eight is right, no more": "An oracle's number: an upper bound for any score that chooses among eight.",
            "nothing": "It bounds what a better score could reach.",
        },
        "it says how often one of eight is right, no more",
    ),
    Question(
        "At temperature 0 the fifteen pictures of a grid are all alike. Why?",
        {
            "the model has learned one picture by heart": "At temperature 1 it draws many.",
            "always the likeliest token: there is no chance left": "The same caption, the same logits, the same choice.",
            "the seed is fixed": "With temperature 0 the seed does not matter.",
        },
        "always the likeliest token: there is no chance left",
    ),
)  # fmt: skip
