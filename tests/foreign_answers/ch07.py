"""Answers to the exercises of chapter 7 as learners write them, from the statements alone: right and wrong ones."""

import numpy as np
import torch
from sklearn.metrics import r2_score
from torch.nn.functional import linear, mse_loss

from aecourse import measures


def meter_by_loop(y, y_tilde):
    mean = sum(y) / len(y)
    left = sum(float((a - b).square().sum()) for a, b in zip(y, y_tilde, strict=True))
    total = sum(float((a - mean).square().sum()) for a in y)
    return max(0.0, 1 - left / total)


def meter_in_numpy(y, y_tilde):
    y, y_tilde = y.numpy().astype(float), y_tilde.numpy().astype(float)
    share = 1 - ((y - y_tilde) ** 2).sum() / (y.var(axis=0).sum() * len(y))
    return np.clip(share, 0, None)


def meter_by_scikit(y, y_tilde):
    return max(0, r2_score(y, y_tilde, multioutput="variance_weighted"))


def meter_of_each_component(y, y_tilde):
    left, total = (y - y_tilde).square().sum(dim=0), (y - y.mean(dim=0)).square().sum(dim=0)
    return (1 - left / total.clamp(min=1e-9)).clamp(min=0).mean()


def meter_of_each_sample(y, y_tilde):
    left, total = (y - y_tilde).square().sum(dim=1), (y - y.mean(dim=0)).square().sum(dim=1)
    return (1 - left / total).mean().clamp(min=0)


def one_too_few(y, y_tilde):  # m in the one, m - 1 in the other
    left = (y - y_tilde).square().sum(dim=1).mean()
    return (1 - left / y.var(dim=0).sum()).clamp(min=0)


def jacobian_by_loop(W_h, W_y, slope):
    J = torch.zeros(len(W_y), W_h.shape[1])
    for unit in range(len(slope)):
        J += slope[unit] * torch.outer(W_y[:, unit], W_h[unit])
    return J


def jacobian_by_autograd(W_h, W_y, slope):
    def around(y):  # the layer, straightened at this point
        return W_y @ (slope * (W_h @ y))

    return torch.autograd.functional.jacobian(around, torch.zeros(W_h.shape[1]))


def plus_and_minus(n):
    one = torch.eye(n)
    return torch.cat([one, -one]), torch.cat([one, -one], dim=1)


def one_after_the_other(n):
    W_h, W_y = torch.zeros(2 * n, n), torch.zeros(n, 2 * n)
    for i in range(n):
        W_h[2 * i, i], W_h[2 * i + 1, i] = 1.0, -1.0
        W_y[i, 2 * i], W_y[i, 2 * i + 1] = 1.0, -1.0
    return W_h, W_y


def turned(n):
    Q = torch.linalg.qr(torch.randn(n, n)).Q
    return torch.cat([Q, -Q]), torch.cat([Q.T, -Q.T], dim=1)


def rows_of_any_length(n):
    length = torch.rand(2 * n) + 0.5
    W_h, W_y = plus_and_minus(n)
    return length[:, None] * W_h, W_y / length


def copier_in_numpy(n):
    return np.vstack([np.eye(n), -np.eye(n)]), np.hstack([np.eye(n), -np.eye(n)])


def copier_of_lists(n):
    W_h, W_y = plus_and_minus(n)
    return W_h.tolist(), W_y.tolist()


def as_parameters(n):
    return tuple(torch.nn.Parameter(3 * W) if k else torch.nn.Parameter(W / 3) for k, W in enumerate(plus_and_minus(n)))


def by_kronecker(n):
    W = torch.kron(torch.eye(n), torch.tensor([[-2.0], [2.0]]))
    return W, W.T / 4


def positive_only(n):
    one = torch.eye(n)
    return torch.cat([one, one]), torch.cat([one, one], dim=1) / 2


def adds_both(n):  # |y|
    one = torch.eye(n)
    return torch.cat([one, -one]), torch.cat([one, one], dim=1)


def halves(n):  # forgets that one of the two is always off
    W_h, W_y = plus_and_minus(n)
    return W_h, W_y / 2


def pseudo_inverse(n):
    W_h = torch.randn(2 * n, n)
    return W_h, torch.linalg.pinv(W_h)


def fitted_to_some_noise(n):
    W_h, y = torch.randn(2 * n, n), torch.randn(500, n)
    return W_h, torch.linalg.lstsq((y @ W_h.T).relu(), y).solution.T


def nearly(n):
    W_h, W_y = plus_and_minus(n)
    return W_h, 1.02 * W_y


def with_a_bias(n):
    one = torch.eye(n)
    return torch.cat([one, 0 * one]), torch.cat([one, 0 * one], dim=1), torch.full((2 * n,), 100.0)


def copier_of_two_dimensions(n):
    return plus_and_minus(2)


def span_by_loop(y, basis):
    part = torch.zeros_like(y)
    for q in basis.T:
        part += (y @ q)[:, None] * q
    return part


