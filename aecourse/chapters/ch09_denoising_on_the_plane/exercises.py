"""Exercises of chapter 9: the posterior mean, the denoising loss, the score, one step of sampling, and all of them."""

import itertools
from collections.abc import Callable
from functools import partial

import torch
from torch import Generator, Tensor

from aecourse import data
from aecourse.checking.differences import stacked
from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _noisy_points(generator: Generator, k: int) -> tuple[Tensor, Tensor, float]:
    """Noisy samples and points, close enough for several to matter; the last are places of the box, some so far away that no float holds their weights, and
    the spiral, at the smallest noise of the chapter."""
    if k == 4:
        near = data.spiral()[::11] + 0.03 * torch.randn(10, 2, generator=generator)
        corners = torch.cartesian_prod(*[torch.tensor(data.BOX)] * 2)
        return torch.cat([torch.tensor([[2.0, 2.0]]), corners, near]), data.spiral(), 0.03
    points = torch.randn(7 + k, 2, generator=generator)
    return torch.randn(4, 2, generator=generator), points, 0.5 + 0.1 * k


def _model(y_hat: Tensor) -> Tensor:
    """A denoiser, (batch, n) -> (batch, n), that is not the identity."""
    return 0.7 * y_hat.tanh() - 0.2


def _told(y_hat: Tensor, sigma: float) -> Tensor:
    """A denoiser that is told the noise level."""
    return y_hat / (1 + sigma**2) + 0.1 * sigma


def _best(y_hat: Tensor, sigma: float) -> Tensor:
    """The best denoiser of the spiral."""
    return posterior_mean(y_hat, data.spiral(), sigma)


def _loss_inputs(generator: Generator, k: int) -> tuple:
    """The last are points of the spiral and the smallest noise of the chapter."""
    y, noise = torch.randn(2, 5 + k, 3, generator=generator)
    if k == 4:
        y, noise = data.spiral()[::4], torch.randn(25, 2, generator=generator)
    return _model, y, (0.3, 0.4, 0.5, 2.0, 0.03)[k], noise


def _score_inputs(generator: Generator, k: int) -> tuple:
    """The last is the best denoiser of the spiral at the smallest noise of the chapter."""
    if k == 4:
        return _best, data.spiral()[::4] + 0.03 * torch.randn(25, 2, generator=generator), 0.03
    return _told, torch.randn(5, 3, generator=generator), 0.3 + 0.1 * k


def _step_inputs(generator: Generator, k: int) -> tuple:
    """The last is a late step of the chapter's sampling."""
    if k == 4:
        return _best, data.spiral()[::4] + 0.05 * torch.randn(25, 2, generator=generator), 0.05, 0.03
    return _told, torch.randn(5, 3, generator=generator), 0.8 + 0.1 * k, 0.5 - 0.05 * k


def posterior_mean(y_hat, points, sigma):
    squared = (y_hat[:, None] - points).square().sum(dim=2)
    w = (-squared / (2 * sigma**2)).softmax(dim=1)
    return w @ points


def denoising_loss(model, y, sigma, noise):
    y_hat = y + sigma * noise
    return (y - model(y_hat)).square().sum(dim=1).mean()


def tweedie(denoise, y_hat, sigma):
    return (denoise(y_hat, sigma) - y_hat) / sigma**2


def step_down(denoise, y_hat, sigma, following):
    y_tilde = denoise(y_hat, sigma)
    return y_tilde + following / sigma * (y_hat - y_tilde)


def sample(denoise, noise, sigmas):
    y = sigmas[0] * noise
    for sigma, following in itertools.pairwise(sigmas):
        y_tilde = denoise(y, sigma)
        y = y_tilde + following / sigma * (y - y_tilde)
    return denoise(y, sigmas[-1])


