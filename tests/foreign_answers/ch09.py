"""Answers to the exercises of chapter 9 as learners write them, from the statements alone: right and wrong ones."""

import itertools

import numpy as np
import torch
from torch.nn.functional import mse_loss

from aecourse import data, energies, limits, sampling


def mean_of_the_notebook(y_hat, points, sigma):
    w = (-torch.cdist(y_hat, points).square() / (2 * sigma**2)).softmax(dim=1)
    return w @ points


def mean_by_loop(y_hat, points, sigma):
    answers = []
    for place in y_hat:
        logits = -((place - points) ** 2).sum(dim=1) / (2 * sigma**2)
        w = (logits - logits.max()).exp()
        answers.append((w[:, None] * points).sum(dim=0) / w.sum())
    return torch.stack(answers)


def mean_in_numpy(y_hat, points, sigma):
    y_hat, points = y_hat.numpy().astype(float), points.numpy().astype(float)
    logits = -((y_hat[:, None] - points) ** 2).sum(axis=2) / (2 * sigma**2)
    w = np.exp(logits - logits.max(axis=1, keepdims=True))
    return w / w.sum(axis=1, keepdims=True) @ points


def mean_without_the_square_of_y_hat(y_hat, points, sigma):
    y_hat, points = y_hat.double(), points.double()
    logits = (y_hat @ points.T - points.square().sum(dim=1) / 2) / sigma**2
    return torch.softmax(logits, dim=-1) @ points


def mean_by_logarithms(y_hat, points, sigma):
    log_p = torch.distributions.Normal(points.double(), sigma).log_prob(y_hat.double()[:, None]).sum(dim=2)
    w = (log_p - log_p.logsumexp(dim=1, keepdim=True)).exp()
    return torch.einsum("bm,mn->bn", w, points.double())


def mean_as_bayes_wrote_it(y_hat, points, sigma):  # 0 / 0 far away
    p = (-torch.cdist(y_hat, points).square() / (2 * sigma**2)).exp()
    return p @ points / p.sum(dim=1, keepdim=True)


def mean_with_an_epsilon(y_hat, points, sigma):  # 0 far away
    p = (-torch.cdist(y_hat, points).square() / (2 * sigma**2)).exp()
    return p @ points / (p.sum(dim=1, keepdim=True) + 1e-8)


def mean_without_nan(y_hat, points, sigma):
    return mean_as_bayes_wrote_it(y_hat, points, sigma).nan_to_num()


def mean_with_a_floor(y_hat, points, sigma):  # the mean of all points far away
    p = (-torch.cdist(y_hat, points).square() / (2 * sigma**2)).exp().clamp(min=1e-30)
    return p @ points / p.sum(dim=1, keepdim=True)


def mean_in_doubles(y_hat, points, sigma):  # 0 / 0 a little farther away
    return mean_as_bayes_wrote_it(y_hat.double(), points.double(), sigma)


def softmax_of(power, factor=2.0, dim=1):
    return lambda y_hat, points, sigma: (
        (-(torch.cdist(y_hat, points) ** power) / (factor * sigma**2)).softmax(dim=dim) @ points
    )


def corrupts_in_place(model, y, sigma, noise):
    y += sigma * noise
    return (y - model(y)).square().sum(dim=1).mean()


def loss_sample_by_sample(model, y, sigma, noise):
    total = 0
    for clean, epsilon in zip(y, noise, strict=True):
        y_tilde = model((clean + sigma * epsilon)[None])[0]
        total = total + ((clean - y_tilde) ** 2).sum()
    return total / len(y)


def own_noise(model, y, sigma, noise):
    return (y - model(y + sigma * torch.randn_like(y))).square().sum(dim=1).mean()


def step_by_the_score(denoise, y_hat, sigma, following):
    score = (denoise(y_hat, sigma) - y_hat) / sigma**2
    return y_hat + (sigma - following) * sigma * score


def step_of_the_package(denoise, y_hat, sigma, following):
    return sampling.fall(denoise, y_hat, torch.tensor([sigma, following]))[1]


def step_in_place(denoise, y_hat, sigma, following):
    y_tilde = denoise(y_hat, sigma).clone()
    y_hat -= y_tilde
    y_hat *= following / sigma
    return y_hat + y_tilde


