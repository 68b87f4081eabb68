"""Exercises of chapter 5: the loss functional, where energies are pushed down and up, how much is low, the loop."""

import math

import torch
from torch import Generator, Tensor

from aecourse import data, energies, measures, models, training
from aecourse.checking.differences import kind, stacked
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.predictions import Prediction
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


def _on_cells(generator: Generator, k: int) -> tuple[Tensor, float]:
    """Energies of all cells of a small plane and an inverse temperature; last, those of the spiral's neighbourhood."""
    if k == 4:
        axis = torch.linspace(*data.BOX, 20)
        return torch.cdist(torch.cartesian_prod(axis, axis), data.spiral()).min(dim=1).values ** 2, 1000.0
    lowest = 2.0 if k == 3 else 0.0  # there exp(-beta F) is 0 in floats for every cell
    return lowest + 3 * torch.rand(6 + 3 * k, generator=generator), (0.5, 2.0, 8.0, 400.0)[k]


def _learns(train_all, generator: Generator) -> str | None:
    """The whole loop, on an energy that is no plain squared error: does it come as low as the course's own?"""
    Y = data.digits()[torch.randperm(10_000, generator=generator)[:1000]].view(-1, 1, 28, 28)
    Y = torch.nn.functional.avg_pool2d(Y, 4).flatten(1)
    weight, asked = 10 ** (2 * torch.rand(49, generator=generator) - 1), []

    def energy(model, y):
        asked.append(len(y))
        return (weight * (y - model(y)).square()).sum(dim=1)

    model, twin = (models.Autoencoder(49, 5, f=models.identity, seed=3) for _ in range(2))
    start = training.evaluate(model, Y, energy=energy)
    training.fit(twin, Y, energy=energy, epochs=30, batch=50, lr=1e-2, one_cycle=True, progress=False)
    asked.clear()
    train_all(model, Y.clone(), energy)
    if not asked:
        return "`energy` was never called: it says what is to be lowered"
    reached = training.evaluate(model, Y, energy=energy)
    goal = training.evaluate(twin, Y, energy=energy)
    if reached <= 1.15 * goal:
        return None
    said = f"the mean energy of Y is {reached:.3f}; it was {start:.3f} before, and {goal:.3f} can be reached"
    if reached == start:
        return f"the model has not changed: {said}"
    if reached > start:
        return f"the energy has risen: {said}"
    plain = energies.squared_error(Y, model(Y)).mean().item()
    if plain <= 1.02 * energies.squared_error(Y, twin(Y)).mean().item():
        return f"another energy was lowered than the one that is given: {said}"
    return f"not low enough: {said}"


def loss_functional(C, R):
    return (C + R).mean()


def energy_loss(F, y, y_tilde):
    return F(y)


def low_energy_fraction(F, tau):
    return (F <= tau).float().mean()


def where_pushed(F, beta):
    return torch.softmax(-beta * F, dim=0)


def train_all(model, Y, energy):
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(40):
        for index in torch.randperm(len(Y)).split(50):
            loss = energy(model, Y[index]).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()


def _loop_without(model, Y, energy, *, step=True, epochs=40, sign=1):
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(epochs):
        for y in Y.split(50):
            optimiser.zero_grad()
            (sign * energy(model, y).mean()).backward()
            if step:
                optimiser.step()


