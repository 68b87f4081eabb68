"""Drawing image tokens from the prior, one by one, with a key-value cache."""

import itertools

import torch
from torch import Generator, Tensor
from torch.nn.functional import embedding_bag

from aecourse import guards
from aecourse.text_to_image.captions import tokens
from aecourse.text_to_image.prior import NEIGHBOURS, Cache, Prior
from aecourse.text_to_image.tokens import GRID, INKS, LENGTH, PALETTE, PLAN


@torch.no_grad()
def sample(
    prior: Prior, captions: Tensor, generator: Generator, *, temperature: float = 1.0, guidance: float = 0.0
) -> Tensor:
    """Draw image tokens for each caption.

    Args:
        captions: (batch, 10); what they do not say is free.
        temperature: divides the logits: below 1 prefers likely tokens, 0 always takes the likeliest.
        guidance: w in logits + w (logits - logits without a caption): above 0 follows the caption more closely than the
            model of the data does, at twice the arithmetic.
    Returns:
        (batch, 197) int64.
    Raises:
        ValueError: a temperature outside [0, 5], a guidance outside [0, 10].
    Source: Ho & Salimans (2021), Classifier-free diffusion guidance.
    """
    guards.number("temperature", temperature, 0, 5)
    guards.number("guidance", guidance, 0, 10)
    words = tokens(captions)
    batch = len(words)
    if guidance:
        words = torch.cat([words, torch.zeros_like(words)])

    def draw(logits: Tensor) -> Tensor:
        """One index a row, with probability softmax(logits / temperature): the first of exponential clocks to ring."""
        if guidance:
            logits = logits[:batch] + guidance * (logits[:batch] - logits[batch:])
        if temperature == 0:
            return logits.argmax(dim=1)
        clocks = torch.empty_like(logits).exponential_(generator=generator)
        return ((logits / temperature).softmax(dim=1) / clocks).argmax(dim=1)

    def twice(t: Tensor) -> Tensor:
        return torch.cat([t, t]) if guidance else t

    caches = [Cache() for _ in prior.blocks]

    def run(x: Tensor) -> Tensor:
        for block, cache in zip(prior.blocks, caches, strict=True):
            x = block(x, cache=cache)
        return x[:, -1]

    run(prior.read(words))
    hint = prior.tell(words)[:, 0]
    image = torch.zeros(batch, LENGTH, dtype=torch.long)
    before = torch.full((batch,), prior.colours)
    for k in range(PLAN):
        x = prior.norm(run((prior.ink(twice(before)) + prior.step[k] + hint)[:, None]))
        image[:, k] = before = draw(prior.to_ink(x) if k < PALETTE else prior.to_place(x))
    seat = prior.seat(image[:, PALETTE])
    grid = torch.full((batch, GRID + 2, GRID + 4, INKS), prior.masks)
    table, first = _table(prior)
    down, right = torch.tensor(NEIGHBOURS).T
    for r, c in itertools.product(range(GRID), repeat=2):
        seen = grid[:, 2 + r + down, 2 + c + right].flatten(1) + first  # (batch, 18)
        told = embedding_bag(seen, table, mode="sum") + seat[:, r, c]
        x = run((twice(told) + hint)[:, None])
        here = grid[:, 2 + r, 2 + c]
        for k in range(INKS):
            x = x + prior.given[k - 1](twice(here[:, k - 1])) if k else x
            here[:, k] = draw(prior.to_mask[k](prior.norm(x)))
    image[:, PLAN:] = grid[:, 2:, 2:-2].flatten(1)
    return image


def _table(prior: Prior) -> tuple[Tensor, Tensor]:
    """What each mask of each neighbour adds to the input of a patch, and where each neighbour's rows begin.

    Returns:
        (18 (masks + 1), width): for each of six neighbours and three inks the rows of all masks. (18,).
    """
    maps = prior.around.weight.view(prior.width, len(NEIGHBOURS), INKS, -1)
    table = torch.einsum("wnif,mf->nimw", maps, prior.mask.weight).flatten(0, 2)
    return table, (prior.masks + 1) * torch.arange(len(NEIGHBOURS) * INKS)
