"""Answers to the exercises of chapter 10 as learners write them, from the statements alone: right and wrong ones."""

import math

import numpy as np
import torch
from sklearn.linear_model import LinearRegression
from torch.nn.functional import mse_loss

from aecourse import measures


def psnr_by_loop(y, y_tilde):
    return [10 * math.log10(1 / ((a - b) ** 2).mean().item()) for a, b in zip(y, y_tilde, strict=True)]


def psnr_in_numpy(y, y_tilde):
    error = np.mean((y.numpy() - y_tilde.numpy()) ** 2, axis=1)
    return 20 * np.log10(1 / np.sqrt(error))


def gain_in_two(model, y, y_hat):
    after = psnr_in_numpy(y, model(y_hat).detach())
    return after - psnr_in_numpy(y, y_hat)


def filled_by_index(y_hat, known, y_tilde):
    filled = y_hat.clone()
    filled[known == 0] = y_tilde[known == 0]
    return filled


def filled_by_loop(y_hat, known, y_tilde):
    rows = zip(y_hat.tolist(), known.tolist(), y_tilde.tolist(), strict=True)
    return [[a if k else b for a, k, b in zip(*row, strict=True)] for row in rows]


def filled_in_place(y_hat, known, y_tilde):
    y_hat[known == 0] = y_tilde[known == 0]
    return y_hat


def winners_by_loop(error):
    best = []
    for j in range(error.shape[1]):
        i = 0
        for other in range(len(error)):
            if error[other, j] < error[i, j]:
                i = other
        best.append(i)
    return best


def fit_by_scikit_learn(y_hat, y):
    model = LinearRegression().fit(y_hat.numpy(), y.numpy())
    return lambda unseen: model.predict(unseen.numpy())


def fit_by_ridge(y_hat, y):
    X = torch.cat([y_hat, torch.ones(len(y_hat), 1)], dim=1)
    W = torch.linalg.solve(X.T @ X + 1.0 * torch.eye(X.shape[1]), X.T @ y)
    return lambda unseen: torch.cat([unseen, torch.ones(len(unseen), 1)], dim=1) @ W


def fit_by_covariances(y_hat, y):
    a, b = y_hat - y_hat.mean(dim=0), y - y.mean(dim=0)
    A = torch.linalg.solve(a.T @ a, a.T @ b)
    return lambda unseen: y.mean(dim=0) + (unseen - y_hat.mean(dim=0)) @ A


def fit_by_pinv(y_hat, y):
    X = torch.nn.functional.pad(y_hat, (0, 1), value=1.0)
    W = torch.linalg.pinv(X) @ y

    def denoise(unseen):
        return (torch.nn.functional.pad(unseen, (0, 1), value=1.0) @ W).clamp(0, 1)

    return denoise


def fit_pixel_by_pixel(y_hat, y):
    a, b = y_hat - y_hat.mean(dim=0), y - y.mean(dim=0)
    slope = (a * b).mean(dim=0) / a.square().mean(dim=0)
    return lambda unseen: y.mean(dim=0) + slope * (unseen - y_hat.mean(dim=0))


def fit_the_nearest(y_hat, y):
    return lambda unseen: y[torch.cdist(unseen, y_hat).argmin(dim=1)]


def fit_few_directions(y_hat, y):
    mean = y.mean(dim=0)
    V = torch.linalg.svd(y - mean, full_matrices=False).Vh[:30]
    return lambda unseen: mean + (unseen - mean) @ V.T @ V


