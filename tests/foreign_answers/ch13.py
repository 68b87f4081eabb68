"""Answers to the exercises of chapter 13 as learners write them, from the statements alone: right and wrong ones."""

import itertools
import math
import random

import numpy as np
import torch
from scipy import special
from torch.distributions import Categorical
from torch.nn.functional import cross_entropy, nll_loss, one_hot


def sequence_by_loop(logits, tokens):
    totals = []
    for scores, sentence in zip(logits, tokens, strict=True):
        total = 0.0
        for place, token in enumerate(sentence):
            total += scores[place, token] - scores[place].logsumexp(dim=0)
        totals.append(total)
    return torch.stack(totals)


def sequence_in_numpy(logits, tokens):
    log_p = special.log_softmax(logits.numpy(), axis=2)
    return np.take_along_axis(log_p, tokens.numpy()[..., None], axis=2)[..., 0].sum(axis=1)


def sequence_by_cross_entropy(logits, tokens):
    each = cross_entropy(logits.flatten(0, 1), tokens.flatten(), reduction="none")
    return -each.view(tokens.shape).sum(dim=1)


def log_p(logits, tokens):
    return logits.log_softmax(dim=2).gather(2, tokens[:, :, None]).squeeze(2)


def product_of_probabilities(logits, tokens):  # 0 after 197 places
    return logits.softmax(dim=2).gather(2, tokens[:, :, None]).squeeze(2).prod(dim=1).log()


def product_in_doubles(logits, tokens):
    return product_of_probabilities(logits.double(), tokens)


def one_place_late(logits, tokens):
    return log_p(logits[:, :-1], tokens[:, 1:]).sum(dim=1)


def guide_in_place(conditional, unconditional, w):
    conditional += w * (conditional - unconditional)
    return conditional


def guide_by_cases(conditional, unconditional, w):
    if w == 0:
        return conditional
    return (1 + w) * conditional - w * unconditional


def best_by_loop(scores, right):
    count = 0
    for row, verdicts in zip(scores.tolist(), right.tolist(), strict=True):
        count += verdicts[row.index(max(row))]
    return count / len(scores)


def new_by_loop(pair, seen):
    colour, shape = pair
    colour_seen = shape_seen = False
    for other_colour, other_shape in seen:
        if (other_colour, other_shape) == pair:
            return False
        colour_seen |= other_colour == colour
        shape_seen |= other_shape == shape
    return colour_seen and shape_seen


def new_by_sets(pair, seen):
    words = {word for other in seen for word in other}
    return pair not in seen and words.issuperset(pair)


def new_in_numpy(pair, seen):
    words = np.array(sorted(seen))
    return bool(np.isin(pair, words.ravel()).all() and not (words == pair).all(axis=1).any())


def any_single_word(pair, seen):  # one of the two is enough
    words = {word for other in seen for word in other}
    return pair not in seen and (pair[0] in words or pair[1] in words)


def prints_the_answer(pair, seen):
    print(new_by_sets(pair, seen))


def adds_the_pair(pair, seen):
    answer = new_by_sets(pair, seen)
    seen.add(pair)
    return answer


def beside_the_diagonal(colours, shapes, k):
    n = max(len(colours), len(shapes))
    kept = {(colours[i % len(colours)], shapes[i % len(shapes)]) for i in range(n)}
    return set([pair for pair in itertools.product(colours, shapes) if pair not in kept][:k])


def greedily(colours, shapes, k):
    kept, held = set(itertools.product(colours, shapes)), set()
    kept -= set(beside_the_diagonal(colours, shapes, len(kept)))
    for pair in itertools.product(colours, shapes):
        if len(held) < k and pair not in kept:
            held.add(pair)
    return frozenset(held)


def by_chance(colours, shapes, k):
    colours, shapes = random.sample(colours, len(colours)), random.sample(shapes, len(shapes))
    n = max(len(colours), len(shapes))
    kept = {(colours[i % len(colours)], shapes[i % len(shapes)]) for i in range(n)}
    return set(random.sample([p for p in itertools.product(colours, shapes) if p not in kept], k))


def one_by_one(colours, shapes, k):  # gets stuck when k is as large as it can be
    held = set()
    for pair in itertools.product(colours, shapes):
        rest = set(itertools.product(colours, shapes)) - held - {pair}
        if len(held) < k and {c for c, _ in rest} == set(colours) and {s for _, s in rest} == set(shapes):
            held.add(pair)
    return held


def the_diagonal(colours, shapes, k):
    return set(list(zip(colours, shapes, strict=False))[:k])


def a_fifth_of_the_table(colours, shapes, k):
    return {(c, s) for i, c in enumerate(colours) for j, s in enumerate(shapes) if (j - 3 * i) % 5 == 0}


def drawn_with_repetition(colours, shapes, k):
    return {(random.choice(colours), random.choice(shapes)) for _ in range(k)}


