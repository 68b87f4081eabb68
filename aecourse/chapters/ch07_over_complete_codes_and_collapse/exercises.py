"""Exercises of chapter 7: the collapse meter, the Jacobian of a reconstruction, copiers of all kinds, and the span."""

from collections.abc import Callable
from functools import cache

import torch
from torch import Generator, Tensor

from aecourse import data
from aecourse.checking.differences import stacked
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.predictions import Prediction
from aecourse.checking.quizzes import Question


@cache
def _clothes() -> tuple[Tensor, Tensor]:
    """Twenty pictures of clothes, (20, 784), and orthonormal columns, (784, 60), that span sixty digits."""
    return data.garments()[:20], torch.linalg.qr(data.digits("test")[:60].T)[0]


def _from_elsewhere(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Samples off the data and what a model makes of them: copies of several qualities, one worse than the mean; the
    last are clothes as a linear model of digits copies them."""
    if k == 4:
        clothes, basis = _clothes()
        return clothes, clothes @ basis @ basis.T
    y = torch.tensor([2.0, 3.0, 4.0]) + torch.randn(9 + k, 3, generator=generator) * torch.tensor([1.0, 2.0, 0.5])
    noise = 0.3 + torch.randn(9 + k, 3, generator=generator)
    return y, y + (0.1, 0.3, 8.0, 0.5)[k] * noise


def _layers(generator: Generator, k: int) -> tuple[Tensor, Tensor, Tensor]:
    """Two layers; d is less than n once, equal once, and the last is the ReLU layer of a copier of the plane."""
    n, d = (3, 3, 3, 4, 2)[k], (4, 3, 6, 2, 10)[k]
    W_h, W_y = torch.randn(d, n, generator=generator), torch.randn(n, d, generator=generator)
    slope = torch.rand(d, generator=generator)
    return W_h, W_y, (slope > 0.5).float() if k == 4 else slope


def _samples_and_basis(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Samples in n dimensions and an orthonormal basis, its vectors as columns, of a subspace; m = n once."""
    if k == 4:
        return _clothes()
    basis, _ = torch.linalg.qr(torch.randn(6 + k, 2 + k, generator=generator))
    return 1 + torch.randn((5, 7, 4, 6)[k], 6 + k, generator=generator), basis


def collapse_meter(y, y_tilde):
    unexplained = (y - y_tilde).square().sum() / (y - y.mean(dim=0)).square().sum()
    return (1 - unexplained).clamp(min=0)


def reconstruction_jacobian(W_h, W_y, slope):
    return W_y @ torch.diag(slope) @ W_h


def relu_copier(n):
    W_h = torch.cat([torch.eye(n), -torch.eye(n)])
    return W_h, W_h.T


def within_span(y, basis):
    return y @ basis @ basis.T


def box_copier(n):
    return torch.eye(n), torch.full((n,), 1.2), torch.eye(n), torch.full((n,), -1.2)


def another_copier(Y):
    y = Y - Y.mean(dim=0)
    span = torch.linalg.svd(y, full_matrices=False).Vh[: torch.linalg.matrix_rank(y)]
    return torch.eye(Y.shape[1]) - 2 * (torch.eye(Y.shape[1]) - span.T @ span)  # turned round beyond the span


def _copies_in_a_box(fn: Callable, generator: Generator) -> str | None:
    """Whether n ReLU units copy the box [-1.2, 1.2]^n, corners included."""
    for n in (2, 1, 7):
        given = fn(n)
        if not isinstance(given, tuple | list) or len(given) != 4:
            return "four tensors are asked for: `return W_h, b_h, W_y, b_y`"
        parts = [part.float() for part in map(stacked, given) if part is not None]
        if len(parts) < 4:
            return "four tensors of numbers are asked for: `return W_h, b_h, W_y, b_y`"
        W_h, b_h, W_y, b_y = parts
        shapes = [tuple(part.shape) for part in (W_h, b_h, W_y, b_y)]
        if shapes != [(n, n), (n,), (n, n), (n,)]:
            return f"for n = {n} the shapes should be {(n, n)}, {(n,)}, {(n, n)}, {(n,)}, not {shapes}"
        inside = 2.4 * torch.rand(200, n, generator=generator) - 1.2
        corners = 2.4 * torch.randint(0, 2, (50, n), generator=generator) - 1.2
        y = torch.cat([0.5 * inside, inside, corners])
        h = y @ W_h.T + b_h
        if (h[:200] < -1e-3).any():
            return "a unit is off for points in the middle of the box: its bias is too small to keep it on"
        if (h < -1e-3).any():
            return "a unit is off at the rim of the box, where a component is near −1.2 or 1.2: let the bias be larger"
        if not torch.allclose(h.relu() @ W_y.T + b_y, y, atol=1e-3):
            return (
                "all units are on, but what comes out is not y: the decoder has to undo W_h and to take the bias away"
            )
    return None


def _copies_otherwise(fn: Callable, generator: Generator) -> str | None:
    """Whether a matrix copies the samples, and is neither the identity nor the projection."""
    digits = torch.nn.functional.avg_pool2d(data.digits("test")[:300].view(-1, 1, 28, 28), 4).flatten(1)
    flat = torch.randn(30, 3, generator=generator) @ torch.randn(3, 8, generator=generator)
    for Y in (flat + torch.randn(8, generator=generator), digits):
        J = stacked(fn(Y))
        n = Y.shape[1]
        if J is None or J.shape != (n, n):
            return f"return one matrix J of shape {(n, n)}"
        y = (Y - Y.mean(dim=0)).double()
        if not torch.allclose(y @ J.double().T, y, atol=1e-3):
            return "J does not copy the samples: J (y − mean) = y − mean for each of them"
        span = torch.linalg.svd(y, full_matrices=False).Vh[: int(torch.linalg.matrix_rank(y, rtol=1e-5))]
        P = span.T @ span
        for name, M in (("identity", torch.eye(n).double()), ("projection onto the span", P)):
            if (J.double() - M).norm() < 0.1:
                return (
                    f"that is (almost) the {name}: change what J does beyond the span, by 0.1 or more (Frobenius norm)"
                )
    return None


def _copies(fn: Callable, generator: Generator) -> str | None:
    """Whether the weights that `fn` gives copy noise of 2, 1, 5 and 49 numbers; what comes back has a name, or is
    shown."""
    for n in (2, 1, 5, 49):
        given = fn(n)
        if not isinstance(given, tuple | list) or len(given) != 2:
            return "two matrices are asked for: `return W_h, W_y`"
        W_h, W_y = (stacked(W) for W in given)
        if W_h is None or W_y is None:
            return "two matrices of numbers are asked for: `return W_h, W_y`"
        W_h, W_y = W_h.float(), W_y.float()
        if W_h.shape != (2 * n, n) or W_y.shape != (n, 2 * n):
            return _shapes(W_h, W_y, n)
        y = 3 * torch.randn(50, n, generator=generator)
        y_tilde = (y @ W_h.T).relu() @ W_y.T
        if not torch.allclose(y_tilde, y, 1e-3, 1e-3):
            return next(
                (text for text, f in _MISCOPIES.items() if torch.allclose(y_tilde, f(y), 1e-3, 1e-3)), None
            ) or (
                f"not a copy: of n = {n} components, the first goes in as {y[0, 0]:.3f} and comes back as {y_tilde[0, 0]:.3f}"
            )
    return None


def _shapes(W_h: Tensor, W_y: Tensor, n: int) -> str:
    """What is behind two matrices of other shapes."""
    if W_h.shape == (n, 2 * n) and W_y.shape == (2 * n, n):
        return "the two are swapped, or both transposed: W_h is (2n, n) and comes first, W_y is (n, 2n)"
    if W_h.shape == W_y.shape == (n, n):
        return "n units are not enough: ReLU cuts off negative components. Use 2n"
    shapes = f"{tuple(W_h.shape)} and {tuple(W_y.shape)}"
    return f"for n = {n} the shapes should be {(2 * n, n)} and {(n, 2 * n)}, not {shapes}"


_MISCOPIES: dict[str, Callable[[Tensor], Tensor]] = {
    "the decoder adds the negative parts instead of subtracting them: this gives |y|": torch.abs,
    "this copies positive components only: ReLU cuts the negative ones off, and no unit carries them": torch.relu,
    "positive components come out twice, negative ones not at all: all units carry the same parts": lambda y: (
        2 * y.relu()
    ),
    "half of y: each component is carried by one of its two units at a time, so no average is needed": lambda y: y / 2,
    "twice y: each component is carried by one of its two units at a time": lambda y: 2 * y,
    "the sign: what comes out is −y": torch.neg,
    "the decoder takes away what it adds: this gives 0": torch.zeros_like,
}


def _share(error, variance):
    """A collapse meter of another error, or of another variance."""
    return (1 - error / variance).clamp(min=0)


EXERCISES = (
    Exercise(
        "7.1", "the collapse meter",
        "`y` (m, n) are samples from elsewhere, such as clothes for a model of digits, and `y_tilde` (m, n) what the model makes of them. Write `collapse_meter(y, y_tilde)`: "
        "the share of the variance of y, about the mean sample and summed over components, that the model explains; but at least 0. One number from 0 to 1.",
        ("What should the meter show for a copier? And for a model that answers everything with the mean sample?", "1 − error / variance, both summed over all samples and components; the variance is measured about the mean sample.", "The mean sample is `y.mean(dim=0)`; `clamp(min=0)` for models worse than it."),
        _from_elsewhere, collapse_meter,
        (
            Wrong(lambda y, y_tilde: 1 - (y - y_tilde).square().sum() / (y - y.mean(dim=0)).square().sum(), "below 0 for a model that is worse than the mean: the meter ends at 0"),
            Wrong(lambda y, y_tilde: _share((y - y_tilde).square().sum(), y.square().sum()), "variance is measured about the mean of the samples, not about 0: samples far from 0 would look explained by any answer near them"),
            Wrong(lambda y, y_tilde: _share((y - y_tilde).square().sum(), (y - y.mean()).square().sum()), "`y.mean()` is one number for all components: the mean sample is `y.mean(dim=0)`"),
            Wrong(lambda y, y_tilde: _share((y - y_tilde).square().mean(), y.var()), "`y.var()` is the variance of all numbers about one mean, divided by one less than their count: measure about the mean sample, and divide both alike"),
            Wrong(lambda y, y_tilde: _share((y - y_tilde).square().sum(dim=1).mean(), y.var(dim=0).sum()), "`var` divides by m − 1 and the mean error by m: the same model would score otherwise on fewer samples. Sum both, or give `var` correction=0"),
            Wrong(lambda y, y_tilde: _share((y - y_tilde).var(dim=0).sum(), y.var(dim=0).sum()), "the variance of the error forgives a constant offset: errors are measured about 0, y about its mean"),
            Wrong(lambda y, y_tilde: (y - y_tilde).square().sum() / (y - y.mean(dim=0)).square().sum(), "that is the share which is *not* explained: 0 would mean collapse"),
            Wrong(lambda y, y_tilde: 1 - (y - y_tilde).square().sum() / y.square().sum(), "variance is measured about the mean of the samples, not about 0; and the meter ends at 0"),
            Wrong(lambda y, y_tilde: y_tilde.var() / y.var(), "a large answer is not a right one: compare ỹ with y, sample by sample"),
            Wrong(lambda y, y_tilde: y_tilde.var(dim=0).sum() / y.var(dim=0).sum(), "the variance of the answers says how much they vary, not whether they are right: compare ỹ with y"),
            Wrong(lambda y, y_tilde: (1 - (y - y_tilde).square().sum(dim=0) / (y - y.mean(dim=0)).square().sum(dim=0)).mean().clamp(min=0), "a mean over components: one that hardly varies counts as much as all others, and one that never varies is divided by 0. Sum first, divide after"),
            Wrong(lambda y, y_tilde: (y - y_tilde).square().sum(dim=1).mean(), "an error, in squared units: it cannot be compared between kinds of images. Divide by the variance"),
            Wrong(lambda y, y_tilde: _share((y - y_tilde).square().sum(dim=1) / (y - y.mean(dim=0)).square().sum(dim=1), torch.tensor(1.0)), "one number a sample: sum over the samples too, then divide"),
            Wrong(lambda y, y_tilde: (1 - ((y - y_tilde).square().sum(dim=1) / (y - y.mean(dim=0)).square().sum(dim=1)).mean()).clamp(min=0), "a mean of ratios: a sample near the mean has hardly any variance and would decide everything. Sum first, divide after"),
            Wrong(lambda y, y_tilde: _share((y - y_tilde).abs().sum(), (y - y.mean(dim=0)).abs().sum()), "absolute values: a variance is a sum of squares"),
            Wrong(lambda y, y_tilde: _share((y - y_tilde).norm(), (y - y.mean(dim=0)).norm()), "the roots were divided: variance is a sum of squares, without a root"),
        ),
        "1 for a copier, 0 for a model that knows nothing better than the mean",
    ),
    Exercise(
        "7.2", "the Jacobian of a reconstruction",
        "An autoencoder of two layers ỹ = W_y f(W_h y + b_h) + b_y has weights `W_h` (d, n) and `W_y` (n, d); at some point y the slopes f′ of its d units are `slope` (d,). "
        "Write `reconstruction_jacobian(W_h, W_y, slope)`: the matrix of ∂ỹ_i/∂y_j at that point, i the row, (n, n).",
        ("A small step dy: which of the three acts on it first?", "Each unit multiplies what reaches it with its own slope: as a matrix, the slopes stand on a diagonal.", "`torch.diag(slope)` is (d, d): where do two matrices leave room for it?"),
        _layers, reconstruction_jacobian,
        (
            Wrong(lambda W_h, W_y, slope: W_y @ W_h, "the slopes of f are missing: between W_y and W_h stands a diagonal matrix"),
            Wrong(lambda W_h, W_y, slope: W_h @ W_y, "that is (d, d): the order of the layers is reversed; W_h acts first, so it stands on the right"),
            Wrong(lambda W_h, W_y, slope: (W_y @ torch.diag(slope) @ W_h).T, "transposed: row i holds the derivatives of ỹ_i"),
            Wrong(lambda W_h, W_y, slope: torch.diag(slope) @ W_h, "that is ∂h/∂y, the encoder's Jacobian; the decoder W_y follows"),
            Wrong(lambda W_h, W_y, slope: W_y @ torch.diag(slope.square()) @ W_h, "the slopes enter once; their squares belong to the contractive penalty of chapter 8"),
            Wrong(lambda W_h, W_y, slope: W_y @ W_h * slope.mean(), "every unit has a slope of its own: one mean for all is another matrix"),
            Wrong(lambda W_h, W_y, slope: W_y @ (slope * W_h), "one slope for each *row* of W_h: `slope[:, None] * W_h`; without it they go along the columns"),
            Wrong(lambda W_h, W_y, slope: W_h @ torch.diag(slope) @ W_y, "the order of the layers is reversed: what acts first, W_h, stands on the right"),
        ),
        "W_y D W_h",
    ),
    Exercise(
        "7.3", "a perfect copier",
        "Write `relu_copier(n)`: float weights `(W_h, W_y)`, of shapes (2n, n) and (n, 2n), with which h = ReLU(W_h y), ỹ = W_y h copies every y in n dimensions exactly, without a bias. "
        "There are many; any is right. They are tried on noise, for several n.",
        ("A single number y, and ReLU lets only positive numbers through: what can two units tell of it?", "y = max(y, 0) − max(−y, 0).", "`torch.cat([torch.eye(n), -torch.eye(n)])` is a W_h. With which signs does the decoder add what its units carry?"),
        None, relu_copier,
        (
            Wrong(lambda n: (torch.cat([torch.eye(n), -torch.eye(n)]), torch.cat([torch.eye(n), torch.eye(n)], dim=1)), "the decoder adds the negative parts instead of subtracting them: this gives |y|"),
            Wrong(lambda n: (torch.cat([torch.eye(n), torch.eye(n)]), torch.cat([torch.eye(n), torch.zeros(n, n)], dim=1)), "this copies positive components only: ReLU cuts the negative ones off, and no unit carries them"),
            Wrong(lambda n: (torch.cat([torch.eye(n), torch.eye(n)]), torch.cat([torch.eye(n), -torch.eye(n)], dim=1)), "the decoder takes away what it adds: this gives 0"),
            Wrong(lambda n: (torch.cat([torch.eye(n), torch.eye(n)]), torch.cat([torch.eye(n), torch.eye(n)], dim=1)), "positive components come out twice, negative ones not at all: all units carry the same parts"),
            Wrong(lambda n: (torch.eye(n), torch.eye(n)), "n units are not enough: ReLU cuts off negative components. Use 2n"),
            Wrong(lambda n: relu_copier(n)[::-1], "the two are swapped, or both transposed: W_h is (2n, n) and comes first, W_y is (n, 2n)"),
            Wrong(lambda n: (relu_copier(n)[0], relu_copier(n)[1] / 2), "half of y: each component is carried by one of its two units at a time, so no average is needed"),
            Wrong(lambda n: (relu_copier(n)[0], -relu_copier(n)[1]), "the sign: what comes out is −y"),
            Wrong(lambda n: relu_copier(n)[0], "two matrices are asked for: `return W_h, W_y`"),
        ),
        "2n units copy everything, whatever they were trained on",
        judge=_copies,
    ),
    Exercise(
        "7.4", "within the span",
        "`basis` (n, r) has orthonormal columns, r < n, that span a subspace through 0; `y` (m, n) are samples, one a row. Write `within_span(y, basis)`: the part of each sample within the subspace, (m, n).",
        ("How far does one sample reach along one column of the basis?", "That is an inner product: `y @ basis` are all r of them, the coordinates.", "Back to n components: every coordinate times its column, added up. Which matrix does that?"),
        _samples_and_basis, within_span,
        (
            Wrong(lambda y, basis: y @ basis, "those are the r coordinates; go back to the n components with `basis.T`"),
            Wrong(lambda y, basis: y - y @ basis @ basis.T, "that is the part perpendicular to the span"),
            Wrong(lambda y, basis: (y - y.mean(dim=0)) @ basis @ basis.T, "the subspace goes through 0: nothing has to be centred here"),
            Wrong(lambda y, basis: y.mean(dim=0) + (y - y.mean(dim=0)) @ basis @ basis.T, "that is the nearest point of a plane through the mean of y, as in PCA: this subspace goes through 0"),
            Wrong(lambda y, basis: (y @ basis @ basis.T).norm(dim=1), "that is the length of the part; asked is the part itself"),
            Wrong(lambda y, basis: basis @ basis.T, "that is the matrix of the projection: apply it to the samples"),
            Wrong(lambda y, basis: basis @ basis.T @ y, "samples are the *rows* of y: a matrix that acts on them stands on the right, `y @ …`"),
            Wrong(lambda y, basis: y @ basis.T @ basis, "the two are swapped: `basis` (n, r) takes n components to r coordinates, `basis.T` back"),
        ),
        "the projection: the limit of every linear copier",
    ),
    Exercise(
        "7.5", "a copier that works in a box only",
        "7.3 needed 2n units. If the samples stay in the box [−1.2, 1.2]ⁿ and biases are allowed, n are enough. Write `box_copier(n)`: `W_h` (n, n), `b_h` (n,), `W_y` (n, n), `b_y` (n,) with which "
        "h = ReLU(W_h y + b_h), ỹ = W_y h + b_y copies every y of the box. (Far outside of it the copy fails, for whatever you choose.)",
        ("ReLU does nothing to positive numbers.", "Lift every component until it cannot be negative in the box, and lower it again at the end.", "The smallest component in the box is −1.2: with W_h = identity, which b_h is enough?"),
        None, box_copier,
        (
            Wrong(lambda n: (torch.eye(n), torch.zeros(n), torch.eye(n), torch.zeros(n)), "a unit is off for points in the middle"),
            Wrong(lambda n: (torch.eye(n), torch.ones(n), torch.eye(n), -torch.ones(n)), "a unit is off at the rim"),
            Wrong(lambda n: (torch.eye(n), torch.full((n,), 1.2), torch.eye(n), torch.zeros(n)), "all units are on, but what comes out is not y"),
            Wrong(lambda n: relu_copier(n), "four tensors are asked for"),
            Wrong(lambda n: (torch.eye(2 * n, n), torch.zeros(2 * n), torch.eye(n, 2 * n), torch.zeros(n)), "for n = 2 the shapes should be"),
        ),
        "a ReLU that is always on is linear",
        judge=_copies_in_a_box,
    ),
    Exercise(
        "7.6", "another copier with the same loss",
        "`Y` (m, n) are samples that do not span the whole space. Write `another_copier(Y)`: a matrix J (n, n) with J (y − mean) = y − mean for every sample, so with loss 0 on Y, "
        "that is neither the identity nor the projection onto the span of the samples about their mean (both at least 0.1 away, Frobenius norm).",
        ("What does the loss say about directions in which no sample differs from the mean?", "With P the projection onto the span: P + A (I − P) copies all samples, for every A.", "The rows of `torch.linalg.svd(y, full_matrices=False).Vh` with a singular value above 0 span the samples; P is their `span.T @ span`."),
        None, another_copier,
        (
            Wrong(lambda Y: torch.eye(Y.shape[1]), "that is (almost) the identity"),
            Wrong(lambda Y: (torch.eye(Y.shape[1]) + another_copier(Y)) / 2, "that is (almost) the projection"),
            Wrong(lambda Y: torch.eye(Y.shape[1]) - Y.T @ Y / len(Y), "J does not copy the samples"),
            Wrong(lambda Y: Y, "return one matrix J"),
        ),
        "the loss fixes J on the span, and nothing beyond",
        judge=_copies_otherwise,
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
            "does not copy it": "The corners are beyond the span of the training digits. What comes back instead, grain, is left over from the initial weights.",
        },
        "does not copy it",
    ),
    Question(
        "Would a million digits cure the collapse?",
        {
            "yes, over-fitting vanishes": "Collapse is not over-fitting: unseen digits are rebuilt well.",
            "no, a copier of more digits copies more": "More digits span more dimensions, so more of everything else is copied.",
        },
        "no, a copier of more digits copies more",
    ),
)  # fmt: skip

