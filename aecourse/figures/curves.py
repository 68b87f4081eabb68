"""Quantities against a quantity, as lines, as bars or, run by run, as dots."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator
from torch import Tensor

from aecourse import guards
from aecourse.notation import INK, MUTED, colour

STYLES = ("-", "--", "-.", ":")


def lines(x: Tensor, curves: Mapping[str, Tensor], xlabel: str, ylabel: str, ax: Axes | None = None) -> Axes:
    """One line a curve, told apart by colour and by dashes.

    Args:
        x: (k,).
        curves: label -> (k,).
        xlabel: with its unit.
        ylabel: with its unit.
        ax: to draw into; a new one unless given.

    Returns:
        the Axes.

    Raises:
        ValueError: a curve is not finite, or not of the shape of x.
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
        values: label -> height.
        ylabel: with its unit.
        ax: to draw into; a new one unless given.
        symbol: of `notation`, which lends its colour.
        form: how a value is written.

    Returns:
        the Axes.

    Raises:
        ValueError: a value is not finite, or there is no such symbol.
    """
    for label, value in values.items():
        guards.number(label, value)
    ax = ax or plt.figure(figsize=(7.2, 3.6)).gca()
    rectangles = ax.bar(list(values), list(values.values()), color=colour(symbol), width=0.62)
    ax.bar_label(rectangles, [form.format(v) for v in values.values()], padding=3, color=INK)
    ax.margins(y=0.14)
    ax.set_ylabel(ylabel)
    return ax


def dots(
    groups: Sequence[str],
    runs: Mapping[str, Tensor],
    optimum: Mapping[str, Tensor],
    ylabel: str,
    ax: Axes | None = None,
    *,
    limit: str = "best possible",
) -> Axes:
    """Every one of a few runs as a dot, condition beside condition, each with a known optimum as a grey bar.

    Args:
        groups: names of the groups in which the conditions stand side by side.
        runs: condition -> (groups, k), the values of its k runs.
        optimum: condition -> (groups,), where the bars stand.
        ylabel: with its unit.
        ax: where to draw; a new figure if None.
        limit: what the bars are, for the legend.

    Returns:
        The Axes, drawn into.

    Raises:
        ValueError: a condition has not one row and one optimum a group, or a value is not finite.
    """
    ax = ax or plt.figure(figsize=(9.0, 4.8)).gca()
    place = torch.arange(len(groups))[:, None]
    for k, (condition, values) in enumerate(runs.items()):
        guards.batch(condition, values)
        guards.same_shape(condition, values[:, 0], "groups", place[:, 0])
        guards.same_shape(f"optimum of {condition}", optimum[condition], "groups", place[:, 0])
        x = place + 0.24 * (k - (len(runs) - 1) / 2)
        bars = ax.hlines(optimum[condition].detach().cpu(), x[:, 0] - 0.1, x[:, 0] + 0.1, color=MUTED, lw=7, alpha=0.55)
        ax.plot(x.expand(values.shape).flatten(), values.detach().cpu().flatten(), "os^D"[k % 4], ms=8, label=condition)
    ax.set(ylabel=ylabel, xlim=(-0.6, len(groups) - 0.4))
    bars.set_label(limit)
    ax.set_xticks(range(len(groups)), groups)
    ax.grid(axis="y", alpha=0.6)
    ax.legend(handles=[*ax.lines, bars], loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def errors(
    d: Tensor, curves: Mapping[str, Tensor], optimum: Mapping[str, Tensor], ylabel: str, ax: Axes | None = None
) -> Axes:
    """Error against the number of codes, both on logarithmic scales, with the best possible as a thick grey line.

    Args:
        d: (k,), numbers in the code.
        curves: label -> (k,).
        optimum: label -> (k,); holds one.
        ylabel: with its unit.
        ax: to draw into; a new one unless given.

    Returns:
        the Axes.

    Raises:
        ValueError: a curve is not finite, or not of the shape of d.
    """
    ax = ax or plt.figure(figsize=(8.2, 4.8)).gca()
    for label, y in optimum.items():
        guards.same_shape(label, y, "d", d)
        ax.plot(d.cpu(), y.detach().cpu(), color=MUTED, lw=7, alpha=0.55, solid_capstyle="round", label=label)
    for k, (label, y) in enumerate(curves.items()):
        guards.batch(label, y[:, None])
        guards.same_shape(label, y, "d", d)
        ax.plot(d.cpu(), y.detach().cpu(), STYLES[k % len(STYLES)], marker="os^D"[k % 4], ms=7, label=label)
    ax.set(xlabel="$d$, numbers in the code", ylabel=ylabel, xscale="log", yscale="log")
    ax.set_xticks(d.tolist(), [f"{v:g}" for v in d.tolist()])
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.minorticks_off()
    ax.grid(alpha=0.6)
    ax.legend()
    return ax


def roc(curves: Mapping[str, tuple[Tensor, Tensor]], ax: Axes | None = None, *, data: str = "data") -> Axes:
    """ROC curves, with the diagonal of a coin.

    Args:
        curves: label -> (share of the data refused, share of the others refused), each (k,).
        ax: to draw into; a new one unless given.
        data: what the data are called.

    Returns:
        the Axes.

    Raises:
        ValueError: the two shares of a curve differ in shape.
    """
    ax = ax or plt.figure(figsize=(9, 4.8)).gca()
    for k, (label, (refused, detected)) in enumerate(curves.items()):
        guards.same_shape(label, detected, "the share of the data refused", refused)
        ax.plot(refused.detach().cpu(), detected.detach().cpu(), STYLES[k % len(STYLES)], label=label)
    ax.plot([0, 1], [0, 1], color=MUTED, lw=1.2, label="a coin")
    ax.set(xlabel=f"share of {data} refused", ylabel="share of the others refused", aspect="equal")
    ax.grid(alpha=0.6)
    ax.legend(loc="center left", bbox_to_anchor=(1.05, 0.5))
    return ax
