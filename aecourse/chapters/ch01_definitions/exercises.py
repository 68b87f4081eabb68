"""Exercises of chapter 1: which letter is what, which task belongs where, what a narrow middle lets through."""

import functools

import torch
from torch import Generator, Tensor

from aecourse import data, energies, limits
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.predictions import Prediction
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
    if k == 4:  # what is read twice is the same
        W_h[order[2]] = W_h[order[1]]
    return W_h, W_y


def _full_rank(rows: int, columns: int, generator: Generator) -> Tensor:
    numbers = torch.randint(-2, 3, (rows, columns - rows), generator=generator).float()
    return torch.cat([torch.eye(rows), numbers], dim=1)[:, torch.randperm(columns, generator=generator)]


def letters():
    return {
        "the grey photograph": ("x", True, True),
        "the features computed from it": ("h", False, False),
        "which colouring is meant": ("z", False, False),
        "the colours proposed": ("y_tilde", False, False),
        "the original colours": ("y", True, False),
    }


def place():
    return {
        "handwriting to text": (True, True, True),
        "tomorrow's temperature": (False, False, False),
        "tumour or not": (True, False, False),
        "completing a melody": (False, False, True),
        "colouring a photograph": (False, True, True),
    }


def copied_dimensions(W_h, W_y):
    return torch.linalg.matrix_rank(W_y @ W_h).item()


def best_fit(E, tau):
    least, k = E.min(dim=1)
    return torch.where(least <= tau, k, -1)


def _energies(generator: Generator, k: int) -> tuple[Tensor, float]:
    """Energies of a few candidates each; in the last trial those of digits under ten numbers."""
    if k == 4:
        return _energies_of_digits(), 20.0
    E = torch.rand(6, 3 + k, generator=generator)
    E[k] += 1.5  # nothing fits here
    E[(k + 1) % 6, 1] = 0.01  # here something does
    E[(k + 2) % 6] *= 0.4  # here everything does
    E[(k + 3) % 6] += 0.6  # here one thing does, barely
    E[(k + 3) % 6, 2] = 0.5
    E[(k + 4) % 6, 0] = -2.0  # no energy is the lowest possible
    return E, 0.5


@functools.cache
def _energies_of_digits() -> Tensor:
    """Squared errors of sixty unseen digits under ten numbers, as twelve rows of five."""
    Y = data.digits("test")[:60]
    return energies.squared_error(Y, limits.pca(data.digits()[:2000], 10).reconstruct(Y)).view(12, 5)


def _given(change):
    """`letters` with something changed in what is known of each thing."""
    return lambda: {thing: change(*known) for thing, known in letters().items()}


def _called(**names):
    return _given(lambda name, training, use: (names.get(name, name), training, use))


def _observing(*observed):
    """As if these letters were observed: pairs of letter and phase."""
    return _given(
        lambda name, *seen: (name, *(was or (name, phase) in observed for phase, was in zip("tu", seen, strict=True)))
    )


def _placed(**changes):
    """`place` with the tasks in question placed elsewhere; a task is named by its first word."""
    return lambda: {task: changes.get(task.partition(" ")[0].removesuffix("'s"), at) for task, at in place().items()}


