"""The whole model: captions in, images out; and its weights, shipped beside this module."""

import json
from functools import lru_cache
from pathlib import Path

import torch
from torch import Generator, Tensor
from torch.nn import Module

from aecourse import guards, weights
from aecourse.text_to_image import captions
from aecourse.text_to_image.decoding import sample
from aecourse.text_to_image.prior import Prior, energy
from aecourse.text_to_image.tokens import Tokens

FILE = Path(__file__).parent / "painter.safetensors"


class Painter(Module):
    """A discrete autoencoder and a prior over its tokens."""

    def __init__(self, tokens: Tokens, prior: Prior):
        super().__init__()
        self.tokens, self.prior = tokens, prior

    @torch.no_grad()
    def draw(
        self,
        asked: Tensor,
        generator: Generator,
        *,
        temperature: float = 0.7,
        guidance: float = 0.0,
        best_of: int = 1,
    ) -> Tensor:
        """One image for each caption.

        Args:
            asked: (batch, 10), captions; what they leave open is drawn at random first, word by word.
            temperature, guidance: as in `sampling.sample`.
            best_of: images drawn for each caption, of which the one is kept that the prior finds likeliest.
        Returns:
            (batch, 3, 32, 32), in [0, 1].
        """
        guards.count("best_of", best_of)
        asked = captions.complete(asked, generator)
        every = asked.repeat_interleave(best_of, dim=0)
        parts = [
            sample(self.prior, part, generator, temperature=temperature, guidance=guidance) for part in every.split(256)
        ]
        image = torch.cat(parts)
        if best_of > 1:
            image = image.view(len(asked), best_of, -1)
            best = self.score(every, image.flatten(0, 1)).view(len(asked), best_of).argmax(dim=1)
            image = image[torch.arange(len(asked)), best]
        return self.tokens.decode(image)

    @torch.no_grad()
    def score(self, asked: Tensor, image: Tensor) -> Tensor:
        """log p(image | caption) in nats. (batch, 10), (batch, 197) -> (batch,)."""
        words = captions.tokens(asked)
        return torch.cat([-energy(self.prior, w, z) for w, z in zip(words.split(256), image.split(256), strict=True)])


@lru_cache(maxsize=1)
def shipped() -> Painter:
    """The trained model that comes with the course, read once and frozen."""
    return load(FILE)


def load(path: Path | str) -> Painter:
    """A trained model from a file.

    Raises:
        ValueError: the file is missing, cut off, altered, or holds something else.
    """
    about = weights.card(path)
    try:
        sizes = {name: guards.count(name, int(value), high=4096) for name, value in json.loads(about["sizes"]).items()}
        painter = Painter(Tokens(sizes["colours"], sizes["masks"]), Prior(**sizes))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: expected the weights of a Painter, got a card without its sizes") from error
    return weights.load(painter, path).eval().requires_grad_(False)


def save(painter: Painter, path: Path | str, card: dict[str, object]) -> None:
    """Write weights in half precision, with a card; a good file is replaced only by a good one."""
    weights.save(painter, path, {"sizes": json.dumps(painter.prior.sizes), **card})