def span_by_least_squares(y, basis):
    return (basis @ torch.linalg.lstsq(basis, y.T).solution).T


def span_in_numpy(y, basis):
    y, basis = y.numpy(), basis.numpy()
    return y @ basis @ basis.T


def what_is_left(y, basis):
    left = y.clone()
    for q in basis.T:
        left = left - (left @ q)[:, None] * q
    return y - left


def about_the_mean(y, basis):
    mean = y.mean(dim=0)
    return mean + (y - mean) @ basis @ basis.T


def the_nearest_axis(y, basis):
    h = y @ basis
    keep = torch.nn.functional.one_hot(h.abs().argmax(dim=1), h.shape[1])
    return (keep * h) @ basis.T


def takes_away_in_place(y, basis):
    y -= y - y @ basis @ basis.T
    return y


def lifted_by_ten(n):
    return torch.eye(n), 10 * torch.ones(n), torch.eye(n), -10 * torch.ones(n)


def turned_and_lifted(n):
    Q = torch.linalg.qr(torch.randn(n, n)).Q
    lift = 1.3 * n * torch.ones(n)
    return (2 * Q).numpy(), 2 * lift.numpy(), (Q.T / 2).numpy(), -(Q.T @ lift).numpy()


def upside_down(n):
    return -torch.eye(n), 1.2 * torch.ones(n), -torch.eye(n), 1.2 * torch.ones(n)


def lifted_not_lowered(n):
    return torch.eye(n), 2 * torch.ones(n), torch.eye(n), 2 * torch.ones(n)


def projection(Y):
    span = torch.linalg.svd(Y.double() - Y.double().mean(dim=0), full_matrices=False)
    rows = span.Vh[span.S > 1e-5 * span.S[0]]
    return (rows.T @ rows).float()


def with_something_beyond(Y):
    n = Y.shape[1]
    return projection(Y) + torch.randn(n, n) @ (torch.eye(n) - projection(Y))


def a_factor_on_the_span(Y):  # changes the answers
    return 0.9 * projection(Y) + 2 * (torch.eye(Y.shape[1]) - projection(Y))


RIGHT = {
    "7.1": [
        lambda y, y_tilde: max(0.0, measures.variance_explained(y, y_tilde)),
        lambda y, y_tilde: (1 - (y - y_tilde).square().sum() / (y - y.mean(dim=0)).square().sum()).clamp(min=0),
        lambda y, y_tilde: torch.relu(1 - mse_loss(y_tilde, y) / y.var(dim=0, unbiased=False).mean()),
        lambda y, y_tilde: max(0.0, 1 - (y - y_tilde).norm().item() ** 2 / (y - y.mean(0)).norm().item() ** 2),
        lambda y, y_tilde: measures.Collapse(0.0, measures.variance_explained(y, y_tilde), 0.0).meter,
        meter_by_loop,
        meter_in_numpy,
        meter_by_scikit,
    ],
    "7.2": [
        lambda W_h, W_y, slope: W_y @ torch.diag(slope) @ W_h,
        lambda W_h, W_y, slope: (W_y * slope) @ W_h,
        lambda W_h, W_y, slope: W_y @ (slope[:, None] * W_h),
        lambda W_h, W_y, slope: torch.einsum("ik,k,kj->ij", W_y, slope, W_h),
        lambda W_h, W_y, slope: W_y.numpy() * slope.numpy() @ W_h.numpy(),
        lambda W_h, W_y, slope: torch.linalg.multi_dot([W_y.double(), slope.diag().double(), W_h.double()]),
        lambda W_h, W_y, slope: (linear(W_h.T, W_y * slope)).T,
        jacobian_by_loop,
        jacobian_by_autograd,
    ],
    "7.3": [
        plus_and_minus,
        one_after_the_other,
        turned,
        rows_of_any_length,
        copier_in_numpy,
        copier_of_lists,
        as_parameters,
        by_kronecker,
        lambda n: [W.double() for W in plus_and_minus(n)],
    ],
    "7.4": [
        lambda y, basis: y @ basis @ basis.T,
        lambda y, basis: y @ (basis @ basis.T),
        lambda y, basis: (basis @ (basis.T @ y.T)).T,
        lambda y, basis: torch.einsum("mn,nr,kr->mk", y, basis, basis),
        lambda y, basis: linear(y, basis @ torch.linalg.pinv(basis)),
        lambda y, basis: torch.stack([basis @ (basis.T @ row) for row in y]),
        span_by_loop,
        span_by_least_squares,
        span_in_numpy,
        what_is_left,
    ],
    "7.5": [lifted_by_ten, turned_and_lifted, upside_down, lambda n: tuple(W.tolist() for W in lifted_by_ten(n))],
    "7.6": [
        with_something_beyond,
        lambda Y: (2 * projection(Y) - torch.eye(Y.shape[1])).numpy(),
        lambda Y: (projection(Y) + torch.eye(Y.shape[1])) / 2,
    ],
}

