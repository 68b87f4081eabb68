"""Answers to the exercises of chapter 02 as learners write them from the statement alone, right ones and wrong ones."""

import math
from functools import partial

import numpy as np
import torch
from torch.nn import functional

from aecourse import data, energies, limits, measures

# --- 2.1 the energy of a pair -------------------------------------------------------------------------------------


def parabola(z):
    return torch.cat([z, z**2], dim=1)


def energy_loop(y, z):
    return [((y[i, 0] - z[i, 0]) ** 2 + (y[i, 1] - z[i, 0] ** 2) ** 2).item() for i in range(len(y))]


def energy_numpy(y, z):
    y, z = y.numpy(), z.numpy()
    return ((y - np.hstack([z, z**2])) ** 2).sum(axis=1)


def energy_empty(y, z):
    decoded = torch.empty_like(y)
    decoded[:, 0] = z[:, 0]
    decoded[:, 1:] = z.square()
    return torch.linalg.vector_norm(y - decoded, dim=1) ** 2


class Parabola(torch.nn.Module):
    def forward(self, y, z):
        return functional.mse_loss(parabola(z), y, reduction="none").sum(dim=-1)


def energy_no_return(y, z):
    (y - parabola(z)).square().sum(dim=1)


def energy_in_place(y, z):
    y -= parabola(z)
    return y.square().sum(dim=1)


# --- 2.2 one step downhill ----------------------------------------------------------------------------------------


def slope(y, z):
    y_1, y_2 = y[:, :1], y[:, 1:]
    return 2 * (z - y_1) + 4 * z * (z**2 - y_2)


def step_autograd(y, z, rate):
    z = z.clone().requires_grad_()
    (gradient,) = torch.autograd.grad((y - parabola(z)).square().sum(), z)
    return z.detach() - rate * gradient


def step_backward(y, z, rate):
    z.requires_grad_()
    ((y - torch.cat([z, z**2], 1)) ** 2).sum().backward()
    return (z - rate * z.grad).detach()


def step_keeps_graph(y, z, rate):
    z = torch.nn.Parameter(z.clone())
    gradient = torch.autograd.grad(energy_empty_free(y, z), z)[0]
    return z - rate * gradient


def energy_empty_free(y, z):
    return sum((y[:, 0] - z[:, 0]) ** 2 + (y[:, 1] - z[:, 0] ** 2) ** 2)


def step_sgd(y, z, rate):
    z = torch.nn.Parameter(z.detach().clone())
    optimiser = torch.optim.SGD([z], lr=rate)
    energy_empty_free(y, z).backward()
    optimiser.step()
    return z.data


def step_differences(y, z, rate, e=1e-4):
    y, z = y.double(), z.double()
    high, low = (y - parabola(z + e)).square().sum(1), (y - parabola(z - e)).square().sum(1)
    return z - rate * ((high - low) / (2 * e))[:, None]


def step_loop(y, z, rate):
    result = []
    for (y_1, y_2), (z_1,) in zip(y.tolist(), z.tolist(), strict=True):
        result.append([z_1 - rate * (-2 * (y_1 - z_1) - 4 * z_1 * (y_2 - z_1**2))])
    return result


def step_jacobian(y, z, rate):
    """dE/dz = 2 (Dec(z) - y) · Dec'(z), as in the chapter."""
    tangent = torch.cat([torch.ones_like(z), 2 * z], dim=1)
    return z - rate * 2 * ((parabola(z) - y) * tangent).sum(dim=1, keepdim=True)


def step_vmap(y, z, rate):
    def energy(z, y):
        return (y[0] - z[0]) ** 2 + (y[1] - z[0] ** 2) ** 2

    return z - rate * torch.func.vmap(torch.func.grad(energy))(z, y)


def step_in_place_on_a_copy(y, z, rate):
    new = z.clone()
    new.sub_(slope(y, z).mul_(rate))
    return new


def step_numpy(y, z, rate):
    y, z = np.asarray(y, dtype=float), np.asarray(z, dtype=float)
    return z - rate * (2 * z - 2 * y[:, [0]] + 4 * z**3 - 4 * z * y[:, [1]])


