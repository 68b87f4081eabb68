"""Exercises of chapter 7: the collapse meter, the Jacobian of a reconstruction, a perfect copier, and the span."""

import torch
from torch import Generator, Tensor

from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _from_elsewhere(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Samples off the data and what a model makes of them: copies of several qualities, the last worse than the mean."""
    y = 2 + torch.randn(9 + k, 3, generator=generator)
    noise = torch.randn(9 + k, 3, generator=generator)
    return y, y + (0.1, 0.3, 0.5, 0.7, 8.0)[k] * noise


def _layers(generator: Generator, k: int) -> tuple[Tensor, Tensor, Tensor]:
    n, d = 3, 4 + k
    W_h, W_y = torch.randn(d, n, generator=generator), torch.randn(n, d, generator=generator)
    return W_h, W_y, torch.rand(d, generator=generator)


def _dimension(generator: Generator, k: int) -> tuple[int]:
    return (k + 1,)


def _samples_and_basis(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Samples in n dimensions and an orthonormal basis, its vectors as columns, of a subspace."""
    basis, _ = torch.linalg.qr(torch.randn(6 + k, 2 + k, generator=generator))
    return torch.randn(5, 6 + k, generator=generator), basis


def collapse_meter(y, y_tilde):
    unexplained = (y - y_tilde).square().sum() / (y - y.mean(dim=0)).square().sum()
    return (1 - unexplained).clamp(min=0)


def jacobian(W_h, W_y, slope):
    return W_y @ torch.diag(slope) @ W_h


def relu_copier(n):
    W_h = torch.cat([torch.eye(n), -torch.eye(n)])
    return W_h, W_h.T


def within_span(y, basis):
    return y @ basis @ basis.T


EXERCISES = (
    Exercise(
        "7.1", "the collapse meter",
        "`y` are samples from elsewhere, (k, n), and `y_tilde` what the model makes of them. Write `collapse_meter(y, y_tilde)`: the share of the variance of y, "
        "about its mean, that the model explains; but at least 0. One number.",
        ("Share explained = 1 − error / variance, both summed over all samples and components.", "The variance is measured about the mean sample, `y.mean(dim=0)`.", "`clamp(min=0)` for models worse than the mean."),
        _from_elsewhere, collapse_meter,
        (
            Wrong(lambda y, y_tilde: 1 - (y - y_tilde).square().sum() / (y - y.mean(dim=0)).square().sum(), "below 0 for a model that is worse than the mean: the meter ends at 0"),
            Wrong(lambda y, y_tilde: (1 - (y - y_tilde).square().sum() / y.square().sum()).clamp(min=0), "variance is measured about the mean of the samples, not about 0: samples far from 0 would look explained by any answer near them"),
            Wrong(lambda y, y_tilde: (1 - (y - y_tilde).square().sum() / (y - y.mean()).square().sum()).clamp(min=0), "`y.mean()` is one number for all components: the mean sample is `y.mean(dim=0)`"),
            Wrong(lambda y, y_tilde: (y - y_tilde).square().sum() / (y - y.mean(dim=0)).square().sum(), "that is the share which is *not* explained: 0 would mean collapse"),
            Wrong(lambda y, y_tilde: 1 - (y - y_tilde).square().sum() / y.square().sum(), "variance is measured about the mean of the samples, not about 0; and the meter ends at 0"),
            Wrong(lambda y, y_tilde: y_tilde.var() / y.var(), "a large answer is not a right one: compare ỹ with y, sample by sample"),
            Wrong(lambda y, y_tilde: (1 - (y - y_tilde).square().sum(dim=0) / (y - y.mean(dim=0)).square().sum(dim=0)).mean().clamp(min=0), "a mean over components: one that hardly varies counts as much as all others. Sum first, divide after"),
            Wrong(lambda y, y_tilde: (y - y_tilde).square().sum(dim=1).mean(), "an error, in squared units: it cannot be compared between kinds of images. Divide by the variance"),
            Wrong(lambda y, y_tilde: (1 - ((y - y_tilde).square().sum(dim=1) / (y - y.mean(dim=0)).square().sum(dim=1)).mean()).clamp(min=0), "a mean of ratios: a sample near the mean has hardly any variance and would decide everything. Sum first, divide after"),
        ),
        "1 for a copier, 0 for a model that knows nothing better than the mean",
    ),
    Exercise(
        "7.2", "the Jacobian of a reconstruction",
        "A one-layer autoencoder has `W_h` (d, n), `W_y` (n, d), a linear decoder, and at some point y the slopes f′(a) of its units are `slope` (d,). "
        "Write `jacobian(W_h, W_y, slope)`: the matrix ∂ỹ/∂y at that point, (n, n).",
        ("ỹ = W_y f(W_h y + b_h) + b_y; differentiate from the outside to the inside.", "The slopes stand on the diagonal of a (d, d) matrix between W_y and W_h."),
        _layers, jacobian,
        (
            Wrong(lambda W_h, W_y, slope: W_y @ W_h, "the slopes of f are missing: between W_y and W_h stands a diagonal matrix"),
            Wrong(lambda W_h, W_y, slope: W_h @ W_y, "that is (d, d): the order of the layers is reversed; W_h acts first, so it stands on the right"),
            Wrong(lambda W_h, W_y, slope: (W_y @ torch.diag(slope) @ W_h).T, "transposed: row i holds the derivatives of ỹ_i"),
            Wrong(lambda W_h, W_y, slope: torch.diag(slope) @ W_h, "that is ∂h/∂y, the encoder's Jacobian; the decoder W_y follows"),
            Wrong(lambda W_h, W_y, slope: W_y @ torch.diag(slope.square()) @ W_h, "the slopes enter once; their squares belong to the contractive penalty of chapter 8"),
        ),
        "W_y D W_h",
    ),
    Exercise(
        "7.3", "a perfect copier",
        "Write `relu_copier(n)`: weights `(W_h, W_y)`, of shapes (2n, n) and (n, 2n), with which h = ReLU(W_h y), ỹ = W_y h copies every y exactly. "
        "Let the first n units carry the positive parts of y and the last n the negative parts, every unit with weight 1.",
        ("y = max(y, 0) − max(−y, 0).", "The last n rows of W_h are −I, so that their ReLU is max(−y, 0). With which sign does the decoder add them?"),
        _dimension, relu_copier,
        (
            Wrong(lambda n: (torch.cat([torch.eye(n), -torch.eye(n)]), torch.cat([torch.eye(n), torch.eye(n)], dim=1)), "the decoder adds the negative parts instead of subtracting them: this gives |y|"),
            Wrong(lambda n: (torch.cat([torch.eye(n), torch.eye(n)]), torch.cat([torch.eye(n), torch.zeros(n, n)], dim=1)), "this copies positive components only: ReLU cuts the negative ones off, and no unit carries them"),
            Wrong(lambda n: (torch.eye(n), torch.eye(n)), "n units are not enough: ReLU cuts off negative components. Use 2n"),
            Wrong(lambda n: relu_copier(n)[::-1], "the two are swapped: return W_h, (2n, n), first"),
            Wrong(lambda n: (relu_copier(n)[0], relu_copier(n)[1] / 2), "half of y: each component is carried by one of its two units at a time, so no average is needed"),
        ),
        "2n units copy everything, whatever they were trained on",
    ),
    Exercise(
        "7.4", "within the span",
        "`basis` (n, r) has orthonormal columns that span a subspace through 0. Write `within_span(y, basis)`: the part of each sample within the subspace, y being (m, n); the result (m, n).",
        ("`y @ basis` are the coordinates in the subspace.", "Back from coordinates to y: multiply with the transpose."),
        _samples_and_basis, within_span,
        (
            Wrong(lambda y, basis: y @ basis, "those are the r coordinates; go back to the n components with `basis.T`"),
            Wrong(lambda y, basis: y - y @ basis @ basis.T, "that is the part perpendicular to the span"),
            Wrong(lambda y, basis: (y - y.mean(dim=0)) @ basis @ basis.T, "the subspace goes through 0: nothing has to be centred here"),
            Wrong(lambda y, basis: (y @ basis @ basis.T).norm(dim=1), "that is the length of the part; asked is the part itself"),
        ),
        "the projection: the limit of every linear copier",
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "Two models rebuild unseen digits equally well. Which one do you trust more as a model of digits?",
        {
            "the one with the lower training error": "A copier has the lowest training error.",
            "the one that rebuilds clothes worse": "It explains digits without explaining everything else.",
            "they are equally good": "On digits, yes; as a model of digits, ask what else they explain.",
        },
        "the one that rebuilds clothes worse",
    ),
    Question(
        "A linear autoencoder with d = 1000 was trained on digits. What does it do to a picture with ink only in the corners?",
        {
            "copies it": "It copies only within the span of the digits, and there the corners are white.",
            "loses it": "The corners are beyond the span of the training digits, and the model knows nothing there.",
        },
        "loses it",
    ),
    Question(
        "Would a million digits cure the collapse?",
        {
            "yes, over-fitting vanishes": "Collapse is not over-fitting: unseen digits are rebuilt well.",
            "no, it gets worse": "More digits span more dimensions, so more of everything else is copied.",
        },
        "no, it gets worse",
    ),
)  # fmt: skip
