"""Rows of images, all on one grey scale, so that a loss of contrast is seen and not scaled away."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from torch import Tensor

from aecourse import guards
from aecourse.figures.curves import STYLES
from aecourse.notation import FAINT


def tiles(images: Tensor, columns: int, gap: int = 0, fill: float = 0.0) -> np.ndarray:
    """Images of one size as one, row by row from the top: what every mosaic of the course is made of.

    Args:
        images: (rows * columns, channels, height, width), on any device.
        columns: images in a row.
        gap: pixels around each image, so twice as many between two.
        fill: the value of these pixels.

    Returns:
        (rows * (height + 2 gap), columns * (width + 2 gap), channels), ready for `imshow`.
    """
    padded = torch.nn.functional.pad(images.detach().cpu(), (gap,) * 4, value=fill)
    placed = padded.unflatten(0, (-1, columns)).permute(0, 3, 1, 4, 2)  # (rows, height, columns, width, channels)
    return placed.flatten(2, 3).flatten(0, 1).numpy()


def image_rows(
    rows: Mapping[str, Tensor], ax: Axes | None = None, *, low: float = 0.0, high: float = 1.0, gap: int = 2
) -> Axes:
    """Rows of square images as one mosaic; white is `low`, black is `high`, values beyond are clipped.

    Args:
        rows: label -> (k, pixels), the same k in every row.
        ax: to draw into; a new one unless given.
        low: the value of paper.
        high: the value of ink.
        gap: pixels around each image.

    Returns:
        the Axes; the grey scale stands beside it.

    Raises:
        ValueError: there is no row, or one is not finite, not of square images, or not of the shape of the first.
    """
    if not rows:
        raise ValueError("rows: expected at least one row of images, got none")
    first = next(iter(rows.values()))
    side = guards.image_shape("rows", guards.batch("rows", first).shape[1])
    for label, images in rows.items():
        guards.same_shape("rows", guards.batch(label, images), "the first row", first)
    every = torch.cat([images.detach().cpu() for images in rows.values()])
    sheet = tiles(every.view(-1, 1, side, side), len(first), gap, low)[..., 0]
    ax = ax or plt.figure(figsize=(9.6, 0.3 + 7.6 * sheet.shape[0] / sheet.shape[1])).gca()
    picture = ax.imshow(sheet, cmap="gray_r", vmin=low, vmax=high)
    cell = side + 2 * gap
    ax.set_yticks([cell * (k + 0.5) for k in range(len(rows))], list(rows))
    ax.set_xticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    bar = ax.figure.colorbar(picture, ax=ax, fraction=0.02, pad=0.02, ticks=(low, high))
    bar.ax.set_yticklabels([f"{low:g}", f"{high:g}"])
    bar.set_label("value")
    bar.outline.set_visible(False)
    return ax


def mosaic(
    images: Tensor, columns: int, ax: Axes | None = None, *, low: float = 0.0, high: float = 1.0, cmap: str = "gray_r"
) -> Axes:
    """Square images as one picture, row by row from the top, on one scale; by default white is `low`, black is `high`.

    Args:
        images: (rows * columns, pixels).
        columns: images in a row.
        ax: to draw into; a new one unless given.
        low: the value of the first colour.
        high: the value of the last colour.
        cmap: the colours from low to high.

    Returns:
        the Axes.

    Raises:
        ValueError: images are not finite or not square, or do not fill their rows.
    """
    side = guards.image_shape("images", guards.batch("images", images).shape[1])
    if len(images) % guards.count("columns", columns):
        raise ValueError(f"images: expected full rows of {columns}, got {len(images)} images")
    sheet = tiles(images.view(-1, 1, side, side), columns, gap=1, fill=np.nan)[..., 0]
    ax = ax or plt.figure(figsize=(6.4, 0.3 + 6.4 * sheet.shape[0] / sheet.shape[1])).gca()
    ax.imshow(sheet, cmap=cmap, vmin=low, vmax=high)  # the gaps are NaN and stay unpainted
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax


def kernels(sets: Mapping[str, Tensor], columns: int = 5) -> list[Axes]:
    """What units look at: their weights as images, red where ink excites and blue where it inhibits.

    Every kernel is scaled by its own largest weight, because its pattern is what is looked at.

    Args:
        sets: title -> (k, pixels), k a multiple of columns.
        columns: kernels in a row.

    Returns:
        one Axes a set, three in a row.

    Raises:
        ValueError: there is no set, or one is not finite, not of square images, or does not fill its rows.
    """
    if not sets:
        raise ValueError("sets: expected at least one set of kernels, got none")
    across = min(3, len(sets))
    _, cells = plt.subplots(-(-len(sets) // across), across, figsize=(3.4 * across, 3.8 * -(-len(sets) // across)))
    axes = list(np.atleast_1d(cells).flat)
    for ax, (title, W) in zip(axes, sets.items(), strict=False):
        scaled = W / guards.batch(title, W).abs().amax(dim=1, keepdim=True).clamp(min=1e-12)
        mosaic(scaled, columns, ax, low=-1, cmap="RdBu_r").set_title(title)
    for ax in axes[len(sets) :]:
        ax.axis("off")
    return axes[: len(sets)]


def walks(images: Mapping[str, Tensor], energies: Mapping[str, Tensor], unit: str) -> list[Axes]:
    """Walks from one image to another: the images on the way, and below them the energy at every step.

    Args:
        images: label -> (k, pixels).
        energies: label -> (steps,), finer than the images.
        unit: of the energies.

    Returns:
        the Axes of the images and that of the energies.

    Raises:
        ValueError: the images are none for `image_rows`, or an energy is not finite.
    """
    _, (top, bottom) = plt.subplots(2, 1, figsize=(9.6, 5.4), height_ratios=(1, 1.6))
    image_rows(images, top)
    for k, (label, F) in enumerate(energies.items()):
        guards.batch(label, F[:, None])
        bottom.plot(np.linspace(0, 1, len(F)), F.detach().cpu(), STYLES[k % len(STYLES)], label=label)
    bottom.set(xlabel="share of the way", ylabel=f"F ({unit})", xlim=(0, 1))
    bottom.set_ylim(bottom=0)
    bottom.grid(alpha=0.6)
    bottom.legend()
    return [top, bottom]


def colour_rows(rows: Mapping[str, Tensor], ax: Axes | None = None, *, gap: int = 2) -> Axes:
    """Rows of square images in colour, or in grey where there is one channel (0 is black, 1 is white), as one mosaic.

    Args:
        rows: label -> (k, 3, side, side) or (k, 1, side, side), in [0, 1], the same k and side in every row.
        ax: to draw into; a new one unless given.
        gap: pixels around each image.

    Returns:
        the Axes.

    Raises:
        ValueError: there is no row, or one is not of such a shape, not in [0, 1], or not of the size of the first.
    """
    if not rows:
        raise ValueError("rows: expected at least one row of images, got none")
    bands = []
    for label, images in rows.items():
        if images.ndim != 4 or images.shape[1] not in (1, 3) or images.shape[2] != images.shape[3]:
            raise ValueError(
                f"{label}: expected shape (k, 3, side, side) or (k, 1, side, side), got {tuple(images.shape)}"
            )
        guards.batch(label, images.flatten(1), low=-1e-3, high=1 + 1e-3)
        bands.append(images.detach().cpu().expand(-1, 3, -1, -1).clamp(0, 1))
        if bands[-1].shape != bands[0].shape:
            raise ValueError(f"{label}: expected as many images of the same size as in the first row")
    columns, cell = len(bands[0]), bands[0].shape[2] + 2 * gap
    sheet = tiles(torch.cat(bands), columns, gap, fill=1.0)
    ax = ax or plt.figure(figsize=(9.6, 0.3 + 8.2 * sheet.shape[0] / sheet.shape[1])).gca()
    ax.imshow(sheet)
    for row in range(len(rows)):
        for k in range(columns):
            edge = Rectangle(
                (k * cell + gap - 0.5, row * cell + gap - 0.5),
                cell - 2 * gap,
                cell - 2 * gap,
                fill=False,
                ec=FAINT,
                lw=0.8,
            )
            ax.add_patch(edge)
    ax.set_yticks([cell * (k + 0.5) for k in range(len(rows))], list(rows))
    ax.set_xticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax
