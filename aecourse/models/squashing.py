"""Squashing functions of codes and outputs, and their slopes."""

from collections.abc import Callable

import torch
from torch import Tensor

from aecourse import guards

Squashing = Callable[[Tensor], Tensor]


def identity(a: Tensor) -> Tensor:
    """No squashing at all. (...) -> (...)."""
    return a


def top_k(k: int) -> Squashing:
    """A squashing that keeps the k largest of the positive components and sets all others to 0.

    Args:
        k: how many may be on; fewer are if fewer are positive. Ties at the threshold are all kept.

    Returns:
        (..., d) -> (..., d).

    Raises:
        ValueError: k is no whole number of at least 1.

    Source: [makhzani2014].
    """
    guards.count("k", k)

    def keep(a: Tensor) -> Tensor:
        h = a.relu()
        return h if k >= h.shape[-1] else h * (h >= h.topk(k, dim=-1).values[..., -1:])

    return keep


# f'(a), written with h = f(a)
SLOPES: dict[Squashing, Squashing] = {
    identity: torch.ones_like,
    torch.tanh: lambda h: 1 - h.square(),
    torch.sigmoid: lambda h: h * (1 - h),
    torch.relu: lambda h: (h > 0).to(h.dtype),
}
