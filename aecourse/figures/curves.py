"""Quantities against a quantity, as lines or as bars."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from torch import Tensor

from aecourse import guards
from aecourse.notation import INK, colour

STYLES = ("-", "--", "-.", ":")


def lines(x: Tensor, curves: Mapping[str, Tensor], xlabel: str, ylabel: str, ax: Axes | None = None) -> Axes:
    """One line a curve, told apart by colour and by dashes.

    Args:
        x: (k,). curves: label -> (k,). xlabel, ylabel: with their units.
    """
    ax = ax or plt.figure(figsize=(7.2, 4.2)).gca()
    for k, (label, y) in enumerate(curves.items()):
        guards.batch(label, y[:, None])
        guards.same_shape(label, y, "x", x)
        ax.plot(x.detach().cpu(), y.detach().cpu(), STYLES[k % len(STYLES)], label=label)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.grid(alpha=0.6)
    if len(curves) > 1:
        ax.legend()
    return ax


def bars(
    values: Mapping[str, float], ylabel: str, ax: Axes | None = None, *, symbol: str = "y", form: str = "{:.3g}"
) -> Axes:
    """One bar a value, with the value written on it.

    Args:
        values: label -> height. ylabel: with its unit. form: how the value is written.
    """
    for label, value in values.items():
        guards.number(label, value)
    ax = ax or plt.figure(figsize=(7.2, 3.6)).gca()
    drawn = ax.bar(list(values), list(values.values()), color=colour(symbol), width=0.62)
    ax.bar_label(drawn, [form.format(v) for v in values.values()], padding=3, color=INK)
    ax.margins(y=0.14)
    ax.set_ylabel(ylabel)
    return ax
