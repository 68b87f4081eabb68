"""Exercises of chapter 9: an uneven posterior mean, a loop to repair, error bars, watersheds, and a whole sampler."""

import itertools
from collections.abc import Callable
from functools import partial

import torch
from torch import Generator, Tensor

from aecourse import data, energies, limits, models
from aecourse.checking.differences import stacked
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.predictions import Prediction
from aecourse.checking.quizzes import Question


def posterior_mean(y_hat, points, prior, sigma):
    squared = (y_hat[:, None] - points).square().sum(dim=2)
    w = (prior.log() - squared / (2 * sigma**2)).softmax(dim=1)
    return w @ points


def train_denoiser(model, Y):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 800)
    for _ in range(800):
        sigma = 0.05 * 10 ** torch.rand(len(Y), 1)
        y_hat = Y + sigma * torch.randn_like(Y)
        C = (Y - model(y_hat, sigma)).square().sum(dim=1)
        optimiser.zero_grad()
        (C / sigma[:, 0] ** 2).mean().backward()
        optimiser.step()
        falling.step()


def uncertainty(denoise, y_hat, sigma):
    y_hat = y_hat.clone().requires_grad_()
    y_tilde = denoise(y_hat, sigma)
    trace = 0
    for k in range(y_hat.shape[1]):
        (slope,) = torch.autograd.grad(y_tilde[:, k].sum(), y_hat, retain_graph=True)
        trace = trace + slope[:, k]
    return sigma**2 * trace


def watersheds(points, sigma):
    low, high = points.min(), points.max()
    y_hat = low + (high - low) * torch.linspace(0, 1, 10_001).to(points)
    w = (-((y_hat[:, None] - points) ** 2) / (2 * sigma**2)).softmax(dim=1)
    arrow = w @ points - y_hat
    away = (arrow[:-1] < 0) & (arrow[1:] >= 0)
    return y_hat[1:][away]


def sample(denoise, noise, sigmas):
    y = sigmas[0] * noise
    for sigma, following in itertools.pairwise(sigmas):
        y_tilde = denoise(y, sigma)
        y = y_tilde + following / sigma * (y - y_tilde)
    return denoise(y, sigmas[-1])


def _uneven_points(generator: Generator, k: int) -> tuple[Tensor, Tensor, Tensor, float]:
    """Noisy samples and points, close enough for several to matter; the last are places of the box, some so far away that no float holds their weights, and
    the spiral, at a small noise, with points that get rarer outwards."""
    if k == 4:
        near = data.spiral()[::11] + 0.03 * torch.randn(10, 2, generator=generator)
        corners = torch.cartesian_prod(*[torch.tensor(data.BOX)] * 2)
        prior = torch.linspace(0, -4, 100).softmax(dim=0)
        return torch.cat([torch.tensor([[2.0, 2.0]]), corners, near]), data.spiral(), prior, 0.03
    points = torch.randn(7 + k, 2, generator=generator)
    prior = (1.5 * torch.randn(7 + k, generator=generator)).softmax(dim=0)
    return torch.randn(4, 2, generator=generator), points, prior, 0.5 + 0.1 * k


def _mean(exponent: Callable[[Tensor, Tensor, float], Tensor]) -> Callable[..., Tensor]:
    """The points weighted by the softmax of what is made of (distance, prior, sigma)."""

    def answer(y_hat: Tensor, points: Tensor, prior: Tensor, sigma: float) -> Tensor:
        return exponent((y_hat[:, None] - points).norm(dim=2), prior, sigma).softmax(dim=1) @ points

    return answer


def _by_hand(y_hat: Tensor, points: Tensor, prior: Tensor, sigma: float, floor: float = 0.0) -> Tensor:
    w = prior * (-(y_hat[:, None] - points).square().sum(dim=2) / (2 * sigma**2)).exp() + floor
    return w @ points / w.sum(dim=1, keepdim=True)


