"""The settings of the course as diagrams: circle = variable, shaded if observed; rounded = module; square = energy."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle

from aecourse import guards
from aecourse.notation import INK, PAPER, SYMBOLS, colour

RADIUS, MODULE, BOX = 0.42, (1.5, 0.7), 0.76


@dataclass(frozen=True)
class Setting:
    """A diagram: where each node stands, which arrows join them, which variables are observed when.

    A node whose name is a symbol of kind variable is a circle, of kind energy a square; any other name is a module.

    Attributes:
        nodes: name -> where its centre stands.
        arrows: pairs of names, from and to.
        training: names of the variables that are observed in training.
        testing: names of those that are observed in testing.
        reading: what the diagram says, in words.
    """

    nodes: dict[str, tuple[float, float]]
    arrows: tuple[tuple[str, str], ...]
    training: frozenset[str]
    testing: frozenset[str]
    reading: str


TOP, MIDDLE, BOTTOM = 3.2, 2.0, 0.8
_OUTPUT = {"y_tilde": (7.2, TOP), "y": (7.2, BOTTOM)}

SETTINGS = {
    "prediction": Setting(
        {"x": (0.5, TOP), "Encoder": (2.05, TOP), "h": (3.6, TOP), "Decoder": (5.2, TOP), **_OUTPUT, "C": (7.2, MIDDLE)},
        (("x", "Encoder"), ("Encoder", "h"), ("h", "Decoder"), ("Decoder", "y_tilde"), ("y_tilde", "C"), ("y", "C")),
        frozenset("xy"), frozenset("x"),
        "x is given and y is predicted; only in training does anybody know y, and C compares it with the prediction.",
    ),
    "latent variable": Setting(
        {"z": (3.6, TOP), "Decoder": (5.2, TOP), **_OUTPUT, "E": (7.2, MIDDLE)},
        (("z", "Decoder"), ("Decoder", "y_tilde"), ("y_tilde", "E"), ("y", "E")),
        frozenset("y"), frozenset("y"),
        "z is never observed: to score y, the z of least energy E(y, z) has to be searched for.",
    ),
    "latent variable, with x": Setting(
        {"x": (0.5, TOP), "Encoder": (2.05, TOP), "h": (3.6, TOP), "Decoder": (5.2, TOP), "z": (5.2, BOTTOM + 0.6), **_OUTPUT, "E": (7.2, MIDDLE)},
        (("x", "Encoder"), ("Encoder", "h"), ("h", "Decoder"), ("z", "Decoder"), ("Decoder", "y_tilde"), ("y_tilde", "E"), ("y", "E")),
        frozenset("xy"), frozenset("x"),
        "x allows several answers; z says which of them it is, and nobody observes it, neither in training nor in testing.",
    ),
    "autoencoder": Setting(
        {**_OUTPUT, "Encoder": (5.2, BOTTOM), "h": (3.6, TOP), "Decoder": (5.2, TOP), "C": (7.2, MIDDLE), "R": (2.0, TOP)},
        (("y", "Encoder"), ("Encoder", "h"), ("h", "Decoder"), ("Decoder", "y_tilde"), ("y_tilde", "C"), ("y", "C"), ("h", "R")),
        frozenset("y"), frozenset("y"),
        "there is no x: the encoder reads the target y itself, in training and whenever a new y is to be scored.",
    ),
    "denoising autoencoder": Setting(
        {**_OUTPUT, "Noise": (5.6, BOTTOM), "y_hat": (4.0, BOTTOM), "Encoder": (2.3, BOTTOM), "h": (0.9, TOP), "Decoder": (3.6, TOP), "C": (7.2, MIDDLE)},
        (("y", "Noise"), ("Noise", "y_hat"), ("y_hat", "Encoder"), ("Encoder", "h"), ("h", "Decoder"), ("Decoder", "y_tilde"), ("y_tilde", "C"), ("y", "C")),
        frozenset("y"), frozenset(("y_hat",)),
        "the encoder reads a corrupted y: made from y in training, in testing all that is there.",
    ),
}  # fmt: skip


def diagram(setting: str, phase: str = "training", ax: Axes | None = None) -> Axes:
    """Draw one setting in one phase.

    Args:
        setting: a key of SETTINGS.
        phase: "training" or "testing".
        ax: to draw into; a new one unless given.

    Returns:
        the Axes, 8 by 4 units.

    Raises:
        ValueError: there is no such setting or phase.
    """
    guards.choice("setting", setting, SETTINGS)
    guards.choice("phase", phase, ("training", "testing"))
    ax = ax or plt.figure(figsize=(8, 4)).gca()
    ax.set(xlim=(0, 8), ylim=(0.2, 3.8), aspect="equal")
    ax.axis("off")
    chosen = SETTINGS[setting]
    for name, place in chosen.nodes.items():
        _node(ax, name, place)
    for start, end in chosen.arrows:
        _arrow(ax, chosen.nodes, start, end)
    shade(ax, setting, phase)
    return ax


def shade(ax: Axes, setting: str, phase: str) -> None:
    """Shade the observed variables of a diagram that is drawn, and no others.

    Args:
        ax: what `diagram` returned for this setting.
        setting: a key of SETTINGS.
        phase: "training" or "testing".
    """
    observed = getattr(SETTINGS[setting], phase)
    for circle in ax.patches:
        name = circle.get_gid()
        shaded = to_rgba(colour(name) + "55" if name in observed else PAPER) if name else None
        if shaded and shaded != circle.get_facecolor():  # what does not change is not drawn anew
            circle.set_facecolor(shaded)


def _kind(name: str) -> str:
    return SYMBOLS[name].kind if name in SYMBOLS else "module"


def _node(ax: Axes, name: str, place: tuple[float, float]) -> None:
    x, y = place
    kind = _kind(name)
    if kind == "module":
        width, height = MODULE
        ax.add_patch(
            FancyBboxPatch(
                (x - width / 2, y - height / 2),
                width,
                height,
                boxstyle="round,pad=0,rounding_size=.3",
                fc=PAPER,
                ec=INK,
                lw=1.6,
            )
        )
        ax.text(x, y, name, ha="center", va="center", fontsize=14, zorder=2)
        return
    if kind == "energy":
        ax.add_patch(Rectangle((x - BOX / 2, y - BOX / 2), BOX, BOX, fc=PAPER, ec=colour(name), lw=2.4))
    else:
        ax.add_patch(Circle(place, RADIUS, fc=PAPER, ec=colour(name), lw=2.4, zorder=4, gid=name))
    ax.text(x, y, f"${SYMBOLS[name].latex}$", ha="center", va="center", fontsize=21, zorder=5)


def _half(name: str) -> tuple[float, float]:
    """Half the width and half the height of a node."""
    return {"module": (MODULE[0] / 2, MODULE[1] / 2), "energy": (BOX / 2, BOX / 2)}.get(_kind(name), (RADIUS, RADIUS))


def _arrow(ax: Axes, nodes: dict[str, tuple[float, float]], start: str, end: str) -> None:
    """A straight arrow between neighbours; where the nodes share neither row nor column, along the row and then up."""
    (x0, y0), (x1, y1) = nodes[start], nodes[end]
    if x0 != x1:
        x0 += _half(start)[0] * (1 if x1 > x0 else -1)
    if x0 != x1 and y0 != y1:
        ax.plot([x0, x1, x1], [y0, y0, y1 - _half(end)[1]], color=INK, lw=1.5, zorder=1)
        x0, y0 = x1, y1 - _half(end)[1] - 0.3
    if x0 == x1:
        y1 -= _half(end)[1] * (1 if y1 > y0 else -1)
        y0 += 0 if (x0, y0) != nodes[start] else _half(start)[1] * (1 if y1 > y0 else -1)
    else:
        x1 -= _half(end)[0] * (1 if x1 > x0 else -1)
    ax.add_patch(
        FancyArrowPatch(
            (x0, y0), (x1, y1), arrowstyle="-|>", mutation_scale=17, color=INK, lw=1.5, shrinkA=0, shrinkB=0
        )
    )