RIGHT = {
    "10.5": [fit_by_scikit_learn, fit_by_ridge, fit_by_covariances, fit_by_pinv],
    "10.1": [
        lambda y, y_tilde: 10 * (1 / (y - y_tilde).square().mean(dim=1)).log10(),
        lambda y, y_tilde: -10 * torch.log10(((y - y_tilde) ** 2).mean(1)),
        lambda y, y_tilde: measures.psnr(y, y_tilde),
        lambda y, y_tilde: -10 * mse_loss(y_tilde, y, reduction="none").mean(dim=1).log() / math.log(10),
        lambda y, y_tilde: -20 * ((y - y_tilde).norm(dim=1) / y.shape[1] ** 0.5).log10(),
        lambda y, y_tilde: 10 * (y.shape[1] / (y - y_tilde).double().square().sum(dim=1)).log10(),
        lambda y, y_tilde: -10 * (y - y_tilde).square().mean(dim=1).clamp(min=1e-12).log10(),
        psnr_by_loop,
        psnr_in_numpy,
    ],
    "10.2": [
        lambda model, y, y_hat: measures.psnr(y, model(y_hat)) - measures.psnr(y, y_hat),
        lambda model, y, y_hat: (
            10 * ((y - y_hat).square().sum(dim=1) / (y - model(y_hat)).square().sum(dim=1)).log10()),
        lambda model, y, y_hat: 20 * ((y - y_hat).norm(dim=1).log10() - (y - model(y_hat)).norm(dim=1).log10()),
        lambda model, y, y_hat: [
            10 * math.log10(((a - b) ** 2).sum() / ((a - model(b[None])[0]) ** 2).sum())
            for a, b in zip(y, y_hat, strict=True)],
        gain_in_two,
    ],
    "10.3": [
        lambda y_hat, known, y_tilde: torch.where(known > 0, y_hat, y_tilde),
        lambda y_hat, known, y_tilde: known * y_hat + (1 - known) * y_tilde,
        lambda y_hat, known, y_tilde: y_hat + (1 - known) * y_tilde,
        lambda y_hat, known, y_tilde: torch.lerp(y_tilde, y_hat, known),
        lambda y_hat, known, y_tilde: np.where(known.numpy().astype(bool), y_hat, y_tilde.detach().numpy()),
        lambda y_hat, known, y_tilde: y_tilde - known * (y_tilde - y_hat),
        lambda y_hat, known, y_tilde: y_hat.masked_fill(known == 0, 0) + y_tilde.masked_fill(known.bool(), 0),
        filled_by_index,
        filled_by_loop,
    ],
    "10.4": [
        lambda error: error.argmin(dim=0),
        lambda error: error.min(dim=0).indices,
        lambda error: (-error).argmax(0),
        lambda error: np.argmin(error.numpy(), axis=0),
        lambda error: error.sort(dim=0).indices[0],
        lambda error: torch.tensor([int(column.argmin()) for column in error.T]),
        lambda error: error.T.topk(1, largest=False).indices.squeeze(1),
        lambda error: (error == error.amin(dim=0)).int().argmax(dim=0).int(),
        winners_by_loop,
    ],
}  # fmt: skip

