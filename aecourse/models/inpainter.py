"""A convolutional autoencoder that fills in what is missing."""

import torch
from torch import Tensor
from torch.nn import Conv2d, Linear, Module, Sequential
from torch.nn.functional import pixel_shuffle, pixel_unshuffle, silu

from aecourse import guards


class Inpainter(Module):
    """Fills in missing pixels: (y_hat, known) -> y_tilde, equal to y_hat wherever a pixel is known.

    A small U-Net. The encoder halves the image to 14 * 14 and to 7 * 7 places; at the coarsest size one linear map
    joins all places, so that every pixel can see the whole image; the decoder doubles back and takes what the encoder
    saw at the finer size as well. Convolutions use the same weights at every place: few parameters, much to learn from.

    Args:
        width: channels at 14 * 14 places; 7 * 7 places have twice as many.
        seed: of the initial weights; the global generators are left alone.

    Raises:
        ValueError: width is no whole number of at least 1, or seed none of at least 0.

    Source: [ronneberger2015], U-Net.
    """

    def __init__(self, width: int = 32, seed: int = 0):
        super().__init__()
        self.width = guards.count("width", width)
        with torch.random.fork_rng(devices=[]):
            torch.random.default_generator.manual_seed(guards.count("seed", seed, low=0))
            self.start = Conv2d(8, width, 3, padding=1)
            self.fine = _Block(width)
            self.down = Conv2d(width, 2 * width, 2, stride=2)
            self.everywhere = Linear(49, 49)
            self.coarse = _Block(2 * width)
            self.up = Conv2d(2 * width, 4 * width, 1)
            self.join = _Block(width)
            self.finish = Conv2d(width, 4, 1)

    def forward(self, y_hat: Tensor, known: Tensor) -> Tensor:
        """y_tilde, the image filled in.

        Args:
            y_hat: (batch, 784), in [0, 1].
            known: (batch, 784), in [0, 1]: 1 where y_hat can be trusted.

        Returns:
            (batch, 784), in [0, 1].

        Raises:
            ValueError: y_hat or known is not of that shape, or leaves [0, 1].
        """
        guards.batch("y_hat", y_hat, columns=784, low=0, high=1)
        guards.batch("known", known, low=0, high=1)
        guards.same_shape("known", known, "y_hat", y_hat)
        known = known.to(y_hat.dtype)
        image = torch.stack([y_hat * known, known], dim=1).view(-1, 2, 28, 28)
        fine = self.fine(self.start(pixel_unshuffle(image, 2)))  # (batch, width, 14, 14)
        h = self.down(fine)  # (batch, 2 width, 7, 7)
        h = self.coarse(h + self.everywhere(h.flatten(2)).view_as(h))
        fine = self.join(fine + pixel_shuffle(self.up(h), 2))
        y_tilde = pixel_shuffle(self.finish(silu(fine)), 2).flatten(1).sigmoid()
        return torch.where(known > 0, y_hat, y_tilde)


class _Block(Module):
    """A residual block: what two convolutions add to their input."""

    def __init__(self, width: int):
        super().__init__()
        self.layers = Sequential(*(Conv2d(width, width, 3, padding=1) for _ in range(2)))

    def forward(self, x: Tensor) -> Tensor:
        first, second = self.layers
        return x + second(silu(first(silu(x))))
