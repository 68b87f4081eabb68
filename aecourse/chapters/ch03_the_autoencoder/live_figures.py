"""What a matrix and a squashing function do to a grid of points."""

import math

import torch
from torch import Tensor

from aecourse import live, models
from aecourse.notation import FAINT, colour
from aecourse.style import new_figure

SQUASHINGS = {"identity": models.identity, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "ReLU": torch.relu}
REACH = 2.3


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


def factors(W: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """W = U S V^T with a V^T that turns by at most a quarter and does not mirror; U mirrors where W does.

    Args:
        W: (2, 2).

    Returns:
        U (2, 2), the singular values (2,), the larger first, and V^T (2, 2).
    """
    U, S, Vt = torch.linalg.svd(W)
    if torch.linalg.det(Vt) < 0:
        U, Vt = U * torch.tensor([1.0, -1.0]), Vt * torch.tensor([[1.0], [-1.0]])
    sign = -1.0 if Vt[0, 0] < 0 else 1.0
    return sign * U, S, sign * Vt


def turn(rotation: Tensor) -> str:
    """The angle of a rotation of the plane, such as "32°"; of a mirror, that of its first column.

    Args:
        rotation: (2, 2), orthogonal.

    Returns:
        a few characters.
    """
    mirrors = ", mirrored" if torch.linalg.det(rotation) < 0 else ""
    degrees = round(math.degrees(math.atan2(rotation[1, 0], rotation[0, 0])))
    return f"{degrees}°{mirrors}".replace("-", "−")


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
    """A grid of points y, step by step through W = U S V^T and f; W is typed."""
    ticks = torch.linspace(-1, 1, 9)
    grid = torch.cartesian_prod(ticks, ticks)
    shade = (grid[:, 0] + 1) / 2
    angle = torch.linspace(0, 2 * math.pi, 121)
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)

    figure, axes = new_figure(5, size=(12.6, 3.5))
    dots, rings, corners = [], [], []
    for ax in axes:
        ax.axhline(0, color=FAINT, lw=1, zorder=0)
        ax.axvline(0, color=FAINT, lw=1, zorder=0)
        dots.append(ax.scatter(*grid.T, c=shade, s=20, vmin=0, vmax=1))
        rings += ax.plot(*circle.T, color=colour("h") if ax is axes[4] else colour("y"), lw=2.5)
        corners += ax.plot([], [], "*", color=colour("C"), ms=15, mec="white")
        bounds = (-REACH, REACH)
        ax.set(title="\n", xlim=bounds, ylim=bounds, aspect="equal", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
        if ax is not axes[0]:
            ax.set(xticklabels=[], yticklabels=[])
    axes[0].set(xlabel="first component", ylabel="second component")
    last = {"W": torch.eye(2)}

    def update(typed: str, f: str) -> str:
        W = parse_matrix(typed)
        last["W"] = last["W"] if W is None else W
        U, S, Vt = factors(last["W"])
        rows = "; ".join(" ".join(f"{w:.3g}" for w in row) for row in last["W"].tolist())
        steps = (
            (torch.eye(2), f"$y$\nW = {rows}"),
            (Vt, f"$V^T y$\nrotated {turn(Vt)}"),
            (S.diag() @ Vt, f"$S V^T y$\nscaled {S[0]:.2f}, {S[1]:.2f}"),
            (last["W"], f"$W y = U S V^T y$\nrotated {turn(U)}"),
            (last["W"], f"$h = f(W y)$\nf = {f}"),
        )
        for k, (matrix, title) in enumerate(steps):
            squash = SQUASHINGS[f] if k == 4 else models.identity
            dots[k].set_offsets(squash(grid @ matrix.T))
            rings[k].set_data(*squash(circle @ matrix.T).T)
            corners[k].set_data(*squash(grid[-1:] @ matrix.T).T)
            axes[k].set_title(title)
        if W is None:
            return (
                f"“{typed[:60]}” is no 2 × 2 matrix: type four numbers, rows apart by a semicolon, such as 1 0.5; 0 1"
            )
        return f"W = {typed}: {reading(last['W'])}; then f = {f}. The star is one point, to be followed."

    controls = {
        "typed": live.text("W", "1 0.5; 0 1", examples=("0 -1; 1 0", "2 0; 0 0.5", "1 1; 1 1")),
        "f": live.menu("f", list(SQUASHINGS), "tanh"),
    }
    return live.Live(figure, controls, update)


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"matrix_and_squashing": matrix_and_squashing}