WRONG = {
    "7.1": [
        lambda y, y_tilde: measures.variance_explained(y, y_tilde),
        lambda y, y_tilde: abs(measures.variance_explained(y, y_tilde)),
        lambda y, y_tilde: (1 - (y - y_tilde).square().sum() / y.square().sum()).clamp(min=0),
        lambda y, y_tilde: (1 - (y - y_tilde).square().sum() / (y - y.mean()).square().sum()).clamp(min=0),
        lambda y, y_tilde: (1 - (y - y_tilde).square().sum() / (y - y.mean(1, True)).square().sum()).clamp(min=0),
        lambda y, y_tilde: ((y - y_tilde).square().sum() / (y - y.mean(dim=0)).square().sum()).clamp(max=1),
        lambda y, y_tilde: (y_tilde.var(dim=0).sum() / y.var(dim=0).sum()).clamp(0, 1),
        lambda y, y_tilde: max(0.0, measures.variance_explained(y_tilde, y)),
        lambda y, y_tilde: (1 - (y - y_tilde).norm() / (y - y.mean(dim=0)).norm()).clamp(min=0),
        lambda y, y_tilde: (1 - (y - y_tilde).square().mean()).clamp(min=0),
        lambda y, y_tilde: torch.corrcoef(torch.stack([y.flatten(), y_tilde.flatten()]))[0, 1].square(),
        lambda y, y_tilde: (1 - (y_tilde - y_tilde.mean(0)).square().sum() / (y - y.mean(0)).square().sum()).relu(),
        meter_of_each_component,
        meter_of_each_sample,
        one_too_few,
    ],
    "7.2": [
        lambda W_h, W_y, slope: W_y @ W_h,
        lambda W_h, W_y, slope: ((W_y * slope) @ W_h).T,
        lambda W_h, W_y, slope: W_h @ W_y,
        lambda W_h, W_y, slope: W_y @ torch.diag(slope**2) @ W_h,
        lambda W_h, W_y, slope: W_y @ torch.diag(1 - slope**2) @ W_h,
        lambda W_h, W_y, slope: W_y @ torch.diag(slope) @ W_h - torch.eye(len(W_y)),
        lambda W_h, W_y, slope: slope.mean() * W_y @ W_h,
        lambda W_h, W_y, slope: W_y @ slope,
        lambda W_h, W_y, slope: (W_y * slope @ W_h).diag(),
        lambda W_h, W_y, slope: W_y @ (slope * W_h),  # the slopes on the wrong axis
        lambda W_h, W_y, slope: W_y @ torch.relu(slope[:, None] * W_h),
    ],
    "7.3": [
        positive_only,
        adds_both,
        halves,
        pseudo_inverse,
        fitted_to_some_noise,
        nearly,
        with_a_bias,
        copier_of_two_dimensions,
        lambda n: plus_and_minus(n)[::-1],
        lambda n: (torch.eye(n), torch.eye(n)),
        lambda n: plus_and_minus(n)[0],
        lambda n: (plus_and_minus(n)[0], -plus_and_minus(n)[1]),
        lambda n: (torch.eye(2 * n, n), torch.eye(n, 2 * n)),
    ],
    "7.4": [
        lambda y, basis: y @ basis,
        lambda y, basis: y - y @ basis @ basis.T,
        lambda y, basis: (y - y.mean(dim=0)) @ basis @ basis.T,
        lambda y, basis: y @ basis.T @ basis,  # raises
        lambda y, basis: basis @ basis.T @ y.T,
        lambda y, basis: (y @ basis[:, :1]) @ basis[:, :1].T,
        lambda y, basis: (y @ basis).abs() @ basis.T,
        lambda y, basis: torch.nn.functional.normalize(y @ basis @ basis.T, dim=1),
        lambda y, basis: basis @ basis.T,
        lambda y, basis: y @ basis @ basis.T / basis.shape[1],
        about_the_mean,
        the_nearest_axis,
        takes_away_in_place,
    ],
    "7.5": [
        plus_and_minus,
        lifted_not_lowered,
        lambda n: (torch.eye(n), torch.ones(n), torch.eye(n), -torch.ones(n)),
        lambda n: (torch.eye(n), torch.zeros(n), torch.eye(n), torch.zeros(n)),
        lambda n: (torch.eye(n), 1.2, torch.eye(n), -1.2),
        lambda n: (*plus_and_minus(n), torch.zeros(n), torch.zeros(n)),
        lambda n: None,
    ],
    "7.6": [
        projection,
        a_factor_on_the_span,
        lambda Y: torch.eye(Y.shape[1]),
        lambda Y: torch.zeros(Y.shape[1], Y.shape[1]),
        lambda Y: Y @ Y.T,
        lambda Y: torch.cov(Y.T),
    ],
}

_CUT_OFF = "the trial shows the first eight numbers of a tensor, and here those are equal"
