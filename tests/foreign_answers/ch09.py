"""Answers to the exercises of chapter 9 as learners write them, from the statements alone: right and wrong ones."""

import itertools

import numpy as np
import torch
from scipy.optimize import brentq

from aecourse import data, limits, sampling, training


def mean_of_the_notebook(y_hat, points, prior, sigma):
    w = (-torch.cdist(y_hat, points).square() / (2 * sigma**2) + torch.log(prior)).softmax(dim=1)
    return w @ points


def mean_by_loop(y_hat, points, prior, sigma):
    answers = []
    for place in y_hat:
        logits = prior.log() - ((place - points) ** 2).sum(dim=1) / (2 * sigma**2)
        w = (logits - logits.max()).exp()
        answers.append((w[:, None] * points).sum(dim=0) / w.sum())
    return torch.stack(answers)


def mean_in_numpy(y_hat, points, prior, sigma):
    y_hat, points = y_hat.numpy().astype(float), points.numpy().astype(float)
    logits = np.log(prior.numpy().astype(float)) - ((y_hat[:, None] - points) ** 2).sum(axis=2) / (2 * sigma**2)
    w = np.exp(logits - logits.max(axis=1, keepdims=True))
    return w / w.sum(axis=1, keepdims=True) @ points


def mean_as_an_autoencoder(y_hat, points, prior, sigma):
    y_hat, points = y_hat.double(), points.double()
    a = y_hat @ points.T / sigma**2 - points.square().sum(dim=1) / (2 * sigma**2) + prior.double().log()
    return a.softmax(dim=-1) @ points


def mean_by_distributions(y_hat, points, prior, sigma):
    log_p = torch.distributions.Normal(points.double(), sigma).log_prob(y_hat.double()[:, None]).sum(dim=2)
    log_p = log_p + prior.double().log()
    return torch.einsum("bm,mn->bn", (log_p - log_p.logsumexp(dim=1, keepdim=True)).exp(), points.double())


def mean_with_the_nearest_taken_off(y_hat, points, prior, sigma):
    squared = (y_hat[:, None] - points).square().sum(dim=2).double()
    w = prior * (-(squared - squared.amin(dim=1, keepdim=True)) / (2 * sigma**2)).exp()
    return w @ points.double() / w.sum(dim=1, keepdim=True)


def mean_as_bayes_wrote_it(y_hat, points, prior, sigma):  # 0 / 0 far away
    p = prior * (-torch.cdist(y_hat, points).square() / (2 * sigma**2)).exp()
    return p @ points / p.sum(dim=1, keepdim=True)


def mean_with_an_epsilon(y_hat, points, prior, sigma):  # 0 far away
    p = prior * (-torch.cdist(y_hat, points).square() / (2 * sigma**2)).exp()
    return p @ points / (p.sum(dim=1, keepdim=True) + 1e-8)


def mean_without_nan(y_hat, points, prior, sigma):
    return mean_as_bayes_wrote_it(y_hat, points, prior, sigma).nan_to_num()


def mean_with_a_floor(y_hat, points, prior, sigma):  # the mean of all points far away
    p = (prior * (-torch.cdist(y_hat, points).square() / (2 * sigma**2)).exp()).clamp(min=1e-30)
    return p @ points / p.sum(dim=1, keepdim=True)


def mean_in_doubles(y_hat, points, prior, sigma):  # 0 / 0 a little farther away
    return mean_as_bayes_wrote_it(y_hat.double(), points.double(), prior.double(), sigma)


def loop_with(*, power=2.0, told=lambda sigma: sigma, noise="new", answer="y", steps=800, level=None):
    def train(model, Y):
        optimiser = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0.0)
        falling = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-2, steps)
        for step in range(steps):
            if step == 0 or noise != "once":
                sigma = level or torch.exp(torch.rand(len(Y), 1) * np.log(10) + np.log(0.05))
                sigma = sigma * torch.ones(len(Y), 1)
                epsilon = torch.randn(Y.shape)
            y_hat = Y + epsilon * (sigma**2 if noise == "variance" else sigma)
            wanted = {"y": Y, "y_hat": y_hat, "noise": y_hat - Y}[answer]
            loss = (((model(y_hat, told(sigma)) - wanted) / sigma ** (power / 2)) ** 2).sum(dim=1).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            falling.step()

    return train


def loop_of_the_package(model, Y):
    def corrupt(y, generator):
        sigma = 0.05 * 10 ** torch.rand(len(y), 1, generator=generator)
        return y + sigma * torch.randn(y.shape, generator=generator), sigma

    def F(model, y, y_hat, sigma):
        return (y - model(y_hat, sigma)).square().sum(dim=1) / sigma[:, 0] ** 2

    settings = {"epochs": 800, "batch": 500, "lr": 1e-2, "one_cycle": True, "progress": False}
    training.fit(model, Y, energy=F, corrupt=corrupt, **settings)