def _samples(fn: Callable, generator: Generator) -> str | None:
    """Whether what `fn` makes of noise lies on the data, a spiral turned by chance, and on all of them alike."""
    turn = torch.linalg.qr(torch.randn(2, 2, generator=generator))[0]
    points, dense = data.spiral() @ turn, data.spiral(1000) @ turn
    noise = torch.randn(2000, 2, generator=generator)
    handed = noise.clone()
    given = fn(
        lambda y_hat, sigma: posterior_mean(y_hat, points, sigma), handed, torch.logspace(0.477, -1.52, 20).tolist()
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


def _weighted(y_hat, points, logits):
    return logits.softmax(dim=1) @ points


def _cdist(y_hat, points):
    return (y_hat[:, None] - points).norm(dim=2)


def _by_hand(w, points):
    return w @ points / w.sum(dim=1, keepdim=True)


EXERCISES = (
    Exercise(
        "9.1", "the best possible denoiser",
        "`y_hat` (batch, 2) are noisy samples of the `points` (m, 2), each equally likely; the noise has standard deviation `sigma`, a number from 0.03 up. Write `posterior_mean(y_hat, points, sigma)`: $\\mathbb E[y \\mid \\hat y]$, (batch, 2). "
        "It has to answer everywhere in the plane, also far from all points.",
        ("Which points could have sent ŷ? One that is near more easily than one that is far.", "The density of Gaussian noise falls as exp(−distance² / 2σ²); for each ŷ the weights of the points add up to 1.", "`softmax` over the points makes such weights without computing exp(−800); `w @ points` is the mean."),
        _noisy_points, posterior_mean,
        (
            Wrong(lambda y_hat, points, sigma: _weighted(y_hat, points, -_cdist(y_hat, points).square() / (2 * sigma)), "σ stands where σ² belongs: distances squared are measured in units of the variance"),
            Wrong(lambda y_hat, points, sigma: _weighted(y_hat, points, -_cdist(y_hat, points).square() / sigma**2), "the 2 of 2σ² is missing: these are the weights of noise with standard deviation σ/√2"),
            Wrong(lambda y_hat, points, sigma: _weighted(y_hat, points, -_cdist(y_hat, points) / (2 * sigma**2)), "the distance is not squared: that is not a Gaussian"),
            Wrong(lambda y_hat, points, sigma: _weighted(y_hat, points, _cdist(y_hat, points).square() / (2 * sigma**2)), "the sign: now the farthest points speak loudest"),
            Wrong(lambda y_hat, points, sigma: _weighted(y_hat, points, -_cdist(y_hat, points).square()), "σ does not enter: the less noise, the fewer points could have sent ŷ"),
            Wrong(lambda y_hat, points, sigma: points[_cdist(y_hat, points).argmin(dim=1)], "that is the nearest point, the most likely answer; the mean has the least expected error"),
            Wrong(lambda y_hat, points, sigma: points.mean(dim=0).expand_as(y_hat), "all points count alike: that is the mean before ŷ was seen. Near points are likelier to have sent it"),
            Wrong(lambda y_hat, points, sigma: (-_cdist(y_hat, points).square() / (2 * sigma**2)).softmax(dim=0) @ points, "the softmax runs over the samples: for each ŷ the weights of the *points* sum to 1 (`dim=1`)"),
            Wrong(lambda y_hat, points, sigma: (-_cdist(y_hat, points).square() / (2 * sigma**2)).exp() @ points, "the weights are not normalised: they have to sum to 1 for each ŷ"),
            Wrong(lambda y_hat, points, sigma: _by_hand((-_cdist(y_hat, points).square() / (2 * sigma**2)).exp(), points), "far from all points every weight became 0, and 0/0 is NaN: softmax takes the largest exponent off first"),
            Wrong(lambda y_hat, points, sigma: _by_hand((-_cdist(y_hat.double(), points.double()).square() / (2 * sigma**2)).exp(), points.double()), "very far from all points every weight became 0 in 64 bits too, and 0/0 is NaN: softmax takes the largest exponent off first"),
            Wrong(lambda y_hat, points, sigma: _by_hand((-_cdist(y_hat, points).square() / (2 * sigma**2)).exp() + 1e-8, points), "a small number added to the weights: far from all points it outweighs them. `softmax` takes the largest exponent off instead"),
            Wrong(lambda y_hat, points, sigma: posterior_mean(y_hat, points, sigma**2), "σ is squared twice: it stands as σ² in the exponent"),
            Wrong(lambda y_hat, points, sigma: (-_cdist(y_hat, points).square() / (2 * sigma**2)).softmax(dim=1), "those are the weights of the points; the mean of the points with these weights is asked for"),
            Wrong(lambda y_hat, points, sigma: posterior_mean(y_hat, points, sigma) - y_hat, "that is the arrow; the answer itself is asked for"),
        ),
        "no denoiser has a lower expected error",
        tolerance=1e-3,
    ),
    Exercise(
        "9.2", "the loss of a denoising autoencoder",
        "`model` maps (batch, n) to (batch, n), `y` are clean samples, `noise` is standard normal, of the shape of y, drawn for you. Write `denoising_loss(model, y, sigma, noise)`: corrupt y with noise of standard deviation `sigma`, and return the loss L, one number: the mean over the batch of the squared error, summed over components.",
        ("First make ŷ. What does the model read?", "With what is its answer compared?", "Sum over components, average over samples."),
        _loss_inputs, denoising_loss,
        (
            Wrong(lambda model, y, sigma, noise: (y - model(y)).square().sum(dim=1).mean(), "the model was fed the clean y: that is a plain autoencoder, free to copy"),
            Wrong(lambda model, y, sigma, noise: (y + sigma * noise - model(y + sigma * noise)).square().sum(dim=1).mean(), "compared with ŷ: a model that keeps all the noise would win"),
            Wrong(lambda model, y, sigma, noise: (y + sigma * noise - model(y)).square().sum(dim=1).mean(), "the two are swapped: read ŷ, compare with y"),
            Wrong(lambda model, y, sigma, noise: (y - model(y + sigma**2 * noise)).square().sum(dim=1).mean(), "σ is the standard deviation: noise is multiplied with σ, not with σ²"),
            Wrong(lambda model, y, sigma, noise: (y - model(y + sigma**0.5 * noise)).square().sum(dim=1).mean(), "√σ would be right if sigma were the variance: it is the standard deviation"),
            Wrong(lambda model, y, sigma, noise: (y - model(y + noise)).square().sum(dim=1).mean(), "σ is missing: this noise has standard deviation 1"),
            Wrong(lambda model, y, sigma, noise: (y - model(noise)).square().sum(dim=1).mean(), "the model was fed the noise alone: ŷ is y with noise added"),
            Wrong(lambda model, y, sigma, noise: (sigma * noise - model(y + sigma * noise)).square().sum(dim=1).mean(), "the model was asked for the noise; here it answers for the clean y itself"),
            Wrong(lambda model, y, sigma, noise: (y - model(y + sigma * noise)).square().mean(), "averaged over components too: the course sums over components"),
            Wrong(lambda model, y, sigma, noise: (y - model(y + sigma * noise)).square().sum(), "summed over the batch: L is the average over samples"),
            Wrong(lambda model, y, sigma, noise: (y - model(y + sigma * noise)).square().sum(dim=1), "one number a sample: L is their average"),
            Wrong(lambda model, y, sigma, noise: (y - model(y + sigma * noise)).square().mean(dim=1), "one number a sample, averaged over components: sum over components, average over samples"),
            Wrong(lambda model, y, sigma, noise: (y - model(y + sigma * noise)).norm(dim=1).mean(), "the mean distance: the error is squared"),
        ),
        "it reads ŷ and answers for y",
    ),
    Exercise(
        "9.3", "the score from a denoiser",
        "`denoise(y_hat, sigma)` returns the posterior mean, (batch, n). Write `tweedie(denoise, y_hat, sigma)`: the score $\\nabla \\log p_\\sigma(\\hat y)$ by Tweedie's formula, (batch, n); `y_hat` is (batch, n), `sigma` the standard deviation of its noise.",
        ("Where does the arrow of a denoiser start, and where does it end?", "The arrow is the score, times a number that depends on σ alone.", "That number is σ²."),
        _score_inputs, tweedie,
        (
            Wrong(lambda denoise, y_hat, sigma: (denoise(y_hat, sigma) - y_hat) / sigma, "σ stands where σ² belongs"),
            Wrong(lambda denoise, y_hat, sigma: (denoise(y_hat, sigma) - y_hat) / (2 * sigma**2), "a 2 too many: it stands in the exponent of the Gaussian, and its derivative takes it away"),
            Wrong(lambda denoise, y_hat, sigma: (y_hat - denoise(y_hat, sigma)) / sigma**2, "the sign: this points downhill, to where noisy data are rarer"),
            Wrong(lambda denoise, y_hat, sigma: denoise(y_hat, sigma) - y_hat, "that is the arrow, σ² times the score"),
            Wrong(lambda denoise, y_hat, sigma: denoise(y_hat, sigma) / sigma**2, "ŷ itself has to be subtracted: the arrow starts there"),
            Wrong(lambda denoise, y_hat, sigma: -y_hat / sigma**2, "that is the score of pure noise about 0: what the denoiser knows of the data does not enter"),
            Wrong(lambda denoise, y_hat, sigma: (denoise(y_hat) - y_hat) / sigma**2, "the denoiser has to be told the noise level: `denoise(y_hat, sigma)`"),
            Wrong(lambda denoise, y_hat, sigma: y_hat + sigma**2 * denoise(y_hat, sigma), "Tweedie's formula the wrong way round: it is the denoiser's answer that is ŷ plus σ² times the score"),
            Wrong(lambda denoise, y_hat, sigma: (denoise(y_hat, sigma) - y_hat) * sigma**2, "divide by σ²: the less noise, the steeper the density"),
        ),
        "a denoiser knows where the data are denser",
        tolerance=1e-3,  # of a difference of two near numbers, divided by one near 0
    ),
    Exercise(
        "9.4", "one step of sampling",
        "The samples `y_hat` (batch, n) have noise of standard deviation `sigma`; the next level is `following`, below sigma. `denoise(y_hat, sigma)` returns ỹ, (batch, n). Write `step_down(denoise, y_hat, sigma, following)`: the same samples at the next level, (batch, n), which keep the share following/sigma of what the denoiser takes for noise.",
        ("What does the denoiser have to be told, the level of ŷ or the next one?", "What it takes for noise is ŷ − ỹ.", "Start at ỹ, and add of ŷ − ỹ the share that is to be kept."),
        _step_inputs, step_down,
        (
            Wrong(lambda denoise, y_hat, sigma, following: denoise(y_hat, sigma), "the whole way at once: that jumps to the mean of all that could be meant; go only part of the way"),
            Wrong(lambda denoise, y_hat, sigma, following: denoise(y_hat, following) + following / sigma * (y_hat - denoise(y_hat, following)), "the denoiser was told the next noise level; ŷ still has the old one"),
            Wrong(lambda denoise, y_hat, sigma, following: denoise(y_hat, sigma) + sigma / following * (y_hat - denoise(y_hat, sigma)), "the fraction is upside down: the noise grows"),
            Wrong(lambda denoise, y_hat, sigma, following: y_hat + following / sigma * (denoise(y_hat, sigma) - y_hat), "that *removes* the share σ′/σ of the noise; it is the share to keep"),
            Wrong(lambda denoise, y_hat, sigma, following: y_hat + following / sigma * (y_hat - denoise(y_hat, sigma)), "that starts at ŷ and walks away from ỹ: start at ỹ"),
            Wrong(lambda denoise, y_hat, sigma, following: denoise(y_hat, sigma) + (following / sigma) ** 2 * (y_hat - denoise(y_hat, sigma)), "variances shrink by (σ′/σ)², the noise itself by σ′/σ"),
            Wrong(lambda denoise, y_hat, sigma, following: denoise(y_hat, sigma) + following * (y_hat - denoise(y_hat, sigma)), "divide by σ: ŷ − ỹ is noise of level σ, not of level 1"),
            Wrong(lambda denoise, y_hat, sigma, following: denoise(y_hat, sigma) + (sigma - following) * (y_hat - denoise(y_hat, sigma)), "the share to be kept is a ratio of the levels, not their difference"),
            Wrong(lambda denoise, y_hat, sigma, following: following / sigma * (y_hat - denoise(y_hat, sigma)), "that is only the noise which is kept: add it to ỹ"),
            Wrong(lambda denoise, y_hat, sigma, following: denoise(y_hat, sigma) + following / sigma * y_hat, "what the denoiser takes for noise is ŷ − ỹ, not ŷ"),
            Wrong(lambda denoise, y_hat, sigma, following: denoise(y_hat) + following / sigma * (y_hat - denoise(y_hat)), "the denoiser has to be told the noise level of ŷ: `denoise(y_hat, sigma)`"),
        ),
        "repeat it with falling σ, and noise becomes data",
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
        "A network's denoising error on fresh points is 0.0110; the Bayes risk is 0.0107. What would a larger network gain?",
        {
            "the whole 0.0110": "Most of it is unavoidable: several points could have sent ŷ.",
            "at most 0.0003": "The excess over the Bayes risk is all that can be gained.",
            "nothing": "The small excess is its own fault and can still shrink.",
        },
        "at most 0.0003",
    ),
    Question(
        "On a watershed between two turns the arrows are short. Is that a place of data?",
        {
            "yes, F is low there": "F is low there, and that is a weakness of F: two pulls cancel.",
            "no, two pulls cancel there": "A step aside, and the arrows lead away from it; on the data they lead back.",
            "yes, because the network was trained there": "Training points stand on the spiral only.",
        },
        "no, two pulls cancel there",
    ),
    Question(
        "You follow the best possible denoiser of the training set down to σ = 0. What do you get?",
        {
            "new samples of the same curve": "That is what the imperfect network gave.",
            "training samples": "With σ → 0 all weight falls on the nearest training point.",
            "the mean of the data": "That is where the first steps point, at large σ.",
        },
        "training samples",
    ),
)  # fmt: skip
