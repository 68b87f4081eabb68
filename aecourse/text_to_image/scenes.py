"""Scenes: a complete caption becomes a picture of 32 * 32 pixels with smooth edges.

Shapes stand at multiples of 4 pixels, textures are fixed to the canvas. So equal things look equal wherever they are,
and a small codebook of patches of 4 * 4 pixels can hold the whole world.
"""

import math
from functools import lru_cache

import torch
from torch import Generator, Tensor

from aecourse.text_to_image.captions import SLOT, kind
from aecourse.text_to_image.outlines import SIDE, coverage, distance, window

PAPER = torch.tensor([(1.0, 1.0, 1.0), (0.55, 0.55, 0.55), (0.05, 0.05, 0.05)])
INKS = torch.tensor([
    (0.90, 0.10, 0.10), (1.00, 0.52, 0.05), (1.00, 0.85, 0.10), (0.65, 0.93, 0.15), (0.08, 0.58, 0.18),
    (0.10, 0.80, 0.82), (0.15, 0.30, 0.95), (0.55, 0.15, 0.78), (1.00, 0.55, 0.78), (0.57, 0.20, 0.08),
])  # fmt: skip
CREAM = torch.tensor((1.0, 0.94, 0.68))  # the second colour of every texture
THING_COLOURS = torch.tensor([  # rim, body, detail; no colour of this world is a blend of two others
    ((0.19, 0.17, 0.41), (0.74, 0.93, 0.86), (0.09, 0.09, 0.25)),  # clock
    ((0.73, 0.42, 0.16), (0.96, 0.80, 0.33), (0.76, 0.15, 0.07)),  # pizza
    ((0.05, 0.45, 0.14), (0.96, 0.27, 0.33), (0.26, 0.07, 0.12)),  # watermelon
    ((0.47, 0.21, 0.22), (0.79, 0.64, 0.31), (0.23, 0.21, 0.00)),  # cookie
    ((0.10, 0.22, 0.60), (0.38, 0.62, 1.00), (0.94, 1.00, 0.95)),  # button
    ((0.40, 0.21, 0.00), (0.99, 0.75, 0.07), (0.16, 0.11, 0.00)),  # face
    ((0.84, 0.56, 0.27), (0.98, 0.62, 0.82), (0.42, 0.15, 0.47)),  # doughnut
    ((0.38, 0.05, 0.12), (0.93, 0.17, 0.13), (0.14, 0.03, 0.06)),  # ladybird
    ((0.40, 0.31, 0.15), (0.62, 0.86, 0.28), (0.16, 0.11, 0.10)),  # kiwi
    ((0.92, 0.74, 0.04), (1.00, 0.96, 0.52), (0.96, 0.82, 0.20)),  # lemon
    ((0.42, 0.12, 0.07), (0.94, 0.50, 0.14), (0.32, 0.10, 0.00)),  # basketball
    ((0.50, 0.05, 0.42), (0.85, 0.28, 0.68), (0.97, 0.91, 0.29)),  # gift
])  # fmt: skip
CENTRES = (12, 16, 20)  # pixels
RIM = 2.0  # pixels

_STEPS = torch.arange(SIDE) + 0.5
Y, X = torch.meshgrid(_STEPS, _STEPS, indexing="ij")


def render(captions: Tensor, generator: Generator) -> Tensor:
    """Draw complete captions; where a shape stands, and what a clock shows, is drawn at random.

    Args:
        captions: (batch, 10), complete.
    Returns:
        (batch, 3, 32, 32), in [0, 1].
    """
    images = PAPER[captions[:, SLOT["background"]] - 1][:, :, None, None].repeat(1, 1, SIDE, SIDE)
    kinds = kind(captions)
    for k, paint in enumerate((_one_shape, _two_shapes, _a_thing)):
        chosen = (kinds == k).nonzero()[:, 0]
        if len(chosen):
            images[chosen] = paint(images[chosen], captions[chosen], generator)
    return images