_JUDGED_AT, _AT_MOST = (0.05, 0.15, 0.5), 1.2


def _denoises(fn: Callable, generator: Generator) -> str | None:
    """Whether the model that `fn` trains comes near the Bayes risk at three noise levels."""
    Y = data.spiral()
    seed = int(torch.randint(1000, (), generator=generator))
    model = models.Denoiser(2, 32, Y.std().item(), seed=seed)
    with torch.random.fork_rng(devices=[]):
        torch.random.default_generator.manual_seed(seed)
        before = [parameter.clone() for parameter in model.parameters()]
        fn(model, Y.repeat(5, 1))
    if all(map(torch.equal, before, model.parameters())):
        return "the model is as it was: does the loop take a step?"
    costs = []  # of the model and of who leaves y_hat as it is, over the least possible
    for sigma in _JUDGED_AT:
        y_hat = Y.repeat(50, 1)
        y_hat += sigma * torch.randn(y_hat.shape, generator=generator)
        best = limits.BayesDenoiser(Y, sigma)
        with torch.no_grad():
            answer = model(y_hat, sigma)
        if not answer.isfinite().all():
            return "the model answers with NaN or infinity now: does the loss grow?"
        least = best.variance(y_hat).mean()
        costs.append([1 + (energies.squared_error(best(y_hat), a).mean() / least).item() for a in (answer, y_hat)])
    ours, copied = (list(column) for column in zip(*costs, strict=True))
    if max(ours) <= _AT_MOST:
        return None
    if all(0.9 * c < o < 1.1 * c for o, c in zip(ours, copied, strict=True)):
        why = "that is what leaving ŷ as it is costs. With what is the answer compared?"
    elif ours[0] > _AT_MOST >= max(ours[1:]):
        why = "only small noise suffers. Large noise costs more, so it decides the mean; what makes all levels count alike?"
    elif ours[1] < min(ours[0], ours[2]) and ours[1] <= _AT_MOST:
        why = "one level is served, the others are not. Is the model told the σ of each sample?"
    elif ours[0] > 1.2 * ours[1] > 1.2 * 1.2 * ours[2]:
        why = "the less noise, the worse. Is the model told what it was promised, the standard deviation?"
    else:
        why = "nothing is learned well. Is the noise new in each step, and are there enough steps?"
    said = ", ".join(f"{c:.2f} at σ = {sigma:g}" for c, sigma in zip(ours, _JUDGED_AT, strict=True))
    return f"{why} (Times the least possible error: {said}.)"


def _loop(*, once: bool = False, told: Callable = lambda sigma: sigma, power: int = 2, copy: bool = False) -> Callable:
    """Loops that make one mistake."""

    def train(model, Y):
        optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
        falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 800)
        sigma, noise = 0.05 * 10 ** torch.rand(len(Y), 1), torch.randn_like(Y)
        for _ in range(800):
            if not once:
                sigma, noise = 0.05 * 10 ** torch.rand(len(Y), 1), torch.randn_like(Y)
            y_hat = Y + sigma * noise
            C = ((y_hat if copy else Y) - model(y_hat, told(sigma))).square().sum(dim=1)
            optimiser.zero_grad()
            (C / sigma[:, 0] ** power).mean().backward()
            optimiser.step()
            falling.step()

    return train


def _unsure_places(generator: Generator, k: int) -> tuple[Callable, Tensor, float]:
    """The best denoiser of a few points in three dimensions; the last is that of the spiral, at the noise of the chapter."""
    if k == 4:
        points, sigma = data.spiral().double(), 0.1
        y_hat = points[::4] + sigma * torch.randn(25, 2, generator=generator)
    else:
        points, sigma = torch.randn(6 + k, 3, generator=generator).double(), 0.6 + 0.1 * k
        y_hat = torch.randn(5, 3, generator=generator).double()
    prior = torch.ones(len(points), dtype=torch.float64)
    return lambda y, s: posterior_mean(y, points, prior, s), y_hat, sigma


