"""Answers to the exercises of chapter 8 as learners write them, from the statements alone: right and wrong ones."""

import copy

import numpy as np
import torch
from torch.nn.functional import mse_loss

from aecourse import corruption, data, energies, limits, models, training


def penalty_by_loop(W_h, h):
    R = []
    for code in h:
        R.append(sum(float((1 - code[i] ** 2) ** 2 * (W_h[i] ** 2).sum()) for i in range(len(W_h))))
    return R


def penalty_of_the_matrix(W_h, h):
    J = (1 - h.square())[:, :, None] * W_h
    return torch.linalg.matrix_norm(J).square()


def penalty_in_numpy(W_h, h):
    W_h, h = W_h.numpy(), h.numpy()
    return np.einsum("bi,ij->b", (1 - h**2) ** 2, W_h**2)


def penalty_by_autograd(W_h, h):
    def encode(y):
        return torch.tanh(W_h.double() @ y + b)

    R = []
    for code in h.double().clamp(-1 + 1e-16, 1 - 1e-16):
        b = code.atanh()
        R.append(torch.autograd.functional.jacobian(encode, torch.zeros(W_h.shape[1]).double()).square().sum())
    return torch.stack(R)


def top_k_by_scattering(a, k):
    values, places = a.relu().topk(k, dim=1)
    return torch.zeros_like(a).scatter(1, places, values)


def top_k_by_loop(a, k):
    h = torch.zeros_like(a)
    for row, activations in enumerate(a):
        for i in activations.argsort(descending=True)[:k]:
            h[row, i] = max(activations[i], 0)
    return h


def top_k_in_numpy(a, k):
    a = a.numpy().copy()
    losers = np.argsort(a, axis=1)[:, :-k]
    np.put_along_axis(a, losers, 0, axis=1)
    return np.maximum(a, 0)


def top_k_by_rank(a, k):
    rank = a.argsort(dim=1, descending=True).argsort(dim=1)
    return a.relu() * (rank < k)


def top_k_but_one(a, k):
    return a.relu() * (a > a.topk(k, dim=1).values[:, -1:])


def top_k_in_place(a, k):
    a[a < a.topk(k, dim=1).values[:, -1:]] = 0
    return a.relu()


def top_k_of_three(a, k):
    return top_k_by_rank(a, 3)


def evade_on_copies(W_h, b_h, W_y, b_y, c):
    W_h, b_h, W_y = W_h.clone(), b_h.clone(), W_y.clone()
    W_h /= c
    b_h /= c
    W_y *= c
    return W_h, b_h, W_y, b_y


def evade_in_place(W_h, b_h, W_y, b_y, c):
    W_h /= c
    b_h /= c
    W_y *= c
    return W_h, b_h, W_y, b_y


def choose_in_numpy(experiment, strengths):
    table = np.array([[experiment(s, seed) for seed in range(10)] for s in strengths])
    C, share = table[:, :5].mean(axis=1).T
    k = int(np.where(C <= 0.0005, share, np.inf).argmin())
    return strengths[k], table[k, 5:, 1].mean(), table[k, 5:, 1].std(ddof=1) / np.sqrt(5)


def choose_by_loop(experiment, strengths):
    best, least = None, float("inf")
    for strength in strengths:
        C = share = 0.0
        for seed in range(5):
            one, two = experiment(strength, seed)
            C, share = C + one / 5, share + two / 5
        if C <= 0.0005 and share < least:
            best, least = strength, share
    fresh = [experiment(best, seed)[1] for seed in range(5, 10)]
    mean = sum(fresh) / 5
    variance = sum((v - mean) ** 2 for v in fresh) / 4
    return [best, mean, (variance / 5) ** 0.5]


def choose_the_least(experiment, strengths):
    share = {s: sum(experiment(s, seed)[1] for seed in range(5)) for s in strengths}
    return min(share, key=share.get), 0.1, 0.01


def choose_by_medians(experiment, strengths):
    found = {s: torch.tensor([experiment(s, seed) for seed in range(5)]).median(dim=0).values for s in strengths}
    best = min((s for s in strengths if found[s][0] <= 0.0005), key=lambda s: found[s][1])
    fresh = torch.tensor([experiment(best, seed)[1] for seed in range(5, 10)])
    return best, fresh.median(), fresh.std() / 5**0.5


def choose_with_new_seeds(experiment, strengths):
    return choose_by_loop(lambda s, seed: experiment(s, seed + 100), strengths)


def choose_the_strongest_alive(experiment, strengths):
    alive = [s for s in strengths if sum(experiment(s, k)[0] for k in range(5)) / 5 <= 0.0005]
    fresh = torch.tensor([experiment(alive[0], seed)[1] for seed in range(5, 10)])
    return alive[0], fresh.mean(), fresh.std() / 5**0.5


