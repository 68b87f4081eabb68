"""What fits what, who is observed when, and which task belongs where."""

import math

import numpy as np

from aecourse import figures, live, notation
from aecourse.figures import diagrams
from aecourse.figures.task_regions import where
from aecourse.notation import PAPER, colour
from aecourse.style import new_figure
from aecourse.tasks import TASKS

RIGHT, WRONG = colour("h"), colour("E")
SIDE_BY_SIDE = ("prediction", "latent variable, with x", "autoencoder", "denoising autoencoder")


def what_fits() -> live.Live:
    """The energy of throws at y degrees towards a target at x: a map of all pairs, and a cut through it at one x."""
    figure, (left, right) = new_figure(2, size=(10.4, 4.4), width_ratios=(1.15, 1))
    x, y = np.linspace(0, 1.3, 261), np.linspace(0, 90, 361)
    energies = _miss(x[None], y[:, None])
    picture = left.imshow(
        energies, origin="lower", extent=(0, 1.3, 0, 90), aspect="auto", vmin=0, vmax=1, cmap="viridis"
    )
    left.plot(np.sin(np.radians(2 * y)), y, color=PAPER, lw=1.2, ls=":")
    bar = figure.colorbar(picture, ax=left, ticks=(0, 0.5, 1))
    bar.set_label("E(x, y)")
    cut = left.axvline(0, color=PAPER, lw=2)
    left.set(
        title="all pairs; dotted: E = 0", xlabel="x, distance of the target", ylabel="y, angle of the throw (degrees)"
    )
    (curve,) = right.plot([], [], color=colour("E"), lw=2.5)
    (best,) = right.plot([], [], "o", color=colour("y"), ms=11, label="fits best", zorder=3)
    (mean,) = right.plot([], [], "X", color=colour("y_tilde"), ms=12, label="their mean", zorder=3)
    title = right.set_title("x = 0.00")
    right.set(
        xlabel="y, angle of the throw (degrees)",
        ylabel="E(x, y)",
        xlim=(0, 90),
        ylim=(-0.05, 1.1),
        xticks=range(0, 91, 15),
    )
    right.grid(alpha=0.6)
    right.legend(loc="upper center", ncols=2, fontsize=12, handletextpad=0.2)

    def update(x: float) -> str:
        x = round(x, 2)  # a slider adds up steps
        fits = _fitting(x)
        cut.set_xdata([x, x])
        curve.set_data(y, _miss(x, y))
        best.set_data(fits, [_miss(x, fits[0])] * len(fits))
        mean.set_data([45], [_miss(x, 45)])
        title.set_text(f"target at x = {x:.2f}")
        return _reading(x, fits)

    return live.Live(figure, {"x": live.slider("x, distance", 0.0, 1.3, 0.6, step=0.05, symbol="x")}, update)


def _fitting(x: float) -> list[float]:
    """The angles of least energy, in degrees: two that hit, or the one that comes nearest."""
    low = math.degrees(math.asin(min(x, 1))) / 2
    return [low, 90 - low] if x < 1 else [low]


def _reading(x: float, fits: list[float]) -> str:
    if x > 1:
        return (
            f"x = {x:.2f} lies beyond every throw: even the best y, 45 degrees, has energy {_miss(x, 45):.2f}. "
            "Nothing fits, and the energy says so."
        )
    if x == 1:
        return "x = 1.00 is the longest throw: one y fits, 45 degrees."
    return (
        f"x = {x:.2f}: {fits[0]:.0f} and {fits[1]:.0f} degrees both fit, energy 0. "
        f"Their mean, 45 degrees, has energy {_miss(x, 45):.2f}: it flies too far."
    )


def _miss(x: np.ndarray | float, y: np.ndarray | float) -> np.ndarray:
    """E(x, y), the squared miss of a throw at y degrees; a throw at 45 degrees goes one unit far."""
    return np.square(x - np.sin(np.radians(2 * y)))


def settings() -> live.Live:
    """Four settings side by side in training or in testing; observed variables are shaded."""
    figure, axes = new_figure(2, 2, size=(11.2, 6.4))
    panels = {name: figures.diagram(name, ax=ax) for name, ax in zip(SIDE_BY_SIDE, axes, strict=True)}

    def update(phase: str) -> str:
        for name, ax in panels.items():
            diagrams.shade(ax, name, phase)
            ax.set_title(f"{name}, {phase}", loc="left")
        seen = {name: getattr(figures.SETTINGS[name], phase) for name in panels}
        return f"Shaded in {phase}: " + "; ".join(f"{name}: {_letters(found)}" for name, found in seen.items()) + "."

    return live.Live(figure, {"phase": live.menu("phase", ["training", "testing"])}, update)


def _letters(names: frozenset[str]) -> str:
    return ", ".join(notation.SYMBOLS[name].letter for name in sorted(names)) or "nothing"


def place_the_task() -> live.Live:
    """Choose a task and a place; the caption says of each of the three answers why it is right or wrong."""
    figure, (ax,) = new_figure(size=(9.6, 5.6))
    figures.regions(ax=ax)
    card = ax.text(0, 0, "", ha="center", va="center", fontsize=15, color=PAPER, weight="bold")

    def update(task: str, side: str, latent: bool, structured: bool) -> str:
        chosen = TASKS[task]
        answer = (side == "supervised", latent, structured)
        name = task.replace(" with ", "\nwith ").replace(" or ", "\nor ")
        card.set(text=f"{'✓' if answer == chosen.place else '✗'} {name}", position=where(answer))
        card.set_bbox({"boxstyle": "round,pad=.4", "fc": RIGHT if answer == chosen.place else WRONG, "ec": "none"})
        return feedback(task, *answer)

    controls = {
        "task": live.menu("task", list(TASKS), "speech recognition"),
        "side": live.menu("half", ["supervised", "self-supervised"]),
        "latent": live.check("latent variable"),
        "structured": live.check("structured"),
    }
    return live.Live(figure, controls, update)


def feedback(task: str, supervised: bool, latent: bool, structured: bool) -> str:
    """What is right and what is wrong about a placement, each with its reason, and a case for another one."""
    chosen = TASKS[task]
    said = []
    for answer, truth, yes, no, why in (
        (supervised, chosen.supervised, "supervised", "self-supervised", chosen.why_supervised),
        (latent, chosen.latent, "with a latent variable", "without a latent variable", chosen.why_latent),
        (structured, chosen.structured, "structured", "not structured", chosen.why_structured),
    ):
        mark = "✓" if answer == truth else f"✗ you chose {yes if answer else no}; it is"
        said.append(f"{mark} {yes if truth else no}, because {why}.")
    if chosen.case:
        said.insert(2, f"(Against the lecture's z: {chosen.case}.)" if chosen.latent else f"(For a z: {chosen.case}.)")
    return "  ".join(said)


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"what_fits": what_fits, "settings": settings, "place_the_task": place_the_task}
