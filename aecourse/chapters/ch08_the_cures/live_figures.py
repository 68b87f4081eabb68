"""The energy over the plane as a cure grows stronger."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from aecourse import data, live
from aecourse.energies import TAU
from aecourse.figures import energy_map
from aecourse.notation import INK, MUTED
from aecourse.style import new_figure


@dataclass(frozen=True)
class Sweep:
    """One cure at k strengths.

    Attributes:
        name: of what is turned, such as `"weight of |h|"`.
        strengths: (k,), positive, from weak to strong.
        maps: (k, side, side), of one seed, in squared plane units.
        fraction: (k,), the mean over seeds of the low-energy fraction.
        energy: (k,), the mean over seeds of F on the spiral.
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
        sweeps: cure -> Sweep.
        optimum: the best low-energy fraction.

    Raises:
        ValueError: there is no cure, or the maps of one are not square, not one for each strength, or not finite.
    """
    if not sweeps:
        raise ValueError("sweeps: expected at least one cure, got none")
    sweeps = {cure: _here(cure, s) for cure, s in sweeps.items()}
    side = next(iter(sweeps.values())).maps.shape[1]
    figure, (plane, trade) = new_figure(2, size=(11.2, 4.6), width_ratios=(1, 1.2))
    picture = energy_map.EnergyMap(plane, side, data.spiral())
    trails = {}
    for k, (cure, s) in enumerate(sweeps.items()):
        (trails[cure],) = trade.plot(s.energy, s.fraction, "o-", color=f"C{k}", ms=4, label=cure)
    energy_map.mark_optimum(trade, optimum, "left")
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
        picture.show(energy_map.between(s.maps, position))
        for name, trail in trails.items():
            trail.set(lw=3.5 if name == cure else 1.2, alpha=1 if name == cure else 0.45)
        energy, value = (energy_map.between(v.log(), position).exp().item() for v in (s.energy, s.strengths))
        share = energy_map.between(s.fraction, position).item()
        mark.set_data([energy], [share])
        plane.set_title(f"F(y) in squared plane units\n{cure}, {s.name} = {value:.3g}")
        return (
            f"{cure}, {s.name} = {value:.3g}: F on the spiral {energy:.5f} squared plane units, "
            f"{100 * share:.0f} % of the square explained (the spiral itself: {100 * optimum:.0f} %)."
        )

    controls = {
        "cure": live.menu("cure", list(sweeps)),
        "strength": live.slider("strength", 0.0, 1.0, 0.0, step=0.02),
    }
    return live.Live(figure, controls, update)


def _here(cure: str, s: Sweep) -> Sweep:
    """The sweep with its maps checked, on the CPU, where it is drawn."""
    maps = energy_map.stack(cure, s.maps, len(s.strengths))
    strengths, fraction, energy = (values.detach().cpu() for values in (s.strengths, s.fraction, s.energy))
    return replace(s, maps=maps, strengths=strengths, fraction=fraction, energy=energy)


def _example() -> live.Live:
    share = torch.linspace(0.6, 0.1, 5)
    sweep = Sweep("weight", torch.logspace(-2, 2, 5), energy_map.examples(5), share, share.flip(0) / 100)
    top = Sweep("active codes", torch.arange(1.0, 6), energy_map.examples(5).flip(0), share, share / 50, whole=True)
    return tune_the_cure({"L1": sweep, "top-k": top}, 0.1)


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"tune_the_cure": _example}
