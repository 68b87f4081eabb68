"""Many small autoencoders of one shape, trained as one."""

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import Module, Parameter

from aecourse import guards
from aecourse.models.squashing import Squashing


class Ensemble(Module):
    """K autoencoders of one shape, trained as one: y -> (ReLU layers) -> h -> (ReLU layers) -> y_tilde.

    Every parameter has a leading axis of models, so a sweep over seeds or penalties costs little more than one member.
    The members share no parameter, hence the gradient of the sum of their energies is the gradient of each.

    Args:
        seeds: one per member.
        *sizes: components of y, of each hidden layer and of h; the decoder has them in reverse.
        f: squashing of the code.
        tied: the decoder's matrices are the encoder's, transposed.
        heads: the encoder returns heads * d numbers, such as a mean and a log variance.

    Raises:
        ValueError: there is no member or no code, a size or a seed is no whole number, f cannot be called, or a tied
            ensemble has more than one head.
    """

    def __init__(
        self, seeds: Sequence[int], *sizes: int, f: Squashing = torch.relu, tied: bool = False, heads: int = 1
    ):
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(f"sizes: expected at least n and d, got {sizes}")
        if not len(seeds):
            raise ValueError("seeds: expected at least one member, got none")
        self.sizes = tuple(guards.count("sizes", size) for size in sizes)
        self.f, self.tied, self.depth = guards.function("f", f), tied, len(sizes) - 1
        guards.count("heads", heads, high=1 if tied else math.inf)
        shapes = [*itertools.pairwise(sizes), *itertools.pairwise(sizes[::-1])]
        shapes[self.depth - 1] = (sizes[-2], heads * sizes[-1])
        layers = [_uniform(seeds, layer, a, b) for layer, (a, b) in enumerate(shapes)]
        self.W = torch.nn.ParameterList(W for W, _ in (layers[: self.depth] if tied else layers))
        self.b = torch.nn.ParameterList(b for _, b in layers)

    def _layer(self, k: int, value: Tensor) -> Tensor:
        return torch.baddbmm(self.b[k], value, self._matrix(k))

    def _matrix(self, k: int) -> Tensor:
        """The weights of layer k, (K, inputs, outputs)."""
        mirrored = self.tied and k >= self.depth
        return self.W[2 * self.depth - 1 - k].transpose(1, 2) if mirrored else self.W[k]

    def _each(self, y: Tensor) -> Tensor:
        """The samples of each member, (K, batch, n)."""
        guards.batch("y", y.flatten(0, -2), columns=self.sizes[0])
        return y.expand(len(self.b[0]), *y.shape[-2:])

    def encode(self, y: Tensor) -> Tensor:
        """h of every member. (batch, n) for all, or (K, batch, n) for each, -> (K, batch, heads * d).

        Raises:
            ValueError: y is not of such a shape, or not finite.
        """
        a = self._layer(0, self._each(y))
        for k in range(1, self.depth):
            a = self._layer(k, a.relu())
        return self.f(a)

    def decode(self, h: Tensor) -> Tensor:
        """y_tilde of every member. (K, batch, d) -> (K, batch, n).

        Raises:
            ValueError: h is not of that shape, or not finite.
        """
        guards.batch("h", h.flatten(0, -2), columns=self.sizes[-1])
        a = self._layer(self.depth, h)
        for k in range(self.depth + 1, 2 * self.depth):
            a = self._layer(k, a.relu())
        return a

    def forward(self, y: Tensor) -> Tensor:
        """y_tilde = Dec(Enc(y)). (batch, n) -> (K, batch, n).

        Raises:
            ValueError: y is not of that shape, or not finite.
        """
        return self.decode(self.encode(y))

    def contractive(self, y: Tensor, *, whole: bool = False) -> Tensor:
        """||dh/dy||_F^2 by the chain rule, layer by layer, for ReLU codes. (batch, n) -> (K, batch).

        Args:
            y: (batch, n) for all, or (K, batch, n) for each.
            whole: go on through the decoder: ||dy_tilde/dy||_F^2.

        Returns:
            (K, batch), one number a sample.

        Raises:
            ValueError: f is not torch.relu, or y is not of that shape, or not finite.
        """
        guards.choice("f", self.f, [torch.relu])
        a = self._layer(0, self._each(y))
        columns = [self.W[0][:, j : j + 1] * (a > 0) for j in range(self.sizes[0])]  # d/dy_j after one layer
        last = 2 * self.depth - 1
        for k in range(1, 2 * self.depth if whole else self.depth):
            a = self._layer(k, a.relu())
            slope = torch.ones_like(a) if k == last else a > 0
            columns = [column @ self._matrix(k) * slope for column in columns]
        return torch.stack([column.square().sum(dim=2) for column in columns]).sum(dim=0)


def _uniform(seeds: Sequence[int], layer: int, a: int, b: int) -> tuple[Parameter, Parameter]:
    """Weights (K, a, b) and biases (K, 1, b), uniform in +-1/sqrt(a), each member from its own seed."""
    members = []
    for seed in seeds:
        generator = torch.Generator().manual_seed(16 * guards.count("seeds", seed, low=0) + layer)
        members.append((2 * torch.rand(a + 1, b, generator=generator) - 1) / math.sqrt(a))
    every = torch.stack(members)
    return Parameter(every[:, :a].clone()), Parameter(every[:, a:].clone())
