"""Answers to the exercises of chapter 00 as learners write them from the statement alone, right ones and wrong ones."""

from functools import partial
from statistics import fmean

import numpy as np
import torch
from torch.nn import functional

from aecourse import data, energies, limits, measures

# --- 0.1 ink on paper ---------------------------------------------------------------------------------------------


def ink_loop(Y):
    total = torch.zeros(len(Y))
    for i in range(len(Y)):
        for pixel in Y[i]:
            total[i] += pixel
    return total


def ink_layer(Y):
    layer = torch.nn.Linear(Y.shape[1], 1, bias=False)
    torch.nn.init.ones_(layer.weight)
    return layer(Y.float())[:, 0]


class Ink:
    def __call__(self, Y):
        return Y.sum(dim=1, keepdim=True).squeeze(1)


def ink_no_return(Y):
    Y.sum(dim=1)


def ink_first_only(Y):
    for image in Y:
        return image.sum()
    return None


def ink_print(Y):
    print(Y.sum(dim=1))


def ink_in_place(Y):
    Y *= 255
    return Y.sum(dim=1) / 255


def ink_fixed_size(Y):
    return Y.view(-1, 784).sum(dim=1)


def ink_skips_the_first(Y):
    return torch.stack([sum(image[j] for j in range(1, len(image))) for image in Y])


# --- 0.2 the mean image -------------------------------------------------------------------------------------------


def mean_running(Y):
    mean = Y[0].clone()
    for k, image in enumerate(Y[1:], start=2):
        mean += (image - mean) / k
    return mean


def mean_nested(Y):
    m, n = Y.shape
    result = []
    for j in range(n):
        total = 0.0
        for i in range(m):
            total += Y[i, j].item()
        result.append(total / m)
    return result


def mean_into_the_first(Y):
    total = Y[0]
    for image in Y[1:]:
        total += image
    return total / len(Y)


def mean_off_by_one(Y):
    total = torch.zeros(Y.shape[1])
    for j in range(1, len(Y)):
        total += Y[j]
    return total / len(Y)


def mean_fixed_size(Y):
    total = torch.zeros(784)
    for image in Y:
        total += image
    return total / len(Y)


# --- 0.3 the variance that is left --------------------------------------------------------------------------------


def left_loop(Y, Y_tilde):
    mean = sum(Y) / len(Y)
    above = below = 0.0
    for y, y_tilde in zip(Y, Y_tilde, strict=True):
        above += float((y - y_tilde) @ (y - y_tilde))
        below += float((y - mean) @ (y - mean))
    return above / below


def left_numpy(Y, Y_tilde):
    Y, Y_tilde = Y.numpy(), Y_tilde.numpy()
    return np.square(Y - Y_tilde).sum() / np.square(Y - Y.mean(axis=0)).sum()


def left_in_place_on_a_copy(Y, Y_tilde):
    error, spread = Y.clone(), Y.clone()
    error -= Y_tilde
    spread -= Y.mean(0)
    return error.pow_(2).sum() / spread.pow_(2).sum()


def left_by_rows(Y, Y_tilde):
    above = energies.squared_error(Y, Y_tilde)
    below = energies.squared_error(Y, Y.mean(0).expand_as(Y))
    return above.mean() / below.mean()


def left_no_parentheses(Y, Y_tilde):
    return (Y - Y_tilde).square().sum() / (Y.square() - Y.mean(0).square()).square().sum()


def left_in_place(Y, Y_tilde):
    Y_tilde -= Y
    Y -= Y.mean(0)
    return Y_tilde.square().sum() / Y.square().sum()


# --- 0.4 an impostor ----------------------------------------------------------------------------------------------


def impostor_by_projection(narrow):
    y = torch.rand(1, 784)
    for _ in range(300):
        y = narrow.reconstruct(y).clamp(0, 1)
    return y[0]


def impostor_by_trial(narrow):
    nearest = data.digits("train")
    while True:
        y = narrow.decode(2 * torch.randn(1, 10) * narrow.variance.sqrt()).clamp(0, 1)
        F = (y - narrow.reconstruct(y)).square().sum()
        if F < 5 and torch.cdist(y, nearest).min() ** 2 > 26:
            return y.squeeze(0)


def impostor_many_at_once(narrow):
    h = torch.randn(500, 10) * narrow.variance.sqrt()
    y = narrow.decode(h).clamp(0, 1)
    y = y[energies.squared_error(y, narrow.reconstruct(y)) < 3]
    return y[torch.cdist(y, data.digits("train")).min(dim=1).values.argmax()]


