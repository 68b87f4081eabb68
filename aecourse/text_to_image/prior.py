"""The prior: a causal transformer that reads the tokens of a caption and then writes those of an image, one by one.

    caption (10 tokens, read at once, in both directions) -> palette (4), place (1) -> patches (64, three masks each)

Every token is predicted from all before it: log p(image | caption) is a sum of 197 logarithms. A patch is told directly
what its six neighbours that are already drawn look like, and where it lies as seen from the place; the rest it finds by
attention. The three masks of a patch
are predicted one after the other at the same place.
Source: Ramesh et al. (2021), DALL-E; Vaswani et al. (2017), the transformer.
"""

import math

import torch
from torch import Tensor
from torch.nn import Embedding, LayerNorm, Linear, Module, ModuleList, Parameter
from torch.nn.functional import cross_entropy, gelu, pad, scaled_dot_product_attention

from aecourse import guards
from aecourse.text_to_image.captions import SLOTS, VOCABULARY
from aecourse.text_to_image.tokens import GRID, INKS, PALETTE, PATCHES, PLACES, PLAN

WORDS = len(SLOTS)
ROWS = WORDS + PLAN + PATCHES  # of the transformer
# Neighbours of a patch that are drawn before it: rows down and columns to the right, as offsets.
NEIGHBOURS = ((0, -1), (-1, 0), (-1, -1), (-1, 1), (0, -2), (-2, 0))
_FEATURES = 24  # numbers that describe a mask to the neighbours of its patch