def loop_in_steps_of_one_level(model, Y):
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-3)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 1500)
    for _ in range(1500):
        sigma = 0.05 * 10 ** torch.rand(1).item()
        C = (Y - model(Y + sigma * torch.randn_like(Y), sigma)).square().sum(dim=1)
        optimiser.zero_grad()
        (C.mean() / sigma**2).backward()
        optimiser.step()
        falling.step()


def loop_without_steps(model, Y):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(50):
        sigma = 0.05 * 10 ** torch.rand(len(Y), 1)
        C = (Y - model(Y + sigma * torch.randn_like(Y), sigma)).square().sum(dim=1) / sigma[:, 0] ** 2
        optimiser.zero_grad()
        C.mean().backward()


def error_by_jacobian(denoise, y_hat, sigma):
    rows = []
    for place in y_hat:
        J = torch.autograd.functional.jacobian(lambda y: denoise(y[None], sigma)[0], place)
        rows.append(sigma**2 * torch.trace(J))
    return rows


def error_by_differences(denoise, y_hat, sigma):
    step, trace = 1e-5, 0
    for k in range(y_hat.shape[1]):
        aside = torch.zeros_like(y_hat)
        aside[:, k] = step
        trace = trace + (denoise(y_hat + aside, sigma) - denoise(y_hat - aside, sigma))[:, k] / (2 * step)
    return (sigma**2 * trace).numpy()


def error_by_vmap(denoise, y_hat, sigma):
    def trace(y):
        return torch.func.jacrev(lambda v: denoise(v[None], sigma)[0])(y).trace()

    return sigma * sigma * torch.func.vmap(trace)(y_hat)


def error_of_the_sum(denoise, y_hat, sigma):
    y_hat = y_hat.requires_grad_()
    (slope,) = torch.autograd.grad(denoise(y_hat, sigma).sum(), y_hat)
    return sigma**2 * slope.sum(dim=1)


def error_in_one_direction(denoise, y_hat, sigma):
    y_hat = y_hat.clone().requires_grad_()
    (slope,) = torch.autograd.grad(denoise(y_hat, sigma)[:, 0].sum(), y_hat)
    return sigma**2 * slope[:, 0]


def error_by_one_probe(denoise, y_hat, sigma):
    y_hat = y_hat.clone().requires_grad_()
    probe = torch.randn_like(y_hat)
    (slope,) = torch.autograd.grad((denoise(y_hat, sigma) * probe).sum(), y_hat)
    return sigma**2 * (slope * probe).sum(dim=1)


def _arrow(points, sigma):
    points = np.asarray(points, dtype=float)

    def arrow(y):
        w = np.exp(-((y - points) ** 2 - ((y - points) ** 2).min()) / (2 * sigma**2))
        return float((w * points).sum() / w.sum() - y)

    return arrow


def watersheds_by_brentq(points, sigma):
    arrow, places = _arrow(points, sigma), np.linspace(float(points[0]), float(points[-1]), 3001)
    values = [arrow(y) for y in places]
    pairs = zip(itertools.pairwise(places), itertools.pairwise(values), strict=True)
    return [brentq(arrow, a, b) for (a, b), (u, v) in pairs if u < 0 < v]


def watersheds_by_density(points, sigma):
    y = torch.linspace(-5, 5, 200_001, dtype=torch.float64)
    log_p = torch.logsumexp(-((y[:, None] - points) ** 2) / (2 * sigma**2), dim=1)
    valley = (log_p[1:-1] < log_p[:-2]) & (log_p[1:-1] < log_p[2:]) & (y[1:-1] > points[0]) & (y[1:-1] < points[-1])
    return y[1:-1][valley]


def watersheds_by_walking(points, sigma):  # where the goal of a walk jumps
    y = torch.linspace(points[0].item(), points[-1].item(), 2001).double()
    end = y.clone()
    for _ in range(3000):
        end = (-((end[:, None] - points) ** 2) / (2 * sigma**2)).softmax(dim=1) @ points.double()
    jump = end.diff() > 0.05
    return ((y[1:] + y[:-1]) / 2)[jump]


def watersheds_by_slope(points, sigma):
    y = torch.linspace(points[0].item(), points[-1].item(), 20_001).double().requires_grad_()
    arrow = (-((y[:, None] - points) ** 2) / (2 * sigma**2)).softmax(dim=1) @ points.double() - y
    (slope,) = torch.autograd.grad(arrow.sum(), y)
    still = (arrow[:-1] * arrow[1:] < 0) & (slope[:-1] > 0)
    return y[:-1][still].detach().numpy()


