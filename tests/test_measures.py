import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aecourse import measures, models


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


def test_the_low_energy_fraction_of_a_disc_is_its_area():
    share = measures.low_energy_fraction(lambda y: y.square().sum(dim=1), 1.0, (-1.0, 1.0))
    assert abs(share.value - math.pi / 4) < 4 * share.error
    assert 0 < share.error < 0.003


def test_the_low_energy_fraction_of_a_ball_in_five_dimensions():
    share = measures.low_energy_fraction(lambda y: y.square().sum(dim=1), 1.0, (-1.0, 1.0), n=5, points=4096)
    exact = math.pi**2.5 / math.gamma(3.5) / 2**5
    assert abs(share.value - exact) < 4 * share.error


def test_the_low_energy_fraction_is_of_the_box_and_counts_what_is_just_at_tau():
    """Half of [1, 3] lies below 2; of an energy of two heights, tau being the lower one, the lower half."""
    share = measures.low_energy_fraction(lambda y: y[:, 0], 2.0, (1.0, 3.0), n=1)
    assert share.value.item() == pytest.approx(0.5, abs=0.01)
    share = measures.low_energy_fraction(lambda y: 1.0 + (y[:, 0] > 2), 1.0, (1.0, 3.0), n=1)
    assert share.value.item() == pytest.approx(0.5, abs=0.01)


def test_the_stated_error_is_the_error_made():
    """Over many seeds, value minus truth divided by the stated error has about unit size."""
    off = []
    for seed in range(30):
        share = measures.low_energy_fraction(lambda y: y.square().sum(dim=1), 1.0, (-1.0, 1.0), seed=seed, points=64)
        off.append((share.value - math.pi / 4) / share.error)
    assert len(set(torch.stack(off).tolist())) > 25, "another seed, other points"
    assert 0.6 < torch.stack(off).square().mean().sqrt() < 1.7


def test_the_low_energy_fraction_of_many_models_at_once():
    heights = torch.tensor([[-1.0], [1.0]], dtype=torch.float64)
    share = measures.low_energy_fraction(lambda y: heights + 0 * y[:, 0], 0.0)
    assert share.value.tolist() == [1, 0]
    assert share.error.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"energy": 3, "tau": 1.0}, "^energy: expected a function"),
        ({"energy": lambda y: y, "tau": 1.0}, "^energy: expected one value per point"),
        ({"energy": lambda y: y[:, 0] / 0, "tau": 1.0}, r"^energy\(y\): expected finite"),
        ({"energy": lambda y: y[:, 0], "tau": -1.0}, "^tau: "),
        ({"energy": lambda y: y[:, 0], "tau": 1.0, "box": (1.0, 0.0)}, "^box: expected low < high"),
        ({"energy": lambda y: y[:, 0], "tau": 1.0, "points": 100}, "^points: expected a power of two"),
    ],
)
def test_the_low_energy_fraction_refuses_by_name(arguments, said):
    with pytest.raises(ValueError, match=said):
        measures.low_energy_fraction(**arguments)


def test_the_collapse_meter_is_1_for_a_copier_and_0_for_a_constant():
    Y, off = torch.randn(50, 6), 1 + torch.rand(40, 6)
    copier = measures.collapse(lambda y: 1.0 * y, Y, off)
    assert (copier.on, copier.off, copier.meter, copier.jacobian) == (1, 1, 1, 0)
    constant = measures.collapse(lambda y: 0 * y, Y, off)
    assert constant.meter == 0
    assert constant.off < 0
    assert constant.jacobian == pytest.approx(1, rel=1e-5)


def test_the_jacobians_distance_is_that_of_the_exact_jacobian():
    model = models.Autoencoder(3, 20)
    Y, off = torch.randn(50, 3), torch.randn(300, 3)
    J = torch.autograd.functional.jacobian(lambda y: model(y).sum(dim=0), off).transpose(0, 1)  # (batch, n, n)
    exact = ((J - torch.eye(3)).square().sum(dim=(1, 2)).mean() / 3).sqrt()
    assert measures.collapse(model, Y, off, probes=20).jacobian == pytest.approx(exact.item(), rel=0.03)


def test_a_projection_is_half_a_copier():
    P = torch.diag(torch.tensor([1.0, 0.0]))
    card = measures.collapse(lambda y: y @ P, torch.randn(100, 2), torch.randn(20_000, 2), probes=8)
    assert card.jacobian == pytest.approx(math.sqrt(0.5), rel=0.02)
    assert card.meter == pytest.approx(0.5, abs=0.02)


def test_auroc_is_the_share_of_ordered_pairs():
    F_data = torch.randint(0, 5, (40,)).float()
    F_others = torch.randint(2, 8, (30,)).float()
    pairs = (F_others[:, None] > F_data).double() + 0.5 * (F_others[:, None] == F_data).double()
    assert measures.auroc(F_data, F_others) == pytest.approx(pairs.mean().item())
    refused, detected = measures.roc(F_data, F_others)
    assert torch.trapezoid(detected, refused).item() == pytest.approx(pairs.mean().item())


def test_auroc_refuses_by_name():
    with pytest.raises(ValueError, match="^energy_of_others: expected finite"):
        measures.auroc(torch.ones(3), torch.tensor([torch.nan]))
    with pytest.raises(ValueError, match="^energy_of_data: expected at least one"):
        measures.auroc(torch.ones(0), torch.ones(2))


def test_psnr_is_the_textbook_number_of_each_image():
    y = torch.zeros(3, 100, dtype=torch.float64)
    y_tilde = torch.tensor([[0.1], [1.0], [0.0]], dtype=torch.float64).expand(3, 100)
    assert measures.psnr(y, y_tilde).tolist() == pytest.approx([20, 0, math.inf])
    assert measures.psnr(255 * y, 255 * y_tilde, peak=255)[0].item() == pytest.approx(20)
    with pytest.raises(ValueError, match="^peak: "):
        measures.psnr(y, y, 0.0)
