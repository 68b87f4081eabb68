"""The live figures: every control moves the picture, and what they say is true."""

import itertools

import numpy as np
import pytest
import torch

from aecourse import chapters, data, energies, limits
from aecourse.chapters.ch00_start_here.live_figures import how_many_numbers
from aecourse.chapters.ch01_definitions.live_figures import feedback
from aecourse.chapters.ch02_energies_and_the_encoder.live_figures import descend, search_for_z
from aecourse.chapters.ch03_the_autoencoder.live_figures import matrix_and_squashing, parse_matrix, reading
from aecourse.chapters.ch04_reconstruction_costs.live_figures import cost_and_slope
from aecourse.chapters.ch05_the_loss_functional.live_figures import watch_training
from aecourse.chapters.ch06_under_complete_codes.live_figures import explore_the_code
from aecourse.chapters.ch07_over_complete_codes_and_collapse.live_figures import widen
from aecourse.chapters.ch08_the_cures.live_figures import Sweep, tune_the_cure
from aecourse.chapters.ch09_denoising_on_the_plane.live_figures import (
    denoise_the_plane,
    follow_the_arrows,
    watch_the_sampling,
    weigh_the_points,
)
from aecourse.tasks import TASKS

MAPS = torch.linspace(0.3, 0, 3)[:, None, None] * torch.rand(3, 9, 9, generator=torch.Generator().manual_seed(0))
THREE = torch.tensor([0.1, 0.5, 0.8])


def sweep(maps, whole=False):
    return Sweep("weight", torch.tensor([1.0, 10.0, 100.0]), maps, THREE.flip(0), THREE / 100, whole)


def draws(h):
    """A decoder whose image shows the code: grey by h_1 above, by h_2 below."""
    return torch.sigmoid(h)[:, [0, 0, 1, 1]]


CODES = (torch.randn(60, 2, generator=torch.Generator().manual_seed(0)), torch.arange(60) % 10, draws)
PATHS = {"one": data.spiral().repeat(3, 1, 1) * THREE[:, None, None], "two": data.spiral().repeat(3, 1, 1)}


def watched():
    return watch_training(torch.tensor([0.0, 10.0, 100.0]), MAPS, {"seen": THREE, "unseen": THREE.flip(0)})


def tuned():
    return tune_the_cure({"wide": sweep(MAPS), "narrow": sweep(MAPS.flip(0), whole=True)}, 0.1)


FIGURES = {
    name: example
    for number in chapters.folders()
    if (part := chapters.part(number, "live_figures"))
    for name, example in part.EXAMPLES.items()
}


def test_every_live_figure_has_an_example_and_says_what_it_is():
    assert sorted(FIGURES) == sorted(chapters.live_figures())
    for name, figure in chapters.live_figures().items():
        assert figure.__doc__, name


@pytest.mark.parametrize("name", FIGURES)
def test_every_control_changes_the_picture_and_the_fast_drawing_equals_a_full_one(name):
    picture = FIGURES[name]()
    assert picture.caption
    for control in picture.controls:
        first, *others = picture.choices(control, most=3)
        before = picture.set(**{control: first}).png
        seen = [picture.set(**{control: value}).png for value in others]
        assert any(png != before for png in seen), control
        assert picture.caption
    canvas = picture.figure.canvas
    fast = np.asarray(canvas.buffer_rgba()).copy()
    for ax in picture.figure.axes:
        for artist in ax.get_children():
            artist.set_animated(False)
    canvas.draw()
    assert np.array_equal(fast, np.asarray(canvas.buffer_rgba()))


def test_the_digit_drawn_is_the_best_affine_reconstruction():
    Y, Y_test = data.digits(), data.digits("test")
    picture = how_many_numbers().set(d=25, digit="7")
    drawn = torch.as_tensor(picture.figure.axes[1].images[0].get_array()).float()
    rebuilt = limits.pca(Y, 25).reconstruct(Y_test).view(-1, 28, 28)
    assert (rebuilt - drawn).abs().amax(dim=(1, 2)).min() < 1e-3


def test_feedback_is_right_for_each_of_the_eight_answers():
    for task, answer in itertools.product(TASKS.values(), itertools.product([True, False], repeat=3)):
        said = feedback(task.name, *answer)
        assert said.count("✗") == sum(a != t for a, t in zip(answer, task.place, strict=True))
        assert said.count("✓") + said.count("✗") == 3


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
    picture = search_for_z(lambda y: torch.atan2(y[:, 1:], y[:, :1]))
    assert "the encoder's guess costs" in picture.caption


