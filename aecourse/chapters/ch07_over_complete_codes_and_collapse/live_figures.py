"""The energy over the plane as the code grows."""

import torch
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator
from torch import Tensor

from aecourse import data, guards, live
from aecourse.figures import energy_map
from aecourse.notation import INK, PAPER, colour
from aecourse.style import new_figure


def widen(d: Tensor, maps: Tensor, fraction: Tensor, energy: Tensor, reference: float) -> live.Live:
    """Drag the width of the code: the map of one model, and share and energy of several seeds, a dot each.

    Args:
        d: (k,), the widths.
        maps: (k, side, side), of one seed, in squared plane units.
        fraction: (k, seeds), the low-energy fractions.
        energy: (k, seeds), mean energies on the spiral, in squared plane units.
        reference: the fraction of the spiral's neighbourhood.

    Raises:
        ValueError: maps are not square, not one for each width, or not finite; fraction or energy have not a row
            a width.
    """
    maps = energy_map.stack("maps", maps, len(d))
    d, fraction, energy = (values.detach().cpu() for values in (d, fraction, energy))
    for name, values in (("fraction", fraction), ("energy", energy)):
        guards.batch(name, values)
        guards.same_shape(name, values[:, 0], "d", d)
    figure, (plane, shares, heights) = new_figure(3, size=(13.6, 4.4), width_ratios=(1.1, 1, 1))
    picture = energy_map.EnergyMap(plane, maps.shape[1], data.spiral())
    marks = [_dots(shares, d, fraction, "explained share of the square"), _dots(heights, d, energy, "F on the spiral")]
    energy_map.mark_optimum(shares, reference, "right")
    shares.texts[-1].set(y=reference + 0.04, bbox={"color": PAPER, "pad": 0})  # the line at d runs behind it
    shares.set_ylim(0, 1.05)
    heights.set(yscale="log", ylabel="squared plane units")

    def update(width: int) -> str:
        picture.show(maps[width])
        plane.set_title(f"F(y) in squared plane units, d = {d[width].item():g}")
        for mark in marks:
            mark.set_xdata([d[width].item()] * 2)
        side = "under-complete" if d[width] < 2 else "over-complete" if d[width] > 2 else "as wide as the plane"
        low, high = (100 * fraction[width].quantile(q).item() for q in (0, 1))
        return (
            f"d = {d[width].item():g} ({side}): F on the spiral {energy[width].median().item():.2g} squared units "
            f"(middle of the seeds); {low:.0f} to {high:.0f} % of the square is explained (pale veil), "
            f"the spiral's neighbourhood is {100 * reference:.0f} %."
        )

    steps = live.slider("d, step by step", 0, len(d) - 1, len(d) - 1, symbol="h")
    return live.Live(figure, {"width": steps}, update)


def _dots(ax: Axes, d: Tensor, values: Tensor, title: str) -> Line2D:
    """Every seed at every width, and a line at the chosen one, which is returned."""
    ax.plot(d, values, "o", color=colour("E"), alpha=0.75, mec="none")
    ax.set(title=title, xlabel="$d$, numbers in the code", xscale="log")
    ax.set_xticks(d.tolist()[::2], [f"{v:g}" for v in d.tolist()[::2]])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.grid(alpha=0.6)
    return ax.axvline(d[0].item(), color=INK, lw=2)


def _example() -> live.Live:
    d, share = torch.tensor([1.0, 2, 10, 100]), torch.tensor([[0.1, 0.2], [0.4, 0.5], [0.7, 0.6], [0.9, 0.8]])
    return widen(d, energy_map.examples(4), share, share.flip(0) / 100, 0.1)


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"widen": _example}
