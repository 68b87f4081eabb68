"""The best possible, so that a learned result is shown as a distance: PCA, inner minimum, entropy, denoisers."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from aecourse import guards


@dataclass(frozen=True)
class AffineOptimum:
    """The best reconstruction of a data set through d numbers by affine maps.

    Attributes:
        mean: (n,).
        basis: (n, d), orthonormal columns, the most important first.
        variance: (d,), the variance along each column.
        error: the mean over samples of ||y - y_tilde||^2.
    """

    mean: Tensor
    basis: Tensor
    variance: Tensor
    error: float

    def encode(self, y: Tensor) -> Tensor:
        """Coordinates in the basis. (batch, n) -> (batch, d).

        Raises:
            ValueError: y is not of that shape, or not finite.
        """
        return (guards.batch("y", y, columns=len(self.mean)) - self.mean) @ self.basis

    def decode(self, h: Tensor) -> Tensor:
        """The point with these coordinates. (batch, d) -> (batch, n).

        Raises:
            ValueError: h is not of that shape, or not finite.
        """
        return self.mean + guards.batch("h", h, columns=self.basis.shape[1]) @ self.basis.T

    def reconstruct(self, y: Tensor) -> Tensor:
        """The nearest point of the optimal affine subspace. (batch, n) -> (batch, n).

        Raises:
            ValueError: y is not of that shape, or not finite.
        """
        return self.decode(self.encode(y))


def pca(Y: Tensor, d: int) -> AffineOptimum:
    """Principal component analysis: no affine encoder and decoder with d codes reconstruct Y better.

    Args:
        Y: (m, n).
        d: from 1 to n.

    Returns:
        AffineOptimum in the dtype of Y; computed in float64 from the eigenvectors of the covariance.

    Raises:
        ValueError: Y is not a finite (m, n) tensor, or d is not in 1..n.

    Source: [fan1949]; [eckart1936] for the error; [baldi1989] for the linear autoencoder.
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
        y: (batch, n).
        decode: (k, 1) -> (k, n).
        low: start of the interval of z.
        high: end of the interval of z.
        grid: points on the interval.
        steps: of the search; each shrinks the bracket by 0.618.

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


def nearest_point(y: Tensor, points: Tensor) -> Tensor:
    """The nearest of some points to each y: the best reconstruction by a model that can only answer with these points.

    Its squared error is the squared distance to the set; with many points on a curve, to the curve.

    Args:
        y: (batch, n).
        points: (m, n).

    Returns:
        (batch, n).

    Raises:
        ValueError: y or points are not finite, or not of one n.
    """
    guards.batch("y", y)
    guards.batch("points", points, columns=y.shape[1])
    points = points.to(y)
    return points[torch.cdist(y, points).argmin(dim=1)]


def tube_fraction(length: float, radius: float, area: float) -> float:
    """The share of an area that lies within a radius of a curve: a ribbon along it, and half a disc at each end.

    Exact for an open curve in the plane whose neighbourhood does not overlap itself, if the radius is below the
    curve's radius of curvature and the neighbourhood lies within the area.

    Args:
        length: of the curve, in plane units, not negative.
        radius: in plane units, not negative.
        area: in squared plane units, positive.

    Returns:
        (2 radius length + pi radius^2) / area.

    Raises:
        ValueError: a length or a radius is negative, or the area is not positive.

    Source: [weyl1939].
    """
    guards.number("length", length, low=0)
    guards.number("radius", radius, low=0)
    return (2 * radius * length + math.pi * radius**2) / guards.number("area", area, low=1e-12)


def cross_entropy_floor(y: Tensor) -> Tensor:
    """The lowest binary cross-entropy that any prediction of y can reach: the entropy of y, reached at y_tilde = y.

    Args:
        y: (batch, n), in [0, 1].

    Returns:
        (batch,), summed over components, in nats; 0 where every component is 0 or 1.

    Raises:
        ValueError: y leaves [0, 1] or is not finite.

    Source: Gibbs' inequality; [cover2006], theorem 2.6.3.
    """
    guards.batch("y", y, low=0, high=1)
    return (-torch.xlogy(y, y) - torch.special.xlog1py(1 - y, -y)).sum(dim=1).clamp(min=0)


