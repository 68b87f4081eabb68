"""The best possible, so that a learned result is shown as a distance: PCA, the inner minimum, the entropy of y."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from aecourse import guards


@dataclass(frozen=True)
class AffineOptimum:
    """The best reconstruction of a data set through d numbers by affine maps.

    Attributes:
        mean: (n,). basis: (n, d), orthonormal columns, the most important first.
        variance: (d,), the variance along each column. error: the mean over samples of ||y - y_tilde||^2.
    """

    mean: Tensor
    basis: Tensor
    variance: Tensor
    error: float

    def encode(self, y: Tensor) -> Tensor:
        """Coordinates in the basis. (batch, n) -> (batch, d)."""
        return (guards.batch("y", y, columns=len(self.mean)) - self.mean) @ self.basis

    def decode(self, h: Tensor) -> Tensor:
        """The point with these coordinates. (batch, d) -> (batch, n)."""
        return self.mean + guards.batch("h", h, columns=self.basis.shape[1]) @ self.basis.T

    def reconstruct(self, y: Tensor) -> Tensor:
        """The nearest point of the optimal affine subspace. (batch, n) -> (batch, n)."""
        return self.decode(self.encode(y))


def pca(Y: Tensor, d: int) -> AffineOptimum:
    """Principal component analysis: no affine encoder and decoder with d codes reconstruct Y better.

    Args:
        Y: (m, n). d: from 1 to n.
    Returns:
        AffineOptimum in the dtype of Y; computed in float64 from the eigenvectors of the covariance.
    Raises:
        ValueError: Y is not a finite (m, n) tensor, or d is not in 1..n.
    Source: Eckart & Young (1936); Baldi & Hornik (1989) for the linear autoencoder.
    """
    guards.batch("Y", Y)
    guards.count("d", d, high=Y.shape[1])
    exact = Y.double()
    mean = exact.mean(dim=0)
    centred = exact - mean
    values, vectors = torch.linalg.eigh(centred.T @ centred / len(exact))
    basis, variance = vectors[:, -d:].flip(1), values[-d:].flip(0)
    # The variance left over, summed from the small end: subtracting from the total would cancel.
    return AffineOptimum(
        mean.to(Y.dtype), basis.to(Y.dtype), variance.to(Y.dtype), values[:-d].clamp(min=0).sum().item()
    )


def inner_minimum(
    y: Tensor, decode: Callable[[Tensor], Tensor], low: float, high: float, *, grid: int = 256, steps: int = 40
) -> tuple[Tensor, Tensor]:
    """The best latent of each y, the argmin of E(y, z) = ||y - Dec(z)||^2 on [low, high], and F(y), that minimum.

    A grid finds the two deepest valleys of each y, a golden-section search goes to the bottom of both, the deeper wins.
    Exact to rounding if the grid is fine enough to show every valley.

    Args:
        y: (batch, n). decode: (k, 1) -> (k, n). low, high: the interval of z.
        grid: points on the interval. steps: of the search; each shrinks the bracket by 0.618.
    Returns:
        z_check (batch, 1) and F (batch,), in float64.
    Raises:
        ValueError: bad y, an empty interval, or a decoder of the wrong shape.
    """
    guards.batch("y", y)
    guards.function("decode", decode)
    if not guards.number("low", low) < guards.number("high", high):
        raise ValueError(f"high: expected more than low ({low:g}), got {high:g}")
    y = y.double()
    z = torch.linspace(low, high, guards.count("grid", grid, low=3), dtype=torch.float64, device=y.device)
    points = guards.batch("decode(z)", decode(z[:, None]), columns=y.shape[1])
    energy = torch.cdist(y, points).square()
    index = _two_valleys(energy)
    z_valley, F_valley = _golden(
        y, decode, z[(index - 1).clamp(min=0)], z[(index + 1).clamp(max=grid - 1)], guards.count("steps", steps)
    )
    best = F_valley.argmin(dim=1, keepdim=True)
    return z_valley.gather(1, best), F_valley.gather(1, best).squeeze(1)


def _two_valleys(energy: Tensor) -> Tensor:
    """Grid indices (batch, 2) of the two deepest local minima of each row."""
    wall = torch.full_like(energy[:, :1], torch.inf)
    left, right = torch.cat([wall, energy[:, :-1]], 1), torch.cat([energy[:, 1:], wall], 1)
    return energy.where((energy <= left) & (energy <= right), torch.inf).topk(2, dim=1, largest=False).indices


def _golden(y: Tensor, decode: Callable, a: Tensor, b: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    """Golden-section search in every bracket [a, b], each (batch, 2): the minimisers and their energies, (batch, 2)."""
    ratio = (5**0.5 - 1) / 2

    def energy(z: Tensor) -> Tensor:
        return (y[:, None] - decode(z.reshape(-1, 1)).view(*z.shape, -1)).square().sum(dim=2)

    c, d = b - ratio * (b - a), a + ratio * (b - a)
    E_c, E_d = energy(c), energy(d)
    for _ in range(steps):
        left = E_c < E_d
        a, b = torch.where(left, a, c), torch.where(left, d, b)
        z_new = torch.where(left, b - ratio * (b - a), a + ratio * (b - a))
        E_new = energy(z_new)
        c, d, E_c, E_d = (
            torch.where(left, z_new, d),
            torch.where(left, c, z_new),
            torch.where(left, E_new, E_d),
            torch.where(left, E_c, E_new),
        )
    return torch.where(E_c < E_d, c, d), torch.minimum(E_c, E_d)


def cross_entropy_floor(y: Tensor) -> Tensor:
    """The lowest binary cross-entropy that any prediction of y can reach: the entropy of y, reached at y_tilde = y.

    Args:
        y: (batch, n), in [0, 1].
    Returns:
        (batch,), summed over components, in nats; 0 where every component is 0 or 1.
    Raises:
        ValueError: y leaves [0, 1] or is not finite.
    Source: Gibbs' inequality; Cover & Thomas (2006), theorem 2.6.3.
    """
    guards.batch("y", y, low=0, high=1)
    return (-torch.xlogy(y, y) - torch.special.xlog1py(1 - y, -y)).sum(dim=1).clamp(min=0)
