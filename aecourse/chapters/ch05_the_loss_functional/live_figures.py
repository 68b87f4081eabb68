"""The energy over the plane while a model is trained."""

from collections.abc import Mapping

import torch
from torch import Tensor

from aecourse import data, live
from aecourse.energies import TAU
from aecourse.figures import energy_map
from aecourse.notation import INK
from aecourse.style import new_figure


def watch_training(epochs: Tensor, maps: Tensor, energies: Mapping[str, Tensor]) -> live.Live:
    """Scrub through a training: the energy over the plane, and the mean energies, at any moment.

    Args:
        epochs: (k,), when the maps were taken.
        maps: (k, side, side), on `figures.grid(side)`, in squared plane units.
        energies: label -> (k,), the mean energy of some samples at those moments.

    Raises:
        ValueError: maps are not square, not one for each moment, or not finite.
    """
    maps = energy_map.stack("maps", maps, len(epochs))
    epochs, energies = epochs.cpu(), {label: F.detach().cpu() for label, F in energies.items()}
    figure, (plane, curves) = new_figure(2, size=(10.8, 4.4), width_ratios=(1, 1.15))
    picture = energy_map.EnergyMap(plane, maps.shape[1], data.spiral())
    for k, (label, F) in enumerate(energies.items()):
        curves.plot(epochs, F, ("-", "--", "-.")[k % 3], label=label)
    curves.set(title="mean energy", xlabel="epoch (logarithmic from 1 on)", ylabel="squared plane units", yscale="log")
    curves.set_xscale("symlog", linthresh=1)
    curves.set_xticks([0, 1, 10, 100], ["0", "1", "10", "100"])
    curves.minorticks_off()
    curves.set_xlim(left=0)
    curves.grid(alpha=0.6)
    curves.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=len(energies), fontsize=11)
    now = curves.axvline(epochs[0].item(), color=INK, lw=2)

    def update(moment: float) -> str:
        position = moment * (len(epochs) - 1)
        F, epoch = energy_map.between(maps, position), energy_map.between(epochs, position).item()
        picture.show(F)
        plane.set_title(f"F(y) in squared plane units, epoch {epoch:.0f}")
        now.set_xdata([epoch, epoch])
        said = ", ".join(
            f"{label} {energy_map.between(values, position).item():.5f}" for label, values in energies.items()
        )
        share = (F <= TAU).float().mean().item()
        return f"epoch {epoch:.0f}: mean energy of {said}; {100 * share:.0f} % of the square is explained (pale veil)."

    return live.Live(figure, {"moment": live.slider("moment of training", 0.0, 1.0, 1.0, step=0.01)}, update)


def _example() -> live.Live:
    curve = torch.linspace(0.9, 0.1, 9)
    return watch_training(10 * torch.arange(9.0), energy_map.examples(9), {"seen": curve, "unseen": curve + 0.05})


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"watch_training": _example}
