"""What the live figures of chapter 9 say is true."""

import itertools
import runpy
from pathlib import Path

import numpy as np
import pytest
import torch

from aecourse import data, energies, exercises, limits, recipes, sampling, weights
from aecourse.chapters.ch09_denoising_on_the_plane import live_figures
from aecourse.chapters.ch09_denoising_on_the_plane.live_figures import (
    denoise_the_plane,
    follow_the_arrows,
    watch_the_sampling,
    weigh_the_points,
)

THREE = torch.tensor([0.1, 0.5, 0.8])


PATHS = {"one": data.spiral().repeat(3, 1, 1) * THREE[:, None, None], "two": data.spiral().repeat(3, 1, 1)}


def test_the_weights_shown_are_those_of_the_posterior():
    picture = weigh_the_points(data.spiral()).set(y_1=0.3, y_2=-0.6, sigma=0.2)
    y_hat, bayes = torch.tensor([[0.3, -0.6]], dtype=torch.float64), limits.BayesDenoiser(data.spiral(), 0.2)
    w, (y_1, y_2) = bayes.posterior(y_hat)[0], bayes(y_hat)[0].tolist()
    np.testing.assert_allclose(picture.figure.axes[1].lines[0].get_ydata(), w / w.max(), atol=1e-12)
    assert f"about {1 / w.square().sum():.0f} of 100 could have" in picture.caption
    assert f"({y_1:.2f}, {y_2:.2f}), expected squared error {bayes.variance(y_hat).item():.4f}" in picture.caption


def best(y, sigma):
    return limits.BayesDenoiser(data.spiral(), sigma)(y)


def test_the_best_denoiser_is_at_no_distance_from_itself():
    assert "answer is 0.000 plane units away" in denoise_the_plane(data.spiral(), best).set(sigma=0.2).caption


@pytest.mark.parametrize(("y_1", "y_2"), [(-0.8, 1.0), (0.1, 0.34), (1.0, 0.7), (0.0, 0.0)])
def test_falling_arrows_of_the_best_denoiser_end_on_the_spiral(y_1, y_2):
    """Between two data points at worst: at the last level, 0.03, neighbours cannot be told apart."""
    picture = follow_the_arrows(data.spiral(), best).set(y_1=y_1, y_2=y_2, noise="falls from 0.4 to 0.03")
    ends = torch.tensor(np.array([line.get_xydata()[-1] for line in picture.figure.axes[0].lines[:2]]))
    assert (limits.nearest_point(ends, data.spiral(10_000)) - ends).norm(dim=1).max() < 0.003
    away = (limits.nearest_point(ends, data.spiral()) - ends).norm(dim=1)
    assert away.max() < 0.05
    assert all(f"{name} ends {away[0]:.3f} from" in picture.caption for name in ("trained", "best possible"))


def test_the_caption_of_the_sampling_is_the_median_distance_to_the_data():
    paths, sigmas, points = PATHS, torch.tensor([1.0, 0.1]), data.spiral()
    picture = watch_the_sampling(paths, sigmas, points).set(step=1)
    halves = torch.cdist(paths["one"][1], points).amin(dim=1).median()
    assert f"one {halves:.3f}, two 0.000." in picture.caption
    assert f"σ = {sigmas[1]:.2f}" in picture.caption
    np.testing.assert_allclose(picture.figure.axes[0].lines[0].get_xydata(), paths["one"][1])
    assert "σ = 0.00" in picture.set(step=2).caption


@pytest.mark.parametrize("name", ["denoise_the_plane", "follow_the_arrows"])
def test_denoising_figures_refuse_by_name(name):
    with pytest.raises(ValueError, match="^points"):
        getattr(live_figures, name)(torch.zeros(3, 3), best)
    with pytest.raises(ValueError, match="^trained"):
        getattr(live_figures, name)(data.spiral(), 3)


def test_sampling_paths_refuse_by_name():
    with pytest.raises(ValueError, match="^one: expected a path"):
        watch_the_sampling({"one": torch.zeros(2, 5, 2)}, torch.tensor([1.0, 0.5]), data.spiral())
    with pytest.raises(ValueError, match="^paths"):
        watch_the_sampling({}, torch.tensor([1.0]), data.spiral())


# --- what the text claims -----------------------------------------------------------------------------------------


RECORDED, CARD = weights.read(weights.FOLDER / "denoisers.safetensors")
TENTH = RECORDED["levels"].tolist().index(0.1)


