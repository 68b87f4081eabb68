"""A checker that reads a scene back from pixels alone, and says whether it is what a caption asked for.

It knows how the world is drawn and nothing of tokens, transformers or captions: it finds the outlines that explain the
silhouette best, then the colours that explain their inside best. A picture that nothing explains well is refused.
"""

from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from aecourse import guards
from aecourse.text_to_image.captions import canonical, check_sensible
from aecourse.text_to_image.outlines import IMAGES, SIDE, coverage, distance
from aecourse.text_to_image.scenes import CREAM, INKS, PAPER, POSES, paint_thing, textures
from aecourse.text_to_image.vocabulary import SHAPES, SLOT, SLOTS, TEXTURES, THINGS

# A pixel that differs from the paper by this much is ink. Of papers and what may touch them (inks, rims of things) the
# median pair differs by 0.70: there an edge counts in full where a third of a pixel is covered, as in `silhouette`.
INK = 0.2
# Least overlap of the silhouette with the outlines that explain it: intersection over union. True scenes have 0.90 and
# more, those that went through the codebooks 0.82 and more, of pictures made of two halves 95 % have less than 0.79.
OVERLAP = 0.80
# Largest squared error per inner pixel, summed over the three colours. True scenes have 0, 99 % of those that went
# through the codebooks less than 0.01; the two inks that are most alike differ by 0.11.
ERROR = 0.012


class Reading(NamedTuple):
    """What pictures show.

    Attributes:
        captions: (batch, 10), complete and canonical.
        overlap: (batch,), of silhouette and outlines, from 0 to 1.
        error: (batch,), squared colour error per pixel inside the outlines.
        clear: (batch,) bool, both good enough.
    """

    captions: Tensor
    overlap: Tensor
    error: Tensor
    clear: Tensor


@torch.no_grad()
def matches(images: Tensor, captions: Tensor) -> Tensor:
    """Whether each image shows clearly all that its caption says.

    Args:
        images: (batch, 3, 32, 32), in [0, 1].
        captions: (batch, 10), one for each image; what they leave open may be anything.

    Returns:
        (batch,) bool, on the device of the images.

    Raises:
        ValueError: no images, no captions, or not as many of both.
    """
    guards.tensor("images", images, IMAGES, torch.float32, 0, 1)
    if len(check_sensible(captions)) != len(images):
        raise ValueError(f"captions: expected one for each of {len(images)} images, got {len(captions)}")
    reading, wanted = read_scenes(images), canonical(captions).to(images.device)
    open_slots = wanted == 0
    return reading.clear & ((reading.captions == wanted) | open_slots).all(dim=1) & _same_kind(reading.captions, wanted)


@torch.no_grad()
def read_scenes(images: Tensor) -> Reading:
    """Read scenes from their pixels.

    Args:
        images: (batch, 3, 32, 32), in [0, 1].

    Returns:
        a Reading, on the device of the images (the work is done on the CPU).

    Raises:
        ValueError: no images.
    """
    guards.tensor("images", images, IMAGES, torch.float32, 0, 1)
    parts = [_read(part) for part in images.cpu().split(250)]
    return Reading(*(torch.cat(columns).to(images.device) for columns in zip(*parts, strict=True)))


def silhouette(distance: Tensor) -> Tensor:
    """What an outline looks like against its paper: strong ink shows as soon as it covers a third of a pixel.

    Args:
        distance: of any shape, in pixels, negative inside.

    Returns:
        the same shape, from 0 to 1.

    Raises:
        ValueError: not a tensor of finite single-precision numbers.
    """
    return (3 * coverage(distance)).clamp(0, 1)


def _same_kind(read: Tensor, wanted: Tensor) -> Tensor:
    """A caption of one shape is not answered by two, or by a thing."""
    marks = [SLOT["thing"], SLOT["relation"]]
    return ((read[:, marks] > 0) == (wanted[:, marks] > 0)).all(dim=1)