RIGHT = {
    "13.1": [
        lambda logits, tokens: log_p(logits, tokens).sum(dim=1),
        lambda logits, tokens: -cross_entropy(logits.transpose(1, 2), tokens, reduction="none").sum(dim=1),
        lambda logits, tokens: Categorical(logits=logits).log_prob(tokens).sum(dim=-1),
        lambda logits, tokens: -nll_loss(logits.double().log_softmax(2).mT, tokens, reduction="none").sum(1),
        lambda logits, tokens: (one_hot(tokens, logits.shape[2]) * logits.log_softmax(dim=2)).sum(dim=(1, 2)),
        lambda logits, tokens: (logits.gather(2, tokens[..., None])[..., 0] - logits.logsumexp(dim=2)).sum(dim=1),
        lambda logits, tokens: [-float(cross_entropy(a, b, reduction="sum"))
                                for a, b in zip(logits, tokens, strict=True)],
        sequence_by_loop,
        sequence_in_numpy,
        sequence_by_cross_entropy,
    ],
    "13.2": [
        lambda conditional, unconditional, w: conditional + w * (conditional - unconditional),
        lambda conditional, unconditional, w: unconditional + (1 + w) * (conditional - unconditional),
        lambda conditional, unconditional, w: torch.lerp(unconditional, conditional, 1.0 + w),
        lambda conditional, unconditional, w: conditional.sub(w * (unconditional - conditional)),
        lambda conditional, unconditional, w: conditional.numpy() * (1 + w) - unconditional.numpy() * w,
        lambda conditional, unconditional, w: torch.einsum(
            "k,kbj->bj", torch.tensor([1.0 + w, -w]), torch.stack([conditional, unconditional])),
        guide_by_cases,
    ],
    "13.3": [
        lambda scores, right: right.gather(1, scores.argmax(dim=1, keepdim=True)).float().mean(),
        lambda scores, right: right[torch.arange(len(scores)), scores.argmax(dim=1)].double().mean().item(),
        lambda scores, right: right[scores == scores.amax(dim=1, keepdim=True)].sum() / len(right),
        lambda scores, right: right.numpy()[np.arange(len(right)), scores.numpy().argmax(axis=1)].mean(),
        lambda scores, right: (one_hot(scores.argmax(dim=1), scores.shape[1]).bool() & right).any(1).float().mean(),
        lambda scores, right: sum(bool(r[s.argmax()]) for s, r in zip(scores, right, strict=True)) / len(scores),
        lambda scores, right: right.gather(1, scores.argsort(dim=1, descending=True))[:, 0].float().mean(),
        best_by_loop,
    ],
    "13.4": [
        lambda pair, seen: (
            pair not in seen and any(pair[0] == c for c, _ in seen) and any(pair[1] == s for _, s in seen)),
        lambda pair, seen: pair not in seen and pair[0] in {c for c, _ in seen} and pair[1] in {s for _, s in seen},
        lambda pair, seen: not {pair} & seen and all(any(word in other for other in seen) for word in pair),
        lambda pair, seen: set(pair) <= set().union(*seen) and pair not in seen,
        lambda pair, seen: bool(seen) and pair in set(itertools.product(*zip(*seen, strict=True))) - seen,
        new_by_loop,
        new_by_sets,
        new_in_numpy,
    ],
    "13.5": [beside_the_diagonal, greedily, by_chance,
             lambda colours, shapes, k: set(list(beside_the_diagonal(colours, shapes, 10**6))[:k]),
             lambda colours, shapes, k: list(beside_the_diagonal(colours, shapes, k))],
}  # fmt: skip

