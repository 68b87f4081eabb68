"""What we report: numbers that say how good a result is, each with its range."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from aecourse import guards
from aecourse.data import BOX


def principal_angles(A: Tensor, B: Tensor) -> Tensor:
    """Angles between the column spaces of A and B, the smallest first: all 0 exactly if one contains the other.

    Args:
        A: (n, p), of full column rank.
        B: (n, q), of full column rank.

    Returns:
        (min(p, q),), in degrees, from 0 to 90, ascending. Accurate for small angles too: those come from sines.

    Raises:
        ValueError: bad shapes, or columns that depend on each other.

    Source: [bjorck1973].
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
        Y: (m, n), m at least 2.
        Y_tilde: (m, n).

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


def psnr(y: Tensor, y_tilde: Tensor, peak: float = 1.0) -> Tensor:
    """Peak signal-to-noise ratio of each image, 10 log10(peak^2 / mean over pixels of (y - y_tilde)^2).

    Args:
        y: (batch, pixels).
        y_tilde: (batch, pixels).
        peak: the largest value that a pixel can have.

    Returns:
        (batch,), in decibels, one number an image; infinite where the images are equal. An average over images is
        taken of these decibels, not of the errors.

    Raises:
        ValueError: the shapes differ, an entry is not finite, or peak is not positive.
    """
    guards.batch("y", y)
    guards.batch("y_tilde", y_tilde)
    guards.same_shape("y_tilde", y_tilde, "y", y)
    guards.number("peak", peak, low=1e-12)
    return 10 * (peak**2 / (y - y_tilde).square().mean(dim=1)).log10()


def amortisation_gap(F_encoder: Tensor, F: Tensor) -> Tensor:
    """What the encoder's guess costs beyond the exact inner minimum, F_encoder(y) - min over z of E(y, z).

    Args:
        F_encoder: (batch,), the energy at the encoder's latent.
        F: (batch,), the exact minimum.

    Returns:
        (batch,), in energy units, non-negative up to rounding.

    Raises:
        ValueError: the shapes differ, an entry is not finite, or a gap is negative beyond rounding (F is no minimum).

    Source: [cremer2018].
    """
    guards.batch("F_encoder", F_encoder[:, None])
    guards.batch("F", F[:, None])
    guards.same_shape("F_encoder", F_encoder, "F", F)
    gap = F_encoder.double() - F.double()
    if (gap < -1e-9 * (1 + F.abs().max())).any():
        raise ValueError(f"F: expected the minimum over z, but the encoder found less by {-gap.min().item():.2g}")
    return gap