def step_mean(y, z, rate):
    z = z.clone().requires_grad_()
    (gradient,) = torch.autograd.grad((y - parabola(z)).square().sum(dim=1).mean(), z)
    return z.detach() - rate * gradient


def step_default_loss(y, z, rate):
    z = z.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(functional.mse_loss(parabola(z), y), z)
    return z.detach() - rate * gradient


def step_in_place(y, z, rate):
    z -= rate * slope(y, z)
    return z


def step_adam(y, z, rate):
    z = torch.nn.Parameter(z.clone())
    optimiser = torch.optim.Adam([z], lr=rate)
    energy_empty_free(y, z).backward()
    optimiser.step()
    return z.data


def step_detached(y, z, rate):
    z = z.clone().requires_grad_()
    decoded = torch.cat([z, z.detach() ** 2], dim=1)  # one path only
    (gradient,) = torch.autograd.grad((y - decoded).square().sum(), z)
    return z.detach() - rate * gradient


def step_by_energy(y, z, rate):
    return z - rate * torch.tensor(energy_loop(y, z))[:, None].to(z)


def step_no_return(y, z, rate):
    z = z - rate * slope(y, z)


# --- 2.3 the whole search -----------------------------------------------------------------------------------------

CIRCLE = 2 * math.pi


def on_grid(E, y, z):
    """Energies of all y with each z of a grid, (batch, grid)."""
    return torch.stack([E(y, value.expand(len(y), 1)) for value in z], dim=1)


def search_grid(E, y):
    z = torch.linspace(0, CIRCLE, 400).to(y)
    return z[on_grid(E, y, z).argmin(dim=1)][:, None]


def search_best_so_far(E, y):
    best, lowest = torch.zeros(len(y), 1).to(y), torch.full((len(y),), torch.inf).to(y)
    for k in range(500):
        z = torch.full((len(y), 1), k * CIRCLE / 500).to(y)
        F = E(y, z)
        better = F < lowest
        best[better], lowest[better] = z[better], F[better]
    return best


def search_one_call(E, y):
    z = torch.linspace(-math.pi, math.pi, 360).to(y)  # another turn of the circle
    F = E(y.repeat_interleave(360, dim=0), z.repeat(len(y))[:, None]).view(len(y), 360)
    return z[F.min(dim=1).indices].unsqueeze(1)


def search_random(E, y):
    z = CIRCLE * torch.rand(1000).to(y)
    return z[on_grid(E, y, z).argmin(dim=1), None]


def search_coarse_to_fine(E, y):
    z, width = torch.zeros(len(y), 1).to(y) + math.pi, math.pi
    for count in (32, 9, 9, 9):
        offsets = torch.linspace(-width, width, count).to(y)
        F = torch.stack([E(y, z + offset) for offset in offsets], dim=1)
        z = z + offsets[F.argmin(dim=1)][:, None]
        width = 2 * width / (count - 1)
    return z


def descend(E, y, z, steps=150, rate=0.2):
    for _ in range(steps):
        z = z.detach().requires_grad_()
        z = z - rate * torch.autograd.grad(E(y, z).sum(), z)[0]
    return z.detach()


def search_starts(E, y):
    ends = torch.stack([descend(E, y, torch.full((len(y), 1), start).to(y)) for start in (0.4, 1.8, 3.5, 4.9)])
    F = torch.stack([E(y, z) for z in ends])
    return ends[F.argmin(dim=0), torch.arange(len(y))]


def search_adam(E, y):
    best = None
    for start in np.linspace(0.1, CIRCLE, 8, endpoint=False):
        z = torch.nn.Parameter(torch.full((len(y), 1), start).to(y))
        optimiser = torch.optim.Adam([z], lr=0.1)
        for _ in range(60):
            optimiser.zero_grad()
            E(y, z).sum().backward()
            optimiser.step()
        F = E(y, z).detach()
        if best is None:
            best, lowest = z.detach().clone(), F
        best, lowest = torch.where((F < lowest)[:, None], z.detach(), best), torch.minimum(F, lowest)
    return best


def search_exact(E, y):
    return limits.inner_minimum(y, data.ellipse, 0, CIRCLE)[0]