class BayesDenoiser:
    """The best possible denoiser of a known set of points under Gaussian noise: the posterior mean E[y | y_hat].

    With y one of the points and y_hat = y + sigma * noise, every point explains y_hat with the weight
    w_i = softmax_i(log weight_i - ||y_hat - y_i||^2 / 2 sigma^2), and no denoiser has a lower expected squared error
    than sum_i w_i y_i. Computed in float64, about the centre of the points and without the square of the distance that
    all points share, so that it is stable at any distance.

    Args:
        points: (m, n).
        sigma: standard deviation of the noise in each component, positive, in the units of the points.
        weights: (m,), the prior probability of each point up to a factor, positive; equal by default.

    Raises:
        ValueError: points are not finite, sigma is not positive, or weights are not (m,) and positive.

    Source: [robbins1956]; [miyasawa1961]; [efron2011], for `score`.
    """

    def __init__(self, points: Tensor, sigma: float, weights: Tensor | None = None):
        self.points = guards.batch("points", points).double()
        self.sigma = guards.number("sigma", sigma, low=1e-12)
        prior = torch.ones(len(points), device=points.device) if weights is None else weights
        guards.batch("weights", prior[:, None], low=torch.finfo(torch.float64).tiny)
        guards.same_shape("weights", prior, "the points' first axis", points[:, 0])
        self.log_prior = prior.double().log() - prior.double().sum().log()
        self.centre = self.points.mean(dim=0)
        self.offset = self.points - self.centre

    def __call__(self, y_hat: Tensor) -> Tensor:
        """E[y | y_hat]. (batch, n) -> (batch, n), in the dtype of y_hat.

        Raises:
            ValueError: y_hat is not of that shape, or not finite.
        """
        return (self.posterior(y_hat) @ self.points).to(y_hat.dtype)

    def posterior(self, y_hat: Tensor) -> Tensor:
        """p(y_i | y_hat), how much of y_hat each point explains. (batch, n) -> (batch, m), float64, rows sum to 1.

        Raises:
            ValueError: y_hat is not of that shape, or not finite.
        """
        return self._logits(y_hat).softmax(dim=1)

    def variance(self, y_hat: Tensor) -> Tensor:
        """E[||y - E[y | y_hat]||^2 | y_hat], the error that no denoiser can avoid at y_hat. (batch, n) -> (batch,).

        Raises:
            ValueError: y_hat is not of that shape, or not finite.
        """
        p = self.posterior(y_hat)
        return (p * torch.cdist(p @ self.offset, self.offset).square()).sum(dim=1)

    def log_density(self, y_hat: Tensor) -> Tensor:
        """log p_sigma(y_hat), the density of the noisy data, in nats. (batch, n) -> (batch,), float64.

        Raises:
            ValueError: y_hat is not of that shape, or not finite.
        """
        n = self.points.shape[1]
        shared = (y_hat.double() - self.centre).square().sum(dim=1) / (2 * self.sigma**2)
        return self._logits(y_hat).logsumexp(dim=1) - shared - n / 2 * math.log(2 * math.pi * self.sigma**2)

    def score(self, y_hat: Tensor) -> Tensor:
        """The gradient of log p_sigma, (E[y | y_hat] - y_hat) / sigma^2. (batch, n) -> (batch, n), float64.

        Raises:
            ValueError: y_hat is not of that shape, or not finite.
        """
        return (self.posterior(y_hat) @ self.points - y_hat.double()) / self.sigma**2

    def risk(self, draws: int = 100_000, *, seed: int = 0, batch: int = 10_000) -> tuple[float, float]:
        """The Bayes risk, the expected squared error of the best denoiser, and the standard error of this estimate.

        Averages `variance` over fresh noisy points: less noise in the estimate than in averaging errors.

        Args:
            draws: noisy points, at least 2.
            seed: of the points and of their noise.
            batch: points at a time; the result does not depend on it.

        Returns:
            the risk and its standard error, in squared units of the points, summed over components.

        Raises:
            ValueError: draws, seed or batch is no whole number, or too small.
        """
        guards.count("draws", draws, low=2)
        generator = torch.Generator(self.points.device).manual_seed(guards.count("seed", seed, low=0))
        index = torch.multinomial(self.log_prior.exp(), draws, replacement=True, generator=generator)
        noise = torch.randn(
            draws, self.points.shape[1], generator=generator, dtype=torch.float64, device=self.points.device
        )
        noisy = self.points[index] + self.sigma * noise
        values = torch.cat([self.variance(y_hat) for y_hat in noisy.split(guards.count("batch", batch))])
        return values.mean().item(), (values.std() / draws**0.5).item()

    def _logits(self, y_hat: Tensor) -> Tensor:
        away = guards.batch("y_hat", y_hat, columns=self.points.shape[1]).double() - self.centre
        return self.log_prior + (away @ self.offset.T - self.offset.square().sum(dim=1) / 2) / self.sigma**2


