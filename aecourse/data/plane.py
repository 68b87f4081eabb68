"""Curves in the plane: small enough to see every point, curved enough to need an autoencoder."""

import math

import torch
from torch import Tensor

from aecourse import guards

BOX = (-1.2, 1.2)  # the square of the plane in which the lecture draws, in plane units


def spiral(m: int = 100) -> Tensor:
    """The lecture's spiral: m points, denser toward the centre, in the square [-1.2, 1.2]^2.

    On an Archimedean spiral of two turns, y(t) = t (cos 4 pi t, sin 4 pi t) for t in [0, 1], the points stand at equal
    steps of t from t = 1/4 on. The innermost quarter is left out: its turns lie closer together than the noise that
    later chapters add, so no model could tell them apart.

    Args:
        m: number of points, at least 2.

    Returns:
        (m, 2), float32, in plane units.

    Raises:
        ValueError: m is no whole number of at least 2.
    """
    guards.count("m", m, low=2)
    t = torch.linspace(0.25, 1.0, m, dtype=torch.float32)
    angle = 4 * math.pi * t
    return torch.stack([t * angle.cos(), t * angle.sin()], dim=1)


def ellipse(z: Tensor, width: float = 1.0, height: float = 0.5) -> Tensor:
    """The decoder of chapter 2, an ellipse: Dec(z) = (width cos z, height sin z).

    Args:
        z: (batch, 1), the angle in radians.
        width: one semi-axis, positive, in plane units.
        height: the other.

    Returns:
        (batch, 2), in plane units and in the dtype of z.

    Raises:
        ValueError: z is not of that shape or not finite, or a semi-axis is not positive.
    """
    guards.batch("z", z, columns=1)
    guards.number("width", width, low=1e-6)
    guards.number("height", height, low=1e-6)
    return torch.cat([width * z.cos(), height * z.sin()], dim=1)
