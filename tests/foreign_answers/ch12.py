"""Answers to the exercises of chapter 12 as learners write them, from the statements alone: right and wrong ones."""

import math
from collections import Counter

import numpy as np
import torch
from scipy import spatial, stats
from torch.nn.functional import cosine_similarity, one_hot

from aecourse import models


def nearest_by_loop(h, entries):
    tokens = []
    for code in h:
        distances = [float(((code - entry) ** 2).sum()) for entry in entries]
        tokens.append(distances.index(min(distances)))
    return tokens


def nearest_without_the_code(h, entries):  # |h|^2 is the same for all entries
    return (entries.square().sum(dim=1) - 2 * h @ entries.T).argmin(dim=1)


def nearest_of_the_package(h, entries):
    book = models.Codebook(*entries.shape)
    book.entries.data = entries
    return book.nearest(h)


def nearest_in_numpy(h, entries):
    return np.linalg.norm(h.numpy()[:, None] - entries.numpy()[None], axis=-1).argmin(axis=1)


def relaxed_by_hand(logits, gumbel, temperature):
    scores = (logits + gumbel) / temperature
    w = (scores - scores.amax(dim=1, keepdim=True)).exp()
    return w / w.sum(dim=1, keepdim=True)


def relaxed_in_numpy(logits, gumbel, temperature):
    w = np.exp((logits.double().numpy() + gumbel.double().numpy()) / temperature)
    return w / w.sum(axis=1, keepdims=True)


def perplexity_by_loop(counts):
    total, entropy = sum(counts.tolist()), 0.0
    for count in counts.tolist():
        if count > 0:
            entropy -= count / total * math.log(count / total)
    return math.exp(entropy)


def perplexity_by_a_product(counts):
    p = counts.double() / counts.sum()
    return 1 / (p**p).prod()


def rate_by_counting(tokens, size):
    counts = Counter(tokens.flatten().tolist())
    total = sum(counts.values())
    return tokens.shape[1] * sum(-n / total * math.log2(n / total) for n in counts.values())


def rate(tokens, size):
    p = torch.bincount(tokens.flatten(), minlength=size).double() / tokens.numel()
    return tokens.shape[1] * torch.special.entr(p).sum() / math.log(2)


def rate_of_scipy(tokens, size):
    return stats.entropy(np.bincount(tokens.numpy().ravel()), base=2) * tokens.size(1)


def rate_token_by_token(tokens, size):
    p = one_hot(tokens, size).float().mean(dim=(0, 1))
    return -p[tokens].log2().sum(dim=1).mean()


def rate_without_zeros(tokens, size):
    p = torch.bincount(tokens.flatten(), minlength=size) / tokens.numel()
    p = p[p > 0]
    return -tokens.shape[1] * (p * p.log2()).sum().item()


def rate_with_nan(tokens, size):  # 0 log 0
    p = torch.bincount(tokens.flatten(), minlength=size) / tokens.numel()
    return -tokens.shape[1] * (p * p.log2()).sum()


def rate_of_a_code_for_each_place(tokens, size):
    return sum(rate(column[:, None], size) for column in tokens.T)


def rate_of_a_code_for_each_image(tokens, size):
    return torch.stack([rate(row[None], size) for row in tokens]).mean()


def rate_of_whole_images(tokens, size):
    counts = tokens.unique(dim=0, return_counts=True)[1]
    return torch.special.entr(counts / len(tokens)).sum() / math.log(2)


def rescue(h, entries, counts):
    new = entries.clone()
    dead = counts == 0
    new[dead] = h[torch.randperm(len(h))[: int(dead.sum())]]
    return new


def rescue_far_away_first(h, entries, counts):  # always where the distance is greatest
    new = entries.clone()
    alive = entries[counts > 0]
    for k in (counts == 0).nonzero().flatten().tolist():
        distance = torch.cdist(h, alive).amin(dim=1) if len(alive) else torch.ones(len(h))
        new[k] = h[torch.multinomial(distance.square(), 1)][0]
        alive = torch.cat([alive, new[k : k + 1]])
    return new


