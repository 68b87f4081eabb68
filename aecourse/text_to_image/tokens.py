"""From an image to tokens and back: a discrete autoencoder whose code is a palette and a grid of patches.

An image is painted in layers, as with stencils: its paper, and over it at most three inks, each through a mask that
lies inside the one before. The code names the colours, and for each patch of 4 * 4 pixels the masks::

    palette    4 tokens: the paper, then the inks in the order in which they appear, from a codebook of colours
    place      1 token: the corner between patches that is nearest to the middle of all that is painted
    masks      64 * 3 tokens: patch by patch, row by row, one mask for each ink, from a codebook of patterns

A mask says nothing of colours, a palette nothing of shapes. The first mask is the silhouette: a plain star has the same
tokens in every colour, and nearly the same silhouette with every texture and as every thing (only where three colours
blend in one pixel of an edge is the best blend of two a guess). What a mask hides of the next one does not count, so
stripes are the same token in the middle of a star and at its edge. That is why these tokens compose.

Both codebooks are learned from images. An encoder network is not needed: the nearest codes are found exactly.
Source: block truncation coding [delp1979] for patches of few colours; [vandenoord2017] for codes that are indices.
"""

import itertools

import torch
from torch import Generator, Tensor
from torch.nn import Module

from aecourse import guards
from aecourse.text_to_image.codebooks import UNMIXED, k_means, nearest, pure_colours
from aecourse.text_to_image.outlines import IMAGES, SIDE

INKS = 3
PALETTE = 1 + INKS
GRID = 8
PATCH = SIDE // GRID
PATCHES = GRID * GRID
PLACES = (GRID + 1) ** 2  # corners between patches
PLAN = PALETTE + 1  # tokens before the masks
LENGTH = PLAN + PATCHES * INKS
_VISIBLE = 0.05  # less than this share of a pixel, seen through the mask above, says too little of the mask below
_PAIRS = tuple(itertools.combinations(range(PALETTE), 2))


def check_tokens(image_tokens: Tensor, colours: int, masks: int) -> Tensor:
    """Return image tokens if each is a number of its codebook.

    Args:
        image_tokens: (batch, 197) int64.
        colours: how many codes there are for colours.
        masks: how many for masks.

    Returns:
        the same.

    Raises:
        ValueError: anything else.
    """
    for name, size in (("colours", colours), ("masks", masks)):
        guards.count(name, size)
    guards.tensor("image_tokens", image_tokens, ("batch", LENGTH), torch.int64)
    parts = {"a colour": (0, PALETTE, colours), "a place": (PALETTE, PLAN, PLACES), "a mask": (PLAN, LENGTH, masks)}
    for name, (start, end, size) in parts.items():
        smallest, largest = (bound.item() for bound in image_tokens[:, start:end].aminmax())
        if smallest < 0 or largest >= size:
            got = f"[{smallest}, {largest}]"
            raise ValueError(f"image_tokens: expected {name} to be in [0, {size - 1}], got values in {got}")
    return image_tokens


