import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from aecourse import corruption, data, energies, limits

TURN = 2 * math.pi


@given(st.integers(0, 10**6), st.integers(1, 5))
@settings(deadline=None, max_examples=30)
def test_pca_equals_numpys_truncated_singular_value_decomposition(seed, d):
    Y = np.random.default_rng(seed).normal(size=(40, 6)) @ np.random.default_rng(seed + 1).normal(size=(6, 6))
    best = limits.pca(torch.from_numpy(Y), d)
    U, S, Vt = np.linalg.svd(Y - Y.mean(0), full_matrices=False)
    truncated = U[:, :d] * S[:d] @ Vt[:d] + Y.mean(0)
    assert np.allclose(best.reconstruct(torch.from_numpy(Y)), truncated, atol=1e-8)
    assert best.error == pytest.approx((S[d:] ** 2).sum() / 40, abs=1e-9)
    assert np.allclose(best.variance, S[:d] ** 2 / 40)


def test_the_affine_denoiser_is_scikit_learns_ridge_regression():
    Y = data.digits("test")[:300].double()
    blurred = corruption.blur(1.5)
    oracle = Ridge(alpha=0.7).fit(blurred(Y, torch.Generator()), Y)
    ours = limits.affine_denoiser(Y, blurred, draws=1, ridge=0.7)
    unseen = blurred(data.digits("test")[300:400].double(), torch.Generator())
    np.testing.assert_allclose(ours(unseen), oracle.predict(unseen), atol=1e-7)


def test_with_gaussian_noise_the_affine_denoiser_tends_to_the_closed_form():
    Y = torch.randn(2000, 3, generator=torch.Generator().manual_seed(0)).double() @ torch.randn(3, 3).double() + 1
    ours = limits.affine_denoiser(Y, corruption.gaussian(0.8), draws=200, ridge=1e-9)
    covariance, mean = torch.cov(Y.T, correction=0), Y.mean(dim=0)
    J = covariance @ torch.linalg.inv(covariance + 0.8**2 * torch.eye(3).double())
    places = 2 * torch.randn(50, 3).double()
    torch.testing.assert_close(ours(places), mean + (places - mean) @ J.T, atol=0.02, rtol=0.02)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"draws": 0}, "^draws"), ({"ridge": 0.0}, "^ridge"), ({"seed": -1}, "^seed"), ({"corrupt": 3}, "^corrupt")],
)
def test_the_affine_denoiser_refuses_by_name(wrong, said):
    with pytest.raises(ValueError, match=said):
        limits.affine_denoiser(torch.rand(4, 9), **{"corrupt": corruption.gaussian(0.1)} | wrong)


def test_pca_error_is_the_error_of_its_reconstruction_and_the_basis_is_orthonormal():
    Y = data.digits("test")[:500].double()
    best = limits.pca(Y, 12)
    assert energies.squared_error(Y, best.reconstruct(Y)).mean().item() == pytest.approx(best.error, rel=1e-9)
    assert torch.allclose(best.basis.T @ best.basis, torch.eye(12, dtype=torch.float64), atol=1e-10)


def test_no_random_affine_map_beats_pca():
    generator = torch.Generator().manual_seed(0)
    Y = torch.randn(200, 5, generator=generator).double() @ torch.randn(5, 5, generator=generator).double()
    best = limits.pca(Y, 2)
    for _ in range(50):
        Q = torch.linalg.qr(torch.randn(5, 2, generator=generator).double()).Q
        rival = Y.mean(0) + (Y - Y.mean(0)) @ Q @ Q.T
        assert energies.squared_error(Y, rival).mean().item() >= best.error - 1e-12


def test_pca_with_all_directions_leaves_nothing():
    Y = torch.randn(30, 4, generator=torch.Generator().manual_seed(0))
    best = limits.pca(Y, 4)
    assert best.error == 0
    assert torch.allclose(best.reconstruct(Y), Y, atol=1e-5)


def _nearest_on_ellipse(y, a=1.0, b=0.5):
    """F(y) from the roots of a quartic: an oracle that shares nothing with the search.

    At a critical point (y1 - a c) a s = (y2 - b s) b c with c = cos z, s = sin z: a quartic in tan(z / 2).
    """
    energies_found = []
    for y1, y2 in y.tolist():
        roots = np.roots([b * y2, 2 * (a * y1 + a * a - b * b), 0, 2 * (a * y1 - a * a + b * b), -b * y2])
        real = roots[np.abs(roots.imag) < 1e-7].real
        z = np.concatenate([2 * np.arctan(real), [0.0, np.pi]])
        energies_found.append(((y1 - a * np.cos(z)) ** 2 + (y2 - b * np.sin(z)) ** 2).min())
    return torch.tensor(energies_found)


