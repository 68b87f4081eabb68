"""The autoencoder of the lecture, one matrix in and one matrix out, and its relatives."""

import itertools
import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import Module, Parameter
from torch.nn.functional import linear

from aecourse import guards

Squashing = Callable[[Tensor], Tensor]


def identity(a: Tensor) -> Tensor:
    """No squashing at all."""
    return a


class Autoencoder(Module):
    """h = f(W_h y + b_h), y_tilde = g(W_y h + b_y).

    Args:
        n: components of y. d: components of h.
        f, g: squashing functions of encoder and decoder, applied component by component.
        seed: of the initial weights, uniform in +-1/sqrt(fan-in); the global generators are left alone.
    Attributes:
        W_h (d, n), b_h (d,), W_y (n, d), b_y (n,).
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
        """h = f(W_h y + b_h). (batch, n) -> (batch, d)."""
        guards.batch("y", y, columns=self.n)
        return self.f(linear(y, self.W_h, self.b_h))

    def decode(self, h: Tensor) -> Tensor:
        """y_tilde = g(W_y h + b_y). (batch, d) -> (batch, n)."""
        guards.batch("h", h, columns=self.d)
        return self.g(linear(h, self.W_y, self.b_y))

    def forward(self, y: Tensor) -> Tensor:
        """y_tilde = Dec(Enc(y)). (batch, n) -> (batch, n)."""
        return self.decode(self.encode(y))


def mlp(*sizes: int, f: type[Module] = torch.nn.ReLU, seed: int = 0) -> torch.nn.Sequential:
    """Linear layers of these sizes with f between them: the deep half of an encoder or a decoder.

    Args:
        sizes: components of the input, of each hidden layer and of the output; at least two.
        f: a module class, such as torch.nn.ReLU or torch.nn.Tanh.
        seed: of the initial weights; the global generators are left alone.
    Returns:
        (batch, sizes[0]) -> (batch, sizes[-1]).
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes: expected at least an input and an output, got {sizes}")
    for size in sizes:
        guards.count("sizes", size)
    guards.function("f", f)
    with torch.random.fork_rng(devices=[]):
        torch.random.default_generator.manual_seed(guards.count("seed", seed, low=0))
        layers = [torch.nn.Linear(a, b) for a, b in itertools.pairwise(sizes)]
    return torch.nn.Sequential(*(module for layer in layers[:-1] for module in (layer, f())), layers[-1])
