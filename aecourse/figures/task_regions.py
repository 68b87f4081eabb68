"""The nested regions: supervised | self-supervised, and across both halves latent variable and structured."""

from collections.abc import Iterable

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from aecourse.notation import INK, MUTED, colour

# (latent, structured) -> height of the row
ROWS = {(False, False): 5.75, (True, False): 4.4, (True, True): 3.0, (False, True): 1.65}
LATENT, STRUCTURED = (2.15, 5.2), (0.75, 3.9)  # bottom and top of each region


def where(place: tuple[bool, bool, bool]) -> tuple[float, float]:
    """The centre of a cell.

    Args:
        place: supervised, latent, structured.

    Returns:
        where to write, in the units of the Axes.
    """
    supervised, latent, structured = place
    return (-2.5 if supervised else 2.5), ROWS[latent, structured]


def regions(tasks: Iterable[tuple[str, tuple[bool, bool, bool]]] = (), ax: Axes | None = None) -> Axes:
    """Draw the regions and write each task into its own.

    Args:
        tasks: pairs of a name and its place (supervised, latent, structured).
        ax: to draw into; a new one unless given.

    Returns:
        the Axes.
    """
    ax = ax or plt.figure(figsize=(9.6, 5.6)).gca()
    ax.set(xlim=(-5.3, 5.3), ylim=(0, 7))
    ax.axis("off")
    _region(ax, (-5.2, 0.1, 10.4, 6.2), INK)
    ax.plot([0, 0], [0.1, 6.3], color=INK, lw=1.6)
    for x, title in ((-2.6, "supervised"), (2.6, "self-supervised")):
        ax.text(x, 6.6, title, ha="center", va="center", fontsize=16, weight="bold")
    for (bottom, top), edge, inset in ((LATENT, colour("z"), 0.2), (STRUCTURED, MUTED, 0.6)):
        _region(ax, (-5.2 + inset, bottom, 2 * (5.2 - inset), top - bottom), edge)
    ax.text(-4.75, LATENT[1] - 0.26, "latent variable: there is a $z$", va="center", fontsize=13)
    ax.text(-4.4, STRUCTURED[0] + 0.26, "structured: the output obeys constraints", va="center", fontsize=13)
    for name, place in tasks:
        ax.text(*where(place), name, ha="center", va="center", fontsize=14)
    return ax


def _region(ax: Axes, box: tuple[float, float, float, float], edge: str) -> None:
    x, y, width, height = box
    face = "none" if edge == INK else edge + "26"
    ax.add_patch(
        FancyBboxPatch((x, y), width, height, boxstyle="round,pad=0,rounding_size=.18", fc=face, ec=edge, lw=2)
    )
