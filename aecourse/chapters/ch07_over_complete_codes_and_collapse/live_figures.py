"""The energy over the plane as the code grows."""

import torch
from torch import Tensor

from aecourse import data, live
from aecourse.figures import energy_map
from aecourse.notation import INK, colour
from aecourse.style import new_figure


def widen(d: Tensor, maps: Tensor, fraction: Tensor, spread: Tensor, energy: Tensor, optimum: float) -> live.Live:
    """Drag the width of the code: the map of one model, and the low-energy fraction of several seeds.

    Args:
        d: (k,), the widths.
        maps: (k, side, side), of one seed, in squared plane units.
        fraction: (k,), the mean over seeds of the low-energy fraction.
        spread: (k,), its standard deviation over seeds.
        energy: (k,), mean energy on the spiral.
        optimum: the best fraction.

    Raises:
        ValueError: maps are not square, not one for each width, or not finite.
    """
    maps = energy_map.stack("maps", maps, len(d))
    d, fraction, spread, energy = (values.detach().cpu() for values in (d, fraction, spread, energy))
    figure, (plane, curves) = new_figure(2, size=(10.8, 4.4), width_ratios=(1, 1.15))
    picture = energy_map.EnergyMap(plane, maps.shape[1], data.spiral())
    curves.fill_between(d, fraction - spread, fraction + spread, color=colour("E"), alpha=0.25, lw=0)
    curves.plot(d, fraction, "o-", color=colour("E"))
    energy_map.mark_optimum(curves, optimum, "right")
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
        plane.set_title(f"F(y) in squared plane units, d = {d[width].item():g}")
        now.set_xdata([d[width].item()] * 2)
        side = "under-complete" if d[width] < 2 else "over-complete" if d[width] > 2 else "as wide as the plane"
        return (
            f"d = {d[width].item():g} ({side}): F on the spiral {energy[width].item():.5f} squared plane units; "
            f"{100 * fraction[width].item():.0f} % of the square is explained (pale veil), "
            f"the spiral itself is {100 * optimum:.0f} %."
        )

    return live.Live(figure, {"width": live.slider("d, step by step", 0, len(d) - 1, 0, symbol="h")}, update)


def _example() -> live.Live:
    d, share = torch.tensor([1.0, 2, 10, 100]), torch.tensor([0.1, 0.4, 0.7, 0.9])
    return widen(d, energy_map.examples(4), share, share / 10, share.flip(0) / 100, 0.1)


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"widen": _example}
