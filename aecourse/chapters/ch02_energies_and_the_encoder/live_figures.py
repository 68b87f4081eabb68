"""Inference by search, with its valleys and a descent that ends in one of them; and a free energy that is warm."""

import math
from collections.abc import Callable

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.transforms import offset_copy
from torch import Tensor

from aecourse import data, energies, limits, live
from aecourse.figures.maps import extent, grid, square
from aecourse.notation import INK, MUTED, PAPER, colour
from aecourse.style import new_figure

TURN = 2 * math.pi


def descend(y: Tensor, z: Tensor, steps: int = 60, rate: float = 0.25) -> Tensor:
    """Gradient descent on E(y, z) = ||y - Dec(z)||^2 over the ellipse, from z: the whole path.

    Args:
        y: (batch, 2), in plane units.
        z: (batch, 1), in radians.
        steps: of the descent.
        rate: of the slope that a step goes down.

    Returns:
        (steps + 1, batch, 1).

    Raises:
        ValueError: z is not of that shape, or not finite.
    """
    path = [z]
    for _ in range(steps):
        z = path[-1]
        tangent = data.ellipse(z + math.pi / 2)  # on an ellipse the derivative runs a quarter of a turn ahead
        path.append(z - rate * 2 * ((data.ellipse(z) - y) * tangent).sum(dim=1, keepdim=True))
    return torch.stack(path)


def search_for_z(encode: Callable[[Tensor], Tensor] | None = None) -> live.Live:
    """Move y and the start of the descent; see E(y, z) along z, where the descent ends and where the minimum is.

    Args:
        encode: (batch, 2) -> (batch, 1), an encoder whose guess is drawn too, if given.
    """
    curve = torch.linspace(0, TURN, 361, dtype=torch.float64)[:, None]
    on_curve = data.ellipse(curve)
    figure, (plane, energy) = new_figure(2, size=(10.4, 4.3), width_ratios=(1, 1.25))
    plane.plot(*on_curve.T, color=MUTED, lw=1.5)
    where = square(plane, (-1.35, 1.35)).set_title("the plane")
    (trail,) = plane.plot([], [], "-", color=colour("z"), lw=6, alpha=0.6)
    marks = _Marks(plane, energy, encode is not None)
    (line,) = energy.plot(curve[:, 0], curve[:, 0], color=colour("E"))
    begun = energy.set_title("E(y, z) along z")
    energy.set(xlabel="$z$ (radians)", ylabel="$E(y, z)$ (squared plane units)")
    energy.set(xlim=(0, TURN))
    (descent,) = energy.plot([], [], "-", color=colour("z"), lw=6, alpha=0.6)
    energy.legend(loc="upper right", fontsize=11, ncols=2)

    def update(y_1: float, y_2: float, start: float) -> str:
        y = torch.tensor([[y_1, y_2]], dtype=torch.float64)
        E = (y - on_curve).square().sum(dim=1)
        line.set_ydata(E)
        where.set_text(f"the plane, y = ({y_1:.2f}, {y_2:.2f})")
        begun.set_text(f"E(y, z) along z, start at {start:.2f}")
        top = _top(E.max().item())
        if energy.get_ylim()[1] != top:  # an axis that is set is drawn anew, also where it was set to the same
            energy.set_ylim(-0.04 * top, top)
        path = descend(y, torch.tensor([[start]], dtype=torch.float64))[:, 0]
        trail.set_data(*data.ellipse(path).T)
        E_path = (y - data.ellipse(path)).square().sum(dim=1)
        wrapped = path[:, 0] % TURN
        wrapped[1:][wrapped.diff().abs() > TURN / 2] = (
            torch.nan
        )  # no stroke across the panel where z passes a full turn
        descent.set_data(wrapped, E_path)
        z_best, F = limits.inner_minimum(y, data.ellipse, 0, TURN)
        guess = None if encode is None else encode(y.float()).double().detach()
        found = marks.place(y, path[-1:], z_best, guess)
        said = [f"F(y) = {F.item():.3f} at the best z; the descent ends at {found[0]:.3f}"]
        said.append(_where(E_path, F.item()))
        return ", ".join(said) + (f"; the encoder's guess costs {found[1]:.3f}." if guess is not None else ".")

    controls = {
        "y_1": live.slider("y₁", -1.2, 1.2, 0.35, step=0.01, symbol="y"),
        "y_2": live.slider("y₂", -1.2, 1.2, 0.2, step=0.01, symbol="y"),
        "start": live.slider("start of z", 0.0, 6.28, 4.0, step=0.01, symbol="z"),
    }
    return live.Live(figure, controls, update)


def _top(highest: float) -> float:
    """The top of the energy axis: few different ones, so that the axis rests while y moves a little."""
    return next(top for top in (2.5, 5.0, 10.0) if 1.25 * highest < top)


