"""Every live figure of the course: each control moves the picture. What a figure says is tested in chapters/."""

import numpy as np
import pytest

from aecourse import chapters

FIGURES = {
    name: example
    for number in chapters.folders()
    if (part := chapters.part(number, "live_figures"))
    for name, example in part.EXAMPLES.items()
}


def test_every_live_figure_has_an_example_and_says_what_it_is():
    assert sorted(FIGURES) == sorted(chapters.live_figures())
    for name, figure in chapters.live_figures().items():
        assert figure.__doc__, name


@pytest.mark.parametrize("name", FIGURES)
def test_every_control_changes_the_picture_and_the_fast_drawing_equals_a_full_one(name):
    picture = FIGURES[name]()
    assert picture.caption
    for control in picture.controls:
        first, *others = picture.choices(control, most=3)
        before = picture.set(**{control: first}).png
        assert any(picture.set(**{control: value}).png != before for value in reversed(others)), control
        assert picture.caption
    canvas = picture.figure.canvas
    fast = np.asarray(canvas.buffer_rgba()).copy()
    for ax in picture.figure.axes:
        for artist in ax.get_children():
            artist.set_animated(False)
    canvas.draw()
    assert np.array_equal(fast, np.asarray(canvas.buffer_rgba()))