def _read(images: Tensor) -> Reading:
    border = torch.cat([images[:, :, 0], images[:, :, -1], images[:, :, :, 0], images[:, :, :, -1]], dim=2)
    paper = torch.cdist(border.median(dim=2).values, PAPER).argmin(dim=1)
    ground = PAPER[paper][:, :, None, None]
    shadows = ((images - ground).norm(dim=1) / INK).clamp(0, 1)
    layouts, outlines = _outlines(shadows)
    captions = torch.zeros(len(images), len(SLOTS), dtype=torch.long)
    captions[:, SLOT["background"]] = paper + 1
    overlap, error = torch.zeros(len(images)), torch.zeros(len(images))
    for layout, places in enumerate(LAYOUTS):
        rows = (layouts == layout).nonzero()[:, 0]
        if not len(rows):
            continue
        own = [CANDIDATES[place][outlines[place][rows]] for place in places]
        overlap[rows] = _overlap(shadows[rows], own)
        slots, error[rows] = _pair(images[rows], own) if layout else _inside(images[rows], ground[rows], own[0])
        if layout:
            slots["relation"] = torch.full_like(rows, 2 * layout - 1)  # above, left of
        for name, value in slots.items():
            captions[rows, SLOT[name]] = value
    return Reading(captions, overlap, error, (overlap > OVERLAP) & (error < ERROR))


def _outlines(shadows: Tensor) -> tuple[Tensor, list[Tensor]]:
    """The layout that explains each silhouette with least squared error, and the best candidate at each place."""
    best, errors = [], []
    for templates, (rows, columns) in zip(_templates(), WINDOWS, strict=True):
        cut = shadows[:, rows, columns].flatten(1)
        cost = templates.square().sum(dim=1) - 2 * cut @ templates.T + cut.square().sum(dim=1, keepdim=True)
        smallest = cost.min(dim=1)
        best.append(smallest.indices)
        errors.append(smallest.values)
    sums = [torch.stack([errors[place] for place in places]).sum(dim=0) for places in LAYOUTS]
    return torch.stack(sums).argmin(dim=0), best


def _overlap(shadows: Tensor, outlines: list[Tensor]) -> Tensor:
    """Intersection over union of silhouettes and what the outlines would draw. (batch,)."""
    ink = torch.stack([silhouette(distance(*outline.unbind(dim=1))) for outline in outlines]).sum(dim=0).clamp(0, 1)
    return torch.minimum(ink, shadows).sum((1, 2)) / torch.maximum(ink, shadows).sum((1, 2))


def _pair(images: Tensor, outlines: list[Tensor]) -> tuple[dict[str, Tensor], Tensor]:
    """Size, colour and shape of two shapes; the colour is the one nearest to what lies inside the outline."""
    slots, worst = {}, torch.zeros(len(images))
    off = _distances_to_inks(images)
    for role, outline in zip(("", "_2"), outlines, strict=True):
        inner, count = _inner(distance(*outline.unbind(dim=1)))
        error = (off * inner[:, None]).sum((2, 3)) / count[:, None]
        slots |= {
            f"shape{role}": outline[:, 0] + 1,
            f"size{role}": outline[:, 1] + 1,
            f"colour{role}": error.argmin(dim=1) + 1,
        }
        worst = torch.maximum(worst, error.amin(dim=1))
    return slots, worst