def choose_a_strength_only(experiment, strengths):
    return choose_by_loop(experiment, strengths)[0]


def estimate_by_jacobians(denoise, y_hat, sigma):
    n = y_hat.shape[1]
    J = torch.autograd.functional.jacobian(lambda y: denoise(y).sum(dim=0), y_hat)  # (n, m, n)
    div = torch.einsum("kmk->m", J)
    F = (y_hat - denoise(y_hat)).pow(2).sum(1)
    return n * sigma**2 + (F + 2 * sigma**2 * (div - n)).mean()


def estimate_by_differences(denoise, y_hat, sigma):
    y, n = y_hat.double(), y_hat.shape[1]
    div = 0
    for k in range(n):
        step = torch.zeros(n, dtype=torch.double)
        step[k] = 1e-3
        div = div + (denoise(y + step) - denoise(y - step))[:, k].mean() / 2e-3
    return ((y - denoise(y)) ** 2).sum(1).mean() - n * sigma**2 + 2 * sigma**2 * div


def estimate_along_a_random_direction(denoise, y_hat, sigma):
    v = torch.randn_like(y_hat)
    moved, y_tilde = denoise(y_hat + 1e-2 * v), denoise(y_hat)
    div = ((moved - y_tilde) * v).sum(dim=1).mean() / 1e-2
    n = y_hat.shape[1]
    return float((y_hat - y_tilde).square().sum(1).mean() - n * sigma**2 + 2 * sigma**2 * div)


def estimate_of_components(denoise, y_hat, sigma):
    return estimate_by_jacobians(denoise, y_hat, sigma) / y_hat.shape[1]


def estimate_with_one_component(denoise, y_hat, sigma):
    y = y_hat.requires_grad_()
    y_tilde = denoise(y)
    (slope,) = torch.autograd.grad(y_tilde[:, 0].sum(), y)
    n = y.shape[1]
    return (n * sigma**2 + (y - y_tilde).square().sum(1) + 2 * sigma**2 * (slope[:, 0] - n)).mean()


def estimate_with_all_partial_derivatives(denoise, y_hat, sigma):
    y = y_hat.requires_grad_()
    y_tilde = denoise(y)
    (slope,) = torch.autograd.grad(y_tilde.sum(), y)  # off the diagonal as well
    n = y.shape[1]
    return (n * sigma**2 + (y - y_tilde).square().sum(1) + 2 * sigma**2 * (slope.sum(1) - n)).mean()


def train_denoiser(model, Y, sigma, steps=300, lr=0.01):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(steps):
        y_hat = Y + sigma * torch.randn_like(Y)
        F = (Y - model(y_hat)).square().sum(dim=1)
        optimiser.zero_grad()
        F.mean().backward()
        optimiser.step()


def several_noises_a_step(model, Y, sigma):
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0)
    Y = Y.repeat(4, 1)
    for _ in range(400):
        optimiser.zero_grad(set_to_none=True)
        mse_loss(model(Y + torch.normal(0.0, sigma, Y.shape)), Y).backward()
        optimiser.step()


def with_the_package(model, Y, sigma):
    def F(model, y, y_hat):
        return energies.squared_error(y, model(y_hat))

    noise = corruption.gaussian(sigma)
    training.fit(model, Y, energy=F, corrupt=noise, epochs=400, batch=len(Y), lr=0.01, progress=False)


