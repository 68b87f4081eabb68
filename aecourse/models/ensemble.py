"""Many small autoencoders of one shape, trained as one."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import Module, Parameter

from aecourse import guards
from aecourse.models.squashing import Squashing


class Ensemble(Module):
    """K autoencoders of one shape, y -> ReLU layer -> h -> ReLU layer -> y_tilde, trained as one.

    Every parameter has a leading axis of models, so a sweep over seeds or penalties costs little more than one member.
    The members share no parameter, hence the gradient of the sum of their energies is the gradient of each.

    Args:
        seeds: one per member. n, hidden, d: components of y, of the hidden layers and of h.
        f: squashing of the code. tied: the decoder's matrices are the encoder's, transposed.
        heads: the encoder returns heads * d numbers, such as a mean and a log variance.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        n: int,
        hidden: int,
        d: int,
        *,
        f: Squashing = torch.relu,
        tied: bool = False,
        heads: int = 1,
    ):
        super().__init__()
        self.f, self.tied = guards.function("f", f), tied
        self.n, self.d = guards.count("n", n), guards.count("d", d)
        guards.count("hidden", hidden)
        guards.count("heads", heads, high=1 if tied else math.inf)
        shapes = [(n, hidden), (hidden, heads * d), (d, hidden), (hidden, n)]
        drawn = [_uniform(seeds, layer, a, b) for layer, (a, b) in enumerate(shapes)]
        self.W = torch.nn.ParameterList(W for W, _ in (drawn[:2] if tied else drawn))
        self.b = torch.nn.ParameterList(b for _, b in drawn)

    def _layer(self, k: int, value: Tensor) -> Tensor:
        W = self.W[3 - k].transpose(1, 2) if self.tied and k > 1 else self.W[k]
        return torch.baddbmm(self.b[k], value, W)

    def _each(self, y: Tensor) -> Tensor:
        return y.expand(len(self.b[0]), *y.shape[-2:])

    def encode(self, y: Tensor) -> Tensor:
        """(batch, n) for all, or (K, batch, n) for each, -> (K, batch, heads * d)."""
        return self.f(self._layer(1, self._layer(0, self._each(y)).relu()))

    def decode(self, h: Tensor) -> Tensor:
        """(K, batch, d) -> (K, batch, n)."""
        return self._layer(3, self._layer(2, h).relu())

    def forward(self, y: Tensor) -> Tensor:
        """y_tilde = Dec(Enc(y)). (batch, n) -> (K, batch, n)."""
        return self.decode(self.encode(y))

    def contractive(self, y: Tensor) -> Tensor:
        """||dh/dy||_F^2 of ReLU codes by the chain rule, dh/dy = D_2 W_2 D_1 W_1. (batch, n) -> (K, batch)."""
        a = self._layer(0, self._each(y))
        on_1, on_2 = (a > 0).to(a.dtype), (self._layer(1, a.relu()) > 0).to(a.dtype)
        columns = [(on_1 * self.W[0][:, j : j + 1]) @ self.W[1] * on_2 for j in range(self.n)]
        return torch.stack([column.square().sum(dim=2) for column in columns]).sum(dim=0)


def _uniform(seeds: Sequence[int], layer: int, a: int, b: int) -> tuple[Parameter, Parameter]:
    """Weights (K, a, b) and biases (K, 1, b), uniform in +-1/sqrt(a), each member from its own seed."""
    drawn = []
    for seed in seeds:
        generator = torch.Generator().manual_seed(4 * guards.count("seeds", seed, low=0) + layer)
        drawn.append((2 * torch.rand(a + 1, b, generator=generator) - 1) / math.sqrt(a))
    every = torch.stack(drawn)
    return Parameter(every[:, :a].clone()), Parameter(every[:, a:].clone())