def rescue_of_the_package(h, entries, counts):
    book = models.Codebook(*entries.shape)
    book.entries.data = entries.clone()
    book.restart(h, counts == 0, torch.Generator().manual_seed(0))
    return book.entries.detach()


def rescue_in_numpy(h, entries, counts):
    new, dead = entries.numpy().copy(), np.flatnonzero(counts.numpy() == 0)
    new[dead] = h.numpy()[np.random.default_rng(0).choice(len(h), len(dead), replace=False)]
    return new


def rescue_with_a_nudge(h, entries, counts):
    chosen = h[torch.randint(len(h), (len(entries),))]
    return torch.where(counts[:, None] > 0, entries, chosen + 1e-3 * torch.randn_like(chosen))


def rescue_in_place(h, entries, counts):
    entries[counts == 0] = h[: int((counts == 0).sum())]
    return entries


def rescue_all(h, entries, counts):  # those in use move as well
    return h[torch.randperm(len(h))[: len(entries)]]


def rescue_the_rare_ones_too(h, entries, counts):
    new, dead = entries.clone(), counts < counts.float().mean()
    new[dead] = h[torch.randperm(len(h))[: int(dead.sum())]]
    return new


def put_the_dead_at(places):
    return lambda h, entries, counts: entries.index_put(
        (counts == 0,), torch.as_tensor(places(h, entries, counts, int((counts == 0).sum())))
    )


def moves_the_living(h, entries, counts):
    new, alive = entries.clone(), counts > 0
    new[alive] = h[: int(alive.sum())]
    return new


def only_the_rescued(h, entries, counts):
    return h[torch.randperm(len(h))[: int((counts == 0).sum())]]


def forgets_the_codebook(h, entries, counts):
    new = entries.clone()
    new[counts == 0] = h[: int((counts == 0).sum())]


RIGHT = {
    "12.1": [
        lambda h, entries: torch.cdist(h, entries).argmin(dim=1),
        lambda h, entries: (h[:, None] - entries).square().sum(dim=2).argmin(dim=1),
        lambda h, entries: torch.cdist(h, entries).min(dim=1).indices,
        lambda h, entries: (-torch.cdist(h[None], entries[None])[0]).topk(1).indices.squeeze(1),
        lambda h, entries: spatial.cKDTree(entries.numpy()).query(h.numpy())[1],
        lambda h, entries: torch.stack([(entries - code).norm(dim=1).argmin() for code in h]).int(),
        nearest_by_loop,
        nearest_without_the_code,
        nearest_of_the_package,
        nearest_in_numpy,
    ],
    "12.2": [
        lambda logits, gumbel, temperature: ((logits + gumbel) / temperature).softmax(dim=1),
        lambda logits, gumbel, temperature: torch.softmax((logits.log_softmax(dim=1) + gumbel) / temperature, dim=-1),
        lambda logits, gumbel, temperature: ((gumbel + logits).div(temperature)).log_softmax(1).exp(),
        lambda logits, gumbel, temperature: (logits / temperature + gumbel / temperature).T.softmax(dim=0).T,
        lambda logits, gumbel, temperature: torch.stack(
            [torch.softmax((a + b).double() / temperature, 0) for a, b in zip(logits, gumbel, strict=True)]
        ),
        relaxed_by_hand,
        relaxed_in_numpy,
    ],
    "12.3": [
        lambda counts: torch.special.entr(counts / counts.sum()).sum().exp(),
        lambda counts: math.exp(stats.entropy(counts.numpy())),
        lambda counts: 2 ** stats.entropy(counts.numpy(), base=2),
        lambda counts: torch.distributions.Categorical(probs=counts.double()).entropy().exp(),
        lambda counts: (-torch.xlogy(p := counts / counts.sum(), p).sum()).exp().item(),
        lambda counts: np.exp(-sum(p * np.log(p) for p in (counts / counts.sum()).numpy() if p)),
        lambda counts: (-((p := counts / counts.sum()) * (p + 1e-10).log()).sum()).exp(),
        perplexity_by_loop,
        perplexity_by_a_product,
    ],
    "12.4": [
        rate,
        rate_by_counting,
        rate_of_scipy,
        rate_token_by_token,
        rate_without_zeros,
        lambda tokens, size: float(rate(tokens, 1000)),
        lambda tokens, size: tokens.shape[1] * math.log2(perplexity_by_loop(tokens.flatten().bincount())),
    ],
    "12.5": [rescue, rescue_far_away_first, rescue_of_the_package, rescue_in_numpy, rescue_with_a_nudge],
}