def search_lists(E, y):
    z = np.arange(0, CIRCLE, 0.02)
    F = np.stack([E(y, torch.full((len(y), 1), value).to(y)).numpy() for value in z])
    return [[z[k]] for k in F.argmin(axis=0)]


def search_golden(E, y):
    coarse = search_with(E, y, 64)
    a, b = coarse - 0.1, coarse + 0.1
    for _ in range(30):
        c, d = a + 0.382 * (b - a), a + 0.618 * (b - a)
        left = (E(y, c) < E(y, d))[:, None]
        a, b = torch.where(left, a, c), torch.where(left, d, b)
    return (a + b) / 2


def search_with(E, y, count, turn=CIRCLE):
    z = torch.linspace(0, turn, count).to(y)
    return z[on_grid(E, y, z).argmin(dim=1)][:, None]


def search_by_symmetry(E, y):
    """One quarter is enough: the best z lies in the quadrant of y."""
    z = torch.linspace(0, math.pi / 2, 120).to(y)
    F = on_grid(E, y.abs(), z)
    quarter = z[F.argmin(dim=1)][:, None]
    return torch.atan2(quarter.sin().copysign(y[:, 1:]), quarter.cos().copysign(y[:, :1])).remainder(CIRCLE)


def search_energy(E, y):
    z = torch.linspace(0, CIRCLE, 400).to(y)
    return on_grid(E, y, z).min(dim=1).values[:, None]


def search_place(E, y):
    z = torch.linspace(0, CIRCLE, 400).to(y)
    return on_grid(E, y, z).argmin(dim=1)[:, None]


def search_one_for_all(E, y):
    z = torch.linspace(0, CIRCLE, 400).to(y)
    return z[on_grid(E, y, z).mean(dim=0).argmin()].expand(len(y), 1)


def search_ever(E, y):
    z = torch.zeros(len(y), 1).to(y)
    while E(y, z).max() > 1e-3:  # no y off the ellipse gets there
        z = z + 0.01
    return z


def search_values_and_places(E, y):
    z = torch.linspace(0, CIRCLE, 400).to(y)
    return on_grid(E, y, z).min(dim=1)


def search_first_improvement(E, y):
    z = torch.zeros(len(y), 1).to(y)
    for _ in range(600):  # stops at the first valley
        z = torch.where((E(y, z + 0.01) < E(y, z))[:, None], z + 0.01, z)
    return z


# --- 2.4 the price of one forward pass ----------------------------------------------------------------------------


def share_loop(F_encoder, F):
    gap = exact = 0.0
    for guess, minimum in zip(F_encoder.tolist(), F.tolist(), strict=True):
        gap += guess - minimum
        exact += minimum
    return gap / exact


def share_in_place_on_a_copy(F_encoder, F):
    gap = F_encoder.clone()
    gap -= F
    return gap.mean() / F.mean()


def share_in_place(E, guess):
    E -= E.amin(dim=1, keepdim=True)
    return E.gather(1, guess[:, None]).mean()


def of_tables(shares):
    """Shares of two rows of energies, as functions of the table and the guess."""
    return {
        name: lambda E, guess, share=share: share(E.gather(1, guess[:, None])[:, 0], E.amin(dim=1))
        for name, share in shares.items()
    }


# --- 2.5 a warm free energy ---------------------------------------------------------------------------------------


def warm_shifted(E, beta):
    least = E.amin(dim=1, keepdim=True)
    return least[:, 0] - (-beta * (E - least)).exp().mean(dim=1).log() / beta


def warm_loop(E, beta):
    result = []
    for row in E.double():
        total = sum(math.exp(-beta * (e - row.min().item())) for e in row.tolist())
        result.append(row.min().item() - math.log(total / len(row)) / beta)
    return torch.tensor(result)


def warm_numpy(E, beta):
    E = E.numpy().astype(np.float64)
    low = E.min(axis=1)
    return low - np.log(np.mean(np.exp(-beta * (E - low[:, None])), axis=1)) / beta


def warm_by_pairs(E, beta):
    total = -beta * E[:, 0]
    for k in range(1, E.shape[1]):
        total = torch.logaddexp(total, -beta * E[:, k])
    return -(total - math.log(E.shape[1])) / beta


