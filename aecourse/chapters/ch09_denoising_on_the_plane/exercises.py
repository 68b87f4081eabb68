"""Exercises of chapter 9: the posterior mean, the denoising loss, the score, and one step of sampling."""

import torch
from torch import Generator, Tensor

from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def _noisy_points(generator: Generator, k: int) -> tuple[Tensor, Tensor, float]:
    """More points than noisy samples, close enough for several to matter."""
    points = torch.randn(7 + k, 2, generator=generator)
    return torch.randn(4, 2, generator=generator), points, 0.5 + 0.1 * k


def _model(y_hat: Tensor) -> Tensor:
    """A denoiser, (batch, n) -> (batch, n), that is not the identity."""
    return 0.7 * y_hat.tanh() - 0.2


def _told(y_hat: Tensor, sigma: float) -> Tensor:
    """A denoiser that is told the noise level."""
    return y_hat / (1 + sigma**2) + 0.1 * sigma


def _loss_inputs(generator: Generator, k: int) -> tuple:
    y, noise = torch.randn(2, 5 + k, 3, generator=generator)
    return _model, y, 0.3 + 0.1 * k, noise


def _score_inputs(generator: Generator, k: int) -> tuple:
    return _told, torch.randn(5, 3, generator=generator), 0.3 + 0.1 * k


def _step_inputs(generator: Generator, k: int) -> tuple:
    return _told, torch.randn(5, 3, generator=generator), 0.8 + 0.1 * k, 0.5 - 0.05 * k


def posterior_mean(y_hat, points, sigma):
    squared = torch.cdist(y_hat, points).square()
    w = (-squared / (2 * sigma**2)).softmax(dim=1)
    return w @ points


def denoising_loss(model, y, sigma, noise):
    y_hat = y + sigma * noise
    return (y - model(y_hat)).square().sum(dim=1).mean()


def score(denoise, y_hat, sigma):
    return (denoise(y_hat, sigma) - y_hat) / sigma**2


def step_down(denoise, y, sigma, following):
    y_tilde = denoise(y, sigma)
    return y_tilde + following / sigma * (y - y_tilde)


def _weighted(y_hat, points, logits):
    return logits.softmax(dim=1) @ points


def _cdist(y_hat, points):
    return torch.cdist(y_hat, points)


