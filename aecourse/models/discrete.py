"""A code of indices: a codebook, and an autoencoder of images whose every patch becomes one token."""

import torch
from torch import Generator, Tensor
from torch.nn import Linear, Module, Parameter, ReLU, Sequential
from torch.nn.functional import fold, unfold

from aecourse import guards


class Codebook(Module):
    """K vectors of D numbers; a code h is replaced by the nearest of them.

    Args:
        size: K.
        width: D.
        scale: standard deviation of the initial entries.
        seed: of the initial entries; the global generators are left alone.

    Attributes:
        entries: (K, D).

    Raises:
        ValueError: size or width is no whole number of at least 1, or scale is negative.

    Source: [vandenoord2017].
    """

    def __init__(self, size: int, width: int, scale: float = 1.0, seed: int = 0):
        super().__init__()
        guards.count("size", size)
        guards.count("width", width)
        generator = torch.Generator().manual_seed(guards.count("seed", seed, low=0))
        self.entries = Parameter(guards.number("scale", scale, low=0) * torch.randn(size, width, generator=generator))

    def distances(self, h: Tensor) -> Tensor:
        """Squared distance of every code to every entry. (batch, D) -> (batch, K).

        Raises:
            ValueError: h is not of that shape, or not finite.
        """
        guards.batch("h", h, columns=self.entries.shape[1])
        e = self.entries
        return h.square().sum(dim=1, keepdim=True) - 2 * h @ e.T + e.square().sum(dim=1)

    def nearest(self, h: Tensor) -> Tensor:
        """The index of the nearest entry. (batch, D) -> (batch,) int64.

        Raises:
            ValueError: h is not of that shape, or not finite.
        """
        return self.distances(h).argmin(dim=1)

    def forward(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """The nearest entries, through which slopes pass as if nothing had happened, and the index of each.

        The straight-through estimator: forward h_q, backward the slope of h. (batch, D) -> (batch, D), (batch,).

        Raises:
            ValueError: h is not of that shape, or not finite.

        Source: [bengio2013].
        """
        index = self.nearest(h)
        return h + (self.entries[index] - h).detach(), index

    def penalty(self, h: Tensor, index: Tensor, commitment: float = 0.25) -> Tensor:
        """R = ||sg(h) - e||^2 + commitment ||h - sg(e)||^2, where sg stops slopes: entry and code are drawn together.

        Args:
            h: (batch, D).
            index: (batch,), of the nearest entries.
            commitment: what a code pays for its distance.

        Returns:
            (batch,), in squared code units.
        """
        e = self.entries[index]
        return (h.detach() - e).square().sum(dim=1) + commitment * (h - e.detach()).square().sum(dim=1)

    def relaxed(self, h: Tensor, temperature: float, generator: Generator) -> Tensor:
        """A Gumbel-softmax sample: the mean of all entries with weights softmax((-distance + G) / temperature).

        G has a Gumbel distribution, so at temperature 0 entry k is drawn with probability softmax(-distance)_k.

        Args:
            h: (batch, D).
            temperature: positive.
            generator: of G, on the device of h.

        Returns:
            (batch, D), with a slope at every entry.

        Raises:
            ValueError: h is not of that shape or not finite, or temperature is not positive.

        Source: [jang2017]; [maddison2017].
        """
        guards.number("temperature", temperature, low=1e-6)
        logits = -self.distances(h)
        gumbel = -torch.empty_like(logits).exponential_(generator=generator).log()
        return ((logits + gumbel) / temperature).softmax(dim=1) @ self.entries

    @torch.no_grad()
    def restart(self, h: Tensor, dead: Tensor, generator: Generator) -> None:
        """Put dead entries onto codes drawn at random: an entry far from all codes is never nearest, and never learns.

        Args:
            h: (batch, D), codes of the data.
            dead: (K,) bool.
            generator: of the draw, on the device of h.
        """
        chosen = torch.randint(0, len(h), (int(dead.sum()),), generator=generator, device=h.device)
        self.entries[dead] = h[chosen]


class DiscreteAutoencoder(Module):
    """28 * 28 pixels -> 7 * 7 tokens -> 28 * 28 pixels; the same small networks work at every place.

    The encoder reads a window of 8 * 8 pixels around each patch of 4 * 4, the decoder the 3 * 3 tokens around it.

    Args:
        size: K, entries of the codebook.
        width: D, numbers in a code.
        hidden: units of both networks.
        scale: standard deviation of the initial entries.
        seed: of the initial weights.

    Raises:
        ValueError: size, width or hidden is no whole number of at least 1, or scale is negative.
    """

    def __init__(self, size: int, width: int = 8, hidden: int = 64, scale: float = 1.0, seed: int = 0):
        super().__init__()
        guards.count("hidden", hidden)
        self.codebook = Codebook(size, width, scale, seed)
        self.width = width
        with torch.random.fork_rng(devices=[]):
            torch.random.default_generator.manual_seed(seed)
            self.encoder = Sequential(Linear(64, hidden), ReLU(), Linear(hidden, width))
            self.decoder = Sequential(Linear(9 * width, 2 * hidden), ReLU(), Linear(2 * hidden, 16))

    def encode(self, y: Tensor) -> Tensor:
        """The codes before they become tokens, place by place. (batch, 784) -> (batch * 49, D).

        Raises:
            ValueError: y is not of that shape, or not finite.
        """
        image = guards.batch("y", y, columns=784).view(-1, 1, 28, 28)
        windows = unfold(image, kernel_size=8, stride=4, padding=2)  # (batch, 64, 49)
        return self.encoder(windows.transpose(1, 2).flatten(0, 1))

    def decode(self, h: Tensor) -> Tensor:
        """y_tilde from codes, place by place. (batch * 49, D) -> (batch, 784), in [0, 1].

        Raises:
            ValueError: h is not of that shape, or not finite.
        """
        places = guards.batch("h", h, columns=self.width).view(-1, 7, 7, self.width).permute(0, 3, 1, 2)
        seen = unfold(places, kernel_size=3, padding=1).transpose(1, 2)  # (batch, 49, 9 D)
        patches = self.decoder(seen).transpose(1, 2)
        return fold(patches, output_size=28, kernel_size=4, stride=4).flatten(1).sigmoid()

    def tokens(self, y: Tensor) -> Tensor:
        """The index of each place. (batch, 784) -> (batch, 49) int64.

        Raises:
            ValueError: y is not of that shape, or not finite.
        """
        return self.codebook.nearest(self.encode(y)).view(len(y), 49)

    def draw(self, tokens: Tensor) -> Tensor:
        """y_tilde from tokens. (batch, 49) int64 -> (batch, 784).

        Raises:
            ValueError: an entry of the codebook is not finite.
        """
        return self.decode(self.codebook.entries[tokens.flatten()])

    def forward(self, y: Tensor) -> Tensor:
        """y_tilde from the nearest entries. (batch, 784) -> (batch, 784).

        Raises:
            ValueError: y is not of that shape, or not finite.
        """
        return self.decode(self.codebook(self.encode(y))[0])
