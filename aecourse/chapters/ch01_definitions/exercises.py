"""Exercises of chapter 1: who is observed when, which task belongs where, what a narrow middle lets through."""

import torch
from torch import Generator, Tensor

from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _nothing(generator: Generator, k: int) -> tuple:
    return ()


def _matrices(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """W_h reaches some coordinates of the middle, W_y reads some, by turns; small whole numbers, so that ranks are exact."""
    n, d = ((6, 4), (4, 6), (7, 5), (5, 8), (6, 5))[k]
    reached, read = (
        ((0, 1), (1, 2, 3)),
        ((0, 1, 2), (0, 1)),
        ((0, 1), (0, 1, 2)),
        ((0, 1, 2), (2, 3, 4)),
        ((0, 1, 2), (1, 2)),
    )[k]
    order = torch.randperm(d, generator=generator)
    W_h, W_y = torch.zeros(d, n), torch.zeros(n, d)
    W_h[order[list(reached)]] = _full_rank(len(reached), n, generator)
    W_y[:, order[list(read)]] = _full_rank(len(read), n, generator).T
    return W_h, W_y


def _full_rank(rows: int, columns: int, generator: Generator) -> Tensor:
    numbers = torch.randint(-2, 3, (rows, columns - rows), generator=generator).float()
    return torch.cat([torch.eye(rows), numbers], dim=1)[:, torch.randperm(columns, generator=generator)]


def observed():
    return {"training": {"x", "y"}, "testing": {"x"}}


def place():
    return {
        "handwriting to text": (True, True, True),
        "tomorrow's temperature": (False, False, False),
        "tumour or not": (True, False, False),
        "completing a melody": (False, False, True),
    }


def copied_dimensions(W_h, W_y):
    return torch.linalg.matrix_rank(W_y @ W_h).item()


def _replace(**changes):
    return lambda: {**observed(), **changes}


EXERCISES = (
    Exercise(
        "1.1", "who is observed when",
        "In a prediction task with a latent variable there are x, y, z, h and ỹ. Write `observed()`: it returns "
        '`{"training": {...}, "testing": {...}}`, two Python sets with the names in code (`"x"`, `"y"`, `"z"`, `"h"`, `"y_tilde"`) of the '
        "variables that somebody *observes* in each phase.",
        ("Computed is not observed: who computes, needs nobody to tell.", "What is predicted in testing is not there in testing."),
        _nothing, observed,
        (
            Wrong(_replace(testing={"x", "y"}), "y in testing is what we want to predict: nobody observes it there"),
            Wrong(_replace(training={"x", "y", "z"}), "z is latent: it is not observed in training either, it is inferred"),
            Wrong(_replace(training={"x", "y", "h", "y_tilde"}, testing={"x", "h", "y_tilde"}), "h and ỹ are computed from what is observed; nobody observes them"),
            Wrong(_replace(training={"x"}), "in training somebody does tell us y: that is what the cost compares with"),
        ),
        "x always, y in training only, z never; h and ỹ are computed",
    ),
    Exercise(
        "1.2", "four new tasks",
        "Write `place()`: for each task a triple `(supervised, latent, structured)` of booleans, in a dict with the names in bold as keys.\n\n"
        "- **handwriting to text**: people typed the text of each page; where one letter ends and the next begins is not marked, "
        "though it is needed to explain the page; the output must be words.\n"
        "- **tomorrow's temperature**, one number, from the temperatures so far; nothing hidden is inferred.\n"
        "- **tumour or not**: doctors labelled each scan; nothing hidden is inferred.\n"
        "- **completing a melody** from its first half; the second half must keep to the key; nothing hidden is inferred.",
        ("Supervised: y is a manual annotation. Self-supervised: y is of the same nature as x.", "Structured: the output has to satisfy constraints."),
        _nothing, place,
        (
            Wrong(lambda: {**place(), "tomorrow's temperature": (True, False, False)}, "tomorrow's temperature is of the same nature as today's: nobody annotates it, so it is self-supervised"),
            Wrong(lambda: {**place(), "handwriting to text": (True, False, True)}, "in handwriting, where the letters end is needed, and nobody marked it: there is a z"),
            Wrong(lambda: {**place(), "completing a melody": (False, False, False)}, "a melody has to keep to its key: the output obeys constraints, it is structured"),
            Wrong(lambda: {k: (not v[0], *v[1:]) for k, v in place().items()}, "supervised and self-supervised are swapped: supervised means that a person annotated y"),
        ),
        "the same letters, four different settings",
    ),
    Exercise(
        "1.3", "what gets through the middle",
        "A linear autoencoder computes $\\tilde y = W_y W_h y$. Only what survives in the middle can be copied. "
        "Write `copied_dimensions(W_h, W_y)`: the dimension of the set of all $\\tilde y$ that can come out, a whole number. "
        "`W_h` is (d, n), `W_y` is (n, d).",
        ("Which matrix takes y to ỹ?", "The dimension of the outputs of a linear map is its rank: `torch.linalg.matrix_rank`."),
        _matrices, copied_dimensions,
        (
            Wrong(lambda W_h, W_y: W_h.shape[0], "d is an upper bound only: directions that the matrices lose do not come out"),
            Wrong(lambda W_h, W_y: W_h.shape[1], "n dimensions go in; fewer may come out"),
            Wrong(lambda W_h, W_y: min(W_h.shape), "min(n, d) is what could get through at best; the matrices may let less through"),
            Wrong(lambda W_h, W_y: torch.linalg.matrix_rank(W_h).item(), "that is what W_h lets in; W_y may lose more on the way out"),
            Wrong(lambda W_h, W_y: torch.linalg.matrix_rank(W_y).item(), "that is what W_y could put out; W_h may have lost more before"),
            Wrong(lambda W_h, W_y: min(torch.linalg.matrix_rank(W_h).item(), torch.linalg.matrix_rank(W_y).item()), "the smaller of the two ranks is a bound only: W_y may lose just what W_h lets in"),
        ),
        "the rank of W_y W_h: the middle decides what can be copied",
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "In an autoencoder, which letter does the encoder read?",
        {
            "x": "There is no x in an autoencoder.",
            "y": "The target itself; that this is not cheating is due to what lies between.",
            "z": "A latent is never observed. It has to be inferred, and it is the decoder that reads it.",
        },
        "y",
    ),
    Question(
        "h and z both stand in the middle. What is the difference?",
        {
            "none": "h is computed from the input by one forward pass; z is not given and has to be inferred.",
            "h is computed, z is inferred": "And an encoder is a way to turn the second into the first: the next chapter.",
            "z is observed in training": "z is observed neither in training nor in testing.",
        },
        "h is computed, z is inferred",
    ),
    Question(
        "Predicting a missing word from its neighbours is …",
        {
            "supervised": "Nobody annotated anything: the word is of the same nature as its neighbours.",
            "self-supervised": "The target comes from the data itself.",
        },
        "self-supervised",
    ),
)  # fmt: skip