def textures() -> Tensor:
    """How much of the second colour each texture puts into each pixel. (4, 32, 32)."""
    striped = (Y % 4 >= 2).float()
    spotted = (((X % 4) - 2).abs().maximum((Y % 4 - 2).abs()) < 1).float()
    checkered = ((X // 4 + Y // 4) % 2 >= 1).float()
    return torch.stack([torch.zeros(SIDE, SIDE), striped, spotted, checkered])


@lru_cache
def details() -> Tensor:
    """Which pixels the details of every thing cover around its centre: (12, 64, 64, 64), thing by pose, 0 or 1.

    Only a clock has poses: its two hands point in eight directions each.
    """
    axis = torch.arange(2.0 * SIDE) - SIDE  # in the middle of a pixel, so that thin lines are crisp
    v, u = torch.meshgrid(axis, axis, indexing="ij")  # pixels below the centre and to the right of it
    turns = [k * math.pi / 4 for k in range(8)]
    hour, minute = ([_line(u, v, r * math.sin(a), -r * math.cos(a), w) for a in turns] for r, w in ((4, 0.8), (7, 0.6)))
    mouth = coverage((torch.hypot(u, v - 0.5) - 3.6).abs() - 0.7) * (v > 1.3)
    curves = [coverage((torch.hypot(u - s, v) - 8).abs() - 0.6) for s in (-12, 12)]
    bar, beam = coverage(u.abs() - 0.6), coverage(v.abs() - 0.6)
    drawn = (
        _dots(u, v, 1.8, (-4, -3), (3, -4), (-1, 2), (5, 2), (-6, 4), (2, 7), (-2, -8), (7, -3)),
        _dots(u, v, 0.9, (-3, -3), (3, -3), (0, 1), (-4, 3), (4, 3), (0, 6), (0, -6)),
        _dots(u, v, 1.3, (-3, -2), (3, -4), (1, 1), (-4, 4), (4, 4), (-1, -7), (6, 0), (0, 7)),
        _dots(u, v, 1.2, (-2, -2), (2, -2), (-2, 2), (2, 2)),
        torch.maximum(mouth, _dots(u, v, 1.2, (-2, -2), (2, -2))),
        torch.stack([_line(u - a, v - b, p, q, 0.5) for a, b, p, q in _SPRINKLES]).amax(dim=0),
        torch.maximum(bar, _dots(u, v, 1.7, (-4, -3), (4, -3), (-4, 3), (4, 3))),
        _dots(u, v, 0.8, *((5 * math.sin(a), 5 * math.cos(a)) for a in turns)),
        torch.stack(
            [_line(u, v, 9 * math.sin(k * math.pi / 3), 9 * math.cos(k * math.pi / 3), 0.5) for k in range(6)]
        ).amax(dim=0),
        torch.stack([bar, beam, *curves]).amax(dim=0),
        torch.maximum(coverage(u.abs() - 1.2), coverage(v.abs() - 1.2)),
    )
    clock = torch.stack([torch.maximum(h, m) for h in hour for m in minute])
    return (torch.cat([clock[None], torch.stack(drawn)[:, None].expand(-1, 64, -1, -1)]) > 0.4).float()


def paint_thing(images: Tensor, thing: Tensor, d: Tensor, x: Tensor, y: Tensor, pose: Tensor) -> Tensor:
    """A thing inside an outline: rim, body, details.

    Args:
        images: (batch, 3, 32, 32). d: (batch, 32, 32), signed distance. thing, x, y, pose: (batch,).
    """
    rim, body, ink = THING_COLOURS[thing].unbind(dim=1)
    rows, columns = window(y)[:, :, None], window(x)[:, None, :]
    drawn = details()[thing[:, None, None], pose[:, None, None], rows, columns]
    inner = coverage(d + RIM)
    images = _over(images, coverage(d), rim)
    return _over(_over(images, inner, body), drawn * inner, ink)


def _one_shape(images: Tensor, captions: Tensor, generator: Generator) -> Tensor:
    x, y = _centres(len(captions), generator), _centres(len(captions), generator)
    inside = coverage(distance(captions[:, SLOT["shape"]] - 1, torch.full_like(x, 2), x, y))
    images = _over(images, inside, INKS[captions[:, SLOT["colour"]] - 1])
    return _over(images, inside * textures()[captions[:, SLOT["texture"]] - 1], CREAM.expand(len(images), 3))


def _two_shapes(images: Tensor, captions: Tensor, generator: Generator) -> Tensor:
    relation = captions[:, SLOT["relation"]]
    vertical, before = relation <= 2, relation % 2 == 1  # above and left of: the first shape has the smaller coordinate
    for role, first in (("", True), ("_2", False)):
        along = torch.where(before == first, 8, 24)
        across = _centres(len(captions), generator)
        x, y = torch.where(vertical, across, along), torch.where(vertical, along, across)
        shape, size, colour = (captions[:, SLOT[name + role]] - 1 for name in ("shape", "size", "colour"))
        images = _over(images, coverage(distance(shape, size, x, y)), INKS[colour])
    return images


def _a_thing(images: Tensor, captions: Tensor, generator: Generator) -> Tensor:
    x, y = _centres(len(captions), generator), _centres(len(captions), generator)
    pose = torch.randint(0, 64, (len(captions),), generator=generator)
    d = distance(captions[:, SLOT["shape"]] - 1, torch.full_like(x, 2), x, y)
    return paint_thing(images, captions[:, SLOT["thing"]] - 1, d, x, y, pose)


def _centres(count: int, generator: Generator) -> Tensor:
    return torch.tensor(CENTRES)[torch.randint(0, len(CENTRES), (count,), generator=generator)]


def _over(images: Tensor, cover: Tensor, colour: Tensor) -> Tensor:
    """Paint a colour, (batch, 3), over images where `cover`, (batch, 32, 32), says how much."""
    return images + cover[:, None] * (colour[:, :, None, None] - images)


def _dots(u: Tensor, v: Tensor, r: float, *places: tuple[float, float]) -> Tensor:
    return torch.stack([coverage(torch.hypot(u - x, v - y) - r) for x, y in places]).amax(dim=0)


def _line(u: Tensor, v: Tensor, x: float, y: float, half: float) -> Tensor:
    """From the centre to (x, y), so many pixels wide to either side."""
    along = ((u * x + v * y) / (x * x + y * y)).clamp(0, 1)
    return coverage(torch.hypot(u - along * x, v - along * y) - half)


_SPRINKLES = (
    (-4, -4, 2, 1),
    (3, -4, 1, 2),
    (-1, -1, 2, -1),
    (-5, 2, 1, 2),
    (4, 1, 2, 1),
    (0, 4, 2, 1),
    (-3, 6, 2, -1),
    (0, -7, 2, 0),
)
