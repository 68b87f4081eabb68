"""What the live figures of chapter 2 say is true."""

import torch

from aecourse import data, energies
from aecourse.chapters.ch02_energies_and_the_encoder.live_figures import descend, search_for_z


def test_the_descent_never_goes_up():
    y = torch.tensor([[0.35, 0.2], [-1.2, 1.2], [0.0, 0.0]], dtype=torch.float64)
    path = descend(y, torch.full((3, 1), 4.0, dtype=torch.float64))
    E = torch.stack([energies.squared_error(y, data.ellipse(z)) for z in path])
    assert (E[1:] <= E[:-1] + 1e-12).all()


def test_the_search_says_which_valley_it_ended_in():
    picture = search_for_z()
    assert "in the deepest valley" in picture.set(y_1=0.35, y_2=0.2, start=1.0).caption
    assert "in the wrong valley" in picture.set(start=5.0).caption
    assert "still on its way" in picture.set(y_1=-0.66, y_2=0.05, start=4.51).caption


def test_an_encoders_guess_is_shown_with_its_cost():
    picture = search_for_z(lambda y: torch.atan2(y[:, 1:], y[:, :1])).set(y_1=0.6, y_2=-0.8)
    cost = (0.6 - 0.6) ** 2 + (-0.8 - 0.5 * -0.8) ** 2  # at the angle of y itself
    assert f"the encoder's guess costs {cost:.3f}" in picture.caption
