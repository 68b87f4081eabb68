"""A denoising autoencoder that is told how strong the noise is."""

import torch
from torch import Tensor
from torch.nn import Module, SiLU

from aecourse import guards
from aecourse.models.deep import mlp


class Denoiser(Module):
    """y_tilde = Dec(Enc(y_hat, sigma)), for every noise level at once.

    The network sees y_hat in units of its own spread, sqrt(spread^2 + sigma^2), and log sigma. What it answers is added
    to a share of y_hat, spread^2 / (spread^2 + sigma^2), in units of sigma where sigma is small and of the data's
    spread where it is large. So its own output is of about unit size at every noise level.

    Args:
        n: components of y.
        width: units of each of the four hidden layers; the second one is the code, d = width.
        spread: standard deviation of the clean data, in their units.
        seed: of the initial weights; the global generators are left alone.

    Raises:
        ValueError: n or width is no whole number of at least 1, or spread is not positive.

    Source: [vincent2008]; [karras2022], section 5, for the scaling.
    """

    def __init__(self, n: int, width: int = 64, spread: float = 1.0, seed: int = 0):
        super().__init__()
        self.n, self.spread = guards.count("n", n), guards.number("spread", spread, low=1e-12)
        guards.count("width", width)
        self.enc = mlp(n + 1, width, width, f=SiLU, seed=seed)
        self.dec = mlp(width, width, width, n, f=SiLU, seed=seed + 1)

    def forward(self, y_hat: Tensor, sigma: float | Tensor) -> Tensor:
        """y_tilde, the answer to a noisy y_hat.

        Args:
            y_hat: (batch, n).
            sigma: a number or (batch, 1), positive, in the units of y.

        Returns:
            (batch, n).

        Raises:
            ValueError: y_hat is not of that shape or not finite, or sigma is not positive, or not one for each sample.
        """
        guards.batch("y_hat", y_hat, columns=self.n)
        if isinstance(sigma, Tensor):
            guards.batch("sigma", sigma, columns=1, low=1e-12)
            guards.same_shape("sigma", sigma[:, 0], "the samples of y_hat", y_hat[:, 0])
            sigma = sigma.to(y_hat)
        else:
            sigma = torch.full_like(y_hat[:, :1], guards.number("sigma", sigma, low=1e-12))
        noisy = (self.spread**2 + sigma.square()).sqrt()
        inputs = torch.cat([y_hat / noisy, sigma.log() / 2], dim=1)
        answer = self.dec(torch.nn.functional.silu(self.enc(inputs)))
        return (self.spread / noisy).square() * y_hat + sigma * self.spread / noisy * answer
