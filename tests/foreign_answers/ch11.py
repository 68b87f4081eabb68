"""Answers to the exercises of chapter 11 as learners write them, from the statements alone: right and wrong ones."""

import math

import numpy as np
import torch
from scipy import special
from torch.distributions import Normal, kl_divergence
from torch.nn.functional import binary_cross_entropy, binary_cross_entropy_with_logits, logsigmoid, softplus

from aecourse import energies


def kl(mu, log_var):
    return 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(dim=1)


def kl_by_loop(mu, log_var):
    return [
        sum(0.5 * (m * m + math.exp(v) - 1 - v) for m, v in zip(*code, strict=True))
        for code in zip(mu.tolist(), log_var.tolist(), strict=True)
    ]


def kl_of_torch(mu, log_var):
    q = Normal(mu, (log_var / 2).exp())
    return kl_divergence(q, Normal(torch.zeros_like(mu), torch.ones_like(mu))).sum(dim=1)


def kl_in_numpy(mu, log_var):
    mu, log_var = mu.detach().numpy(), log_var.detach().numpy()
    return -0.5 * np.sum(1 + log_var - mu**2 - np.exp(log_var), axis=1)


def kl_the_other_way(mu, log_var):
    q = Normal(mu, (log_var / 2).exp())
    return kl_divergence(Normal(torch.zeros_like(mu), torch.ones_like(mu)), q).sum(dim=1)


def kl_by_draws(mu, log_var):
    q, p = Normal(mu, (log_var / 2).exp()), Normal(torch.zeros_like(mu), torch.ones_like(mu))
    h = q.sample((1000,))
    return (q.log_prob(h) - p.log_prob(h)).mean(dim=0).sum(dim=1)


def sample_row_by_row(mu, log_var, epsilon):
    return torch.stack([m + (v / 2).exp() * e for m, v, e in zip(mu, log_var, epsilon, strict=True)])


def sample_without_slopes(mu, log_var, epsilon):
    with torch.no_grad():
        return mu + (log_var / 2).exp() * epsilon


def sample_in_numpy(mu, log_var, epsilon):
    mu, log_var, epsilon = (t.detach().numpy() for t in (mu, log_var, epsilon))
    return torch.tensor(mu + np.exp(log_var / 2) * epsilon)


def sample_of_torch(mu, log_var, epsilon):  # draws an epsilon of its own
    return Normal(mu, (log_var / 2).exp()).rsample()


def energy(y, logits, mu, log_var):
    return binary_cross_entropy_with_logits(logits, y, reduction="none").sum(dim=1) + kl(mu, log_var)


def energy_by_log_sigmoid(y, logits, mu, log_var):
    C = -(y * logsigmoid(logits) + (1 - y) * logsigmoid(-logits)).sum(dim=1)
    return C - 0.5 * (1 + log_var - mu.pow(2) - log_var.exp()).sum(dim=1)


def energy_in_numpy(y, logits, mu, log_var):
    y, logits, mu, log_var = (t.detach().numpy().astype(float) for t in (y, logits, mu, log_var))
    C = np.logaddexp(0, logits) - y * logits
    return C.sum(axis=1) + 0.5 * (mu**2 + np.exp(log_var) - 1 - log_var).sum(axis=1)


def energy_by_cases(y, logits, mu, log_var):
    wrong = torch.where(y == 1, -logits, logits)  # how far on the wrong side
    return softplus(wrong).sum(dim=1) + kl(mu, log_var)


def energy_of_probabilities(y, logits, mu, log_var, floor=0.0):  # log 0
    p = logits.sigmoid().clamp(floor, 1 - floor)
    return -(y * p.log() + (1 - y) * (1 - p).log()).sum(dim=1) + kl(mu, log_var)


def energy_of_clamped_probabilities(y, logits, mu, log_var):
    return energy_of_probabilities(y, logits, mu, log_var, floor=1e-6)


def energy_of_guarded_logarithms(y, logits, mu, log_var):
    p = logits.sigmoid()
    return -(y * (p + 1e-8).log() + (1 - y) * (1 - p + 1e-8).log()).sum(dim=1) + kl(mu, log_var)


def energy_of_torch(y, logits, mu, log_var):  # its logarithm ends at -100
    return binary_cross_entropy(logits.sigmoid(), y, reduction="none").sum(dim=1) + kl(mu, log_var)


def energy_in_doubles(y, logits, mu, log_var):
    return energy_of_probabilities(y.double(), logits.double(), mu, log_var)


def bound_by_hand(log_w):
    largest = log_w.amax(dim=1, keepdim=True)
    return -(largest[:, 0] + (log_w - largest).exp().mean(dim=1).log())


def bound_of_scipy(log_w):
    return np.log(log_w.shape[1]) - special.logsumexp(log_w.numpy(), axis=1)


def bound_by_loop(log_w):
    bounds = []
    for row in log_w.double():
        total = row[0]
        for value in row[1:]:
            total = torch.logaddexp(total, value)
        bounds.append(math.log(len(row)) - total)
    return torch.stack(bounds)