def impostor_by_descent(narrow):
    logits = torch.zeros(1, 784, requires_grad=True)
    optimiser = torch.optim.Adam([logits], lr=0.3)
    for _ in range(40):
        y = torch.sigmoid(logits)
        F = (y - narrow.reconstruct(y)).square().sum()
        optimiser.zero_grad()
        F.backward()
        optimiser.step()
    return torch.sigmoid(logits)[0]  # still carries its graph


def impostor_two_axes(narrow):
    y = narrow.mean + 3 * narrow.basis[:, 0] - 3 * narrow.basis[:, 1]
    for _ in range(100):
        y = narrow.reconstruct(y.clamp(0, 1)[None])[0]
    return y.clamp(0, 1)


def impostor_numpy(narrow):
    rng, mean, B = np.random.default_rng(0), narrow.mean.numpy(), narrow.basis.numpy()
    y = rng.random(784)
    for _ in range(300):
        y = np.clip(mean + (y - mean) @ B @ B.T, 0, 1)
    return y


def impostor_negative(narrow):
    y = impostor_by_projection(narrow)
    return narrow.reconstruct((2 * narrow.mean - y)[None])[0].clamp(0, 1)


def impostor_mean_of_two(narrow):
    Y, labels = data.digits("train", labels=True)
    y = (Y[labels == 0].mean(0) + Y[labels == 1].mean(0)) / 2
    return impostor_settled(narrow, y)


def impostor_settled(narrow, y):
    for _ in range(100):
        y = narrow.reconstruct(y[None])[0].clamp(0, 1)
    return y


def impostor_no_return(narrow):
    y = narrow.decode(torch.zeros(1, 10)).clamp(0, 1)
    y.squeeze(0)


def impostor_endless(narrow):
    while True:
        y = torch.rand(1, 784)
        if (y - narrow.reconstruct(y)).square().sum() < 5:  # noise never is
            return y[0]


# fmt: off
RIGHT = {
    "0.1": {
        "a loop": ink_loop,
        "a list of floats": lambda Y: [image.sum().item() for image in Y],
        "a list of 0-d tensors": lambda Y: [image.sum() for image in Y],
        "einsum": lambda Y: torch.einsum("bn->b", Y),
        "numpy": lambda Y: Y.numpy().sum(axis=1),
        "64 bits": lambda Y: Y.double().sum(1),
        "a product": lambda Y: Y @ torch.ones(Y.shape[1], dtype=Y.dtype),
        "mean times n": lambda Y: Y.mean(dim=-1) * Y.shape[-1],
        "a 1-norm": lambda Y: torch.linalg.vector_norm(Y, ord=1, dim=1),
        "transposed first": lambda Y: Y.T.sum(0),
        "the last partial sum": lambda Y: Y.cumsum(dim=1)[:, -1],
        "vmap": lambda Y: torch.vmap(torch.sum)(Y),
        "clamped": lambda Y: Y.clamp(0, 1).sum(dim=1),
        "partial": partial(torch.sum, dim=1),
        "the package's penalty": energies.l1,
        "a callable object": Ink(),
        "a layer, with its graph": ink_layer,
        "fsum of lists": lambda Y: tuple(sum(row) for row in Y.tolist()),
    },
    "0.2": {
        "mean": lambda Y: Y.mean(0),
        "sum over count": lambda Y: sum(Y) / len(Y),
        "a running mean": mean_running,
        "two loops, a list": mean_nested,
        "numpy": lambda Y: np.average(np.asarray(Y), axis=0),
        "numpy in 64 bits": lambda Y: Y.numpy().astype(float).mean(0),
        "einsum": lambda Y: torch.einsum("ij->j", Y) / Y.shape[0],
        "a product": lambda Y: torch.full((len(Y),), 1 / len(Y), dtype=Y.dtype) @ Y,
        "keeps dims, then squeezes": lambda Y: Y.mean(dim=0, keepdim=True).squeeze(0),
        "column by column": lambda Y: torch.stack([column.mean() for column in Y.T]),
        "var_mean": lambda Y: torch.var_mean(Y, dim=0)[1],
        "statistics": lambda Y: [fmean(column) for column in zip(*Y.tolist(), strict=True)],
        "the mean of PCA": lambda Y: limits.pca(Y, 1).mean,
        "partial": partial(torch.mean, dim=0),
        "the ink of each pixel": lambda Y: ink_loop(Y.T) / Y.size(0),
        "deviations from the first": lambda Y: Y[0] + (Y - Y[0]).mean(0),
    },
    "0.3": {
        "a loop, a float": left_loop,
        "numpy": left_numpy,
        "64 bits": lambda Y, Y_tilde: left_numpy(Y.double(), Y_tilde.double()),
        "one minus the package's": lambda Y, Y_tilde: 1 - measures.variance_explained(Y, Y_tilde),
        "two costs of the package": left_by_rows,
        "two default means": lambda Y, Y_tilde:
            functional.mse_loss(Y_tilde, Y) / functional.mse_loss(Y.mean(0).expand_as(Y), Y),
        "distances squared": lambda Y, Y_tilde: torch.dist(Y, Y_tilde) ** 2 / torch.dist(Y, Y.mean(0)) ** 2,
        "norms squared": lambda Y, Y_tilde: ((Y - Y_tilde).norm() / (Y - Y.mean(0)).norm()).pow(2).item(),
        "variance of a population": lambda Y, Y_tilde:
            (Y - Y_tilde).pow(2).sum() / (len(Y) * Y.var(dim=0, correction=0).sum()),
        "corrected variance": lambda Y, Y_tilde: (Y - Y_tilde).pow(2).sum() / (len(Y) - 1) / Y.var(0).sum(),
        "traces": lambda Y, Y_tilde:
            torch.trace((Y - Y_tilde).T @ (Y - Y_tilde)) / torch.trace((Y - Y.mean(0)).T @ (Y - Y.mean(0))),
        "einsum": lambda Y, Y_tilde: torch.einsum("ij,ij", Y - Y_tilde, Y - Y_tilde)
            / torch.einsum("ij,ij", Y - Y.mean(0), Y - Y.mean(0)),
        "in place on a copy": left_in_place_on_a_copy,
        "a partial": partial(left_by_rows),
    },
    "0.4": {
        "projections in turn": impostor_by_projection,
        "draws until it fits": impostor_by_trial,
        "the furthest of many": impostor_many_at_once,
        "descent, with its graph": impostor_by_descent,
        "two axes": impostor_two_axes,
        "numpy, 64 bits": impostor_numpy,
        "a list": lambda narrow: impostor_by_projection(narrow).tolist(),
        "between a 0 and a 1": impostor_mean_of_two,
        "from all ink": lambda narrow: impostor_settled(narrow, torch.ones(784)),
        "from a garment": lambda narrow: impostor_settled(narrow, data.garments()[0]),
        "the mean digit": lambda narrow: narrow.mean,  # 28 away from the nearest digit
    },
}