PREDICTIONS = (
    Prediction(
        "7.1", "A network with 1,000 units has learned the spiral. What does it answer to a point drawn anywhere in the square?",
        options={
            "the nearest point of the spiral": "That would be the ideal. But nothing told it to move anything: it has only ever been asked to give back what it got.",
            "some point of the spiral": "A narrow code answers so (6.2). With 1,000 units nothing keeps the answers on the curve.",
            "the point itself, nearly": "It copies, on the curve and off it.",
        },
        right="the point itself, nearly",
    ),
    Prediction(
        "7.3", "How much of the variance of images of clothes does a linear network with d = 1000 give back, that has seen digits only?",
        low=0, high=100, unit="%",
        why="It has learned to copy pixels in which digits differ, and clothes are made of the same pixels.",
    ),
    Prediction(
        "7.5", "A copier gives back 96 % of the variance of clothes. In how many pairs, one image of clothes and one digit, do the clothes still have more energy?",
        options={
            "about half": "It copies clothes, so one might think so. But it copies digits better still, and the area asks for the order only.",
            "about four fifths": "More: what is copied worse, even by little, has more energy.",
            "nearly all": "Digits are copied better still, and the area asks for the order only.",
        },
        right="nearly all",
    ),
    Prediction(
        "7.6", "Five times as many steps, and twenty times as many points of the spiral: what becomes of the share of the square that is explained?",
        options={
            "longer training brings it down": "The energy loss still pushes down only; more steps push further.",
            "more data bring it down": "Collapse is no over-fitting: unseen points of the spiral are explained very well.",
            "neither brings it down": "Neither touches the cause: nothing pushes up, and the architecture lets the energy be low anywhere.",
        },
        right="neither brings it down",
    ),
)  # fmt: skip
