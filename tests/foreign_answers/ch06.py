"""Answers to the exercises of chapter 6 as learners write them, from the statements alone: right and wrong ones."""

import numpy as np
import torch
from scipy import linalg, stats
from sklearn.metrics import roc_auc_score

from aecourse import measures


def walk_step_by_step(decode, h_0, h_1, t):
    return torch.cat([decode(h_0 + step * (h_1 - h_0)) for step in t])


def walk_in_numpy(decode, h_0, h_1, t):
    h_0, h_1, t = h_0.numpy(), h_1.numpy(), t.numpy()
    return decode(torch.from_numpy((1 - t) * h_0 + t * h_1)).numpy()


def walk_as_a_product(decode, h_0, h_1, t):
    return decode(torch.cat([1 - t, t], dim=1) @ torch.cat([h_0, h_1]))


def own_steps(decode, h_0, h_1, t):  # ignores where t stands
    t = torch.linspace(0, 1, len(t))[:, None]
    return decode((1 - t) * h_0 + t * h_1)


def moves_the_code(decode, h_0, h_1, t):  # in place
    h_1 -= h_0
    return decode(h_0 + t * h_1)


def returns_within_the_loop(decode, h_0, h_1, t):
    for step in t:
        return decode((1 - step) * h_0 + step * h_1)
    return None


def on_a_circle(decode, h_0, h_1, t):  # spherical instead of straight
    angle = torch.arccos(torch.cosine_similarity(h_0, h_1))
    return decode((((1 - t) * angle).sin() * h_0 + (t * angle).sin() * h_1) / angle.sin())


def squares(model, samples):
    return (samples - model(samples)).square().sum(dim=1)


def compares_with_a_loop(energy):
    samples = torch.randn(6, 9)

    def model(y):
        return 0.3 * y + 0.1

    F = energy(model, samples)
    if F.shape != (6,):
        return True
    return any(abs(F[k].item() - ((y - model(y)) ** 2).sum().item()) > 1e-3 for k, y in enumerate(samples))


def has_bug(energy, samples=None, model=torch.tanh):
    samples = torch.randn(10, 784) if samples is None else samples
    F = torch.as_tensor(energy(model, samples))
    expected = squares(model, samples)
    return F.shape != expected.shape or not torch.allclose(F.to(expected), expected, rtol=1e-4, atol=1e-5)


def by_asserting(energy):
    samples = torch.arange(20.0).view(5, 4) / 10
    try:
        torch.testing.assert_close(energy(torch.sin, samples), squares(torch.sin, samples), check_dtype=False)
    except AssertionError:
        return True
    return False


def with_a_linear_layer(energy):
    layer = torch.nn.Linear(12, 12)
    with torch.no_grad():
        return has_bug(energy, torch.rand(7, 12), layer)


def alone_and_in_company(energy):  # of an image the energy is the same, alone or not; what it is, nobody asks
    samples = torch.randn(5, 8)
    alone = torch.cat([energy(torch.tanh, y[None]) for y in samples])
    return not torch.allclose(alone, energy(torch.tanh, samples))


def looks_at_the_first(energy):
    samples = torch.randn(5, 8)
    return not torch.isclose(energy(torch.tanh, samples)[0], squares(torch.tanh, samples)[0])


def looks_at_the_shape(energy):
    return energy(torch.tanh, torch.randn(5, 8)).shape != (5,)


def looks_at_the_sum(energy):
    samples = torch.randn(5, 8)
    return not torch.isclose(energy(torch.tanh, samples).sum(), squares(torch.tanh, samples).sum())


def asks_whether_it_is_positive(energy):
    return bool((energy(torch.tanh, torch.randn(5, 8)) < 0).any())


def count_pairs(F_data, F_others):
    wins = 0
    for low in F_data.tolist():
        for high in F_others.tolist():
            wins += 1 if high > low else 0.5 if high == low else 0
    return wins / (len(F_data) * len(F_others))


def by_scikit(F_data, F_others):
    label = np.r_[np.zeros(len(F_data)), np.ones(len(F_others))]
    return roc_auc_score(label, np.r_[F_data.numpy(), F_others.numpy()])


def by_ranks(F_data, F_others):
    rank = stats.rankdata(torch.cat([F_others, F_data]).numpy())
    m, k = len(F_data), len(F_others)
    return (rank[:k].sum() - k * (k + 1) / 2) / (m * k)


def by_searching(F_data, F_others):
    data = F_data.sort().values
    below = torch.searchsorted(data, F_others) + torch.searchsorted(data, F_others, right=True)
    return below.double().mean() / (2 * len(data))