EXERCISES = (
    Exercise(
        "1.1", "letters for a new task",
        "A network learns to colour old photographs. It reads a grey photograph, computes features from it, and proposes colours. Several "
        "colourings are plausible (was the dress red or green?); a variable that nobody has recorded says which one is meant. For training there are "
        "colour photographs, turned grey. Write `letters()`: a dict with the five things in quotes as keys, and for each a triple: its name in "
        'code (`"x"`, `"y"`, `"z"`, `"h"` or `"y_tilde"`), whether somebody observes it in training, and whether somebody does in use.\n\n'
        '"the grey photograph", "the features computed from it", "which colouring is meant", "the colours proposed", "the original colours"',
        (
            "Take the things one by one: is it given, computed, or must it be found out?",
            "What is computed is not observed: who computes needs nobody to tell.",
            "Of an old photograph nobody has the colours; that is why we ask.",
        ),
        _nothing, letters,
        (
            Wrong(_called(y="y_tilde", y_tilde="y"), "y and ỹ are swapped: y is the target itself, ỹ what the network makes of it"),
            Wrong(_called(z="h", h="z"), "h and z are swapped: h is computed from the photograph, z would have to be inferred"),
            Wrong(_called(x="y", y="x"), "x and y are swapped: x is what is given also in use"),
            Wrong(_observing(("y", "u")), "in use the original colours are what we are after: nobody observes them there"),
            Wrong(_observing(("z", "t")), "nobody has recorded which colouring is meant, in training neither: z is latent"),
            Wrong(_observing(("h", "t"), ("h", "u"), ("y_tilde", "t"), ("y_tilde", "u")), "h and ỹ are computed; nobody has to hand us their values"),
            Wrong(_given(lambda name, training, use: (name, training and name != "y", use)), "in training somebody does show us the colours: that is what the cost compares with"),
        ),
        "x always, y in training only, z never; h and ỹ are computed",
    ),
    Exercise(
        "1.2", "five new tasks",
        "Write `place()`: for each task a triple `(supervised, latent, structured)` of True or False, in a dict with the names in bold as keys.\n\n"
        "- **handwriting to text**: pages, each with the words that a person typed for it. The model tries the ways to cut a line into letters and "
        "keeps the best; what comes out must be words.\n"
        "- **tomorrow's temperature**, one number, from those of ten years; a network reads them and answers.\n"
        "- **tumour or not**: scans, each with a doctor's verdict; a network reads one and answers yes or no.\n"
        "- **completing a melody**, learned from a shelf of scores; a network reads the first half and writes the second, which has to stay in key and in time.\n"
        "- **colouring a photograph**, the task of 1.1; the parts of one dress must agree.",
        (
            "Who made the target: a person, for this purpose, or was it there already?",
            "Is something tried out or unrecorded that has to be settled before y is explained?",
            "Could one part of the output make another part impossible?",
        ),
        _nothing, place,
        (
            Wrong(_placed(tomorrow=(True, False, False)), "tomorrow's temperature is of the same nature as today's: nobody annotates it, so it is self-supervised"),
            Wrong(_placed(handwriting=(True, False, True)), "in handwriting the cuts between letters have to be settled, and nobody marked them: there is a z"),
            Wrong(_placed(completing=(False, False, False)), "a melody has to stay in key and in time: its parts constrain each other, it is structured"),
            Wrong(_placed(completing=(True, False, True)), "the scores were there already; nobody annotated them for this, so the melody is self-supervised"),
            Wrong(_placed(colouring=(True, True, True)), "the colours were in the photographs already: nobody annotated them, so it is self-supervised"),
            Wrong(_placed(colouring=(False, False, True)), "which colouring is meant is recorded nowhere: there is a z"),
            Wrong(lambda: {task: (not supervised, *rest) for task, (supervised, *rest) in place().items()}, "supervised and self-supervised are swapped: supervised means that a person annotated y"),
        ),
        "the same letters, five different settings",
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
    Exercise(
        "1.4", "the best answer, or none",
        "`E` holds energies, shape (batch, k): for each x those of the same k candidate answers. Write `best_fit(E, tau)`: for each x the index of the "
        "candidate that fits best, shape (batch,), whole numbers from 0 to k − 1; but −1 where no candidate has an energy of at most `tau`, for then nothing fits.",
        (
            "Two questions for each row: which candidate is it, and is it good enough?",
            "`E.min(dim=1)` answers both at once: it returns the least values and their places.",
            "`torch.where(condition, a, b)` chooses row by row.",
        ),
        _energies, best_fit,
        (
            Wrong(lambda E, tau: E.argmin(dim=1), "something is answered even where nothing fits: an energy may say so, a probability could not"),
            Wrong(lambda E, tau: torch.where(E.max(dim=1).values <= tau, E.argmax(dim=1), -1), "the largest energy is the worst fit: energies are low when things fit"),
            Wrong(lambda E, tau: E.argmax(dim=1), "the largest energy is the worst fit, and something is answered even where nothing fits"),
            Wrong(lambda E, tau: torch.where((E <= tau).all(dim=1), E.argmin(dim=1), -1), "one candidate that fits is enough; not all of them have to"),
            Wrong(lambda E, tau: torch.where((E <= tau).any(dim=1), (E <= tau).int().argmax(dim=1), -1), "that is the first candidate that fits, not the best"),
            Wrong(lambda E, tau: torch.where(E.min() > tau, -1, E.argmin()).expand(len(E)), "the least energy of the whole batch is taken: each x has its own"),
            Wrong(lambda E, tau: torch.where(E.min(dim=1).values > tau, E.argmin(dim=1), -1), "the other way round: −1 is for those rows in which nothing fits"),
        ),
        "an energy can say which answer fits best, and that none does",
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "What does an energy-based model give for a pair (x, y)?",
        {
            "one number, low when the two fit": "To predict, one searches for the y of least energy.",
            "the probability of y given x": "That would have to add up to 1 over all y; an energy has nothing to add up to.",
            "the best y": "That is what inference finds with it: the y of least energy. There may be two, or none that fits.",
        },
        "one number, low when the two fit",
    ),
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

PREDICTIONS = (
    Prediction(
        "1.1",
        "A network learns from throws at all angles alike to answer a distance with an angle; its cost is the squared error of the angle. What does it answer for x = 0.6?",
        options={
            "18 degrees, the low throw": "That one hits. But half of the throws that land at 0.6 are high, and an answer of 18 is far from those.",
            "72 degrees, the high throw": "That one hits. But half of the throws that land at 0.6 are low, and an answer of 72 is far from those.",
            "45 degrees, between them": "The least squared error has the mean of all answers that fit. It hits nothing: it flies too far.",
        },
        right="45 degrees, between them",
    ),
    Prediction(
        "1.2",
        "In the first setting, prediction, an encoder reads x, a decoder gives ỹ, and C compares it with y. Which circle loses its shade on the way from training to testing?",
        options={
            "x": "x is given in both: it is what we ask about.",
            "y": "In testing y is what we are after, and C cannot be evaluated.",
            "ỹ": "ỹ is computed, and so shaded in neither.",
            "none": "One does: look for what is shown in training and wanted in testing.",
        },
        right="y",
    ),
    Prediction(
        "1.2b",
        "And where is x in the autoencoder?",
        options={
            "it is what the encoder reads": "What the encoder reads is y, the target itself.",
            "nowhere": "The encoder reads y, the very thing that the decoder has to produce.",
            "in the middle, as h": "h is computed from y; nothing is given besides y.",
        },
        right="nowhere",
    ),
    Prediction(
        "1.4",
        "Ten numbers, the best for digits. What share of the variance of garments comes back through them? (100: a copy. 0: as far off as the mean garment.)",
        low=-100, high=100, unit="%",
        why="The ten directions say how digits differ; of how garments differ they say next to nothing. Copying would give 100 %.",
    ),
)  # fmt: skip