def places(count, spread=1.5):
    return spread * torch.randn(count, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_the_sharp_network_is_within_five_per_cent_of_the_bayes_risk_everywhere_and_within_one_at_a_tenth():
    ratios = RECORDED["waves, small"]
    assert ratios.shape == (5, 11)
    assert ratios.mean(dim=0).max() <= 1.05
    assert ratios[:, TENTH].mean() <= 1.01


def test_it_is_the_waves_that_tell_neighbours_apart_and_not_how_often_small_noise_is_drawn():
    at_the_smallest = {kind: RECORDED[kind][:, 0] for kind in ("plain, alike", "plain, small", "waves, alike")}
    assert min(at_the_smallest[kind].min() for kind in ("plain, alike", "plain, small")) > 3.9
    assert at_the_smallest["waves, alike"].max() < 1.3
    assert RECORDED["waves, small"][:, 0].max() < at_the_smallest["waves, alike"].min()


def test_the_script_gives_what_was_recorded():
    ratio = runpy.run_path(str(Path(__file__).resolve().parents[2] / "scripts" / "train_denoisers.py"))["risk_ratio"]
    model = recipes.denoiser(data.spiral(), progress=False)
    for level in (0, TENTH):
        again = ratio(model, data.spiral(), RECORDED["levels"][level].item(), draws=20_000)
        assert again - 1 == pytest.approx(RECORDED["plain, alike"][0, level].item() - 1, rel=0.1)


def test_the_best_denoiser_is_a_linear_layer_a_softmax_and_a_linear_layer():
    Y, sigma = data.spiral().double(), 0.1
    y_hat = places(500)
    h = (y_hat @ (Y / sigma**2).T - Y.square().sum(dim=1) / (2 * sigma**2)).softmax(dim=1)
    torch.testing.assert_close(h @ Y, limits.BayesDenoiser(Y, sigma)(y_hat), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("ratio", [0.4, 0.9, 1.1, 3.0])
def test_two_points_give_a_tanh_and_a_watershed_for_less_noise_than_half_their_distance(ratio):
    a = 0.7
    best = limits.BayesDenoiser(torch.tensor([[-a], [a]], dtype=torch.float64), ratio * a)
    y_hat = torch.linspace(-2, 2, 41, dtype=torch.float64)[:, None]
    torch.testing.assert_close(best(y_hat), a * (a * y_hat / (ratio * a) ** 2).tanh(), rtol=1e-9, atol=1e-12)
    aside = torch.tensor([[1e-3]], dtype=torch.float64)
    assert (best(aside) > aside).item() == (ratio < 1)


def test_the_jacobian_of_the_best_denoiser_is_the_covariance_over_sigma_squared():
    Y, sigma = data.spiral().double(), 0.2
    best, y_hat = limits.BayesDenoiser(Y, sigma), places(200, 0.7)
    J = torch.func.jacrev(lambda y: best(y).sum(dim=0))(y_hat).transpose(0, 1)
    w, mean = best.posterior(y_hat), best(y_hat)
    covariance = torch.einsum("bi,ij,ik->bjk", w, Y, Y) - mean[:, :, None] * mean[:, None]
    torch.testing.assert_close(J, covariance / sigma**2, rtol=1e-7, atol=1e-9)
    torch.testing.assert_close(J, J.mT, rtol=1e-7, atol=1e-9)
    torch.testing.assert_close(
        sigma**2 * J.diagonal(dim1=1, dim2=2).sum(dim=1), best.variance(y_hat), atol=1e-9, rtol=1e-7
    )


@pytest.mark.parametrize("sigma", [0.05, 0.1, 0.4])
def test_a_step_of_mean_shift_gains_at_least_its_energy_over_twice_the_variance(sigma):
    best, y_hat = limits.BayesDenoiser(data.spiral(), sigma), places(10_000)
    gain = best.log_density(best(y_hat)) - best.log_density(y_hat)
    least = energies.squared_error(y_hat, best(y_hat)) / (2 * sigma**2)
    assert (gain - least).min() > -1e-8


def test_the_arrow_is_minus_half_the_gradient_of_the_free_energy_of_which_point_it_was():
    Y, sigma = data.spiral().double(), 0.15
    y_hat = places(300).requires_grad_()
    F = energies.soft_minimum((y_hat[:, None] - Y).square().sum(dim=2), 1 / (2 * sigma**2))
    (gradient,) = torch.autograd.grad(F.sum(), y_hat)
    torch.testing.assert_close(limits.BayesDenoiser(Y, sigma)(y_hat) - y_hat, -gradient / 2, rtol=1e-8, atol=1e-9)


def test_the_falling_walk_keeps_gaussian_data_distributed_as_their_noisy_selves():
    """dy / dsigma = sigma y / (s^2 + sigma^2), so y grows as sqrt(s^2 + sigma^2): by ten thousand small steps."""
    s, y, sigmas = 0.5, torch.ones(1, 1, dtype=torch.float64), torch.logspace(0.5, -2, 10_000, dtype=torch.float64)
    end = sampling.fall(lambda y, sigma: s**2 / (s**2 + sigma**2) * y, y, sigmas)[-2]
    expected = ((s**2 + sigmas[-1] ** 2) / (s**2 + sigmas[0] ** 2)).sqrt()
    assert end.item() == pytest.approx(expected.item(), rel=1e-3)


# --- exercises ----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))


def _noisier(denoise, noise, sigmas):
    """Whole jumps, and fresh noise of the next level after each."""
    y = sigmas[0] * noise
    for sigma, following in itertools.pairwise(sigmas):
        y = denoise(y, sigma) + following * torch.randn(y.shape)
    return denoise(y, sigmas[-1])


def _langevin(denoise, noise, sigmas):
    y = sigmas[0] * noise
    for sigma in sigmas:
        for _ in range(4):
            score = (denoise(y, sigma) - y) / sigma**2
            y = y + 0.3 * sigma**2 * score + 0.6**0.5 * sigma * torch.randn(y.shape)
    return denoise(y, sigmas[-1])


def _left_at_the_last_level(denoise, noise, sigmas):
    y = sigmas[0] * noise
    for sigma, following in itertools.pairwise(sigmas):
        y = y + (following - sigma) * (y - denoise(y, sigma)) / sigma
    return y


@pytest.mark.parametrize("sampler", [_noisier, _langevin, _left_at_the_last_level])
@pytest.mark.parametrize("seed", range(3))
def test_samplers_of_other_kinds_are_right(sampler, seed):
    verdict = exercises.load("9.5").check(sampler, seed=seed)
    assert verdict.passed, verdict


def test_samples_that_grow_or_all_lie_in_one_place_are_named():
    say = exercises.load("9.5").check
    assert "infinite or NaN" in say(lambda denoise, noise, sigmas: noise / 0).message
    assert "nearly all on the same few" in say(lambda denoise, noise, sigmas: denoise(0 * noise, sigmas[-1])).message