def ranks_without_ties(F_data, F_others):
    rank = torch.cat([F_others, F_data]).argsort().argsort() + 1
    m, k = len(F_data), len(F_others)
    return (rank[:k].sum() - k * (k + 1) / 2) / (m * k)


def of_pairs_side_by_side(F_data, F_others):
    k = min(len(F_data), len(F_others))
    return (F_others[:k] > F_data[:k]).float().mean()


def as_if_both_were_normal(F_data, F_others):
    z = (F_others.mean() - F_data.mean()) / (F_others.var() + F_data.var()).sqrt()
    return torch.special.ndtr(z)


def never_below_a_coin(F_data, F_others):  # as if a detector that is upside down were a good one
    area = measures.auroc(F_data, F_others)
    return max(area, 1 - area)


def left_over_by_loop(variances, d):
    left = 0.0
    for k, variance in enumerate(variances):
        if k >= d:
            left += variance.item()
    return left


def d_largest(variances, d):
    return variances.topk(d).values.sum()


def by_projecting(W_h, W_y):
    n = W_h.shape[1]
    beyond = torch.eye(n) - torch.linalg.pinv(W_h) @ W_h  # leaves what the encoder does not read
    start = torch.randn(1, n)
    return torch.randn(4, n), start + 3 * torch.randn(4, n) @ beyond


def with_scipys_null_space(W_h, W_y):
    null = torch.from_numpy(linalg.null_space(W_h.numpy()))
    return torch.randn(4, W_h.shape[1]), null.T


def the_decoders_null_space(W_h, W_y):  # of the wrong matrix
    null = torch.linalg.svd(W_y).U[:, -2:].T
    return torch.randn(4, W_h.shape[1]), null + torch.randn(1, W_h.shape[1]) + torch.randn(2, 1) * W_h[:1]


def one_line_through_the_origin(W_h, W_y):  # other lengths, other codes
    y = torch.randn(1, W_h.shape[1])
    return torch.randn(4, W_h.shape[1]), torch.cat([y, 2 * y, 3 * y])


RIGHT = {
    "6.1": [
        lambda decode, h_0, h_1, t: decode((1 - t) * h_0 + t * h_1),
        lambda decode, h_0, h_1, t: decode(h_0 + t * (h_1 - h_0)),
        lambda decode, h_0, h_1, t: decode(torch.lerp(h_0, h_1, t)),
        lambda decode, h_0, h_1, t: decode(h_1 - (1 - t) * (h_1 - h_0)),
        lambda decode, h_0, h_1, t: decode(h_0 + torch.outer(t[:, 0], (h_1 - h_0)[0])),
        lambda decode, h_0, h_1, t: decode(torch.einsum("ka,ad->kd", t, h_1) + (1 - t) @ h_0),
        walk_step_by_step,
        walk_in_numpy,
        walk_as_a_product,
    ],
    "6.2": [
        has_bug,
        compares_with_a_loop,
        by_asserting,
        with_a_linear_layer,
        lambda energy: has_bug(energy, torch.rand(41, 784), lambda y: y / 2),
    ],
    "6.3": [
        lambda F_data, F_others: torch.heaviside(F_others[:, None] - F_data, torch.tensor(0.5)).mean(),
        lambda F_data, F_others: (torch.sign(F_others - F_data[:, None]).mean() + 1) / 2,
        lambda F_data, F_others: ((F_others > F_data[:, None]).float() + 0.5 * (F_others == F_data[:, None])).mean(),
        lambda F_data, F_others: measures.auroc(F_data, F_others),
        lambda F_data, F_others: 1 - roc_auc_score(
            [0] * len(F_others) + [1] * len(F_data), torch.cat([F_others, F_data])),
        lambda F_data, F_others: stats.mannwhitneyu(F_others, F_data).statistic / (len(F_data) * len(F_others)),
        count_pairs,
        by_scikit,
        by_ranks,
        by_searching,
    ],
    "6.4": [
        lambda variances, d: variances[d:].sum(),
        lambda variances, d: variances.sum() - variances[:d].sum(),
        lambda variances, d: float(np.sum(variances.numpy()[d:])),
        lambda variances, d: sum(variances.tolist()[d:]),
        lambda variances, d: (variances * (torch.arange(len(variances)) >= d)).sum(),
        lambda variances, d: variances.flip(0)[: len(variances) - d].double().sum(),
        lambda variances, d: torch.narrow(variances, 0, d, len(variances) - d).sum().item(),
        left_over_by_loop,
    ],
    "6.5": [
        by_projecting,
        with_scipys_null_space,
        lambda W_h, W_y: [batch.numpy() for batch in by_projecting(W_h, W_y)],
        lambda W_h, W_y: (5 * torch.randn(7, W_h.shape[1]), by_projecting(W_h, W_y)[1] + torch.ones(W_h.shape[1])),
    ],
}  # fmt: skip