WRONG = {
    "12.1": [
        lambda h, entries: (h @ entries.T).argmax(dim=1),
        lambda h, entries: cosine_similarity(h[:, None], entries[None], dim=2).argmax(dim=1),
        lambda h, entries: torch.cdist(h, entries).argmax(dim=1),
        lambda h, entries: torch.cdist(h, entries).argmin(dim=0),
        lambda h, entries: torch.cdist(h, entries).argmin(),
        lambda h, entries: torch.cdist(h, entries).min(dim=1).values,
        lambda h, entries: torch.cdist(h, entries).min(dim=1),
        lambda h, entries: entries[torch.cdist(h, entries).argmin(dim=1)],
        lambda h, entries: torch.cdist(h, entries, p=1).argmin(dim=1),
        lambda h, entries: torch.cdist(h, entries, p=math.inf).argmin(dim=1),
        lambda h, entries: (h[:, None] - entries).sum(dim=2).abs().argmin(dim=1),
        lambda h, entries: (h[:, None] - entries).sum(dim=2).argmin(dim=1),
        lambda h, entries: torch.cdist(h, entries).argmin(dim=1) + 1,
        lambda h, entries: one_hot(torch.cdist(h, entries).argmin(dim=1), len(entries)),
        lambda h, entries: (entries.square().sum(dim=1) - h @ entries.T).argmin(dim=1),
        lambda h, entries: (h[:, None] - entries).square().argmin(dim=1),
        lambda h, entries: torch.cdist(h, entries).argmin(dim=1)[0],
    ],
    "12.2": [
        lambda logits, gumbel, temperature: (logits / temperature + gumbel).softmax(dim=1),
        lambda logits, gumbel, temperature: (logits + gumbel / temperature).softmax(dim=1),
        lambda logits, gumbel, temperature: ((logits + gumbel) * temperature).softmax(dim=1),
        lambda logits, gumbel, temperature: ((logits + gumbel) / temperature).softmax(dim=0),
        lambda logits, gumbel, temperature: (logits / temperature).softmax(dim=1),
        lambda logits, gumbel, temperature: (logits + gumbel).softmax(dim=1),
        lambda logits, gumbel, temperature: one_hot((logits + gumbel).argmax(dim=1), logits.shape[1]).float(),
        lambda logits, gumbel, temperature: (logits + gumbel).argmax(dim=1),
        lambda logits, gumbel, temperature: torch.nn.functional.gumbel_softmax(logits, tau=temperature, dim=1),
        lambda logits, gumbel, temperature: ((logits + gumbel) / temperature).log_softmax(dim=1),
        lambda logits, gumbel, temperature: ((logits - gumbel) / temperature).softmax(dim=1),
        lambda logits, gumbel, temperature: ((logits.softmax(dim=1) + gumbel) / temperature).softmax(dim=1),
        lambda logits, gumbel, temperature: ((logits + gumbel) / temperature**2).softmax(dim=1),
        lambda logits, gumbel, temperature: ((logits + gumbel) / temperature).sigmoid(),
        lambda logits, gumbel, temperature: ((logits + gumbel) / temperature).exp(),
        lambda logits, gumbel, temperature: (logits + gumbel).softmax(dim=1) / temperature,
    ],
    "12.3": [
        lambda counts: torch.special.entr(counts / counts.sum()).sum(),
        lambda counts: torch.special.entr(counts / counts.sum()).sum() / math.log(2),
        lambda counts: 2 ** torch.special.entr(counts / counts.sum()).sum(),
        lambda counts: (torch.special.entr(counts / counts.sum()).sum() / math.log(2)).exp(),
        lambda counts: (-((p := counts / counts.sum()) * p.log()).sum()).exp(),  # 0 log 0
        lambda counts: (counts > 0).sum(),
        lambda counts: len(counts),
        lambda counts: torch.special.entr(counts.float() / len(counts)).sum().exp(),
        lambda counts: torch.special.entr(counts.float()).sum().exp(),
        lambda counts: 1 / (counts / counts.sum()).square().sum(),
        lambda counts: (-torch.special.entr(counts / counts.sum()).sum()).exp(),
        lambda counts: torch.special.entr(counts / counts.sum()).mean().exp(),
        lambda counts: torch.special.entr((counts // counts.sum()).float()).sum().exp(),
        lambda counts: torch.special.entr(counts.float().softmax(dim=0)).sum().exp(),
        lambda counts: torch.special.entr((counts + 1) / (counts + 1).sum()).sum().exp(),
        lambda counts: torch.special.entr(counts / counts.max()).sum().exp(),
        lambda counts: torch.special.entr(counts / counts.sum()).exp().sum(),
        lambda counts: torch.special.entr(counts / counts.sum()).sum().exp() / len(counts),
    ],
    "12.4": [
        lambda tokens, size: tokens.shape[1] * math.log2(size),
        lambda tokens, size: rate(tokens, size) * math.log(2),
        lambda tokens, size: rate(tokens, size) / tokens.shape[1],
        lambda tokens, size: rate(tokens, size) * len(tokens),
        lambda tokens, size: rate(tokens, size) / tokens.shape[1] * size,
        lambda tokens, size: len(tokens) * rate(tokens, size) / tokens.shape[1],
        lambda tokens, size: rate(tokens, size) / tokens.shape[1] * 49,
        lambda tokens, size: rate(tokens[:1], size),
        lambda tokens, size: tokens.shape[1] * math.log2(len(tokens.unique())),
        lambda tokens, size: torch.special.entr(tokens / tokens.sum()).sum() / math.log(2),
        lambda tokens, size: tokens.shape[1] * 2 ** (rate(tokens, size) / tokens.shape[1]),
        rate_with_nan,
        rate_of_a_code_for_each_place,
        rate_of_a_code_for_each_image,
        rate_of_whole_images,
    ],
    "12.5": [
        put_the_dead_at(lambda h, entries, counts, dead: 0.0),
        put_the_dead_at(lambda h, entries, counts, dead: torch.randn(dead, h.shape[1])),
        put_the_dead_at(lambda h, entries, counts, dead: h.mean(dim=0)),
        put_the_dead_at(lambda h, entries, counts, dead: h[0]),
        put_the_dead_at(lambda h, entries, counts, dead: h[torch.randint(len(h), (1,))]),
        put_the_dead_at(lambda h, entries, counts, dead: entries[counts.argmax()]),
        put_the_dead_at(lambda h, entries, counts, dead: h[torch.randperm(len(h))[:dead]] + 100),
        put_the_dead_at(lambda h, entries, counts, dead: 10 * torch.rand(dead, h.shape[1])),
        put_the_dead_at(lambda h, entries, counts, dead: entries[counts > 0].mean(dim=0)),
        lambda h, entries, counts: entries,
        lambda h, entries, counts: entries.clone()[counts > 0],
        rescue_in_place,
        rescue_all,
        rescue_the_rare_ones_too,
        moves_the_living,
        only_the_rescued,
        forgets_the_codebook,
    ],
}
