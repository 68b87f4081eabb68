"""What chapter 5 says is true: its live figure, the tube round the spiral, and where the likelihood pushes."""

import numpy as np
import pytest
import torch

from aecourse import data, energies, limits, models
from aecourse.chapters.ch05_the_loss_functional.live_figures import watch_training

MAPS = torch.linspace(0.3, 0, 3)[:, None, None] * torch.rand(3, 9, 9, generator=torch.Generator().manual_seed(0))


THREE = torch.tensor([0.1, 0.5, 0.8])


def watched():
    return watch_training(torch.tensor([0.0, 10.0, 100.0]), MAPS, {"seen": THREE, "unseen": THREE.flip(0)})


def test_an_energy_map_shows_the_stored_model_and_between_two_their_mean():
    picture = watched()
    heat, veil = picture.figure.axes[0].images
    assert np.allclose(np.asarray(heat.get_array()), MAPS[-1])  # the still is the end
    picture.set(moment=0.0)
    assert np.allclose(np.asarray(heat.get_array()), MAPS[0])
    picture.set(moment=0.25)
    between = (MAPS[0] + MAPS[1]) / 2
    assert np.allclose(np.asarray(heat.get_array()), between, atol=1e-6)
    assert np.array_equal(np.asarray(veil.get_array())[..., 3] > 0, (between <= 0.05**2).numpy())
    assert "epoch 5:" in picture.caption


def test_maps_that_do_not_fit_are_refused_by_name():
    with pytest.raises(ValueError, match="^maps: expected at least two square maps"):
        watch_training(torch.ones(2), MAPS, {})


def test_the_neighbourhood_of_the_spiral_is_a_ribbon_and_two_half_discs():
    """Counted on a million cells, against the closed form."""
    axis = torch.linspace(*data.BOX, 1001)[:-1] + 0.0012
    curve = data.spiral(2000)
    length = curve.diff(dim=0).norm(dim=1).sum().item()
    near = sum(
        (torch.cdist(torch.cartesian_prod(rows, axis), curve).amin(dim=1) <= 0.05).sum().item()
        for rows in axis.split(50)
    )
    assert near / 1e6 == pytest.approx(limits.tube_fraction(length, 0.05, 2.4**2), rel=2e-3)
    assert limits.tube_fraction(length, 0.05, 2.4**2) == pytest.approx(0.1046, abs=5e-5)
    assert limits.tube_fraction(0, 1, 1) == pytest.approx(np.pi)


@pytest.mark.parametrize(("name", "given"), [("length", (-1, 1, 1)), ("radius", (1, -1, 1)), ("area", (1, 1, 0))])
def test_a_tube_that_is_none_is_refused(name, given):
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        limits.tube_fraction(*given)


def test_the_slope_of_log_z_is_the_models_own_mean_of_slopes():
    """By autograd of the sum over the cells, against the formula of the text."""
    model = models.Autoencoder(n=2, d=6, f=torch.tanh, seed=2).double()
    axis = torch.linspace(*data.BOX, 12, dtype=torch.float64)
    cells, beta = torch.cartesian_prod(axis, axis), 30.0
    log_z = (-beta * energies.free_energy(model, cells)).logsumexp(0)
    by_autograd = torch.autograd.grad(log_z, list(model.parameters()))
    F = energies.free_energy(model, cells)
    p = (-beta * F.detach()).exp() / (-beta * F.detach()).exp().sum()
    by_formula = torch.autograd.grad(-beta * (p * F).sum(), list(model.parameters()))
    for ours, theirs in zip(by_formula, by_autograd, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_the_likelihood_does_not_see_a_constant_and_the_energy_loss_does():
    F_data, F_cells = torch.rand(5), torch.rand(50)

    def surprise(shift):
        return 3 * (F_data + shift).mean() + (-3 * (F_cells + shift)).logsumexp(0)

    torch.testing.assert_close(surprise(0.0), surprise(0.7))