def test_inner_minimum_on_the_ellipse_equals_the_quartics_root():
    y = 2.4 * torch.rand(2000, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64) - 1.2
    z, F = limits.inner_minimum(y, data.ellipse, 0, TURN)
    assert torch.allclose(F, _nearest_on_ellipse(y), atol=1e-10)
    assert torch.allclose(energies.squared_error(y, data.ellipse(z)), F, atol=1e-15)


def test_inner_minimum_finds_the_deeper_of_two_nearly_equal_valleys():
    y = torch.tensor([[0.3, 1e-6], [0.3, -1e-6]], dtype=torch.float64)
    z, F = limits.inner_minimum(y, data.ellipse, 0, TURN)
    assert data.ellipse(z)[:, 1].sign().tolist() == [1.0, -1.0]
    assert torch.allclose(F, _nearest_on_ellipse(y), atol=1e-12)


def test_inner_minimum_reaches_the_ends_of_its_interval():
    y = torch.tensor([[5.0, 5.0], [-5.0, -5.0]])
    z, F = limits.inner_minimum(y, lambda z: z.expand(-1, 2), -1, 2)
    assert torch.allclose(z, torch.tensor([[2.0], [-1.0]]).double(), atol=1e-6)
    assert torch.allclose(F, torch.tensor([18.0, 32.0]).double(), atol=1e-4)


def test_inner_minimum_finds_a_valley_between_two_equally_deep_points_of_the_grid():
    z, F = limits.inner_minimum(torch.tensor([[0.5, 0.5]]), lambda z: z.expand(-1, 2), -1, 2, grid=4)
    assert z.item() == pytest.approx(0.5, abs=1e-6)
    assert F.item() == pytest.approx(0, abs=1e-12)


