"""What the live figures of chapter 8 say is true."""

import numpy as np
import pytest
import torch

from aecourse.chapters.ch08_the_cures.live_figures import Sweep, tune_the_cure

MAPS = torch.linspace(0.3, 0, 3)[:, None, None] * torch.rand(3, 9, 9, generator=torch.Generator().manual_seed(0))


THREE = torch.tensor([0.1, 0.5, 0.8])


def sweep(maps, whole=False):
    return Sweep("weight", torch.tensor([1.0, 10.0, 100.0]), maps, THREE.flip(0), THREE / 100, whole)


def tuned():
    return tune_the_cure({"wide": sweep(MAPS), "narrow": sweep(MAPS.flip(0), whole=True)}, 0.1)


def test_a_whole_strength_is_never_interpolated():
    picture = tuned().set(cure="narrow", strength=0.6)
    heat = picture.figure.axes[0].images[0]
    assert np.allclose(np.asarray(heat.get_array()), MAPS.flip(0)[1])
    assert "= 10:" in picture.caption
    assert "= 15.8:" in picture.set(cure="wide").caption  # halfway on a logarithmic scale, 10^(1.2)


def test_without_a_cure_there_is_nothing_to_tune():
    with pytest.raises(ValueError, match="^sweeps: expected at least one"):
        tune_the_cure({}, 0.1)
