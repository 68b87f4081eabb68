"""What the live figures of chapter 4 say is true."""

import torch

from aecourse.chapters.ch04_reconstruction_costs.live_figures import cost_and_slope


def test_slopes_of_the_costs_are_the_formulas_of_chapter_4():
    at = torch.linspace(0.1, 0.9, 9, dtype=torch.float64)
    assert torch.allclose(cost_and_slope("squared error", 0.3, at)[1], 2 * (at - 0.3))
    assert torch.allclose(cost_and_slope("cross-entropy", 0.3, at)[1], (at - 0.3) / (at * (1 - at)))
