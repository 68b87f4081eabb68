"""Points and energy maps in the plane."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from aecourse import guards
from aecourse.data import BOX
from aecourse.notation import INK, PAPER, SYMBOLS


def points(values: Tensor, symbol: str, ax: Axes | None = None, *, label: str | None = None, size: float = 34) -> Axes:
    """Points in the plane in the colour and with the marker of a symbol.

    Args:
        values: (m, 2), in plane units.
        symbol: a name in `notation`, such as "y" or "y_tilde".
        ax: to draw into; a new one unless given.
        label: for the legend.
        size: of a point, in square points of the page.

    Returns:
        the Axes.

    Raises:
        ValueError: values are not of that shape or not finite, or there is no such symbol.
    """
    guards.batch("values", values, columns=2)
    ax = ax or plt.figure(figsize=(5, 5)).gca()
    look = SYMBOLS[guards.choice("symbol", symbol, SYMBOLS)]
    ax.scatter(
        *values.detach().cpu().T, s=size, marker=look.marker, color=look.colour, ec=PAPER, lw=0.7, label=label, zorder=3
    )
    return square(ax)


def square(ax: Axes, box: tuple[float, float] = BOX) -> Axes:
    """Equal units on both axes, the box of the plane, and names.

    Args:
        ax: to change.
        box: low and high, the same for both components, in plane units.

    Returns:
        the Axes.
    """
    ax.set(
        aspect="equal",
        xticks=(-1, 0, 1),
        yticks=(-1, 0, 1),
        xlabel="$y_1$ (plane units)",
        ylabel="$y_2$",
        xlim=box,  # after the ticks, which would widen them
        ylim=box,
    )
    return ax


def grid(side: int = 97, box: tuple[float, float] = BOX) -> Tensor:
    """The points at which an energy map is computed, row by row from the bottom left.

    Args:
        side: points in a row, at least 2.
        box: low and high, the same for both components, in plane units.

    Returns:
        (side * side, 2): `energy(grid(side)).view(side, side)` is a map for `energy_maps`.

    Raises:
        ValueError: side is no whole number of at least 2.
    """
    axis = torch.linspace(*box, guards.count("side", side, low=2))
    y_2, y_1 = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([y_1, y_2], dim=-1).view(-1, 2)


def extent(side: int, box: tuple[float, float]) -> tuple[float, float, float, float]:
    """Edges of a picture whose outermost pixels are centred on the edges of the box.

    Args:
        side: pixels in a row, at least 2.
        box: low and high, the same for both components, in plane units.

    Returns:
        left, right, bottom, top, as `imshow` takes them.
    """
    half = (box[1] - box[0]) / (side - 1) / 2
    return (box[0] - half, box[1] + half) * 2


def energy_maps(
    maps: Mapping[str, Tensor],
    *,
    box: tuple[float, float] = BOX,
    high: float | None = None,
    tau: float | None = None,
    unit: str = "squared plane units",
    columns: int = 3,
    axes: list[Axes] | None = None,
) -> list[Axes]:
    """Heat maps over the plane side by side, on one scale.

    Args:
        maps: title -> (side, side), computed on `grid`.
        box: low and high, the same for both components, in plane units.
        high: the top of the scale, which starts at 0; by default the largest value of all.
        tau: draw the edge of the region of energy at most tau.
        unit: of the energies.
        columns: maps in a row.
        axes: to draw into, one a map; new ones unless given.

    Returns:
        one Axes a map.

    Raises:
        ValueError: there is no map, or one is not finite.
    """
    if not maps:
        raise ValueError("maps: expected at least one map, got none")
    for title, values in maps.items():
        guards.batch(title, values)
    high = max(m.max().item() for m in maps.values()) if high is None else high
    if axes is None:
        columns = min(columns, len(maps))
        rows = -(-len(maps) // columns)
        side = min(4.6, 12 / columns)  # a wide figure is shrunk on the page, and its letters with it
        _, cells = plt.subplots(rows, columns, figsize=(side * columns + 1, side * rows), squeeze=False)
        axes = list(cells.flat)
        for ax in axes[len(maps) :]:
            ax.axis("off")
    for ax, (title, values) in zip(axes, maps.items(), strict=False):
        pixels = np.asarray(values.detach().cpu())
        picture = ax.imshow(pixels, extent=extent(len(pixels), box), origin="lower", vmin=0, vmax=high)
        if tau is not None:
            axis = np.linspace(*box, len(pixels))
            ax.contour(axis, axis, pixels, levels=[tau], colors=[PAPER], linewidths=1.6)
        square(ax, box).set_title(title)
    axes[0].figure.colorbar(picture, ax=axes, label=unit, shrink=0.92, extend="max")
    return axes[: len(maps)]


def directions(angles: Mapping[str, Tensor], *, box: tuple[float, float] = BOX, arrows: int = 13) -> list[Axes]:
    """Angles over the plane side by side: as colours that run round a circle, and as arrows.

    Args:
        angles: title -> (side, side), in radians, computed on `grid`.
        box: low and high, the same for both components, in plane units.
        arrows: in a row.

    Returns:
        one Axes a map.

    Raises:
        ValueError: there is no map, one is not finite, or arrows is no whole number of at least 1.
    """
    if not angles:
        raise ValueError("angles: expected at least one map, got none")
    for title, values in angles.items():
        guards.batch(title, values)
    guards.count("arrows", arrows)
    figure, axes = plt.subplots(1, len(angles), figsize=(4.6 * len(angles) + 1, 4.4), squeeze=False)
    for ax, (title, values) in zip(axes[0], angles.items(), strict=True):
        pixels = np.remainder(np.asarray(values.detach().cpu()), 2 * np.pi)
        picture = ax.imshow(
            pixels, extent=extent(len(pixels), box), origin="lower", cmap="twilight", vmin=0, vmax=2 * np.pi
        )
        at = np.linspace(0, len(pixels) - 1, arrows + 2).round().astype(int)[1:-1]
        axis, z = np.linspace(*box, len(pixels))[at], pixels[np.ix_(at, at)]
        ax.quiver(
            axis, axis, np.cos(z), np.sin(z), color=PAPER, ec=INK, lw=0.6, pivot="mid", scale=arrows + 4, width=0.008
        )
        square(ax, box).set_title(title)
    bar = figure.colorbar(picture, ax=list(axes[0]), label="angle (radians)", shrink=0.92)
    bar.set_ticks([0, np.pi / 2, np.pi, 3 * np.pi / 2, 2 * np.pi], labels=["0", "π/2", "π", "3π/2", "2π"])
    return list(axes[0])


def cells(h: Tensor, token: Tensor, entries: Tensor, ax: Axes | None = None) -> Axes:
    """Codes in the plane in the colour of their token, and the entries of the codebook, each with its index.

    Args:
        h: (m, 2), in code units.
        token: (m,) int64, the entry of each code.
        entries: (K, 2).
        ax: to draw into; a new one unless given.

    Returns:
        the Axes.

    Raises:
        ValueError: codes or entries are not of two finite numbers, or tokens are not whole numbers, one a code.
    """
    guards.batch("h", h, columns=2)
    guards.batch("entries", entries, columns=2)
    if token.shape != h.shape[:1] or token.is_floating_point():
        raise ValueError(f"token: expected one whole number for each of {len(h)} codes, got {tuple(token.shape)}")
    ax = ax or plt.figure(figsize=(5.4, 5.0)).gca()
    ax.scatter(*h.detach().cpu().T, c=token.cpu() % 10, cmap="tab10", vmin=0, vmax=9, s=4, alpha=0.45, lw=0)
    for k, (x, y) in enumerate(entries.detach().cpu().tolist()):
        ax.scatter(x, y, s=320, color=PAPER, ec=INK, lw=1.6, zorder=3)
        ax.annotate(str(k), (x, y), ha="center", va="center", zorder=4)
    ax.set(aspect="equal", xlabel="$h_1$ (code units)", ylabel="$h_2$")
    return ax
