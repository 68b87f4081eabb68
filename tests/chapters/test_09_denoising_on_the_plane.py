"""What the live figures of chapter 9 say is true."""

import itertools

import numpy as np
import pytest
import torch

from aecourse import data, exercises, limits
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