WRONG = {
    "0.1": {
        "one number for all": lambda Y: Y.sum(),
        "over the batch": lambda Y: Y.sum(dim=0),
        "mean": lambda Y: Y.mean(dim=1),
        "squares": lambda Y: Y.square().sum(dim=1),
        "length": lambda Y: Y.norm(dim=1),
        "counts pixels": lambda Y: (Y > 0).sum(dim=1),
        "thresholded": lambda Y: Y.round().sum(dim=1),
        "keeps dims": lambda Y: Y.sum(dim=1, keepdim=True),
        "paper instead of ink": lambda Y: (1 - Y).sum(dim=1),
        "sign": lambda Y: -Y.sum(dim=1),
        "darkest pixel": lambda Y: Y.max(dim=1),
        "darkest pixel, values": lambda Y: Y.max(dim=1).values,
        "per 784": lambda Y: Y.sum(dim=1) / 784,
        "mean times 784": lambda Y: Y.mean(dim=1) * 784,
        "averaged over images": lambda Y: Y.sum(dim=1).mean(),
        "whole numbers": lambda Y: Y.sum(dim=1).int(),
        "shares": lambda Y: Y.sum(dim=1) / Y.sum(),
        "partial sums": lambda Y: Y.cumsum(dim=1),
        "one image less": lambda Y: Y[:-1].sum(dim=1),
        "does not call": lambda Y: Y.sum,
        "a string": lambda Y: str(Y.sum(dim=1).tolist()),
        "no return": ink_no_return,
        "prints": ink_print,
        "returns in the loop": ink_first_only,
        "in place": ink_in_place,
        "fixed size": ink_fixed_size,
        "off by one": ink_skips_the_first,
        "no argument": lambda: torch.zeros(1),
    },
    "0.2": {
        "one grey value": lambda Y: Y.mean(),
        "a mean per image": lambda Y: Y.mean(dim=1),
        "sum": lambda Y: Y.sum(0),
        "over pixels": lambda Y: Y.sum(0) / Y.shape[1],
        "over 784": lambda Y: Y.sum(0) / 784,
        "sample correction": lambda Y: Y.sum(0) / (len(Y) - 1),
        "median": lambda Y: Y.median(0),
        "median, values": lambda Y: Y.median(0).values,
        "keeps dims": lambda Y: Y.mean(0, keepdim=True),
        "the first": lambda Y: Y[0],
        "a row for every image": lambda Y: Y.mean(0).expand_as(Y),
        "middle of the range": lambda Y: (Y.amin(0) + Y.amax(0)) / 2,
        "stretched": lambda Y: Y.mean(0) / Y.mean(0).max(),
        "rounded": lambda Y: Y.mean(0).round(),
        "root mean square": lambda Y: Y.square().mean(0).sqrt(),
        "a square picture": lambda Y: Y.mean(0).view(28, 28),
        "spread": lambda Y: Y.std(0),
        "into the first": mean_into_the_first,
        "off by one": mean_off_by_one,
        "fixed size": mean_fixed_size,
        "prints": lambda Y: print(Y.mean(0)),
    },
    "0.3": {
        "explained": measures.variance_explained,
        "upside down": lambda Y, Y_tilde: 1 / left_loop(Y, Y_tilde),
        "lengths": lambda Y, Y_tilde: (Y - Y_tilde).norm() / (Y - Y.mean(0)).norm(),
        "one grey value for the mean": lambda Y, Y_tilde:
            (Y - Y_tilde).square().sum() / (Y - Y.mean()).square().sum(),
        "a mean per image": lambda Y, Y_tilde:
            (Y - Y_tilde).square().sum() / (Y - Y.mean(1, keepdim=True)).square().sum(),
        "mean of the predictions": lambda Y, Y_tilde:
            (Y - Y_tilde).square().sum() / (Y - Y_tilde.mean(0)).square().sum(),
        "not centred": lambda Y, Y_tilde: (Y - Y_tilde).square().sum() / Y.square().sum(),
        "variance of the predictions": lambda Y, Y_tilde: 1 - Y_tilde.var(0).sum() / Y.var(0).sum(),
        "mean of the shares of images": lambda Y, Y_tilde:
            ((Y - Y_tilde).square().sum(1) / (Y - Y.mean(0)).square().sum(1)).mean(),
        "a share per image": lambda Y, Y_tilde:
            (Y - Y_tilde).square().sum(1) / (Y - Y.mean(0)).square().sum(1),
        "a share per pixel": lambda Y, Y_tilde:
            (Y - Y_tilde).square().sum(0) / (Y - Y.mean(0)).square().sum(0),
        "sample correction": lambda Y, Y_tilde: (Y - Y_tilde).square().sum(1).mean() / Y.var(0).sum(),
        "a variance of everything": lambda Y, Y_tilde: functional.mse_loss(Y_tilde, Y) / Y.var(),
        "mean over sum": lambda Y, Y_tilde: functional.mse_loss(Y_tilde, Y) / (Y - Y.mean(0)).square().sum(),
        "absolute values": lambda Y, Y_tilde: (Y - Y_tilde).abs().sum() / (Y - Y.mean(0)).abs().sum(),
        "percent": lambda Y, Y_tilde: 100 * left_loop(Y, Y_tilde),
        "at most one": lambda Y, Y_tilde: min(1.0, left_loop(Y, Y_tilde)),
        "squared too early": left_no_parentheses,
        "numerator alone": lambda Y, Y_tilde: (Y - Y_tilde).square().sum(),
        "order swapped": lambda Y_tilde, Y: left_loop(Y, Y_tilde),
        "two numbers": lambda Y, Y_tilde: ((Y - Y_tilde).square().sum(), (Y - Y.mean(0)).square().sum()),
        "in place": left_in_place,
    },
    "0.4": {
        "blank paper": lambda narrow: torch.zeros(784),
        "all ink": lambda narrow: torch.ones(784),
        "settled from blank paper": lambda narrow: impostor_settled(narrow, torch.zeros(784)),
        "mirrored at the mean": impostor_negative,
        "grey": lambda narrow: torch.full((784,), 0.5),
        "noise": lambda narrow: torch.rand(784),
        "dim noise": lambda narrow: 0.3 * torch.rand(784),
        "nearly blank noise": lambda narrow: 0.1 * torch.rand(784),
        "a training digit": lambda narrow: data.digits("train")[0],
        "an unseen digit": lambda narrow: data.digits("test")[0],
        "what comes back of a digit": lambda narrow: narrow.reconstruct(data.digits("train")[:1])[0].clamp(0, 1),
        "leaves the grey scale": lambda narrow: narrow.decode(50 * torch.eye(10)[:1])[0],
        "a batch": lambda narrow: impostor_by_projection(narrow).expand(5, 784),
        "ten numbers": lambda narrow: torch.zeros(10),
        "a direction": lambda narrow: narrow.basis[:, 0],
        "not a number": lambda narrow: torch.full((784,), torch.nan),
        "bytes": lambda narrow: (255 * impostor_by_projection(narrow)).to(torch.uint8),
        "a garment": lambda narrow: data.garments()[0],
        "the energy": lambda narrow: 0.0,
        "no return": impostor_no_return,
        "never ends": impostor_endless,
    },
}
