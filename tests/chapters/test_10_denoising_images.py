"""What the exercises of chapter 10 say is true."""

import pytest
import torch

from aecourse import data, exercises, measures


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))


def test_the_solutions_agree_with_the_library_on_digits():
    y = data.digits("test")[:20]
    y_hat = (y + 0.3 * torch.randn(y.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 1)
    torch.testing.assert_close(exercises.load("10.1").answer(y, y_hat), measures.psnr(y, y_hat))
    assert (exercises.load("10.2").answer(torch.clone, y, y_hat) == 0).all()


def test_a_known_pixel_without_ink_is_kept():
    y, known = torch.tensor([[0.0, 0.0, 0.7]]), torch.tensor([[1.0, 0.0, 1.0]])
    assert exercises.load("10.3").answer(y, known, torch.full((1, 3), 0.5)).tolist() == [[0, 0.5, pytest.approx(0.7)]]


def _difference_of_two(model, y, y_hat):
    before, after = (-10 * (y - other).square().mean(dim=1).log10() for other in (y_hat, model(y_hat)))
    return after - before


@pytest.mark.parametrize("seed", range(30))
def test_a_gain_near_0_db_may_be_a_difference_of_two_numbers(seed):
    verdict = exercises.load("10.2").check(_difference_of_two, seed=seed)
    assert verdict.passed, verdict
