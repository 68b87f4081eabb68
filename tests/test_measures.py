import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aecourse import measures


def _orthonormal(n, d, seed):
    return torch.linalg.qr(torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)).Q


@given(st.floats(1e-6, 89.9), st.floats(1e-6, 89.9))
@settings(deadline=None)
def test_principal_angles_recover_angles_put_in_by_hand(first, second):
    """Two planes in R^4 whose angles are known by construction, under a random rotation and a random mix of columns."""
    Q = _orthonormal(4, 4, 0)
    a, b = math.radians(first), math.radians(second)
    A = Q[:, :2]
    B = torch.stack(
        [math.cos(a) * Q[:, 0] + math.sin(a) * Q[:, 2], math.cos(b) * Q[:, 1] + math.sin(b) * Q[:, 3]], dim=1
    )
    mix = torch.tensor([[2.0, 1.0], [0.5, -1.0]], dtype=torch.float64)
    assert measures.principal_angles(A, B @ mix).tolist() == pytest.approx(sorted([first, second]), rel=1e-6, abs=1e-9)


def test_principal_angles_are_zero_for_the_same_subspace_to_high_accuracy():
    A = _orthonormal(30, 5, 1)
    mix = torch.randn(5, 5, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    assert measures.principal_angles(A, A @ mix).max() < 1e-10


def test_principal_angles_of_a_line_within_a_plane_are_zero_and_symmetric():
    A, line = _orthonormal(6, 3, 3), _orthonormal(6, 3, 3)[:, 1:2]
    assert measures.principal_angles(A, line).tolist() == pytest.approx([0.0], abs=1e-8)
    assert measures.principal_angles(line, A).tolist() == pytest.approx([0.0], abs=1e-8)


def test_variance_explained_knows_its_ends():
    Y = torch.randn(50, 4, generator=torch.Generator().manual_seed(0)) + 3
    assert measures.variance_explained(Y, Y) == 1
    assert measures.variance_explained(Y, Y.mean(0).expand_as(Y)) == pytest.approx(0, abs=1e-6)
    assert measures.variance_explained(Y, torch.zeros_like(Y)) < 0


def test_the_gap_is_the_difference_and_a_negative_one_convicts_the_search():
    assert measures.amortisation_gap(torch.tensor([1.0, 2.0]), torch.tensor([0.5, 2.0])).tolist() == [0.5, 0.0]
    with pytest.raises(ValueError, match="^F: expected the minimum over z, but the encoder found less by 0.25"):
        measures.amortisation_gap(torch.tensor([1.0, 0.25]), torch.tensor([1.0, 0.5]))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: measures.principal_angles(torch.eye(3), torch.eye(4)), "^B: expected 3 rows as in A, got 4"),
        (lambda: measures.principal_angles(torch.ones(3, 2), torch.eye(3)), "^A: expected linearly independent"),
        (lambda: measures.principal_angles(torch.eye(3), torch.rand(3, 4)), "^B: expected linearly independent"),
        (
            lambda: measures.variance_explained(torch.zeros(3, 2), torch.zeros(2, 2)),
            "^Y_tilde: expected the shape of Y",
        ),
        (
            lambda: measures.variance_explained(torch.ones(3, 2), torch.zeros(3, 2)),
            "^Y: expected at least two different",
        ),
        (lambda: measures.amortisation_gap(torch.zeros(2), torch.zeros(3)), "^F_encoder: expected the shape of F"),
        (lambda: measures.amortisation_gap(torch.full((1,), math.nan), torch.zeros(1)), "^F_encoder: expected finite"),
    ],
)
def test_bad_arguments_are_refused_by_name(call, said):
    with pytest.raises(ValueError, match=said):
        call()
