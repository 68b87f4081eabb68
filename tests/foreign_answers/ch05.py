"""Answers to the exercises of chapter 5 as learners write them, from the statements alone: right and wrong ones."""

import numpy as np
import torch
from scipy import spatial

from aecourse import data


def mean_by_loop(C, R):
    total = 0.0
    for c, r in zip(C.tolist(), R.tolist(), strict=True):
        total += c + r
    return total / len(C)


class Functional:
    def __call__(self, C, R):
        return torch.stack([C, R]).sum(dim=0).mean()


def forgets_to_return(C, R):
    (C + R).mean()


def prints_the_loss(C, R):
    print((C + R).mean())


def adds_in_place(C, R):
    C += R
    return C.mean()


def one_sample_at_a_time(F, y, y_tilde):
    return torch.stack([F(y[j : j + 1])[0] for j in range(len(y))])


def in_batches(F, y, y_tilde):
    return torch.cat([F(part) for part in y.split(2)])


def contrastive(F, y, y_tilde):
    return (1 + F(y) - F(y_tilde)).clamp(min=0)


def count_by_loop(F, tau):
    low = 0
    for value in F:
        if value <= tau:
            low += 1
    return low / len(F)


def by_sorting(F, tau):
    return torch.searchsorted(F.sort().values, torch.tensor([tau], dtype=F.dtype), right=True).item() / F.numel()


def share_in_numpy(F, tau):
    F = F.numpy()
    return np.count_nonzero(F <= tau) / F.size


def with_the_tau_of_the_course(F, tau):
    tau = 0.05**2
    return (F <= tau).float().mean()


def squared_distance(Y):
    return lambda y: torch.cdist(y, Y).amin(dim=1).square()


def squared_distance_in_numpy(Y):
    tree = spatial.cKDTree(Y.numpy())

    def F(y):
        return torch.from_numpy(tree.query(y.numpy())[0] ** 2)

    return F


def low_or_high(Y):
    def F(y):
        near = (y[:, None] - Y).square().sum(dim=2) < 0.05**2
        return torch.where(near.any(dim=1), 0.0, 1.0)

    return F


def soft_distance(Y):
    return lambda y: -0.001 * (-torch.cdist(y, Y).square() / 0.001).logsumexp(dim=1).clamp(max=0)


class Landscape:
    def __init__(self, Y):
        self.Y = Y

    def __call__(self, y):
        return torch.stack([(point - self.Y).square().sum(dim=1).min() for point in y])


def by_heart(Y):  # low at the samples themselves only
    return lambda y: (torch.cdist(y, Y).amin(dim=1) > 1e-5).float()


def of_the_spiral_as_it_was(Y):
    return squared_distance(data.spiral(1000))


RIGHT = {
    "5.1": [
        lambda C, R: (C + R).mean(),
        lambda C, R: C.mean() + R.mean(),
        lambda C, R: (C.sum() + R.sum()).item() / len(C),
        lambda C, R: np.mean(C.numpy() + R.numpy()),
        lambda C, R: sum(C + R) / C.shape[0],
        lambda C, R: torch.einsum("j->", C.double() + R.double()) / C.numel(),
        lambda C, R: 2 * torch.cat([C, R]).mean(),
        lambda C, R: torch.add(C, R).mean(dim=0, keepdim=True).squeeze(),
        mean_by_loop,
        Functional(),
    ],
    "5.2": [
        lambda F, y, y_tilde: F(y),
        lambda F, y, y_tilde: F(y.clone()),
        lambda F, y, y_tilde: F(y).tolist(),
        lambda F, y, y_tilde: F(y).detach().numpy(),
        lambda F, y, y_tilde: F(y) + 0 * F(y_tilde),
        lambda F, y, y_tilde: F(y).double(),
        one_sample_at_a_time,
        in_batches,
    ],
    "5.3": [
        lambda F, tau: (F <= tau).float().mean(),
        lambda F, tau: (F <= tau).double().mean().item(),
        lambda F, tau: 1 - (F > tau).float().mean(),
        lambda F, tau: (tau >= F).sum() / len(F),
        lambda F, tau: torch.where(F <= tau, 1.0, 0.0).mean(),
        lambda F, tau: np.mean(F.numpy() <= tau),
        lambda F, tau: len(F[F <= tau]) / len(F),
        count_by_loop,
        by_sorting,
        share_in_numpy,
    ],
    "5.4": [
        squared_distance,
        squared_distance_in_numpy,
        low_or_high,
        soft_distance,
        Landscape,
        lambda Y: lambda y: 1.2 * torch.cdist(y.double(), Y.double()).min(dim=1).values ** 2,
    ],
}