def valleys_of_short_arrows(points, sigma):
    y = torch.linspace(points[0].item(), points[-1].item(), 5001)
    arrow = ((-((y[:, None] - points) ** 2) / (2 * sigma**2)).softmax(dim=1) @ points - y).abs()
    return y[1:-1][(arrow[1:-1] < arrow[:-2]) & (arrow[1:-1] < arrow[2:])]


def hilltops(points, sigma):
    y = torch.linspace(points[0].item(), points[-1].item(), 5001)
    arrow = (-((y[:, None] - points) ** 2) / (2 * sigma**2)).softmax(dim=1) @ points - y
    return y[1:][(arrow[:-1] > 0) & (arrow[1:] < 0)]


def bend(points, sigma):
    return watersheds_by_slope(points, sigma**2)


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
        lambda y_hat, points, prior, sigma: limits.BayesDenoiser(points, sigma, prior)(y_hat),
        mean_by_loop,
        mean_in_numpy,
        mean_as_an_autoencoder,
        mean_by_distributions,
        mean_with_the_nearest_taken_off,
    ],
    "9.2": {
        "as asked": loop_with(),
        "the package's": loop_of_the_package,
        "one level a step": loop_in_steps_of_one_level,
        "power 2.5": loop_with(power=2.5),
    },
    "9.3": [error_by_jacobian, error_by_differences, error_by_vmap],
    "9.4": [watersheds_by_brentq, watersheds_by_density, watersheds_by_walking, watersheds_by_slope],
    "9.5": [sample, sample_of_the_package, sample_down_to_zero, sample_with_fresh_noise, sample_by_halves],
}  # fmt: skip

WRONG = {
    "9.1": [
        mean_as_bayes_wrote_it,
        mean_with_an_epsilon,
        mean_without_nan,
        mean_with_a_floor,
        mean_in_doubles,
        lambda y_hat, points, prior, sigma: limits.BayesDenoiser(points, sigma)(y_hat),
        lambda y_hat, points, prior, sigma: limits.BayesDenoiser(points, sigma, prior**2)(y_hat),
        lambda y_hat, points, prior, sigma: limits.BayesDenoiser(points, sigma, 1 / prior)(y_hat),
        lambda y_hat, points, prior, sigma: limits.BayesDenoiser(points, sigma**0.5, prior)(y_hat),
        lambda y_hat, points, prior, sigma: limits.BayesDenoiser(points, 0.1, prior)(y_hat),
        lambda y_hat, points, prior, sigma: limits.BayesDenoiser(points, sigma, prior).posterior(y_hat),
        lambda y_hat, points, prior, sigma: limits.BayesDenoiser(points, sigma, prior).score(y_hat),
        lambda y_hat, points, prior, sigma: limits.BayesDenoiser(points * prior[:, None], sigma)(y_hat),
        lambda y_hat, points, prior, sigma: limits.nearest_point(y_hat, points),
        lambda y_hat, points, prior, sigma: points[prior.argmax()].expand(len(y_hat), 2),
    ],
    "9.2": {
        "noise once": loop_with(noise="once"),
        "told the variance": loop_with(told=torch.square),
        "told nothing": loop_with(told=torch.ones_like),
        "large noise outweighs": loop_with(power=0),
        "divided by the fourth power": loop_with(power=6),
        "compared with y_hat": loop_with(answer="y_hat"),
        "answers with the noise": loop_with(answer="noise"),
        "noise of another strength": loop_with(noise="variance"),
        "one level": loop_with(level=0.15),
        "fifty steps": loop_with(steps=50),
        "no step": loop_without_steps,
    },
    "9.3": [
        error_of_the_sum,
        error_in_one_direction,
        error_by_one_probe,
        lambda denoise, y_hat, sigma: (denoise(y_hat, sigma) - y_hat).square().sum(dim=1),
        lambda denoise, y_hat, sigma: sigma**2 * torch.ones(len(y_hat)),
        lambda denoise, y_hat, sigma: error_by_vmap(denoise, y_hat, sigma) / sigma,
        lambda denoise, y_hat, sigma: error_by_vmap(denoise, y_hat, sigma) / y_hat.shape[1],
        lambda denoise, y_hat, sigma: error_by_vmap(denoise, y_hat, sigma).mean(),
        lambda denoise, y_hat, sigma: denoise(y_hat, sigma).var(dim=1),
    ],
    "9.4": [
        valleys_of_short_arrows,
        hilltops,
        bend,
        lambda points, sigma: [0.0],
        lambda points, sigma: points,
        lambda points, sigma: points.mean(),
        lambda points, sigma: (points[1:] + points[:-1]) / 2,
        lambda points, sigma: watersheds_by_slope(points, 0.3),
        lambda points, sigma: watersheds_by_slope(points, sigma)[:1],
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