def _inside(images: Tensor, ground: Tensor, outline: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    """What fills one outline: a colour with a texture, or a thing."""
    distances = distance(*outline.unbind(dim=1))
    inner, count = _inner(distances)
    errors = _texture_errors(images, inner) + _thing_errors(images, ground, outline, distances, inner)
    best = (torch.cat(errors, dim=1) / count[:, None]).min(dim=1)
    k, colours = best.indices, len(INKS)
    things = (len(TEXTURES) + 1) * colours  # where they begin: checks stand there twice
    plain = k < things
    return {
        "shape": outline[:, 0] + 1,
        "texture": torch.where(plain, (k // colours).clamp(max=len(TEXTURES) - 1) + 1, 0),
        "colour": torch.where(plain, k % colours + 1, 0),
        "thing": torch.where(plain, 0, k - things + 1),
    }, best.values


def _texture_errors(images: Tensor, inner: Tensor) -> list[Tensor]:
    """Squared error of every colour with every texture, summed over the inside. (batch, 10) each."""
    cream = (images - CREAM[:, None, None]).square().sum(dim=1)[:, None]
    ink = _distances_to_inks(images)
    patterns = textures()
    patterns = (*patterns, 1 - patterns[-1])  # checks are checks, whichever colour has the upper left one
    return [((ink + pattern * (cream - ink)) * inner[:, None]).sum((2, 3)) for pattern in patterns]


def _thing_errors(images: Tensor, ground: Tensor, outline: Tensor, distances: Tensor, inner: Tensor) -> list[Tensor]:
    """Squared error of every thing in its best pose, summed over the inside. (batch, 1) each."""
    _, _, x, y = outline.unbind(dim=1)
    paper, errors = ground.expand_as(images), []
    for k, name in enumerate(THINGS):
        thing = torch.full_like(x, k)
        poses = [torch.full_like(x, pose) for pose in range(POSES.get(name, 1))]
        pictures = [paint_thing(paper, thing, distances, x, y, pose) for pose in poses]
        off = [((images - picture).square().sum(dim=1) * inner).sum((1, 2)) for picture in pictures]
        errors.append(torch.stack(off).amin(dim=0)[:, None])
    return errors


def _distances_to_inks(images: Tensor) -> Tensor:
    """Squared distance of each pixel to each colour. (batch, 10, 32, 32)."""
    return (images[:, None] - INKS[:, :, None, None]).square().sum(dim=2)


def _inner(distances: Tensor) -> tuple[Tensor, Tensor]:
    """Which pixels lie wholly inside, (batch, 32, 32), 0 or 1, and how many, (batch,), at least 1."""
    inner = (coverage(distances + 0.5) >= 0.999).float()
    return inner, inner.sum((1, 2)).clamp(min=1)


def _candidates(radii: tuple[int, ...], xs: range, ys: range) -> Tensor:
    """All outlines that may stand at one place of a layout: rows of shape, radius, x, y."""
    axes = (torch.arange(len(SHAPES)), torch.tensor(radii), torch.tensor(xs), torch.tensor(ys))
    return torch.cartesian_prod(*axes)


_EVERYWHERE, _FIRST, _SECOND = slice(0, SIDE), slice(0, SIDE // 2), slice(SIDE // 2, SIDE)
_ACROSS, _NEAR, _FAR = range(11, 22), range(7, 10), range(23, 26)
# Five places where an outline may stand: alone; above, below; left, right. Generated ones may be a pixel off.
CANDIDATES = (
    _candidates((2,), _ACROSS, _ACROSS),
    *(_candidates((0, 1), _ACROSS, along) for along in (_NEAR, _FAR)),
    *(_candidates((0, 1), along, _ACROSS) for along in (_NEAR, _FAR)),
)
WINDOWS = (
    (_EVERYWHERE, _EVERYWHERE),
    (_FIRST, _EVERYWHERE),
    (_SECOND, _EVERYWHERE),
    (_EVERYWHERE, _FIRST),
    (_EVERYWHERE, _SECOND),
)
LAYOUTS = ((0,), (1, 2), (3, 4))


@lru_cache
def _templates() -> list[Tensor]:
    """The silhouettes of each place's candidates, cut to its window. (candidates, pixels)."""
    shadows = [silhouette(distance(*outlines.unbind(dim=1))) for outlines in CANDIDATES]
    return [shadow[:, rows, columns].flatten(1) for shadow, (rows, columns) in zip(shadows, WINDOWS, strict=True)]
