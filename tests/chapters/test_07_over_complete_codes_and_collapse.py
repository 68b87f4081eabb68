"""What the live figures of chapter 7 say is true."""

import pytest
import torch

from aecourse import exercises, models, training
from aecourse.chapters.ch07_over_complete_codes_and_collapse.live_figures import widen


def test_maps_that_are_not_finite_are_refused_by_name():
    three = torch.ones(3)
    with pytest.raises(ValueError, match="^maps: expected finite"):
        widen(three, torch.full((3, 9, 9), torch.nan), three[:, None], three[:, None], 0.1)


def test_a_row_of_seeds_is_asked_for_at_every_width():
    three = torch.ones(3)
    with pytest.raises(ValueError, match="^fraction: expected"):
        widen(three, torch.ones(3, 9, 9), torch.ones(2, 5), three[:, None], 0.1)


def test_the_slope_of_a_linear_copiers_loss_is_minus_two_times_what_it_misses_times_the_covariance():
    """By autograd, in double precision; a matrix that adds something beyond the span has the same loss and no slope."""
    generator = torch.Generator().manual_seed(0)
    y = torch.randn(40, 3, generator=generator).double() @ torch.randn(3, 6, generator=generator).double()
    y = y - y.mean(dim=0)
    J = torch.randn(6, 6, generator=generator).double().requires_grad_()

    def loss(J):
        return (y - y @ J.T).square().sum(dim=1).mean()

    (slope,) = torch.autograd.grad(loss(J), J)
    eye, covariance = torch.eye(6).double(), y.T @ y / len(y)
    torch.testing.assert_close(slope, -2 * (eye - J.detach()) @ covariance)
    span = torch.linalg.svd(y, full_matrices=False).Vh[:3]
    beyond = torch.randn(6, 6, generator=generator).double() @ (eye - span.T @ span)
    assert loss(span.T @ span + beyond).item() < 1e-20
    torch.testing.assert_close(loss(J + beyond), loss(J))


def test_initial_weights_of_a_pixel_without_ink_change_nothing_in_training_and_the_answers_to_ink_there():
    """Two trainings that differ in the first column of W_h only, on samples whose first number is 0."""
    y = torch.randn(64, 6, generator=torch.Generator().manual_seed(0)) * torch.tensor([0.0, 1, 1, 1, 1, 1])
    drawn, zeroed = (models.Autoencoder(n=6, d=8, f=models.identity) for _ in range(2))
    with torch.no_grad():
        zeroed.W_h[:, 0] = 0
    column = drawn.W_h[:, 0].detach().clone()
    losses = [training.fit(model, y, epochs=5, batch=16, lr=1e-2, progress=False).train for model in (drawn, zeroed)]
    assert losses[0] == losses[1]
    torch.testing.assert_close(drawn.W_h[:, 0].detach(), column, rtol=0, atol=0)
    torch.testing.assert_close(drawn.W_h[:, 1:], zeroed.W_h[:, 1:], rtol=0, atol=0)
    with torch.no_grad():
        ink = torch.eye(6)[:1]
        assert (drawn(ink) - zeroed(ink)).norm() > 0.1


# --- exercises ----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))


def _mixed(n):
    A = torch.linalg.qr(torch.randn(n, n, generator=torch.Generator().manual_seed(n)))[0] * 2
    return torch.cat([A, -A]), torch.cat([A.T, -A.T], dim=1) / 4


def _turned(n):
    return torch.cat([-torch.eye(n), torch.eye(n)]).numpy(), torch.cat([-torch.eye(n), torch.eye(n)], dim=1).numpy()


@pytest.mark.parametrize("copier", [_mixed, _turned])
def test_any_copier_is_right(copier):
    assert exercises.load("7.3").check(copier, seed=0).passed


def test_a_copy_of_an_unknown_kind_is_shown():
    said = exercises.load("7.3").check(lambda n: (torch.ones(2 * n, n), torch.ones(n, 2 * n)), seed=0).message
    assert said.startswith("not a copy: of n = 2 components, the first goes in as")
