"""What the live figures of chapter 1 say is true."""

import itertools
import math

import pytest

from aecourse.chapters.ch01_definitions.live_figures import SIDE_BY_SIDE, feedback, settings, what_fits
from aecourse.figures import SETTINGS
from aecourse.notation import SYMBOLS
from aecourse.tasks import TASKS


@pytest.mark.parametrize("x", [0.0, 0.3, 0.6, 0.95])
def test_the_angles_that_fit_throw_as_far_as_the_target_and_lie_in_the_valleys(x):
    picture = what_fits().set(x=x)
    best, mean = picture.figure.axes[1].lines[1:3]
    for angle in best.get_xdata():
        assert math.sin(math.radians(2 * angle)) == pytest.approx(x, abs=1e-9)
    assert list(best.get_ydata()) == pytest.approx([0, 0])
    assert mean.get_ydata()[0] == pytest.approx((1 - x) ** 2)  # 45 degrees flies one unit far


def test_beyond_the_longest_throw_the_least_energy_is_that_of_45_degrees():
    picture = what_fits().set(x=1.2)
    curve, best = picture.figure.axes[1].lines[:2]
    assert best.get_xdata() == [45]
    assert min(curve.get_ydata()) == pytest.approx(0.04) == best.get_ydata()[0]
    assert "Nothing fits" in picture.caption


@pytest.mark.parametrize("phase", ["training", "testing"])
def test_the_settings_side_by_side_say_what_is_observed(phase):
    picture = settings().set(phase=phase)
    for name, ax in zip(SIDE_BY_SIDE, picture.figure.axes, strict=True):
        assert phase in ax.get_title(loc="left")
        letters = ", ".join(sorted(SYMBOLS[code].letter for code in getattr(SETTINGS[name], phase)))
        assert f"{name}: {letters}" in picture.caption


def test_what_is_shaded_agrees_with_the_table_of_letters():
    for name, setting in SETTINGS.items():
        for phase in ("training", "testing"):
            shaded = getattr(setting, phase)
            computed = {"h", "y_tilde", "z"} | ({"y_hat"} if phase == "training" else set())
            assert not shaded & computed, (name, phase)
            assert shaded <= setting.nodes.keys()


def test_feedback_is_right_for_each_of_the_eight_answers():
    for task, answer in itertools.product(TASKS.values(), itertools.product([True, False], repeat=3)):
        said = feedback(task.name, *answer)
        assert said.count("✗") == sum(a != t for a, t in zip(answer, task.place, strict=True))
        assert said.count("✓") + said.count("✗") == 3
        assert (task.case in said) if task.case else "(" not in said
