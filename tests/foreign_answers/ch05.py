"""Answers to the exercises of chapter 5 as learners write them, from the statements alone: right and wrong ones."""

import copy
from functools import partial

import numpy as np
import torch
from scipy import spatial, special

from aecourse import data, training


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


# --- 5.5 where the likelihood pushes --------------------------------------------------------------------------------


def pushed_by_hand(F, beta):
    shifted = [-beta * (value - min(F.tolist())) for value in F.tolist()]
    weights = [np.exp(value) for value in shifted]
    return [weight / sum(weights) for weight in weights]


def pushed_by_autograd(F, beta):
    """The slope of log Z itself, over -beta."""
    heights = F.clone().requires_grad_()
    (slope,) = torch.autograd.grad((-beta * heights).logsumexp(0), heights)
    return slope / -beta


def pushed_in_place(F, beta):
    F *= -beta
    return torch.softmax(F, dim=0)


def pushed_no_return(F, beta):
    torch.softmax(-beta * F, dim=0)


# --- 5.6 the whole loop, from memory --------------------------------------------------------------------------------


def loop_plain(model, Y, energy, passes=60, lr=1e-2, batch=50, kind=torch.optim.Adam):
    optimiser = kind(model.parameters(), lr=lr)
    for _ in range(passes):
        for y in Y[torch.randperm(len(Y))].split(batch):
            optimiser.zero_grad()
            energy(model, y).mean().backward()
            optimiser.step()


def loop_loader(model, Y, energy):
    loader = torch.utils.data.DataLoader(Y, batch_size=40, shuffle=True)
    optimiser = torch.optim.AdamW(model.parameters(), lr=8e-3, weight_decay=0)
    for _ in range(50):
        for y in loader:
            loss = energy(model, y).sum() / len(y)
            model.zero_grad()
            loss.backward()
            optimiser.step()


def loop_by_hand(model, Y, energy):
    """Gradient descent with momentum, written out."""
    velocity = [torch.zeros_like(p) for p in model.parameters()]
    for step in range(1500):
        y = Y[torch.randint(len(Y), (100,))]
        slopes = torch.autograd.grad(energy(model, y).mean(), list(model.parameters()))
        with torch.no_grad():
            for p, v, slope in zip(model.parameters(), velocity, slopes, strict=True):
                v.mul_(0.9).add_(slope)
                p.sub_(0.02 * (1 - step / 1500) * v)


def loop_package(model, Y, energy):
    training.fit(model, Y, energy=energy, epochs=40, batch=50, lr=1e-2, one_cycle=True, progress=False)


def loop_whole(model, Y, energy):
    loop_plain(model, Y, energy, passes=900, batch=len(Y), lr=2e-2)


def loop_piles_up(model, Y, energy):
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(40):
        for y in Y.split(50):
            energy(model, y).mean().backward()
            optimiser.step()


def loop_clears_late(model, Y, energy):
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(40):
        for y in Y.split(50):
            energy(model, y).mean().backward()
            optimiser.zero_grad()
            optimiser.step()


def loop_forgets_the_step(model, Y, energy):
    for _ in range(5):
        for y in Y.split(50):
            model.zero_grad()
            energy(model, y).mean().backward()


def loop_a_copy(model, Y, energy):
    loop_plain(copy.deepcopy(model), Y, energy)


def loop_first_batch(model, Y, energy):
    loop_plain(model, Y[:8], energy, batch=8)


def loop_own_energy(model, Y, energy):
    loop_plain(model, Y, lambda model, y: (y - model(y)).square().sum(dim=1))


def loop_too_fast(model, Y, energy):
    loop_plain(model, Y, energy, lr=3.0, passes=5)


def loop_without_end(model, Y, energy):
    while True:
        loop_plain(model, Y, energy, passes=1)


def loop_without_mean(model, Y, energy):
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for y in Y.split(50):
        optimiser.zero_grad()
        energy(model, y).backward()
        optimiser.step()


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
    "5.5": {
        "softmax": lambda F, beta: torch.softmax(-beta * F, dim=0),
        "softmin": lambda F, beta: torch.nn.functional.softmin(beta * F, dim=0),
        "by hand": pushed_by_hand,
        "autograd": pushed_by_autograd,
        "logsumexp": lambda F, beta: (-beta * F - torch.logsumexp(-beta * F, dim=0)).exp(),
        "shifted": lambda F, beta: (-beta * (F - F.min())).exp() / (-beta * (F - F.min())).exp().sum(),
        "scipy": lambda F, beta: special.softmax(-beta * F.numpy()),
        "64 bits": lambda F, beta: torch.softmax(-beta * F.double(), -1),
        "categorical": lambda F, beta: torch.distributions.Categorical(logits=-beta * F).probs,
    },
    "5.6": {
        "plain": loop_plain,
        "a loader": loop_loader,
        "by hand": loop_by_hand,
        "the package": loop_package,
        "all at once": loop_whole,
        "small batches": partial(loop_plain, batch=20, passes=40, lr=5e-3),
        "RMSprop": partial(loop_plain, kind=torch.optim.RMSprop, lr=2e-3, passes=80),
        "NAdam": partial(loop_plain, kind=torch.optim.NAdam, lr=1e-2),
    },
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
    "5.5": {
        "upside down": lambda F, beta: torch.softmax(beta * F, dim=0),
        "cold forgotten": lambda F, beta: torch.softmax(-F, dim=0),
        "temperature": lambda F, beta: torch.softmax(-F / beta, dim=0),
        "unnormalised": lambda F, beta: torch.exp(-beta * F),
        "overflowing": lambda F, beta: torch.exp(-beta * F) / torch.exp(-beta * F).sum(),
        "with beta": lambda F, beta: beta * torch.softmax(-beta * F, dim=0),
        "signed": lambda F, beta: -torch.softmax(-beta * F, dim=0),
        "evenly": lambda F, beta: torch.full_like(F, 1 / len(F)),
        "the lowest": lambda F, beta: (F == F.min()).float(),
        "logarithms": lambda F, beta: torch.log_softmax(-beta * F, dim=0),
        "log Z": lambda F, beta: torch.logsumexp(-beta * F, dim=0),
        "energies": lambda F, beta: F / F.sum(),
        "one over": lambda F, beta: (1 / (1 + beta * F)) / (1 / (1 + beta * F)).sum(),
        "sigmoid": lambda F, beta: torch.sigmoid(-beta * F),
        "in place": pushed_in_place,
        "no return": pushed_no_return,
    },
    "5.6": {
        "slopes pile up": loop_piles_up,
        "cleared before the step": loop_clears_late,
        "no step": loop_forgets_the_step,
        "a copy": loop_a_copy,
        "eight images": loop_first_batch,
        "an energy of its own": loop_own_energy,
        "too fast": loop_too_fast,
        "never ends": loop_without_end,
        "no mean": loop_without_mean,
        "nothing": lambda model, Y, energy: None,
        "one pass": partial(loop_plain, passes=1),
        "uphill": lambda model, Y, energy: loop_plain(model, Y, lambda m, y: -energy(m, y), passes=3),
    },
}