def fresh_noise(denoise, y_hat, sigma, following):
    return denoise(y_hat, sigma) + following * torch.randn_like(y_hat)


def sample(denoise, noise, sigmas):
    y_hat = sigmas[0] * noise
    for sigma, following in itertools.pairwise(sigmas):
        y_tilde = denoise(y_hat, sigma)
        y_hat = y_tilde + following / sigma * (y_hat - y_tilde)
    return denoise(y_hat, sigmas[-1])


def sample_of_the_package(denoise, noise, sigmas):
    return sampling.fall(denoise, noise * sigmas[0], torch.tensor(sigmas))[-1]


def sample_down_to_zero(denoise, noise, sigmas):
    y = noise * sigmas[0]
    levels = [*list(sigmas), 0.0]
    for k in range(len(sigmas)):
        y = y + (levels[k + 1] - levels[k]) * (y - denoise(y, levels[k])) / levels[k]
    return y.numpy()


def sample_with_fresh_noise(denoise, noise, sigmas):
    y = sigmas[0] * noise
    for sigma, following in zip(sigmas, [*sigmas[1:], 0.0], strict=True):
        y = denoise(y, sigma) + following * torch.randn_like(noise)
    return y


def sample_by_halves(denoise, noise, sigmas):  # Heun
    y = sigmas[0] * noise
    for sigma, following in itertools.pairwise(sigmas):
        slope = (y - denoise(y, sigma)) / sigma
        guess = y + (following - sigma) * slope
        y = y + (following - sigma) * (slope + (guess - denoise(guess, following)) / following) / 2
    return denoise(y, sigmas[-1])


def one_jump(denoise, noise, sigmas):
    return denoise(sigmas[0] * noise, sigmas[0])


def one_jump_at_the_end(denoise, noise, sigmas):
    return denoise(sigmas[0] * noise, sigmas[-1])


def jumps_all_the_way(denoise, noise, sigmas):
    y = sigmas[0] * noise
    for sigma in sigmas:
        y = denoise(y, sigma)
    return y


def starts_too_small(denoise, noise, sigmas):
    return sample(denoise, noise / sigmas[0], sigmas)


def climbs(denoise, noise, sigmas):
    return sample(denoise, noise, sigmas[::-1])


def stays_noisy(denoise, noise, sigmas):
    y = sample(denoise, noise, sigmas)
    return y + 0.2 * torch.randn_like(y)


def same_level_all_the_time(denoise, noise, sigmas):
    y = sigmas[0] * noise
    for _ in sigmas:
        y = y + 0.1 * (denoise(y, sigmas[0]) - y)
    return y


def all_levels(denoise, noise, sigmas):
    return sampling.fall(denoise, noise * sigmas[0], torch.tensor(sigmas))


def one_for_all(denoise, noise, sigmas):
    return sample(denoise, noise, sigmas)[:1].expand(len(noise), -1)


def squared_share(denoise, noise, sigmas):
    y = sigmas[0] * noise
    for sigma, following in itertools.pairwise(sigmas):
        y_tilde = denoise(y, sigma)
        y = y_tilde + (following / sigma) ** 2 * (y - y_tilde)
    return y


def wrong_way(denoise, noise, sigmas):
    y = sigmas[0] * noise
    for sigma, following in itertools.pairwise(sigmas):
        y = y + (sigma - following) * (y - denoise(y, sigma)) / sigma
    return y


def answers_by_heart(denoise, noise, sigmas):  # the spiral, whatever the data
    return data.spiral(len(noise))


