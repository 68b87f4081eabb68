"""What we report: numbers that say how good a result is, each with its range."""

import torch
from torch import Tensor

from aecourse import guards


def principal_angles(A: Tensor, B: Tensor) -> Tensor:
    """Angles between the column spaces of A and B, the smallest first: all 0 exactly if one contains the other.

    Args:
        A: (n, p), B: (n, q), each of full column rank.
    Returns:
        (min(p, q),), in degrees, from 0 to 90, ascending. Accurate for small angles too: those come from sines.
    Raises:
        ValueError: bad shapes, or columns that depend on each other.
    Source: Bjorck & Golub (1973), Mathematics of Computation 27, 579-594.
    """
    A, B = _full_rank("A", A), _full_rank("B", B)
    if len(A) != len(B):
        raise ValueError(f"B: expected {len(A)} rows as in A, got {len(B)}")
    A, B = sorted((A, B), key=lambda Q: -Q.shape[1])  # the sines below are those of the smaller space
    cosines = torch.linalg.svdvals(A.T @ B).clamp(max=1)
    sines = torch.linalg.svdvals(B - A @ (A.T @ B)).clamp(max=1).flip(0)
    return torch.where(cosines.square() < 0.5, cosines.acos(), sines.asin()).rad2deg()


def _full_rank(name: str, A: Tensor) -> Tensor:
    """An orthonormal basis of the columns, in float64."""
    guards.batch(name, A)
    Q, upper = torch.linalg.qr(A.double())
    diagonal = upper.diagonal().abs()
    if A.shape[1] > A.shape[0] or diagonal.min() <= 1e-10 * diagonal.max():
        raise ValueError(f"{name}: expected linearly independent columns, got shape {tuple(A.shape)} of lower rank")
    return Q


def variance_explained(Y: Tensor, Y_tilde: Tensor) -> float:
    """The share of the variance of Y that its reconstruction explains: 1 - sum ||y - y_tilde||^2 / sum ||y - mean||^2.

    Args:
        Y, Y_tilde: (m, n), m at least 2.
    Returns:
        at most 1; 0 for the constant prediction of the mean, negative for worse.
    Raises:
        ValueError: the shapes differ, an entry is not finite, or all samples are equal.
    """
    guards.batch("Y", Y)
    guards.batch("Y_tilde", Y_tilde)
    guards.same_shape("Y_tilde", Y_tilde, "Y", Y)
    total = (Y.double() - Y.double().mean(dim=0)).square().sum()
    if total == 0:
        raise ValueError("Y: expected at least two different samples, got no variance to explain")
    return (1 - (Y.double() - Y_tilde.double()).square().sum() / total).item()


def amortisation_gap(F_encoder: Tensor, F: Tensor) -> Tensor:
    """What the encoder's guess costs beyond the exact inner minimum, F_encoder(y) - min over z of E(y, z).

    Args:
        F_encoder: (batch,), the energy at the encoder's latent. F: (batch,), the exact minimum.
    Returns:
        (batch,), in energy units, non-negative up to rounding.
    Raises:
        ValueError: the shapes differ, an entry is not finite, or a gap is negative beyond rounding (F is no minimum).
    Source: Cremer, Li & Duvenaud (2018), Inference suboptimality in variational autoencoders.
    """
    guards.batch("F_encoder", F_encoder[:, None])
    guards.batch("F", F[:, None])
    guards.same_shape("F_encoder", F_encoder, "F", F)
    gap = F_encoder.double() - F.double()
    if (gap < -1e-9 * (1 + F.abs().max())).any():
        raise ValueError(f"F: expected the minimum over z, but the encoder found less by {-gap.min().item():.2g}")
    return gap