def warm_by_its_meaning(E, beta):
    """The mean energy under the weights q, and their distance from even ones."""
    log_q = (-beta * E).log_softmax(dim=1)
    return (log_q.exp() * (E + (log_q + math.log(E.shape[1])) / beta)).sum(dim=1)


def warm_in_place(E, beta):
    E *= -beta
    return -(torch.logsumexp(E, 1) - math.log(E.shape[1])) / beta


# --- 2.6 starts that lose -----------------------------------------------------------------------------------------


def ellipse_energies(y, z):
    return (y - data.ellipse(z)).square().sum(dim=1)


def losing_by_search(y):
    """The least energy on the other side of the long axis: often at its ends, from where it goes back."""
    z = torch.linspace(0.05, math.pi - 0.05, 200)
    table = torch.stack([ellipse_energies(y, -y[:, 1:].sign() * angle) for angle in z], dim=1)
    return -y[:, 1:].sign() * z[table.argmin(dim=1)][:, None]


def losing_by_trial(y):
    """The worst of a few descents."""
    starts = [torch.full((len(y), 1), CIRCLE * k / 8) for k in range(8)]
    ends = []
    for z in starts:
        for _ in range(200):
            z = z - 0.2 * 2 * ((data.ellipse(z) - y) * torch.cat([-z.sin(), z.cos() / 2], 1)).sum(1, keepdim=True)
        ends.append(ellipse_energies(y, z))
    worst = torch.stack(ends).argmax(dim=0)
    return torch.tensor([[CIRCLE * k / 8] for k in worst.tolist()])