def auroc(energy_of_data: Tensor, energy_of_others: Tensor) -> float:
    """Area under the ROC curve: the chance that a sample from elsewhere has more energy than a sample of the data.

    Args:
        energy_of_data: (m,).
        energy_of_others: (m',).

    Returns:
        1 if every other sample lies above every sample of the data, 0.5 for no difference; ties count half.

    Raises:
        ValueError: an energy is not finite, or there is none.

    Source: [hanley1982]; computed by scikit-learn.
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(*_labelled(energy_of_data, energy_of_others)))


def roc(energy_of_data: Tensor, energy_of_others: Tensor) -> tuple[Tensor, Tensor]:
    """The ROC curve of the rule "more energy than a threshold: not of the data", over all thresholds.

    Args:
        energy_of_data: (m,).
        energy_of_others: (m',).

    Returns:
        the share of the data refused, and the share of the others refused, each (k,), from 0 to 1.

    Raises:
        ValueError: an energy is not finite, or there is none.
    """
    from sklearn.metrics import roc_curve

    refused, detected, _ = roc_curve(*_labelled(energy_of_data, energy_of_others))
    return torch.from_numpy(refused), torch.from_numpy(detected)


def _labelled(inside: Tensor, outside: Tensor) -> tuple:
    energies = {"energy_of_data": inside, "energy_of_others": outside}
    for name, values in energies.items():
        guards.batch(name, values[:, None])
    label = torch.cat([torch.zeros(len(inside)), torch.ones(len(outside))])
    return label.numpy(), torch.cat([inside, outside]).detach().cpu().numpy()


class Share(NamedTuple):
    """A measured share, from 0 to 1, and its standard error.

    Attributes:
        value: () or (K,).
        error: of the same shape.
    """

    value: Tensor
    error: Tensor


@torch.no_grad()
def low_energy_fraction(
    energy: Callable[[Tensor], Tensor],
    tau: float,
    box: tuple[float, float] = BOX,
    *,
    n: int = 2,
    points: int = 1024,
    repeats: int = 8,
    seed: int = 0,
    device: torch.device | str = "cpu",
) -> Share:
    """The share of the box [low, high]^n where the energy is at most tau.

    Each of `repeats` independently scrambled Sobol sequences gives one estimate: their mean is the value, their spread
    divided by the root of `repeats` its standard error.

    Args:
        energy: F, called with (points, n) on the device, returns (points,), or (K, points) for K models at once.
        tau: in the units of the energy, the same for all models compared.
        box: low and high, the same for every component.
        n: components of y.
        points: of each sequence, a power of two.
        repeats: sequences, at least 2.
        seed: of the scrambling.
        device: where the energy is asked, that of its model; the points are the same on every device.

    Returns:
        Share of value and error, each () or (K,).

    Raises:
        ValueError: an empty box, or an energy of the wrong shape or not finite.

    Source: [owen1997] for the scrambling; its rate is that of smooth functions, and this one has a step, which is why
    the error is that of repeats.
    """
    guards.function("energy", energy)
    guards.number("tau", tau, low=0)
    low, high = (guards.number("box", edge) for edge in box)
    if not low < high:
        raise ValueError(f"box: expected low < high, got {box}")
    if guards.count("points", points, low=2) & (points - 1):
        raise ValueError(f"points: expected a power of two, on which Sobol points are balanced, got {points}")
    shares = []
    for k in range(guards.count("repeats", repeats, low=2)):
        y = torch.quasirandom.SobolEngine(n, scramble=True, seed=repeats * seed + k).draw(points).to(device)
        F = energy(low + (high - low) * y)
        if F.shape[-1:] != (points,):
            raise ValueError(f"energy: expected one value per point, shape (..., {points}), got {tuple(F.shape)}")
        guards.batch("energy(y)", F.reshape(-1, points))
        shares.append((F <= tau).double().mean(dim=-1))
    every = torch.stack(shares)
    return Share(every.mean(dim=0), every.std(dim=0) / repeats**0.5)


class Collapse(NamedTuple):
    """How close a model is to the identity.

    Attributes:
        on: share of the variance of the data that the model explains; 1 is perfect, and no sin.
        off: share of the variance of samples from elsewhere that it explains; this is copying.
        jacobian: ||dy_tilde/dy - I||_F / ||I||_F on the samples from elsewhere: 0 for the identity, 1 for a constant.
    """

    on: float
    off: float
    jacobian: float

    @property
    def meter(self) -> float:
        """One number from 0 to 1: what is copied of samples from elsewhere. 1 is a full collapse."""
        return max(0.0, self.off)


def collapse(model: Callable[[Tensor], Tensor], Y: Tensor, off: Tensor, *, probes: int = 4, seed: int = 0) -> Collapse:
    """Three numbers that tell a model of the data from a copier.

    The Jacobian is met by its transpose's action on random directions v of unit length: n times the mean of
    ||(J - I)^T v||^2 is the squared norm in expectation, so no (n, n) matrix is ever formed.

    Args:
        model: y -> y_tilde, differentiable.
        Y: (m, n), unseen samples of the data.
        off: (m', n), samples from elsewhere.
        probes: directions per sample.
        seed: of the directions.

    Returns:
        Collapse.

    Raises:
        ValueError: Y, off or the model's answer is not of n columns or not finite, or all samples of one are equal.

    Source: [hutchinson1990] for the estimate of the norm; [alain2014] for the Jacobian of reconstruction.
    """
    guards.batch("Y", Y)
    guards.batch("off", off, columns=Y.shape[1])
    generator = torch.Generator().manual_seed(guards.count("seed", seed, low=0))
    y = off.detach().requires_grad_()
    y_tilde = guards.batch("model(y)", model(y), columns=Y.shape[1])
    squares = []
    for _ in range(guards.count("probes", probes)):
        v = torch.nn.functional.normalize(torch.randn(off.shape, generator=generator), dim=1).to(off)
        (pulled,) = torch.autograd.grad(y_tilde, y, v, retain_graph=True)
        squares.append((pulled - v).square().sum(dim=1).mean().item())
    with torch.no_grad():
        on = variance_explained(Y, model(Y))
    return Collapse(on, variance_explained(off, y_tilde.detach()), (sum(squares) / probes) ** 0.5)
