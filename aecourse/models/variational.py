"""The variational autoencoder: its code is a distribution, and a sample of it is decoded."""

from torch import Tensor
from torch.nn import Module, ReLU

from aecourse import guards
from aecourse.models.deep import mlp


class VariationalAutoencoder(Module):
    """Enc(y) = (mu, log_var), h = mu + exp(log_var / 2) * epsilon with epsilon ~ N(0, I), Dec(h) = logits of y_tilde.

    The decoder answers with logits, sigmoid^-1(y_tilde), which is what a cost for binary y needs.

    Args:
        *sizes: components of y, of each hidden layer and of h; the decoder has the same in reverse.
        f: a module class between the layers.
        seed: of the initial weights.

    Raises:
        ValueError: a size, f or seed is refused, as by `mlp`.

    Source: [kingma2014]; [rezende2014].
    """

    def __init__(self, *sizes: int, f: type[Module] = ReLU, seed: int = 0):
        super().__init__()
        self.n, self.d = sizes[0], sizes[-1]
        self.encoder = mlp(*sizes[:-1], 2 * sizes[-1], f=f, seed=2 * guards.count("seed", seed, low=0))
        self.decoder = mlp(*sizes[::-1], f=f, seed=2 * seed + 1)

    def posterior(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """mu and log_var of q(h | y). (batch, n) -> (batch, d) twice.

        Raises:
            ValueError: y is not of that shape, or not finite.
        """
        mu, log_var = self.encoder(guards.batch("y", y, columns=self.n)).chunk(2, dim=1)
        return mu, log_var

    def encode(self, y: Tensor) -> Tensor:
        """The mean of the code. (batch, n) -> (batch, d).

        Raises:
            ValueError: y is not of that shape, or not finite.
        """
        return self.posterior(y)[0]

    def decode(self, h: Tensor) -> Tensor:
        """Logits of y_tilde. (batch, d) -> (batch, n).

        Raises:
            ValueError: h is not of that shape, or not finite.
        """
        return self.decoder(guards.batch("h", h, columns=self.d))

    def forward(self, y: Tensor) -> Tensor:
        """y_tilde at the mean code, in [0, 1]. (batch, n) -> (batch, n).

        Raises:
            ValueError: y is not of that shape, or not finite.
        """
        return self.decode(self.encode(y)).sigmoid()
