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


def weight_counted(n):
    beta = 0
    for _ in range(n):
        beta += 1
    return beta


def weight_by_slopes(n):
    """How often R's slope counts against that of a cost that is summed."""
    cost = torch.ones(n, dtype=torch.float64, requires_grad=True)
    cost.mean().backward()
    return (1 / cost.grad[0]).round().item()


def weight_no_return(n):
    n  # noqa: B018


# fmt: off
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
        "a default mean, times the pixels": lambda y, y_tilde:
            [functional.mse_loss(a, b) * a.numel() for a, b in zip(y, y_tilde, strict=True)],
        "keeps dims, then squeezes": lambda y, y_tilde: ((y - y_tilde) ** 2).sum((1, 2), keepdim=True).squeeze((1, 2)),
        "vmap": torch.vmap(lambda y, y_tilde: torch.dist(y, y_tilde) ** 2),
        "traces": lambda y, y_tilde: torch.stack([torch.trace(D.T @ D) for D in y - y_tilde]),
        "multiplied out": lambda y, y_tilde:
            (y.double() ** 2 - 2 * y.double() * y_tilde.double() + y_tilde.double() ** 2).sum((1, 2)),
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
        "log1p": lambda y, y_tilde:
            (-(y * y_tilde.log() + (1 - y) * torch.log1p(-y_tilde)) * math.log2(math.e)).sum(-1),
        "xlogy": lambda y, y_tilde: -(torch.xlogy(y, y_tilde) + torch.xlogy(1 - y, 1 - y_tilde)).sum(1) / LOG_2,
        "a distribution": lambda y, y_tilde: -Bernoulli(y_tilde, validate_args=False).log_prob(y).sum(1) / LOG_2,
        "by logits": bits_from_logits,
        "einsum": lambda y, y_tilde: -(torch.einsum("bi,bi->b", y, y_tilde.log2())
            + torch.einsum("bi,bi->b", 1 - y, (1 - y_tilde).log2())),
        "two sums": lambda y, y_tilde: (y * -y_tilde.log2()).sum(1) - ((1 - y) * (1 - y_tilde).log2()).sum(1),
        "floor and excess": lambda y, y_tilde:
            (limits.cross_entropy_floor(y) + excess_where(y, y_tilde)) / torch.tensor(2.0).log(),
        "a mean times n": lambda y, y_tilde: torch.stack([functional.binary_cross_entropy(p, a) * len(a) / LOG_2
            for a, p in zip(y, y_tilde, strict=True)]),
        "odds": lambda y, y_tilde: -(y * (y_tilde / (1 - y_tilde)).log2() + (1 - y_tilde).log2()).sum(dim=1),
    },
    "4.3": {
        "the package's": lambda y, y_tilde: energies.binary_cross_entropy(y, y_tilde) - limits.cross_entropy_floor(y),
        "its cost twice": lambda y, y_tilde:
            energies.binary_cross_entropy(y, y_tilde) - energies.binary_cross_entropy(y, y),
        "torch's cost twice": lambda y, y_tilde: (functional.binary_cross_entropy(y_tilde, y, reduction="none")
            - functional.binary_cross_entropy(y, y, reduction="none")).sum(1),
        "loops": excess_loop,
        "where": excess_where,
        "guarded": excess_clamped,
        "masked": excess_masked,
        "xlogy": lambda y, y_tilde: (torch.xlogy(y, y) + torch.xlogy(1 - y, 1 - y) - torch.xlogy(y, y_tilde)
            - torch.xlogy(1 - y, 1 - y_tilde)).sum(1),
        "entr": lambda y, y_tilde:
            naive(y, y_tilde) - (torch.special.entr(y) + torch.special.entr(1 - y)).sum(dim=1),
        "scipy": lambda y, y_tilde:
            (special.rel_entr(y.numpy(), y_tilde.numpy())
                + special.rel_entr(1 - y.numpy(), 1 - y_tilde.numpy())).sum(1),
        "kl_div twice": lambda y, y_tilde: (functional.kl_div(y_tilde.log(), y, reduction="none")
            + functional.kl_div((1 - y_tilde).log(), 1 - y, reduction="none")).sum(dim=1),
        "distributions": lambda y, y_tilde: kl_divergence(Bernoulli(y), Bernoulli(y_tilde)).sum(1),
        "nan_to_num": lambda y, y_tilde: (torch.nan_to_num(y * (y / y_tilde).log())
            + torch.nan_to_num((1 - y) * ((1 - y) / (1 - y_tilde)).log())).sum(1),
        "never below 0": lambda y, y_tilde: excess_where(y, y_tilde).clamp(min=0),
        "from bits": lambda y, y_tilde: LOG_2 * (bits_loop(y, y_tilde) - limits.cross_entropy_floor(y) / LOG_2),
    },
    "4.4": {
        "the package's": energies.binary_cross_entropy_with_logits,
        "torch's": lambda y, logits:
            functional.binary_cross_entropy_with_logits(logits, y, reduction="none").sum(dim=1),
        "softplus": lambda y, logits: (functional.softplus(logits) - y * logits).sum(1),
        "softplus twice": lambda y, logits:
            (y * functional.softplus(-logits) + (1 - y) * functional.softplus(logits)).sum(-1),
        "logsigmoid": lambda y, logits:
            -(y * functional.logsigmoid(logits) + (1 - y) * functional.logsigmoid(-logits)).sum(1),
        "logaddexp": lambda y, logits: (torch.logaddexp(logits, torch.zeros_like(logits)) - y * logits).sum(1),
        "loops": logits_loop,
        "numpy": logits_numpy,
        "64 bits": lambda y, logits: logits_numpy(y.double(), logits.double()),
        "by sign": logits_by_sign,
        "two classes": logits_two_classes,
        "a distribution": lambda y, logits: -Bernoulli(logits=logits, validate_args=False).log_prob(y).sum(1),
        "clamped": lambda y, logits:
            (logits.clamp(min=0) - logits * y + (-logits.abs()).exp().log1p()).sum(dim=1),
        "relu": lambda y, logits:
            (torch.relu(logits) - logits * y + torch.log1p(torch.exp(-logits.abs()))).sum(1, keepdim=True)[:, 0],
        "an object": FromLogits(),
        "logsumexp": lambda y, logits:
            (torch.stack([torch.zeros_like(logits), logits]).logsumexp(0) - logits.mul(y)).sum(1),
        "a mean times n": lambda y, logits:
            functional.multilabel_soft_margin_loss(logits, y, reduction="none") * y.shape[1],
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
        "n": lambda n: n,
        "a float": lambda n: float(n),
        "over one over n": lambda n: 1 / (1 / n),
        "counted": weight_counted,
        "by slopes": weight_by_slopes,
        "a tensor": lambda n: torch.tensor(n),
        "64 bits": lambda n: torch.tensor(float(n), dtype=torch.float64),
        "numpy": lambda n: np.int64(n),
        "a fraction": lambda n: Fraction(n) / 1,
        "sum of ones": lambda n: torch.ones(n).sum(),
        "pixels of a picture": lambda n: torch.zeros(n).numel(),
        "rounded": lambda n: round(n * 1.0),
        "partial": partial(max, 1),
        "exp of log": lambda n: math.exp(math.log(n)),
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
        "KL, fails on exact zeros": lambda y, y_tilde:
            (y * (y / y_tilde).log() + (1 - y) * ((1 - y) / (1 - y_tilde)).log()).sum(1),
        "a guard that 32 bits round away": lambda y, y_tilde:
            naive(y, y_tilde) - naive(y.clamp(1e-9, 1 - 1e-9), y.clamp(1e-9, 1 - 1e-9)),
        "a coarse guard": excess_coarse,
        "ink alone": lambda y, y_tilde: functional.kl_div(y_tilde.log(), y, reduction="none").sum(1),
        "default divergence": lambda y, y_tilde: functional.kl_div(y_tilde.log(), y, reduction="batchmean"),
        "the other way round": lambda y, y_tilde: excess_where(y_tilde, y),
        "floor of the prediction": lambda y, y_tilde:
            energies.binary_cross_entropy(y, y_tilde) - limits.cross_entropy_floor(y_tilde),
        "added": lambda y, y_tilde: energies.binary_cross_entropy(y, y_tilde) + limits.cross_entropy_floor(y),
        "sign": lambda y, y_tilde: limits.cross_entropy_floor(y) - energies.binary_cross_entropy(y, y_tilde),
        "the floor": lambda y, y_tilde: limits.cross_entropy_floor(y),
        "bits": lambda y, y_tilde: excess_where(y, y_tilde) / LOG_2,
        "mean over pixels": lambda y, y_tilde: excess_where(y, y_tilde) / y.shape[1],
        "one floor for all": lambda y, y_tilde:
            energies.binary_cross_entropy(y, y_tilde) - limits.cross_entropy_floor(y).mean(),
        "lowest of the batch": lambda y, y_tilde:
            energies.binary_cross_entropy(y, y_tilde) - energies.binary_cross_entropy(y, y_tilde).min(),
        "one number": lambda y, y_tilde: excess_where(y, y_tilde).sum(),
        "ratio": lambda y, y_tilde: energies.binary_cross_entropy(y, y_tilde) / limits.cross_entropy_floor(y),
        "floor of black and white": lambda y, y_tilde:
            energies.binary_cross_entropy(y, y_tilde) - limits.cross_entropy_floor(y.round()),
        "half of the entropy": lambda y, y_tilde:
            energies.binary_cross_entropy(y, y_tilde) - torch.special.entr(y).sum(1),
        "every NaN is nothing": lambda y, y_tilde: torch.nan_to_num(naive(y, y_tilde) - naive(y, y)),
        "squared error": energies.squared_error,
        "in place": excess_in_place,
        "prints": lambda y, y_tilde: print(excess_where(y, y_tilde)),
    },
    "4.4": {
        "through the sigmoid": lambda y, logits: naive(y, torch.sigmoid(logits)),
        "the package's, through the sigmoid": lambda y, logits: energies.binary_cross_entropy(y, torch.sigmoid(logits)),
        "torch's, through the sigmoid": lambda y, logits:
            functional.binary_cross_entropy(torch.sigmoid(logits), y, reduction="none").sum(1),
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
        "torch's order swapped": lambda y, logits:
            functional.binary_cross_entropy_with_logits(y, logits, reduction="none").sum(1),
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
        "one over n": lambda n: 1 / n,
        "one": lambda n: 1,
        "digits": lambda n: 784,
        "one over digits": lambda n: 1 / 784,
        "root": lambda n: math.sqrt(n),
        "square": lambda n: n**2,
        "double": lambda n: 2 * n,
        "half": lambda n: n / 2,
        "sign": lambda n: -n,
        "off by one": lambda n: n - 1,
        "one more": lambda n: n + 1,
        "quarter": lambda n: n / 4,
        "logarithm": lambda n: math.log(n),
        "whole division": lambda n: 1 // n,
        "both weights": lambda n: (1 / n, 1),
        "a picture": lambda n: torch.full((n,), 1 / n),
        "a string": lambda n: "n",
        "a range": lambda n: range(n),
        "prints": lambda n: print(n),
        "no return": weight_no_return,
    },
}
