"""A checker that reads a scene back from pixels alone, and says whether it is what a caption asked for.

It knows how the world is drawn and nothing of tokens, transformers or captions: it finds the outlines that explain the
silhouette best, then the colours that explain their inside best. A picture that nothing explains well is refused.
"""

from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from aecourse.text_to_image.captions import SHAPES, SLOT, SLOTS, THINGS, canonical
from aecourse.text_to_image.outlines import SIDE, coverage, distance
from aecourse.text_to_image.scenes import CREAM, INKS, PAPER, paint_thing, textures

_INK = 0.2  # a pixel that differs from the paper by this much is ink
_OVERLAP = 0.80  # of the silhouette and the outlines that explain it: intersection over union
_ERROR = 0.012  # squared error per inner pixel, summed over the three colours


class Reading(NamedTuple):
    """What a picture shows.

    Attributes:
        captions: (batch, 10), complete and canonical. overlap: (batch,), of silhouette and outlines, from 0 to 1.
        error: (batch,), squared colour error per pixel inside the outlines. clear: (batch,) bool, both good enough.
    """

    captions: Tensor
    overlap: Tensor
    error: Tensor
    clear: Tensor


@torch.no_grad()
def matches(images: Tensor, captions: Tensor) -> Tensor:
    """Whether each image shows clearly all that its caption says. (batch, 3, 32, 32), (batch, 10) -> (batch,)."""
    reading, asked = read(images), canonical(captions)
    said = asked > 0
    return reading.clear & ((reading.captions == asked) | ~said).all(dim=1) & _same_kind(reading.captions, asked)


@torch.no_grad()
def read(images: Tensor) -> Reading:
    """Read scenes. (batch, 3, 32, 32), in [0, 1] -> Reading."""
    parts = [_read(part) for part in images.split(250)]
    return Reading(*(torch.cat(columns) for columns in zip(*parts, strict=True)))


def _same_kind(found: Tensor, asked: Tensor) -> Tensor:
    """A caption of one shape is not answered by two, or by a thing."""
    return ((found[:, [SLOT["thing"], SLOT["relation"]]] > 0) == (asked[:, [SLOT["thing"], SLOT["relation"]]] > 0)).all(
        dim=1
    )


def _read(images: Tensor) -> Reading:
    border = torch.cat([images[:, :, 0], images[:, :, -1], images[:, :, :, 0], images[:, :, :, -1]], dim=2)
    paper = torch.cdist(border.median(dim=2).values, PAPER).argmin(dim=1)
    ground = PAPER[paper][:, :, None, None]
    silhouette = ((images - ground).norm(dim=1) / _INK).clamp(0, 1)
    best, outlines = _outlines(silhouette)
    captions = torch.zeros(len(images), len(SLOTS), dtype=torch.long)
    captions[:, SLOT["background"]] = paper + 1
    overlap, error = torch.zeros(len(images)), torch.zeros(len(images))
    for layout, places in enumerate(_LAYOUTS):
        rows = (best == layout).nonzero()[:, 0]
        if not len(rows):
            continue
        chosen = [_TABLE[k][outlines[k][rows]] for k in places]
        drawn = sum(_ink(distance(*c.unbind(dim=1))) for c in chosen).clamp(0, 1)
        overlap[rows] = torch.minimum(drawn, silhouette[rows]).sum((1, 2)) / torch.maximum(drawn, silhouette[rows]).sum(
            (1, 2)
        )
        if layout == 0:
            slots, error[rows] = _inside(images[rows], ground[rows], *chosen[0].unbind(dim=1))
        else:
            slots, error[rows] = _pair(images[rows], chosen)
            slots["relation"] = torch.full_like(rows, 1 if layout == 1 else 3)
        for name, value in slots.items():
            captions[rows, SLOT[name]] = value
    return Reading(captions, overlap, error, (overlap > _OVERLAP) & (error < _ERROR))


def _outlines(silhouette: Tensor) -> tuple[Tensor, list[Tensor]]:
    """The layout that explains each silhouette with least squared error, and the best outline at each place."""
    outlines, errors = [], []
    for templates, (rows, columns) in zip(_templates(), _WINDOWS, strict=True):
        seen = silhouette[:, rows, columns].flatten(1)
        cost = templates.square().sum(dim=1) - 2 * seen @ templates.T + seen.square().sum(dim=1, keepdim=True)
        smallest = cost.min(dim=1)
        outlines.append(smallest.indices)
        errors.append(smallest.values)
    return torch.stack([sum(errors[k] for k in places) for places in _LAYOUTS]).argmin(dim=0), outlines


