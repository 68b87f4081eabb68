"""Energies: the cost C of a reconstruction, and the free energy F = C + R that an autoencoder is trained to lower.

One convention in the whole course: an energy is summed over the components of a sample and returns one value per
sample, (batch,). Averages over samples belong to the loss functional, averages over pixels to nothing but a printed
number that says "per pixel".
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import Module

from aecourse import guards

Cost = Callable[[Tensor, Tensor], Tensor]
Penalty = Callable[[Tensor], Tensor]


def squared_error(y: Tensor, y_tilde: Tensor) -> Tensor:
    """C(y, y_tilde) = ||y - y_tilde||^2, the cost for real-valued targets.

    Args:
        y, y_tilde: (batch, n), the same shape.
    Returns:
        (batch,), summed over components, in squared units of y.
    Raises:
        ValueError: the shapes differ, or an entry is not finite.
    """
    guards.batch("y", y)
    guards.batch("y_tilde", y_tilde)
    guards.same_shape("y_tilde", y_tilde, "y", y)
    return (y - y_tilde).square().sum(dim=1)


def binary_cross_entropy(y: Tensor, y_tilde: Tensor) -> Tensor:
    """C(y, y_tilde) = -sum_i [y_i log y_tilde_i + (1 - y_i) log(1 - y_tilde_i)], the cost for binary targets.

    Exact at y_tilde in {0, 1}: 0 where the prediction is certain and right, infinity where it is certain and wrong,
    with finite gradients wherever the cost is finite.

    Args:
        y: (batch, n), in [0, 1]. y_tilde: (batch, n), probabilities in [0, 1].
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
        y: (batch, n), in [0, 1]. logits: (batch, n), any finite numbers.
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
    model: Module, y: Tensor, y_hat: Tensor | None = None, *, C: Cost = squared_error, R: Penalty | None = None
) -> Tensor:
    """F(y) = C(y, y_tilde) + R(h), with h = Enc(y) and y_tilde = Dec(h): the energy of an autoencoder.

    Args:
        model: has `encode(y) -> h` and `decode(h) -> y_tilde`.
        y: (batch, n), the target. y_hat: (batch, n), what the encoder reads instead of y, if given.
        C: cost of a reconstruction, (y, y_tilde) -> (batch,). R: penalty on the code, h -> (batch,), or none.
    Returns:
        (batch,), in the units of C.
    """
    h = model.encode(y if y_hat is None else y_hat)
    cost = C(y, model.decode(h))
    return cost if R is None else cost + R(h)