def _jacobian(denoise: Callable, y_hat: Tensor, sigma: float) -> Tensor:
    J = torch.func.jacrev(lambda y: denoise(y, sigma).sum(dim=0))(y_hat)  # (n, batch, n)
    return J.transpose(0, 1)


def _places_on_a_line(generator: Generator, k: int) -> tuple[Tensor, float]:
    """Two places and less noise than half their distance; more; three uneven ones; a cluster and a single point; a line through the turns of the spiral."""
    a = 0.5 + torch.rand((), generator=generator)
    if k < 2:  # not quite even: on a grid nobody's arrow is exactly 0
        return torch.stack([-a, a, a + 0.05]) + 0.3, (0.6, 1.2)[k] * a.item()
    if k == 2:
        return torch.stack([-2 * a, 0 * a, a]), 0.4 * a.item()
    if k == 3:
        return torch.cat([torch.linspace(-0.2, 0.2, 5), torch.tensor([1.5])]) * a, 0.45 * a.item()
    curve = data.spiral()
    return curve[curve[:, 0].abs() < 0.04][:, 1].sort().values[1:], 0.1


def _finds_watersheds(fn: Callable, generator: Generator) -> str | None:
    """Whether `fn` finds all places from which arrows lead away, and no others."""
    for k in range(5):
        points, sigma = _places_on_a_line(generator, k)
        given = fn(points.clone(), sigma)
        if given is None:
            return "your function returns None: is there a `return`?"
        given = torch.empty(0) if isinstance(given, list | tuple) and not given else stacked(given)
        if given is None:
            return "places on the line are asked for, as a tensor or a list of numbers"
        found = given.double().flatten().sort().values
        right = watersheds(points.double(), sigma)
        case = f"{len(points)} points from {points.min():.2f} to {points.max():.2f}, σ = {sigma:.2f}"
        if len(found) == len(right) and (found - right).abs().lt(0.02).all():
            continue
        mine, listed = (", ".join(f"{v:.2f}" for v in values) or "none" for values in (found, right))
        if len(found) and not len(right):
            why = "the noise is too strong for any"
        elif len(found) > len(right) and all((found - v).abs().min() < 0.02 for v in right):
            why = "the right ones are among yours, and others. On which side of them do arrows lead where?"
        elif len(found) > len(right):
            why = "more than there are, and at other places: not halfway between points, but where the arrow is 0"
        elif len(found) == len(right):
            why = "as many as there are, at other places: not halfway between points, but where the arrow is 0"
        else:
            why = "not all of them"
        return f"{why} ({case}: yours are {mine}, right are {listed})"
    return None


def _zeros(points: Tensor, sigma: float) -> Tensor:
    """All places without an arrow."""
    y_hat = torch.linspace(points.min() - sigma, points.max() + sigma, 10_001)
    arrow = (-((y_hat[:, None] - points) ** 2) / (2 * sigma**2)).softmax(dim=1) @ points - y_hat
    return y_hat[1:][arrow[:-1].sign() != arrow[1:].sign()]


