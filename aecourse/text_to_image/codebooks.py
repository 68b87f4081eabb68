"""Learning codebooks: the pure colours among many, and k-means for points of which only a part is visible."""

import itertools

import torch
from torch import Generator, Tensor

from aecourse import guards

# A pixel shows a colour unmixed if it is no further away. The codebook's colours are whole 255ths: rounding alone is at
# most sqrt(3) / 510 = 0.0034. No colour of the world is as near as 0.006 to a blend of two others.
UNMIXED = 0.006
# Squared errors over the 16 pixels of a patch that differ by less than this, 0.8 % of full ink in every pixel, look the
# same: of such codes the earlier one, which is commoner, is taken, and equal things have equal tokens.
ALIKE = 1e-3


def pure_colours(colours: Tensor, k: int) -> Tensor:
    """The first k colours of a list that are no blend of two before them.

    Args:
        colours: (m, 3), in [0, 1], the commonest first; 5,000 at most are looked at, what is rarer is a blend.
        k: how many.

    Returns:
        (k, 3); where there are fewer, the last one is repeated.

    Raises:
        ValueError: no colours, or k below 1.
    """
    guards.tensor("colours", colours, ("m", 3), torch.float32, 0, 1)
    guards.count("k", k)
    pure = colours[:1]
    for colour in colours[1:5000]:
        if len(pure) == k:
            break
        a, b = (pure[list(ends)] for ends in zip(*itertools.product(range(len(pure)), repeat=2), strict=True))
        way, off = b - a, colour - a
        share = ((off * way).sum(dim=1) / way.square().sum(dim=1).clamp(min=1e-9)).clamp(0, 1)
        if (off - share[:, None] * way).norm(dim=1).min() > UNMIXED:
            pure = torch.cat([pure, colour[None]])
    return torch.cat([pure, pure[-1:].expand(k - len(pure), -1)])


def k_means(points: Tensor, visible: Tensor, counts: Tensor, k: int, generator: Generator, rounds: int = 20) -> Tensor:
    """k centres of points of which only a part is visible, the commonest first.

    The start is k-means++, then Lloyd's rounds: every point goes to the centre that is nearest where it is visible,
    every centre to the mean of what is visible of its points.

    Args:
        points: (m, n).
        visible: (m, n), how much each component counts, from 0 to 1.
        counts: (m,), how often each point occurs, in whole numbers or not.
        k: how many centres.
        generator: of the start.
        rounds: of Lloyd's.

    Returns:
        (k, n).

    Raises:
        ValueError: anything else.

    Source: [lloyd1982]; [arthur2007] for the start.
    """
    _check_points(points, visible)
    counts = counts.float() if isinstance(counts, Tensor) and counts.dtype == torch.int64 else counts
    guards.tensor("counts", counts, (len(points),), torch.float32, 0)
    guards.count("k", k)
    guards.count("rounds", rounds, low=0)
    centres = _start(points, visible, counts, k, guards.instance("generator", generator, Generator))
    mass = visible * counts[:, None]
    for _ in range(rounds):
        cell = nearest(points, visible, centres)
        total = torch.zeros_like(centres).index_add(0, cell, mass)
        means = torch.zeros_like(centres).index_add(0, cell, mass * points) / total.clamp(min=1e-9)
        centres = torch.where(total > 0, means, centres)
        sizes = torch.zeros(k, device=points.device).index_add(0, cell, counts)
        centres = centres[sizes.argsort(descending=True, stable=True)]
    return centres


def nearest(points: Tensor, visible: Tensor, centres: Tensor) -> Tensor:
    """The nearest centre where a point is visible; of several as near, the first.

    Args:
        points: (m, n).
        visible: (m, n), how much each component counts, from 0 to 1.
        centres: (k, n).

    Returns:
        (m,) int64.

    Raises:
        ValueError: anything else.
    """
    _check_points(points, visible)
    guards.tensor("centres", centres, ("k", points.shape[1]), torch.float32)
    later = ALIKE * torch.linspace(0, 1, len(centres), device=centres.device)
    parts = []
    for p, v in zip(points.split(8192), visible.split(8192), strict=True):
        parts.append((v @ centres.square().T - 2 * (v * p) @ centres.T + later).argmin(dim=1))
    return torch.cat(parts)


def _check_points(points: Tensor, visible: Tensor) -> None:
    guards.tensor("points", points, ("m", "n"), torch.float32)
    guards.tensor("visible", visible, tuple(points.shape), torch.float32, 0, 1)


def _start(points: Tensor, visible: Tensor, counts: Tensor, k: int, generator: Generator) -> Tensor:
    """k-means++: the commonest point, then points at random, the likelier the further they are from all before."""
    centres = points[counts.argmax()][None]
    gap = (visible * (points - centres).square()).sum(dim=1)
    for _ in range(k - 1):
        weights = (gap * counts + 1e-12).to(generator.device)  # where all points are centres, any of them will do
        centre = points[torch.multinomial(weights, 1, generator=generator).to(points.device)]
        centres = torch.cat([centres, centre])
        gap = torch.minimum(gap, (visible * (points - centre).square()).sum(dim=1))
    return centres
