"""Exercises of chapter 5: the loss functional, where the energy is pushed down, how much of a box is low."""

import math

import torch
from torch import Generator, Tensor

from aecourse import data, energies, measures
from aecourse.checking.differences import kind, stacked
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _cost_and_penalty(generator: Generator, k: int) -> tuple[Tensor, Tensor]:
    C, R = (0.1 + torch.rand(3 + k, generator=generator) for _ in range(2))
    return C, R


def _energy(points: Tensor) -> Tensor:
    """An energy that is lowest at 0 and not symmetric in its components."""
    return points.square() @ torch.tensor([1.0, 2.0, 3.0])


def _landscape(generator: Generator, k: int) -> tuple:
    y, y_tilde = (torch.randn(3 + k, 3, generator=generator) for _ in range(2))
    return _energy, y, y_tilde


def _uniform_energies(generator: Generator, k: int) -> tuple[Tensor, float]:
    """Energies at points drawn evenly from a box, one of them exactly at the threshold; first, those of the spiral."""
    if k == 0:
        points = torch.empty(400, 2).uniform_(*data.BOX, generator=generator)
        F = torch.cdist(points, data.spiral()).min(dim=1).values ** 2
        return F, F.sort().values[60].item()
    F = 3 * torch.rand(40 + k, generator=generator)
    return F, F[3].item()


def _tells_the_curve_apart(landscape, generator: Generator) -> str | None:
    """The spiral, turned: is F low on points of it that were not given, and on little else?"""
    t = 2 * math.pi * torch.rand(1, generator=generator).item()
    turn = torch.tensor([[math.cos(t), -math.sin(t)], [math.sin(t), math.cos(t)]])
    Y, unseen = data.spiral() @ turn, data.spiral(199)[1::2] @ turn
    F = landscape(Y.clone())
    if not callable(F):
        return "return the function F itself, defined inside with `def F(y): ...`"
    heights, at_given = stacked(F(unseen)), stacked(F(Y))
    if heights is None or at_given is None or heights.shape != (len(unseen),):
        return f"F gives one number a sample, ({len(unseen)},) for so many points; got {kind(F(unseen))}"
    if not heights.isfinite().all():
        return "F gives NaN or infinity on the curve"
    share = measures.low_energy_fraction(lambda y: torch.as_tensor(stacked(F(y.float()))), energies.TAU)
    fraction = share.value.item()
    if heights.min() < -1e-6:
        return "F is a cost: let it be 0 or more"
    if fraction > 0.25:
        return f"too much is low: F ≤ τ on {fraction:.0%} of the square, allowed are 25 %"
    if heights.mean() > energies.TAU:
        if at_given.mean() <= energies.TAU:
            return f"low at the given samples only: between them the mean of F is {heights.mean():.4f}, allowed is {energies.TAU:.4f}"
        return f"not low on the curve: the mean of F is {heights.mean():.4f} on points that were not given, allowed is {energies.TAU:.4f}"
    return None


def loss_functional(C, R):
    return (C + R).mean()


def energy_loss(F, y, y_tilde):
    return F(y)


def low_energy_fraction(F, tau):
    return (F <= tau).float().mean()


def landscape(Y):
    def F(y):
        return torch.cdist(y, Y).min(dim=1).values ** 2

    return F


