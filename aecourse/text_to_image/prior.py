"""The prior: a causal transformer that reads a caption and then writes the tokens of an image, one by one::

    caption (10 tokens, read at once, in both directions) -> palette (4), place (1) -> patches (64, three masks each)

Every token is predicted from all before it: log p(image | caption) is a sum of 197 logarithms. A patch is told directly
what its six neighbours that are already there look like, and where it lies as seen from the place; the rest it finds by
attention. The three masks of a patch are predicted one after the other at the same place.

Source: [ramesh2021], DALL-E; [vaswani2017], the transformer.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import Embedding, LayerNorm, Linear, Module, ModuleList, Parameter
from torch.nn.functional import cross_entropy, gelu, pad, scaled_dot_product_attention

from aecourse import guards
from aecourse.text_to_image.captions import check, to_tokens
from aecourse.text_to_image.tokens import GRID, INKS, PALETTE, PATCH, PATCHES, PLACES, PLAN, check_tokens
from aecourse.text_to_image.vocabulary import SLOTS, VOCABULARY

Remember = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]  # new keys and values -> all so far
WORDS = len(SLOTS)
ROWS = WORDS + PLAN + PATCHES  # of the transformer
# Neighbours of a patch that come before it: rows down and columns to the right, as offsets.
NEIGHBOURS = ((0, -1), (-1, 0), (-1, -1), (-1, 1), (0, -2), (-2, 0))
# Numbers that describe a mask to the neighbours of its patch: its 16 pixels, where `describe` starts, and 8 more that
# training is free to use.
_FEATURES = PATCH * PATCH + 8


class Prior(Module):
    """p(image tokens | caption).

    Args:
        colours: size of the codebook of colours.
        masks: size of the codebook of masks.
        width: of the residual stream.
        layers: of the transformer.
        heads: of its attention; they divide the width.
        seed: of the initial weights; the global generators are left alone.

    Raises:
        ValueError: a size below 1, or a width that is no multiple of the heads.
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
            self.mask = Embedding(masks + 1, _FEATURES)  # the last one: outside, or not chosen yet
            self.around = Linear(len(NEIGHBOURS) * INKS * _FEATURES, width, bias=False)
            self.blocks = ModuleList(_Block(width, heads, layers) for _ in range(layers))
            self.norm = LayerNorm(width)
            self.to_ink = Linear(width, colours, bias=False)
            self.to_place = Linear(width, PLACES, bias=False)
            self.to_mask = ModuleList(Linear(width, masks, bias=False) for _ in range(INKS))
            self.given = ModuleList(Embedding(masks, width) for _ in range(INKS - 1))
            small = (self.word, self.told, self.ink, self.to_ink, self.to_place, *self.to_mask, *self.given)
            for weights in ModuleList(small).parameters():
                torch.nn.init.normal_(weights, std=0.02)

    def describe(self, masks: Tensor) -> "Prior":
        """Start from what the masks look like: similar masks get similar descriptions.

        Args:
            masks: (masks, 16), in [0, 1], the codebook.

        Returns:
            itself.

        Raises:
            ValueError: another shape, or masks that are all alike.
        """
        guards.tensor("masks", masks, (self.masks, PATCH * PATCH), torch.float32, 0, 1)
        if not masks.std() > 0:
            raise ValueError("masks: expected masks that differ, got one value everywhere: learn the codebook first")
        with torch.no_grad():
            self.mask.weight[:-1, : PATCH * PATCH] = (masks - masks.mean(dim=0)) / masks.std()
        return self

    def forward(
        self, captions: Tensor, image_tokens: Tensor, hidden: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of every image token, given the caption and the image tokens before it.

        Args:
            captions: (batch, 10).
            image_tokens: (batch, 197) int64.
            hidden: (batch, 8, 8, 3) bool, which masks of its neighbours a patch is not told, in training.

        Returns:
            (batch, 4, colours), (batch, 1, places) and (batch, 64, 3, masks).

        Raises:
            ValueError: no captions, no image tokens of these codebooks, or not as many of both.
        """
        if len(check(captions)) != len(check_tokens(image_tokens, self.colours, self.masks)):
            raise ValueError(
                f"image_tokens: expected one row for each of {len(captions)} captions, got {len(image_tokens)}"
            )
        image_tokens = image_tokens.to(self.slot.device)
        inputs = torch.cat([self._plan_inputs(image_tokens), self.patch_inputs(image_tokens, hidden)], dim=1)
        x = torch.cat([self.caption_inputs(captions), inputs + self.hint(captions)], dim=1)
        for block in self.blocks:
            x = block(x, _MASK.to(x.device))
        x = x[:, WORDS:]
        masks = image_tokens[:, PLAN:].unflatten(1, (PATCHES, INKS))
        plan = self.norm(x[:, :PLAN])
        return self.to_ink(plan[:, :PALETTE]), self.to_place(plan[:, PALETTE:]), self._mask_logits(x[:, PLAN:], masks)

    def caption_inputs(self, captions: Tensor) -> Tensor:
        """What the transformer reads first.

        Args:
            captions: (batch, 10).

        Returns:
            (batch, 10, width).

        Raises:
            ValueError: no captions.
        """
        return self.word(to_tokens(captions).to(self.slot.device)) + self.slot

    def hint(self, captions: Tensor) -> Tensor:
        """What every place of the image is told of the caption: a sum over its words.

        Args:
            captions: (batch, 10).

        Returns:
            (batch, 1, width).

        Raises:
            ValueError: no captions.
        """
        words = to_tokens(captions).to(self.slot.device)
        return self.told(words + _ROLE.to(words.device)).sum(dim=1, keepdim=True)

    def patch_inputs(self, image_tokens: Tensor, hidden: Tensor | None = None) -> Tensor:
        """What each of the 64 patches is told: where it lies, and the masks of its neighbours.

        Args:
            image_tokens: (batch, 197) int64.
            hidden: (batch, 8, 8, 3) bool, which masks of its neighbours a patch is not told.

        Returns:
            (batch, 64, width).

        Raises:
            ValueError: no image tokens of these codebooks, or another shape of `hidden`.
        """
        check_tokens(image_tokens, self.colours, self.masks)
        image_tokens = image_tokens.to(self.slot.device)
        grid = pad(image_tokens[:, PLAN:].view(-1, GRID, GRID, INKS), (0, 0, 2, 2, 2, 0), value=self.masks)
        around = [grid[:, 2 + r : 2 + r + GRID, 2 + c : 2 + c + GRID] for r, c in NEIGHBOURS]
        around = torch.stack(around, dim=3)  # (batch, 8, 8, neighbours, inks)
        if hidden is not None:
            guards.tensor("hidden", hidden, (len(grid), GRID, GRID, INKS), torch.bool)
            around = torch.where(hidden[:, :, :, None].to(grid.device), self.masks, around)
        looks = self.around(self.mask(around).flatten(3))
        return (looks + self.seat(image_tokens[:, PALETTE])).flatten(1, 2)

    def seat(self, place: Tensor) -> Tensor:
        """Where each patch lies, in the picture and as seen from the place.

        Args:
            place: (batch,) int64, from 0 to 80.

        Returns:
            (batch, 8, 8, width).

        Raises:
            ValueError: anything else.
        """
        place = guards.tensor("place", place, ("batch",), torch.int64, 0, PLACES - 1).to(self.slot.device)
        steps = torch.arange(GRID, device=place.device)
        down = self.down[steps - (place // (GRID + 1))[:, None] + GRID]  # (batch, 8, width)
        right = self.right[steps - (place % (GRID + 1))[:, None] + GRID]
        return (self.row + down)[:, :, None] + (self.column + right)[:, None]

    def _plan_inputs(self, image_tokens: Tensor) -> Tensor:
        """What each step of the plan is told: the colour chosen before it. (batch, 197) -> (batch, 5, width)."""
        before = pad(image_tokens[:, :PALETTE], (1, 0), value=self.colours)
        return self.ink(before) + self.step

    def _mask_logits(self, x: Tensor, masks: Tensor) -> Tensor:
        """Logits of the three masks of each patch, each given those before it in the patch.

        Args:
            x: (..., width).
            masks: (..., 3), those that stand there.

        Returns:
            (..., 3, masks).
        """
        logits = []
        for k, head in enumerate(self.to_mask):
            x = x + self.given[k - 1](masks[..., k - 1]) if k else x
            logits.append(head(self.norm(x)))
        return torch.stack(logits, dim=-2)


class _Block(Module):
    """Attention, then a two-layer network, each added to the stream; `layers` scales the initial weights."""

    def __init__(self, width: int, heads: int, layers: int):
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = LayerNorm(width), LayerNorm(width)
        self.qkv, self.out = Linear(width, 3 * width, bias=False), Linear(width, width, bias=False)
        self.up, self.down = Linear(width, 4 * width), Linear(4 * width, width)
        for module in (self.out, self.down):
            torch.nn.init.normal_(module.weight, std=0.02 / math.sqrt(2 * layers))

    def forward(self, x: Tensor, mask: Tensor | None = None, remember: Remember | None = None) -> Tensor:
        """(batch, length, width) -> the same; `remember` adds what was read before, where x only follows it."""
        q, k, v = self.qkv(self.norm_1(x)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        if remember is not None:
            k, v = remember(k, v)
        with torch.autocast(x.device.type, enabled=False):  # attention in half precision is slow on a CPU
            attended = scaled_dot_product_attention(q.float(), k.float(), v.float(), attn_mask=mask)
        x = x + self.out(attended.transpose(1, 2).flatten(2))
        return x + self.down(gelu(self.up(self.norm_2(x))))


def energy(prior: Module, captions: Tensor, image_tokens: Tensor, hidden: Tensor | None = None) -> Tensor:
    """F = -log p(image tokens | caption), summed over the 197 tokens.

    Args:
        prior: a Prior, alone or as DistributedDataParallel wraps it.
        captions: (batch, 10).
        image_tokens: (batch, 197) int64.
        hidden: as in `Prior.forward`.

    Returns:
        (batch,), in nats.

    Raises:
        ValueError: no prior, no captions, no image tokens of its codebooks, or not as many of both.
    """
    guards.instance("prior", getattr(prior, "module", prior), Prior)
    inks, place, masks = prior(captions, image_tokens, hidden)
    palette, plan, patches = image_tokens.to(inks.device).tensor_split((PALETTE, PLAN), dim=1)
    parts = ((inks, palette), (place, plan), (masks.flatten(1, 2), patches))
    nats = [cross_entropy(logits.float().transpose(1, 2), wanted, reduction="none").sum(1) for logits, wanted in parts]
    return torch.stack(nats).sum(dim=0)


def _mask() -> Tensor:
    """Who may look at whom: the caption at all of itself, an image token at the caption, at itself and back."""
    place = torch.arange(ROWS)
    return (place[None] <= place[:, None]) | (place[None] < WORDS)


_MASK = _mask()
_ROLE = torch.tensor([VOCABULARY * name.endswith("_2") for name in SLOTS])  # whether a word is of the second shape