def _where(E_path: Tensor, F: float) -> str:
    """Where a descent has come to: at the best z, at the bottom of another valley, or not yet anywhere."""
    if E_path[-1] - F < 1e-3:
        return "in the deepest valley"
    return "in the wrong valley" if E_path[-2] - E_path[-1] < 1e-5 else "still on its way"


class _Marks:
    """The points that both panels share: y, where the descent ends, the best z, and the encoder's guess."""

    def __init__(self, plane: Axes, energy: Axes, with_guess: bool):
        (self.y,) = plane.plot([], [], "o", color=colour("y"), ms=11, mec="white", zorder=5)
        looks = [("D", colour("z"), "end of the descent", 12, 4), ("*", INK, "best $z$", 17, 6)]
        looks += [("^", colour("h"), "encoder", 13, 5)] if with_guess else []
        self.plane, self.energy = [], []
        for marker, ink, name, size, order in looks:
            look = {"color": ink, "ms": size, "mec": "white", "zorder": order}
            self.plane += plane.plot([], [], marker, **look)
            self.energy += energy.plot([], [], marker, label=name, **look)
        beside = offset_copy(plane.transData, plane.get_figure(root=True), 8, 6, "points")
        self.name = plane.text(0, 0, "$y$", transform=beside, fontsize=16, color=colour("y"))

    def place(self, y: Tensor, end: Tensor, best: Tensor, guess: Tensor | None) -> list[float]:
        """Move every mark; return the energies of the descent's end and of the guess, if there is one."""
        self.y.set_data(*y.T)
        self.name.set_position((y[0, 0].item(), y[0, 1].item()))
        energies = []
        latents = (end, best) if guess is None else (end, best, guess)
        for z, dot, mark in zip(latents, self.plane, self.energy, strict=True):
            point = data.ellipse(z)
            E = (y - point).square().sum().item()
            dot.set_data(*point.T)
            mark.set_data([z.item() % TURN], [E])
            energies.append(E)
        return [energies[0], *energies[2:]]


SIDE, LATENTS = 49, 120


def temperature() -> live.Live:
    """The free energy at the temperature 1/beta: a map above its least value, and a cut between its two limits."""
    circle = torch.linspace(0, TURN, LATENTS + 1)[:-1, None]
    orbit = data.ellipse(circle)
    y_2 = torch.linspace(*data.BOX, 121)
    on_map = torch.cdist(grid(SIDE), orbit).square()
    on_cut = torch.cdist(torch.stack([torch.zeros(121), y_2], dim=1), orbit).square()
    figure, (plane, cut) = new_figure(2, size=(10.4, 4.3), width_ratios=(1, 1.1))
    heat = plane.imshow(np.zeros((SIDE, SIDE)), extent=extent(SIDE, data.BOX), origin="lower", vmin=0, vmax=0.5)
    figure.colorbar(heat, ax=plane, label="above the least $F_\\beta$", extend="max", fraction=0.046, pad=0.03)
    plane.plot(*orbit.T, color=PAPER, lw=1.2, ls=":")
    title = square(plane).set_title("all y, $\\beta$ = 0.0")
    cut.plot(y_2, on_cut.mean(dim=1), ":", color=INK, label="mean E, $\\beta$ = 0")
    cut.plot(y_2, on_cut.amin(dim=1), "--", color=INK, label="least E, $\\beta$ = ∞")
    (line,) = cut.plot(y_2, y_2, color=colour("E"), lw=3, label="$F_\\beta$")
    cut.set(title="on the short axis, $y_1$ = 0", xlabel="$y_2$ (plane units)", ylabel="(squared plane units)")
    cut.set(xlim=data.BOX, ylim=(-0.1, 2.2))
    cut.legend(loc="upper center", fontsize=11, ncols=3, handlelength=1.4, columnspacing=0.8)

    def update(log_beta: float) -> str:
        beta = 10**log_beta
        F_map, F_cut = energies.soft_minimum(on_map, beta), energies.soft_minimum(on_cut, beta)
        heat.set_data((F_map - F_map.min()).view(SIDE, SIDE).numpy())
        line.set_ydata(F_cut)
        title.set_text(f"all y, $\\beta$ = {beta:.3g}")
        lowest = abs(y_2[F_cut.argmin()].item())
        place = "in the middle of the orbit" if lowest < 0.02 else f"at y₂ = ±{lowest:.2f}; the orbit passes at ±0.50"
        return f"β = {beta:.3g}: on the short axis F_β is lowest {place}."

    return live.Live(figure, {"log_beta": live.slider("log₁₀ β", -1.0, 3.0, 1.0, step=0.1, symbol="E")}, update)


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"search_for_z": search_for_z, "temperature": temperature}