def _samples(fn: Callable, generator: Generator) -> str | None:
    """Whether what `fn` makes of noise lies on the data, a spiral turned by chance, and on all of them alike."""
    turn = torch.linalg.qr(torch.randn(2, 2, generator=generator))[0]
    points, dense = data.spiral() @ turn, data.spiral(1000) @ turn
    noise = torch.randn(2000, 2, generator=generator)
    handed = noise.clone()
    given = fn(
        lambda y_hat, sigma: posterior_mean(y_hat, points, torch.ones(len(points)), sigma),
        handed,
        torch.logspace(0.477, -1.52, 20).tolist(),
    )
    if given is None:
        return "your function returns None: is there a `return`?"
    if not torch.equal(noise, handed):
        return "your function changes `noise` in place; compute a new value instead"
    y = stacked(given)
    if y is None or y.shape != noise.shape:
        came = tuple(y.shape) if y is not None else type(given).__name__
        return f"expected samples of shape {tuple(noise.shape)}, got {came}"
    y = y.float()
    if not y.isfinite().all():
        return "some samples are infinite or NaN: does the noise grow?"
    if torch.cdist(y, dense).amin(dim=1).median() > 0.04:
        return "most samples are not on the data: does the walk go down to the last level?"
    places = torch.cdist(y, points).argmin(dim=1)
    if len(places.unique()) < 10:
        return "the samples lie on the data, but nearly all on the same few points: whole jumps end there. Keep part of the noise at each step"
    if torch.bincount(places // 10, minlength=10).min() < 0.03 * len(y):
        return "the samples lie on the data, but part of them gets hardly any: does the noise start at the first level, and does each step keep as much of it as the next level says?"
    return None


def _walk(denoise, noise, sigmas, *, start=True, keep=lambda share: share):
    """A sampler that may start too near, or keep another share of the noise."""
    y = sigmas[0] * noise if start else noise
    for sigma, following in itertools.pairwise(sigmas):
        y_tilde = denoise(y, sigma)
        y = y_tilde + keep(following / sigma) * (y - y_tilde)
    return denoise(y, sigmas[-1])


EXERCISES = (
    Exercise(
        "9.1", "points that are not equally likely",
        "`y_hat` (batch, 2) are noisy samples of the `points` (m, 2). Point i is drawn with the probability `prior[i]`, (m,), all positive; the noise has standard deviation `sigma`, a number from 0.03 up. Write `posterior_mean(y_hat, points, prior, sigma)`: $\\mathbb E[y \\mid \\hat y]$, (batch, 2). "
        "It has to answer everywhere in the plane, also far from all points.",
        ("In 9.2 all points were equally likely. Where did Bayes' rule use that?", "$w_i$ is proportional to the probability that point i was drawn, times the density of ŷ given it.", "A factor outside the exponential is its logarithm inside; `softmax` makes the weights without computing exp(−800)."),
        _uneven_points, posterior_mean,
        (
            Wrong(_mean(lambda d, prior, sigma: -d.square() / (2 * sigma**2)), "the prior does not enter: a rare point has to be nearer to be believed"),
            Wrong(_mean(lambda d, prior, sigma: prior - d.square() / (2 * sigma**2)), "the prior itself is added in the exponent: a factor becomes its *logarithm* there"),
            Wrong(_mean(lambda d, prior, sigma: -prior.log() - d.square() / (2 * sigma**2)), "the sign of log prior: now rare points speak loudest"),
            Wrong(_mean(lambda d, prior, sigma: (prior.log() - d.square()) / (2 * sigma**2)), "the logarithm of the prior is divided by 2σ², too: only the distance is"),
            Wrong(_mean(lambda d, prior, sigma: prior * -d.square() / (2 * sigma**2)), "the prior multiplies the exponent: it multiplies the *density*"),
            Wrong(lambda y_hat, points, prior, sigma: (prior * (-(y_hat[:, None] - points).square().sum(dim=2) / (2 * sigma**2)).softmax(dim=1)) @ points, "multiplied after the softmax, so that the weights do not add up to 1 any more"),
            Wrong(_mean(lambda d, prior, sigma: prior.log() - d.square() / (2 * sigma)), "σ stands where σ² belongs: distances squared are measured in units of the variance"),
            Wrong(_mean(lambda d, prior, sigma: prior.log() - d.square() / sigma**2), "the 2 of 2σ² is missing: these are the weights of noise with standard deviation σ/√2"),
            Wrong(_mean(lambda d, prior, sigma: prior.log() - d / (2 * sigma**2)), "the distance is not squared: that is not a Gaussian"),
            Wrong(_mean(lambda d, prior, sigma: prior.log() + d.square() / (2 * sigma**2)), "the sign of the distance: now the farthest points speak loudest"),
            Wrong(lambda y_hat, points, prior, sigma: points[(prior.log() - (y_hat[:, None] - points).square().sum(dim=2) / (2 * sigma**2)).argmax(dim=1)], "that is the most likely point; the mean has the least expected error"),
            Wrong(lambda y_hat, points, prior, sigma: (prior @ points).expand_as(y_hat), "that is the mean before ŷ was seen"),
            Wrong(lambda y_hat, points, prior, sigma: (prior.log() - (y_hat[:, None] - points).square().sum(dim=2) / (2 * sigma**2)).softmax(dim=0) @ points, "the softmax runs over the samples: for each ŷ the weights of the *points* sum to 1 (`dim=1`)"),
            Wrong(_by_hand, "far from all points every weight became 0, and 0/0 is NaN: softmax takes the largest exponent off first"),
            Wrong(lambda y_hat, points, prior, sigma: _by_hand(y_hat.double(), points.double(), prior.double(), sigma), "very far from all points every weight became 0 in 64 bits too, and 0/0 is NaN: softmax takes the largest exponent off first"),
            Wrong(partial(_by_hand, floor=1e-8), "a small number added to the weights: far from all points it outweighs them. `softmax` takes the largest exponent off instead"),
            Wrong(lambda y_hat, points, prior, sigma: posterior_mean(y_hat, points, prior, sigma) - y_hat, "that is the arrow; the answer itself is asked for"),
        ),
        "with a prior that a classifier gives, this is a denoiser that was told what to draw",
        tolerance=1e-3,
    ),
    Exercise(
        "9.2", "a loop that stays above the limit",
        "The loop in the cell runs, its loss falls, and what it trains is a poor denoiser: there is more than one mistake in it. `Y` (m, 2) are clean samples; `model(y_hat, sigma)` wants the standard deviation σ of each sample's noise, (m, 1). "
        "Repair `train_denoiser(model, Y)`, for σ from 0.05 to 0.5. Judged is the model, at σ = 0.05, 0.15 and 0.5: at most 1.2 times the error of the best possible denoiser.",
        ("How often is noise drawn?", "What is the model told, and what was it promised?", "An error at σ = 0.5 is up to a hundred times larger than one at 0.05. Which levels does the mean see?"),
        None, train_denoiser,
        (
            Wrong(_loop(once=True), "nothing is learned well"),
            Wrong(_loop(told=torch.square), "the less noise, the worse"),
            Wrong(_loop(power=0), "only small noise suffers"),
            Wrong(_loop(told=lambda sigma: torch.full_like(sigma, 0.15)), "one level is served, the others are not"),
            Wrong(_loop(copy=True), "that is what leaving ŷ as it is costs"),
            Wrong(lambda model, Y: None, "the model is as it was: does the loop take a step?"),
        ),
        "judged by a limit, not by a loss that falls",
        judge=_denoises,
    ),
    Exercise(
        "9.3", "a denoiser that knows what it does not know",
        "`denoise(y_hat, sigma)` is the *best* denoiser of data that you do not see, differentiable, (batch, n) → (batch, n), each sample by itself; `y_hat` is float64. Write `uncertainty(denoise, y_hat, sigma)`: for each ŷ the expected squared error of its answer, E[‖y − ỹ‖² | ŷ], (batch,).",
        ("The error is the trace of a covariance.", "9.6 has the covariance, without a single data point in it.", "`torch.autograd.grad(y_tilde[:, k].sum(), y_hat, retain_graph=True)` has the derivatives of component k for all samples; its column k is asked for."),
        _unsure_places, uncertainty,
        (
            Wrong(lambda denoise, y_hat, sigma: _jacobian(denoise, y_hat, sigma).diagonal(dim1=1, dim2=2).sum(dim=1), "the trace of the Jacobian has no unit; a squared error is σ² times it"),
            Wrong(lambda denoise, y_hat, sigma: sigma * _jacobian(denoise, y_hat, sigma).diagonal(dim1=1, dim2=2).sum(dim=1), "σ stands where σ² belongs"),
            Wrong(lambda denoise, y_hat, sigma: _jacobian(denoise, y_hat, sigma).diagonal(dim1=1, dim2=2).sum(dim=1) / sigma**2, "divided by σ² instead of multiplied: the Jacobian is the covariance over σ²"),
            Wrong(lambda denoise, y_hat, sigma: sigma**2 * _jacobian(denoise, y_hat, sigma).sum(dim=(1, 2)), "that sums all entries of the Jacobian (`y_tilde.sum()` was differentiated): only its diagonal is asked for"),
            Wrong(lambda denoise, y_hat, sigma: sigma**2 * _jacobian(denoise, y_hat, sigma).square().sum(dim=(1, 2)), "the squared norm of the Jacobian: chapter 8's contraction. The error is its trace"),
            Wrong(lambda denoise, y_hat, sigma: sigma**2 * torch.linalg.det(_jacobian(denoise, y_hat, sigma)), "the determinant: the volume of the doubt, not its mean square"),
            Wrong(lambda denoise, y_hat, sigma: (denoise(y_hat, sigma) - y_hat).square().sum(dim=1), "that is F(ŷ), how far the answer moves; it is small on a watershed, where the doubt is largest"),
            Wrong(lambda denoise, y_hat, sigma: torch.full_like(y_hat[:, 0], y_hat.shape[1] * sigma**2), "nσ² is what leaving ŷ as it is costs, at every place"),
            Wrong(lambda denoise, y_hat, sigma: (sigma**2 * _jacobian(denoise, y_hat, sigma).diagonal(dim1=1, dim2=2).sum(dim=1)).sqrt(), "the root of it: the squared error is asked for"),
            Wrong(lambda denoise, y_hat, sigma: (sigma**2 * _jacobian(denoise, y_hat, sigma).diagonal(dim1=1, dim2=2).sum(dim=1)).mean(), "one number for all: each ŷ has its own"),
            Wrong(lambda denoise, y_hat, sigma: y_hat.shape[1] * sigma**2 - (denoise(y_hat, sigma) - y_hat).square().sum(dim=1), "nσ² − F(ŷ) has the right mean over all ŷ (8.4), but not at each of them"),
        ),
        "an error bar for every answer, without data",
        tolerance=1e-2,
    ),
    Exercise(
        "9.4", "where are the watersheds?",
        "On a line lie `points` (m,), each equally likely, in ascending order; the noise has standard deviation `sigma`. Write `watersheds(points, sigma)`: all places from which the best denoiser's arrows lead *away*, in ascending order, to within 0.02, as a tensor or a list. There may be none.",
        ("The arrow at ŷ is E[y | ŷ] − ŷ, and the weights are those of 9.2 in one dimension.", "Coming from the left, on a watershed the sign of the arrow changes from − to +; on a hilltop from + to −.", "Compute the arrow at ten thousand places from the first point to the last, and look where its sign changes."),
        None, watersheds,
        (
            Wrong(lambda points, sigma: (points[1:] + points[:-1]) / 2, "more than there are, and at other places"),
            Wrong(_zeros, "the right ones are among yours, and others"),
            Wrong(lambda points, sigma: ((points[1:] + points[:-1]) / 2)[(points[1:] - points[:-1]) > 2 * sigma], "as many as there are, at other places"),
            Wrong(lambda points, sigma: [], "not all of them"),
        ),
        "valleys of the density of noisy points, found without a density",
        judge=_finds_watersheds,
    ),
    Exercise(
        "9.5", "from noise to data",
        "`denoise(y_hat, sigma)` is the best denoiser of a data set that you do not see, for any noise level; `noise` (m, 2) is drawn from N(0, I); `sigmas` is a list of falling noise levels, from 3 to 0.03. Write `sample(denoise, noise, sigmas)`: new samples of the data, (m, 2). "
        "Judged is what comes out: the samples have to lie on the data, and on all parts of them.",
        ("The first level is 3: what should the samples be at the beginning, so that `denoise(…, 3)` is meant for them?", "From each level to the next, one step as in 9.4.", "A loop over the pairs of neighbours in `sigmas`, for instance `zip(sigmas, sigmas[1:])`."),
        None, sample,
        (
            Wrong(lambda denoise, noise, sigmas: denoise(sigmas[0] * noise, sigmas[0]), "most samples are not on the data: does the walk go down to the last level?"),
            Wrong(partial(_walk, keep=lambda share: 0.0), "the samples lie on the data, but nearly all on the same few points: whole jumps end there. Keep part of the noise at each step"),
            Wrong(partial(_walk, start=False), "the samples lie on the data, but part of them gets hardly any: does the noise start at the first level, and does each step keep as much of it as the next level says?"),
            Wrong(lambda denoise, noise, sigmas: torch.cat([noise, noise]), "expected samples of shape (2000, 2), got (4000, 2)"),
        ),
        "on the data, and on all of them: distance alone would praise a sampler that always draws the same",
        judge=_samples,
    ),
)  # fmt: skip

QUESTIONS = (
    Question(
        "A network's denoising error on fresh points is 0.0111; the Bayes risk is 0.0108. What would a larger network gain?",
        {
            "the whole 0.0111": "Most of it is unavoidable: several points could have sent ŷ.",
            "at most 0.0003": "The excess over the Bayes risk is all that can be gained.",
            "nothing": "The small excess is its own fault and can still shrink.",
        },
        "at most 0.0003",
    ),
    Question(
        "On a watershed between two turns the arrows are short. Is that a place of data?",
        {
            "yes, F is low there": "F is low there, and that is a weakness of F: it is 0 on hilltops and in valleys alike.",
            "no, two pulls cancel there": "A step aside, and the arrows lead away from it; on the data they lead back.",
            "yes, because the network was trained there": "Training points stand on the spiral only.",
        },
        "no, two pulls cancel there",
    ),
    Question(
        "You follow the best possible denoiser of the training set down to σ = 0. What do you get?",
        {
            "new samples of the same curve": "That is what the network gave that was four times worse.",
            "training samples": "With σ → 0 all weight falls on the nearest training point.",
            "the mean of the data": "That is where the first steps point, at large σ.",
        },
        "training samples",
    ),
)  # fmt: skip

PREDICTIONS = (
    Prediction(
        "9.1", "Move ŷ onto a turn, σ = 0.1: how many of the 100 points could have sent it, on average over the places of the spiral?",
        low=1, high=100, unit="points",
        why="Neighbours within about σ come into question, and the next turn is five σ away.",
    ),
    Prediction(
        "9.4", "σ = 0.1. Where are the arrows of the best denoiser short?",
        options={
            "on the spiral only": "There they are short; and on a second dark spiral between the turns.",
            "on the spiral, and on a line between its turns": "Two pulls cancel between the turns, though no data lie there.",
            "on the spiral, and wherever the data are far away": "Far away they are long: to the nearest data it is a long way.",
        },
        right="on the spiral, and on a line between its turns",
    ),
    Prediction(
        "9.7", "400 points, anywhere in the square, follow the arrows of the best denoiser at σ = 0.2, again and again, until they rest. In how many different places?",
        low=1, high=400,
        why="So many hilltops has the smoothed density of noisy points, and every step climbs.",
    ),
    Prediction(
        "9.8", "We walk from noise with the best possible denoiser of the 100 points, down to σ = 0.01. What comes out?",
        options={
            "new points of the curve": "It knows of 100 points, and nothing of a curve.",
            "the training points": "With little noise all weight falls on the nearest training point.",
            "the mean of the data": "That is where the first steps point, at large σ.",
        },
        right="the training points",
    ),
)  # fmt: skip
