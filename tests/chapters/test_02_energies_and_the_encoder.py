"""What chapter 2 says is true: its live figures, its star, its warm free energy and its linear decoder."""

import math

import pytest
import torch

from aecourse import data, energies, limits
from aecourse.chapters.ch02_energies_and_the_encoder.live_figures import descend, search_for_z, temperature

TURN = 2 * math.pi
CIRCLE = torch.linspace(0, TURN, 2881, dtype=torch.float64)[:-1, None]


def box(count, seed=0):
    return torch.empty(count, 2, dtype=torch.float64).uniform_(*data.BOX, generator=torch.Generator().manual_seed(seed))


def counted_valleys(y):
    E = torch.cdist(y, data.ellipse(CIRCLE)).square()
    return ((E.roll(1, 1) > E) & (E.roll(-1, 1) > E)).sum(dim=1)


def in_star(y):
    return y[:, 0].abs() ** (2 / 3) + (y[:, 1].abs() / 2) ** (2 / 3) < 0.75 ** (2 / 3)


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


def test_inside_the_evolute_there_are_two_valleys_and_outside_one():
    y = box(10_000)
    found = counted_valleys(y)
    assert set(found.tolist()) == {1, 2}
    assert ((found == 2) == in_star(y)).double().mean() > 0.999


def test_on_the_evolute_slope_and_curvature_vanish():
    z = CIRCLE[::37].clone().requires_grad_()
    y = torch.cat([0.75 * z.cos() ** 3, -1.5 * z.sin() ** 3], dim=1).detach()
    (slope,) = torch.autograd.grad(energies.squared_error(y, data.ellipse(z)).sum(), z, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), z)
    torch.testing.assert_close(slope, torch.zeros_like(slope), atol=1e-12, rtol=0)
    torch.testing.assert_close(curvature, torch.zeros_like(curvature), atol=1e-12, rtol=0)


@pytest.mark.parametrize("start", [0.0, math.pi])
def test_from_both_ends_of_the_long_axis_every_descent_finds_the_best_z(start):
    y = box(2000, seed=1)
    F = limits.inner_minimum(y, data.ellipse, 0, TURN)[1]
    z = descend(y, torch.full((2000, 1), start, dtype=torch.float64), steps=3000, rate=0.2)[-1]
    assert (energies.squared_error(y, data.ellipse(z)) < F + 1e-3).all()


def test_the_upper_half_has_one_valley_for_points_above_the_axis():
    y = box(4000, seed=2)
    y[:, 1] = y[:, 1].abs() + 0.01
    upper = CIRCLE[: len(CIRCLE) // 2 + 1]
    E = torch.cdist(y, data.ellipse(upper)).square()
    assert ((E.diff(dim=1).sign().diff(dim=1) > 0).sum(dim=1) == 1).all()


def test_a_warm_free_energy_goes_from_the_mean_to_the_least():
    E = torch.cdist(box(50), data.ellipse(CIRCLE)).square()
    mean, least = E.mean(dim=1), E.amin(dim=1)
    torch.testing.assert_close(energies.soft_minimum(E, 1e-6), mean, rtol=1e-5, atol=0)
    torch.testing.assert_close(energies.soft_minimum(E, 1e7), least, rtol=0, atol=1e-5)
    falling = torch.stack([energies.soft_minimum(E, 10.0**k) for k in range(-3, 5)])
    assert (falling.diff(dim=0) <= 0).all()
    assert (falling >= least).all()
    assert (falling <= mean + 1e-12).all()


def test_a_warm_free_energy_is_the_least_mean_energy_less_entropy():
    """F_beta = min over q of <E>_q + KL(q | uniform) / beta, which q = softmax(-beta E) attains."""
    E, beta = torch.rand(7, 9, dtype=torch.float64), 3.0
    q = (-beta * E).softmax(dim=1)
    bound = (q * E).sum(dim=1) + (q * (q.log() + math.log(9))).sum(dim=1) / beta
    torch.testing.assert_close(energies.soft_minimum(E, beta), bound)
    other = torch.rand(7, 9, dtype=torch.float64).softmax(dim=1)
    above = (other * E).sum(dim=1) + (other * (other.log() + math.log(9))).sum(dim=1) / beta
    assert (above > bound).all()


@pytest.mark.parametrize("beta", [0, -1, float("nan"), "hot"])
def test_a_temperature_that_is_none_is_refused(beta):
    with pytest.raises(ValueError, match="beta: expected"):
        energies.soft_minimum(torch.rand(2, 3), beta)


def test_the_encoder_of_a_linear_decoder_has_no_gap():
    ten = limits.pca(data.digits(), 10)
    W = (ten.basis @ torch.randn(10, 10, generator=torch.Generator().manual_seed(3))).double()
    y, b = data.digits("test")[:200].double(), ten.mean.double()
    z = (y - b) @ (torch.linalg.inv(W.T @ W) @ W.T).T
    Q = torch.linalg.qr(W).Q  # what is left of y - b outside of the span, another way
    F = (y - b).square().sum(dim=1) - ((y - b) @ Q).square().sum(dim=1)
    assert (energies.squared_error(y, z @ W.T + b) - F).abs().max() < 1e-10


def test_the_slope_of_F_is_that_of_E_at_the_best_z():
    y, step = box(20, seed=4), 1e-5
    z, _ = limits.inner_minimum(y, data.ellipse, 0, TURN)
    for k in range(2):
        e = step * torch.eye(2, dtype=torch.float64)[k]
        ahead, behind = (limits.inner_minimum(y + s * e, data.ellipse, 0, TURN)[1] for s in (1, -1))
        torch.testing.assert_close((ahead - behind) / (2 * step), 2 * (y - data.ellipse(z))[:, k], atol=1e-5, rtol=0)


def test_a_hot_landscape_is_a_bowl_and_a_cold_one_is_low_on_the_orbit():
    picture = temperature()
    assert "in the middle of the orbit" in picture.set(log_beta=-1.0).caption
    assert "at y₂ = ±0.50" in picture.set(log_beta=3.0).caption