WRONG = {
    "13.1": [
        lambda logits, tokens: log_p(logits, tokens).mean(dim=1),
        lambda logits, tokens: log_p(logits, tokens),
        lambda logits, tokens: log_p(logits, tokens).sum(),
        lambda logits, tokens: -log_p(logits, tokens).sum(dim=1),
        lambda logits, tokens: log_p(logits, tokens).sum(dim=1) / math.log(2),
        lambda logits, tokens: log_p(logits, tokens).sum(dim=1).exp(),
        lambda logits, tokens: logits.gather(2, tokens[:, :, None]).squeeze(2).sum(dim=1),
        lambda logits, tokens: logits.log_softmax(dim=1).gather(2, tokens[:, :, None]).squeeze(2).sum(dim=1),
        lambda logits, tokens: logits.softmax(dim=2).gather(2, tokens[:, :, None]).squeeze(2).sum(dim=1),
        lambda logits, tokens: logits.log_softmax(dim=2).amax(dim=2).sum(dim=1),
        lambda logits, tokens: -cross_entropy(logits.mT, tokens),
        lambda logits, tokens: cross_entropy(logits.mT, tokens, reduction="none").sum(dim=1),
        lambda logits, tokens: -cross_entropy(logits.mT, tokens, reduction="none").mean(dim=1),
        lambda logits, tokens: logits.log_softmax(dim=2).sum(dim=(1, 2)),
        lambda logits, tokens: -cross_entropy(logits, tokens, reduction="none").sum(dim=1),  # raises
        lambda logits, tokens: log_p(logits, tokens)[:, -1],
        lambda logits, tokens: log_p(logits, tokens).sum(dim=0),
        product_of_probabilities,
        product_in_doubles,
        one_place_late,
    ],
    "13.2": [
        lambda conditional, unconditional, w: unconditional + w * (conditional - unconditional),
        lambda conditional, unconditional, w: conditional + w * (unconditional - conditional),
        lambda conditional, unconditional, w: (1 + w) * conditional - unconditional,
        lambda conditional, unconditional, w: (conditional + w * (conditional - unconditional)).softmax(dim=1),
        lambda conditional, unconditional, w: (conditional + w * (conditional - unconditional)).log_softmax(dim=1),
        lambda conditional, unconditional, w: conditional + w * conditional,
        lambda conditional, unconditional, w: conditional,
        lambda conditional, unconditional, w: (conditional + w * unconditional) / (1 + w),
        lambda conditional, unconditional, w: conditional + (conditional - unconditional),
        lambda conditional, unconditional, w: unconditional + (1 + w) * (unconditional - conditional),
        lambda conditional, unconditional, w: conditional + w * (conditional.softmax(1) - unconditional.softmax(1)),
        lambda conditional, unconditional, w: conditional + w * (conditional - unconditional).abs(),
        lambda conditional, unconditional, w: (1 + w) * (conditional - unconditional),
        guide_in_place,
    ],
    "13.3": [
        lambda scores, right: right.any(dim=1).float().mean(),
        lambda scores, right: right.float().mean(),
        lambda scores, right: right.gather(1, scores.argmin(dim=1, keepdim=True)).float().mean(),
        lambda scores, right: right.gather(0, scores.argmax(dim=0, keepdim=True)).float().mean(),
        lambda scores, right: right[:, scores.argmax(dim=1)].float().mean(),
        lambda scores, right: right.gather(1, scores.argmax(dim=1, keepdim=True)).sum(),
        lambda scores, right: right.gather(1, scores.argmax(dim=1, keepdim=True)).float().squeeze(1),
        lambda scores, right: right.gather(1, scores.argmax(dim=1, keepdim=True)).mean(),  # of a bool: raises
        lambda scores, right: 100 * right.gather(1, scores.argmax(dim=1, keepdim=True)).float().mean(),
        lambda scores, right: (scores.softmax(dim=1) * right).sum(dim=1).mean(),
        lambda scores, right: right[:, 0].float().mean(),
        lambda scores, right: right.flatten()[scores.argmax()].float(),
        lambda scores, right: scores.amax(dim=1).mean(),
        lambda scores, right: right.flatten()[scores.flatten().topk(len(scores)).indices].float().mean(),
        lambda scores, right: right.all(dim=1).float().mean(),
        lambda scores, right: right.gather(1, scores.abs().argmax(dim=1, keepdim=True)).float().mean(),
    ],
    "13.4": [
        lambda pair, seen: pair not in seen,
        lambda pair, seen: pair in seen,
        lambda pair, seen: pair[0] not in seen and pair[1] not in seen,
        lambda pair, seen: pair not in seen and pair[0] in {c for c, _ in seen},
        lambda pair, seen: pair not in seen and pair[1] in {s for _, s in seen},
        lambda pair, seen: pair[0] in {c for c, _ in seen} and pair[1] in {s for _, s in seen},
        lambda pair, seen: pair not in seen and pair[::-1] not in seen,
        lambda pair, seen: pair not in seen and pair[0] in seen and pair[1] in seen,
        lambda pair, seen: pair not in seen and pair[0] in {s for _, s in seen},
        lambda pair, seen: not new_by_sets(pair, seen),
        lambda pair, seen: "new" if new_by_sets(pair, seen) else "seen",
        lambda pair, seen: True,
        any_single_word,
        prints_the_answer,
        adds_the_pair,
    ],
    "13.5": [
        lambda colours, shapes, k: set(list(itertools.product(colours, shapes))[:k]),
        lambda colours, shapes, k: set(random.sample(list(itertools.product(colours, shapes)), k)),
        lambda colours, shapes, k: set(itertools.product(colours, shapes)) - beside_the_diagonal(colours, shapes, k),
        lambda colours, shapes, k: {(s, c) for c, s in beside_the_diagonal(colours, shapes, k)},
        lambda colours, shapes, k: {c + " " + s for c, s in beside_the_diagonal(colours, shapes, k)},
        lambda colours, shapes, k: beside_the_diagonal(colours, shapes, k - 1),
        lambda colours, shapes, k: beside_the_diagonal(colours, shapes, 10**6),
        lambda colours, shapes, k: set(),
        lambda colours, shapes, k: {(colours[0], s) for s in shapes[:k]},
        lambda colours, shapes, k: beside_the_diagonal(["red", "blue", "lime"], ["star", "moon", "heart"], k),
        the_diagonal,
        a_fifth_of_the_table,
        drawn_with_repetition,
        one_by_one,
    ],
}