def _pair(images: Tensor, chosen: list[Tensor]) -> tuple[dict[str, Tensor], Tensor]:
    """Size, colour and shape of two shapes; the colour is the one nearest to what lies inside the outline."""
    slots, worst = {}, torch.zeros(len(images))
    for role, outline in zip(("", "_2"), chosen, strict=True):
        inner = (coverage(distance(*outline.unbind(dim=1)) + 0.5) >= 0.999).float()
        count = inner.sum((1, 2)).clamp(min=1)
        off = (images[:, None] - INKS[:, :, None, None]).square().sum(dim=2)  # (batch, 10, 32, 32)
        error = (off * inner[:, None]).sum((2, 3)) / count[:, None]
        slots |= {
            f"shape{role}": outline[:, 0] + 1,
            f"size{role}": outline[:, 1] + 1,
            f"colour{role}": error.argmin(dim=1) + 1,
        }
        worst = torch.maximum(worst, error.amin(dim=1))
    return slots, worst


def _inside(
    images: Tensor, ground: Tensor, shape: Tensor, radius: Tensor, x: Tensor, y: Tensor
) -> tuple[dict[str, Tensor], Tensor]:
    """What fills one outline: a colour with a texture, or a thing."""
    d = distance(shape, radius, x, y)
    inner = (coverage(d + 0.5) >= 0.999).float()
    count = inner.sum((1, 2)).clamp(min=1)
    errors = []
    patterns = textures()
    for texture in (*patterns, 1 - patterns[-1]):  # checks are checks, whichever colour has the upper left one
        cream = (images - CREAM[:, None, None]).square().sum(dim=1)[:, None]
        ink = (images[:, None] - INKS[:, :, None, None]).square().sum(dim=2)
        errors.append(((ink + texture * (cream - ink)) * inner[:, None]).sum((2, 3)) / count[:, None])
    for thing in range(len(THINGS)):
        kind = torch.full_like(shape, thing)
        poses = range(64) if thing == 0 else (0,)  # a clock can show any time
        drawn = [paint_thing(ground.expand_as(images), kind, d, x, y, torch.full_like(x, pose)) for pose in poses]
        off = [((images - thing).square().sum(dim=1) * inner).sum((1, 2)) for thing in drawn]
        errors.append(torch.stack(off).amin(dim=0)[:, None] / count[:, None])
    best = torch.cat(errors, dim=1).min(dim=1)
    k, colours = best.indices, len(INKS)
    plain = k < (len(patterns) + 1) * colours
    return {
        "shape": shape + 1,
        "texture": torch.where(plain, (k // colours).clamp(max=len(patterns) - 1) + 1, 0),
        "colour": torch.where(plain, k % colours + 1, 0),
        "thing": torch.where(plain, 0, k - (len(patterns) + 1) * colours + 1),
    }, best.values


def _ink(d: Tensor) -> Tensor:
    """The silhouette of an outline: strong ink shows as soon as it covers a third of a pixel."""
    return (3 * coverage(d)).clamp(0, 1)


def _table(radii: tuple[int, ...], xs: range, ys: range) -> Tensor:
    """All outlines that may stand at one place of a layout: rows of shape, radius, x, y."""
    axes = (torch.arange(len(SHAPES)), torch.tensor(radii), torch.tensor(xs), torch.tensor(ys))
    return torch.cartesian_prod(*axes)


_EVERYWHERE, _FIRST, _SECOND = slice(0, SIDE), slice(0, SIDE // 2), slice(SIDE // 2, SIDE)
_ACROSS, _NEAR, _FAR = range(11, 22), range(7, 10), range(23, 26)
# Five places where an outline may stand: alone; above, below; left, right. Generated ones may be a pixel off.
_TABLE = (
    _table((2,), _ACROSS, _ACROSS),
    *(_table((0, 1), _ACROSS, along) for along in (_NEAR, _FAR)),
    *(_table((0, 1), along, _ACROSS) for along in (_NEAR, _FAR)),
)
_WINDOWS = (
    (_EVERYWHERE, _EVERYWHERE),
    (_FIRST, _EVERYWHERE),
    (_SECOND, _EVERYWHERE),
    (_EVERYWHERE, _FIRST),
    (_EVERYWHERE, _SECOND),
)
_LAYOUTS = ((0,), (1, 2), (3, 4))


@lru_cache
def _templates() -> list[Tensor]:
    """The silhouettes of each place's outlines, cut to its window. (outlines, pixels)."""
    drawn = [_ink(distance(*table.unbind(dim=1))) for table in _TABLE]
    return [d[:, rows, columns].flatten(1) for d, (rows, columns) in zip(drawn, _WINDOWS, strict=True)]