WRONG = {
    "10.5": [
        fit_pixel_by_pixel,
        fit_the_nearest,
        fit_few_directions,
        lambda y_hat, y: y_hat @ torch.linalg.lstsq(y_hat, y).solution,
        lambda y_hat, y: lambda unseen: (unseen - 0.2) / 0.6,
        lambda y_hat, y: lambda unseen: unseen @ torch.linalg.lstsq(y_hat[:300], y[:300]).solution,
    ],
    "10.1": [
        lambda y, y_tilde: 10 * (1 / (y - y_tilde).square().mean()).log10(),
        lambda y, y_tilde: 10 * (1 / (y - y_tilde).square().sum(dim=1)).log10(),
        lambda y, y_tilde: 10 * (1 / (y - y_tilde).square().mean(dim=1)).log(),
        lambda y, y_tilde: 20 * (1 / (y - y_tilde).square().mean(dim=1)).log10(),
        lambda y, y_tilde: 10 * (255**2 / (y - y_tilde).square().mean(dim=1)).log10(),
        lambda y, y_tilde: 10 * (y - y_tilde).square().mean(dim=1).log10(),
        lambda y, y_tilde: 10 * (1 / (y - y_tilde).square().mean(dim=0)).log10(),
        lambda y, y_tilde: (1 / (y - y_tilde).square().mean(dim=1)).log10(),
        lambda y, y_tilde: 10 * (1 / (y - y_tilde).square().mean(dim=1).sqrt()).log10(),
        lambda y, y_tilde: 10 * (1 / (y - y_tilde).abs().mean(dim=1)).log10(),
        lambda y, y_tilde: 10 * (1 / (y - y_tilde).square().mean(dim=1)).log2(),
        lambda y, y_tilde: 10 * (y.amax(dim=1) ** 2 / (y - y_tilde).square().mean(dim=1)).log10(),
        lambda y, y_tilde: 10 * (1 / ((y - y_tilde).square().mean(dim=1) + 1e-2)).log10(),
        lambda y, y_tilde: (10 * (1 / (y - y_tilde).square()).log10()).mean(dim=1),
        lambda y, y_tilde: 10 * (784 / (y - y_tilde).square().sum(dim=1)).log10(),
    ],
    "10.2": [
        lambda model, y, y_hat: measures.psnr(y, y_hat) - measures.psnr(y, model(y_hat)),
        lambda model, y, y_hat: measures.psnr(y, model(y_hat)),
        lambda model, y, y_hat: measures.psnr(y, model(y)) - measures.psnr(y, y_hat),
        lambda model, y, y_hat: measures.psnr(y_hat, model(y_hat)) - measures.psnr(y, y_hat),
        lambda model, y, y_hat: measures.psnr(y, model(y_hat)) / measures.psnr(y, y_hat),
        lambda model, y, y_hat: (measures.psnr(y, model(y_hat)) - measures.psnr(y, y_hat)).mean(),
        lambda model, y, y_hat: (y - y_hat).square().mean(dim=1) - (y - model(y_hat)).square().mean(dim=1),
        lambda model, y, y_hat: ((y - y_hat).square().sum(dim=1) / (y - model(y_hat)).square().sum(dim=1)).log(),
        lambda model, y, y_hat: 20 * ((y - y_hat).square().sum(1) / (y - model(y_hat)).square().sum(1)).log10(),
        lambda model, y, y_hat: measures.psnr(y, model(y_hat)) - measures.psnr(y, model(y)),
        lambda model, y, y_hat: (measures.psnr(y, model(y_hat)) - measures.psnr(y, y_hat)).clamp(min=0),
    ],
    "10.3": [
        lambda y_hat, known, y_tilde: torch.where(known > 0, y_tilde, y_hat),
        lambda y_hat, known, y_tilde: torch.where(y_hat == 0, y_tilde, y_hat),
        lambda y_hat, known, y_tilde: y_tilde,
        lambda y_hat, known, y_tilde: y_hat + y_tilde,
        lambda y_hat, known, y_tilde: torch.maximum(y_hat, y_tilde),
        lambda y_hat, known, y_tilde: known * y_hat,
        lambda y_hat, known, y_tilde: (1 - known) * y_tilde,
        lambda y_hat, known, y_tilde: (y_hat + y_tilde) / 2,
        lambda y_hat, known, y_tilde: y_hat + (1 - known) * y_tilde.mean(dim=1, keepdim=True),
        lambda y_hat, known, y_tilde: torch.where(known > 0, y_hat, y_tilde.round()),
        lambda y_hat, known, y_tilde: y_hat + known * y_tilde,
        lambda y_hat, known, y_tilde: torch.where(known[:1] > 0, y_hat, y_tilde),  # the first mask for all
        filled_in_place,
    ],
    "10.4": [
        lambda error: error.argmin(dim=1),
        lambda error: error.argmax(dim=0),
        lambda error: error.min(dim=0).values,
        lambda error: error.min(dim=0),
        lambda error: error.argmin(),
        lambda error: error.argmin(dim=0) + 1,
        lambda error: torch.arange(error.shape[1]),
        lambda error: error.mean(dim=1).argmin().expand(error.shape[1]),
        lambda error: error.argsort(dim=0),
        lambda error: error.T.argmin(dim=0),
        lambda error: error == error.amin(dim=0),
        lambda error: error.abs().sort(dim=0).indices[1],
    ],
}

_CUT_OFF = "the trial shows the first eight numbers of a tensor, and here those are equal"