EXERCISES = (
    Exercise(
        "5.1", "from C and R to L",
        "For m samples you are given their costs C and penalties R, each (m,). Write `loss_functional(C, R)`: the loss functional L for the energy loss, one number.",
        ("The energy of a sample is F = C + R.", "ℓ(F(·), y) = F(y), and L averages ℓ over the samples."),
        _cost_and_penalty, loss_functional,
        (
            Wrong(lambda C, R: C + R, "that is F, one number a sample: L is their average, one number"),
            Wrong(lambda C, R: (C + R).sum(), "summed over the samples: L is an average, so that it does not grow with the training set"),
            Wrong(lambda C, R: C.mean(), "the penalty R is missing: the energy is F = C + R"),
            Wrong(lambda C, R: C.mean() + R.sum(), "C is averaged over samples but R is summed: an unannounced weight of m on the penalty"),
            Wrong(lambda C, R: C.sum() + R.mean(), "C is summed over samples but R is averaged: an unannounced weight of 1/m on the penalty"),
            Wrong(lambda C, R: R.mean(), "the cost C is missing: the energy is F = C + R"),
            Wrong(lambda C, R: (C * R).mean(), "the energy is a sum, C + R, not a product"),
            Wrong(lambda C, R: (C + R)[-1], "that is the last sample's energy: L averages over all"),
        ),
        "the average over the training set of F = C + R",
    ),
    Exercise(
        "5.2", "where is the energy pushed down?",
        "`F` is a function from (batch, 3) to (batch,). For samples y and predictions ỹ, both (batch, 3), write `energy_loss(F, y, y_tilde)`: "
        "the per-sample loss $\\ell_\\text{energy}(F(\\cdot), y)$, (batch,).",
        ("ℓ_energy is the height of the landscape at one place.", "Which of y and ỹ did the world give us?"),
        _landscape, energy_loss,
        (
            Wrong(lambda F, y, y_tilde: F(y_tilde), "pushed down on ỹ: that is the model's own output. The energy is pushed down on y, the training samples"),
            Wrong(lambda F, y, y_tilde: F(y) - F(y_tilde), "this also pushes up on ỹ: a contrastive loss, not the energy loss"),
            Wrong(lambda F, y, y_tilde: F(y - y_tilde), "F takes a point of the data's space, not a difference: the cost inside F compares y and ỹ"),
            Wrong(lambda F, y, y_tilde: (y - y_tilde).square().sum(dim=1), "that is a cost C; asked is the loss of the landscape F, which is given as a function"),
            Wrong(lambda F, y, y_tilde: F(y).mean(), "averaged: that is L; ℓ is one number a sample"),
            Wrong(lambda F, y, y_tilde: -F(y), "the sign is reversed: minimising this would push the energy up on the data"),
        ),
        "F(y), at the samples",
    ),
    Exercise(
        "5.3", "the low-energy fraction",
        "F holds the energies at many points that were drawn evenly from a box, (k,). Write `low_energy_fraction(F, tau)`: an estimate of the share of the box where the energy is at most tau.",
        ("Points drawn evenly measure volume. What would you count?", "A share is a count, divided by how many there are; `.float()` turns truth values into numbers."),
        _uniform_energies, low_energy_fraction,
        (
            Wrong(lambda F, tau: (F < tau).float().mean(), "a point exactly at tau counts as low: F(y) ≤ τ"),
            Wrong(lambda F, tau: (F > tau).float().mean(), "that is the share where the energy is high"),
            Wrong(lambda F, tau: (F <= tau).sum(), "a count, not a share: divide by the number of points"),
            Wrong(lambda F, tau: (F <= tau * F.max()).float().mean(), "compare F with tau itself, not with a part of the highest energy: one very high point would change what is low"),
            Wrong(lambda F, tau: F[F <= tau].mean(), "that is the mean energy of the low points; asked is how many there are, as a share"),
            Wrong(lambda F, tau: F.mean() / tau, "a ratio of energies says nothing about volume: one very high point would change it"),
            Wrong(lambda F, tau: (F <= tau**2).float().mean(), "compare F with tau directly: tau has the units of the energy"),
        ),
        "points drawn evenly from a box measure volume",
    ),
    Exercise(
        "5.4", "design a landscape",
        "What would a good F look like, if we could simply write it down? Y (100, 2) are samples of a curve in the plane: the spiral, turned by some angle. Write `landscape(Y)`: "
        "it returns a function F from (batch, 2) to (batch,), F ≥ 0, such that the mean of F on *other* points of the curve is at most τ = 0.0025, and F ≤ τ on at most 25 % of the "
        "square [−1.2, 1.2]². No training is needed, and any F that does this will do.",
        (
            "A landscape that is 0 everywhere does the first and fails the second. What tells a place near the curve from one far away?",
            "Between two neighbouring samples the curve goes on. How far is the nearest sample there?",
            "`torch.cdist(y, Y)` gives all distances, (batch, 100). A function can be defined inside `landscape` and returned.",
        ),
        None, landscape,
        (
            Wrong(lambda Y: lambda y: 0 * y[:, 0], "too much is low"),
            Wrong(lambda Y: lambda y: y.square().sum(dim=1), "not low on the curve"),
            Wrong(lambda Y: lambda y: (torch.cdist(y, Y).min(dim=1).values > 0.01).float(), "low at the given samples only"),
            Wrong(lambda Y: torch.cdist(Y, Y).min(dim=1).values, "return the function F itself"),
            Wrong(lambda Y: lambda y: torch.cdist(y, Y).square().min(), "F gives one number a sample"),
            Wrong(lambda Y: lambda y: -torch.exp(-torch.cdist(y, Y).min(dim=1).values), "F is a cost"),
        ),
        "low on the curve, also where no sample lay, and high elsewhere: the energy loss asks only for the first",
        judge=_tells_the_curve_apart,
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "Which of these takes a function as its argument?",
        {
            "C": "C takes a sample and its prediction.",
            "F": "F takes a sample.",
            "ℓ": "ℓ takes the landscape F and a sample; that is why it is called a functional.",
        },
        "ℓ",
    ),
    Question(
        "The training loss of an autoencoder is 0. What do you know?",
        {
            "it has learned the data": "A copier also has loss 0, and it has learned nothing.",
            "the energy is 0 at the training samples": "Exactly that, and nothing about any other point.",
            "the energy is high elsewhere": "The energy loss contains no point at which the energy should be high.",
        },
        "the energy is 0 at the training samples",
    ),
    Question(
        "Images of clothes get a lower energy while a model trains on digits. Why?",
        {
            "the data set is contaminated": "No image of clothes was ever shown.",
            "nothing pushes the energy up": "Weights that help to copy digits also help to copy other images, and the loss does not mind.",
            "clothes look like digits": "They do not; within the span of the digits noise is copied too (chapter 7).",
        },
        "nothing pushes the energy up",
    ),
)  # fmt: skip
