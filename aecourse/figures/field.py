"""Vector fields over the plane: where a model sends every point, as arrows over a map of their length."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from torch import Tensor

from aecourse import guards
from aecourse.data import BOX
from aecourse.figures.maps import extent, grid, square
from aecourse.notation import INK, PAPER

# Half a shaft, then a head, then back: along the arrow and across it, in units of its length.
ALONG = np.array([0.0, 0.62, 0.55, 1.0, 0.55, 0.62, 0.0, 0.0])
ACROSS = np.array([0.05, 0.05, 0.24, 0.0, -0.24, -0.05, -0.05, 0.05])
LONGEST = 0.92  # of an arrow as drawn, in cells of the grid
BRIGHT = 0.6  # from this share of the colour scale on the map is bright, and its arrows are dark
_CODES = np.array([Path.MOVETO, *[Path.LINETO] * 6, Path.CLOSEPOLY], np.uint8)


class Field:
    """Arrows on a grid over a heat map of their length; `show` moves them.

    An arrow is drawn in its true direction, and at its true length up to one cell of the grid: longer ones would hide
    each other, and the heat map says how long they are. All arrows of a shade are one path, which is what makes a
    thousand of them quick to draw.

    Args:
        ax: to draw into.
        side: arrows in a row.
        high: the length at the top of the colour scale, in plane units.
        arrows: False leaves only the heat map.

    Raises:
        ValueError: high is not positive, or side is no whole number of at least 2.
    """

    def __init__(self, ax: Axes, side: int = 33, high: float = 1.0, arrows: bool = True):
        self.start, self.side = grid(side).numpy(), side
        self.high = guards.number("high", high, low=1e-12)
        self.cell = (BOX[1] - BOX[0]) / (side - 1)
        box = extent(side, BOX)
        self.heat = ax.imshow(np.zeros((side, side)), extent=box, origin="lower", vmin=0, vmax=high)
        light, dark = (to_rgba(colour, 0.9) for colour in (PAPER, INK))
        empty = Path(np.zeros((1, 2)))
        self.patches = [PathPatch(empty, fc=c, lw=0) for c in (light, dark)] if arrows else []
        for patch in self.patches:
            ax.add_patch(patch)
        square(ax, box[:2])

    def show(self, move: Tensor) -> None:
        """Move the arrows.

        Args:
            move: (side * side, 2), in plane units, in the order of `figures.grid`.

        Raises:
            ValueError: move is not of that shape, or not finite.
        """
        if len(guards.batch("move", move, columns=2)) != len(self.start):
            raise ValueError(f"move: expected one per arrow, ({len(self.start)}, 2), got {tuple(move.shape)}")
        arrows = move.detach().cpu().numpy()
        length = np.hypot(*arrows.T)
        self.heat.set_data(length.reshape(self.side, self.side))
        bright = length > BRIGHT * self.high
        for patch, chosen in zip(self.patches, (~bright, bright), strict=False):
            patch.set_path(_arrows(self.start[chosen], arrows[chosen], LONGEST * self.cell))


def _arrows(start: np.ndarray, move: np.ndarray, longest: float) -> Path:
    """One path of arrows, each at most `longest` long."""
    if not len(start):
        return Path(np.zeros((1, 2)))
    length = np.hypot(*move.T)
    along = move * (np.minimum(1, longest / np.maximum(length, 1e-12)))[:, None]
    across = along[:, ::-1] * (-1, 1)
    corners = start[:, None] + along[:, None] * ALONG[:, None] + across[:, None] * ACROSS[:, None]
    return Path(corners.reshape(-1, 2), np.tile(_CODES, len(start)))


def fields(moves: dict[str, Tensor], *, high: float = 1.0, axes: list[Axes] | None = None) -> list[Axes]:
    """Vector fields side by side, on one scale.

    Args:
        moves: title -> (side * side, 2), where each point of `figures.grid(side)` is sent, minus the point itself.
        high: the length at the top of the colour scale, in plane units.
        axes: to draw into, one a field; new ones unless given.

    Returns:
        one Axes a field.

    Raises:
        ValueError: there is no field, or one is not of that shape or not finite.
    """
    if not moves:
        raise ValueError("moves: expected at least one field, got none")
    if axes is None:
        axes = list(plt.subplots(1, len(moves), figsize=(4.9 * len(moves) + 0.8, 4.9), squeeze=False)[1][0])
    for ax, (title, move) in zip(axes, moves.items(), strict=True):
        field = Field(ax, guards.image_shape(title, len(move)), high)
        field.show(move)
        ax.set_title(title)
    bar = axes[0].figure.colorbar(field.heat, ax=axes, fraction=0.025, pad=0.02, extend="max")
    bar.set_label("length of the move (plane units)")
    return axes
