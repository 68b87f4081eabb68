"""What a matrix and a squashing function do to a grid of points."""

import math

import torch
from torch import Tensor

from aecourse import live, models
from aecourse.notation import FAINT, colour
from aecourse.style import new_figure

SQUASHINGS = {"identity": models.identity, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "ReLU": torch.relu}
REACH = 2.6


def parse_matrix(typed: str) -> Tensor | None:
    """A matrix from text; text is read as numbers and never run.

    Args:
        typed: such as "1 0.5; 0 1".

    Returns:
        (2, 2), or None where the text is no such matrix.
    """
    rows = [row.replace(",", " ").split() for row in typed.split(";")]
    if len(typed) > 200 or [len(row) for row in rows] != [2, 2]:
        return None
    try:
        W = torch.tensor([[float(entry) for entry in row] for row in rows])
    except ValueError:
        return None
    return W if W.isfinite().all() and W.abs().max() <= 1e3 else None


def reading(W: Tensor) -> str:
    """The singular values of a matrix and what they say.

    Args:
        W: (2, 2).

    Returns:
        a sentence.
    """
    s = torch.linalg.svdvals(W)
    if s[0] - s[1] < 1e-3 and abs(s[0] - 1) < 1e-3:
        kind = "a rotation" if torch.linalg.det(W) > 0 else "a rotation with a mirror"
    else:
        kind = "no rotation: it stretches" if s[1] > 1e-6 else "no rotation: it flattens the plane to a line"
    return f"singular values {s[0]:.2f} and {s[1]:.2f}, so W is {kind}"


def matrix_and_squashing() -> live.Live:
    """A grid of points y, then W T y, then f(W T y): W is typed, the turn T is set by a slider."""
    ticks = torch.linspace(-1, 1, 11)
    grid = torch.cartesian_prod(ticks, ticks)
    shade = (grid[:, 0] + 1) / 2
    angle = torch.linspace(0, 2 * math.pi, 121)
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)

    figure, axes = new_figure(3, size=(11, 4.2))
    dots, rings = [], []
    for ax, title in zip(axes, ("$y$", "$W T y$", "$h = f(W T y)$"), strict=True):
        ax.axhline(0, color=FAINT, lw=1, zorder=0)
        ax.axvline(0, color=FAINT, lw=1, zorder=0)
        dots.append(ax.scatter(*grid.T, c=shade, s=26, vmin=0, vmax=1))
        rings += ax.plot(*circle.T, color=colour("h") if ax is axes[2] else colour("y"), lw=2.5)
        ax.set(
            title=title,
            xlim=(-REACH, REACH),
            ylim=(-REACH, REACH),
            aspect="equal",
            xticks=range(-2, 3),
            yticks=range(-2, 3),
        )
        ax.set_xlabel("first component")
    axes[0].set_ylabel("second component")
    last = {"W": torch.eye(2)}

    def update(typed: str, turn: int, f: str) -> str:
        W = parse_matrix(typed)
        last["W"] = last["W"] if W is None else W
        t = math.radians(turn)
        turned = last["W"] @ torch.tensor([[math.cos(t), -math.sin(t)], [math.sin(t), math.cos(t)]])
        for k, squash in ((1, models.identity), (2, SQUASHINGS[f])):
            dots[k].set_offsets(squash(grid @ turned.T))
            rings[k].set_data(*squash(circle @ turned.T).T)
        rows = "; ".join(" ".join(f"{w:.3g}" for w in row) for row in last["W"].tolist())
        axes[1].set_title(f"W T y, W = {rows}, T {turn}°")
        axes[2].set_title(f"h = f(W T y), f = {f}")
        if W is None:
            return (
                f"“{typed[:60]}” is no 2 × 2 matrix: type four numbers, rows apart by a semicolon, such as 1 0.5; 0 1"
            )
        return f"T turns by {turn}°, then W = {typed}: {reading(last['W'])}; then f = {f}."

    controls = {
        "typed": live.text("W", "1 0.5; 0 1", examples=("0 -1; 1 0", "2 0; 0 0.5", "1 1; 1 1")),
        "turn": live.slider("turn (degrees)", -180, 180, 0),
        "f": live.menu("f", list(SQUASHINGS), "tanh"),
    }
    return live.Live(figure, controls, update)


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"matrix_and_squashing": matrix_and_squashing}
