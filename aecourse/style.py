"""The look of every figure: `use()` applies course.mplstyle, `new_figure` makes a figure that no window owns."""

from importlib.resources import as_file, files
from typing import Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from aecourse import guards

# Ten classes: colours that differ in lightness too (Paul Tol's "muted" palette), and a second cue.
CLASS_COLOURS = (
    "#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#777777",
)  # fmt: skip
CLASS_MARKERS = ("o", "s", "^", "D", "v")


def use() -> None:
    """Apply the course's style to every figure made from now on, whatever style was in use before."""
    with as_file(files("aecourse") / "course.mplstyle") as path:
        matplotlib.style.use(["default", path])


def new_figure(
    columns: int = 1, rows: int = 1, size: tuple[float, float] = (9.6, 4.2), **options: Any
) -> tuple[Figure, list[Axes]]:
    """A figure in the course's style on its own canvas, unknown to pyplot, and its Axes as a flat list.

    Args:
        columns: Axes in a row.
        rows: of Axes.
        size: width and height in inches, at 100 dots per inch.
        **options: passed to `Figure.subplots`.

    Returns:
        the figure and its Axes, row by row.

    Raises:
        ValueError: columns or rows is no whole number of at least 1.
    """
    guards.count("columns", columns)
    guards.count("rows", rows)
    use()
    figure = Figure(figsize=size)
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, list(axes.flat)