def falling_rate(model, Y, sigma):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 300)
    for _ in range(300):
        y = Y[torch.randint(len(Y), (200,))]
        loss = (model(y + sigma * torch.randn(200, 2)) - y).pow(2).sum(-1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return model


def as_it_stands(model, Y, sigma, wrong_power=True, wrong_noise=True, wrong_target=True):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    power = sigma**2 if wrong_power else sigma
    y_hat = Y + power * torch.randn_like(Y)
    for _ in range(300):
        if not wrong_noise:
            y_hat = Y + power * torch.randn_like(Y)
        F = ((y_hat if wrong_target else Y) - model(y_hat)).square().sum(dim=1)
        optimiser.zero_grad()
        F.mean().backward()
        optimiser.step()


def only_the_power_is_left(model, Y, sigma):
    as_it_stands(model, Y, sigma, True, False, False)


def only_the_old_noise_is_left(model, Y, sigma):
    as_it_stands(model, Y, sigma, False, True, False)


def only_the_target_is_left(model, Y, sigma):
    as_it_stands(model, Y, sigma, False, False, True)


def the_same_noise_by_seed(model, Y, sigma):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(300):
        torch.manual_seed(0)
        y_hat = Y + sigma * torch.randn_like(Y)
        optimiser.zero_grad()
        (Y - model(y_hat)).square().sum(dim=1).mean().backward()
        optimiser.step()


def uniform_noise(model, Y, sigma):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(300):
        y_hat = Y + sigma * torch.rand_like(Y)
        optimiser.zero_grad()
        (Y - model(y_hat)).square().sum(dim=1).mean().backward()
        optimiser.step()


def never_steps(model, Y, sigma):
    for _ in range(10):
        y_hat = Y + sigma * torch.randn_like(Y)
        (Y - model(y_hat)).square().sum(dim=1).mean().backward()


def trains_a_copy(model, Y, sigma):
    model = copy.deepcopy(model)
    train_denoiser(model, Y, sigma)
    return model


def steps_of_one_epoch(model, Y, sigma):
    train_denoiser(model, Y, sigma, steps=5)


def reads_the_clean(model, Y, sigma):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(300):
        optimiser.zero_grad()
        (Y - model(Y)).square().sum(dim=1).mean().backward()
        optimiser.step()


def predicts_the_noise(model, Y, sigma):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(300):
        noise = torch.randn_like(Y)
        optimiser.zero_grad()
        (noise - model(Y + sigma * noise)).square().sum(dim=1).mean().backward()
        optimiser.step()


def until_it_is_perfect(model, Y, sigma):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    while True:
        loss = (Y - model(Y + sigma * torch.randn_like(Y))).square().sum(dim=1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if loss < 1e-6:
            break


until_it_is_perfect.__name__ = "never ends"


def replaces_the_network(model, Y, sigma):  # nothing is trained
    model.forward = limits.BayesDenoiser(Y, sigma)


RIGHT = {
    "8.1": [
        lambda W_h, h: (1 - h.square()).square() @ W_h.square().sum(dim=1),
        lambda W_h, h: energies.contractive(1 - h**2, W_h),
        lambda W_h, h: torch.einsum("bi,bi,ij,ij->b", 1 - h * h, 1 - h * h, W_h, W_h),
        lambda W_h, h: ((1 - h) ** 2 * (1 + h) ** 2 * W_h.norm(dim=1) ** 2).sum(dim=-1),
        lambda W_h, h: (h.double().atanh().cosh() ** -4 * W_h.double().square().sum(1)).sum(1),
        penalty_by_loop,
        penalty_of_the_matrix,
        penalty_in_numpy,
        penalty_by_autograd,
    ],
    "8.2": [
        lambda a, k: models.top_k(k)(a),
        lambda a, k: a.relu() * (a >= a.topk(k, dim=1).values[:, -1:]),
        lambda a, k: torch.where(a > a.sort(dim=1).values[:, -k - 1, None], a, 0).clamp(min=0),
        lambda a, k: a.relu().masked_fill(a < a.kthvalue(a.shape[1] - k + 1, dim=1, keepdim=True).values, 0),
        top_k_by_scattering,
        top_k_by_loop,
        top_k_in_numpy,
        top_k_by_rank,
    ],
    "8.3": [
        lambda W_h, b_h, W_y, b_y, c: (W_h / c, b_h / c, W_y * c, b_y),
        lambda W_h, b_h, W_y, b_y, c: [W_h * (1 / c), b_h * (1 / c), c * W_y, b_y],
        lambda W_h, b_h, W_y, b_y, c: (W_h.double() / c, b_h.double() / c, W_y.double() * c, b_y.double()),
        lambda W_h, b_h, W_y, b_y, c: (W_h.numpy() / c, b_h.numpy() / c, W_y.numpy() * c, b_y.numpy()),
        lambda W_h, b_h, W_y, b_y, c: ((W_h / c).tolist(), (b_h / c).tolist(), (c * W_y).tolist(), b_y.tolist()),
        evade_on_copies,
    ],
    "8.4": [train_denoiser, several_noises_a_step, with_the_package, falling_rate],
    "8.5": [choose_in_numpy, choose_by_loop],
    "8.6": [estimate_by_jacobians, estimate_by_differences, estimate_along_a_random_direction],
}

WRONG = {
    "8.1": [
        lambda W_h, h: (1 - h.square()) @ W_h.square().sum(dim=1),
        lambda W_h, h: (h * (1 - h)).square() @ W_h.square().sum(dim=1),
        lambda W_h, h: ((1 - h.square()).square() @ W_h.square().sum(dim=1)).sqrt(),
        lambda W_h, h: ((1 - h.square()).square() @ W_h.square().sum(dim=1)).mean(),
        lambda W_h, h: (1 - h.square()).square() @ W_h.square().mean(dim=1),
        lambda W_h, h: (1 - h.square()).square().sum(dim=1) * W_h.square().sum(),
        lambda W_h, h: (1 - h.tanh().square()).square() @ W_h.square().sum(dim=1),
        lambda W_h, h: (1 - h).pow(4) @ W_h.square().sum(dim=1),
        lambda W_h, h: (1 - h.square()).square() @ W_h.sum(dim=1).square(),
        lambda W_h, h: W_h.square().sum().expand(len(h)),
        lambda W_h, h: h.square().sum(dim=1),
        lambda W_h, h: ((1 - h.square()) @ W_h).square().sum(dim=1),  # the length of a sum, not of the matrix
        lambda W_h, h: torch.linalg.matrix_norm((1 - h.square())[:, :, None] * W_h, ord=2).square(),
        lambda W_h, h: (1 - h.square()).square() @ W_h.square().sum(dim=0),  # raises
    ],
    "8.2": [
        lambda a, k: a * (a.abs() >= a.abs().topk(k, dim=1).values[:, -1:]),
        lambda a, k: a * (a >= a.topk(k, dim=1).values[:, -1:]),
        lambda a, k: a.relu().topk(k, dim=1).values,
        lambda a, k: (a >= a.topk(k, dim=1).values[:, -1:]).float(),
        lambda a, k: a.relu() * (a >= a.topk(k, dim=0).values[-1:]),
        lambda a, k: a.relu() * (a >= a.flatten().topk(k).values[-1]),
        lambda a, k: a.relu() * (a >= a.topk(k, dim=1).values.min()),
        lambda a, k: a.relu() * (a <= a.topk(k, dim=1, largest=False).values[:, -1:]),
        lambda a, k: (a - a.topk(k, dim=1).values[:, -1:]).relu(),
        lambda a, k: (a * (a >= a.topk(k, dim=1).values[:, -1:])).abs(),
        lambda a, k: torch.cat([a[:, :k].relu(), 0 * a[:, k:]], dim=1),
        lambda a, k: a.relu(),
        top_k_but_one,
        lambda a, k: a.relu() * (a.argsort(dim=1, descending=True) < k),  # one argsort too few
        top_k_in_place,
        top_k_of_three,
    ],
    "8.3": [
        lambda W_h, b_h, W_y, b_y, c: (W_h / c, b_h, W_y * c, b_y),
        lambda W_h, b_h, W_y, b_y, c: (W_h * c, b_h * c, W_y / c, b_y),
        lambda W_h, b_h, W_y, b_y, c: (W_h / c, b_h / c, W_y, b_y),
        lambda W_h, b_h, W_y, b_y, c: (W_h / c, b_h / c, W_y * c, b_y * c),
        lambda W_h, b_h, W_y, b_y, c: (W_h / c**0.5, b_h / c**0.5, W_y * c**0.5, b_y),
        lambda W_h, b_h, W_y, b_y, c: (W_h / 2, b_h / 2, W_y * 2, b_y),
        lambda W_h, b_h, W_y, b_y, c: (c * W_y, b_y, W_h / c, b_h / c),
        lambda W_h, b_h, W_y, b_y, c: (W_h / c, b_h / c, W_y * c),
        lambda W_h, b_h, W_y, b_y, c: W_h / c,
        evade_in_place,
    ],
    "8.4": [
        as_it_stands,
        only_the_power_is_left,
        only_the_old_noise_is_left,
        only_the_target_is_left,
        the_same_noise_by_seed,
        uniform_noise,
        never_steps,
        trains_a_copy,
        steps_of_one_epoch,
        reads_the_clean,
        predicts_the_noise,
        replaces_the_network,
        until_it_is_perfect,
        lambda model, Y, sigma: train_denoiser(model, data.spiral(2), sigma, steps=50),
    ],
    "8.5": [
        choose_the_least,
        choose_by_medians,
        choose_with_new_seeds,
        choose_the_strongest_alive,
        choose_a_strength_only,
        lambda experiment, strengths: (strengths[len(strengths) // 2], 0.12, 0.01),
    ],
    "8.6": [
        estimate_of_components,
        estimate_with_one_component,
        estimate_with_all_partial_derivatives,
        lambda denoise, y_hat, sigma: (y_hat - denoise(y_hat)).square().sum(1).mean(),
        lambda denoise, y_hat, sigma: y_hat.shape[1] * sigma**2,
        lambda denoise, y_hat, sigma: sigma**2,
        lambda denoise, y_hat, sigma: (y_hat - denoise(y_hat)).square().sum(1),
    ],
}
