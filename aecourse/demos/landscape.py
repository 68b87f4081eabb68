"""The energy over the plane as it changes: with training, with the width of the code, with the strength of a cure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from aecourse import data, guards, live
from aecourse.figures.plane import BOX, extent, square
from aecourse.notation import INK, MUTED, colour
from aecourse.style import new_figure

TAU = 0.05**2
HIGH = 0.25  # the top of the colour scale, in squared plane units


def between(values: Tensor, position: float) -> Tensor:
    """Linear interpolation along the first axis at a fractional index. (k, ...) -> (...)."""
    low = min(int(position), len(values) - 1)
    return torch.lerp(values[low], values[min(low + 1, len(values) - 1)], position - low)


class _Map:
    """An energy map of fixed scale with the spiral on it; the region of energy at most tau is veiled."""

    def __init__(self, ax: Axes, side: int):
        ax.set_box_aspect(1)
        self.heat = ax.imshow(np.zeros((side, side)), extent=extent(side, BOX), origin="lower", vmin=0, vmax=HIGH)
        self.veil = ax.imshow(np.zeros((side, side, 4)), extent=extent(side, BOX), origin="lower")
        ax.scatter(*data.spiral().T, s=7, color=colour("y"), zorder=3)
        square(ax)
        ax.set_title("$F(y)$ in squared plane units")
        ax.figure.colorbar(self.heat, ax=ax, extend="max", fraction=0.046, pad=0.03)

    def show(self, F: Tensor) -> None:
        pixels = F.numpy()
        veil = np.ones((*pixels.shape, 4))
        veil[..., 3] = 0.62 * (pixels <= TAU)
        self.heat.set_data(pixels)
        self.veil.set_data(veil)


def _mark_optimum(ax: Axes, optimum: float, side: str) -> None:
    ax.axhline(optimum, color=MUTED, lw=2.5, ls=":")
    x = {"left": 0.02, "right": 0.98}[side]
    ax.text(x, optimum + 0.015, "the spiral itself", color=MUTED, ha=side, transform=ax.get_yaxis_transform())


def _stack(name: str, maps: Tensor, k: int) -> Tensor:
    if maps.ndim != 3 or len(maps) != k or k < 2 or maps.shape[1] != maps.shape[2]:
        raise ValueError(f"{name}: expected at least two square maps, shape ({k}, side, side), got {tuple(maps.shape)}")
    guards.batch(name, maps.reshape(k, -1))
    return maps.detach().cpu()


def watch_training(epochs: Tensor, maps: Tensor, energies: Mapping[str, Tensor]) -> live.Live:
    """Scrub through a training: the energy over the plane, and the mean energies, at any moment.

    Args:
        epochs: (k,), when the maps were taken. maps: (k, side, side), on `figures.grid(side)`.
        energies: label -> (k,), the mean energy of some samples at those moments.
    """
    maps = _stack("maps", maps, len(epochs))
    figure, (plane, curves) = new_figure(2, size=(10.8, 4.4), width_ratios=(1, 1.15))
    picture = _Map(plane, maps.shape[1])
    for k, (label, F) in enumerate(energies.items()):
        curves.plot(epochs, F, ("-", "--", "-.")[k % 3], label=label)
    curves.set(title="mean energy", xlabel="epoch", ylabel="squared plane units", yscale="log")
    curves.set_xscale("symlog", linthresh=1)
    curves.set_xticks([0, 1, 10, 100], ["0", "1", "10", "100"])
    curves.minorticks_off()
    curves.set_xlim(left=0)
    curves.grid(alpha=0.6)
    curves.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=len(energies), fontsize=11)
    now = curves.axvline(epochs[0].item(), color=INK, lw=2)

    def update(moment: float) -> str:
        position = moment * (len(epochs) - 1)
        F, epoch = between(maps, position), between(epochs, position).item()
        picture.show(F)
        now.set_xdata([epoch, epoch])
        said = ", ".join(f"{label} {between(values, position).item():.5f}" for label, values in energies.items())
        share = (F <= TAU).float().mean().item()
        return f"epoch {epoch:.0f}: mean energy of {said}; {100 * share:.0f} % of the square is explained (pale veil)."

    return live.Live(figure, {"moment": live.slider("moment of training", 0.0, 1.0, 0.0, step=0.01)}, update)


def widen(d: Tensor, maps: Tensor, fraction: Tensor, spread: Tensor, energy: Tensor, optimum: float) -> live.Live:
    """Drag the width of the code: the map of one model, and the low-energy fraction of several seeds.

    Args:
        d: (k,), the widths. maps: (k, side, side), of one seed. fraction, spread: (k,), mean and standard deviation of
            the low-energy fraction over seeds. energy: (k,), mean energy on the spiral. optimum: the best fraction.
    """
    maps = _stack("maps", maps, len(d))
    figure, (plane, curves) = new_figure(2, size=(10.8, 4.4), width_ratios=(1, 1.15))
    picture = _Map(plane, maps.shape[1])
    curves.fill_between(d, fraction - spread, fraction + spread, color=colour("E"), alpha=0.25, lw=0)
    curves.plot(d, fraction, "o-", color=colour("E"))
    _mark_optimum(curves, optimum, "right")
    curves.set(
        title="explained share of the square, mean ± spread",
        xlabel="$d$, numbers in the code",
        xscale="log",
        ylim=(0, 1.05),
    )
    curves.set_xticks(d.tolist(), [f"{v:g}" for v in d.tolist()])
    curves.minorticks_off()
    curves.grid(alpha=0.6)
    now = curves.axvline(d[0].item(), color=INK, lw=2)

    def update(width: int) -> str:
        picture.show(maps[width])
        now.set_xdata([d[width].item()] * 2)
        side = "under-complete" if d[width] < 2 else "over-complete" if d[width] > 2 else "as wide as the plane"
        return (
            f"d = {d[width].item():g} ({side}): F on the spiral {energy[width].item():.5f} squared plane units; "
            f"{100 * fraction[width].item():.0f} % of the square is explained (pale veil), "
            f"the spiral itself is {100 * optimum:.0f} %."
        )

    return live.Live(figure, {"width": live.slider("d, step by step", 0, len(d) - 1, 0, symbol="h")}, update)


@dataclass(frozen=True)
class Sweep:
    """One cure at k strengths.

    Attributes:
        name: of what is turned, such as `"weight of |h|"`. strengths: (k,), positive, from weak to strong.
        maps: (k, side, side), of one seed. fraction, energy: (k,), means over seeds; energy is F on the spiral.
        whole: the strength is a whole number, so nothing lies between two of them.
    """

    name: str
    strengths: Tensor
    maps: Tensor
    fraction: Tensor
    energy: Tensor
    whole: bool = False


def tune_the_cure(sweeps: Mapping[str, Sweep], optimum: float) -> live.Live:
    """Turn a cure from "collapse" through "good" to "dead", and see what it costs on the data.

    Args:
        sweeps: cure -> Sweep. optimum: the best low-energy fraction.
    """
    if not sweeps:
        raise ValueError("sweeps: expected at least one cure, got none")
    side = next(iter(sweeps.values())).maps.shape[1]
    maps = {cure: _stack(cure, s.maps, len(s.strengths)) for cure, s in sweeps.items()}
    figure, (plane, trade) = new_figure(2, size=(11.2, 4.6), width_ratios=(1, 1.2))
    picture = _Map(plane, side)
    trails = {}
    for k, (cure, s) in enumerate(sweeps.items()):
        (trails[cure],) = trade.plot(s.energy, s.fraction, "o-", color=f"C{k}", ms=4, label=cure)
    _mark_optimum(trade, optimum, "left")
    trade.axvline(TAU, color=MUTED, lw=1.5, ls="--")
    trade.text(TAU * 1.15, 0.9, r"$\tau$", color=MUTED)
    (mark,) = trade.plot([], [], "o", color=INK, ms=13, mfc="none", mew=2.5)
    trade.set(
        title="collapse is up left, death is down right",
        xlabel="$F$ on the spiral (squared plane units)",
        ylabel="explained share of the square",
        xscale="log",
        ylim=(0, 1),
    )
    trade.grid(alpha=0.6)
    trade.legend(fontsize=10, loc="upper right")

    def update(cure: str, strength: float) -> str:
        s = sweeps[cure]
        position = strength * (len(s.strengths) - 1)
        position = round(position) if s.whole else position
        picture.show(between(maps[cure], position))
        for name, trail in trails.items():
            trail.set(lw=3.5 if name == cure else 1.2, alpha=1 if name == cure else 0.45)
        energy, value = (between(v.log(), position).exp().item() for v in (s.energy, s.strengths))
        share = between(s.fraction, position).item()
        mark.set_data([energy], [share])
        return (
            f"{cure}, {s.name} = {value:.3g}: F on the spiral {energy:.5f} squared plane units, "
            f"{100 * share:.0f} % of the square explained (the spiral itself: {100 * optimum:.0f} %)."
        )

    controls = {
        "cure": live.menu("cure", list(sweeps)),
        "strength": live.slider("strength", 0.0, 1.0, 0.0, step=0.02),
    }
    return live.Live(figure, controls, update)
