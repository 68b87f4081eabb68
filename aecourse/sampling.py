"""Following the arrows of a denoiser through the plane, or through images: from noise to samples.

A denoiser is any function (y, sigma) -> y_tilde: a trained `models.Denoiser`, or a `limits.BayesDenoiser` per sigma.
"""

import itertools
from collections.abc import Callable

import torch
from torch import Tensor

from aecourse import guards

Denoise = Callable[[Tensor, float], Tensor]


def stay(denoise: Denoise, y: Tensor, sigma: float, steps: int) -> Tensor:
    """Jump to y_tilde again and again, at one noise level.

    Args:
        denoise: (y, sigma) -> y_tilde, both (batch, n).
        y: (batch, n), where to start.
        sigma: what the denoiser is told, positive, in the units of y.
        steps: how many jumps.

    Returns:
        (steps + 1, batch, n), the start included.

    Raises:
        ValueError: denoise is no function, y is not finite, sigma is not positive, or steps is no whole number.
    """
    guards.function("denoise", denoise)
    path = [guards.batch("y", y)]
    guards.number("sigma", sigma, low=1e-12)
    with torch.no_grad():
        for _ in range(guards.count("steps", steps)):
            path.append(denoise(path[-1], sigma))
    return torch.stack(path)


def fall(denoise: Denoise, y: Tensor, sigmas: Tensor) -> Tensor:
    """Follow the arrows while the noise level falls: y <- y_tilde + (sigma' / sigma) (y - y_tilde).

    Each step removes only the share 1 - sigma' / sigma of what the denoiser takes for noise: an Euler step of
    dy / dsigma = (y - y_tilde) / sigma = -sigma * score. The last step ends at y_tilde itself.

    Args:
        denoise: (y, sigma) -> y_tilde, both (batch, n).
        y: (batch, n), of noise level sigmas[0].
        sigmas: (k,), positive, falling, in the units of y.

    Returns:
        (k + 1, batch, n), the start included.

    Raises:
        ValueError: denoise is no function, y is not finite, or sigmas do not fall or are not positive.

    Source: [song2021], DDIM; [karras2022], algorithm 1 without its correction.
    """
    guards.function("denoise", denoise)
    path = [guards.batch("y", y)]
    if not isinstance(sigmas, Tensor) or sigmas.ndim != 1:
        raise ValueError(f"sigmas: expected a tensor of shape (k,), got {getattr(sigmas, 'shape', sigmas)}")
    guards.batch("sigmas", sigmas[:, None], low=1e-12)
    if (sigmas.diff() >= 0).any():
        raise ValueError("sigmas: expected falling noise levels, got one that is not below the one before it")
    levels = [*sigmas.tolist(), 0.0]
    with torch.no_grad():
        for sigma, following in itertools.pairwise(levels):
            y_tilde = denoise(path[-1], sigma)
            path.append(y_tilde + following / sigma * (path[-1] - y_tilde))
    return torch.stack(path)
