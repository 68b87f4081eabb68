"""What the live figures of chapter 5 say is true."""

import numpy as np
import pytest
import torch

from aecourse.chapters.ch05_the_loss_functional.live_figures import watch_training

MAPS = torch.linspace(0.3, 0, 3)[:, None, None] * torch.rand(3, 9, 9, generator=torch.Generator().manual_seed(0))


THREE = torch.tensor([0.1, 0.5, 0.8])


def watched():
    return watch_training(torch.tensor([0.0, 10.0, 100.0]), MAPS, {"seen": THREE, "unseen": THREE.flip(0)})


def test_an_energy_map_shows_the_stored_model_and_between_two_their_mean():
    picture = watched()
    heat, veil = picture.figure.axes[0].images
    assert np.allclose(np.asarray(heat.get_array()), MAPS[0])
    picture.set(moment=0.25)
    between = (MAPS[0] + MAPS[1]) / 2
    assert np.allclose(np.asarray(heat.get_array()), between, atol=1e-6)
    assert np.array_equal(np.asarray(veil.get_array())[..., 3] > 0, (between <= 0.05**2).numpy())
    assert "epoch 5:" in picture.caption


def test_maps_that_do_not_fit_are_refused_by_name():
    with pytest.raises(ValueError, match="^maps: expected at least two square maps"):
        watch_training(torch.ones(2), MAPS, {})
