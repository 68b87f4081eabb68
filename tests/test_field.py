import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from aecourse import figures
from aecourse.figures.field import Field, _arrows


def test_an_arrow_ends_where_the_move_ends_unless_it_would_leave_its_cell():
    start, move = np.zeros((2, 2)), np.array([[0.3, 0.4], [3.0, 4.0]])
    tips = _arrows(start, move, longest=1.0).vertices.reshape(2, 8, 2)[:, 3]
    np.testing.assert_allclose(tips, [[0.3, 0.4], [0.6, 0.8]])


def test_colour_is_the_length_and_every_arrow_is_drawn_once():
    figure, ax = plt.subplots()
    field = Field(ax, side=5, high=1.0)
    move = torch.randn(25, 2, generator=torch.Generator().manual_seed(0))
    field.show(move)
    np.testing.assert_allclose(field.heat.get_array().ravel(), move.norm(dim=1), rtol=1e-5)
    corners = [p.get_path().vertices for p in field.patches]
    assert sum(len(c) // 8 for c in corners) == 25
    starts = np.concatenate([c.reshape(-1, 8, 2)[:, [0, 6]].mean(axis=1) for c in corners if len(c) >= 8])
    order = np.lexsort(starts.round(3).T)
    np.testing.assert_allclose(starts[order], figures.grid(5), atol=1e-3)
    plt.close(figure)


def test_no_move_draws_no_arrow_and_no_warning():
    figure, ax = plt.subplots()
    field = Field(ax, side=4)
    field.show(torch.zeros(16, 2))
    figure.canvas.draw()
    assert all(np.isfinite(p.get_path().vertices).all() for p in field.patches)
    plt.close(figure)


@pytest.mark.parametrize(
    ("moves", "said"), [({}, "^moves: "), ({"a": torch.zeros(10, 2)}, "^a: "), ({"a": torch.zeros(9, 3)}, "^move: ")]
)
def test_fields_refuse_by_name(moves, said):
    with pytest.raises(ValueError, match=said):
        figures.fields(moves)
    plt.close("all")


def test_a_field_wants_one_move_per_arrow():
    figure, ax = plt.subplots()
    with pytest.raises(ValueError, match="^move: expected one per arrow"):
        Field(ax, side=4).show(torch.zeros(15, 2))
    plt.close(figure)