WRONG = {
    "5.1": [
        lambda C, R: (C + R).sum(),
        lambda C, R: C + R,
        lambda C, R: C.mean(),
        lambda C, R: C.mean() + R.sum(),
        lambda C, R: C.mean() - R.mean(),
        lambda C, R: torch.cat([C, R]).mean(),
        lambda C, R: (C + R).sum() / (len(C) - 1),
        lambda C, R: (C + R).mean() / 784,
        lambda C, R: (C * R).mean(),
        lambda C, R: (C + R).median(),
        lambda C, R: (C + R).min(),
        lambda C, R: (C.mean(), R.mean()),
        lambda C, R: (C + R).square().mean(),
        forgets_to_return,
        prints_the_loss,
        adds_in_place,
    ],
    "5.2": [
        lambda F, y, y_tilde: F(y_tilde),
        lambda F, y, y_tilde: F(y - y_tilde),
        lambda F, y, y_tilde: (y - y_tilde).square().sum(dim=1),
        lambda F, y, y_tilde: F(y) - F(y_tilde),
        lambda F, y, y_tilde: F(y) + F(y_tilde),
        lambda F, y, y_tilde: F(y).mean(),
        lambda F, y, y_tilde: F(y) + (y - y_tilde).square().sum(dim=1),
        lambda F, y, y_tilde: -F(y),
        lambda F, y, y_tilde: (F(y) - F(y_tilde)).square(),
        lambda F, y, y_tilde: F,
        lambda F, y, y_tilde: F(y.mean(dim=0, keepdim=True)),
        contrastive,
    ],
    "5.3": [
        lambda F, tau: (F < tau).float().mean(),
        lambda F, tau: (F > tau).float().mean(),
        lambda F, tau: (F <= tau).sum(),
        lambda F, tau: (F <= tau).float(),
        lambda F, tau: F[F <= tau].mean(),
        lambda F, tau: 100 * (F <= tau).float().mean(),
        lambda F, tau: (F <= tau).mean(),  # of a bool: raises
        lambda F, tau: (F <= tau).sum() // len(F),
        lambda F, tau: 2.4**2 * (F <= tau).float().mean(),
        lambda F, tau: (F <= tau).sum() / 8192,
        lambda F, tau: (F <= tau**2).float().mean(),
        lambda F, tau: (F.sqrt() <= tau).float().mean(),
        lambda F, tau: F.quantile(tau),
        lambda F, tau: (F.mean() <= tau).float(),
        with_the_tau_of_the_course,
    ],
    "5.4": [
        lambda Y: lambda y: torch.zeros(len(y)),
        lambda Y: lambda y: torch.ones(len(y)),
        lambda Y: lambda y: y.square().sum(dim=1),
        lambda Y: lambda y: (y - Y.mean(dim=0)).square().sum(dim=1),
        lambda Y: lambda y: torch.cdist(y, Y).amin(dim=1),  # a root too many
        lambda Y: lambda y: torch.cdist(y, Y).square().mean(dim=1),
        lambda Y: lambda y: torch.cdist(y, Y).amin(dim=1).square() - 0.002,  # below 0
        lambda Y: lambda y: 0.05 * torch.cdist(y, Y).amin(dim=1).square(),
        lambda Y: lambda y: torch.cdist(y, Y).square().amin(),
        lambda Y: lambda y: torch.cdist(y, Y).square().amin(dim=0),
        lambda Y: torch.cdist(Y, Y).square().amin(dim=1),
        lambda Y: None,
        by_heart,
        of_the_spiral_as_it_was,
    ],
}
