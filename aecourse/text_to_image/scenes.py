"""Scenes: a complete caption becomes a picture of 32 * 32 pixels with smooth edges.

Shapes stand at multiples of 4 pixels, textures are fixed to the canvas. So equal things look equal wherever they are,
and a small codebook of patches of 4 * 4 pixels can hold the whole world.
"""

import math
from functools import lru_cache

import torch
from torch import Generator, Tensor

from aecourse import guards
from aecourse.text_to_image.captions import check_complete, kind
from aecourse.text_to_image.outlines import IMAGES, SIDE, coverage, distance, window
from aecourse.text_to_image.vocabulary import BACKGROUNDS, COLOURS, SLOT, TEXTURES, THINGS

_PAPER = {"white": (1.0, 1.0, 1.0), "grey": (0.55, 0.55, 0.55), "black": (0.05, 0.05, 0.05)}
_INKS = {
    "red": (0.90, 0.10, 0.10), "orange": (1.00, 0.52, 0.05), "yellow": (1.00, 0.85, 0.10),
    "lime": (0.65, 0.93, 0.15), "green": (0.08, 0.58, 0.18), "turquoise": (0.10, 0.80, 0.82),
    "blue": (0.15, 0.30, 0.95), "purple": (0.55, 0.15, 0.78), "pink": (1.00, 0.55, 0.78),
    "brown": (0.57, 0.20, 0.08),
}  # fmt: skip
_THINGS = {  # rim, body, detail; no colour of this world is a blend of two others
    "clock": ((0.19, 0.17, 0.41), (0.74, 0.93, 0.86), (0.09, 0.09, 0.25)),
    "pizza": ((0.73, 0.42, 0.16), (0.96, 0.80, 0.33), (0.76, 0.15, 0.07)),
    "watermelon": ((0.05, 0.45, 0.14), (0.96, 0.27, 0.33), (0.26, 0.07, 0.12)),
    "cookie": ((0.47, 0.21, 0.22), (0.79, 0.64, 0.31), (0.23, 0.21, 0.00)),
    "button": ((0.10, 0.22, 0.60), (0.38, 0.62, 1.00), (0.94, 1.00, 0.95)),
    "face": ((0.40, 0.21, 0.00), (0.99, 0.75, 0.07), (0.16, 0.11, 0.00)),
    "doughnut": ((0.84, 0.56, 0.27), (0.98, 0.62, 0.82), (0.42, 0.15, 0.47)),
    "ladybird": ((0.38, 0.05, 0.12), (0.93, 0.17, 0.13), (0.14, 0.03, 0.06)),
    "kiwi": ((0.40, 0.31, 0.15), (0.62, 0.86, 0.28), (0.16, 0.11, 0.10)),
    "lemon": ((0.92, 0.74, 0.04), (1.00, 0.96, 0.52), (0.96, 0.82, 0.20)),
    "basketball": ((0.42, 0.12, 0.07), (0.94, 0.50, 0.14), (0.32, 0.10, 0.00)),
    "gift": ((0.50, 0.05, 0.42), (0.85, 0.28, 0.68), (0.97, 0.91, 0.29)),
}
PAPER = torch.tensor([_PAPER[name] for name in BACKGROUNDS])
INKS = torch.tensor([_INKS[name] for name in COLOURS])
CREAM = torch.tensor((1.0, 0.94, 0.68))  # the second colour of every texture
THING_COLOURS = torch.tensor([_THINGS[name] for name in THINGS])
CENTRES = (12, 16, 20)  # pixels
RIM = 2.0  # pixels
POSES = {"clock": 64}  # its two hands point in eight directions each; all else has one

_STEPS = torch.arange(SIDE) + 0.5
Y, X = torch.meshgrid(_STEPS, _STEPS, indexing="ij")


def render(captions: Tensor, generator: Generator) -> Tensor:
    """Paint complete captions; where a shape stands, and what a clock shows, is drawn at random.

    Args:
        captions: (batch, 10), complete.
        generator: of places and poses.

    Returns:
        (batch, 3, 32, 32), in [0, 1], on the device of the captions (the work is done on the CPU).

    Raises:
        ValueError: no captions, captions that leave something open, or no generator.
    """
    guards.instance("generator", generator, Generator)
    rows = check_complete(captions).cpu()
    images = PAPER[rows[:, SLOT["background"]] - 1][:, :, None, None].repeat(1, 1, SIDE, SIDE)
    kinds = kind(rows)
    for k, paint in enumerate((_one_shape, _two_shapes, _a_thing)):
        own = (kinds == k).nonzero()[:, 0]
        if len(own):
            images[own] = paint(images[own], rows[own], generator)
    return images.to(captions.device)


