import itertools

import pytest
from matplotlib.colors import to_rgb

from aecourse import notation
from aecourse.tasks import TASKS

VARIABLES = [s for s in notation.SYMBOLS.values() if s.kind == "variable"]


def test_every_variable_has_a_colour_and_a_marker_of_its_own():
    assert len({s.colour for s in VARIABLES}) == len(VARIABLES)
    assert len({s.marker for s in VARIABLES}) == len(VARIABLES)


def _deuteranope(colour):
    """A colour as a deuteranope sees it: Vienot, Brettel & Mollon (1999), in linear RGB."""
    r, g, b = (c**2.2 for c in to_rgb(colour))
    rg = 0.29275 * r + 0.70725 * g
    return tuple(c ** (1 / 2.2) for c in (rg, rg, max(0.0, -0.02234 * r + 0.02234 * g + b)))


def test_colours_stay_apart_for_a_colour_blind_reader():
    for a, b in itertools.combinations(VARIABLES, 2):
        distance = sum((u - v) ** 2 for u, v in zip(_deuteranope(a.colour), _deuteranope(b.colour), strict=True)) ** 0.5
        assert distance > 0.08, (a.code, b.code, distance)


def test_the_table_is_the_lectures():
    seen = {s.code: (s.training, s.testing) for s in VARIABLES}
    assert seen["x"] == ("observed", "observed")
    assert seen["y"] == ("observed", "not observed")
    assert seen["z"] == ("not observed", "not observed")
    assert seen["h"] == seen["y_tilde"] == ("computed", "computed")


def test_the_table_is_markdown_with_one_row_a_symbol():
    lines = notation.table().splitlines()
    assert len(lines) == 2 + len(VARIABLES)
    assert len({line.count("|") for line in lines}) == 1


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r"$\tilde{y}$ from $d$ = 10", "ỹ from d = 10"),
        (r"$E[y \mid \hat{y}] - \hat{y}$", "E[y | ŷ] - ŷ"),
        (r"$\tilde{y} = \mathrm{Dec}(h)$", "ỹ = Dec(h)"),
    ],
)
def test_formulas_are_read_as_letters(text, read):
    assert notation.plain(text) == read


def test_an_unknown_symbol_is_refused_by_name():
    with pytest.raises(ValueError, match="^code: expected one of x, y"):
        notation.colour("q")
    with pytest.raises(ValueError, match="^kind: expected one of"):
        notation.table("vegetable")


def test_tasks_fill_every_place_once():
    assert len({t.place for t in TASKS.values()}) == len(TASKS) == 8