def bound_as_it_is_written(log_w):
    return -log_w.exp().mean(dim=1).log()


def bound_with_one_shift(log_w):  # for all images
    largest = log_w.max()
    return -(largest + (log_w - largest).exp().mean(dim=1).log())


def bound_with_the_mean_off(log_w):  # overflows
    middle = log_w.mean(dim=1, keepdim=True)
    return -(middle[:, 0] + (log_w - middle).exp().mean(dim=1).log())


RIGHT = {
    "11.1": [
        kl,
        lambda mu, log_var: energies.gaussian_kl(mu, log_var),
        lambda mu, log_var: -0.5 * (1 + log_var - mu.pow(2) - log_var.exp()).sum(-1),
        lambda mu, log_var: (log_var.expm1() - log_var + mu**2).sum(dim=1) / 2,
        lambda mu, log_var: torch.stack([(m @ m + v.exp().sum() - len(v) - v.sum()) / 2
                                         for m, v in zip(mu, log_var, strict=True)]),
        lambda mu, log_var: kl(mu.double(), log_var.double()).clamp(min=0),
        kl_by_loop,
        kl_of_torch,
        kl_in_numpy,
    ],
    "11.2": [
        lambda mu, log_var, epsilon: mu + (log_var / 2).exp() * epsilon,
        lambda mu, log_var, epsilon: mu + torch.exp(0.5 * log_var) * epsilon,
        lambda mu, log_var, epsilon: log_var.exp().sqrt() * epsilon + mu,
        lambda mu, log_var, epsilon: torch.addcmul(mu, (log_var / 2).exp(), epsilon),
        lambda mu, log_var, epsilon: mu.double() + (log_var.double() / 2).exp() * epsilon,
        lambda mu, log_var, epsilon: mu + math.e ** (log_var / 2) * epsilon,
        lambda mu, log_var, epsilon: Normal(0.0, 1.0).icdf(Normal(0.0, 1.0).cdf(epsilon.double()))
        * log_var.mul(0.5).exp() + mu,
        sample_row_by_row,
    ],
    "11.3": [
        energy,
        lambda y, logits, mu, log_var: (
            energies.binary_cross_entropy_with_logits(y, logits) + energies.gaussian_kl(mu, log_var)),
        lambda y, logits, mu, log_var: (softplus(logits) - y * logits).sum(dim=1) + kl_of_torch(mu, log_var),
        lambda y, logits, mu, log_var: (
            (logits.relu() - y * logits + torch.log1p((-logits.abs()).exp())).sum(1) + kl(mu, log_var)),
        lambda y, logits, mu, log_var: torch.stack([
            binary_cross_entropy_with_logits(a, b, reduction="sum") + c
            for a, b, c in zip(logits, y, kl(mu, log_var), strict=True)]),
        energy_by_log_sigmoid,
        energy_in_numpy,
        energy_by_cases,
    ],
    "11.4": [
        lambda log_w: math.log(log_w.shape[1]) - log_w.logsumexp(dim=1),
        lambda log_w: -(log_w - math.log(log_w.shape[1])).logsumexp(-1),
        lambda log_w: -torch.logcumsumexp(log_w, dim=1)[:, -1] + torch.tensor(log_w.shape[1]).log(),
        lambda log_w: [-(float(row.double().logsumexp(0)) - math.log(row.numel())) for row in log_w],
        lambda log_w: log_w.log_softmax(dim=1)[:, 0] - log_w[:, 0] + math.log(log_w.shape[1]),
        bound_by_hand,
        bound_of_scipy,
        bound_by_loop,
    ],
}  # fmt: skip