def affine_denoiser(
    Y: Tensor, corrupt: Callable[[Tensor, Generator], Tensor], *, draws: int = 2, ridge: float = 0.1, seed: int = 0
) -> Callable[[Tensor], Tensor]:
    """The affine map of y_hat with the least mean squared error: the limit of all denoisers without a bend.

    It solves the normal equations of sum ||y - A y_hat - b||^2 + ridge ||A||^2, over all samples, each corrupted anew
    in every draw; for Gaussian noise A tends to Sigma (Sigma + sigma^2 I)^-1, with Sigma the covariance of Y.

    Args:
        Y: (m, n), clean samples.
        corrupt: (y, generator) -> y_hat, such as those of `corruption`.
        draws: how often every sample is corrupted.
        ridge: the price of ||A||^2, of a draw; it keeps directions that y_hat hardly has from growing.
        seed: of the corruption.

    Returns:
        (batch, n) -> (batch, n), on the device of Y.

    Raises:
        ValueError: Y is not finite, corrupt is no function, draws or seed is no whole number, or ridge is not positive.

    Source: [hoerl1970], for the ridge.
    """
    guards.batch("Y", Y)
    guards.function("corrupt", corrupt)
    generator = Generator(Y.device).manual_seed(guards.count("seed", seed, low=0))
    n, place = Y.shape[1], {"dtype": torch.float64, "device": Y.device}
    gram, both = guards.number("ridge", ridge, low=1e-12) * torch.eye(n + 1, **place), torch.zeros(n + 1, n, **place)
    gram[-1, -1] = 0
    for _ in range(guards.count("draws", draws)):
        y_hat = torch.nn.functional.pad(corrupt(Y, generator), (0, 1), value=1)
        gram += (y_hat.T @ y_hat).double() / draws
        both += (y_hat.T @ Y).double() / draws
    A, b = torch.linalg.solve(gram, both).to(Y.dtype).split([n, 1])

    def denoise(y_hat: Tensor) -> Tensor:
        return guards.batch("y_hat", y_hat, columns=len(A)) @ A + b

    return denoise


def gaussian_rate(variances: Tensor, distortion: float) -> float:
    """The fewest bits a sample with which a Gaussian of these variances can be told to a given squared error.

    Reverse water-filling: components above a level theta are told to error theta, at log2(variance / theta) / 2 bits
    each, those below not at all; theta is such that the errors add up to the distortion. Of all sources with one
    covariance the Gaussian is the hardest: data of this covariance can in principle be told with at most as many bits.

    Args:
        variances: (n,), of independent components, such as those along principal directions; not negative.
        distortion: mean squared error summed over components, positive.

    Returns:
        bits a sample, in the limit of long blocks of samples.

    Raises:
        ValueError: a variance is negative or not finite, or the distortion is not positive.

    Source: [cover2006], theorem 10.3.3.
    """
    variances = guards.batch("variances", variances[:, None].double(), low=0)[:, 0]
    guards.number("distortion", distortion, low=1e-12)
    if distortion >= variances.sum():
        return 0.0
    low, high = 0.0, variances.max().item()
    for _ in range(100):
        theta = (low + high) / 2
        low, high = (low, theta) if variances.clamp(max=theta).sum() > distortion else (theta, high)
    return 0.5 * (variances / high).clamp(min=1).log2().sum().item()