@pytest.mark.parametrize(
    "typed",
    ["", "1 2 3 4", "1 2; 3", "a b; c d", "1 2; 3 4; 5 6", "inf 0; 0 1", "nan 0; 0 1", "1e9 0; 0 1",
     "<script>alert(1)</script>", "__import__('os').system('x') 1; 1 1", "9" * 10_000],
)  # fmt: skip
def test_what_is_no_matrix_is_refused_and_the_picture_stays(typed):
    assert parse_matrix(typed) is None
    picture = matrix_and_squashing()
    drawn = picture.set(typed="2 0; 0 1").figure.axes[1].collections[0].get_offsets().copy()
    assert "is no 2 × 2 matrix" in picture.set(typed=typed).caption
    assert len(picture.caption) < 200
    assert (picture.figure.axes[1].collections[0].get_offsets() == drawn).all()  # the last good matrix stays


def test_matrices_are_read_and_described():
    assert parse_matrix(" 1,0.5 ; 0 1").tolist() == [[1.0, 0.5], [0.0, 1.0]]
    assert "a rotation" in reading(torch.tensor([[0.0, -1.0], [1.0, 0.0]]))
    assert "with a mirror" in reading(torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
    assert "stretches" in reading(torch.tensor([[1.0, 0.5], [0.0, 1.0]]))
    assert "flattens" in reading(torch.ones(2, 2))


def test_slopes_of_the_costs_are_the_formulas_of_chapter_4():
    at = torch.linspace(0.1, 0.9, 9, dtype=torch.float64)
    assert torch.allclose(cost_and_slope("squared error", 0.3, at)[1], 2 * (at - 0.3))
    assert torch.allclose(cost_and_slope("cross-entropy", 0.3, at)[1], (at - 0.3) / (at * (1 - at)))


def test_an_energy_map_shows_the_stored_model_and_between_two_their_mean():
    picture = watched()
    heat, veil = picture.figure.axes[0].images
    assert np.allclose(np.asarray(heat.get_array()), MAPS[0])
    picture.set(moment=0.25)
    between = (MAPS[0] + MAPS[1]) / 2
    assert np.allclose(np.asarray(heat.get_array()), between, atol=1e-6)
    assert np.array_equal(np.asarray(veil.get_array())[..., 3] > 0, (between <= 0.05**2).numpy())
    assert "epoch 5:" in picture.caption


def test_a_whole_strength_is_never_interpolated():
    picture = tuned().set(cure="narrow", strength=0.6)
    heat = picture.figure.axes[0].images[0]
    assert np.allclose(np.asarray(heat.get_array()), MAPS.flip(0)[1])
    assert "= 10:" in picture.caption
    assert "= 15.8:" in picture.set(cure="wide").caption  # halfway on a logarithmic scale, 10^(1.2)


def test_the_code_plane_draws_what_the_decoder_says_and_names_the_nearest_digit():
    h, labels, decode = CODES
    picture = explore_the_code(*CODES).set(h_1=h[7, 0].item(), h_2=h[7, 1].item())
    drawn = np.asarray(picture.figure.axes[1].images[0].get_array())
    assert np.allclose(drawn, decode(h[7:8]).view(2, 2), atol=1e-6)
    assert f"the nearest unseen digit is a {labels[7].item()}" in picture.caption


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: watch_training(torch.ones(2), MAPS, {}), "^maps: expected at least two square maps"),
        (lambda: widen(torch.ones(3), MAPS / 0, THREE, THREE, THREE, 0.1), "^maps: expected finite"),
        (lambda: tune_the_cure({}, 0.1), "^sweeps: expected at least one"),
        (lambda: explore_the_code(torch.rand(5, 3), torch.ones(5), draws), r"^h: expected shape \(batch, 2\)"),
        (lambda: explore_the_code(torch.rand(5, 2), torch.ones(4), draws), "^labels: expected one per code"),
    ],
)
def test_live_figures_refuse_by_name(build, said):
    with pytest.raises(ValueError, match=said):
        build()


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
        chapters.live_figures()[name](torch.zeros(3, 3), best)
    with pytest.raises(ValueError, match="^trained"):
        chapters.live_figures()[name](data.spiral(), 3)


def test_sampling_paths_refuse_by_name():
    with pytest.raises(ValueError, match="^one: expected a path"):
        watch_the_sampling({"one": torch.zeros(2, 5, 2)}, torch.tensor([1.0, 0.5]), data.spiral())
    with pytest.raises(ValueError, match="^paths"):
        watch_the_sampling({}, torch.tensor([1.0]), data.spiral())
