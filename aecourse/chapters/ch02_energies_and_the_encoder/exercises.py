"""Exercises of chapter 2: the energy of a pair, the free energy, one step of descent, the price of an encoder."""

import torch
from torch import Generator, Tensor

from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.predictions import Prediction
from aecourse.checking.quizzes import Question


def _pairs(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    return torch.randn(4 + k, 2, generator=generator), 6 * torch.rand(4 + k, 1, generator=generator)


def _steps(generator: Generator, k: int) -> tuple[Tensor, Tensor, float]:
    return *_pairs(generator, k), 0.1 + 0.05 * k


def _table(generator: Generator, k: int) -> tuple[Tensor]:
    return (torch.rand(4 + k, 9, generator=generator),)


def _energies(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    F = 0.1 + torch.rand(6 + k, generator=generator)
    return F + 0.3 * torch.rand(6 + k, generator=generator), F


def energy(y, z):
    point = torch.cat([z.cos(), 0.5 * z.sin()], dim=1)
    return (y - point).square().sum(dim=1)


def free_energy(E):
    return E.min(dim=1).values


def step(y, z, rate):
    z = z.clone().requires_grad_()
    (slope,) = torch.autograd.grad(energy(y, z).sum(), z)
    return z.detach() - rate * slope


def gap_share(F_encoder, F):
    return (F_encoder - F).mean() / F.mean()


EXERCISES = (
    Exercise(
        "2.1", "the energy of a pair",
        "The decoder is the ellipse $\\mathrm{Dec}(z) = (\\cos z,\\ \\tfrac12 \\sin z)$. Write `energy(y, z)` for "
        "$E(y, z) = \\lVert y - \\mathrm{Dec}(z)\\rVert^2$ with y (batch, 2) and z (batch, 1); the result is (batch,).",
        ("`torch.cat([z.cos(), 0.5 * z.sin()], dim=1)` is Dec(z), (batch, 2).", "Square, then sum over the components of one sample."),
        _pairs, energy,
        (
            Wrong(lambda y, z: energy(y, z).sqrt(), "that is the distance; the energy is its square"),
            Wrong(lambda y, z: energy(y, z) / 2, "averaged over the two components: the lecture sums"),
            Wrong(lambda y, z: energy(y, z).sum(), "summed over the batch: each sample has an energy of its own"),
            Wrong(lambda y, z: energy(y, torch.pi / 2 - z), "cosine and sine are swapped"),
        ),
        "low where z explains y",
    ),
    Exercise(
        "2.2", "the free energy by search",
        "`E` is a table (batch, K): the energies of each y at K values of z. Write `free_energy(E)`: the lowest energy in the table for each y, (batch,). That is F(y), if the best z is among the K.",
        ("$F(y) = \\min_z E(y, z)$: which dimension is z?", "`E.min(dim=1)` returns values and places."),
        _table, free_energy,
        (
            Wrong(lambda E: E.argmin(dim=1), "that is which z is best; F is the energy there"),
            Wrong(lambda E: E.min(dim=0).values, "minimised over the batch: each y has its own best z"),
            Wrong(lambda E: E.mean(dim=1), "averaged over z: at zero temperature only the best z counts"),
            Wrong(lambda E: E.max(dim=1).values, "the largest instead of the smallest: low energy means that z explains y"),
        ),
        "to know how good y is, its best z has to be found",
    ),
    Exercise(
        "2.3", "one step downhill",
        "Write `step(y, z, rate)`: one step of gradient descent on $E(y, z)$ of exercise 2.1, from z (batch, 1) to the next z (batch, 1).",
        (
            "You may use `torch.autograd.grad`, or work out $dE/dz = 2\\,(\\mathrm{Dec}(z) - y)\\cdot \\mathrm{Dec}'(z)$.",
            "$\\mathrm{Dec}'(z) = (-\\sin z,\\ \\tfrac12\\cos z)$. Descent subtracts.",
        ),
        _steps, step,
        (
            Wrong(lambda y, z, rate: 2 * z - step(y, z, rate), "uphill: descent subtracts the slope"),
            Wrong(lambda y, z, rate: (z + step(y, z, rate)) / 2, "half the slope: the derivative of a square brings a factor 2"),
            Wrong(lambda y, z, rate: step(y, z, 1.0), "the step ignores the rate"),
            Wrong(lambda y, z, rate: z + (step(y, z, rate) - z) / len(y), "averaged over the batch: the step of one sample must not depend on how many others there are"),
        ),
        "many such steps make a search; an encoder replaces them by one forward pass",
    ),
    Exercise(
        "2.4", "the price of one forward pass",
        "Given the energies `F_encoder` that an encoder's guess reaches and the exact minima `F`, both (batch,), write "
        "`gap_share(F_encoder, F)`: the mean amortisation gap as a share of the mean exact minimum, one number.",
        ("The gap of a sample is F_encoder − F.", "A ratio of two means, not a mean of ratios."),
        _energies, gap_share,
        (
            Wrong(lambda F_encoder, F: -gap_share(F_encoder, F), "the sign is reversed: the encoder cannot be below the minimum"),
            Wrong(lambda F_encoder, F: ((F_encoder - F) / F).mean(), "a mean of ratios: on the curve F is 0 and the ratio explodes"),
            Wrong(lambda F_encoder, F: (F_encoder - F).mean(), "that is the mean gap; asked for is its share of the mean of F"),
            Wrong(lambda F_encoder, F: (F_encoder - F).mean() / F_encoder.mean(), "measured against the encoder's energy; the yardstick is the exact minimum"),
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
