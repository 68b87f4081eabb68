import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Normal, kl_divergence

from aecourse import energies, limits, models

COSTS = [energies.squared_error, energies.binary_cross_entropy, energies.binary_cross_entropy_with_logits]
seeds = st.integers(0, 2**31 - 1)


def _pair(seed, shape=(4, 6)):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator).double(), torch.rand(shape, generator=generator).double()


@given(seeds)
@settings(deadline=None)
def test_squared_error_is_the_squared_distance(seed):
    y, y_tilde = _pair(seed)
    assert torch.allclose(energies.squared_error(y, y_tilde), torch.linalg.vector_norm(y - y_tilde, dim=1) ** 2)


@given(seeds)
@settings(deadline=None)
def test_cross_entropy_of_binary_targets_is_a_bernoullis_negative_log_likelihood(seed):
    y, p = _pair(seed)
    y = (y > 0.5).double()
    assert torch.allclose(energies.binary_cross_entropy(y, p), -Bernoulli(p).log_prob(y).sum(dim=1))


@given(seeds)
@settings(deadline=None)
def test_cross_entropy_never_falls_below_its_floor_and_reaches_it_at_y(seed):
    y, p = _pair(seed)
    floor = limits.cross_entropy_floor(y)
    assert (energies.binary_cross_entropy(y, p) >= floor - 1e-12).all()
    assert torch.allclose(energies.binary_cross_entropy(y, y), floor)


@given(seeds)
@settings(deadline=None)
def test_logits_and_probabilities_agree(seed):
    y, a = _pair(seed)
    logits = 12 * a - 6
    assert torch.allclose(
        energies.binary_cross_entropy_with_logits(y, logits), energies.binary_cross_entropy(y, logits.sigmoid())
    )