WRONG = {
    "11.1": [
        lambda mu, log_var: kl(mu, log_var) * 2,
        lambda mu, log_var: kl(mu, log_var) / mu.shape[1],
        lambda mu, log_var: kl(mu, log_var).mean(),
        lambda mu, log_var: kl(mu, log_var).sum(),
        lambda mu, log_var: kl(mu, log_var) / 784,
        lambda mu, log_var: 0.00025 * kl(mu, log_var),
        lambda mu, log_var: -kl(mu, log_var),
        lambda mu, log_var: kl(mu, log_var) / math.log(2),
        lambda mu, log_var: kl(mu, 2 * log_var),  # log sigma
        lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - log_var).sum(dim=1),
        lambda mu, log_var: 0.5 * (mu.square() + log_var - 1 - log_var.log()).sum(dim=1),  # the variance
        lambda mu, log_var: 0.5 * (mu.square() + log_var.square() - 1 - log_var).sum(dim=1),
        lambda mu, log_var: 0.5 * (log_var.exp() - 1 - log_var).sum(dim=1),
        lambda mu, log_var: 0.5 * (mu.abs() + log_var.exp() - 1 - log_var).sum(dim=1),
        lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - 1 + log_var).sum(dim=1),
        lambda mu, log_var: 0.5 * (mu.square() + (log_var / 2).exp() - 1 - log_var).sum(dim=1),
        lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(dim=0),
        lambda mu, log_var: 0.5 * (mu.square() + log_var.exp() - 1 - log_var),
        kl_the_other_way,
        kl_by_draws,
    ],
    "11.2": [
        lambda mu, log_var, epsilon: mu + log_var.exp() * epsilon,
        lambda mu, log_var, epsilon: mu + log_var * epsilon,
        lambda mu, log_var, epsilon: mu + (2 * log_var).exp() * epsilon,
        lambda mu, log_var, epsilon: mu + log_var.sqrt() * epsilon,  # NaN
        lambda mu, log_var, epsilon: mu + (log_var / 2).exp(),
        lambda mu, log_var, epsilon: mu * epsilon + (log_var / 2).exp(),
        lambda mu, log_var, epsilon: mu - (log_var / 2).exp() * epsilon,
        lambda mu, log_var, epsilon: (mu + (log_var / 2).exp() * epsilon).detach(),
        lambda mu, log_var, epsilon: mu + (log_var / 2).exp().detach() * epsilon,
        lambda mu, log_var, epsilon: mu.detach() + (log_var / 2).exp() * epsilon,
        lambda mu, log_var, epsilon: mu + (log_var.data / 2).exp() * epsilon,
        lambda mu, log_var, epsilon: torch.normal(mu, (log_var / 2).exp()),
        lambda mu, log_var, epsilon: mu + (log_var / 2).exp() * torch.rand_like(epsilon),
        lambda mu, log_var, epsilon: mu + softplus(log_var) * epsilon,
        lambda mu, log_var, epsilon: mu + epsilon,
        sample_without_slopes,
        sample_in_numpy,
        sample_of_torch,
    ],
    "11.3": [
        energy_of_probabilities,
        energy_of_clamped_probabilities,
        energy_of_guarded_logarithms,
        energy_of_torch,
        energy_in_doubles,
        lambda y, logits, mu, log_var: binary_cross_entropy_with_logits(logits, y) + kl(mu, log_var),
        lambda y, logits, mu, log_var: binary_cross_entropy_with_logits(logits, y, reduction="sum") + kl(mu, log_var),
        lambda y, logits, mu, log_var: energies.binary_cross_entropy_with_logits(y, logits),
        lambda y, logits, mu, log_var: energy(y, logits, mu, log_var) - 2 * kl(mu, log_var),
        lambda y, logits, mu, log_var: energy(y, logits, mu, log_var) - 0.5 * kl(mu, log_var),
        lambda y, logits, mu, log_var: energies.binary_cross_entropy_with_logits(y, logits) / 784 + kl(mu, log_var),
        lambda y, logits, mu, log_var: (
            energies.binary_cross_entropy_with_logits(y, logits) + kl(mu, log_var) / mu.shape[1]),
        lambda y, logits, mu, log_var: energy(y, logits, mu, 2 * log_var),
        lambda y, logits, mu, log_var: energy(y, logits.sigmoid(), mu, log_var),  # squashed twice
        lambda y, logits, mu, log_var: (y - logits.sigmoid()).square().sum(dim=1) + kl(mu, log_var),
        lambda y, logits, mu, log_var: energy(y, logits, mu, log_var).mean(),
        lambda y, logits, mu, log_var: energy(y, logits, mu, log_var) / math.log(2),
        lambda y, logits, mu, log_var: energy(1 - y, logits, mu, log_var),
        lambda y, logits, mu, log_var: energy(y, logits, mu, log_var).sum(),
        lambda y, logits, mu, log_var: (1 + logits.exp()).log().sum(1) - (y * logits).sum(1) + kl(mu, log_var).mean(),
    ],
    "11.4": [
        lambda log_w: -log_w.double().exp().mean(dim=1).log(),
        lambda log_w: -(log_w.exp().mean(dim=1) + 1e-30).log(),
        lambda log_w: -log_w.mean(dim=1),
        lambda log_w: -log_w.logsumexp(dim=1),
        lambda log_w: -log_w.logsumexp(dim=1) - math.log(log_w.shape[1]),
        lambda log_w: log_w.logsumexp(dim=1) - math.log(log_w.shape[1]),
        lambda log_w: -log_w.logsumexp(dim=0) + math.log(log_w.shape[0]),
        lambda log_w: -log_w.amax(dim=1),
        lambda log_w: math.log(log_w.numel()) - log_w.flatten().logsumexp(dim=0),
        lambda log_w: (math.log(log_w.shape[1]) - log_w.logsumexp(dim=1)) / math.log(2),
        lambda log_w: (math.log(log_w.shape[1]) - log_w.logsumexp(dim=1)).mean(),
        lambda log_w: math.log(len(log_w)) - log_w.logsumexp(dim=1),
        lambda log_w: -log_w.logsumexp(dim=1) / log_w.shape[1],
        lambda log_w: math.log(200) - log_w.logsumexp(dim=1),
        lambda log_w: -log_w.softmax(dim=1).mean(dim=1).log(),
        lambda log_w: math.log(log_w.shape[1]) - log_w.clamp(min=-80).exp().sum(dim=1).log(),
        bound_as_it_is_written,
        bound_with_one_shift,
        bound_with_the_mean_off,
    ],
}  # fmt: skip