# fmt: off
RIGHT = {
    "2.1": {
        "two squares": lambda y, z: (y[:, 0] - z[:, 0]) ** 2 + (y[:, 1] - z[:, 0] ** 2) ** 2,
        "a decoder": lambda y, z: (y - parabola(z)).pow(2).sum(-1),
        "loop, a list": energy_loop,
        "numpy": energy_numpy,
        "64 bits": lambda y, z: energy_numpy(y.double(), z.double()),
        "the package's cost": lambda y, z: energies.squared_error(y, torch.hstack([z, z * z])),
        "fills a tensor, squares a length": energy_empty,
        "a module": Parabola(),
        "einsum": lambda y, z: torch.einsum("bi,bi->b", y - parabola(z), y - parabola(z)),
        "squeezed": lambda y, z: (y[:, 0] - z.squeeze(1)).square() + (y[:, 1] - z.squeeze(1).square()).square(),
        "keeps dims, then squeezes": lambda y, z: (y - parabola(z)).square().sum(dim=1, keepdim=True).squeeze(1),
        "multiplied out": lambda y, z: (y.square().sum(1) - 2 * y[:, 0] * z[:, 0] - 2 * y[:, 1] * z[:, 0] ** 2
            + z[:, 0] ** 2 + z[:, 0] ** 4),
        "powers of z": lambda y, z: (y - z ** torch.tensor([1.0, 2.0])).square().sum(dim=1),
        "mean of two, twice": lambda y, z: 2 * functional.mse_loss(y, parabola(z), reduction="none").mean(dim=1),
        "rows of one": lambda y, z: torch.stack([torch.dist(a, b) ** 2 for a, b in zip(y, parabola(z), strict=True)]),
        "diagonal of all pairs": lambda y, z: torch.cdist(y.double(), parabola(z).double()).square().diagonal(),
    },
    "2.2": {
        "slope by hand": lambda y, z, rate: z - rate * slope(y, z),
        "autograd": step_autograd,
        "backward on the argument": step_backward,
        "keeps the graph": step_keeps_graph,
        "an optimiser": step_sgd,
        "differences": step_differences,
        "a loop, lists": step_loop,
        "the chapter's formula": step_jacobian,
        "grad of one, vmapped": step_vmap,
        "in place on a copy": step_in_place_on_a_copy,
        "numpy": step_numpy,
        "Horner": lambda y, z, rate: z - 2 * rate * ((2 * z * z + 1 - 2 * y[:, 1, None]) * z - y[:, 0, None]),
        "partial": partial(lambda sign, y, z, rate: z + sign * rate * slope(y, z), -1),
        "add with alpha": lambda y, z, rate: torch.add(z, slope(y, z), alpha=-float(rate)),
        "lerp towards": lambda y, z, rate: torch.lerp(z, z - slope(y, z), float(rate)),
    },
    "2.3": {
        "a grid": search_grid,
        "the best so far": search_best_so_far,
        "all pairs in one call": search_one_call,
        "random": search_random,
        "coarse to fine": search_coarse_to_fine,
        "four descents": search_starts,
        "one descent, from between the valleys": lambda E, y: descend(E, y, torch.zeros(len(y), 1).to(y)),
        "eight by Adam": search_adam,
        "the package's": search_exact,
        "lists": search_lists,
        "golden section": search_golden,
        "by symmetry": search_by_symmetry,
        "two turns too far": lambda E, y: search_grid(E, y) + 2 * CIRCLE,
        "numpy": lambda E, y: search_grid(E, y).double().numpy(),
    },
    "2.4": of_tables({
        "means": lambda F_encoder, F: (F_encoder - F).mean() / F.mean(),
        "ratio less one": lambda F_encoder, F: F_encoder.mean() / F.mean() - 1,
        "sums": lambda F_encoder, F: (F_encoder - F).sum() / F.sum(),
        "a loop, a float": share_loop,
        "numpy": lambda F_encoder, F: (F_encoder.numpy() - F.numpy()).mean() / np.mean(F.numpy()),
        "64 bits": lambda F_encoder, F: share_loop(F_encoder.double(), F.double()),
        "the package's gap": lambda F_encoder, F:
            measures.amortisation_gap(F_encoder, F).mean().item() / F.mean().item(),
        "clamped": lambda F_encoder, F: (F_encoder - F).clamp(min=0).mean() / F.mean().clamp(min=1e-12),
        "difference of means": lambda F_encoder, F: (F_encoder.mean() - F.mean()) / F.mean(),
        "in place on a copy": share_in_place_on_a_copy,
        "weighted": lambda F_encoder, F: np.average((F_encoder - F).numpy(), weights=None) * len(F) / float(sum(F)),
        "dot with ones": lambda F_encoder, F: ((F_encoder - F) @ torch.ones_like(F)) / (F @ torch.ones_like(F)),
        "zeros left out of the sum": lambda F_encoder, F: ((F_encoder - F).sum() / F[F > 0].sum()).item(),
        "by logarithms": lambda F_encoder, F: torch.expm1(F_encoder.double().mean().log() - F.double().mean().log()),
    }) | {
        "indexing": lambda E, guess: (E[range(len(E)), guess] - E.min(1).values).sum() / E.min(1).values.sum(),
        "one hot": lambda E, guess: ((functional.one_hot(guess, E.shape[1]) * E).sum(1) / E.amin(1).mean()).mean() - 1,
        "take along": lambda E, guess: E.take_along_dim(guess[:, None], 1).mean() / E.min(dim=1)[0].mean() - 1,
    },
    "2.5": {
        "logsumexp": lambda E, beta: -(torch.logsumexp(-beta * E, 1) - math.log(E.shape[1])) / beta,
        "shifted": warm_shifted, "in 64 bits": lambda E, beta: -(-beta * E.double()).exp().mean(1).log() / beta,
        "a loop": warm_loop, "numpy": warm_numpy,
        "the package": energies.soft_minimum,
        "log of a softmax": lambda E, beta: E[:, 0] + ((-beta * E).log_softmax(1)[:, 0] + math.log(E.shape[1])) / beta,
        "logaddexp": warm_by_pairs,
        "by its meaning": warm_by_its_meaning,
        "a tensor for k": lambda E, beta: (torch.tensor(float(E.shape[1])).log() - (-beta * E).logsumexp(1)) / beta,
        "clamped": lambda E, beta: warm_shifted(E, beta).clamp(min=0),
    },
    "2.6": {
        "opposite": lambda y: -y[:, 1:].sign() * math.pi / 2,
        "three quarters": lambda y: torch.where(y[:, 1:] > 0, 3 * math.pi / 2, math.pi / 2),
        "the mirrored best": lambda y: -search_grid(ellipse_energies, y),
        "a list": lambda y: [[-math.pi / 2 if b > 0 else math.pi / 2] for _, b in y.tolist()],

        "numpy": lambda y: -np.sign(y.numpy()[:, 1:]) * np.pi / 2,
        "a turn further": lambda y: -y[:, 1:].sign() * math.pi / 2 + CIRCLE,
        "by trial": losing_by_trial,
        "copysign": lambda y: torch.copysign(torch.full((len(y), 1), math.pi / 2), -y[:, 1:]),
        "64 bits": lambda y: -y[:, 1:].double().sign() * math.pi / 2,
    },
}