def test_the_cross_entropy_floor_is_the_entropy_in_nats():
    y = torch.tensor([[0.0, 1.0], [0.5, 0.5], [0.3, 0.0]])
    floor = limits.cross_entropy_floor(y)
    assert floor.tolist() == pytest.approx([0.0, 2 * math.log(2), -(0.3 * math.log(0.3) + 0.7 * math.log(0.7))])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: limits.pca(torch.zeros(5, 3), 4), "^d: expected a whole number of at least 1 and at most 3"),
        (lambda: limits.pca(torch.zeros(5), 1), "^Y: expected shape"),
        (lambda: limits.pca(torch.full((2, 2), math.nan), 1), "^Y: expected finite"),
        (lambda: limits.pca(torch.rand(5, 3), 2).encode(torch.zeros(1, 2)), "^y: expected shape"),
        (lambda: limits.inner_minimum(torch.zeros(1, 2), data.ellipse, 1, 1), "^high: expected more than low"),
        (lambda: limits.inner_minimum(torch.zeros(1, 3), data.ellipse, 0, 1), r"^decode\(z\): expected shape"),
        (lambda: limits.inner_minimum(torch.zeros(1, 2), 3, 0, 1), "^decode: expected a function"),
        (lambda: limits.inner_minimum(torch.zeros(1, 2), data.ellipse, 0, 1, grid=2), "^grid: "),
        (lambda: limits.cross_entropy_floor(torch.full((1, 1), 2.0)), r"^y: expected values in \[0, 1\]"),
    ],
)
def test_bad_arguments_are_refused_by_name(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def brute_force(points, sigma, weights, y_hat):
    """E[y | y_hat] and log p_sigma with the densities written out, in float64."""
    n = points.shape[1]
    squares = (y_hat[:, None] - points).square().sum(dim=2)
    density = weights / weights.sum() * (-squares / (2 * sigma**2)).exp() / (2 * math.pi * sigma**2) ** (n / 2)
    return density @ points / density.sum(dim=1, keepdim=True), density.sum(dim=1).log()


@pytest.mark.parametrize("sigma", [0.05, 0.1, 0.4, 2.0])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n", [2, 3])
def test_the_bayes_denoiser_is_the_posterior_mean_written_out(sigma, weighted, n):
    spiral = data.spiral().double()
    points = torch.cat([spiral, spiral[:, :1] ** 2], dim=1)[:, :n]
    weights = torch.linspace(1, 3, 100, dtype=torch.float64) if weighted else None
    best = limits.BayesDenoiser(points, sigma, weights)
    y_hat = points + sigma * torch.randn(100, n, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    mean, log_density = brute_force(points, sigma, torch.ones(100).double() if weights is None else weights, y_hat)
    assert (best(y_hat) - mean).abs().max() < 1e-10
    assert (best.log_density(y_hat) - log_density).abs().max() < 1e-10


def test_the_score_is_the_gradient_of_the_log_density():
    best = limits.BayesDenoiser(data.spiral(), 0.1)
    y_hat = torch.rand(50, 2, dtype=torch.float64) * 2.4 - 1.2
    step = 1e-6
    for j in range(2):
        shift = step * torch.eye(2, dtype=torch.float64)[j]
        difference = (best.log_density(y_hat + shift) - best.log_density(y_hat - shift)) / (2 * step)
        assert torch.allclose(best.score(y_hat)[:, j], difference, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("sigma", [1e-3, 0.1, 10.0])
def test_the_bayes_denoiser_is_stable_at_a_million_sigma(sigma):
    points = data.spiral().double()
    best = limits.BayesDenoiser(points, sigma)
    direction = torch.tensor([[1.0, 0.5], [-0.3, 1.0]], dtype=torch.float64)
    y_hat = 1e6 * sigma * direction
    for value in (best(y_hat), best.score(y_hat), best.variance(y_hat), best.log_density(y_hat)):
        assert value.isfinite().all()
    if sigma == 10.0:  # so far off that only the outermost point in that direction counts
        outermost = points[(direction @ points.T).argmax(dim=1)]
        assert torch.allclose(best(y_hat), outermost)


def test_one_point_is_always_the_answer_and_two_share_the_middle():
    one = limits.BayesDenoiser(torch.tensor([[3.0, 4.0]]), 0.5)
    assert torch.allclose(one(torch.randn(5, 2)), torch.tensor([3.0, 4.0]))
    assert one.risk(100)[0] == 0
    two = limits.BayesDenoiser(torch.tensor([[-1.0], [1.0]]), 0.5, torch.tensor([1.0, 3.0]))
    assert two(torch.zeros(1, 1)).item() == pytest.approx(0.5)  # (3 - 1) / 4
    assert two.variance(torch.zeros(1, 1)).item() == pytest.approx(0.75)


def test_the_bayes_risk_is_the_mean_error_of_the_best_denoiser_and_others_have_more():
    points, sigma, generator = data.spiral().double(), 0.2, torch.Generator().manual_seed(1)
    best = limits.BayesDenoiser(points, sigma)
    y = points[torch.randint(100, (50_000,), generator=generator)]
    y_hat = y + sigma * torch.randn(y.shape, generator=generator, dtype=torch.float64)
    risk, error = best.risk(50_000)
    measured = (y - best(y_hat)).square().sum(dim=1)
    spread = (measured.std() / 50_000**0.5).item()
    assert measured.mean().item() == pytest.approx(risk, abs=4 * (error + spread))
    for other in (lambda v: v, lambda v: 0.9 * best(v), limits.BayesDenoiser(points, 1.3 * sigma)):
        assert (y - other(y_hat)).square().sum(dim=1).mean() > risk + 4 * (error + spread)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: limits.BayesDenoiser(torch.ones(3), 0.1), r"^points: expected shape \(batch, n\)"),
        (lambda: limits.BayesDenoiser(torch.ones(3, 2), 0.0), "^sigma: "),
        (lambda: limits.BayesDenoiser(torch.ones(3, 2), 0.1, torch.ones(2)), "^weights: expected the shape"),
        (lambda: limits.BayesDenoiser(torch.ones(3, 2), 0.1, torch.zeros(3)), "^weights: expected values"),
        (lambda: limits.BayesDenoiser(torch.ones(3, 2), 0.1)(torch.ones(3, 1)), r"^y_hat: expected shape \(batch, 2\)"),
    ],
)
def test_the_bayes_denoiser_refuses_by_name(build, said):
    with pytest.raises(ValueError, match=said):
        build()


def test_the_nearest_point_is_the_nearest_of_all():
    y, points = torch.randn(20, 3), torch.randn(50, 3)
    for sample, found in zip(y, limits.nearest_point(y, points), strict=True):
        assert any(torch.equal(found, point) for point in points)
        assert (sample - found).norm() <= min((sample - point).norm() for point in points) + 1e-6
    with pytest.raises(ValueError, match=r"^points: expected shape \(batch, 3\)"):
        limits.nearest_point(y, points[:, :2])
