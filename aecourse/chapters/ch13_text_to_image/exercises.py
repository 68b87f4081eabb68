"""Exercises of chapter 13: the probability of an image, guidance, the best of N, and what counts as never seen."""

import torch
from torch import Generator, Tensor

from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _sequences(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Logits for every place, and the tokens that stand there."""
    return 2 * torch.randn(3 + k, 5 + k, 6, generator=generator), torch.randint(
        0, 6, (3 + k, 5 + k), generator=generator
    )


def _two_logits(generator: Generator, k: int) -> tuple[Tensor, Tensor, float]:
    return (
        torch.randn(3 + k, 6, generator=generator),
        torch.randn(3 + k, 6, generator=generator),
        (0.5, 1.5, 2.0, 3.0, 0.3)[k],
    )


def _scores(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Scores of N images of each caption and whether each is right; neither the first nor the worst one is a good bet."""
    count, n = 40 + k, 5
    right = torch.rand(count, n, generator=generator) < 0.35
    right[0], right[1] = False, True
    return torch.randn(count, n, generator=generator) + 1.5 * right, right


def _pairs(generator: Generator, k: int) -> tuple[tuple[str, str], set[tuple[str, str]]]:
    """Trial by trial: a pair that was seen, one that was not, an unknown colour, an unknown shape, both unknown."""
    seen = {("red", "star"), ("red", "moon"), ("blue", "star"), ("green", "heart")}
    return (("red", "moon"), ("blue", "moon"), ("pink", "star"), ("blue", "cross"), ("pink", "cross"))[k], seen


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


EXERCISES = (
    Exercise(
        "13.1", "the probability of a sequence",
        "`logits` is (batch, places, K): at each place the scores of what may stand there, given all before. `tokens` is (batch, places). Write `log_probability(logits, tokens)`: log p of each whole sequence, (batch,), in nats.",
        ("A logarithm turns the product over places into a sum.", "`logits.log_softmax(dim=2)`, then `gather` the chosen ones."),
        _sequences, log_probability,
        (
            Wrong(lambda logits, tokens: logits.gather(2, tokens[:, :, None])[:, :, 0].sum(dim=1), "the logits were not normalised: log_softmax makes probabilities of them"),
            Wrong(lambda logits, tokens: logits.log_softmax(dim=2).gather(2, tokens[:, :, None])[:, :, 0].mean(dim=1), "averaged over places: that is log p per token, not of the sequence"),
            Wrong(lambda logits, tokens: -log_probability(logits, tokens), "that is the energy, −log p"),
            Wrong(lambda logits, tokens: logits.softmax(dim=2).gather(2, tokens[:, :, None])[:, :, 0].sum(dim=1), "probabilities were added: they multiply, their logarithms add"),
            Wrong(lambda logits, tokens: logits.softmax(dim=2).gather(2, tokens[:, :, None])[:, :, 0].prod(dim=1), "that is p itself; for 197 tokens no float can hold it. Its logarithm is asked for"),
            Wrong(lambda logits, tokens: logits[:, :-1].log_softmax(dim=2).gather(2, tokens[:, 1:, None])[:, :, 0].sum(dim=1), "shifted by one place: here the logits at a place are already those of its own token"),
            Wrong(lambda logits, tokens: logits.log_softmax(dim=1).gather(2, tokens[:, :, None])[:, :, 0].sum(dim=1), "the softmax went over places: at each place the K probabilities add up to 1"),
            Wrong(lambda logits, tokens: logits.log_softmax(dim=2).amax(dim=2).sum(dim=1), "that is the likeliest token at each place; asked is the one that stands there"),
        ),
        "a sum of as many logarithms as there are tokens",
    ),
    Exercise(
        "13.2", "guidance",
        "`conditional` and `unconditional` are logits, (batch, K), with the caption and without. Write `guide(conditional, unconditional, w)`: at w = 0 the conditional ones; the larger w, the further away from the unconditional ones.",
        ("Start at the conditional logits.", "Go w times the way from the unconditional ones to them, further on."),
        _two_logits, guide,
        (
            Wrong(lambda conditional, unconditional, w: unconditional + w * (conditional - unconditional), "that is another convention: at w = 0 it ignores the caption, at w = 1 it is the conditional model"),
            Wrong(lambda conditional, unconditional, w: conditional + w * (unconditional - conditional), "the wrong way: that weakens the caption"),
            Wrong(lambda conditional, unconditional, w: (1 + w) * conditional, "that only lowers the temperature; what is likely without any caption should be taken off"),
            Wrong(lambda conditional, unconditional, w: conditional - w * unconditional, "at the same place as a temperature change: for equal logits nothing should happen"),
            Wrong(lambda conditional, unconditional, w: (conditional + w * unconditional) / (1 + w), "an average of both weakens the caption"),
        ),
        "w = 0 changes nothing, equal logits stay as they are",
    ),
    Exercise(
        "13.3", "best of N",
        "For each caption N images were drawn. `scores` is (captions, N), `right` is (captions, N) bool, the checker's verdict. Write `best_of_n(scores, right)`: the share of captions whose best-scored image is right.",
        ("The index of the best score of each caption: `argmax(dim=1)`.", "`right.gather(1, index)` looks those up."),
        _scores, best_of_n,
        (
            Wrong(lambda scores, right: right.any(dim=1).float().mean(), "any image right: that is an oracle which looks at the verdict. The score has to choose"),
            Wrong(lambda scores, right: right.float().mean(), "the share of all images: no choice was made"),
            Wrong(lambda scores, right: right[:, 0].float().mean(), "the first image of each caption: no choice was made"),
            Wrong(lambda scores, right: right.gather(1, scores.argmin(dim=1, keepdim=True)).float().mean(), "the worst-scored image was chosen"),
            Wrong(lambda scores, right: right.all(dim=1).float().mean(), "all N right: one is enough, if the score finds it"),
            Wrong(lambda scores, right: right.flatten()[scores.argmax()].float(), "the best of all images together; every caption has its own best"),
        ),
        "between the share of all and the oracle's",
    ),
    Exercise(
        "13.4", "never seen in training",
        "`pair` is (colour, shape), `seen` is the set of all pairs in the training set. Write `never_seen(pair, seen)`: True if the *combination* is new, though each of its two words was seen.",
        ("Both words have to occur in some pair of `seen`.", "... and the pair itself must not."),
        _pairs, never_seen,
        (
            Wrong(lambda pair, seen: pair not in seen, "a word that training never showed makes a new pair too, but then the model cannot know what it means"),
            Wrong(lambda pair, seen: pair in seen, "the wrong way round"),
            Wrong(lambda pair, seen: pair[0] in {a for a, _ in seen} and pair[1] in {b for _, b in seen}, "both words are known; but this pair may have been seen as well"),
            Wrong(lambda pair, seen: pair not in seen and pair[0] in {a for a, _ in seen}, "only the colour was looked up: the shape has to be known too"),
            Wrong(lambda pair, seen: pair not in seen and pair[1] in {b for _, b in seen}, "only the shape was looked up: the colour has to be known too"),
        ),
        "known words, new combination",
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
