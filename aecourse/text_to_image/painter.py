"""The whole model: captions in, images out; and its weights, shipped beside this module."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import torch
from torch import Generator, Tensor
from torch.nn import Module

from aecourse import guards, weights
from aecourse.text_to_image.captions import check, complete
from aecourse.text_to_image.decoding import sample
from aecourse.text_to_image.prior import Prior, energy
from aecourse.text_to_image.tokens import Tokens, check_tokens

FILE = Path(__file__).parent / "painter.safetensors"
TEMPERATURE = 0.7  # chosen on validation captions


class Painter(Module):
    """A discrete autoencoder and a prior over its tokens.

    Args:
        tokens: the autoencoder.
        prior: of as many colours and masks.

    Raises:
        ValueError: something else, or codebooks of other sizes.
    """

    def __init__(self, tokens: Tokens, prior: Prior):
        super().__init__()
        self.tokens = guards.instance("tokens", tokens, Tokens)
        self.prior = guards.instance("prior", prior, Prior)
        sizes = len(tokens.colours), len(tokens.masks)
        if (prior.colours, prior.masks) != sizes:
            raise ValueError(f"prior: expected one of {sizes} colours and masks, got {(prior.colours, prior.masks)}")

    @torch.no_grad()
    def draw(
        self,
        captions: Tensor,
        generator: Generator,
        *,
        temperature: float = TEMPERATURE,
        guidance: float = 0.0,
        best_of: int = 1,
    ) -> Tensor:
        """One image for each caption.

        Args:
            captions: (batch, 10); what they leave open is drawn at random first, word by word.
            generator: of all draws; it may lie on another device than the model.
            temperature: divides the logits, as in `decoding.sample`.
            guidance: how much more closely than the model the caption is followed, as in `decoding.sample`.
            best_of: images drawn for each caption, of which the one is kept that the prior finds likeliest.

        Returns:
            (batch, 3, 32, 32), in [0, 1], on the device of the model.

        Raises:
            ValueError: no captions, no generator, or a setting out of its range.
        """
        best_of = guards.count("best_of", best_of)
        captions = complete(captions, generator)
        every = captions.repeat_interleave(best_of, dim=0)
        parts = [
            sample(self.prior, part, generator, temperature=temperature, guidance=guidance) for part in every.split(256)
        ]
        image_tokens = torch.cat(parts)
        if best_of > 1:
            best = self.score(every, image_tokens).view(len(captions), best_of).argmax(dim=1)
            image_tokens = image_tokens[best + best_of * torch.arange(len(captions), device=best.device)]
        return self.tokens.decode(image_tokens)

    @torch.no_grad()
    def score(self, captions: Tensor, image_tokens: Tensor) -> Tensor:
        """log p(image tokens | caption).

        Args:
            captions: (batch, 10).
            image_tokens: (batch, 197) int64, one row for each caption.

        Returns:
            (batch,), in nats, on the device of the model.

        Raises:
            ValueError: no captions, no image tokens of these codebooks, or not as many of both.
        """
        rows = len(check(captions)), len(check_tokens(image_tokens, self.prior.colours, self.prior.masks))
        if rows[0] != rows[1]:
            raise ValueError(f"image_tokens: expected one row for each of {rows[0]} captions, got {rows[1]}")
        pairs = zip(captions.split(256), image_tokens.split(256), strict=True)
        return torch.cat([-energy(self.prior, caption, tokens) for caption, tokens in pairs])


@lru_cache(maxsize=1)
def shipped() -> Painter:
    """The trained model that comes with the course, read once and frozen.

    Returns:
        the model, on the CPU.

    Raises:
        ValueError: its file is damaged.
    """
    return load(FILE)


def load(path: Path | str) -> Painter:
    """A trained model from a file.

    Args:
        path: of the file.

    Returns:
        the model, frozen, on the CPU.

    Raises:
        ValueError: the file is missing, cut off, altered, or holds something else.
    """
    sizes = _sizes(guards.instance("path", path, Path, str))
    painter = Painter(Tokens(sizes["colours"], sizes["masks"]), Prior(**sizes))
    weights.load(painter, path)
    return painter.eval().requires_grad_(False)


def save(painter: Painter, path: Path | str, card: Mapping[str, object]) -> None:
    """Write weights in half precision, with a card; a good file is replaced only by a good one.

    Args:
        painter: what is written.
        path: where to.
        card: what is to be known of it.

    Raises:
        ValueError: no painter, no path, no card, or a weight that half precision cannot hold.
    """
    guards.instance("painter", painter, Painter)
    guards.instance("path", path, Path, str)
    guards.instance("card", card, Mapping)
    weights.save(painter, path, {"sizes": json.dumps(painter.prior.sizes), **card})


def _sizes(path: Path | str) -> dict[str, int]:
    """The sizes in a file's card, if its tensors have them: a damaged card must not ask for all the memory there is.

    Raises:
        ValueError: they have not.
    """
    stored, card = weights.read(path)
    try:
        sizes = {name: guards.count(name, value, high=4096) for name, value in json.loads(card["sizes"]).items()}
        layers = {name.split(".")[2] for name in stored if name.startswith("prior.blocks.")}
        built = {
            "colours": len(stored["tokens.colours"]),
            "masks": len(stored["tokens.masks"]),
            "width": stored["prior.slot"].shape[1],
            "layers": len(layers),
            "heads": sizes["heads"],
        }
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: expected the weights of a Painter, got a card without its sizes") from error
    if sizes != built:
        raise ValueError(f"{path}: expected weights of the sizes in its card, {sizes}, got {built}")
    return sizes
