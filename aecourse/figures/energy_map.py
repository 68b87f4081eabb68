"""An energy map that changes under the reader's hand: heat, a veil over what is explained, the data on it."""

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from aecourse import guards
from aecourse.data import BOX
from aecourse.energies import TAU
from aecourse.figures.maps import extent, square
from aecourse.notation import MUTED, colour

HIGH = 0.25  # the top of the colour scale, in squared plane units


def between(values: Tensor, position: float) -> Tensor:
    """Linear interpolation along the first axis at a fractional index.

    Args:
        values: (k, ...).
        position: from 0 to k - 1.

    Returns:
        (...).
    """
    low = min(int(position), len(values) - 1)
    return torch.lerp(values[low], values[min(low + 1, len(values) - 1)], position - low)


class EnergyMap:
    """An energy map of fixed scale with the data on it; the region of energy at most tau is veiled.

    Args:
        ax: to draw into.
        side: of the map, in points.
        points: (m, 2), the data, in plane units.
    """

    def __init__(self, ax: Axes, side: int, points: Tensor):
        ax.set_box_aspect(1)
        self.heat = ax.imshow(np.zeros((side, side)), extent=extent(side, BOX), origin="lower", vmin=0, vmax=HIGH)
        self.veil = ax.imshow(np.zeros((side, side, 4)), extent=extent(side, BOX), origin="lower")
        ax.scatter(*points.detach().cpu().T, s=7, color=colour("y"), zorder=3)
        square(ax)
        ax.set_title("$F(y)$ in squared plane units")
        ax.figure.colorbar(self.heat, ax=ax, extend="max", fraction=0.046, pad=0.03)

    def show(self, F: Tensor) -> None:
        """F: (side, side), in squared plane units."""
        pixels = F.detach().cpu().numpy()
        veil = np.ones((*pixels.shape, 4))
        veil[..., 3] = 0.62 * (pixels <= TAU)
        self.heat.set_data(pixels)
        self.veil.set_data(veil)


def mark_optimum(ax: Axes, optimum: float, side: str) -> None:
    """A dotted line at the low-energy fraction of the spiral itself, named at one end.

    Args:
        ax: to draw into.
        optimum: the fraction.
        side: the end, "left" or "right".
    """
    ax.axhline(optimum, color=MUTED, lw=2.5, ls=":")
    x = {"left": 0.02, "right": 0.98}[side]
    ax.text(x, optimum + 0.015, "the spiral itself", color=MUTED, ha=side, transform=ax.get_yaxis_transform())


def stack(name: str, maps: Tensor, k: int) -> Tensor:
    """Check square maps, and bring them to the CPU.

    Args:
        name: of the argument; a message starts with it.
        maps: (k, side, side), on any device.
        k: how many there should be, at least 2.

    Returns:
        (k, side, side).

    Raises:
        ValueError: they are not so many, not square, or not finite.
    """
    if maps.ndim != 3 or len(maps) != k or k < 2 or maps.shape[1] != maps.shape[2]:
        raise ValueError(f"{name}: expected at least two square maps, shape ({k}, side, side), got {tuple(maps.shape)}")
    guards.batch(name, maps.reshape(k, -1))
    return maps.detach().cpu()


def examples(k: int) -> Tensor:
    """Made-up maps that darken from one to the next.

    Args:
        k: how many.

    Returns:
        (k, 97, 97), in squared plane units.

    Raises:
        ValueError: k is no whole number of at least 1.
    """
    waves = torch.linspace(-6, 6, 97).sin()
    return torch.linspace(0.4, 0.05, guards.count("k", k))[:, None, None] * (waves[:, None] - waves).square()
