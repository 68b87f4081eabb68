"""Exercises of chapter 2: the energy of a pair, one step of descent, a whole search, the price of an encoder."""

import math

import torch
from torch import Generator, Tensor

from aecourse import data, limits
from aecourse.checking.differences import kind, stacked
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.predictions import Prediction
from aecourse.checking.quizzes import Question


def _box(count: int, generator: Generator) -> Tensor:
    """Points drawn evenly from the chapter's box."""
    return torch.empty(count, 2).uniform_(*data.BOX, generator=generator)


def _pairs(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    return _box(4 + k, generator), 2 * torch.rand(4 + k, 1, generator=generator) - 1


def _steps(generator: Generator, k: int) -> tuple[Tensor, Tensor, float]:
    return *_pairs(generator, k), 0.1 + 0.05 * k


def _ellipse_energy(y: Tensor, z: Tensor) -> Tensor:
    """The chapter's energy of pairs, (batch, 2) with (batch, 1): (batch,)."""
    return (y - data.ellipse(z)).square().sum(dim=1)


def _finds_the_best_z(search, generator: Generator) -> str | None:
    """Energies at what the search finds, against the exact minimum, where one valley is deep and the other is not."""
    axis = torch.stack([torch.linspace(-0.7, 0.7, 20), 0.05 + 0.1 * torch.rand(20, generator=generator)], dim=1)
    y = torch.cat([_box(180, generator), axis * torch.tensor([1.0, -1.0]), axis]).double()
    F = limits.inner_minimum(y, data.ellipse, 0, 2 * math.pi)[1]
    given = search(_ellipse_energy, y.clone())
    z = stacked(given)
    if z is not None and z.numel() == len(y) and torch.allclose(z.flatten().double(), F, atol=1e-3):
        return "those are the lowest energies; asked is the z at which each is reached"
    if z is None or z.shape != (len(y), 1):
        return f"one z for each y is asked for, ({len(y)}, 1) here, got {kind(given)}"
    z = z.double()
    if not z.isfinite().all():
        return "among your z are some that are no finite numbers"
    above = _ellipse_energy(y, z) - F
    k = int(above.nan_to_num(torch.inf).argmax())
    at = f" at y = ({y[k, 0]:.2f}, {y[k, 1]:.2f}) your z has {above[k]:.4f} more energy than the best one"
    if not (above > 1e-3).any():
        return None
    if above.max() < 0.1:
        return "nearly the lowest energies, and not within 0.001 everywhere:" + at
    if (above > 1e-3).double().mean() < 0.5:
        return "for some y the search ends in the wrong valley:" + at
    return "for most y there is a better z:" + at


def _grid_search(E, y, count):
    z = torch.linspace(0, 2 * math.pi, count)
    table = torch.stack([E(y, angle.expand(len(y), 1)) for angle in z], dim=1)
    return z[table.argmin(dim=1)][:, None]


def _descent(E, y, z):
    for _ in range(200):
        z = z.detach().requires_grad_()
        (slope,) = torch.autograd.grad(E(y, z).sum(), z)
        z = z - 0.2 * slope
    return z.detach()


def _energies(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Exact minima on the chapter's box, one of them on the curve itself, and what a guess near by costs."""
    count = 6 + k
    y = torch.cat([data.ellipse(torch.rand(1, 1, generator=generator)), _box(count, generator)]).double()
    z, F = limits.inner_minimum(y, data.ellipse, 0, 2 * math.pi)
    guess = z.view(-1, 1) + 0.1 + 0.3 * torch.rand(count + 1, 1, generator=generator).double()
    F[0] = 0.0
    return torch.maximum(_ellipse_energy(y, guess), F).float(), F.float()


def energy(y, z):
    point = torch.cat([z, z**2], dim=1)
    return (y - point).square().sum(dim=1)


def step(y, z, rate):
    z = z.clone().requires_grad_()
    (slope,) = torch.autograd.grad(energy(y, z).sum(), z)
    return z.detach() - rate * slope


def search(E, y):
    z = torch.linspace(0, 2 * math.pi, 1000)
    table = torch.stack([E(y, angle.expand(len(y), 1)) for angle in z], dim=1)
    return z[table.argmin(dim=1)][:, None]


def gap_share(F_encoder, F):
    return (F_encoder - F).mean() / F.mean()


EXERCISES = (
    Exercise(
        "2.1", "the energy of a pair",
        "Another decoder, a parabola: $\\mathrm{Dec}(z) = (z,\\ z^2)$. Write `energy(y, z)` for "
        "$E(y, z) = \\lVert y - \\mathrm{Dec}(z)\\rVert^2$ with y (batch, 2) and z (batch, 1); the result is (batch,).",
        (
            "Which two columns does Dec(z) have?",
            "`torch.cat([..., ...], dim=1)` puts two columns (batch, 1) side by side.",
            "Subtract, square, and sum over the two components of one sample.",
        ),
        _pairs, energy,
        (
            Wrong(lambda y, z: energy(y, z).sqrt(), "that is the distance; the energy is its square"),
            Wrong(lambda y, z: energy(y, z) / 2, "averaged over the two components: the lecture sums"),
            Wrong(lambda y, z: energy(y, z).sum(), "summed over the batch: each sample has an energy of its own"),
            Wrong(lambda y, z: energy(y.flip(1), z), "the components of Dec are swapped: z to the right, z² upwards"),
            Wrong(lambda y, z: (y - z).square().sum(dim=1), "z was compared with both components of y: compare Dec(z), a point of the plane"),
            Wrong(lambda y, z: (y[:, 1] - z[:, 0] ** 2).square(), "only the height is compared: the energy sums over both components"),
        ),
        "low where z explains y",
    ),
    Exercise(
        "2.2", "one step downhill",
        "Write `step(y, z, rate)`: one step of gradient descent on $E(y, z)$ of exercise 2.1, from z (batch, 1) to the next z (batch, 1). "
        "`rate` is the step size η.",
        (
            "You may use `torch.autograd.grad`, or work out $dE/dz = 2\\,(\\mathrm{Dec}(z) - y)\\cdot \\mathrm{Dec}'(z)$.",
            "$\\mathrm{Dec}'(z) = (1,\\ 2z)$. Descent subtracts.",
        ),
        _steps, step,
        (
            Wrong(lambda y, z, rate: 2 * z - step(y, z, rate), "uphill: descent subtracts the slope"),
            Wrong(lambda y, z, rate: (z + step(y, z, rate)) / 2, "half the slope: the derivative of a square brings a factor 2"),
            Wrong(lambda y, z, rate: step(y, z, 1.0), "the step ignores the rate"),
            Wrong(lambda y, z, rate: z + (step(y, z, rate) - z) / len(y), "averaged over the batch: the step of one sample must not depend on how many others there are"),
            Wrong(lambda y, z, rate: step(y, z, rate) - z, "that is the change; asked is the next z"),
            Wrong(lambda y, z, rate: z - rate * energy(y, z)[:, None], "the energy was subtracted; descent subtracts its slope"),
            Wrong(lambda y, z, rate: z - rate * 2 * (z - y[:, :1] + z**2 - y[:, 1:]), "Dec′ is missing: the chain rule multiplies by (1, 2z)"),
        ),
        "many such steps make a search; an encoder replaces them by one forward pass",
    ),
    Exercise(
        "2.3", "the whole search",
        "`E(y, z)` gives the energies of pairs, y (batch, 2) with z (batch, 1): (batch,). Its decoder is the ellipse, z an angle from 0 to 2π. "
        "Write `search(E, y)`: for every y a z whose energy is within 0.001 of the lowest of all, (batch, 1). "
        "Any way will do that takes less than ten seconds for 220 points; E may be called as often as you like.",
        (
            "One descent ends in the valley on whose slope it starts. How do you see all valleys?",
            "`torch.linspace(0, 2 * math.pi, K)` lists angles; E at each of them makes a table (batch, K).",
            "`table.argmin(dim=1)` says which angle is best for each y. How fine must the list be for 0.001?",
        ),
        None, search,
        (
            Wrong(lambda E, y: _descent(E, y, torch.ones(len(y), 1)), "for some y the search ends in the wrong valley"),
            Wrong(lambda E, y: _grid_search(E, y, 25), "nearly the lowest energies, and not within 0.001 everywhere"),
            Wrong(lambda E, y: _grid_search(E, y, 1000) + math.pi, "for most y there is a better z"),
            Wrong(lambda E, y: E(y, _grid_search(E, y, 1000)), "those are the lowest energies; asked is the z at which each is reached"),
            Wrong(lambda E, y: _grid_search(E, y, 1000)[0], "one z for each y is asked for"),
        ),
        "to know how good one y is, hundreds of energies were computed: that is what an encoder saves",
        judge=_finds_the_best_z,
    ),
    Exercise(
        "2.4", "the price of one forward pass",
        "Given the energies `F_encoder` that an encoder's guess reaches and the exact minima `F`, both (batch,), write "
        "`gap_share(F_encoder, F)`: the mean amortisation gap as a share of the mean exact minimum, one number. Some F are 0.",
        ("The gap of a sample is F_encoder − F.", "A ratio of two means, not a mean of ratios."),
        _energies, gap_share,
        (
            Wrong(lambda F_encoder, F: -gap_share(F_encoder, F), "the sign is reversed: the encoder cannot be below the minimum"),
            Wrong(lambda F_encoder, F: ((F_encoder - F) / F).mean(), "a mean of ratios: on the curve F is 0 and the ratio explodes"),
            Wrong(lambda F_encoder, F: (F_encoder - F).mean(), "that is the mean gap; asked for is its share of the mean of F"),
            Wrong(lambda F_encoder, F: (F_encoder - F).mean() / F_encoder.mean(), "measured against the encoder's energy; the yardstick is the exact minimum"),
            Wrong(lambda F_encoder, F: F_encoder.mean() / F.mean(), "that is the encoder's energy as a multiple of the minimum; the gap is what exceeds 1"),
            Wrong(lambda F_encoder, F: (F_encoder - F) / F.mean(), "one number a sample; asked for is the mean"),
        ),
        "never negative, and small where the encoder was trained well",
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "The encoder's energy at some y is below the search's. What happened?",
        {
            "the encoder is better than the minimum": "Nothing is below a minimum.",
            "the search missed the deepest valley": "The gap is non-negative by definition; a negative one convicts the search.",
        },
        "the search missed the deepest valley",
    ),
    Question(
        "Where is the amortisation gap of the ellipse large?",
        {
            "on the ellipse": "There the best z is clear and varies smoothly: the gap nearly vanishes.",
            "near the long axis, inside": "Two z are nearly equally good there, above and below; the best one jumps, and a continuous encoder cannot.",
            "far outside": "Far away the best z varies slowly with y; the encoder follows easily.",
        },
        "near the long axis, inside",
    ),
    Question(
        "What does amortisation trade?",
        {
            "accuracy for speed": "One forward pass instead of a search, at the price of the gap.",
            "memory for accuracy": "The weights take memory, but the guess is less accurate than the search, not more.",
        },
        "accuracy for speed",
    ),
)  # fmt: skip

PREDICTIONS = (
    Prediction(
        "2.2", "For how many of the points y in the box does a descent from one fixed start miss the lowest energy?",
        low=0, high=100, unit="%",
        why="About a quarter of the points have two valleys, and a descent takes the one on whose slope it starts: often, not always, the right one.",
    ),
    Prediction(
        "2.3", "Where inside the ellipse does F have a ridge?",
        options={
            "nowhere, it is a round hill": "Its top is at the centre, but it is a roof and no round hill: across the long axis the slope changes at once.",
            "on a piece of the long axis": "There two points of the ellipse are equally near, one above and one below. A step aside makes one of them nearer, so F falls on both sides.",
            "on a piece of the short axis": "There the nearest point of the ellipse is clear, the upper or the lower end, except at the centre.",
        },
        right="on a piece of the long axis",
    ),
    Prediction(
        "2.5", "At which y must a continuous encoder fail?",
        options={
            "far from the ellipse": "Far away the best z varies slowly with y, and is easily followed.",
            "on the ellipse, where F is 0": "There the best z is clear and varies smoothly; the gap nearly vanishes.",
            "on the ridge, where the best z jumps": "From one side to the other the guess sweeps through all angles in between, and those are bad ones.",
        },
        right="on the ridge, where the best z jumps",
    ),
)  # fmt: skip