def _another_energy(model, Y, energy):
    energy(model, Y)
    train_all(model, Y, lambda model, y: energies.squared_error(y, model(y)))


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
    Exercise(
        "5.5", "where the likelihood pushes",
        "`F` (k,) holds the energies of the k cells that fill the plane. Training on the likelihood of 5.5 pushes every cell up, $-\\beta\\,\\sum_k w_k\\, \\partial F_k / \\partial\\theta$ being its share of the slope. "
        "Write `where_pushed(F, beta)`: the weights w, (k,). βF may be in the hundreds.",
        (
            "Differentiate log Σ exp(−βF_k) with respect to one F_k. What do all the answers add up to?",
            "They are the probabilities of the cells, by the model itself: exp(−βF_k) over their sum.",
            "exp(−800) is 0 in floats, and 0/0 is no number. Which function of torch takes the largest exponent out first?",
        ),
        _on_cells, where_pushed,
        (
            Wrong(lambda F, beta: torch.softmax(beta * F, dim=0), "upside down: cells of *low* energy are likely, and they are pushed hardest"),
            Wrong(lambda F, beta: torch.softmax(-F, dim=0), "β is missing: it says how sharply likely and unlikely part"),
            Wrong(lambda F, beta: torch.softmax(-F / beta, dim=0), "β is the inverse temperature: it multiplies the energies"),
            Wrong(lambda F, beta: beta * torch.softmax(-beta * F, dim=0), "the factor β stands in front of the sum already"),
            Wrong(lambda F, beta: -torch.softmax(-beta * F, dim=0), "the sign stands in front of the sum already: weights are not negative"),
            Wrong(lambda F, beta: (-beta * F).exp(), "not yet divided by Z: the weights of all cells add up to 1"),
            Wrong(lambda F, beta: (-beta * F).exp() / (-beta * F).exp().sum(), "right where βF is small; where it is in the hundreds every exp(−βF) is 0 in floats, and 0/0 no number: `torch.softmax` takes the largest exponent out first"),
            Wrong(lambda F, beta: torch.ones_like(F) / len(F), "every cell alike: so pushes the contrastive loss, which draws anywhere"),
            Wrong(lambda F, beta: torch.nn.functional.one_hot(F.argmin(), len(F)).float(), "the lowest cell alone: that is the limit β → ∞"),
            Wrong(lambda F, beta: (-beta * F).log_softmax(dim=0), "those are the logarithms of the weights"),
        ),
        "the model's own probabilities: training is over when they are those of the data",
    ),
    Exercise(
        "5.6", "the whole loop, from memory",
        "Write `train_all(model, Y, energy)` without looking: it trains `model`, in place, on the samples Y (1000, 49), until their mean energy is within 15 % of what the course's own training reaches. "
        "`energy(model, y)` gives F of each sample of a batch, (batch,). Optimiser, batches and passes are yours; it has half a minute.",
        (
            "An optimiser of the model's parameters; passes over Y; batches in each. What are the five lines within?",
            "Energies of the batch, their mean, forget the old slopes, backward, step.",
            "`torch.optim.Adam(model.parameters(), lr=1e-2)`, 40 passes, batches of 50.",
        ),
        None, train_all,
        (
            Wrong(lambda model, Y, energy: _loop_without(model, Y, energy, step=False), "the model has not changed"),
            Wrong(lambda model, Y, energy: _loop_without(model, Y, energy, sign=-1), "the energy has risen"),
            Wrong(lambda model, Y, energy: _loop_without(model, Y, energy, epochs=1), "not low enough"),
            Wrong(lambda model, Y, energy: train_all(model, Y, lambda model, y: energies.squared_error(y, model(y))), "`energy` was never called"),
            Wrong(_another_energy, "another energy was lowered than the one that is given"),
        ),
        "shuffle, energies, mean, forget, backward, step",
        judge=_learns,
        seconds=30,
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

PREDICTIONS = (
    Prediction(
        "5.2", "Training lowers the energy at 100 points of the spiral. What does it do to the energy of points drawn anywhere in the square?",
        options={
            "it rises": "Energy is no fluid of which there is a fixed amount. Nothing in the loss mentions those points, and nothing pushes them up.",
            "it stays about the same": "That would be modest. But the weights that copy the spiral copy its surroundings, too.",
            "it falls as well, by hundreds of times": "Nobody asked for it: weights that copy the points of the spiral copy other points, and no term of the loss minds.",
        },
        right="it falls as well, by hundreds of times",
    ),
    Prediction(
        "5.4", "Blank paper leaves 165 squared units per image of clothes, their own mean 69. What do clothes cost the network, which has seen digits only?",
        low=0, high=200, unit="squared units",
        why="A wide network that learns to copy digits copies whatever is made of the same pixels. No term of the loss pushes clothes up.",
    ),
)  # fmt: skip