class Tokens(Module):
    """The discrete autoencoder: two codebooks, of colours and of masks.

    Args:
        colours: codes for colours; index 0 is kept for "no ink".
        masks: codes for masks, the commonest first.

    Raises:
        ValueError: fewer than two colours, or no mask.
    """

    colours: Tensor
    masks: Tensor

    def __init__(self, colours: int = 52, masks: int = 384):
        super().__init__()
        self.register_buffer("colours", torch.zeros(guards.count("colours", colours, low=2), 3))
        self.register_buffer("masks", torch.zeros(guards.count("masks", masks), PATCH * PATCH))

    @torch.no_grad()
    def fit(self, images: Tensor, generator: Generator) -> "Tokens":
        """Learn both codebooks from images.

        Args:
            images: (m, 3, 32, 32), in [0, 1].
            generator: of the first masks of k-means.

        Returns:
            itself.

        Raises:
            ValueError: no images, or no generator.
        """
        images = self._here(images)
        guards.instance("generator", generator, Generator)
        pixels = (images.permute(0, 2, 3, 1).reshape(-1, 3) * 255).round()
        colours, counts = pixels.unique(dim=0, return_counts=True)
        self.colours[1:] = pure_colours(colours[counts.argsort(descending=True)] / 255, len(self.colours) - 1)
        layers = [torch.stack(_layers(self.analyse(part)[1]), dim=-1).flatten(0, 2) for part in images.split(500)]
        patterns, counts = (torch.cat(layers).flatten(1) * 32).round().unique(dim=0, return_counts=True)
        mask, visible = (patterns / 32).unflatten(1, (-1, 2)).unbind(dim=2)
        self.masks.copy_(k_means(mask, visible, counts, len(self.masks), generator))
        return self

    @torch.no_grad()
    def encode(self, images: Tensor) -> Tensor:
        """Image tokens: four colours, a place, three masks for each of 64 patches.

        Args:
            images: (batch, 3, 32, 32), in [0, 1].

        Returns:
            (batch, 197) int64.

        Raises:
            ValueError: no images.
        """
        parts = []
        for part in self._here(images).split(250):
            palette, weights = self.analyse(part)
            mask, visible = _layers(weights)
            codes = nearest(mask.flatten(0, 2), visible.flatten(0, 2), self.masks).view(len(part), -1)
            parts.append(torch.cat([palette, _middle(weights.sum(dim=-1))[:, None], codes], dim=1))
        return torch.cat(parts)

    def decode(self, image_tokens: Tensor) -> Tensor:
        """Images: each ink painted through its mask over those before.

        Args:
            image_tokens: (batch, 197) int64.

        Returns:
            (batch, 3, 32, 32), in [0, 1].

        Raises:
            ValueError: no image tokens of these codebooks.
        """
        check_tokens(image_tokens, len(self.colours), len(self.masks))
        image_tokens = image_tokens.to(self.colours.device)
        colours = self.colours[image_tokens[:, :PALETTE]]  # (batch, 4, 3)
        masks = self.masks[image_tokens[:, PLAN:]].view(-1, GRID, GRID, INKS, PATCH, PATCH)
        masks = masks.permute(3, 0, 1, 4, 2, 5).reshape(INKS, len(colours), 1, SIDE, SIDE).cumprod(dim=0)
        images = colours[:, 0, :, None, None].expand(-1, -1, SIDE, SIDE)
        for k in range(INKS):
            below = colours[:, k, :, None, None]
            images = images + masks[k] * (colours[:, k + 1, :, None, None] - below)
        return images.clamp(0, 1)  # of sums that are rounded

    def analyse(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Which inks an image has, and how much of each is seen in each pixel.

        The corner is paper. An ink is a colour that some pixels show unmixed; the inks are numbered as a sweep from the
        upper left corner meets them.

        Args:
            images: (batch, 3, 32, 32), in [0, 1].

        Returns:
            the palette, (batch, 4) int64, and the weights of the inks, (batch, 32, 32, 3).

        Raises:
            ValueError: no images.
        """
        pixels = self._here(images).permute(0, 2, 3, 1).flatten(1, 2)
        palette = self._palette(self._pure(pixels))
        return palette, self._weights(pixels, palette)[..., 1:].unflatten(1, (SIDE, SIDE))

    def _here(self, images: Tensor) -> Tensor:
        """Images, on the device of the codebooks."""
        return guards.tensor("images", images, IMAGES, torch.float32, 0, 1).to(self.colours.device)

    def _pure(self, pixels: Tensor) -> Tensor:
        """The colour that each pixel shows unmixed, 0 for a blend. (batch, pixels, 3) -> (batch, pixels)."""
        rows = pixels.flatten(0, 1)
        half = self.colours[1:].square().sum(dim=1) / 2
        code = (rows @ self.colours[1:].T - half).argmax(dim=1) + 1
        pure = (rows - self.colours[code]).norm(dim=1) < UNMIXED
        return torch.where(pure, code, 0).view(pixels.shape[:2])

    def _palette(self, pure: Tensor) -> Tensor:
        """The paper, and the three commonest inks in the order in which a sweep meets them. -> (batch, 4)."""
        paper, ones = pure[:, :1], torch.ones(pure.shape, device=pure.device)
        count = torch.zeros(len(pure), len(self.colours), device=pure.device).scatter_add_(1, pure, ones)
        steps = torch.arange(SIDE, device=pure.device)
        sweep = (steps[:, None] + steps).flatten().expand_as(pure)
        met = torch.full(count.shape, 2 * SIDE, device=pure.device).scatter_reduce_(1, pure, sweep, "amin")
        count[:, 0] = 0
        count.scatter_(1, paper, 0)
        inks = count.topk(INKS, dim=1).indices
        inks = torch.where(count.gather(1, inks) > 0, inks, 0)
        order = met.gather(1, inks).where(inks > 0, 4 * SIDE).argsort(dim=1, stable=True)  # what is absent comes last
        return torch.cat([paper, inks.gather(1, order)], dim=1)

    def _weights(self, pixels: Tensor, palette: Tensor) -> Tensor:
        """The best blend of two palette colours for each pixel, as weights of all four. (batch, pixels, 4)."""
        ends = self.colours[palette]
        best = torch.full(pixels.shape[:2], torch.inf, device=pixels.device)
        weights = torch.zeros(*pixels.shape[:2], PALETTE, device=pixels.device)
        for a, b in _PAIRS:
            way, off = (ends[:, b] - ends[:, a])[:, None], pixels - ends[:, a][:, None]
            share = ((off * way).sum(dim=-1) / way.square().sum(dim=-1).clamp(min=1e-9)).clamp(0, 1)
            error = (off - share[..., None] * way).square().sum(dim=-1)
            absent = (palette[:, b] == 0) | ((palette[:, a] == 0) & (a > 0))
            share = torch.where(absent[:, None], 0, share)
            error = torch.where(absent[:, None] & (a > 0), torch.inf, error)
            better = error < best - 1e-6  # of blends that differ by rounding alone the first
            new = torch.zeros_like(weights)
            new[..., a], new[..., b] = 1 - share, share
            weights = torch.where(better[..., None], new, weights)
            best = torch.where(better, error, best)
        return weights


def _middle(painted: Tensor) -> Tensor:
    """The corner nearest to the middle of all that is painted, 9 * row + column. (batch, 32, 32) -> (batch,).

    The decoder does not need it. It is a plan: with the middle told first, what lies where around it is the same for
    all outlines, and a detail need not be learned anew inside each.
    """
    middles = []
    for dim in (2, 1):
        lines = (painted > 0.5).any(dim=dim).int()  # rows, then columns, in which a pixel is mostly ink
        first, last = lines.argmax(dim=1), SIDE - lines.flip(1).argmax(dim=1)
        middles.append(((first + last) / (2 * PATCH)).round().long())
    return (GRID + 1) * middles[0] + middles[1]


def _layers(weights: Tensor) -> tuple[Tensor, Tensor]:
    """The mask of each ink, and where it is visible, cut into patches: (batch, 64, 3, 16) twice."""
    whole = weights.flip(-1).cumsum(dim=-1).flip(-1)  # this ink and all that lies on it
    visible = torch.cat([torch.ones_like(whole[..., :1]), whole[..., :-1]], dim=-1)
    visible = torch.where(visible > _VISIBLE, visible, 0)
    mask = torch.where(visible > 0, whole / visible.clamp(min=1e-9), 0).clamp(0, 1)
    cut = [
        t.view(-1, GRID, PATCH, GRID, PATCH, INKS).permute(0, 1, 3, 5, 2, 4).reshape(len(t), PATCHES, INKS, -1)
        for t in (mask, visible)
    ]
    return cut[0], cut[1]
