"""Exercises of chapter 10: decibels, gains, filling in, who wins on which noise, and a denoiser without training."""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from aecourse import data
from aecourse.checking.differences import stacked
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.predictions import Prediction
from aecourse.checking.quizzes import Question


def _pair(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Images in [0, 1] and predictions of them in [0, 1], worse from image to image; the last are digits."""
    y = data.digits("test")[:8] if k == 4 else 0.1 + 0.8 * torch.rand(4 + k, 9, generator=generator)
    error = torch.linspace(0.05, 0.5, len(y))[:, None] * torch.randn(y.shape, generator=generator)
    return y, (y + error).clamp(0, 1)


def _model(y: Tensor) -> Tensor:
    """A model, (batch, n) -> (batch, n), that is not the identity."""
    return 0.7 * y.tanh() + 0.1


def _handed_on(y: Tensor) -> Tensor:
    """A model that changes nothing."""
    return y.clone()


def _noisy(generator: Generator, k: int) -> tuple:
    """A model, clean images and corrupted ones; one of the models is the identity."""
    y, y_hat = _pair(generator, k)
    return _handed_on if k == 3 else _model, y, y_hat


def _holes(generator: Generator, k: int) -> tuple[Tensor, Tensor, Tensor]:
    """A clean image with holes, what is known of it, and a prediction that is nowhere exact; the last are digits, most
    of whose known pixels are exactly 0."""
    y = data.digits("test")[:5] if k == 4 else torch.rand(3 + k, 12, generator=generator)
    known = (torch.rand(y.shape, generator=generator) > 0.4).float()
    known[:, 0], known[:, 1] = 1, 0
    return y * known, known, 0.1 + 0.8 * torch.rand(y.shape, generator=generator)


def _table(generator: Generator, k: int) -> tuple[Tensor]:
    """Errors of networks (rows) on noises (columns), not as many rows as columns; the best ones off the diagonal too.
    Some networks are worse throughout. The last is square, as the chapter's is."""
    rows, columns = (6, 6) if k == 4 else (5 + k, 4)
    quality = torch.logspace(-2, -1, rows)[torch.randperm(rows, generator=generator)]
    error = quality[:, None] * (1 + torch.rand(rows, columns, generator=generator))
    best = torch.arange(columns)
    while (best == torch.arange(columns)).all():
        best = torch.randperm(rows, generator=generator)[:columns]
    error[best, torch.arange(columns)] = 0.9 * error.amin(dim=0)
    return (error,)


def psnr(y, y_tilde):
    error = (y - y_tilde).square().mean(dim=1)
    return -10 * error.log10()


def gain(model, y, y_hat):
    before = (y - y_hat).square().mean(dim=1)
    after = (y - model(y_hat)).square().mean(dim=1)
    return 10 * (before / after).log10()


def fill_in(y_hat, known, y_tilde):
    return known * y_hat + (1 - known) * y_tilde


def winners(error):
    return error.argmin(dim=0)


def affine_denoiser(y_hat, y):
    ones = torch.ones(len(y), 1, dtype=y.dtype)
    both = torch.linalg.lstsq(torch.cat([y_hat, ones], dim=1), y).solution
    return lambda unseen: unseen @ both[:-1] + both[-1]


def _backwards(y_hat: Tensor, y: Tensor) -> Callable[[Tensor], Tensor]:
    """Fits the damage, and inverts it."""
    ones = torch.ones(len(y), 1, dtype=y.dtype)
    both = torch.linalg.lstsq(torch.cat([y, ones], dim=1), y_hat).solution
    return lambda unseen: (unseen - both[-1]) @ torch.linalg.pinv(both[:-1])


_SLIPS: dict[str, Callable[[Tensor, Tensor], Callable[[Tensor], Tensor]]] = {
    "that is the damage, fitted from y to ŷ, and inverted: its inverse makes the noise larger": _backwards,
    "that is the mean digit, whatever it reads": lambda y_hat, y: lambda unseen: y.mean(dim=0).expand_as(unseen),
    "that leaves ŷ as it is": lambda y_hat, y: lambda unseen: unseen,
}


def _denoises(fn: Callable, generator: Generator) -> str | None:
    """Whether what `fn` fits is as near to unseen digits as the best affine map of the same pairs."""
    order = torch.randperm(10_000, generator=generator)
    fog = 0.1 + 0.2 * torch.rand((), generator=generator)

    def foggy(y: Tensor) -> Tensor:
        return 0.6 * y + fog + 0.2 * torch.randn(y.shape, generator=generator, dtype=y.dtype)

    y = data.digits("train")[order[:4000]].double().view(-1, 28, 28)[:, ::2, ::2].flatten(1)
    unseen = data.digits("test")[:500].double().view(-1, 28, 28)[:, ::2, ::2].flatten(1)
    y_hat, unseen_hat = foggy(y), foggy(unseen)
    denoise = fn(y_hat.clone(), y.clone())
    if not callable(denoise):
        return "a function is asked for, that takes unseen ŷ and returns ỹ"
    given = stacked(denoise(unseen_hat.clone()))
    if given is None or given.shape != unseen.shape:
        return f"your function should return {tuple(unseen.shape)} for ŷ of that shape, got {None if given is None else tuple(given.shape)}"

    def error(answer: Tensor) -> float:
        return (answer.double() - unseen).square().sum(dim=1).mean().item()

    ours, best = error(given), error(affine_denoiser(y_hat, y)(unseen_hat))
    if ours <= 1.03 * best:
        return None
    away = {said: abs(ours - error(slip(y_hat, y)(unseen_hat))) for said, slip in _SLIPS.items()}
    nearest = min(away, key=lambda said: away[said])
    if away[nearest] <= 1e-3 * ours:
        return nearest
    return f"squared error {ours:.1f} per unseen image, the best affine map of the same pairs has {best:.1f}"


EXERCISES = (
    Exercise(
        "10.1", "decibels",
        "`y` and `y_tilde` are (batch, pixels), values in [0, 1], and no prediction is exact. Write `psnr(y, y_tilde)`: $10 \\log_{10}(1 / \\text{mean squared error})$ of each image, (batch,).",
        ("Each image has a number of its own: over what does its mean run?", "log₁₀(1/e) = −log₁₀ e.", "`dim=1`, and `Tensor.log10`."),
        _pair, psnr,
        (
            Wrong(lambda y, y_tilde: -10 * (y - y_tilde).square().mean().log10(), "the mean went over all images too: one number an image is asked for"),
            Wrong(lambda y, y_tilde: psnr(y, y_tilde).mean(), "averaged over images: one number an image is asked for"),
            Wrong(lambda y, y_tilde: -10 * (y - y_tilde).square().sum(dim=1).log10(), "summed over pixels: decibels are about the mean squared error of a pixel"),
            Wrong(lambda y, y_tilde: -10 * (y - y_tilde).square().sum().log10(), "summed over pixels and images: decibels are about the mean squared error of the pixels of one image"),
            Wrong(lambda y, y_tilde: 10 * (y - y_tilde).square().mean(dim=1).log10(), "the sign: fewer errors are more decibels"),
            Wrong(lambda y, y_tilde: -10 * (y - y_tilde).square().mean(dim=1).log(), "that is the natural logarithm: decibels count powers of ten"),
            Wrong(lambda y, y_tilde: -10 * (y - y_tilde).square().mean(dim=1).log2(), "that is the logarithm to base 2: decibels count powers of ten"),
            Wrong(lambda y, y_tilde: -(y - y_tilde).square().mean(dim=1).log10(), "that is in bels: the factor 10 is missing"),
            Wrong(lambda y, y_tilde: -20 * (y - y_tilde).square().mean(dim=1).log10(), "20 goes with the root of the squared error; with the squared error itself it is 10"),
            Wrong(lambda y, y_tilde: -10 * (y - y_tilde).square().mean(dim=1).sqrt().log10(), "10 goes with the squared error; with its root it is 20"),
            Wrong(lambda y, y_tilde: -10 * (y - y_tilde).abs().mean(dim=1).log10(), "absolute errors: square them first"),
            Wrong(lambda y, y_tilde: -10 * (y - y_tilde).mean(dim=1).square().log10(), "errors were averaged before they were squared: those of opposite sign cancel"),
            Wrong(lambda y, y_tilde: -10 * (y - y_tilde).square().log10().mean(dim=1), "the logarithm of every pixel was averaged: average the squared errors, then take the logarithm"),
            Wrong(lambda y, y_tilde: 10 * (255**2 / (y - y_tilde).square().mean(dim=1)).log10(), "255 is the peak of pixels stored as bytes; here it is 1"),
            Wrong(lambda y, y_tilde: 10 * (y.amax(dim=1).square() / (y - y_tilde).square().mean(dim=1)).log10(), "the peak is the largest value that a pixel can take, 1, not the largest of this image"),
            Wrong(lambda y, y_tilde: 10 * (y.amax().square() / (y - y_tilde).square().mean(dim=1)).log10(), "the peak is the largest value that a pixel can take, 1, not the largest of these images"),
            Wrong(lambda y, y_tilde: 10 * (y.square().mean(dim=1) / (y - y_tilde).square().mean(dim=1)).log10(), "compared with this image's own energy: that is the SNR. The P stands for the peak, here 1"),
        ),
        "10 dB more is a tenth of the squared error",
        tolerance=1e-3,
    ),
    Exercise(
        "10.2", "what a denoiser gains",
        "`model` maps (batch, n) to predictions, (batch, n); `y` is clean, `y_hat` the same images corrupted, values in [0, 1]. Write `gain(model, y, y_hat)`: the PSNR of the model's answer to ŷ minus the PSNR of ŷ itself, both against y, in dB, (batch,).",
        ("What would a model gain that hands ŷ on as it is?", "Two PSNRs, as in 10.1; or, shorter, 10 log₁₀ of a ratio of errors.", "The error of `y_hat`, over that of `model(y_hat)`; both are means over the pixels of one image."),
        _noisy, gain,
        (
            Wrong(lambda model, y, y_hat: psnr(y_hat, model(y_hat)) - psnr(y, y_hat), "the answer was compared with ŷ: that rewards a model which keeps the noise"),
            Wrong(lambda model, y, y_hat: psnr(y, model(y)) - psnr(y, y_hat), "the model was fed the clean y: there is nothing to remove"),
            Wrong(lambda model, y, y_hat: psnr(y, y_hat) - psnr(y, model(y_hat)), "the sign: positive should mean that the model helps"),
            Wrong(lambda model, y, y_hat: (y - y_hat).square().mean(dim=1) - (y - model(y_hat)).square().mean(dim=1), "that is a difference of errors; decibels are a difference of logarithms"),
            Wrong(lambda model, y, y_hat: psnr(y, model(y_hat)) / psnr(y, y_hat), "a quotient of decibels: logarithms are subtracted"),
            Wrong(lambda model, y, y_hat: psnr(y, model(y_hat)), "the PSNR of ŷ is not subtracted: this number is high for weak noise, whatever the model does"),
            Wrong(lambda model, y, y_hat: psnr(y, model(y_hat)) - psnr(y, model(y)), "measured against its answer to the clean y: the question is what it adds to ŷ"),
            Wrong(lambda model, y, y_hat: gain(model, y, y_hat) * math.log(10), "that is the natural logarithm: decibels count powers of ten"),
            Wrong(lambda model, y, y_hat: gain(model, y, y_hat) / 10, "that is in bels: the factor 10 is missing"),
            Wrong(lambda model, y, y_hat: gain(model, y, y_hat).mean(), "averaged over the batch: one number an image is asked for"),
            Wrong(lambda model, y, y_hat: 10 * ((y - y_hat).square().mean() / (y - model(y_hat)).square().mean()).log10(), "the errors were averaged over all images: one number an image is asked for"),
        ),
        "a model that hands ŷ on gains exactly 0 dB",
        tolerance=1e-3,  # of a difference of two numbers near 20
    ),
    Exercise(
        "10.3", "fill in what is missing",
        "`known` is 1.0 where a pixel of `y_hat` can be trusted and 0.0 where it is missing; a missing pixel of ŷ is 0, and so is a known one where there is no ink. `y_tilde` is a network's answer for every pixel; all (batch, n). "
        "Write `fill_in(y_hat, known, y_tilde)`: the known pixels kept, the others filled, (batch, n).",
        ("`known` picks what to take from ŷ; what picks the rest?", "A sum of two products, or a choice pixel by pixel.", "`torch.where(known > 0, …, …)` chooses."),
        _holes, fill_in,
        (
            Wrong(lambda y_hat, known, y_tilde: y_tilde, "known pixels were overwritten: what is known should stay as it is"),
            Wrong(lambda y_hat, known, y_tilde: torch.where(y_hat == 0, y_tilde, y_hat), "a known pixel may be 0, as most of a digit's are: `known` says what is missing, not the colour"),
            Wrong(lambda y_hat, known, y_tilde: (1 - known) * y_hat + known * y_tilde, "the mask is swapped: this keeps the holes and replaces what was known"),
            Wrong(lambda y_hat, known, y_tilde: y_hat + y_tilde, "added everywhere: known pixels now hold both numbers"),
            Wrong(lambda y_hat, known, y_tilde: (y_hat + y_tilde) / 2, "averaged: known pixels need no opinion, and unknown ones have no ŷ to average with"),
            Wrong(lambda y_hat, known, y_tilde: (1 - known) * y_tilde, "only the holes were filled; the known pixels are gone"),
            Wrong(lambda y_hat, known, y_tilde: known * y_hat, "nothing was filled: that is ŷ"),
            Wrong(lambda y_hat, known, y_tilde: torch.maximum(y_hat, y_tilde), "the larger of the two: a known white pixel may not turn grey because the network says so"),
        ),
        "known pixels cost nothing, the network answers for the rest",
    ),
    Exercise(
        "10.4", "who wins on which noise",
        "`error[i, j]` is the error of the network trained on noise i and tested on noise j, (networks, noises), no two alike. Write `winners(error)`: for every test noise j the number i of the best network, (noises,) whole numbers.",
        ("Which numbers compete with each other, those of one row or those of one column?", "The best has the smallest error: its place is asked for, so `argmin`.", "`dim` names the index that disappears: i or j?"),
        _table, winners,
        (
            Wrong(lambda error: error.argmin(dim=1), "for every network the noise on which it does best: that compares noises, some of which are easier for all"),
            Wrong(lambda error: error.argmax(dim=0), "the largest error: that is the worst network. (With PSNR, argmax would be right)"),
            Wrong(lambda error: error.argmin(), "the smallest entry of the whole table; every test noise has its own winner"),
            Wrong(lambda error: error.min(dim=0).values, "those are the smallest errors; asked is whose they are"),
            Wrong(lambda error: error.min(dim=1).values, "those are the smallest errors of each network; asked is, for each noise, whose error is smallest"),
            Wrong(lambda error: error.argmin(dim=0) == torch.arange(error.shape[1]), "that says whether the diagonal wins; asked is who wins"),
            Wrong(lambda error: torch.arange(error.shape[1]), "the diagonal was taken for granted: look at the numbers"),
            Wrong(lambda error: error.argmax(dim=1), "for every network the noise on which it does worst: compare the networks within one column"),
            Wrong(lambda error: error.mean(dim=1).argmin().expand(error.shape[1]), "the network that is best on average: every test noise has its own winner"),
            Wrong(lambda error: error.argsort(dim=0), "all networks in order, for each noise: the best of them is the first row"),
            Wrong(lambda error: error.argmin(dim=0) + 1, "counted from 1: tensors count from 0"),
        ),
        "one winner for each column",
    ),
    Exercise(
        "10.5", "a denoiser without training",
        "Of digits (14 × 14 pixels) you have pairs: `y` (m, 196), clean, and `y_hat` (m, 196), the same in fog: paler, with a grey veil, and with noise. Write `affine_denoiser(y_hat, y)`: it returns a *function* that takes unseen foggy digits, (batch, 196), and returns answers as near to the clean ones as an affine map Aŷ + b can. (float64; no loop of steps is needed.)",
        ("A convex problem with one solution: least squares.", "`torch.linalg.lstsq(X, y).solution` solves it. What has to be read, and what predicted?", "b is the weight of a column of ones beside ŷ."),
        None, affine_denoiser,
        tuple(Wrong(slip, said) for said, slip in _SLIPS.items()),
        "ten seconds of thought, and the rival of every network",
        judge=_denoises,
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "Two networks answer the same ŷ. Network A is closer to ŷ, network B is closer to y. Which is the better denoiser?",
        {
            "A": "A keeps more of what it read, the damage included. Closeness to ŷ is what a copy has most of.",
            "B": "The comparison is with what the image was before it was damaged.",
            "it takes the loss in training to tell": "The training is over; what counts is the distance to y on unseen images.",
        },
        "B",
    ),
    Question(
        "A camera is to be denoised whose pixels break at random. On what should the network be trained?",
        {
            "on Gaussian noise, the general case": "There is no general case: in the table of 10.4 each noise was best met by the network trained on it.",
            "on pixels that break at random": "The noise should be like what will be met in reality.",
            "on no noise, to see the images as they are": "Then every input that it is to repair is one of a kind that it has never seen.",
        },
        "on pixels that break at random",
    ),
    Question(
        "An inpainting network and a classical method are compared by PSNR. What must be the same for both?",
        {
            "the number of parameters": "A classical method has next to none; what counts is the task.",
            "the unseen images, the masks, and what happens to known pixels": "Otherwise the difference may come from an easier mask or from known pixels that one of them repeats.",
            "the time that they take": "Worth reporting beside the decibels, but it need not be equal.",
        },
        "the unseen images, the masks, and what happens to known pixels",
    ),
)  # fmt: skip

PREDICTIONS = (
    Prediction(
        "10.1", "All four read unseen digits with half of their pixels blotted out. Which is nearest to the clean digits?",
        options={
            "30 units, clean": "It draws digits, from half of the evidence, and never learned what a blot means.",
            "30 units, blotted": "The right lesson, but thirty numbers for all that digits can be.",
            "500 units, clean": "It has room to copy, and copies the blots.",
            "500 units, blotted": "It has the room, and it has been told what to do with it.",
        },
        right="500 units, blotted",
    ),
    Prediction(
        "10.2", "In the corners of the image no digit has ink. Which of the three networks learns anything about the corners?",
        options={
            "the standard one": "A pixel that is always 0 sends no gradient into its weights.",
            "the one with blots": "A blot on white paper is white: its corners are always 0, too.",
            "the one with Gaussian noise": "It alone meets ink in the corners, and learns that it means nothing.",
        },
        right="the one with Gaussian noise",
    ),
    Prediction(
        "10.4", "Who wins the column of blur?",
        options={
            "the network trained on blur": "Every column is won by the network that was trained on it.",
            "the network trained on noise": "It has learned to remove grain, and there is hardly any.",
            "the network trained on clean digits": "It has seen the truth, but never what to do about damage.",
            "the best affine map": "It comes second, ahead of all networks for other damages.",
        },
        right="the network trained on blur",
    ),
    Prediction(
        "10.7", "On the images where the network loses clearly: who draws more ink where there is none, the network or Telea?",
        options={
            "the network": "A sharp stroke in the wrong place; over all images it draws less than Telea.",
            "Telea": "Over all images it does: a pale smear. But not where the network loses.",
        },
        right="the network",
    ),
)  # fmt: skip
