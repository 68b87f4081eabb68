"""What chapter 4 says is true: slopes, floors, areas, what is asked for when y is uncertain, and what papers report."""

import math

import pytest
import torch
from torch.nn import functional

from aecourse import data, energies
from aecourse.chapters.ch04_reconstruction_costs.exercises import _papers
from aecourse.chapters.ch04_reconstruction_costs.live_figures import cost_and_slope, costs


def test_slopes_of_the_costs_are_the_formulas_of_chapter_4():
    at = torch.linspace(0.1, 0.9, 9, dtype=torch.float64)
    assert torch.allclose(cost_and_slope("squared error", 0.3, at)[1], 2 * (at - 0.3))
    assert torch.allclose(cost_and_slope("cross-entropy", 0.3, at)[1], (at - 0.3) / (at * (1 - at)))


def test_a_straight_slope_is_drawn_straight():
    right = costs().figure.axes[1]
    assert right.get_yscale() == "linear"
    x, y = (torch.as_tensor(values) for values in right.lines[0].get_data())
    torch.testing.assert_close((y.diff() / x.diff()), torch.full((len(x) - 1,), 2.0, dtype=torch.float64))


@pytest.mark.parametrize("y", [0.0, 0.2, 0.7, 1.0])
def test_slopes_against_the_logit_are_those_of_the_text(y):
    """By differences of a cost that is written out here, in float64."""
    a, step = torch.linspace(-6, 6, 25, dtype=torch.float64), 1e-6

    def both(a):
        p = 1 / (1 + (-a).exp())
        return (y - p) ** 2, -y * p.log() - (1 - y) * (1 - p).log()

    ahead, behind = both(a + step), both(a - step)
    p = torch.sigmoid(a)
    torch.testing.assert_close((ahead[0] - behind[0]) / (2 * step), 2 * (p - y) * p * (1 - p), atol=1e-8, rtol=1e-6)
    torch.testing.assert_close((ahead[1] - behind[1]) / (2 * step), p - y, atol=1e-8, rtol=1e-6)


def test_squared_error_pulls_hardest_on_a_logit_at_a_third():
    p = torch.linspace(0.001, 0.999, 9981, dtype=torch.float64)
    assert p[(2 * (1 - p) * p * (1 - p)).argmax()].item() == pytest.approx(1 / 3, abs=1e-4)


@pytest.mark.parametrize("cost", [energies.squared_error, energies.binary_cross_entropy])
def test_the_conditional_mean_is_the_cheapest_answer(cost):
    Y = data.digits()[:200].double()
    mean = Y.mean(dim=0).expand(Y.shape)
    least, generator = cost(Y, mean).mean(), torch.Generator().manual_seed(0)
    for size in (0.001, 0.01, 0.1):
        moved = mean + size * torch.randn(784, generator=generator).double()
        assert cost(Y, moved.clamp(1e-9, 1 - 1e-9)).mean() > least
    assert cost(Y, Y.median(dim=0).values.clamp(1e-9, 1 - 1e-9).expand(Y.shape)).mean() > least


def test_the_mean_cross_entropy_is_that_of_the_mean_and_the_mean_square_that_plus_the_variance():
    Y = data.digits()[:200].double()
    y_tilde = torch.rand(1, 784, generator=torch.Generator().manual_seed(1)).double().clamp(0.01, 0.99)
    mean = Y.mean(dim=0, keepdim=True)
    every = energies.binary_cross_entropy(Y, y_tilde.expand(Y.shape)).mean()
    torch.testing.assert_close(every, energies.binary_cross_entropy(mean, y_tilde)[0])
    every = energies.squared_error(Y, y_tilde.expand(Y.shape)).mean()
    torch.testing.assert_close(every, energies.squared_error(mean, y_tilde)[0] + Y.var(dim=0, correction=0).sum())


@pytest.mark.parametrize("p", [0.1, 0.3, 0.9, 0.99])
def test_cross_entropy_of_greys_is_a_density_only_after_division_by_its_area(p):
    y = torch.linspace(0, 1, 20_001, dtype=torch.float64)
    area = torch.trapezoid(p**y * (1 - p) ** (1 - y), y).item()
    assert area == pytest.approx((2 * p - 1) / math.log(p / (1 - p)), rel=1e-6)
    density = torch.distributions.ContinuousBernoulli(torch.tensor(p, dtype=torch.float64))
    at = torch.tensor([[0.3]], dtype=torch.float64)
    ours = -energies.binary_cross_entropy(at, torch.full_like(at, p)) - math.log(area)
    assert density.log_prob(at).item() == pytest.approx(ours.item(), abs=1e-6)


def test_what_pytorch_reports_by_default_is_a_mean_over_images_and_pixels():
    y, y_tilde = torch.rand(2, 20, 784, generator=torch.Generator().manual_seed(2)).double()
    course = energies.squared_error(y, y_tilde).mean()
    torch.testing.assert_close(functional.mse_loss(y_tilde, y) * 784, course)
    torch.testing.assert_close(functional.mse_loss(y_tilde, y, reduction="sum") / 20, course)
    torch.testing.assert_close(functional.mse_loss(2 * y_tilde - 1, 2 * y - 1) * 784 / 4, course)
    clamped = functional.binary_cross_entropy(torch.zeros(1), torch.ones(1))
    assert clamped.item() == 100.0


def test_one_of_four_papers_cannot_be_ranked_and_the_printed_order_misleads():
    generator = torch.Generator().manual_seed(0)
    misled = set()
    for _ in range(60):
        papers, true = _papers(generator)
        (odd,) = (paper for paper in papers if paper["name"] not in true)
        assert odd["cost"] == "cross-entropy" or odd["averaged"] == "not said"
        shown = sorted((paper for paper in papers if paper is not odd), key=lambda paper: paper["error"])
        misled.add([paper["name"] for paper in shown] == sorted(true, key=true.__getitem__))
    assert False in misled
