"""Points and energy maps in the plane."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from aecourse import guards
from aecourse.notation import PAPER, SYMBOLS

BOX = (-1.2, 1.2)


def points(values: Tensor, symbol: str, ax: Axes | None = None, *, label: str | None = None, size: float = 34) -> Axes:
    """Points in the plane in the colour and with the marker of a symbol.

    Args:
        values: (m, 2). symbol: a name in `notation`, such as "y" or "y_tilde".
    """
    guards.batch("values", values, columns=2)
    ax = ax or plt.figure(figsize=(5, 5)).gca()
    look = SYMBOLS[symbol]
    ax.scatter(
        *values.detach().cpu().T, s=size, marker=look.marker, color=look.colour, ec=PAPER, lw=0.7, label=label, zorder=3
    )
    return square(ax)


def square(ax: Axes, box: tuple[float, float] = BOX) -> Axes:
    """Equal units on both axes, the box of the plane, and names."""
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


def energy_maps(
    maps: Mapping[str, Tensor],
    *,
    box: tuple[float, float] = BOX,
    high: float | None = None,
    unit: str = "squared plane units",
    axes: list[Axes] | None = None,
) -> list[Axes]:
    """Heat maps over the plane side by side, on one scale from 0 to `high` (by default the largest value of all).

    Args:
        maps: title -> (side, side), rows along y_2 from the bottom, columns along y_1.
    Returns:
        one Axes a map.
    """
    for title, values in maps.items():
        guards.batch(title, values)
    high = max(m.max().item() for m in maps.values()) if high is None else high
    if axes is None:
        _, row = plt.subplots(1, len(maps), figsize=(5.6 * len(maps), 4.8), squeeze=False)
        axes = list(row[0])
    for ax, (title, values) in zip(axes, maps.items(), strict=True):
        values = values.clamp(max=high)
        picture = ax.imshow(np.asarray(values.detach().cpu()), extent=(*box, *box), origin="lower", vmin=0, vmax=high)
        square(ax, box).set_title(title)
    axes[0].figure.colorbar(picture, ax=axes, label=unit, shrink=0.92)
    return axes
