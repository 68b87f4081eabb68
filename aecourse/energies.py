"""Energies: the cost C of a reconstruction, penalties R on the code, and the free energy F = C + R of an autoencoder.

One convention in the whole course: an energy is summed over the components of a sample and returns one value per
sample, (batch,). Averages over samples belong to the loss functional, averages over pixels to nothing but a printed
number that says "per pixel".
"""

import math
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Generator, Tensor

from aecourse import guards

TAU = 0.05**2  # squared plane units: on the plane a point is "explained" if it is moved by less than 0.05

Cost = Callable[[Tensor, Tensor], Tensor]
Penalty = Callable[[Tensor], Tensor]


class Decodes(Protocol):
    """What can decode a code."""

    def decode(self, h: Tensor) -> Tensor:
        """(batch, d) -> (batch, n): y_tilde, or its logits."""
        ...


class Encodes(Decodes, Protocol):
    """What can encode too: an autoencoder, whatever it is made of."""

    def encode(self, y: Tensor) -> Tensor:
        """(batch, n) -> (batch, d)."""
        ...


class Infers(Decodes, Protocol):
    """What answers with a distribution of codes: a variational autoencoder, whatever it is made of."""

    def posterior(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """mu and log_var of q(h | y). (batch, n) -> (batch, d) twice."""
        ...


def squared_error(y: Tensor, y_tilde: Tensor) -> Tensor:
    """C(y, y_tilde) = ||y - y_tilde||^2, the cost for real-valued targets.

    Args:
        y: (batch, n).
        y_tilde: (batch, n), the same shape.

    Returns:
        (batch,), summed over components, in squared units of y.

    Raises:
        ValueError: the shapes differ, or an entry is not finite.
    """
    guards.shape("y", y)
    guards.shape("y_tilde", y_tilde)
    guards.same_shape("y_tilde", y_tilde, "y", y)
    # (y - y_tilde)^2, with one pass over the batch in either direction instead of seven
    cost = torch.nn.functional.mse_loss(y_tilde, y, reduction="none").sum(dim=1)
    return guards.traced(cost, y=y, y_tilde=y_tilde)


def binary_cross_entropy(y: Tensor, y_tilde: Tensor) -> Tensor:
    """C(y, y_tilde) = -sum_i [y_i log y_tilde_i + (1 - y_i) log(1 - y_tilde_i)], the cost for binary targets.

    Exact at y_tilde in {0, 1}: 0 where the prediction is certain and right, infinity where it is certain and wrong,
    with finite gradients wherever the cost is finite.

    Args:
        y: (batch, n), in [0, 1].
        y_tilde: (batch, n), probabilities in [0, 1].

    Returns:
        (batch,), summed over components, in nats; at least the entropy of y (`limits.cross_entropy_floor`).

    Raises:
        ValueError: the shapes differ, or an entry is outside [0, 1].
    """
    guards.batch("y", y, low=0, high=1)
    guards.batch("y_tilde", y_tilde, low=0, high=1)
    guards.same_shape("y_tilde", y_tilde, "y", y)
    # 0 log 0 counts as 0. The inner `where` keeps its infinite slope out of the backward pass.
    ink = torch.where(y > 0, -y * torch.where(y > 0, y_tilde, 1).log(), 0)
    paper = torch.where(y < 1, (y - 1) * torch.log1p(-torch.where(y < 1, y_tilde, 0)), 0)
    return (ink + paper).sum(dim=1)


def binary_cross_entropy_with_logits(y: Tensor, logits: Tensor) -> Tensor:
    """Binary cross-entropy of y_tilde = sigmoid(logits), without ever forming y_tilde.

    With l the logit, -y log sigmoid(l) - (1 - y) log(1 - sigmoid(l)) = log(1 + e^l) - y l: finite for every finite l.

    Args:
        y: (batch, n), in [0, 1].
        logits: (batch, n), any finite numbers.

    Returns:
        (batch,), summed over components, in nats.

    Raises:
        ValueError: the shapes differ, y leaves [0, 1], or a logit is not finite.
    """
    guards.batch("y", y, low=0, high=1)
    guards.batch("logits", logits)
    guards.same_shape("logits", logits, "y", y)
    return (torch.nn.functional.softplus(logits) - y * logits).sum(dim=1)


def free_energy(
    model: Encodes, y: Tensor, y_hat: Tensor | None = None, *, C: Cost = squared_error, R: Penalty | None = None
) -> Tensor:
    """F(y) = C(y, y_tilde) + R(h), with h = Enc(y) and y_tilde = Dec(h): the energy of an autoencoder.

    Args:
        model: has `encode(y) -> h` and `decode(h) -> y_tilde`.
        y: (batch, n), the target.
        y_hat: (batch, n), what the encoder reads instead of y, if given.
        C: cost of a reconstruction, (y, y_tilde) -> (batch,).
        R: penalty on the code, h -> (batch,), or none.

    Returns:
        (batch,), in the units of C.

    Raises:
        ValueError: what the model, C or R refuse, such as a prediction of another shape than y.
    """
    h = model.encode(y if y_hat is None else y_hat)
    cost = C(y, model.decode(h))
    return cost if R is None else cost + R(h)


def soft_minimum(E: Tensor, beta: float) -> Tensor:
    """F_beta = -(1/beta) log mean exp(-beta E): a free energy at the temperature 1/beta, over equally likely latents.

    It tends to the mean of the energies for small beta, to the least of them for large beta, and falls in between.

    Args:
        E: (batch, k), the energies of k latents of each sample.
        beta: inverse temperature, in one over the unit of E.

    Returns:
        (batch,), in the unit of E.

    Raises:
        ValueError: E is not of that shape or not finite, or beta is not above 0.
    """
    guards.batch("E", E)
    if not guards.number("beta", beta) > 0:
        raise ValueError(f"beta: expected a number above 0, got {beta:g}")
    return -(torch.logsumexp(-beta * E, dim=1) - math.log(E.shape[1])) / beta


def variational_free_energy(model: Infers, y: Tensor, generator: Generator, *, beta: float = 1.0) -> Tensor:
    """F = C(y, Dec(h)) + beta KL(q(h | y) || N(0, I)), h a sample of q: the energy of a variational autoencoder.

    With beta = 1 its expectation over h is at least -log p(y): the negative evidence lower bound.

    Args:
        model: has `posterior(y) -> (mu, log_var)` and `decode(h) -> logits`.
        y: (batch, n), in [0, 1].
        generator: of the sample, on the device of y.
        beta: weight of the KL term, at least 0.

    Returns:
        (batch,), in nats for binary y.

    Raises:
        ValueError: y leaves [0, 1] or is not finite, or beta is negative.

    Source: [kingma2014]; [higgins2017] for beta.
    """
    guards.number("beta", beta, low=0)
    mu, log_var = model.posterior(y)
    cost = binary_cross_entropy_with_logits(y, model.decode(reparameterise(mu, log_var, generator)))
    return cost + beta * gaussian_kl(mu, log_var) if beta else cost


def l1(h: Tensor) -> Tensor:
    """`R(h) = sum_i |h_i|`: sparsity, because its slope does not fade as h_i goes to 0.

    Args:
        h: (batch, d).

    Returns:
        (batch,), summed over the code, in code units.

    Raises:
        ValueError: h is not of that shape, or not finite.

    Source: [tibshirani1996]; [olshausen1996] for codes of images.
    """
    return guards.batch("h", h).abs().sum(dim=1)


def contractive(slope: Tensor, W_h: Tensor) -> Tensor:
    """R = ||dh/dy||_F^2 of the one-layer encoder h = f(W_h y + b_h), without ever forming the Jacobian.

    Row i of the Jacobian is f'(a_i) times row i of W_h, so its squared norm is sum_i f'(a_i)^2 ||row i of W_h||^2:
    one multiplication of a (batch, d) matrix with a vector.

    Args:
        slope: (batch, d), f'(a); `models.Autoencoder.slope` writes it with h.
        W_h: (d, n).

    Returns:
        (batch,), in squared code units per squared unit of y.

    Raises:
        ValueError: slope has not one column for each row of W_h, or an entry is not finite.

    Source: [rifai2011], equation 2.
    """
    guards.batch("W_h", W_h)
    return guards.batch("slope", slope, columns=len(W_h)).square() @ W_h.square().sum(dim=1)


def gaussian_kl(mu: Tensor, log_var: Tensor) -> Tensor:
    """R = KL(N(mu, diag(exp(log_var))) || N(0, I)): what it costs a code to differ from pure noise.

    Args:
        mu: (batch, d).
        log_var: (batch, d), the logarithm of the variance, not of the standard deviation.

    Returns:
        (batch,), summed over the code, in nats, non-negative.

    Raises:
        ValueError: the shapes differ, or an entry is not finite.

    Source: [kingma2014], appendix B.
    """
    guards.batch("mu", mu)
    guards.batch("log_var", log_var)
    guards.same_shape("log_var", log_var, "mu", mu)
    return 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(dim=1)


def reparameterise(mu: Tensor, log_var: Tensor, generator: Generator) -> Tensor:
    """A sample of N(mu, diag(exp(log_var))) through which slopes flow: h = mu + exp(log_var / 2) * epsilon.

    Args:
        mu: (batch, d).
        log_var: (batch, d), the logarithm of the variance, not of the standard deviation.
        generator: of epsilon ~ N(0, I), on the device of mu.

    Returns:
        (batch, d).

    Raises:
        ValueError: the shapes differ, or an entry is not finite.

    Source: [kingma2014], section 2.4.
    """
    guards.batch("mu", mu)
    guards.batch("log_var", log_var)
    guards.same_shape("log_var", log_var, "mu", mu)
    epsilon = torch.randn(mu.shape, generator=generator, device=mu.device, dtype=mu.dtype)
    return mu + (log_var / 2).exp() * epsilon