RIGHT = {
    "9.1": [
        mean_of_the_notebook,
        lambda y_hat, points, sigma: limits.BayesDenoiser(points, sigma)(y_hat),
        lambda y_hat, points, sigma: (
            (-(y_hat[:, None] - points).square().sum(dim=2) / (2 * sigma**2)).softmax(dim=1) @ points),
        mean_by_loop,
        mean_in_numpy,
        mean_without_the_square_of_y_hat,
        mean_by_logarithms,
    ],
    "9.2": [
        lambda model, y, sigma, noise: (y - model(y + sigma * noise)).square().sum(dim=1).mean(),
        lambda model, y, sigma, noise: energies.squared_error(y, model(y + noise * sigma)).mean(),
        lambda model, y, sigma, noise: mse_loss(model(y + sigma * noise), y, reduction="sum") / len(y),
        lambda model, y, sigma, noise: mse_loss(model(y + sigma * noise), y) * y.shape[1],
        lambda model, y, sigma, noise: float(((model(y.add(noise, alpha=sigma)) - y) ** 2).sum()) / y.shape[0],
        lambda model, y, sigma, noise: (y - model(y + sigma * noise)).norm(dim=1).pow(2).mean(),
        lambda model, y, sigma, noise: np.mean(((y - model(y + sigma * noise)).detach().numpy() ** 2).sum(axis=1)),
        loss_sample_by_sample,
    ],
    "9.3": [
        lambda denoise, y_hat, sigma: (denoise(y_hat, sigma) - y_hat) / sigma**2,
        lambda denoise, y_hat, sigma: -(y_hat - denoise(y_hat, sigma)) / sigma / sigma,
        lambda denoise, y_hat, sigma: denoise(y_hat, sigma) / sigma**2 - y_hat / sigma**2,
        lambda denoise, y_hat, sigma: (denoise(y_hat, sigma) - y_hat).mul(sigma**-2),
        lambda denoise, y_hat, sigma: torch.cat([(denoise(y[None], sigma) - y) / sigma**2 for y in y_hat]),
        lambda denoise, y_hat, sigma: ((denoise(y_hat, sigma) - y_hat).double() / sigma**2).numpy(),
    ],
    "9.4": [
        lambda denoise, y_hat, sigma, following: (
            (y_tilde := denoise(y_hat, sigma)) + following / sigma * (y_hat - y_tilde)),
        lambda denoise, y_hat, sigma, following: torch.lerp(denoise(y_hat, sigma), y_hat, following / sigma),
        lambda denoise, y_hat, sigma, following: (
            y_hat - (1 - following / sigma) * (y_hat - denoise(y_hat, sigma))),
        lambda denoise, y_hat, sigma, following: (
            (following * y_hat + (sigma - following) * denoise(y_hat, sigma)) / sigma),
        step_by_the_score,
        step_of_the_package,
    ],
    "9.5": [sample, sample_of_the_package, sample_down_to_zero, sample_with_fresh_noise, sample_by_halves],
}  # fmt: skip

