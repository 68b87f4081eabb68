"""Corruptions y -> y_hat, and what in the world each imitates.

Every corruption is pure and called as `corrupt(y, generator)`: y is left alone, the result has its shape, dtype and
device, and the same generator state gives the same result. So each fits `training.fit(..., corrupt=...)`::

    gaussian(sigma)          a sensor's noise: many small independent disturbances
    mask_pixels(share)       lost packets, dead pixels: values missing at random
    mask_block(side)         an object in front of the scene: a square is missing
    mask_half()              a page cut off: the lower half is missing
    salt_and_pepper(share)   broken bits: a pixel says black or white, whatever it saw
    blur(sigma)              a lens out of focus
    compose(first, ...)      several, one after the other
"""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from aecourse import guards

Corruption = Callable[[Tensor, Generator], Tensor]


def gaussian(sigma: float) -> Corruption:
    """y_hat = y + sigma * noise, the noise standard normal in every component.

    Args:
        sigma: standard deviation of the noise, at least 0, in the units of y.

    Raises:
        ValueError: sigma is negative or not finite.
    """
    guards.number("sigma", sigma, low=0)

    def corrupt(y: Tensor, generator: Generator) -> Tensor:
        guards.batch("y", y)
        return y + sigma * torch.randn(y.shape, generator=generator, dtype=y.dtype, device=y.device)

    return corrupt


def mask_pixels(share: float) -> Corruption:
    """Every component is set to 0 with probability `share`, independently of the others.

    Args:
        share: from 0 to 1.

    Raises:
        ValueError: share is not in [0, 1].
    """
    guards.number("share", share, low=0, high=1)

    def corrupt(y: Tensor, generator: Generator) -> Tensor:
        return guards.batch("y", y) * (_uniform(y, generator) >= share)

    return corrupt


def mask_block(side: int) -> Corruption:
    """A square of side * side pixels, anywhere within each image, is set to 0.

    Args:
        side: in pixels; a corruption refuses images that are smaller.

    Raises:
        ValueError: side is no whole number of at least 1.
    """
    guards.count("side", side)

    def corrupt(y: Tensor, generator: Generator) -> Tensor:
        width = guards.image_shape("y", guards.batch("y", y).shape[1])
        guards.count("side", side, high=width)
        corner = torch.randint(width - side + 1, (2, len(y), 1), generator=generator, device=y.device)
        axis = torch.arange(width, device=y.device)
        rows, columns = (axis >= corner) & (axis < corner + side)  # each (batch, width)
        return y * ~(rows[:, :, None] & columns[:, None, :]).flatten(1)

    return corrupt


def mask_half() -> Corruption:
    """The lower half of each image is set to 0."""

    def corrupt(y: Tensor, generator: Generator) -> Tensor:
        width = guards.image_shape("y", guards.batch("y", y).shape[1])
        return y * (torch.arange(y.shape[1], device=y.device) < width // 2 * width)

    return corrupt


def salt_and_pepper(share: float) -> Corruption:
    """Every component is replaced with probability `share`, by 0 or by 1 with equal chances.

    Args:
        share: from 0 to 1.

    Raises:
        ValueError: share is not in [0, 1].
    """
    guards.number("share", share, low=0, high=1)

    def corrupt(y: Tensor, generator: Generator) -> Tensor:
        u = _uniform(guards.batch("y", y), generator)
        return torch.where(u < share / 2, 0.0, torch.where(u < share, 1.0, y)).to(y.dtype)

    return corrupt


def blur(sigma: float) -> Corruption:
    """Each image is averaged with Gaussian weights; the rim sees white (0).

    Args:
        sigma: standard deviation of the weights, in pixels, at least 0.001.

    Raises:
        ValueError: sigma is smaller, or not finite.
    """
    guards.number("sigma", sigma, low=1e-3)

    def corrupt(y: Tensor, generator: Generator) -> Tensor:
        width = guards.image_shape("y", guards.batch("y", y).shape[1])
        axis = torch.arange(width, dtype=y.dtype, device=y.device)
        weights = (-(axis[:, None] - axis).square() / (2 * sigma**2)).exp()
        reach = torch.arange(-math.ceil(6 * sigma), math.ceil(6 * sigma) + 1, dtype=y.dtype, device=y.device)
        weights = weights / (-reach.square() / (2 * sigma**2)).exp().sum()
        return (weights @ y.view(-1, width, width) @ weights).flatten(1)

    return corrupt


def compose(*corruptions: Corruption) -> Corruption:
    """All of them, the first one first.

    Args:
        *corruptions: at least one.

    Raises:
        ValueError: there is none, or one is no function.
    """
    if not corruptions:
        raise ValueError("corruptions: expected at least one, got none")
    for corruption in corruptions:
        guards.function("corruptions", corruption)

    def corrupt(y: Tensor, generator: Generator) -> Tensor:
        for corruption in corruptions:
            y = corruption(y, generator)
        return y

    return corrupt


def _uniform(y: Tensor, generator: Generator) -> Tensor:
    return torch.rand(y.shape, generator=generator, dtype=y.dtype, device=y.device)
