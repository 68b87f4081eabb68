"""A denoising autoencoder that is told how strong the noise is."""

import torch
from torch import Tensor
from torch.nn import Module, SiLU
from torch.nn.functional import normalize, silu

from aecourse import guards
from aecourse.models.deep import mlp


class Denoiser(Module):
    """y_tilde = share * y_hat + size * Dec(Enc(y_hat, sigma)), for every noise level at once.

    The share of y_hat that goes past the code is spread^2 / (spread^2 + sigma^2), the best that a linear denoiser of
    data of this spread can do. Enc sees y_hat in units of its own spread, sqrt(spread^2 + sigma^2), and log sigma; and,
    if asked, sine and cosine of plane waves b . y_hat, each multiplied with exp(-||b||^2 sigma^2 / 2), as noise of that
    strength damps it in the mean. What Dec answers is in units of sigma where sigma is small and of the data's spread
    where it is large, so that it is of about unit size at every noise level.

    Args:
        n: components of y.
        width: units of each of the hidden layers; the first is the code, d = width.
        spread: standard deviation of the clean data, in their units.
        waves: how many plane waves Enc sees besides.
        finest: the smallest noise that matters, in the units of y; ||b|| runs from 2 / spread to 1.5 / finest.
        seed: of the initial weights and of the waves' directions; the global generators are left alone.

    Raises:
        ValueError: n or width is no whole number of at least 1, waves none of at least 0, or spread or finest is not
            positive.

    Source: [vincent2008]; [karras2022], section 5, for the scaling; [tancik2020] for the waves, [barron2021] for their
    damping.
    """

    waves: Tensor

    def __init__(
        self, n: int, width: int = 64, spread: float = 1.0, waves: int = 0, finest: float = 0.01, seed: int = 0
    ):
        super().__init__()
        self.n, self.spread = guards.count("n", n), guards.number("spread", spread, low=1e-12)
        guards.count("width", width)
        k = guards.count("waves", waves, low=0)
        low, high = 2 / self.spread, 1.5 / guards.number("finest", finest, low=1e-12)
        self.enc = mlp(n + 1 + 2 * k, width, seed=seed)
        self.dec = mlp(width, width, width, n, f=SiLU, seed=seed + 1)
        towards = torch.randn(n, k, generator=torch.Generator().manual_seed(seed))
        lengths = low * (high / low) ** torch.linspace(0, 1, k)
        self.register_buffer("waves", lengths * normalize(towards, dim=0))

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
        damped, phase = (-(self.waves.norm(dim=0) * sigma).square() / 2).exp(), y_hat @ self.waves
        seen = torch.cat([y_hat / noisy, sigma.log() / 2, damped * phase.sin(), damped * phase.cos()], dim=1)
        answer = self.dec(silu(self.enc(seen)))
        return (self.spread / noisy).square() * y_hat + sigma * self.spread / noisy * answer