WRONG = {
    "9.1": [
        mean_as_bayes_wrote_it,
        mean_with_an_epsilon,
        mean_without_nan,
        mean_with_a_floor,
        mean_in_doubles,
        softmax_of(1),
        softmax_of(2, factor=1),
        softmax_of(2, factor=-2),
        softmax_of(2, factor=0.5),
        softmax_of(2, dim=0),
        lambda y_hat, points, sigma: limits.nearest_point(y_hat, points),
        lambda y_hat, points, sigma: points.mean(dim=0).expand(len(y_hat), 2),
        lambda y_hat, points, sigma: limits.BayesDenoiser(points, sigma).posterior(y_hat),
        lambda y_hat, points, sigma: limits.BayesDenoiser(points, sigma).score(y_hat),
        lambda y_hat, points, sigma: limits.BayesDenoiser(points, sigma**0.5)(y_hat),
        lambda y_hat, points, sigma: limits.BayesDenoiser(points, 0.1)(y_hat),
    ],
    "9.2": [
        lambda model, y, sigma, noise: (y + sigma * noise - model(y + sigma * noise)).square().sum(dim=1).mean(),
        lambda model, y, sigma, noise: (y - model(y + sigma**2 * noise)).square().sum(dim=1).mean(),
        lambda model, y, sigma, noise: (y - model(y + noise)).square().sum(dim=1).mean(),
        lambda model, y, sigma, noise: (y - model(y)).square().sum(dim=1).mean(),
        lambda model, y, sigma, noise: mse_loss(model(y + sigma * noise), y),
        lambda model, y, sigma, noise: mse_loss(model(y + sigma * noise), y, reduction="sum"),
        lambda model, y, sigma, noise: (y - model(y + sigma * noise)).square().sum(dim=1),
        lambda model, y, sigma, noise: (y - model(y + sigma * noise)).norm(dim=1).mean(),
        lambda model, y, sigma, noise: (y - model(y) + sigma * noise).square().sum(dim=1).mean(),
        lambda model, y, sigma, noise: (noise - model(y + sigma * noise)).square().sum(dim=1).mean(),
        lambda model, y, sigma, noise: (y - model(y + sigma**0.5 * noise)).square().sum(dim=1).mean(),
        lambda model, y, sigma, noise: (y - model(y * (1 + sigma * noise))).square().sum(dim=1).mean(),
        lambda model, y, sigma, noise: (y - model((y + sigma * noise).clamp(0, 1))).square().sum(dim=1).mean(),
        own_noise,
        corrupts_in_place,
    ],
    "9.3": [
        lambda denoise, y_hat, sigma: (y_hat - denoise(y_hat, sigma)) / sigma**2,
        lambda denoise, y_hat, sigma: (denoise(y_hat, sigma) - y_hat) / sigma,
        lambda denoise, y_hat, sigma: (denoise(y_hat, sigma) - y_hat) * sigma**2,
        lambda denoise, y_hat, sigma: denoise(y_hat, sigma) - y_hat,
        lambda denoise, y_hat, sigma: denoise(y_hat, sigma) / sigma**2,
        lambda denoise, y_hat, sigma: (denoise(y_hat, sigma) - y_hat) / (2 * sigma**2),
        lambda denoise, y_hat, sigma: y_hat + sigma**2 * denoise(y_hat, sigma),
        lambda denoise, y_hat, sigma: (denoise(y_hat, sigma) - y_hat).square().sum(dim=1) / sigma**2,
        lambda denoise, y_hat, sigma: denoise(y_hat, sigma) - y_hat / sigma**2,  # a bracket forgotten
        lambda denoise, y_hat, sigma: (denoise(y_hat, sigma**2) - y_hat) / sigma**2,
        lambda denoise, y_hat, sigma: (denoise(y_hat) - y_hat) / sigma**2,  # raises
        lambda denoise, y_hat, sigma: -y_hat / sigma**2,
    ],
    "9.4": [
        lambda denoise, y_hat, sigma, following: (
            (y_tilde := denoise(y_hat, sigma)) + sigma / following * (y_hat - y_tilde)),
        lambda denoise, y_hat, sigma, following: (
            (y_tilde := denoise(y_hat, sigma)) + (1 - following / sigma) * (y_hat - y_tilde)),
        lambda denoise, y_hat, sigma, following: denoise(y_hat, sigma),
        lambda denoise, y_hat, sigma, following: (
            (y_tilde := denoise(y_hat, sigma)) + following * (y_hat - y_tilde)),
        lambda denoise, y_hat, sigma, following: (
            (y_tilde := denoise(y_hat, sigma)) + (following / sigma) ** 2 * (y_hat - y_tilde)),
        lambda denoise, y_hat, sigma, following: (
            (y_tilde := denoise(y_hat, following)) + following / sigma * (y_hat - y_tilde)),
        lambda denoise, y_hat, sigma, following: (
            y_hat + (sigma - following) * (y_hat - denoise(y_hat, sigma)) / sigma),
        lambda denoise, y_hat, sigma, following: y_hat * following / sigma,
        lambda denoise, y_hat, sigma, following: (
            y_hat - (sigma - following) * (y_hat - denoise(y_hat, sigma))),
        lambda denoise, y_hat, sigma, following: following / sigma * (y_hat - denoise(y_hat, sigma)),
        lambda denoise, y_hat, sigma, following: (
            y_hat + following / sigma * (denoise(y_hat, sigma) - y_hat)),
        fresh_noise,
        step_in_place,
    ],
    "9.5": [
        one_jump,
        one_jump_at_the_end,
        jumps_all_the_way,
        starts_too_small,
        climbs,
        stays_noisy,
        same_level_all_the_time,
        all_levels,
        one_for_all,
        squared_share,
        wrong_way,
        answers_by_heart,
        lambda denoise, noise, sigmas: sigmas[0] * noise,
        lambda denoise, noise, sigmas: denoise(noise, sigmas[-1]),
        lambda denoise, noise, sigmas: torch.zeros_like(noise),
        lambda denoise, noise, sigmas: sample(denoise, noise, sigmas)[: len(noise) // 2],
    ],
}  # fmt: skip

_CUT_OFF = "the trial shows the first eight numbers of a tensor, and here those are equal"
