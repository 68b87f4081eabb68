"""The autoencoder of the lecture, one matrix in and one matrix out, and its tied sibling."""

import math

import torch
from torch import Tensor
from torch.nn import Module, Parameter
from torch.nn.functional import linear

from aecourse import guards
from aecourse.models.squashing import SLOPES, Squashing, identity


class Autoencoder(Module):
    """h = f(W_h y + b_h), y_tilde = g(W_y h + b_y).

    Args:
        n: components of y.
        d: components of h.
        f: squashing function of the encoder, applied component by component.
        g: squashing function of the decoder.
        seed: of the initial weights, uniform in +-1/sqrt(fan-in); the global generators are left alone.

    Attributes:
        W_h: (d, n).
        b_h: (d,).
        W_y: (n, d).
        b_y: (n,).

    Raises:
        ValueError: n or d is not a positive whole number, or f or g is not a function.
    """

    def __init__(self, n: int, d: int, f: Squashing = torch.tanh, g: Squashing = identity, *, seed: int = 0):
        super().__init__()
        self.n, self.d = guards.count("n", n), guards.count("d", d)
        self.f, self.g = guards.function("f", f), guards.function("g", g)
        generator = torch.Generator().manual_seed(guards.count("seed", seed, low=0))

        def uniform(*shape: int, fan_in: int) -> Parameter:
            return Parameter((2 * torch.rand(*shape, generator=generator) - 1) / math.sqrt(fan_in))

        self.W_h, self.b_h = uniform(d, n, fan_in=n), uniform(d, fan_in=n)
        self.W_y, self.b_y = uniform(n, d, fan_in=d), uniform(n, fan_in=d)

    def encode(self, y: Tensor) -> Tensor:
        """h = f(W_h y + b_h). (batch, n) -> (batch, d).

        Raises:
            ValueError: y is not of that shape, or not finite.
        """
        guards.shape("y", y, columns=self.n)
        return self.f(guards.traced(linear(y, self.W_h, self.b_h), y=y))

    def decode(self, h: Tensor) -> Tensor:
        """y_tilde = g(W_y h + b_y). (batch, d) -> (batch, n).

        Raises:
            ValueError: h is not of that shape, or not finite.
        """
        guards.batch("h", h, columns=self.d)
        return self.g(linear(h, self.W_y, self.b_y))

    def forward(self, y: Tensor) -> Tensor:
        """y_tilde = Dec(Enc(y)). (batch, n) -> (batch, n).

        Raises:
            ValueError: y is not of that shape, or not finite.
        """
        return self.decode(self.encode(y))

    def slope(self, h: Tensor) -> Tensor:
        """f'(a), written with h = f(a). (batch, d) -> (batch, d).

        Raises:
            ValueError: f is none of `identity`, torch.tanh, torch.sigmoid and torch.relu, or h is not of that shape.
        """
        return SLOPES[guards.choice("f", self.f, SLOPES)](guards.batch("h", h, columns=self.d))


class TiedAutoencoder(Autoencoder):
    """The autoencoder whose decoder is the transpose of its encoder, W_y = W_h^T: shrink one and the other shrinks.

    Arguments and attributes are those of `Autoencoder`, but there is no W_y.
    """

    def __init__(self, n: int, d: int, f: Squashing = torch.tanh, g: Squashing = identity, *, seed: int = 0):
        super().__init__(n, d, f, g, seed=seed)
        del self.W_y

    def decode(self, h: Tensor) -> Tensor:
        """y_tilde = g(W_h^T h + b_y), with the encoder's own matrix. (batch, d) -> (batch, n).

        Raises:
            ValueError: h is not of that shape, or not finite.
        """
        guards.batch("h", h, columns=self.d)
        return self.g(linear(h, self.W_h.T, self.b_y))