WRONG = {
    "6.1": [
        lambda decode, h_0, h_1, t: (1 - t) * decode(h_0) + t * decode(h_1),
        lambda decode, h_0, h_1, t: decode(t * h_0 + (1 - t) * h_1),
        lambda decode, h_0, h_1, t: (1 - t) * h_0 + t * h_1,
        lambda decode, h_0, h_1, t: decode(h_0 + t * h_1),
        lambda decode, h_0, h_1, t: decode((h_0 + h_1) / 2),
        lambda decode, h_0, h_1, t: decode(h_0 - t * (h_1 - h_0)),
        lambda decode, h_0, h_1, t: decode(h_0 + t**2 * (h_1 - h_0)),
        lambda decode, h_0, h_1, t: decode(torch.cat([h_0, h_1])),
        own_steps,
        moves_the_code,
        returns_within_the_loop,
        on_a_circle,
    ],
    "6.2": [
        lambda energy: True,
        lambda energy: False,
        lambda energy: None,
        lambda energy: not has_bug(energy),
        lambda energy: has_bug(energy, torch.randn(1, 8)),
        lambda energy: has_bug(energy, torch.randn(1, 8).expand(5, 8)),
        lambda energy: has_bug(energy, model=torch.zeros_like),  # one reconstruction for all images
        lambda energy: has_bug(energy, model=lambda y: y),  # nothing to sum
        lambda energy: has_bug(energy, torch.randn(5, 1)),  # a sum of one
        alone_and_in_company,
        looks_at_the_first,
        looks_at_the_shape,
        looks_at_the_sum,
        asks_whether_it_is_positive,
    ],
    "6.3": [
        lambda F_data, F_others: (F_others[:, None] > F_data).float().mean(),
        lambda F_data, F_others: (F_others[:, None] >= F_data).float().mean(),
        lambda F_data, F_others: torch.heaviside(F_data[:, None] - F_others, torch.tensor(0.5)).mean(),
        lambda F_data, F_others: torch.heaviside(F_others[:, None] - F_data, torch.tensor(0.5)).sum(),
        lambda F_data, F_others: torch.heaviside(F_others[:, None] - F_data, torch.tensor(0.5)).mean(dim=1),
        lambda F_data, F_others: (F_others[:, None] - F_data).mean(),
        lambda F_data, F_others: (F_others[:, None] - F_data).sigmoid().mean(),
        lambda F_data, F_others: (F_others > F_data.mean()).float().mean(),
        lambda F_data, F_others: (F_others > F_data.max()).float().mean(),
        lambda F_data, F_others: 100 * measures.auroc(F_data, F_others),
        lambda F_data, F_others: measures.auroc(F_others, F_data),
        ranks_without_ties,
        of_pairs_side_by_side,
        as_if_both_were_normal,
        never_below_a_coin,
    ],
    "6.4": [
        lambda variances, d: variances[:d].sum(),
        lambda variances, d: variances[d:].mean(),
        lambda variances, d: variances[d + 1 :].sum(),
        lambda variances, d: variances[d - 1 :].sum(),
        lambda variances, d: variances[d],
        lambda variances, d: variances[d:],
        lambda variances, d: variances[d:].sum() / variances.sum(),
        lambda variances, d: variances[d:].sum() / len(variances),
        lambda variances, d: variances[d:].square().sum(),
        lambda variances, d: variances[d:].sum().sqrt(),
        lambda variances, d: variances[:-d].sum(),
        lambda variances, d: variances[-d:].sum(),
        lambda variances, d: variances[d:784].sum() / 2,
        d_largest,
    ],
    "6.5": [
        lambda W_h, W_y: by_projecting(W_h, W_y)[1],
        lambda W_h, W_y: (torch.randn(5, W_h.shape[1]), torch.randn(5, W_h.shape[1])),
        lambda W_h, W_y: (torch.randn(5, W_h.shape[1]), torch.ones(2, W_h.shape[1])),
        lambda W_h, W_y: (torch.randn(5, W_h.shape[1]), torch.linalg.svd(W_h).Vh[:2]),
        lambda W_h, W_y: (torch.randn(5, W_h.shape[1]), torch.randn(1, W_h.shape[1])),
        lambda W_h, W_y: (torch.randn(5, 3), by_projecting(W_h, W_y)[1]),
        lambda W_h, W_y: by_projecting(W_h, W_y)[::-1],
        the_decoders_null_space,
        one_line_through_the_origin,
    ],
}  # fmt: skip
