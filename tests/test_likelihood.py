import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from aecourse import energies, likelihood, limits, models


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def model():
    """One code component, weights large enough that it matters."""
    vae = models.VariationalAutoencoder(6, 8, 1, seed=1).requires_grad_(False)
    for p in vae.decoder.parameters():
        p *= 3
    return vae


def images(m=20):
    return (torch.rand(m, 6, generator=seeded(3)) < 0.5).float()


def exact(model, y):
    """-log p(y), the integral over the code done on a fine grid, in float64 and with torch.distributions."""
    h = torch.linspace(-9, 9, 20_001)[:, None]
    likelihoods = Bernoulli(logits=model.decode(h).double())
    prior = Normal(0.0, 1.0).log_prob(h[:, 0]).double()
    return torch.stack(
        [
            -torch.trapezoid((likelihoods.log_prob(row.double()).sum(1) + prior).exp(), h[:, 0].double()).log()
            for row in y
        ]
    )


def test_the_energy_is_cost_plus_kl_by_torchs_own_formulas(model):
    y = images()
    F = energies.variational_free_energy(model, y, seeded(1), beta=2.5)
    mu, log_var = model.posterior(y)
    q = Normal(mu, (log_var / 2).exp())
    h = mu + q.scale * torch.randn(mu.shape, generator=seeded(1))
    expected = -Bernoulli(logits=model.decode(h)).log_prob(y).sum(1) + 2.5 * kl_divergence(q, Normal(0.0, 1.0)).sum(1)
    assert torch.allclose(F, expected, rtol=1e-5)


def test_reparameterised_samples_have_the_mean_and_the_spread_that_were_asked_for():
    mu, log_var = torch.full((100_000, 1), 1.5), torch.full((100_000, 1), math.log(0.25))
    h = energies.reparameterise(mu, log_var, seeded())
    assert h.mean().item() == pytest.approx(1.5, abs=0.01)
    assert h.std().item() == pytest.approx(0.5, abs=0.01)


def test_slopes_pass_through_the_sample_and_are_right_on_average():
    mu, log_var = (
        torch.full((100_000, 1), 1.5, requires_grad=True),
        torch.full((100_000, 1), math.log(0.25), requires_grad=True),
    )
    energies.reparameterise(mu, log_var, seeded()).square().sum().backward()
    assert mu.grad.mean().item() == pytest.approx(3.0, abs=0.03)
    assert log_var.grad.mean().item() == pytest.approx(0.25, abs=0.03)


def test_the_bound_lies_above_the_exact_number_and_comes_down_to_it(model):
    y = images().repeat(30, 1)
    truth = exact(model, images()).repeat(30)
    one, many = (likelihood.importance_weighted_bound(model, y, seeded(2), samples=k).double() for k in (1, 500))
    error = (one - truth).std().item() / math.sqrt(len(y))
    assert (one - truth).mean().item() > -3 * error
    assert (many - truth).mean().abs().item() < 0.02
    assert many.mean() < one.mean()


def test_one_sample_is_the_energy_itself_on_average(model):
    y = images().repeat(500, 1)
    bound = likelihood.importance_weighted_bound(model, y, seeded(4), samples=1).mean()
    F = energies.variational_free_energy(model, y, seeded(5)).mean()
    assert bound.item() == pytest.approx(F.item(), abs=0.05)


def test_binarised_pixels_are_black_as_often_as_their_grey_says():
    drawn = likelihood.binarise(torch.tensor([[0.0, 0.3, 1.0]]).repeat(20_000, 1), seeded())
    assert set(drawn.unique().tolist()) == {0.0, 1.0}
    assert torch.allclose(drawn.mean(dim=0), torch.tensor([0.0, 0.3, 1.0]), atol=0.015)


def test_a_nat_is_1_44_bits():
    assert likelihood.bits(1.0) == pytest.approx(1.442695)


def test_the_same_seed_gives_the_same_variational_autoencoder():
    a, b, c = (models.VariationalAutoencoder(6, 8, 2, seed=s) for s in (3, 3, 4))
    y = images(2)
    assert torch.equal(a(y), b(y))
    assert not torch.equal(a(y), c(y))
    assert a(y).min() >= 0
    assert a(y).max() <= 1
    assert [t.shape for t in a.posterior(y)] == [(2, 2), (2, 2)]
    assert torch.equal(a.encode(y), a.posterior(y)[0])


# --- the rate of a Gaussian ---------------------------------------------------------------------------------------


def test_one_component_needs_half_a_logarithm_of_variance_over_error():
    assert limits.gaussian_rate(torch.tensor([4.0]), 1.0) == pytest.approx(1.0)
    assert limits.gaussian_rate(torch.tensor([4.0]), 0.25) == pytest.approx(2.0)
    assert limits.gaussian_rate(torch.tensor([4.0]), 4.0) == 0
    assert limits.gaussian_rate(torch.tensor([4.0]), 9.0) == 0


def test_components_below_the_water_get_no_bits():
    """Variances 4 and 0.1, distortion 1.1: the small one is left out, the large one told to error 1."""
    assert limits.gaussian_rate(torch.tensor([4.0, 0.1]), 1.1) == pytest.approx(1.0)


def test_no_way_of_sharing_the_error_needs_fewer_bits():
    variances = torch.tensor([5.0, 2.0, 1.0, 0.3], dtype=torch.float64)
    best = limits.gaussian_rate(variances, 2.0)
    shares = 2.0 * torch.rand(20_000, 4, generator=seeded(), dtype=torch.float64).add(1e-3)
    shares = 2.0 * shares / shares.sum(dim=1, keepdim=True)
    rates = 0.5 * (variances / shares).clamp(min=1).log2().sum(dim=1)
    assert best <= rates.min().item()
    assert best > 0.9 * rates.min().item()


Y = images(3)
VAE = models.VariationalAutoencoder(6, 8, 2)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: models.VariationalAutoencoder(6), "^sizes: "),
        (lambda: models.VariationalAutoencoder(6, 8, 2, seed=-1), "^seed: "),
        (lambda: VAE(Y[:, :3]), r"^y: expected shape \(batch, 6\)"),
        (lambda: VAE.decode(Y), r"^h: expected shape \(batch, 2\)"),
        (lambda: energies.variational_free_energy(VAE, Y, seeded(), beta=-1), "^beta: "),
        (lambda: energies.variational_free_energy(VAE, 2 * Y, seeded()), "^y: expected values in"),
        (lambda: energies.reparameterise(Y, Y[:, :2], seeded()), "^log_var: expected the shape of mu"),
        (lambda: energies.reparameterise(Y * math.nan, Y, seeded()), "^mu: expected finite"),
        (lambda: likelihood.binarise(Y + 1, seeded()), "^y: expected values in"),
        (lambda: likelihood.importance_weighted_bound(VAE, Y, seeded(), samples=0), "^samples: "),
        (lambda: likelihood.importance_weighted_bound(VAE, 3 * Y, seeded()), "^y: expected values in"),
        (lambda: limits.gaussian_rate(torch.tensor([-1.0]), 1.0), "^variances: "),
        (lambda: limits.gaussian_rate(torch.tensor([1.0]), 0.0), "^distortion: "),
    ],
)
def test_bad_arguments_are_refused_by_name(call, said):
    with pytest.raises(ValueError, match=said):
        call()