def textures() -> Tensor:
    """How much of the second colour each texture puts into each pixel. (4, 32, 32)."""
    cover = {
        "plain": torch.zeros(SIDE, SIDE),
        "striped": (Y % 4 >= 2).float(),
        "spotted": (((X % 4) - 2).abs().maximum((Y % 4 - 2).abs()) < 1).float(),
        "checkered": ((X // 4 + Y // 4) % 2 >= 1).float(),
    }
    return torch.stack([cover[name] for name in TEXTURES])


@lru_cache
def details() -> Tensor:
    """Which pixels the details of every thing cover around its centre.

    Returns:
        (12, 64, 64, 64), thing by pose by row by column, 0 or 1; what has one pose has it 64 times.
    """
    axis = torch.arange(2.0 * SIDE) - SIDE  # in the middle of a pixel, so that thin lines are crisp
    v, u = torch.meshgrid(axis, axis, indexing="ij")  # pixels below the centre and to the right of it
    cover = _details(u, v) | {"clock": _hands(u, v)}
    most = max(POSES.values())
    return (torch.stack([cover[name].expand(most, -1, -1) for name in THINGS]) > 0.4).float()


def paint_thing(images: Tensor, thing: Tensor, distances: Tensor, x: Tensor, y: Tensor, pose: Tensor) -> Tensor:
    """A thing inside an outline: rim, body, details.

    Args:
        images: (batch, 3, 32, 32), in [0, 1], what lies below.
        thing: (batch,) int64, which of `THINGS`.
        distances: (batch, 32, 32), signed distance to the outline, in pixels.
        x: (batch,) int64, the column of the centre, from 0 to 32.
        y: (batch,) int64, its row.
        pose: (batch,) int64, from 0 to 63.

    Returns:
        (batch, 3, 32, 32).

    Raises:
        ValueError: anything else.
    """
    guards.tensor("images", images, IMAGES, torch.float32, 0, 1)
    guards.tensor("distances", distances, (len(images), SIDE, SIDE), torch.float32)
    limits = {"thing": (thing, len(THINGS) - 1), "x": (x, SIDE), "y": (y, SIDE), "pose": (pose, details().shape[1] - 1)}
    for name, (value, high) in limits.items():
        guards.tensor(name, value, (len(images),), torch.int64, 0, high)
    rim, body, ink = THING_COLOURS.to(images.device)[thing].unbind(dim=1)
    rows, columns = window(y)[:, :, None], window(x)[:, None, :]
    detail = details().to(images.device)[thing[:, None, None], pose[:, None, None], rows, columns]
    inner = coverage(distances + RIM)
    images = _over(images, coverage(distances), rim)
    return _over(_over(images, inner, body), detail * inner, ink)


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
    pose = _random(details().shape[1], len(captions), generator)
    distances = distance(captions[:, SLOT["shape"]] - 1, torch.full_like(x, 2), x, y)
    return paint_thing(images, captions[:, SLOT["thing"]] - 1, distances, x, y, pose)


def _centres(count: int, generator: Generator) -> Tensor:
    return torch.tensor(CENTRES)[_random(len(CENTRES), count, generator)]


def _random(options: int, count: int, generator: Generator) -> Tensor:
    """(count,) whole numbers below `options`, on the CPU wherever the generator lies."""
    return torch.randint(0, options, (count,), generator=generator, device=generator.device).cpu()


def _over(images: Tensor, cover: Tensor, colour: Tensor) -> Tensor:
    """Paint a colour, (batch, 3), over images where `cover`, (batch, 32, 32), says how much."""
    return images + cover[:, None] * (colour[:, :, None, None] - images)


def _hands(u: Tensor, v: Tensor) -> Tensor:
    """The hands of a clock in all poses. (64, 64, 64)."""
    turns = [k * math.pi / 4 for k in range(8)]
    hour, minute = ([_line(u, v, r * math.sin(a), -r * math.cos(a), w) for a in turns] for r, w in ((4, 0.8), (7, 0.6)))
    return torch.stack([torch.maximum(h, m) for h in hour for m in minute])


def _details(u: Tensor, v: Tensor) -> dict[str, Tensor]:
    """What lies on every other thing. (64, 64) each."""
    mouth = coverage((torch.hypot(u, v - 0.5) - 3.6).abs() - 0.7) * (v > 1.3)
    curves = [coverage((torch.hypot(u - s, v) - 8).abs() - 0.6) for s in (-12, 12)]
    bar, beam = coverage(u.abs() - 0.6), coverage(v.abs() - 0.6)
    ring = [(5 * math.sin(k * math.pi / 4), 5 * math.cos(k * math.pi / 4)) for k in range(8)]
    slices = [(9 * math.sin(k * math.pi / 3), 9 * math.cos(k * math.pi / 3)) for k in range(6)]
    return {
        "pizza": _dots(u, v, 1.8, (-4, -3), (3, -4), (-1, 2), (5, 2), (-6, 4), (2, 7), (-2, -8), (7, -3)),
        "watermelon": _dots(u, v, 0.9, (-3, -3), (3, -3), (0, 1), (-4, 3), (4, 3), (0, 6), (0, -6)),
        "cookie": _dots(u, v, 1.3, (-3, -2), (3, -4), (1, 1), (-4, 4), (4, 4), (-1, -7), (6, 0), (0, 7)),
        "button": _dots(u, v, 1.2, (-2, -2), (2, -2), (-2, 2), (2, 2)),
        "face": torch.maximum(mouth, _dots(u, v, 1.2, (-2, -2), (2, -2))),
        "doughnut": torch.stack([_line(u - a, v - b, p, q, 0.5) for a, b, p, q in _SPRINKLES]).amax(dim=0),
        "ladybird": torch.maximum(bar, _dots(u, v, 1.7, (-4, -3), (4, -3), (-4, 3), (4, 3))),
        "kiwi": _dots(u, v, 0.8, *ring),
        "lemon": torch.stack([_line(u, v, x, y, 0.5) for x, y in slices]).amax(dim=0),
        "basketball": torch.stack([bar, beam, *curves]).amax(dim=0),
        "gift": torch.maximum(coverage(u.abs() - 1.2), coverage(v.abs() - 1.2)),
    }


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
