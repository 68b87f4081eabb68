"""The symbols of the course: one letter, one meaning, one name in code, one colour, one shape.

Notebooks print this table, diagrams and figures draw from it, controls take their labels and colours from it.
Colours: the "bright" palette of Paul Tol [tol2021], which readers with the common forms of colour
blindness can tell apart; a marker or an outline always repeats what the colour says.
"""

import re
from dataclasses import dataclass

INK, MUTED, FAINT, PAPER = "#222222", "#6F6F6F", "#C4C4C4", "#FFFFFF"


@dataclass(frozen=True)
class Symbol:
    """One letter of the course.

    Attributes:
        code: its name in code.
        letter: in Unicode.
        latex: in LaTeX.
        meaning: in words.
        shape: of the tensor, or its type.
        kind: "variable" (a circle), "module" (a rounded box), "energy" (a square box), "parameter" or "count".
        colour: in every diagram, figure and control.
        marker: of matplotlib, the second cue.
        training: whether a variable is "observed", "not observed", "computed", "made from y" or absent ("") in training.
        testing: the same in testing.
    """

    code: str
    letter: str
    latex: str
    meaning: str
    shape: str
    kind: str = "variable"
    colour: str = INK
    marker: str = "o"
    training: str = ""
    testing: str = ""


_ENERGY = "#EE6677"

SYMBOLS = {
    s.code: s
    for s in (
        Symbol("x", "x", "x", "input, the conditioning", "(batch, …)", "variable", "#66CCEE", "s", "observed", "observed"),
        Symbol("y", "y", "y", "target", "(batch, n)", "variable", "#4477AA", "o", "observed", "not observed"),
        Symbol("z", "z", "z", "latent", "(batch, k)", "variable", "#CCBB44", "D", "not observed", "not observed"),
        Symbol("h", "h", "h", "hidden representation, the code", "(batch, d)", "variable", "#228833", "^", "computed", "computed"),
        Symbol("y_tilde", "ỹ", r"\tilde{y}", "prediction of y (circa y)", "(batch, n)", "variable", "#AA3377", "X", "computed", "computed"),
        Symbol("y_hat", "ŷ", r"\hat{y}", "corrupted y (denoising only)", "(batch, n)", "variable", "#8C8C8C", "P", "made from y", "observed"),
        Symbol("E", "E", "E", "energy of a pair (y, z)", "(batch,)", "energy", _ENERGY),
        Symbol("C", "C", "C", "reconstruction cost", "(batch,)", "energy", _ENERGY),
        Symbol("R", "R", "R", "penalty on the code (regulariser)", "(batch,)", "energy", _ENERGY),
        Symbol("F", "F", "F", "free energy of y: the least E over z, or C + R", "(batch,)", "energy", _ENERGY),
        Symbol("L", "L", "L", "loss functional, the average over samples", "()", "energy", _ENERGY),
        Symbol("W_h", "W_h", "W_h", "weights of the encoder", "(d, n)", "parameter"),
        Symbol("b_h", "b_h", "b_h", "bias of the encoder", "(d,)", "parameter"),
        Symbol("W_y", "W_y", "W_y", "weights of the decoder", "(n, d)", "parameter"),
        Symbol("b_y", "b_y", "b_y", "bias of the decoder", "(n,)", "parameter"),
        Symbol("m", "m", "m", "number of samples", "int", "count"),
        Symbol("n", "n", "n", "number of components of y", "int", "count"),
        Symbol("d", "d", "d", "number of components of h", "int", "count"),
        Symbol("k", "k", "k", "number of components of z", "int", "count"),
    )
}  # fmt: skip


def colour(code: str) -> str:
    """The colour of a symbol.

    Args:
        code: its name in code, such as "y_tilde".

    Returns:
        "#rrggbb".

    Raises:
        ValueError: there is no such symbol.
    """
    if code not in SYMBOLS:
        raise ValueError(f"code: expected one of {', '.join(SYMBOLS)}, got {code!r}")
    return SYMBOLS[code].colour


def plain(text: str) -> str:
    """A text with formulas as one reads it: letters in Unicode, and no marks of LaTeX.

    Args:
        text: such as "$\\tilde{y}$ from $d$ = 10".

    Returns:
        such as "ỹ from d = 10".
    """
    for symbol in SYMBOLS.values():
        text = text.replace(symbol.latex, symbol.letter) if "\\" in symbol.latex else text
    return re.sub(r"\\mathrm|[${}]", "", text.replace(r"\mid", "|"))


def table(kind: str = "variable") -> str:
    """The symbols of one kind as a Markdown table.

    Args:
        kind: "variable", "energy", "parameter" or "count".

    Returns:
        lines of Markdown; variables with what is known of them in training and in testing.

    Raises:
        ValueError: there is no symbol of that kind.
    """
    rows = [s for s in SYMBOLS.values() if s.kind == kind]
    if not rows:
        kinds = sorted({s.kind for s in SYMBOLS.values()})
        raise ValueError(f"kind: expected one of {', '.join(kinds)}, got {kind!r}")
    when = kind == "variable"
    head = ["symbol", "in code", "what it is", "shape"] + ["in training", "in testing"] * when
    lines = [head, ["---"] * len(head)]
    for s in rows:
        lines.append([f"${s.latex}$", f"`{s.code}`", s.meaning, s.shape] + [s.training or "—", s.testing or "—"] * when)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
