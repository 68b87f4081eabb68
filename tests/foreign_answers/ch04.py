"""Answers to the exercises of chapter 04 as learners write them from the statement alone, right ones and wrong ones."""

import math
from fractions import Fraction
from functools import partial

import numpy as np
import torch
from scipy import special
from torch.distributions import Bernoulli, kl_divergence
from torch.nn import functional

from aecourse import energies, limits, measures

LOG_2 = math.log(2)

# --- 4.1 squared error of images ----------------------------------------------------------------------------------


def squared_loop(y, y_tilde):
    result = []
    for image, drawn in zip(y, y_tilde, strict=True):
        total = 0.0
        for row, drawn_row in zip(image.tolist(), drawn.tolist(), strict=True):
            total += sum((a - b) ** 2 for a, b in zip(row, drawn_row, strict=True))
        result.append(total)
    return result


def squared_numpy(y, y_tilde):
    return np.square(y.numpy() - y_tilde.numpy()).sum(axis=(1, 2))


def squared_own_copy(y, y_tilde):
    difference = y.clone()
    difference -= y_tilde
    return difference.pow_(2).flatten(1).sum(1)


class SquaredError(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.cost = torch.nn.MSELoss(reduction="none")

    def forward(self, y, y_tilde):
        return self.cost(y_tilde, y).sum(dim=(-2, -1))


def squared_in_place(y, y_tilde):
    y -= y_tilde
    return y.square().sum(dim=(1, 2))


def squared_no_return(y, y_tilde):
    (y - y_tilde).square().sum(dim=(1, 2))


# --- 4.2 binary cross-entropy in bits -----------------------------------------------------------------------------


def bits_loop(y, y_tilde):
    result = torch.zeros(len(y), dtype=torch.float64)
    for j in range(len(y)):
        for a, p in zip(y[j].tolist(), y_tilde[j].tolist(), strict=True):
            result[j] -= a * math.log2(p) + (1 - a) * math.log2(1 - p)
    return result


def bits_numpy(y, y_tilde):
    y, y_tilde = y.numpy(), y_tilde.numpy()
    return -(y * np.log2(y_tilde) + (1 - y) * np.log2(1 - y_tilde)).sum(axis=1)


def bits_plain(y, y_tilde):
    return -(y * y_tilde.log2() + (1 - y) * (1 - y_tilde).log2()).sum(dim=1)


def bits_from_logits(y, y_tilde):
    return energies.binary_cross_entropy_with_logits(y, torch.logit(y_tilde)) / LOG_2


def bits_of_a_product(y, y_tilde):
    return -(y_tilde**y * (1 - y_tilde) ** (1 - y)).prod(dim=1).log2()  # 0 for 784 pixels


# --- 4.3 above the floor ------------------------------------------------------------------------------------------


def excess_loop(y, y_tilde):
    result = []
    for row, drawn in zip(y.double().tolist(), y_tilde.double().tolist(), strict=True):
        total = 0.0
        for a, p in zip(row, drawn, strict=True):
            if a > 0:
                total += a * math.log(a / p)
            if a < 1:
                total += (1 - a) * math.log((1 - a) / (1 - p))
        result.append(total)
    return result


def excess_where(y, y_tilde):
    ink = torch.where(y > 0, y * (y / y_tilde).log(), 0)
    paper = torch.where(y < 1, (1 - y) * ((1 - y) / (1 - y_tilde)).log(), 0)
    return (ink + paper).sum(dim=1)


def excess_clamped(y, y_tilde):
    y, y_tilde = y.double(), y_tilde.double()
    floor = -(y * y.clamp(min=1e-300).log() + (1 - y) * (1 - y).clamp(min=1e-300).log())
    cost = -(y * y_tilde.log() + (1 - y) * torch.log1p(-y_tilde))
    return (cost - floor).sum(dim=1)


def excess_masked(y, y_tilde):
    entropy = torch.zeros_like(y)
    grey = (y > 0) & (y < 1)
    p = y[grey]
    entropy[grey] = -p * p.log() - (1 - p) * (1 - p).log()
    return functional.binary_cross_entropy(y_tilde, y, reduction="none").sum(1) - entropy.sum(1)


def excess_coarse(y, y_tilde):
    y_safe = y.clamp(0.01, 0.99)
    return energies.binary_cross_entropy(y_safe, y_tilde) - energies.binary_cross_entropy(y_safe, y_safe)


def excess_in_place(y, y_tilde):
    y.clamp_(1e-6, 1 - 1e-6)
    return energies.binary_cross_entropy(y, y_tilde) - energies.binary_cross_entropy(y, y)


def naive(y, p):
    return -(y * p.log() + (1 - y) * (1 - p).log()).sum(dim=1)


# --- 4.4 from logits ----------------------------------------------------------------------------------------------


def logits_loop(y, logits):
    result = []
    for row, given in zip(y.tolist(), logits.tolist(), strict=True):
        total = 0.0
        for a, x in zip(row, given, strict=True):
            total += max(x, 0) - a * x + math.log1p(math.exp(-abs(x)))
        result.append(total)
    return result


def logits_numpy(y, logits):
    y, logits = y.numpy(), logits.numpy()
    return (np.logaddexp(0, logits) - y * logits).sum(1)


def logits_by_sign(y, logits):
    positive = (1 - y) * logits + torch.log1p(torch.exp(-logits.clamp(min=0)))
    negative = -y * logits + torch.log1p(torch.exp(logits.clamp(max=0)))
    return torch.where(logits > 0, positive, negative).sum(dim=1)


def logits_two_classes(y, logits):
    both = torch.stack([torch.zeros_like(logits), logits], dim=2)
    return -(torch.stack([1 - y, y], dim=2) * both.log_softmax(dim=2)).sum(dim=(1, 2))


class FromLogits:
    cost = staticmethod(torch.nn.BCEWithLogitsLoss(reduction="none"))

    def __call__(self, y, logits):
        return self.cost(logits, y).sum(dim=1)


def logits_no_return(y, logits):
    functional.binary_cross_entropy_with_logits(logits, y, reduction="none").sum(1)


def logits_prints(y, logits):
    print(energies.binary_cross_entropy_with_logits(y, logits))


def logits_clamped_in_place(y, logits):
    logits.clamp_(-50, 50)
    return energies.binary_cross_entropy_with_logits(y, logits)


# --- 4.5 translate a number, 4.6 the unannounced weight -----------------------------------------------------------


def course_in_steps(per_pixel, n):
    summed = per_pixel * n
    factor = (1 - 0) / (1 - -1)
    return summed * factor**2


def course_by_pictures(per_pixel, n):
    """Two pictures that are so far apart, and the same two in [0, 1]."""
    wide = torch.zeros(n, dtype=torch.float64), torch.full((n,), per_pixel**0.5, dtype=torch.float64)
    y, y_tilde = ((image + 1) / 2 for image in wide)
    return (y - y_tilde).square().sum().item()


def course_no_return(per_pixel, n):
    per_pixel * n / 4


# --- 4.6 rank what papers report ------------------------------------------------------------------------------------


def ranked_table(papers):
    found = {}
    for paper in papers:
        factor = {"images and pixels": paper["n"], "images": 1, "nothing": 1 / paper["images"]}
        if paper["cost"] == "squared error" and paper["averaged"] in factor:
            width = paper["range"][1] - paper["range"][0]
            found[paper["name"]] = paper["error"] * factor[paper["averaged"]] / width**2
    return sorted(found, key=found.get)


def ranked_per_pixel(papers):
    """In another convention: per pixel, in [-1, 1]."""
    rows = []
    for p in papers:
        if p["cost"] != "squared error":
            continue
        if p["averaged"] == "images and pixels":
            value = p["error"]
        elif p["averaged"] == "images":
            value = p["error"] / p["n"]
        elif p["averaged"] == "nothing":
            value = p["error"] / p["n"] / p["images"]
        else:
            continue
        rows.append((value * (4 if p["range"][0] == 0 else 1), p["name"]))
    rows.sort()
    return [name for _, name in rows]


def ranked_tensor(papers):
    usable = [p for p in papers if p["cost"].startswith("squared") and "not" not in p["averaged"].split()]
    values = torch.tensor([
        p["error"] * (p["n"] if "pixels" in p["averaged"] else 1)
        / (p["images"] if p["averaged"] == "nothing" else 1) / (4 if -1 in p["range"] else 1)
        for p in usable
    ])  # fmt: skip
    return [usable[k]["name"] for k in values.argsort().tolist()]


def ranked_roots(papers):
    """By the root of the mean square: another unit, the same order."""
    return sorted((name for name in ranked_table(papers)), key=ranked_table(papers).index)


def ranked_in_place(papers):
    papers.sort(key=lambda p: p["error"])
    return [p["name"] for p in papers]


def ranked_all(papers):
    right = ranked_table(papers)
    return right + [p["name"] for p in papers if p["name"] not in right]


def ranked_by(value, papers):
    chosen = [p for p in papers if p["name"] in ranked_table(papers)]
    return [p["name"] for p in sorted(chosen, key=value)]


def ranked_no_range(p):
    return p["error"] * {"images and pixels": p["n"], "images": 1, "nothing": 1 / p["images"]}[p["averaged"]]


def ranked_no_sum(p):
    return (
        p["error"]
        * {"images and pixels": p["n"], "images": 1, "nothing": 1}[p["averaged"]]
        / (p["range"][1] - p["range"][0]) ** 2
    )


def ranked_divided(p):
    return p["error"] * {"images and pixels": 1 / p["n"], "images": 1, "nothing": 1 / p["images"]}[p["averaged"]]


def ranked_no_return(papers):
    ranked_table(papers)


# --- 4.7 where the costs disagree -----------------------------------------------------------------------------------


def disagree_grey():
    """Targets of any grey: what is sure and wrong can be paper as well."""
    y = torch.tensor([0.0] + [1.0, 0.0] * 12, dtype=torch.float64)
    careless = y.clamp(1e-4, 1 - 1e-4)
    careless[0] = 1 - 1e-9
    return y, careless.tolist(), (0.4 * y + 0.3).tolist()


def disagree_lists():
    return [1] * 20, [1e-20] + [0.99] * 19, [0.55] * 20


def disagree_numpy():
    y = np.ones(100)
    bold = np.full(100, 1 - 1e-6)
    bold[:6] = 1e-30
    return y, bold, np.full(100, 0.6)


def disagree_searched():
    """Looks for it, instead of thinking."""
    for n in range(2, 60):
        y, shy = torch.ones(n, dtype=torch.float64), torch.full((n,), 0.5, dtype=torch.float64)
        bold = torch.full((n,), 1 - 1e-9, dtype=torch.float64)
        bold[0] = 1e-15
        squares = [float((y - each).square().sum()) for each in (bold, shy)]
        nats = [float(-each.log().sum()) for each in (bold, shy)]
        if 2 * squares[0] <= squares[1] and nats[0] >= 2 * nats[1]:
            return y, bold, shy
    raise AssertionError


def disagree_paper():
    y = torch.zeros(18)
    bold = torch.full((18,), 1e-3)
    bold = bold.double()
    bold[5] = 1 - 1e-10
    return y.double(), bold, torch.full((18,), 0.45).double()


def disagree_half():
    y = torch.ones(16)
    return y, torch.full((16,), 0.9), torch.full((16,), 0.5)


# --- 4.8 what a cost asks for ---------------------------------------------------------------------------------------


def answer_adam(C, Y, steps=300, lr=0.2):
    a = torch.zeros(Y.shape[1], requires_grad=True)
    optimiser = torch.optim.Adam([a], lr=lr)
    for _ in range(steps):
        optimiser.zero_grad()
        C(Y, torch.sigmoid(a).repeat(len(Y), 1)).mean().backward()
        optimiser.step()
    return torch.sigmoid(a).detach()


def answer_projected(C, Y):
    """No sigmoid: steps on y_tilde itself, put back into the interval; starts at the mean."""
    y_tilde = Y.mean(dim=0).clamp(1e-3, 1 - 1e-3).requires_grad_()
    optimiser = torch.optim.Adam([y_tilde], lr=0.02)
    best, least = None, math.inf
    for step in range(600):
        optimiser.param_groups[0]["lr"] = 0.02 * 0.99**step
        cost = C(Y, y_tilde.expand(Y.shape)).mean()
        if cost < least:
            best, least = y_tilde.detach().clone(), cost.item()
        optimiser.zero_grad()
        cost.backward()
        optimiser.step()
        with torch.no_grad():
            y_tilde.clamp_(1e-6, 1 - 1e-6)
    return best


def answer_of_candidates(C, Y):
    """The best of mean, median and what a descent finds."""
    candidates = [Y.mean(dim=0), Y.median(dim=0).values, answer_adam(C, Y)]
    return min(candidates, key=lambda y_tilde: C(Y, y_tilde.expand(Y.shape)).mean().item())


def answer_by_grid(C, Y):
    """Pixel by pixel, on a fine grid: the costs of the other pixels stay what they are."""
    y_tilde, grid = Y.mean(dim=0), torch.linspace(0.002, 0.998, 101)
    for k in range(Y.shape[1]):
        trials = y_tilde.repeat(len(grid), 1)
        trials[:, k] = grid
        costs = torch.stack([C(Y, trial.expand(Y.shape)).mean() for trial in trials])
        at = costs.argmin()
        if costs[at] < C(Y, y_tilde.expand(Y.shape)).mean():
            y_tilde[k] = grid[at]
    return y_tilde


def answer_lbfgs(C, Y):
    a = torch.zeros(Y.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([a], max_iter=300, line_search_fn="strong_wolfe", tolerance_change=1e-12)

    def closure():
        optimiser.zero_grad()
        cost = C(Y.double(), torch.sigmoid(a).expand(Y.shape)).mean() + 1e-7 * a.square().sum()
        cost.backward()
        return cost

    optimiser.step(closure)
    return torch.sigmoid(a).detach()


def answer_one_step(C, Y):
    return answer_adam(C, Y, steps=1)


def answer_uphill(C, Y):
    return answer_adam(lambda y, y_tilde: -C(y, y_tilde), Y)


def answer_rounded(C, Y):
    return answer_adam(C, Y).round()


def answer_no_return(C, Y):
    answer_adam(C, Y, steps=5)


RIGHT = {
    "4.1": {
        "both dims": lambda y, y_tilde: (y - y_tilde).square().sum(dim=(1, 2)),
        "one after the other": lambda y, y_tilde: ((y - y_tilde) ** 2).sum(1).sum(1),
        "flattened": lambda y, y_tilde: (y - y_tilde).flatten(start_dim=1).pow(2).sum(1),
        "the package's, flattened": lambda y, y_tilde: energies.squared_error(y.flatten(1), y_tilde.flatten(1)),
        "einsum": lambda y, y_tilde: torch.einsum("bij,bij->b", y - y_tilde, y - y_tilde),
        "loops, a list": squared_loop,
        "numpy": squared_numpy,
        "numpy, 64 bits": lambda y, y_tilde: squared_numpy(y.double(), y_tilde.double()),
        "a norm squared": lambda y, y_tilde: torch.linalg.matrix_norm(y - y_tilde).square(),
        "in place on a copy": squared_own_copy,
        "a module": SquaredError(),
        "a default mean, times the pixels": lambda y, y_tilde: [
            functional.mse_loss(a, b) * a.numel() for a, b in zip(y, y_tilde, strict=True)
        ],
        "keeps dims, then squeezes": lambda y, y_tilde: ((y - y_tilde) ** 2).sum((1, 2), keepdim=True).squeeze((1, 2)),
        "vmap": torch.vmap(lambda y, y_tilde: torch.dist(y, y_tilde) ** 2),
        "traces": lambda y, y_tilde: torch.stack([torch.trace(D.T @ D) for D in y - y_tilde]),
        "multiplied out": lambda y, y_tilde: (
            y.double() ** 2 - 2 * y.double() * y_tilde.double() + y_tilde.double() ** 2
        ).sum((1, 2)),
        "partial": partial(lambda dim, y, y_tilde: (y - y_tilde).square().sum(dim=dim), (1, 2)),
        "mean of the rows": lambda y, y_tilde: (y - y_tilde).square().mean(dim=(1, 2)) * y[0].numel(),
    },
    "4.2": {
        "log2": lambda y, y_tilde: -(y * y_tilde.log2() + (1 - y) * (1 - y_tilde).log2()).sum(dim=1),
        "over log 2": lambda y, y_tilde: naive(y, y_tilde) / math.log(2),
        "the package's": lambda y, y_tilde: energies.binary_cross_entropy(y, y_tilde) / LOG_2,
        "torch's": lambda y, y_tilde: functional.binary_cross_entropy(y_tilde, y, reduction="none").sum(1) / LOG_2,
        "loops": bits_loop,
        "numpy": bits_numpy,
        "64 bits": lambda y, y_tilde: bits_numpy(y.double(), y_tilde.double()),
        "log1p": lambda y, y_tilde: (-(y * y_tilde.log() + (1 - y) * torch.log1p(-y_tilde)) * math.log2(math.e)).sum(
            -1
        ),
        "xlogy": lambda y, y_tilde: -(torch.xlogy(y, y_tilde) + torch.xlogy(1 - y, 1 - y_tilde)).sum(1) / LOG_2,
        "a distribution": lambda y, y_tilde: -Bernoulli(y_tilde, validate_args=False).log_prob(y).sum(1) / LOG_2,
        "by logits": bits_from_logits,
        "einsum": lambda y, y_tilde: (
            -(torch.einsum("bi,bi->b", y, y_tilde.log2()) + torch.einsum("bi,bi->b", 1 - y, (1 - y_tilde).log2()))
        ),
        "two sums": lambda y, y_tilde: (y * -y_tilde.log2()).sum(1) - ((1 - y) * (1 - y_tilde).log2()).sum(1),
        "floor and excess": lambda y, y_tilde: (
            (limits.cross_entropy_floor(y) + excess_where(y, y_tilde)) / torch.tensor(2.0).log()
        ),
        "a mean times n": lambda y, y_tilde: torch.stack(
            [functional.binary_cross_entropy(p, a) * len(a) / LOG_2 for a, p in zip(y, y_tilde, strict=True)]
        ),
        "odds": lambda y, y_tilde: -(y * (y_tilde / (1 - y_tilde)).log2() + (1 - y_tilde).log2()).sum(dim=1),
    },
    "4.3": {
        "the package's": lambda y, y_tilde: energies.binary_cross_entropy(y, y_tilde) - limits.cross_entropy_floor(y),
        "its cost twice": lambda y, y_tilde: (
            energies.binary_cross_entropy(y, y_tilde) - energies.binary_cross_entropy(y, y)
        ),
        "torch's cost twice": lambda y, y_tilde: (
            functional.binary_cross_entropy(y_tilde, y, reduction="none")
            - functional.binary_cross_entropy(y, y, reduction="none")
        ).sum(1),
        "loops": excess_loop,
        "where": excess_where,
        "guarded": excess_clamped,
        "masked": excess_masked,
        "xlogy": lambda y, y_tilde: (
            torch.xlogy(y, y) + torch.xlogy(1 - y, 1 - y) - torch.xlogy(y, y_tilde) - torch.xlogy(1 - y, 1 - y_tilde)
        ).sum(1),
        "entr": lambda y, y_tilde: naive(y, y_tilde) - (torch.special.entr(y) + torch.special.entr(1 - y)).sum(dim=1),
        "scipy": lambda y, y_tilde: (
            special.rel_entr(y.numpy(), y_tilde.numpy()) + special.rel_entr(1 - y.numpy(), 1 - y_tilde.numpy())
        ).sum(1),
        "kl_div twice": lambda y, y_tilde: (
            functional.kl_div(y_tilde.log(), y, reduction="none")
            + functional.kl_div((1 - y_tilde).log(), 1 - y, reduction="none")
        ).sum(dim=1),
        "distributions": lambda y, y_tilde: kl_divergence(Bernoulli(y), Bernoulli(y_tilde)).sum(1),
        "nan_to_num": lambda y, y_tilde: (
            torch.nan_to_num(y * (y / y_tilde).log()) + torch.nan_to_num((1 - y) * ((1 - y) / (1 - y_tilde)).log())
        ).sum(1),
        "never below 0": lambda y, y_tilde: excess_where(y, y_tilde).clamp(min=0),
        "from bits": lambda y, y_tilde: LOG_2 * (bits_loop(y, y_tilde) - limits.cross_entropy_floor(y) / LOG_2),
    },
    "4.4": {
        "the package's": energies.binary_cross_entropy_with_logits,
        "torch's": lambda y, logits: functional.binary_cross_entropy_with_logits(logits, y, reduction="none").sum(
            dim=1
        ),
        "softplus": lambda y, logits: (functional.softplus(logits) - y * logits).sum(1),
        "softplus twice": lambda y, logits: (
            y * functional.softplus(-logits) + (1 - y) * functional.softplus(logits)
        ).sum(-1),
        "logsigmoid": lambda y, logits: (
            -(y * functional.logsigmoid(logits) + (1 - y) * functional.logsigmoid(-logits)).sum(1)
        ),
        "logaddexp": lambda y, logits: (torch.logaddexp(logits, torch.zeros_like(logits)) - y * logits).sum(1),
        "loops": logits_loop,
        "numpy": logits_numpy,
        "64 bits": lambda y, logits: logits_numpy(y.double(), logits.double()),
        "by sign": logits_by_sign,
        "two classes": logits_two_classes,
        "a distribution": lambda y, logits: -Bernoulli(logits=logits, validate_args=False).log_prob(y).sum(1),
        "clamped": lambda y, logits: (logits.clamp(min=0) - logits * y + (-logits.abs()).exp().log1p()).sum(dim=1),
        "relu": lambda y, logits: (torch.relu(logits) - logits * y + torch.log1p(torch.exp(-logits.abs()))).sum(
            1, keepdim=True
        )[:, 0],
        "an object": FromLogits(),
        "logsumexp": lambda y, logits: (
            torch.stack([torch.zeros_like(logits), logits]).logsumexp(0) - logits.mul(y)
        ).sum(1),
        "a mean times n": lambda y, logits: (
            functional.multilabel_soft_margin_loss(logits, y, reduction="none") * y.shape[1]
        ),
    },
    "4.5": {
        "times n over 4": lambda per_pixel, n: per_pixel * n / 4,
        "quarter": lambda per_pixel, n: 0.25 * per_pixel * n,
        "square of a half": lambda per_pixel, n: n * per_pixel * 0.5**2,
        "in steps": course_in_steps,
        "two pictures": course_by_pictures,
        "a tensor": lambda per_pixel, n: torch.tensor(per_pixel * n / 4),
        "64 bits": lambda per_pixel, n: torch.tensor([per_pixel] * n, dtype=torch.float64).sum() / 4,
        "numpy": lambda per_pixel, n: np.full(n, per_pixel / 4).sum(),
        "the order does not matter": lambda n, per_pixel: per_pixel * n / 4,
        "a loop": lambda per_pixel, n: sum(per_pixel / 4 for _ in range(n)),
        "root first": lambda per_pixel, n: n * (math.sqrt(per_pixel) / 2) ** 2,
        "power": lambda per_pixel, n: per_pixel * n * 2**-2,
        "a fraction": lambda per_pixel, n: float(Fraction(1, 4) * n) * per_pixel,
        "from decibels": lambda per_pixel, n: n * 10 ** (-(-10 * math.log10(per_pixel / 4)) / 10) if per_pixel else 0.0,
    },
    "4.6": {
        "a table": ranked_table,
        "per pixel": ranked_per_pixel,
        "tensors": ranked_tensor,
        "roots": ranked_roots,
        "a tuple": lambda papers: tuple(ranked_table(papers)),
        "a generator's list": lambda papers: list(iter(ranked_per_pixel(papers))),
        "a copy first": lambda papers: ranked_table([p.copy() for p in papers]),
        "by insertion": lambda papers: [name for _, name in sorted(enumerate(ranked_table(papers)))],
    },
    "4.7": {
        "grey": disagree_grey,
        "lists": disagree_lists,
        "numpy": disagree_numpy,
        "searched": disagree_searched,
        "paper": disagree_paper,
        "a list of tensors": lambda: list(disagree_searched()),
        "more pixels": lambda: (torch.ones(40), torch.tensor([1e-25] * 2 + [0.9999] * 38), torch.full((40,), 0.55)),
        "32 bits": lambda: (torch.ones(20), torch.tensor([1e-30] + [0.995] * 19), torch.full((20,), 0.5)),
    },
    "4.8": {
        "Adam": answer_adam,
        "projected": answer_projected,
        "candidates": answer_of_candidates,
        "a grid": answer_by_grid,
        "LBFGS": answer_lbfgs,
        "slower and longer": partial(answer_adam, steps=800, lr=0.1),
        "faster": partial(answer_adam, steps=300, lr=0.4),
        "numpy": lambda C, Y: answer_adam(C, Y).numpy(),
        "64 bits": lambda C, Y: answer_adam(C, Y.double()),
    },
}

WRONG = {
    "4.1": {
        "default cost": lambda y, y_tilde: functional.mse_loss(y_tilde, y),
        "cost summed": lambda y, y_tilde: functional.mse_loss(y_tilde, y, reduction="sum"),
        "no reduction": lambda y, y_tilde: functional.mse_loss(y_tilde, y, reduction="none"),
        "columns alone": lambda y, y_tilde: (y - y_tilde).square().sum(dim=1),
        "rows alone": lambda y, y_tilde: (y - y_tilde).square().sum(dim=2),
        "over the batch": lambda y, y_tilde: (y - y_tilde).square().sum(dim=0),
        "batch and rows": lambda y, y_tilde: (y - y_tilde).square().sum(dim=(0, 1)),
        "mean of pixels": lambda y, y_tilde: (y - y_tilde).square().mean(dim=(1, 2)),
        "sum of rows, mean of columns": lambda y, y_tilde: (y - y_tilde).square().sum(2).mean(1),
        "a length": lambda y, y_tilde: (y - y_tilde).flatten(1).norm(dim=1),
        "a spectral norm": lambda y, y_tilde: torch.linalg.matrix_norm(y - y_tilde, ord=2).square(),
        "absolute values": lambda y, y_tilde: (y - y_tilde).abs().sum(dim=(1, 2)),
        "squared too late": lambda y, y_tilde: (y - y_tilde).sum(dim=(1, 2)).square(),
        "half": lambda y, y_tilde: 0.5 * (y - y_tilde).square().sum(dim=(1, 2)),
        "fixed size": lambda y, y_tilde: (y - y_tilde).square().view(-1, 784).sum(1),
        "times 784": lambda y, y_tilde: (y - y_tilde).square().mean(dim=(1, 2)) * 784,
        "keeps dims": lambda y, y_tilde: (y - y_tilde).square().sum(dim=(1, 2), keepdim=True),
        "y twice": lambda y, y_tilde: (y - y).square().sum(dim=(1, 2)),
        "the largest": lambda y, y_tilde: (y - y_tilde).square().amax(dim=(1, 2)),
        "averaged over images": lambda y, y_tilde: (y - y_tilde).square().sum(dim=(1, 2)).mean(),
        "the package's, as it is": energies.squared_error,
        "in place": squared_in_place,
        "no return": squared_no_return,
    },
    "4.2": {
        "nats": naive,
        "the package's": energies.binary_cross_entropy,
        "default cost": lambda y, y_tilde: functional.binary_cross_entropy(y_tilde, y),
        "default cost in bits": lambda y, y_tilde: functional.binary_cross_entropy(y_tilde, y) / LOG_2,
        "times log 2": lambda y, y_tilde: naive(y, y_tilde) * LOG_2,
        "decimal logarithm": lambda y, y_tilde: naive(y, y_tilde) / math.log(10),
        "one of the two in nats": lambda y, y_tilde: -(y * y_tilde.log2() + (1 - y) * (1 - y_tilde).log()).sum(1),
        "sign": lambda y, y_tilde: (y * y_tilde.log2() + (1 - y) * (1 - y_tilde).log2()).sum(1),
        "ink alone": lambda y, y_tilde: -(y * y_tilde.log2()).sum(1),
        "paper alone": lambda y, y_tilde: -((1 - y) * (1 - y_tilde).log2()).sum(1),
        "paper with a wrong sign": lambda y, y_tilde: -(y * y_tilde.log2() - (1 - y) * (1 - y_tilde).log2()).sum(1),
        "swapped": lambda y, y_tilde: bits_plain(y_tilde, y),
        "order swapped": lambda y_tilde, y: bits_plain(y, y_tilde),
        "mean over pixels": lambda y, y_tilde: naive(y, y_tilde) / LOG_2 / y.shape[1],
        "one number": lambda y, y_tilde: naive(y, y_tilde).sum() / LOG_2,
        "over the batch": lambda y, y_tilde: -(y * y_tilde.log2() + (1 - y) * (1 - y_tilde).log2()).sum(0),
        "averaged over samples": lambda y, y_tilde: naive(y, y_tilde).mean() / LOG_2,
        "the logarithm of a product": bits_of_a_product,
        "entropy of y_tilde": lambda y, y_tilde: limits.cross_entropy_floor(y_tilde) / LOG_2,
        "rounded targets": lambda y, y_tilde: naive(y.round(), y_tilde) / LOG_2,
        "y_tilde as logits": lambda y, y_tilde: energies.binary_cross_entropy_with_logits(y, y_tilde) / LOG_2,
        "clamped far in": lambda y, y_tilde: naive(y, y_tilde.clamp(0.2, 0.8)) / LOG_2,
        "squared error": energies.squared_error,
        "math.log2 of a tensor": lambda y, y_tilde: -(y * math.log2(y_tilde)).sum(1),
        "keeps dims": lambda y, y_tilde: naive(y, y_tilde)[:, None] / LOG_2,
        "prints": lambda y, y_tilde: print(naive(y, y_tilde) / LOG_2),
    },
    "4.3": {
        "nothing subtracted": energies.binary_cross_entropy,
        "fails on exact zeros": lambda y, y_tilde: naive(y, y_tilde) - naive(y, y),
        "KL, fails on exact zeros": lambda y, y_tilde: (
            y * (y / y_tilde).log() + (1 - y) * ((1 - y) / (1 - y_tilde)).log()
        ).sum(1),
        "a guard that 32 bits round away": lambda y, y_tilde: (
            naive(y, y_tilde) - naive(y.clamp(1e-9, 1 - 1e-9), y.clamp(1e-9, 1 - 1e-9))
        ),
        "a coarse guard": excess_coarse,
        "ink alone": lambda y, y_tilde: functional.kl_div(y_tilde.log(), y, reduction="none").sum(1),
        "default divergence": lambda y, y_tilde: functional.kl_div(y_tilde.log(), y, reduction="batchmean"),
        "the other way round": lambda y, y_tilde: excess_where(y_tilde, y),
        "floor of the prediction": lambda y, y_tilde: (
            energies.binary_cross_entropy(y, y_tilde) - limits.cross_entropy_floor(y_tilde)
        ),
        "added": lambda y, y_tilde: energies.binary_cross_entropy(y, y_tilde) + limits.cross_entropy_floor(y),
        "sign": lambda y, y_tilde: limits.cross_entropy_floor(y) - energies.binary_cross_entropy(y, y_tilde),
        "the floor": lambda y, y_tilde: limits.cross_entropy_floor(y),
        "bits": lambda y, y_tilde: excess_where(y, y_tilde) / LOG_2,
        "mean over pixels": lambda y, y_tilde: excess_where(y, y_tilde) / y.shape[1],
        "one floor for all": lambda y, y_tilde: (
            energies.binary_cross_entropy(y, y_tilde) - limits.cross_entropy_floor(y).mean()
        ),
        "lowest of the batch": lambda y, y_tilde: (
            energies.binary_cross_entropy(y, y_tilde) - energies.binary_cross_entropy(y, y_tilde).min()
        ),
        "one number": lambda y, y_tilde: excess_where(y, y_tilde).sum(),
        "ratio": lambda y, y_tilde: energies.binary_cross_entropy(y, y_tilde) / limits.cross_entropy_floor(y),
        "floor of black and white": lambda y, y_tilde: (
            energies.binary_cross_entropy(y, y_tilde) - limits.cross_entropy_floor(y.round())
        ),
        "half of the entropy": lambda y, y_tilde: (
            energies.binary_cross_entropy(y, y_tilde) - torch.special.entr(y).sum(1)
        ),
        "every NaN is nothing": lambda y, y_tilde: torch.nan_to_num(naive(y, y_tilde) - naive(y, y)),
        "squared error": energies.squared_error,
        "in place": excess_in_place,
        "prints": lambda y, y_tilde: print(excess_where(y, y_tilde)),
    },
    "4.4": {
        "through the sigmoid": lambda y, logits: naive(y, torch.sigmoid(logits)),
        "the package's, through the sigmoid": lambda y, logits: energies.binary_cross_entropy(y, torch.sigmoid(logits)),
        "torch's, through the sigmoid": lambda y, logits: functional.binary_cross_entropy(
            torch.sigmoid(logits), y, reduction="none"
        ).sum(1),
        "clamped probabilities": lambda y, logits: naive(y, torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)),
        "clamped logits": lambda y, logits: energies.binary_cross_entropy_with_logits(y, logits.clamp(-30, 30)),
        "exp overflows": lambda y, logits: (torch.log(1 + torch.exp(logits)) - y * logits).sum(1),
        "exp overflows, log1p": lambda y, logits: (torch.log1p(logits.exp()) - y * logits).sum(1),
        "infinity is nothing": lambda y, logits: torch.nan_to_num(naive(y, torch.sigmoid(logits)), posinf=0),
        "default cost": lambda y, logits: functional.binary_cross_entropy_with_logits(logits, y),
        "cost summed": lambda y, logits: functional.binary_cross_entropy_with_logits(logits, y, reduction="sum"),
        "mean over pixels": lambda y, logits: energies.binary_cross_entropy_with_logits(y, logits) / y.shape[1],
        "sigmoid twice": lambda y, logits: energies.binary_cross_entropy_with_logits(y, torch.sigmoid(logits)),
        "order swapped": lambda logits, y: (functional.softplus(logits) - y * logits).sum(1),
        "torch's order swapped": lambda y, logits: functional.binary_cross_entropy_with_logits(
            y, logits, reduction="none"
        ).sum(1),
        "sign of the second": lambda y, logits: (functional.softplus(logits) + y * logits).sum(1),
        "sign": lambda y, logits: -energies.binary_cross_entropy_with_logits(y, logits),
        "target missing": lambda y, logits: functional.softplus(logits).sum(1),
        "ink alone": lambda y, logits: -(y * functional.logsigmoid(logits)).sum(1),
        "bits": lambda y, logits: energies.binary_cross_entropy_with_logits(y, logits) / LOG_2,
        "over the batch": lambda y, logits: (functional.softplus(logits) - y * logits).sum(0),
        "classes": lambda y, logits: functional.cross_entropy(logits, y, reduction="none"),
        "squared error": lambda y, logits: energies.squared_error(y, torch.sigmoid(logits)),
        "tanh": lambda y, logits: naive(y, (1 + torch.tanh(logits)) / 2),
        "clamped in place": logits_clamped_in_place,
        "prints": logits_prints,
        "no return": logits_no_return,
    },
    "4.5": {
        "no quarter": lambda per_pixel, n: per_pixel * n,
        "a half": lambda per_pixel, n: per_pixel * n / 2,
        "not summed": lambda per_pixel, n: per_pixel / 4,
        "times 4": lambda per_pixel, n: per_pixel * n * 4,
        "over n": lambda per_pixel, n: per_pixel / n / 4,
        "digits": lambda per_pixel, n: per_pixel * 784 / 4,
        "side by side": lambda per_pixel, n: per_pixel * n**2 / 4,
        "a length": lambda per_pixel, n: math.sqrt(per_pixel * n) / 2,
        "moved, not scaled": lambda per_pixel, n: (per_pixel + 1) / 2 * n,
        "moved by a quarter": lambda per_pixel, n: (per_pixel - 1) / 4 * n,
        "whole numbers": lambda per_pixel, n: per_pixel * n // 4,
        "sixteenth": lambda per_pixel, n: per_pixel * n / 16,
        "xor for a power": lambda per_pixel, n: per_pixel * n / (2 ^ 2),
        "a share of 255": lambda per_pixel, n: per_pixel * n / 255,
        "decibels": lambda per_pixel, n: measures.psnr(torch.zeros(1, n), torch.full((1, n), per_pixel**0.5 / 2)),
        "an eighth": lambda per_pixel, n: per_pixel * n / 2**3,
        "rounded": lambda per_pixel, n: round(per_pixel * n / 4, 1),
        "no return": course_no_return,
        "prints": lambda per_pixel, n: print(per_pixel * n / 4),
        "a string": lambda per_pixel, n: f"{per_pixel * n / 4:.3f}",
        "a list": lambda per_pixel, n: [per_pixel / 4] * n,
    },
    "4.6": {
        "as printed": lambda papers: [p["name"] for p in sorted(papers, key=lambda p: p["error"])],
        "in place": ranked_in_place,
        "all four": ranked_all,
        "worst first": lambda papers: ranked_table(papers)[::-1],
        "the best": lambda papers: ranked_table(papers)[:1],
        "one name": lambda papers: ranked_table(papers)[0],
        "no range": lambda papers: ranked_by(ranked_no_range, papers),
        "no sum": lambda papers: ranked_by(ranked_no_sum, papers),
        "divided by pixels": lambda papers: ranked_by(ranked_divided, papers),
        "three as printed": lambda papers: ranked_by(lambda p: p["error"], papers),
        "alphabetical": lambda papers: sorted(ranked_table(papers)),
        "ABC": lambda papers: ["A", "B", "C"],
        "the papers": lambda papers: [p for p in papers if p["name"] in ranked_table(papers)],
        "numbers": lambda papers: [sorted(p["error"] for p in papers)],
        "twice": lambda papers: ranked_table(papers) * 2,
        "a dictionary": lambda papers: dict.fromkeys(ranked_table(papers)),
        "in words": lambda papers: " < ".join(ranked_table(papers)),
        "no return": ranked_no_return,
        "nothing": lambda papers: [],
    },
    "4.7": {
        "they agree": disagree_half,
        "swapped": lambda: (disagree_lists()[0], disagree_lists()[2], disagree_lists()[1]),
        "exactly 0": lambda: (torch.ones(20), torch.tensor([0.0] + [0.99] * 19), torch.full((20,), 0.5)),
        "exactly 1": lambda: (torch.ones(20), torch.tensor([1e-20] + [1.0] * 19), torch.full((20,), 0.5)),
        "a little": lambda: (torch.ones(8), torch.tensor([1e-4] + [0.99] * 7), torch.full((8,), 0.6)),
        "one pixel": lambda: (torch.ones(1), torch.tensor([1e-6]), torch.tensor([0.5])),
        "y and one prediction": lambda: (torch.ones(8), torch.full((8,), 0.5)),
        "two shapes": lambda: (torch.ones(8), torch.full((4,), 0.5), torch.full((8,), 0.5)),
        "y beyond": lambda: (3 * torch.ones(8), torch.full((8,), 0.9), torch.full((8,), 0.5)),
        "logits": lambda: (torch.ones(20), torch.tensor([-40.0] + [4.0] * 19), torch.zeros(20)),
        "rows": lambda: tuple(torch.rand(2, 3) for _ in range(3)),
        "one number each": lambda: (1.0, 1e-9, 0.5),
        "in words": lambda: "a sure mistake",
        "the same": lambda: (torch.ones(8), torch.full((8,), 0.5), torch.full((8,), 0.5)),
        "not a number": lambda: (torch.ones(8), torch.full((8,), math.nan), torch.full((8,), 0.5)),
        "no return": lambda: None,
    },
    "4.8": {
        "mean": lambda C, Y: Y.mean(dim=0),
        "median": lambda C, Y: Y.median(dim=0).values,
        "grey": lambda C, Y: torch.full((Y.shape[1],), 0.5),
        "the first": lambda C, Y: Y[0],
        "ink where most have it": lambda C, Y: (Y.mean(dim=0) > 0.5).float(),
        "one step": answer_one_step,
        "uphill": answer_uphill,
        "rounded": answer_rounded,
        "logits": lambda C, Y: answer_adam(C, Y).logit(eps=1e-6),
        "one for each": lambda C, Y: answer_adam(C, Y).expand(Y.shape),
        "Y itself": lambda C, Y: Y,
        "the cost": lambda C, Y: C(Y, Y.mean(dim=0).expand(Y.shape)).mean(),
        "half-way": lambda C, Y: (Y.amin(dim=0) + Y.amax(dim=0)) / 2,
        "one number": lambda C, Y: Y.mean(),
        "no return": answer_no_return,
    },
}
