"""An honest number for a model with a latent code: nats per image, and how close a bound comes to them."""

import math
from typing import TypeVar

import torch
from torch import Generator, Tensor

from aecourse import energies, guards

Nats = TypeVar("Nats", float, Tensor)


def binarise(y: Tensor, generator: Generator) -> Tensor:
    """Draw each pixel black with the probability that its grey says: images of 0 and 1, of which one can speak in nats.

    Args:
        y: (batch, n), in [0, 1].
        generator: on the device of y.

    Returns:
        (batch, n), each entry 0 or 1, in the dtype of y.

    Raises:
        ValueError: y leaves [0, 1] or is not finite.

    Source: [salakhutdinov2008].
    """
    return torch.bernoulli(guards.batch("y", y, low=0, high=1), generator=generator)


@torch.no_grad()
def importance_weighted_bound(model: energies.Infers, y: Tensor, generator: Generator, samples: int = 200) -> Tensor:
    """An upper bound of -log p(y): -log of the mean over k of p(y, h_k) / q(h_k | y), with h_k drawn from q.

    With one sample it is the energy of the variational autoencoder; with more it falls, in expectation, towards
    -log p(y). Never below it on average: the model is at least as good as this number says.

    Args:
        model: has `posterior(y) -> (mu, log_var)` and `decode(h) -> logits`; the prior of h is N(0, I).
        y: (batch, n), binary.
        generator: of the samples, on the device of y.
        samples: k, for each image.

    Returns:
        (batch,), in nats.

    Raises:
        ValueError: y leaves [0, 1] or is not finite, or samples is no whole number of at least 1.

    Source: [burda2016], equation 8.
    """
    guards.batch("y", y, low=0, high=1)
    guards.count("samples", samples)
    return torch.cat([_bound(model, part, generator, samples) for part in y.split(max(1, 10_000 // samples))])


def _bound(model: energies.Infers, y: Tensor, generator: Generator, samples: int) -> Tensor:
    mu, log_var = (t.repeat_interleave(samples, dim=0) for t in model.posterior(y))
    h = energies.reparameterise(mu, log_var, generator)
    cost = energies.binary_cross_entropy_with_logits(y.repeat_interleave(samples, dim=0), model.decode(h))
    # log N(h; 0, I) - log q(h | y); the constants cancel
    ratio = 0.5 * ((h - mu).square() / log_var.exp() + log_var - h.square()).sum(dim=1)
    return math.log(samples) - (ratio - cost).view(-1, samples).logsumexp(dim=1)


def bits(nats: Nats) -> Nats:
    """Nats in bits: divided by log 2.

    Args:
        nats: a number, or a tensor of any shape.

    Returns:
        the same, in bits.
    """
    return nats / math.log(2)