EXERCISES = (
    Exercise(
        "9.1", "the best possible denoiser",
        "`y_hat` (batch, 2) are noisy samples of the `points` (m, 2), each equally likely; the noise has standard deviation `sigma`. Write `posterior_mean(y_hat, points, sigma)`: $\\mathbb E[y \\mid \\hat y]$, (batch, 2).",
        ("`torch.cdist(y_hat, points)` gives all distances, (batch, m).", "The density of Gaussian noise falls as exp(−distance² / 2σ²).", "`softmax` over the points turns it into weights; `w @ points` is the mean."),
        _noisy_points, posterior_mean,
        (
            Wrong(lambda y_hat, points, sigma: _weighted(y_hat, points, -_cdist(y_hat, points).square() / (2 * sigma)), "σ stands where σ² belongs: distances squared are measured in units of the variance"),
            Wrong(lambda y_hat, points, sigma: _weighted(y_hat, points, -_cdist(y_hat, points).square() / sigma**2), "the 2 of 2σ² is missing: these are the weights of noise with standard deviation σ/√2"),
            Wrong(lambda y_hat, points, sigma: _weighted(y_hat, points, -_cdist(y_hat, points) / (2 * sigma**2)), "the distance is not squared: that is not a Gaussian"),
            Wrong(lambda y_hat, points, sigma: _weighted(y_hat, points, _cdist(y_hat, points).square() / (2 * sigma**2)), "the sign: now the farthest points speak loudest"),
            Wrong(lambda y_hat, points, sigma: points[_cdist(y_hat, points).argmin(dim=1)], "that is the nearest point, the most likely answer; the mean has the least expected error"),
            Wrong(lambda y_hat, points, sigma: (-_cdist(y_hat, points).square() / (2 * sigma**2)).softmax(dim=0) @ points, "the softmax runs over the samples: for each ŷ the weights of the *points* sum to 1 (`dim=1`)"),
            Wrong(lambda y_hat, points, sigma: (-_cdist(y_hat, points).square() / (2 * sigma**2)).exp() @ points, "the weights are not normalised: they have to sum to 1 for each ŷ"),
            Wrong(lambda y_hat, points, sigma: posterior_mean(y_hat, points, sigma) - y_hat, "that is the arrow; the answer itself is asked for"),
        ),
        "no denoiser has a lower expected error",
    ),
    Exercise(
        "9.2", "the loss of a denoising autoencoder",
        "`model` maps (batch, n) to (batch, n), `y` are clean samples, `noise` is standard normal, of the shape of y. Write `denoising_loss(model, y, sigma, noise)`: corrupt y with noise of standard deviation `sigma`, and return the loss L, one number: the mean over the batch of the squared error, summed over components.",
        ("First make ŷ. What does the model read?", "With what is its answer compared?", "Sum over components, average over samples."),
        _loss_inputs, denoising_loss,
        (
            Wrong(lambda model, y, sigma, noise: (y - model(y)).square().sum(dim=1).mean(), "the model was fed the clean y: that is a plain autoencoder, free to copy"),
            Wrong(lambda model, y, sigma, noise: (y + sigma * noise - model(y + sigma * noise)).square().sum(dim=1).mean(), "compared with ŷ: a model that keeps all the noise would win"),
            Wrong(lambda model, y, sigma, noise: (y + sigma * noise - model(y)).square().sum(dim=1).mean(), "the two are swapped: read ŷ, compare with y"),
            Wrong(lambda model, y, sigma, noise: (y - model(y + sigma**2 * noise)).square().sum(dim=1).mean(), "σ is the standard deviation: noise is multiplied with σ, not with σ²"),
            Wrong(lambda model, y, sigma, noise: (y - model(y + noise)).square().sum(dim=1).mean(), "σ is missing: this noise has standard deviation 1"),
            Wrong(lambda model, y, sigma, noise: (y - model(y + sigma * noise)).square().mean(), "averaged over components too: the course sums over components"),
            Wrong(lambda model, y, sigma, noise: (y - model(y + sigma * noise)).square().sum(), "summed over the batch: L is the average over samples"),
            Wrong(lambda model, y, sigma, noise: (y - model(y + sigma * noise)).square().sum(dim=1), "one number a sample: L is their average"),
        ),
        "it reads ŷ and answers for y",
    ),
    Exercise(
        "9.3", "the score from a denoiser",
        "`denoise(y_hat, sigma)` returns the posterior mean, (batch, n). Write `score(denoise, y_hat, sigma)`: $\\nabla \\log p_\\sigma(\\hat y)$ by Tweedie's formula, (batch, n).",
        ("The arrow is σ² times the score.", "The arrow runs from ŷ to the posterior mean."),
        _score_inputs, score,
        (
            Wrong(lambda denoise, y_hat, sigma: (denoise(y_hat, sigma) - y_hat) / sigma, "σ stands where σ² belongs"),
            Wrong(lambda denoise, y_hat, sigma: (y_hat - denoise(y_hat, sigma)) / sigma**2, "the sign: this points downhill, to where noisy data are rarer"),
            Wrong(lambda denoise, y_hat, sigma: denoise(y_hat, sigma) - y_hat, "that is the arrow, σ² times the score"),
            Wrong(lambda denoise, y_hat, sigma: denoise(y_hat, sigma) / sigma**2, "ŷ itself has to be subtracted: the arrow starts there"),
            Wrong(lambda denoise, y_hat, sigma: (denoise(y_hat, sigma) - y_hat) * sigma**2, "divide by σ²: the less noise, the steeper the density"),
        ),
        "a denoiser knows where the data are denser",
    ),
    Exercise(
        "9.4", "one step of sampling",
        "The samples `y` have noise level `sigma`; the next one is `following` < sigma. Write `step_down(denoise, y, sigma, following)`: keep the share following/sigma of what the denoiser takes for noise, (batch, n).",
        ("Ask the denoiser at the level that y has now.", "What it takes for noise is y − ỹ."),
        _step_inputs, step_down,
        (
            Wrong(lambda denoise, y, sigma, following: denoise(y, sigma), "the whole way at once: that jumps to the mean of all that could be meant; go only part of the way"),
            Wrong(lambda denoise, y, sigma, following: denoise(y, following) + following / sigma * (y - denoise(y, following)), "the denoiser was told the next noise level; y still has the old one"),
            Wrong(lambda denoise, y, sigma, following: denoise(y, sigma) + sigma / following * (y - denoise(y, sigma)), "the fraction is upside down: the noise grows"),
            Wrong(lambda denoise, y, sigma, following: y + following / sigma * (denoise(y, sigma) - y), "that *removes* the share σ′/σ of the noise; it is the share to keep"),
            Wrong(lambda denoise, y, sigma, following: denoise(y, sigma) + (following / sigma) ** 2 * (y - denoise(y, sigma)), "variances shrink by (σ′/σ)², the noise itself by σ′/σ"),
            Wrong(lambda denoise, y, sigma, following: denoise(y, sigma) + following * (y - denoise(y, sigma)), "divide by σ: y − ỹ is noise of level σ, not of level 1"),
        ),
        "repeat it with falling σ, and noise becomes data",
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
