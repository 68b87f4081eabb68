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
Source: block truncation coding, Delp & Mitchell (1979), for patches of few colours; van den Oord, Vinyals & Kavukcuoglu
(2017) for codes that are indices.
"""

import itertools

import torch
from torch import Generator, Tensor
from torch.nn import Module

INKS = 3
PALETTE = 1 + INKS
GRID, PATCH = 8, 4
PATCHES = GRID * GRID
PLACES = (GRID + 1) ** 2  # corners between patches
PLAN = PALETTE + 1  # tokens before the masks
LENGTH = PLAN + PATCHES * INKS
_SIDE = GRID * PATCH
_PURE = 0.006  # a pixel shows a colour unmixed if it is no further away
_PAIRS = tuple(itertools.combinations(range(PALETTE), 2))


class Tokens(Module):
    """The discrete autoencoder.

    Args:
        colours: codes for colours; index 0 is kept for "no ink". masks: codes for masks, the commonest first.
    """

    def __init__(self, colours: int = 52, masks: int = 384):
        super().__init__()
        self.register_buffer("colours", torch.zeros(colours, 3))
        self.register_buffer("masks", torch.zeros(masks, PATCH * PATCH))

    @torch.no_grad()
    def fit(self, images: Tensor, generator: Generator) -> "Tokens":
        """Learn both codebooks from images, (m, 3, 32, 32)."""
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
        """(batch, 3, 32, 32) -> (batch, 197) int64: four colours, a place, three masks for each of 64 patches."""
        found = []
        for part in images.split(250):
            palette, weights = self.analyse(part)
            mask, visible = _layers(weights)
            codes = nearest(mask.flatten(0, 2), visible.flatten(0, 2), self.masks).view(len(part), -1)
            found.append(torch.cat([palette, _middle(weights.sum(dim=-1))[:, None], codes], dim=1))
        return torch.cat(found)

    def decode(self, tokens: Tensor) -> Tensor:
        """(batch, 197) int64 -> (batch, 3, 32, 32), in [0, 1]: each ink painted through its mask over those before."""
        colours = self.colours[tokens[:, :PALETTE]]  # (batch, 4, 3)
        masks = self.masks[tokens[:, PLAN:]].view(-1, GRID, GRID, INKS, PATCH, PATCH)
        masks = masks.permute(3, 0, 1, 4, 2, 5).reshape(INKS, len(tokens), 1, _SIDE, _SIDE).cumprod(dim=0)
        image = colours[:, 0, :, None, None].expand(-1, -1, _SIDE, _SIDE)
        for k in range(INKS):
            below = colours[:, k, :, None, None]
            image = image + masks[k] * (colours[:, k + 1, :, None, None] - below)
        return image

    def analyse(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """The palette, (batch, 4) indices, and how much of each ink is seen in each pixel, (batch, 32, 32, 3).

        The corner is paper. An ink is a colour that some pixels show unmixed; the inks are numbered as a sweep from the
        upper left corner meets them.
        """
        pixels = images.permute(0, 2, 3, 1).reshape(-1, 3)
        half = self.colours[1:].square().sum(dim=1) / 2
        code = (pixels @ self.colours[1:].T - half).argmax(dim=1) + 1
        pure = (pixels - self.colours[code]).norm(dim=1) < _PURE
        seen = torch.where(pure, code, 0).view(len(images), -1)  # 0: a blend
        paper = seen[:, :1]
        count = torch.zeros(len(images), len(self.colours)).scatter_add_(1, seen, torch.ones(seen.shape))
        sweep = (torch.arange(_SIDE)[:, None] + torch.arange(_SIDE)).flatten().expand_as(seen)
        met = torch.full(count.shape, 1000).scatter_reduce_(1, seen, sweep, "amin")
        count[:, 0] = 0
        count.scatter_(1, paper, 0)
        inks = count.topk(INKS, dim=1).indices
        inks = torch.where(count.gather(1, inks) > 0, inks, 0)
        order = met.gather(1, inks).where(inks > 0, 2000).argsort(dim=1, stable=True)
        palette = torch.cat([paper, inks.gather(1, order)], dim=1)
        weights = self._weights(pixels.view(len(images), -1, 3), palette)
        return palette, weights[..., 1:].reshape(len(images), _SIDE, _SIDE, INKS)

    def _weights(self, pixels: Tensor, palette: Tensor) -> Tensor:
        """The best blend of two palette colours for each pixel, as weights of all four. (batch, pixels, 4)."""
        ends = self.colours[palette]
        best = torch.full(pixels.shape[:2], torch.inf)
        weights = torch.zeros(*pixels.shape[:2], PALETTE)
        for a, b in _PAIRS:
            way, off = (ends[:, b] - ends[:, a])[:, None], pixels - ends[:, a][:, None]
            share = ((off * way).sum(dim=-1) / way.square().sum(dim=-1).clamp(min=1e-9)).clamp(0, 1)
            error = (off - share[..., None] * way).square().sum(dim=-1)
            absent = (palette[:, b] == 0) | ((palette[:, a] == 0) & (a > 0))
            share = torch.where(absent[:, None], 0, share)
            error = torch.where(absent[:, None] & (a > 0), torch.inf, error)
            better = error < best - 1e-6
            new = torch.zeros_like(weights)
            new[..., a], new[..., b] = 1 - share, share
            weights = torch.where(better[..., None], new, weights)
            best = torch.where(better, error, best)
        return weights


def pure_colours(colours: Tensor, k: int) -> Tensor:
    """The first k colours of a list, the commonest first, that are no blend of two before them. (m, 3) -> (k, 3)."""
    pure = colours[:1]
    for colour in colours[1:5000]:
        if len(pure) == k:
            break
        a, b = (pure[list(ends)] for ends in zip(*itertools.product(range(len(pure)), repeat=2), strict=True))
        way, off = b - a, colour - a
        share = ((off * way).sum(dim=1) / way.square().sum(dim=1).clamp(min=1e-9)).clamp(0, 1)
        if (off - share[:, None] * way).norm(dim=1).min() > _PURE:
            pure = torch.cat([pure, colour[None]])
    return torch.cat([pure, pure[-1:].expand(k - len(pure), -1)])


def k_means(points: Tensor, visible: Tensor, counts: Tensor, k: int, generator: Generator, rounds: int = 20) -> Tensor:
    """k centres of points of which only a part is visible, the commonest first. (m, n), (m, n), (m,) -> (k, n).

    The start is k-means++, then Lloyd's rounds: every point goes to the centre that is nearest where it is visible,
    every centre to the mean of what is visible of its points.

    Source: Lloyd (1982); Arthur & Vassilvitskii (2007) for the start.
    """
    centres = points[counts.argmax()][None]
    gap = (visible * (points - centres).square()).sum(dim=1)
    for _ in range(k - 1):
        chosen = torch.multinomial(gap * counts + 1e-12, 1, generator=generator)
        centres = torch.cat([centres, points[chosen]])
        gap = torch.minimum(gap, (visible * (points - points[chosen]).square()).sum(dim=1))
    mass = visible * counts[:, None]
    for _ in range(rounds):
        cell = nearest(points, visible, centres)
        total = torch.zeros_like(centres).index_add(0, cell, mass)
        means = torch.zeros_like(centres).index_add(0, cell, mass * points) / total.clamp(min=1e-9)
        centres = torch.where(total > 0, means, centres)
        order = torch.zeros(k).index_add(0, cell, counts.float()).argsort(descending=True, stable=True)
        centres = centres[order]
    return centres


def nearest(points: Tensor, visible: Tensor, centres: Tensor) -> Tensor:
    """The nearest centre where a point is visible; of several as near, the first. (m, n) twice, (k, n) -> (m,)."""
    first = 1e-3 * torch.linspace(0, 1, len(centres))
    parts = []
    for p, v in zip(points.split(8192), visible.split(8192), strict=True):
        parts.append((v @ centres.square().T - 2 * (v * p) @ centres.T + first).argmin(dim=1))
    return torch.cat(parts)


def _middle(painted: Tensor) -> Tensor:
    """The corner nearest to the middle of all that is painted, 9 * row + column. (batch, 32, 32) -> (batch,).

    The decoder does not need it. It is a plan: with the middle told first, what lies where around it is the same for
    all outlines, and a detail need not be learned anew inside each.
    """
    at = []
    for dim in (2, 1):
        some = (painted > 0.5).any(dim=dim).int()
        first, last = some.argmax(dim=1), _SIDE - some.flip(1).argmax(dim=1)
        at.append(((first + last) / (2 * PATCH)).round().long())
    return (GRID + 1) * at[0] + at[1]


def _layers(weights: Tensor) -> tuple[Tensor, Tensor]:
    """The mask of each ink, and where it is visible, cut into patches: (batch, 64, 3, 16) twice."""
    whole = weights.flip(-1).cumsum(dim=-1).flip(-1)  # this ink and all that lies on it
    visible = torch.cat([torch.ones_like(whole[..., :1]), whole[..., :-1]], dim=-1)
    visible = torch.where(visible > 0.05, visible, 0)
    mask = torch.where(visible > 0, whole / visible.clamp(min=1e-9), 0).clamp(0, 1)
    cut = [
        t.view(-1, GRID, PATCH, GRID, PATCH, INKS).permute(0, 1, 3, 5, 2, 4).reshape(len(t), PATCHES, INKS, -1)
        for t in (mask, visible)
    ]
    return cut[0], cut[1]
