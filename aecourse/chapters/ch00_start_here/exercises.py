"""Exercises of chapter 0: a batch of images, and what to sum over."""

import functools
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from aecourse import data, energies, limits
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.predictions import Prediction
from aecourse.checking.quizzes import Question


def _images(generator: Generator, k: int) -> tuple[Tensor]:
    if k == 4:
        return (data.digits("test")[:50],)
    return (torch.rand(5 + k, 12, generator=generator),)


def _pair(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    if k == 4:
        Y = data.digits("test")[:50]
        return Y, _machine()[0].reconstruct(Y)
    Y = 1 + torch.randn(6 + k, 4, generator=generator)
    spread = 3.0 if k == 3 else 0.5  # once a reconstruction that is worse than the mean image
    return Y, Y + spread * torch.randn(6 + k, 4, generator=generator)


def ink(Y):
    return Y.sum(dim=1)


def mean_image(Y):
    return Y.mean(dim=0)


def impostor(narrow):
    return narrow.mean


def variance_left(Y, Y_tilde):
    left = (Y - Y_tilde).square().sum()
    total = (Y - Y.mean(dim=0)).square().sum()
    return left / total


_OUT = "a picture has values from 0 (paper) to 1 (ink)"
_HIGH = "ten numbers give it more energy than some digit has"
_NEAR = "low in energy, but too like a digit or too faint"
FAR = 25  # squared; half of the unseen digits lie nearer to their nearest training digit


@functools.cache
def _machine() -> tuple[limits.AffineOptimum, Tensor, float]:
    """Ten numbers, the best for digits; the digits; and the least energy of the unseen ones."""
    Y, Y_test = data.digits(), data.digits("test")
    narrow = limits.pca(Y, 10)
    return narrow, Y, energies.squared_error(Y_test, narrow.reconstruct(Y_test)).min().item()


def _is_impostor(fn: Callable, generator: Generator) -> str | None:
    narrow, Y, least = _machine()
    picture = fn(narrow)
    if picture is None:
        return "your function returns None: is there a `return`?"
    y = torch.as_tensor(picture).detach().cpu().float().reshape(1, -1)
    if y.shape[1] != Y.shape[1]:
        return f"expected the {Y.shape[1]} values of one picture, got {y.shape[1]}"
    if not y.isfinite().all():
        return "the picture holds values that are no numbers"
    if y.min() < -1e-4 or y.max() > 1 + 1e-4:
        return f"{_OUT}; these go from {y.min():.3g} to {y.max():.3g}"
    F = energies.squared_error(y, narrow.reconstruct(y)).item()
    nearest = torch.cdist(y, Y).min().item() ** 2
    if F >= least:
        return f"{_HIGH}: {F:.1f}, and the least that an unseen digit has is {least:.1f}"
    if nearest <= FAR:
        return f"{_NEAR}: the nearest training digit lies at a squared distance of {nearest:.1f}"
    return None


EXERCISES = (
    Exercise(
        "0.1", "ink on paper",
        "`Y` holds one image a row, shape (batch, n), with 0 for paper and 1 for ink. Write `ink(Y)`: "
        "the total ink of each image, shape (batch,). Energies in this course have the same form: one number a sample.",
        ("What is one sample here, a row or a column?", "Each image is a row; the n pixels of a row lie along dimension 1.", "`Y.sum(dim=...)` sums a dimension away."),
        _images, ink,
        (
            Wrong(lambda Y: Y.mean(dim=1), "averaged over pixels: that is ink per pixel, and the course sums over components"),
            Wrong(lambda Y: Y.sum(dim=0), "summed over the batch: that is one number a pixel, not one number a sample"),
            Wrong(lambda Y: Y.sum(), "summed over everything: the samples must stay apart"),
        ),
        "one number a sample, summed over components: the form of every energy here",
    ),
    Exercise(
        "0.2", "the mean image",
        "Write `mean_image(Y)`: the average of all images, shape (n,). It is the best drawing of a digit from no numbers at all.",
        ("Which dimension has to go, and which has to stay?", "The samples lie along dimension 0."),
        _images, mean_image,
        (
            Wrong(lambda Y: Y.mean(dim=1), "averaged over pixels: that is the mean grey of each image"),
            Wrong(lambda Y: Y.sum(dim=0), "summed over the samples: divide by how many there are"),
        ),
        "an average over samples keeps the n components",
    ),
    Exercise(
        "0.3", "the variance that is left",
        "The live figure speaks of *variance explained*. Write the share that is **left**, a number: "
        r"$\sum_j \lVert y^{(j)}-\tilde y^{(j)}\rVert^2 \,/\, \sum_j \lVert y^{(j)}-\bar y\rVert^2$, "
        "with $\\bar y$ the mean of `Y`. Write `variance_left(Y, Y_tilde)`.",
        ("The mean in the denominator is the mean image, one value a component.", "Sum numerator and denominator over everything, then divide once."),
        _pair, variance_left,
        (
            Wrong(lambda Y, Y_tilde: 1 - variance_left(Y, Y_tilde), "that is the share explained; asked for is the share left"),
            Wrong(lambda Y, Y_tilde: (Y - Y_tilde).square().sum() / Y.square().sum(), "the mean is missing in the denominator: variance is measured about the mean"),
            Wrong(lambda Y, Y_tilde: (Y - Y_tilde).square().sum() / (Y - Y.mean()).square().sum(), "one mean for all pixels: the mean image has one value a component"),
            Wrong(lambda Y, Y_tilde: variance_left(Y, Y_tilde).sqrt(), "a root too many: variance is squared"),
        ),
        "0 for a perfect reconstruction, 1 for the mean image, more for worse",
    ),
    Exercise(
        "0.4", "an impostor",
        "`narrow` is the best that ten numbers can do for the training digits, `limits.pca(Y, 10)`. Write `impostor(narrow)`: one picture, 784 values "
        "from 0 to 1, to which these ten numbers give **less energy than to every unseen digit**, and which is no digit: its squared distance to each of "
        f"the ten thousand training digits is more than {FAR}. (More than half of the unseen digits have one nearer. Blank paper has, too.) There are many.",
        (
            "To which pictures does a machine give the energy 0?",
            "To all that it can draw: `narrow.decode(h)` for any ten numbers h.",
            "Keep the values between 0 and 1: begin at ten zeros, and go on from there.",
        ),
        None, impostor,
        (
            Wrong(lambda narrow: torch.zeros_like(narrow.mean), _NEAR),
            Wrong(lambda narrow: data.digits("test")[0], _HIGH),
            Wrong(lambda narrow: narrow.decode(20 * torch.ones(1, 10)), _OUT),
        ),
        "less energy than any digit, and no hand has written it: low energy is no proof",
        judge=_is_impostor,
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "The best affine map through 10 numbers leaves some error on the ten thousand digits for which it was found. Can a linear autoencoder with 10 codes leave less on those digits?",
        {
            "yes, with enough training": "Training approaches the optimum, it does not pass it.",
            "no": "For these digits it is the best affine reconstruction there is; a non-linear autoencoder may do better, a linear one cannot.",
            "yes, with a better optimiser": "A better optimiser comes closer, sooner; no optimiser passes an optimum.",
        },
        "no",
    ),
    Question(
        "What is the shape of an energy of a batch of 256 images with 784 pixels?",
        {
            "(256,)": "One number a sample, summed over its components.",
            "()": "That is the loss: the average of the energies over the samples.",
            "(256, 784)": "Those are the terms of the sum, one a pixel.",
        },
        "(256,)",
    ),
    Question(
        "A machine rebuilds something with an energy below that of every digit. What do you conclude?",
        {
            "it is a digit": "So would blank paper be one: this energy counts what was missed, and there is little to miss.",
            "nothing yet": "First ask what else has a low energy. Only if that is little does a low energy mean something.",
            "the machine is bad": "It may be the best possible for digits, as here. Being low elsewhere, too, is another matter.",
        },
        "nothing yet",
    ),
)  # fmt: skip

PREDICTIONS = (
    Prediction(
        "0.1",
        "Twenty captions, each with a pair of words that no training picture showed together. How many of the twenty pictures will be exactly what was asked?",
        low=0, high=20, unit="of 20",
        why="A model that only remembers its training pictures would get none: it never saw these pairs.",
    ),
    Prediction(
        "0.2",
        "Of 100 unseen digits, each drawn from only 10 numbers instead of 784: how many does the reader name rightly?",
        low=0, high=100, unit="of 100",
        why="The ten directions are those in which digits differ most, and a good part of that lies between the ten kinds of digits. By chance it would be 10.",
    ),
    Prediction(
        "0.3",
        "Ten numbers, the best for digits: which of these has the lowest energy under them?",
        options={
            "unseen digits": "They are what the ten numbers were made for; yet strokes have much to miss, and two of the others have less.",
            "pixels dealt out": "As much ink as the digits have, at the same places, and no pixel knows of another: ten numbers can say little of it.",
            "noise": "It has the highest: it lies furthest from all that ten numbers can draw.",
            "noise at 30 %": "Lower than most digits, because there is little ink to miss. One has less still.",
            "blank paper": "There is almost nothing to miss. Low energy, and no digit.",
        },
        right="blank paper",
    ),
)  # fmt: skip
