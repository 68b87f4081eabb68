"""Exercises of chapter 2: an energy, a step, a search, starts that lose, a warm free energy, an encoder's price."""

import functools
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


def _guessed(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    """Energies of a few candidates, and which one an encoder answers; some least energies are 0. Last, of digits."""
    if k == 4:
        E = _digits_by_mean_digits()
        return E, E.argmin(dim=1).roll(1)
    E = torch.rand(6 + k, 4 + k, generator=generator)
    E[0, 2], E[3, 1] = 0.0, 0.0
    return E, torch.randint(4, (6 + k,), generator=generator)


def _warm(generator: Generator, k: int) -> tuple[Tensor, float]:
    """Energies and an inverse temperature; last, of digits, where exp(-beta E) is 0 in floats."""
    if k == 4:
        return _digits_by_mean_digits(), 10.0
    return 3 * torch.rand(5 + k, 4 + 2 * k, generator=generator), (0.5, 2.0, 8.0, 1.0)[k]


@functools.cache
def _digits_by_mean_digits() -> Tensor:
    """Squared distances of 12 unseen digits from the mean image of each kind: (12, 10)."""
    Y, labels = data.digits("train", labels=True)
    means = torch.stack([Y[labels == kind].mean(dim=0) for kind in range(10)])
    return torch.cdist(data.digits("test")[:12], means).square()


def _loses(losing_start, generator: Generator) -> str | None:
    """Descents from the given starts, inside the star: each has to end above the minimum."""
    y = _box(1000, generator)
    y = y[
        ((y[:, 0].abs() / 0.95) ** (2 / 3) + (y[:, 1].abs() / 1.9) ** (2 / 3) < 0.75 ** (2 / 3))
        & (y[:, 1].abs() > 0.05)
    ]
    given = losing_start(y.clone())
    z = stacked(given)
    if z is None or z.shape != (len(y), 1):
        return f"one start for each y is asked for, ({len(y)}, 1) here, got {kind(given)}"
    z = z.double()
    if not z.isfinite().all():
        return "among your starts are some that are no finite numbers"
    F = limits.inner_minimum(y, data.ellipse, 0, 2 * math.pi)[1]
    found = _ellipse_energy(y.double(), _descent(_ellipse_energy, y.double(), z)) <= F + 1e-3
    if not found.any():
        return None
    k = int(found.int().argmax())
    some = f" y = ({y[k, 0]:.2f}, {y[k, 1]:.2f}) is one of them, with your start at {z[k, 0]:.2f}"
    if found.all():
        return "every descent finds the best z; asked are starts that lose:" + some
    return f"{found.double().mean():.0%} of the descents find the best z all the same:" + some


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


def gap_share(E, guess):
    F = E.amin(dim=1)
    F_encoder = E.gather(1, guess[:, None])[:, 0]
    return (F_encoder - F).mean() / F.mean()


def free_energy(E, beta):
    return -(torch.logsumexp(-beta * E, dim=1) - math.log(E.shape[1])) / beta


def losing_start(y):
    return -y[:, 1:].sign() * math.pi / 2


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
        "`E` holds energies, (batch, k): for each y those of the same k values of z. An encoder answers with one of the k, `guess`, (batch,), whole numbers. Write "
        "`gap_share(E, guess)`: the mean amortisation gap as a share of the mean exact minimum, one number. The minimum of some y is 0.",
        ("The gap of a sample is what its guess costs, less the least of its row.", "`E.gather(1, guess[:, None])` picks one energy a row.", "A ratio of two means, not a mean of ratios."),
        _guessed, gap_share,
        (
            Wrong(lambda E, guess: -gap_share(E, guess), "the sign is reversed: the encoder cannot be below the minimum"),
            Wrong(lambda E, guess: ((E.gather(1, guess[:, None])[:, 0] - E.amin(dim=1)) / E.amin(dim=1)).mean(), "a mean of ratios: where the minimum is 0 the ratio explodes"),
            Wrong(lambda E, guess: (E.gather(1, guess[:, None])[:, 0] - E.amin(dim=1)).mean(), "that is the mean gap; asked is its share of the mean minimum"),
            Wrong(lambda E, guess: E.gather(1, guess[:, None])[:, 0].mean() / E.amin(dim=1).mean(), "that compares the energies, not what the guess costs beyond the minimum"),
            Wrong(lambda E, guess: (E.gather(1, guess[:, None])[:, 0] - E.amin(dim=1)).mean() / E.gather(1, guess[:, None])[:, 0].mean(), "the share is one of the minimum, not of the encoder's energy"),
            Wrong(lambda E, guess: (E.gather(1, guess[:, None])[:, 0] - E.min()).mean() / E.min(), "the least energy of the whole batch is taken: each y has its own minimum"),
            Wrong(lambda E, guess: (E.mean(dim=1) - E.amin(dim=1)).mean() / E.amin(dim=1).mean(), "that is the gap of a random guess; the encoder answers with `guess`"),
            Wrong(lambda E, guess: (E[:, guess].mean(dim=1) - E.amin(dim=1)).mean() / E.amin(dim=1).mean(), "`E[:, guess]` takes the guesses of all rows for every row: one guess a row, `E.gather(1, guess[:, None])`"),
        ),
        "one number for what amortisation costs",
    ),
    Exercise(
        "2.5", "a warm free energy",
        "`E` holds energies, (batch, k): for each y those of k equally likely z. Write `free_energy(E, beta)`: $F_\\beta$ of each y, (batch,). β may be large, and energies of "
        "images lie in the hundreds.",
        (
            "First the average of exp(−βE) over a row, then the logarithm, then the factor in front.",
            "exp(−800) is 0 in floats, and the logarithm of 0 is −∞: `torch.logsumexp` takes the largest exponent out first.",
            "`logsumexp` sums. A mean is a sum over k, so log k comes off.",
        ),
        _warm, free_energy,
        (
            Wrong(lambda E, beta: -torch.logsumexp(-beta * E, dim=1) / beta, "a sum over the z, where their average is asked for: k times the same energy would give less than that energy"),
            Wrong(lambda E, beta: -(-beta * E).exp().mean(dim=1).log() / beta, "right where energies are small; where βE is large, exp(−βE) is 0 in floats: `torch.logsumexp` takes the largest exponent out first"),
            Wrong(lambda E, beta: (torch.logsumexp(beta * E, dim=1) - math.log(E.shape[1])) / beta, "a soft maximum: energies enter as exp(−βE)"),
            Wrong(lambda E, beta: (torch.logsumexp(-beta * E, dim=1) - math.log(E.shape[1])) / beta, "the sign in front is missing"),
            Wrong(lambda E, beta: -(torch.logsumexp(-beta * E, dim=1) - math.log(E.shape[1])), "the factor 1/β is missing: F_β has the unit of an energy"),
            Wrong(lambda E, beta: -(torch.logsumexp(-beta * E, dim=1) - math.log(E.shape[1])) * beta, "times β, where 1/β is asked for"),
            Wrong(lambda E, beta: ((-beta * E).softmax(dim=1) * E).sum(dim=1), "that is the average energy with the weights exp(−βE); F_β also counts how many z share it"),
            Wrong(lambda E, beta: E.mean(dim=1), "that is the limit β → 0, where all z count alike"),
            Wrong(lambda E, beta: E.amin(dim=1), "that is the limit β → ∞, where only the best z counts"),
            Wrong(lambda E, beta: free_energy(E, 1 / beta), "β is the inverse temperature: it multiplies the energies"),
            Wrong(lambda E, beta: -(torch.logsumexp((-beta * E).flatten(), dim=0) - math.log(E.numel())) / beta, "averaged over the batch, too: each y has a free energy of its own"),
        ),
        "the mean at β = 0, the minimum at β = ∞, and a soft minimum between",
    ),
    Exercise(
        "2.6", "starts that lose",
        "`y` (batch, 2) holds points inside the star of 2.3, none of them near the long axis. Write `losing_start(y)`: for each y a start of z, (batch, 1), from which the descent of "
        "2.2 ends in the **wrong** valley. Any start that loses will do.",
        (
            "A descent ends in the valley on whose slope it starts.",
            "On which side of the long axis lies the better valley, and on which the other?",
            "A start well inside the other side: straight below, or straight above.",
        ),
        None, losing_start,
        (
            Wrong(lambda y: y[:, 1:].sign() * math.pi / 2, "every descent finds the best z; asked are starts that lose"),
            Wrong(lambda y: torch.full((len(y),), 1.0), "one start for each y is asked for"),
        ),
        "where the other side starts, the other valley waits",
        judge=_loses,
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
        "Where is the amortisation gap of the orbit's encoder large?",
        {
            "on the orbit": "There the best z is clear and varies smoothly: the gap nearly vanishes.",
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
        "2.2", "For how many of the points y in the box does a descent from z = 1 miss the lowest energy?",
        low=0, high=100, unit="%",
        why="Only where there are two valleys can it miss, and there it takes the one on whose slope it starts: the wrong one for half of those points.",
    ),
    Prediction(
        "2.3", "Where inside the orbit does F have a ridge?",
        options={
            "nowhere, it is a round hill": "Its top is at the centre, but it is a roof and no round hill: across the long axis the slope changes at once.",
            "on a piece of the long axis": "There two points of the orbit are equally near, one above and one below. A step aside makes one of them nearer, so F falls on both sides.",
            "on a piece of the short axis": "There the nearest point of the orbit is clear, the upper or the lower end, except at the centre.",
        },
        right="on a piece of the long axis",
    ),
    Prediction(
        "2.4", "The temperature is high, β near 0, so that all z count nearly alike. Where is F_β lower?",
        options={
            "a point of the orbit": "One z explains it without error; but all z count alike, and the far side of the orbit is far from it.",
            "the centre of the orbit": "No z explains it, but it is nowhere far from the moon: the mean of E is least there.",
            "the same everywhere": "The mean of E grows with the distance from the middle of the orbit.",
        },
        right="the centre of the orbit",
    ),
    Prediction(
        "2.7", "At which y must a continuous encoder fail?",
        options={
            "far from the orbit": "Far away the best z varies slowly with y, and is easily followed.",
            "on the orbit, where F is 0": "There the best z is clear and varies smoothly; the gap nearly vanishes.",
            "on the ridge, where the best z jumps": "From one side to the other the guess sweeps through all angles in between, and those are bad ones.",
        },
        right="on the ridge, where the best z jumps",
    ),
)  # fmt: skip