def test_cross_entropy_is_exact_at_certain_predictions():
    y = torch.tensor([[0.0, 1.0], [1.0, 1.0], [0.3, 0.0]])
    y_tilde = torch.tensor([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    assert energies.binary_cross_entropy(y, y_tilde).tolist() == [0.0, math.inf, math.inf]


def test_cross_entropy_has_finite_slopes_wherever_it_is_finite():
    y = torch.tensor([[0.0, 1.0, 0.0, 1.0]])
    y_tilde = torch.tensor([[0.0, 1.0, 0.25, 0.25]], requires_grad=True)
    energies.binary_cross_entropy(y, y_tilde).sum().backward()
    assert torch.allclose(y_tilde.grad, torch.tensor([[1.0, -1.0, 4 / 3, -4.0]]))


def test_cross_entropy_from_logits_is_finite_and_exact_far_out():
    y, logits = torch.tensor([[0.0], [1.0]]), torch.tensor([[500.0], [-500.0]], requires_grad=True)
    cost = energies.binary_cross_entropy_with_logits(y, logits)
    cost.sum().backward()
    assert cost.tolist() == [500.0, 500.0]
    assert logits.grad.flatten().tolist() == [1.0, -1.0]


@pytest.mark.parametrize("cost", COSTS[:2])
def test_slopes_agree_with_finite_differences(cost):
    y, y_tilde = _pair(0)
    y_tilde = (0.05 + 0.9 * y_tilde).requires_grad_()
    assert torch.autograd.gradcheck(lambda p: cost(y, p), y_tilde)


@pytest.mark.parametrize("cost", COSTS)
def test_costs_give_one_number_a_sample_and_do_not_mix_samples(cost):
    y, y_tilde = _pair(1)
    together = cost(y, y_tilde)
    assert together.shape == (4,)
    apart = torch.cat([cost(a, b) for a, b in zip(y.split(1), y_tilde.split(1), strict=True)])
    assert torch.allclose(together, apart)


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize(
    ("y", "y_tilde", "said"),
    [
        (torch.zeros(3, 2), torch.zeros(1, 2), "expected the shape of y"),
        (torch.zeros(3), torch.zeros(3), "^y: expected shape"),
        (torch.zeros(0, 2), torch.zeros(0, 2), "^y: expected at least one sample"),
        (torch.full((1, 2), math.nan), torch.zeros(1, 2), "^y: expected finite"),
        (torch.zeros(1, 2), torch.full((1, 2), math.inf), "^(y_tilde|logits): expected finite"),
        (torch.zeros(1, 2, dtype=torch.int), torch.zeros(1, 2), "^y: expected a floating-point dtype"),
    ],
)
def test_costs_refuse_bad_input_by_name(cost, y, y_tilde, said):
    with pytest.raises(ValueError, match=said):
        cost(y, y_tilde)


@pytest.mark.parametrize("cost", COSTS[1:])
def test_cross_entropy_refuses_targets_that_are_no_probabilities(cost):
    with pytest.raises(ValueError, match=r"^y: expected values in \[0, 1\]"):
        cost(torch.full((1, 2), 1.1), torch.full((1, 2), 0.5))


def test_cross_entropy_refuses_predictions_that_are_no_probabilities():
    with pytest.raises(ValueError, match=r"^y_tilde: expected values in \[0, 1\]"):
        energies.binary_cross_entropy(torch.full((1, 2), 0.5), torch.full((1, 2), -0.1))


def test_free_energy_is_cost_plus_penalty_and_compares_with_the_clean_target():
    model = models.Autoencoder(5, 3)
    y, y_hat = torch.rand(4, 5), torch.rand(4, 5)
    with torch.no_grad():
        F = energies.free_energy(model, y, y_hat, R=lambda h: 2 * h.abs().sum(dim=1))
        h = model.encode(y_hat)
        assert torch.allclose(F, (y - model.decode(h)).square().sum(1) + 2 * h.abs().sum(1))
        assert torch.allclose(energies.free_energy(model, y), (y - model(y)).square().sum(1))


@pytest.mark.parametrize("f", [torch.tanh, torch.sigmoid, torch.relu, models.identity])
def test_the_contractive_penalty_is_the_squared_norm_of_autograds_jacobian(f):
    model = models.Autoencoder(12, 20, f=f)
    y = torch.randn(6, 12)
    J = torch.autograd.functional.jacobian(lambda y: model.encode(y).sum(dim=0), y)  # (d, batch, n)
    penalty = energies.contractive(model.slope(model.encode(y)), model.W_h)
    assert torch.allclose(penalty, J.square().sum(dim=(0, 2)), rtol=1e-5, atol=0)


def test_the_contractive_penalty_has_the_gradient_of_the_jacobians_norm():
    model = models.Autoencoder(3, 4).double()
    y = torch.randn(5, 3, dtype=torch.float64)
    J = torch.autograd.functional.jacobian(lambda y: model.encode(y).sum(dim=0), y, create_graph=True)
    penalty = energies.contractive(model.slope(model.encode(y)), model.W_h)
    ours, theirs = (torch.autograd.grad(v.sum(), model.W_h)[0] for v in (penalty, J.square()))
    assert torch.allclose(ours, theirs, rtol=1e-9)


def test_l1_is_the_sum_of_absolute_values():
    assert energies.l1(torch.tensor([[1.0, -2.0], [0.0, 0.5]])).tolist() == [3.0, 0.5]


def test_gaussian_kl_is_that_of_torch_distributions():
    mu, log_var = torch.randn(7, 3), torch.randn(7, 3)
    exact = kl_divergence(Normal(mu, (log_var / 2).exp()), Normal(0.0, 1.0)).sum(dim=1)
    assert torch.allclose(energies.gaussian_kl(mu, log_var), exact, rtol=1e-5, atol=1e-6)
    assert energies.gaussian_kl(torch.zeros(1, 4), torch.zeros(1, 4)).item() == 0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: energies.l1(torch.zeros(3)), r"^h: expected shape \(batch, n\)"),
        (lambda: energies.contractive(torch.ones(3, 2), torch.ones(4, 5)), r"^slope: expected shape \(batch, 4\)"),
        (lambda: energies.gaussian_kl(torch.ones(3, 2), torch.ones(3, 1)), "^log_var: expected the shape of mu"),
    ],
)
def test_penalties_refuse_by_name(call, said):
    with pytest.raises(ValueError, match=said):
        call()
