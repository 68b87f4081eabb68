"""The energy over the plane as a cure grows stronger."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from aecourse import data, guards, live
from aecourse.energies import TAU
from aecourse.figures import energy_map
from aecourse.notation import INK, MUTED
from aecourse.style import new_figure


@dataclass(frozen=True)
class Sweep:
    """One cure at k strengths, several seeds each.

    Attributes:
        name: of what is turned, such as `"weight of |h|"`.
        strengths: (k,), positive, from weak to strong.
        maps: (k, side, side), C of one seed, in squared plane units.
        share: (k, seeds), the low-energy fractions.
        energy: (k, seeds), mean C on the spiral, in squared plane units.
        twin: mean C on the spiral and share of the same network without a cure.
    """

    name: str
    strengths: Tensor
    maps: Tensor
    share: Tensor
    energy: Tensor
    twin: tuple[float, float]


def tune_the_cure(sweeps: Mapping[str, Sweep], optimum: float) -> live.Live:
    """Turn a cure from "collapse" through "good" to "dead", and see what it costs on the data.

    Args:
        sweeps: cure -> Sweep; it opens on the last one, in the middle.
        optimum: the best low-energy fraction.

    Raises:
        ValueError: there is no cure, or the maps of one are not square, not one for each strength, or not finite, or
            its shares or energies have not one row a strength.
    """
    if not sweeps:
        raise ValueError("sweeps: expected at least one cure, got none")
    sweeps = {cure: _here(cure, s) for cure, s in sweeps.items()}
    side = next(iter(sweeps.values())).maps.shape[1]
    figure, (plane, trade) = new_figure(2, size=(11.2, 4.6), width_ratios=(1, 1.2))
    picture = energy_map.EnergyMap(plane, side, data.spiral())
    trails = {}
    for k, (cure, s) in enumerate(sweeps.items()):
        means = (s.energy.mean(dim=1), s.share.mean(dim=1))
        (trails[cure],) = trade.plot(*means, "o-", color=f"C{k}", ms=4, label=cure)
        trade.plot(*s.twin, "X", color=f"C{k}", ms=10, mec=INK, mew=0.5)
    energy_map.mark_optimum(trade, optimum, "left")
    trade.axvline(TAU, color=MUTED, lw=1.5, ls="--")
    trade.text(TAU * 1.15, 0.9, r"$\tau$", color=MUTED)
    (cloud,) = trade.plot([], [], "o", color=INK, ms=4)
    trade.set(
        title="collapse is up left, death is down right",
        xlabel="$C$ on the spiral (squared plane units)",
        ylabel="explained share of the square",
        xscale="log",
        ylim=(0, 1),
    )
    trade.grid(alpha=0.6)
    trade.legend(fontsize=10, loc="upper right")

    def update(cure: str, strength: int) -> str:
        s = sweeps[cure]
        k = min(strength, len(s.strengths) - 1)
        picture.show(s.maps[k])
        for name, trail in trails.items():
            trail.set(lw=3.5 if name == cure else 1.2, alpha=1 if name == cure else 0.45)
        cloud.set_data(s.energy[k], s.share[k])
        plane.set_title(f"C(y) in squared plane units\n{cure}, {s.name} = {s.strengths[k]:.3g}")
        low, high = (100 * s.share[k].quantile(q).item() for q in (0, 1))
        return (
            f"{cure}, {s.name} = {s.strengths[k]:.3g}: C on the spiral {s.energy[k].mean():.5f} squared plane units, "
            f"{100 * s.share[k].mean():.0f} % of the square explained ({low:.0f} to {high:.0f} % by seed; "
            f"the spiral's neighbourhood: {100 * optimum:.0f} %)."
        )

    steps = max(len(s.strengths) for s in sweeps.values())
    controls = {
        "cure": live.menu("cure", list(sweeps), list(sweeps)[-1]),
        "strength": live.slider("strength, step by step", 0, steps - 1, steps // 2),
    }
    return live.Live(figure, controls, update)


def _here(cure: str, s: Sweep) -> Sweep:
    """The sweep with its numbers checked, on the CPU, where it is drawn."""
    maps = energy_map.stack(cure, s.maps, len(s.strengths))
    strengths, share, energy = (values.detach().cpu() for values in (s.strengths, s.share, s.energy))
    for name, values in (("share", share), ("energy", energy)):
        guards.same_shape(f"{name} of {cure}", guards.batch(f"{name} of {cure}", values)[:, 0], "strengths", strengths)
    return replace(s, maps=maps, strengths=strengths, share=share, energy=energy)


def _example() -> live.Live:
    share = torch.linspace(0.6, 0.1, 5)[:, None] * torch.tensor([0.9, 1.1])
    sweep = Sweep("weight", torch.logspace(-2, 2, 5), energy_map.examples(5), share, share.flip(0) / 100, (1e-4, 0.7))
    top = replace(sweep, name="active codes", maps=energy_map.examples(5).flip(0), energy=share / 50)
    return tune_the_cure({"L1": sweep, "top-k": top}, 0.1)


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"tune_the_cure": _example}
