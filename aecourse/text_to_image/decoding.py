"""Drawing image tokens from the prior, one by one, with a key-value cache."""

import itertools

import torch
from torch import Generator, Tensor
from torch.nn.functional import embedding_bag

from aecourse import guards
from aecourse.text_to_image.captions import check
from aecourse.text_to_image.prior import NEIGHBOURS, ROWS, Prior
from aecourse.text_to_image.tokens import GRID, INKS, PALETTE, PLAN


@torch.no_grad()
def sample(
    prior: Prior, captions: Tensor, generator: Generator, *, temperature: float = 1.0, guidance: float = 0.0
) -> Tensor:
    """Draw image tokens for each caption.

    Args:
        prior: the model.
        captions: (batch, 10); what they do not say is free.
        generator: of the draws; it may lie on another device than the prior.
        temperature: divides the logits: below 1 prefers likely tokens, 0 always takes the likeliest; from 0 to 5.
        guidance: w in logits + w (logits - logits without a caption): above 0 follows the caption more closely than the
            model of the data does, at twice the arithmetic; from 0 to 10.

    Returns:
        (batch, 197) int64, on the device of the prior.

    Raises:
        ValueError: no prior, no captions, no generator, a temperature or a guidance outside of its range.

    Source: [ho2022].
    """
    guards.instance("prior", prior, Prior)
    guards.instance("generator", generator, Generator)
    guards.number("temperature", temperature, 0, 5)
    guards.number("guidance", guidance, 0, 10)
    writer = _Writer(prior, check(captions), generator, temperature, guidance)
    plan = writer.plan()
    return torch.cat([plan, writer.patches(plan[:, PALETTE])], dim=1)


class _Writer:
    """A batch of images in the making: what the transformer has read so far, and how the next token is chosen."""

    def __init__(self, prior: Prior, captions: Tensor, generator: Generator, temperature: float, guidance: float):
        self.prior, self.generator, self.temperature, self.guidance = prior, generator, temperature, guidance
        self.batch, self.device = len(captions), prior.slot.device
        self.caches = [_Cache() for _ in prior.blocks]
        read = torch.cat([captions, torch.zeros_like(captions)]) if guidance else captions
        self.hint = prior.hint(read)[:, 0]
        self._read(prior.caption_inputs(read))

    def plan(self) -> Tensor:
        """The palette and the place. (batch, 5)."""
        prior, tokens = self.prior, []
        before = torch.full((self.batch,), prior.colours, device=self.device)
        for k in range(PLAN):
            x = prior.norm(self._read((prior.ink(self._twice(before)) + prior.step[k] + self.hint)[:, None]))
            before = self._choose(prior.to_ink(x) if k < PALETTE else prior.to_place(x))
            tokens.append(before)
        return torch.stack(tokens, dim=1)

    def patches(self, place: Tensor) -> Tensor:
        """The masks, patch by patch, row by row. (batch,) -> (batch, 192)."""
        prior, seat = self.prior, self.prior.seat(place)
        grid = torch.full((self.batch, GRID + 2, GRID + 4, INKS), prior.masks, device=self.device)  # with a margin
        table, first = _looks(prior)
        down, right = torch.tensor(NEIGHBOURS, device=self.device).T
        for r, c in itertools.product(range(GRID), repeat=2):
            around = grid[:, 2 + r + down, 2 + c + right].flatten(1) + first  # (batch, 18)
            told = embedding_bag(around, table, mode="sum") + seat[:, r, c]
            x = self._read((self._twice(told) + self.hint)[:, None])
            for k in range(INKS):
                x = x + prior.given[k - 1](self._twice(grid[:, 2 + r, 2 + c, k - 1])) if k else x
                grid[:, 2 + r, 2 + c, k] = self._choose(prior.to_mask[k](prior.norm(x)))
        return grid[:, 2:, 2:-2].flatten(1)

    def _read(self, x: Tensor) -> Tensor:
        """Let the transformer read new positions, (rows, new, width); what it makes of the last. (rows, width)."""
        for block, cache in zip(self.prior.blocks, self.caches, strict=True):
            x = block(x, remember=cache.append)
        return x[:, -1]

    def _twice(self, values: Tensor) -> Tensor:
        """With guidance every image is a row with its caption and one without."""
        return torch.cat([values, values]) if self.guidance else values

    def _choose(self, logits: Tensor) -> Tensor:
        """One index a row, with probability softmax(logits / temperature): the first of exponential clocks to ring."""
        if self.guidance:
            logits, without = logits[: self.batch], logits[self.batch :]
            logits = logits + self.guidance * (logits - without)
        if self.temperature == 0:
            return logits.argmax(dim=1)
        clocks = torch.empty(logits.shape, device=self.generator.device).exponential_(generator=self.generator)
        return ((logits / self.temperature).softmax(dim=1) / clocks.to(self.device)).argmax(dim=1)


class _Cache:
    """Keys and values of one block, so that a new position costs one row and not the whole sequence."""

    def __init__(self) -> None:
        self.stores: tuple[Tensor, Tensor] | None = None
        self.length = 0

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Add the keys and values of new positions, (batch, heads, new, width of a head); return all so far."""
        if self.stores is None:
            self.stores = k.new_empty(*k.shape[:2], ROWS, k.shape[3]), v.new_empty(*v.shape[:2], ROWS, v.shape[3])
        keys, values = self.stores
        end = self.length + k.shape[2]
        keys[:, :, self.length : end], values[:, :, self.length : end] = k, v
        self.length = end
        return keys[:, :, :end], values[:, :, :end]


def _looks(prior: Prior) -> tuple[Tensor, Tensor]:
    """What each mask of each neighbour adds to the input of a patch, and where each neighbour's rows begin.

    Returns:
        (18 (masks + 1), width): for each of six neighbours and three inks the rows of all masks. (18,).
    """
    maps = prior.around.weight.view(prior.width, len(NEIGHBOURS), INKS, -1)
    table = torch.einsum("wnif,mf->nimw", maps, prior.mask.weight).flatten(0, 2)
    return table, (prior.masks + 1) * torch.arange(len(NEIGHBOURS) * INKS, device=table.device)
