"""What chapter 11 and its live figures say is true."""

import math

import pytest
import torch

from aecourse import energies, exercises, models
from aecourse.chapters.ch11_sampling.live_figures import Trained, dial_beta


def test_the_dial_says_how_many_codes_lie_outside():
    mu = torch.tensor([[0.0, 0.0], [0.0, 1.9], [3.0, 0.0], [0.0, -2.5]])
    first = Trained(mu, torch.rand(16, 784), 150.0, 5.0)
    picture = dial_beta({1.0: first, 2.0: first._replace(kl=1.0)}, torch.arange(4))
    assert "β = 1: C = 150 nats, KL = 5.0 nats" in picture.caption
    assert "50 % of the codes lie outside" in picture.caption
    assert "KL = 1.0" in picture.set(beta=1).caption
    with pytest.raises(ValueError, match="^trained: expected at least two"):
        dial_beta({1.0: first}, torch.arange(4))


# --- exercises ----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))


def test_the_solutions_agree_with_the_library():
    generator = torch.Generator().manual_seed(0)
    mu, log_var = torch.randn(2, 6, 40, generator=generator)
    torch.testing.assert_close(exercises.load("11.1").answer(mu, log_var), energies.gaussian_kl(mu, log_var))
    chance = torch.Generator().manual_seed(1)
    same = torch.randn(mu.shape, generator=torch.Generator().manual_seed(1))
    h = exercises.load("11.2").answer(mu, log_var, same)
    torch.testing.assert_close(h, energies.reparameterise(mu, log_var, chance))


@pytest.mark.parametrize(
    "sample",
    [
        lambda mu, log_var, epsilon: torch.addcmul(mu, log_var.exp().sqrt(), epsilon),
        lambda mu, log_var, epsilon: torch.distributions.AffineTransform(mu, (log_var / 2).exp())(epsilon),
    ],
)
def test_a_sample_with_slopes_passes_in_another_style(sample):
    assert exercises.load("11.2").check(sample, seed=0).passed


def test_a_sample_of_an_unknown_kind_is_shown_with_what_it_was_made_of():
    said = exercises.load("11.2").check(lambda mu, log_var, epsilon: mu + 3 + epsilon, seed=0).message
    assert "for μ = " in said
    assert "ε = " in said


# --- what the text claims -----------------------------------------------------------------------------------------


def test_the_gap_of_the_bound_is_the_distance_of_q_from_the_posterior():
    """A code of one number, all integrals on a grid: E_q[C] + KL(q, prior) = -log p(y) + KL(q, posterior)."""
    model = models.VariationalAutoencoder(9, 8, 1).double()
    y = (torch.rand(5, 9, generator=torch.Generator().manual_seed(0)) > 0.5).double()
    h = torch.linspace(-12, 12, 40_001, dtype=torch.float64)[:, None]
    width = 24 / 40_000
    with torch.no_grad():
        mu, log_var = model.posterior(y)
        logits = model.decode(h)
        for k in range(len(y)):
            C = energies.binary_cross_entropy_with_logits(y[k].expand(len(h), -1), logits)
            prior = torch.distributions.Normal(0.0, 1.0).log_prob(h[:, 0])
            log_q = torch.distributions.Normal(mu[k], (log_var[k] / 2).exp()).log_prob(h)[:, 0]
            log_p = (prior - C).logsumexp(dim=0) + math.log(width)
            bound = (log_q.exp() * (C + log_q - prior)).sum() * width
            gap = (log_q.exp() * (log_q - (prior - C - log_p))).sum() * width
            assert gap > 0
            assert bound.item() == pytest.approx((gap - log_p).item(), abs=1e-6)
            closed = (log_q.exp() * C).sum() * width + energies.gaussian_kl(mu[k : k + 1], log_var[k : k + 1])[0]
            assert bound.item() == pytest.approx(closed.item(), abs=1e-6)
