"""What the live figures of chapter 7 say is true."""

import pytest
import torch

from aecourse import exercises
from aecourse.chapters.ch07_over_complete_codes_and_collapse.live_figures import widen


def test_maps_that_are_not_finite_are_refused_by_name():
    three = torch.ones(3)
    with pytest.raises(ValueError, match="^maps: expected finite"):
        widen(three, torch.full((3, 9, 9), torch.nan), three, three, three, 0.1)


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