class Prior(Module):
    """p(image tokens | caption tokens).

    Args:
        colours, masks: sizes of the two codebooks. width: of the residual stream. layers, heads: of the transformer.
        seed: of the initial weights; the global generators are left alone.
    """

    def __init__(
        self, colours: int = 52, masks: int = 384, width: int = 128, layers: int = 4, heads: int = 4, seed: int = 0
    ):
        super().__init__()
        sizes = {"colours": colours, "masks": masks, "width": width, "layers": layers, "heads": heads}
        for name, value in sizes.items():
            guards.count(name, value)
        if width % heads:
            raise ValueError(f"width: expected a multiple of heads ({heads}), got {width}")
        self.sizes, self.colours, self.masks, self.width = sizes, colours, masks, width
        with torch.random.fork_rng(devices=[]):
            torch.random.default_generator.manual_seed(guards.count("seed", seed, low=0))
            self.word, self.slot = Embedding(VOCABULARY, width), Parameter(0.02 * torch.randn(WORDS, width))
            self.told = Embedding(2 * VOCABULARY, width)  # the caption once more, as a sum, at every place of the image
            self.step = Parameter(0.02 * torch.randn(PLAN, width))
            self.row, self.column = (Parameter(0.02 * torch.randn(GRID, width)) for _ in range(2))
            self.down, self.right = (Parameter(0.02 * torch.randn(2 * GRID, width)) for _ in range(2))  # from the place
            self.ink = Embedding(colours + 1, width)  # the last one: nothing chosen yet
            self.mask = Embedding(masks + 1, _FEATURES)  # the last one: outside, or not drawn yet
            self.around = Linear(len(NEIGHBOURS) * INKS * _FEATURES, width, bias=False)
            self.blocks = ModuleList(Block(width, heads, layers) for _ in range(layers))
            self.norm = LayerNorm(width)
            self.to_ink = Linear(width, colours, bias=False)
            self.to_place = Linear(width, PLACES, bias=False)
            self.to_mask = ModuleList(Linear(width, masks, bias=False) for _ in range(INKS))
            self.given = ModuleList(Embedding(masks, width) for _ in range(INKS - 1))
            for module in (self.word, self.told, self.ink, self.to_ink, self.to_place, *self.to_mask, *self.given):
                torch.nn.init.normal_(module.weight, std=0.02)

    def describe(self, masks: Tensor) -> "Prior":
        """Start from what the masks look like, (masks, 16): similar masks get similar descriptions."""
        with torch.no_grad():
            self.mask.weight[:-1, : masks.shape[1]] = (masks - masks.mean(dim=0)) / masks.std()
        return self

    def forward(self, words: Tensor, image: Tensor, hidden: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of every image token, given the caption and the image tokens before it.

        Args:
            words: (batch, 10), caption tokens. image: (batch, 197), image tokens.
            hidden: (batch, 8, 8, 3) bool, which masks of its neighbours a patch is not told, in training.
        Returns:
            (batch, 4, colours), (batch, 1, places) and (batch, 64, 3, masks).
        """
        inputs = torch.cat([self.plan_inputs(image), self.patch_inputs(image, hidden)], dim=1)
        x = torch.cat([self.read(words), inputs + self.tell(words)], dim=1)
        for block in self.blocks:
            x = block(x, _MASK.to(x.device))
        x = x[:, WORDS:]
        chosen = image[:, PLAN:].unflatten(1, (PATCHES, INKS))
        plan = self.norm(x[:, :PLAN])
        return self.to_ink(plan[:, :PALETTE]), self.to_place(plan[:, PALETTE:]), self.mask_logits(x[:, PLAN:], chosen)

    def read(self, words: Tensor) -> Tensor:
        """(batch, 10) -> (batch, 10, width)."""
        return self.word(words) + self.slot

    def tell(self, words: Tensor) -> Tensor:
        """What every place is told of the caption, a sum over its words. (batch, 10) -> (batch, 1, width)."""
        return self.told(words + _ROLE.to(words.device)).sum(dim=1, keepdim=True)

    def plan_inputs(self, image: Tensor) -> Tensor:
        """What each step of the plan is told: the colour chosen before it. (batch, 197) -> (batch, 5, width)."""
        before = pad(image[:, :PALETTE], (1, 0), value=self.colours)
        return self.ink(before) + self.step

    def patch_inputs(self, image: Tensor, hidden: Tensor | None = None) -> Tensor:
        """What each of the 64 patches is told: place and drawn neighbours. (batch, 197) -> (batch, 64, width)."""
        grid = pad(image[:, PLAN:].view(-1, GRID, GRID, INKS), (0, 0, 2, 2, 2, 0), value=self.masks)
        seen = [grid[:, 2 + r : 2 + r + GRID, 2 + c : 2 + c + GRID] for r, c in NEIGHBOURS]
        seen = torch.stack(seen, dim=3)  # (batch, 8, 8, neighbours, inks)
        seen = seen if hidden is None else torch.where(hidden[:, :, :, None], self.masks, seen)
        told = self.around(self.mask(seen).flatten(3))
        return (told + self.seat(image[:, PALETTE])).flatten(1, 2)

    def seat(self, place: Tensor) -> Tensor:
        """Where each patch lies, in the picture and as seen from the place. (batch,) -> (batch, 8, 8, width)."""
        steps = torch.arange(GRID, device=place.device)
        down = self.down[steps - (place // (GRID + 1))[:, None] + GRID]  # (batch, 8, width)
        right = self.right[steps - (place % (GRID + 1))[:, None] + GRID]
        return (self.row + down)[:, :, None] + (self.column + right)[:, None]

    def mask_logits(self, x: Tensor, chosen: Tensor) -> Tensor:
        """Logits of the three masks of each patch, each given those before it in the patch.

        Args:
            x: (..., width). chosen: (..., 3), the masks.
        Returns:
            (..., 3, masks).
        """
        logits = []
        for k, head in enumerate(self.to_mask):
            x = x + self.given[k - 1](chosen[..., k - 1]) if k else x
            logits.append(head(self.norm(x)))
        return torch.stack(logits, dim=-2)


class Block(Module):
    """Attention, then a two-layer network, each added to the stream; `layers` scales the initial weights."""

    def __init__(self, width: int, heads: int, layers: int):
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = LayerNorm(width), LayerNorm(width)
        self.qkv, self.out = Linear(width, 3 * width, bias=False), Linear(width, width, bias=False)
        self.up, self.down = Linear(width, 4 * width), Linear(4 * width, width)
        for module in (self.out, self.down):
            torch.nn.init.normal_(module.weight, std=0.02 / math.sqrt(2 * layers))

    def forward(self, x: Tensor, mask: Tensor | None = None, cache: "Cache | None" = None) -> Tensor:
        """(batch, length, width) -> the same; with a cache, x are the positions that follow those already in it."""
        q, k, v = self.qkv(self.norm_1(x)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        if cache is not None:
            k, v = cache.append(k, v)
        with torch.autocast(x.device.type, enabled=False):  # attention in half precision is slow on a CPU
            seen = scaled_dot_product_attention(q.float(), k.float(), v.float(), attn_mask=mask)
        x = x + self.out(seen.transpose(1, 2).flatten(2))
        return x + self.down(gelu(self.up(self.norm_2(x))))


class Cache:
    """Keys and values of one block, so that a new position costs one row and not the whole sequence."""

    def __init__(self):
        self.keys, self.values, self.length = None, None, 0

    def append(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Add the keys and values of new positions, (batch, heads, new, width of a head); return all so far."""
        if self.keys is None:
            self.keys, self.values = (k.new_empty(*k.shape[:2], ROWS, k.shape[3]) for _ in range(2))
        here = slice(self.length, self.length + k.shape[2])
        self.keys[:, :, here], self.values[:, :, here] = k, v
        self.length += k.shape[2]
        return self.keys[:, :, : self.length], self.values[:, :, : self.length]


def energy(prior: Module, words: Tensor, image: Tensor, hidden: Tensor | None = None) -> Tensor:
    """F = -log p(image tokens | caption), summed over the 197 tokens.

    Args:
        words: (batch, 10), caption tokens. image: (batch, 197), image tokens. hidden: as in `Prior.forward`.
    Returns:
        (batch,), in nats.
    """
    inks, place, masks = prior(words, image, hidden)
    parts = ((inks, image[:, :PALETTE]), (place, image[:, PALETTE:PLAN]), (masks.flatten(1, 2), image[:, PLAN:]))
    nats = [cross_entropy(logits.float().transpose(1, 2), chosen, reduction="none").sum(1) for logits, chosen in parts]
    return torch.stack(nats).sum(dim=0)


def _mask() -> Tensor:
    """Who may look at whom: the caption at all of itself, an image token at the caption, at itself and back."""
    place = torch.arange(ROWS)
    return (place[None] <= place[:, None]) | (place[None] < WORDS)


_MASK = _mask()
_ROLE = torch.tensor([VOCABULARY * name.endswith("_2") for name in SLOTS])  # whether a word is of the second shape