WRONG = {
    "2.1": {
        "one number": lambda y, z: (y - parabola(z)).square().sum(),
        "mean": lambda y, z: (y - parabola(z)).square().mean(dim=1),
        "default cost": lambda y, z: functional.mse_loss(parabola(z), y),
        "over the batch": lambda y, z: (y - parabola(z)).square().sum(dim=0),
        "a length": lambda y, z: (y - parabola(z)).norm(dim=1),
        "half": lambda y, z: 0.5 * (y - parabola(z)).square().sum(dim=1),
        "no squares": lambda y, z: (y - parabola(z)).sum(dim=1),
        "absolute values": lambda y, z: (y - parabola(z)).abs().sum(dim=1),
        "the chapter's ellipse": lambda y, z: energies.squared_error(y, data.ellipse(z)),
        "coordinates swapped": lambda y, z: (y - torch.cat([z**2, z], dim=1)).square().sum(dim=1),
        "z everywhere": lambda y, z: (y - z).square().sum(dim=1),
        "all pairs": lambda y, z: (y[:, 0] - z) ** 2 + (y[:, 1] - z**2) ** 2,
        "keeps dims": lambda y, z: (y[:, :1] - z) ** 2 + (y[:, 1:] - z**2) ** 2,
        "z doubled": lambda y, z: (y - torch.cat([z, 2 * z], dim=1)).square().sum(dim=1),
        "second coordinate alone": lambda y, z: (y[:, 1] - z[:, 0] ** 2) ** 2,
        "squared sum": lambda y, z: (y - parabola(z)).sum(dim=1).square(),
        "order swapped": lambda z, y: (y - parabola(z)).square().sum(dim=1),
        "in place": energy_in_place,
        "no return": energy_no_return,
        "prints": lambda y, z: print((y - parabola(z)).square().sum(dim=1)),
    },
    "2.2": {
        "uphill": lambda y, z, rate: z + rate * slope(y, z),
        "mean of the batch": step_mean,
        "default cost": step_default_loss,
        "factor 2 missing": lambda y, z, rate: z - rate * slope(y, z) / 2,
        "factor 2 doubled": lambda y, z, rate: z - 2 * rate * slope(y, z),
        "slope alone": lambda y, z, rate: slope(y, z),
        "the change alone": lambda y, z, rate: -rate * slope(y, z),
        "rate ignored": lambda y, z, rate: z - 0.1 * slope(y, z),
        "rate as divisor": lambda y, z, rate: z - slope(y, z) / rate,
        "inner derivative missing": lambda y, z, rate: z - rate * 2 * ((z - y[:, :1]) + (z**2 - y[:, 1:])),
        "first coordinate alone": lambda y, z, rate: z - rate * 2 * (z - y[:, :1]),
        "one path detached": step_detached,
        "sign of the slope": lambda y, z, rate: z - rate * slope(y, z).sign(),
        "Adam": step_adam,
        "two steps": lambda y, z, rate: step_autograd(y, step_autograd(y, z, rate), rate),
        "energy for slope": step_by_energy,
        "the ellipse": lambda y, z, rate: z - rate * 2 * ((data.ellipse(z) - y)
            * torch.cat([-z.sin(), 0.5 * z.cos()], dim=1)).sum(dim=1, keepdim=True),
        "all pairs": lambda y, z, rate: z - rate * (2 * (z - y[:, 0]) + 4 * z * (z**2 - y[:, 1])),
        "flat": lambda y, z, rate: (z - rate * slope(y, z)).squeeze(1),
        "one slope for all": lambda y, z, rate: z - rate * slope(y, z).sum(),
        "in place": step_in_place,
        "no return": step_no_return,
    },
    "2.3": {
        "one descent": lambda E, y: descend(E, y, torch.ones(len(y), 1).to(y)),
        "eight angles": lambda E, y: search_with(E, y, 8),
        "thirty angles": lambda E, y: search_with(E, y, 30),
        "upper half": lambda E, y: search_with(E, y, 400, turn=math.pi),
        "a single radian": lambda E, y: search_with(E, y, 400, turn=1.0),
        "degrees": lambda E, y: torch.rad2deg(search_grid(E, y)),
        "the energy": search_energy,
        "the place in the grid": search_place,
        "values and places": search_values_and_places,
        "flat": lambda E, y: search_grid(E, y).squeeze(1),
        "one z for all": search_one_for_all,
        "the worst": lambda E, y: search_grid(lambda y, z: -E(y, z), y),
        "the direction of y": lambda E, y: torch.atan2(y[:, 1:], y[:, :1]),
        "the direction of y, stretched": lambda E, y: torch.atan2(2 * y[:, 1:], y[:, :1]),
        "the decoded point": lambda E, y: data.ellipse(search_grid(E, y)),
        "any": lambda E, y: CIRCLE * torch.rand(len(y), 1).to(y),
        "not a number": lambda E, y: search_grid(E, y) * torch.nan,
        "the first valley": search_first_improvement,
        "the first y alone": lambda E, y: search_grid(E, y)[:1],
        "prints": lambda E, y: print(search_grid(E, y)),
        "never ends": search_ever,
    },
    "2.4": of_tables({
        "mean of ratios": lambda F_encoder, F: ((F_encoder - F) / F).mean(),
        "mean of guarded ratios": lambda F_encoder, F: ((F_encoder - F) / (F + 1e-8)).mean(),
        "mean of ratios that exist": lambda F_encoder, F: ((F_encoder - F) / F)[F > 0].mean(),
        "the gap": lambda F_encoder, F: (F_encoder - F).mean(),
        "share of the encoder's": lambda F_encoder, F: (F_encoder - F).mean() / F_encoder.mean(),
        "not less one": lambda F_encoder, F: F_encoder.mean() / F.mean(),
        "upside down": lambda F_encoder, F: F.mean() / (F_encoder - F).mean(),
        "sign": lambda F_encoder, F: (F - F_encoder).mean() / F.mean(),
        "percent": lambda F_encoder, F: 100 * (F_encoder - F).mean() / F.mean(),
        "one share a sample": lambda F_encoder, F: (F_encoder - F) / F.mean(),
        "median": lambda F_encoder, F: (F_encoder - F).median() / F.median(),
        "sum over mean": lambda F_encoder, F: (F_encoder - F).sum() / F.mean(),
        "roots": lambda F_encoder, F: (F_encoder.sqrt() - F.sqrt()).mean() / F.sqrt().mean(),
        "largest": lambda F_encoder, F: (F_encoder - F).max() / F.max(),
        "logarithm": lambda F_encoder, F: (F_encoder.mean() / F.mean()).log(),
        "zeros left out of the mean": lambda F_encoder, F: (F_encoder - F).mean() / F[F > 0].mean(),
        "order swapped": lambda F, F_encoder: (F_encoder - F).mean() / F.mean(),
        "precedence": lambda F_encoder, F: F_encoder.mean() - F.mean() / F.mean(),
        "a string": lambda F_encoder, F: f"{((F_encoder - F).mean() / F.mean()).item():.1%}",
        "prints": lambda F_encoder, F: print((F_encoder - F).mean() / F.mean()),
    }) | {
        "the guess of all rows": lambda E, guess: (E[:, guess].mean() - E.amin(1).mean()) / E.amin(1).mean(),
        "minimum of the batch": lambda E, guess: (E.gather(1, guess[:, None]).mean() - E.min()) / E.amin(1).mean(),
        "minimum over the batch": lambda E, guess: E.gather(1, guess[:, None]).mean() / E.amin(0).mean() - 1,
        "values and places": lambda E, guess: (E.gather(1, guess[:, None])[:, 0] - E.min(dim=1)).mean(),
        "how often it is right": lambda E, guess: (E.argmin(1) == guess).float().mean(),
        "in place": share_in_place,
    },
    "2.5": {
        "a sum": lambda E, beta: -torch.logsumexp(-beta * E, 1) / beta,
        "naive": lambda E, beta: -torch.log(torch.exp(-beta * E).mean(1)) / beta,
        "naive, guarded": lambda E, beta: -torch.log(torch.exp(-beta * E).mean(1) + 1e-12) / beta,
        "a soft maximum": lambda E, beta: torch.log(torch.exp(beta * E.double()).mean(1)) / beta,
        "no sign": lambda E, beta: (torch.logsumexp(-beta * E, 1) - math.log(E.shape[1])) / beta,
        "no factor": lambda E, beta: -(torch.logsumexp(-beta * E, 1) - math.log(E.shape[1])),
        "times beta": lambda E, beta: -beta * (torch.logsumexp(-beta * E, 1) - math.log(E.shape[1])),
        "temperature": lambda E, beta: -beta * (torch.logsumexp(-E / beta, 1) - math.log(E.shape[1])),
        "weighted mean": lambda E, beta: ((-beta * E).softmax(1) * E).sum(1),
        "the mean": lambda E, beta: E.mean(1),
        "the least": lambda E, beta: E.min(1).values,
        "log of the wrong length": lambda E, beta: -(torch.logsumexp(-beta * E, 1) - math.log(len(E))) / beta,
        "log k added": lambda E, beta: -(torch.logsumexp(-beta * E, 1) + math.log(E.shape[1])) / beta,
        "bits": lambda E, beta: -(torch.logsumexp(-beta * E, 1) - math.log(E.shape[1])) / beta / math.log(2),
        "over the batch": lambda E, beta: -(torch.logsumexp(-beta * E, 0) - math.log(len(E))) / beta,
        "over all": lambda E, beta: -(torch.logsumexp((-beta * E).flatten(), 0) - math.log(E.numel())) / beta,
        "mean of logs": lambda E, beta: -((-beta * E).exp().log()).mean(1) / beta,
        "a fixed beta": lambda E, beta: -(torch.logsumexp(-E, 1) - math.log(E.shape[1])),
        "its average": lambda E, beta: (-(torch.logsumexp(-beta * E, 1) - math.log(E.shape[1])) / beta).mean(),
        "kept dimension": lambda E, beta: -(torch.logsumexp(-beta * E, 1, keepdim=True) - math.log(E.shape[1])) / beta,
        "prints": lambda E, beta: print(-(torch.logsumexp(-beta * E, 1) - math.log(E.shape[1])) / beta),
        "in place": warm_in_place,
    },
    "2.6": {
        "straight on": lambda y: y[:, 1:].sign() * math.pi / 2,
        "always above": lambda y: torch.full((len(y), 1), math.pi / 2),
        "start 1": lambda y: torch.ones(len(y), 1),
        "start 0": lambda y: torch.zeros(len(y), 1),
        "the best z": lambda y: search_grid(ellipse_energies, y),
        "the direction of y": lambda y: torch.atan2(y[:, 1:], y[:, :1]),
        "half a turn from 0": lambda y: torch.full((len(y), 1), math.pi),
        "anywhere": lambda y: CIRCLE * torch.rand(len(y), 1),
        "flat": lambda y: -y[:, 1].sign() * math.pi / 2,
        "a point of the orbit": lambda y: data.ellipse(-y[:, 1:].sign() * math.pi / 2),
        "one number": lambda y: -math.pi / 2,
        "not a number": lambda y: y[:, 1:] * torch.nan,
        "the first alone": lambda y: -y[:1, 1:].sign() * math.pi / 2,
        "prints": lambda y: print(-y[:, 1:].sign() * math.pi / 2),
        "the least energy on the other side": losing_by_search,
        "by the other axis": lambda y: -y[:, :1].sign() * math.pi / 2,
    },
}
