"""Several layers on either side."""

import itertools

import torch
from torch import Tensor
from torch.nn import Module

from aecourse import guards
from aecourse.models.squashing import Squashing, identity


def mlp(*sizes: int, f: type[Module] = torch.nn.ReLU, seed: int = 0) -> torch.nn.Sequential:
    """Linear layers of these sizes with f between them: the deep half of an encoder or a decoder.

    Args:
        *sizes: components of the input, of each hidden layer and of the output; at least two.
        f: a module class, such as torch.nn.ReLU or torch.nn.Tanh.
        seed: of the initial weights; the global generators are left alone.

    Returns:
        (batch, sizes[0]) -> (batch, sizes[-1]).

    Raises:
        ValueError: there are less than two sizes, one is no whole number of at least 1, or f cannot be called.
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


class DeepAutoencoder(Module):
    """h = Enc(y), y_tilde = g(Dec(h)) with several layers on either side; the code itself is not squashed.

    Args:
        *sizes: components of y, of each hidden layer and of h; the decoder has the same in reverse.
        f: a module class between the layers.
        g: squashing of the output.
        seed: of the initial weights.

    Raises:
        ValueError: a size, f, g or seed is refused, as by `mlp`.
    """

    def __init__(self, *sizes: int, f: type[Module] = torch.nn.ReLU, g: Squashing = identity, seed: int = 0):
        super().__init__()
        self.encoder = mlp(*sizes, f=f, seed=2 * guards.count("seed", seed, low=0))
        self.decoder = mlp(*sizes[::-1], f=f, seed=2 * seed + 1)
        self.n, self.d, self.g = sizes[0], sizes[-1], guards.function("g", g)

    def encode(self, y: Tensor) -> Tensor:
        """h = Enc(y). (batch, n) -> (batch, d).

        Raises:
            ValueError: y is not of that shape, or not finite.
        """
        return self.encoder(guards.batch("y", y, columns=self.n))

    def decode(self, h: Tensor) -> Tensor:
        """y_tilde = g(Dec(h)). (batch, d) -> (batch, n).

        Raises:
            ValueError: h is not of that shape, or not finite.
        """
        return self.g(self.decoder(guards.batch("h", h, columns=self.d)))

    def forward(self, y: Tensor) -> Tensor:
        """y_tilde = Dec(Enc(y)). (batch, n) -> (batch, n).

        Raises:
            ValueError: y is not of that shape, or not finite.
        """
        return self.decode(self.encode(y))
