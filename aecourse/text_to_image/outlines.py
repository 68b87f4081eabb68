"""Ten outlines as signed distances: negative inside, 0 on the outline.

The y axis points down, as rows of an image do.
"""

import math
from collections.abc import Callable
from functools import lru_cache

import torch
from torch import Tensor

from aecourse import guards
from aecourse.text_to_image.vocabulary import SHAPES

Distance = Callable[[Tensor, Tensor], Tensor]  # of points (x, y) to an outline
SIDE = 32  # pixels
IMAGES = ("batch", 3, SIDE, SIDE)  # the shape of all pictures of this floor
RADII = (4.5, 7.0, 10.0)  # a small shape, a large one, one alone; in pixels


@lru_cache
def table() -> Tensor:
    """Signed distance in pixels of every shape at every radius, centred in a picture of twice the side.

    Returns:
        (shapes, radii, 64, 64): the outline's centre is the corner between pixels 31 and 32.
    """
    axis = torch.arange(2 * SIDE) + 0.5 - SIDE
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([torch.stack([_DISTANCES[name](x / r, y / r) * r for r in RADII]) for name in SHAPES])


def distance(shape: Tensor, radius: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Signed distance in pixels to one outline an image.

    Args:
        shape: (batch,) int64, which of `SHAPES`.
        radius: (batch,) int64, which of `RADII`.
        x: (batch,) int64, the column of the centre, from 0 to 32.
        y: (batch,) int64, its row.

    Returns:
        (batch, 32, 32).

    Raises:
        ValueError: anything else.
    """
    guards.tensor("shape", shape, ("batch",), torch.int64, 0, len(SHAPES) - 1)
    guards.tensor("radius", radius, (len(shape),), torch.int64, 0, len(RADII) - 1)
    for name, centre in (("x", x), ("y", y)):
        guards.tensor(name, centre, (len(shape),), torch.int64, 0, SIDE)
    rows, columns = window(y), window(x)
    return table().to(shape.device)[shape[:, None, None], radius[:, None, None], rows[:, :, None], columns[:, None, :]]


def window(centre: Tensor) -> Tensor:
    """Which 32 of the 64 rows or columns of a centred table a picture shows.

    Args:
        centre: (batch,) int64, in pixels from 0 to 32.

    Returns:
        (batch, 32) int64.

    Raises:
        ValueError: anything else.
    """
    guards.tensor("centre", centre, ("batch",), torch.int64, 0, SIDE)
    return SIDE - centre[:, None] + torch.arange(SIDE, device=centre.device)


def coverage(distance: Tensor) -> Tensor:
    """How much of a pixel lies inside an outline at that distance from its middle: anti-aliasing in one line.

    Args:
        distance: of any shape, in pixels, negative inside.

    Returns:
        the same shape, from 0 to 1.

    Raises:
        ValueError: not a tensor of finite single-precision numbers.
    """
    guards.tensor("distance", distance, None, torch.float32)
    return (0.5 - distance).clamp(0, 1)


def _polygon(*corners: tuple[float, float]) -> Distance:
    """The exact distance to a polygon; inside by the crossing rule."""

    def signed(x: Tensor, y: Tensor) -> Tensor:
        nearest, inside = torch.full_like(x, math.inf), torch.zeros_like(x, dtype=torch.bool)
        for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
            ex, ey = bx - ax, by - ay
            along = (((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey)).clamp(0, 1)
            nearest = torch.minimum(nearest, torch.hypot(x - ax - along * ex, y - ay - along * ey))
            if ey:
                inside ^= ((ay > y) != (by > y)) & (x < ax + ex * (y - ay) / ey)
        return torch.where(inside, -nearest, nearest)

    return signed


def _circle(cx: float, cy: float, r: float) -> Distance:
    return lambda x, y: torch.hypot(x - cx, y - cy) - r


def _moon(x: Tensor, y: Tensor) -> Tensor:
    return torch.maximum(_circle(0.05, 0, 1.05)(x, y), -_circle(0.58, 0, 0.78)(x, y))


def _avocado(x: Tensor, y: Tensor) -> Tensor:
    """Two circles joined softly: Quilez' polynomial smooth minimum."""
    low, high, k = _circle(0, 0.36, 0.72)(x, y), _circle(0, -0.62, 0.36)(x, y), 0.6
    share = (0.5 + 0.5 * (high - low) / k).clamp(0, 1)
    return high * (1 - share) + low * share - k * share * (1 - share)


def _ring_of(*radii: float, points: int, top: float = 0.0) -> list[tuple[float, float]]:
    """Corners around the centre, the first one above it, at these radii in turn."""
    angles = [2 * math.pi * k / points for k in range(points)]
    return [
        (radii[k % len(radii)] * math.sin(a), top - radii[k % len(radii)] * math.cos(a)) for k, a in enumerate(angles)
    ]


def _heart() -> list[tuple[float, float]]:
    curve = []
    for k in range(64):
        t = 2 * math.pi * k / 64
        x, y = 16 * math.sin(t) ** 3, 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        curve.append((x / 15.5, -(y + 2) / 15.5))
    return curve


_W = 0.34  # half the width of an arm
_DISTANCES = {
    "circle": _circle(0, 0, 1.0),
    "square": _polygon((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "triangle": _polygon(*_ring_of(1.2, points=3, top=0.2)),
    "star": _polygon(*_ring_of(1.15, 0.46, points=10, top=0.05)),
    "heart": _polygon(*_heart()),
    "cross": _polygon(
        (-_W, -1),
        (_W, -1),
        (_W, -_W),
        (1, -_W),
        (1, _W),
        (_W, _W),
        (_W, 1),
        (-_W, 1),
        (-_W, _W),
        (-1, _W),
        (-1, -_W),
        (-_W, -_W),
    ),
    "moon": _moon,
    "avocado": _avocado,
    "diamond": _polygon((0, -1.1), (0.75, 0), (0, 1.1), (-0.75, 0)),
    "arrow": _polygon((0, -1.1), (1, 0), (0.4, 0), (0.4, 1.05), (-0.4, 1.05), (-0.4, 0), (-1, 0)),
}
