"""Shipped weights: safetensors files beside this module, half precision, each with a card in its header.

Two models of the course are not trained before the reader's eyes, because that takes minutes: the inpainter of
notebook 10 (`inpainter()`, made by `scripts/train_inpainter.py`) and the painter of notebook 13
(`text_to_image.painter`, made by `text_to_image.train`). Of many more only what came out is shipped: the narrow_codes
of notebook 06 (made by `scripts/train_narrow.py`), the cures of notebook 08 (made by `scripts/train_cures.py`), and
the denoisers of notebook 09 (made by `scripts/train_denoisers.py`).
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import safetensors
import safetensors.torch
import torch
from torch.nn import Module

from aecourse.models import Inpainter

FOLDER = Path(__file__).parent
Model = TypeVar("Model", bound=Module)


def inpainter(path: Path | str = FOLDER / "inpainter.safetensors") -> Inpainter:
    """The trained `models.Inpainter`, ready for use.

    Args:
        path: another file than the shipped one.

    Returns:
        the model, on the CPU.

    Raises:
        ValueError: the file is missing, damaged, or does not hold an Inpainter.
    """
    width = card(path).get("width", "")
    if not re.fullmatch(r"[1-9]\d{0,2}", width):  # a damaged card must not ask for all the memory there is
        raise ValueError(f"{path}: expected the weights of an Inpainter, got a card without its width")
    return load(Inpainter(int(width)), path)


def card(path: Path | str) -> dict[str, str]:
    """What the header of a file says of how its weights were made.

    Args:
        path: a safetensors file.

    Returns:
        name -> what was measured or chosen, all of it text.

    Raises:
        ValueError: the file is missing, cut off, or no safetensors file.
    """
    return read(path)[1]


def load(model: Model, path: Path | str) -> Model:
    """Fill a model with the weights of a file; on any error the model is as it was.

    Args:
        model: changed in place.
        path: a safetensors file.

    Returns:
        the model.

    Raises:
        ValueError: the file cannot be read, holds other names or shapes than the model, or a number that is not finite.
    """
    stored, _ = read(path)
    own = model.state_dict()
    wanted, found = ({name: tuple(value.shape) for name, value in d.items()} for d in (own, stored))
    if wanted != found:
        wrong = sorted(n for n in wanted.keys() | found.keys() if wanted.get(n) != found.get(n))
        raise ValueError(f"{path}: expected the weights of this {type(model).__name__}, which differs in {wrong[0]}")
    _finite(path, stored)
    model.load_state_dict(stored)
    return model


def save(model: Module, path: Path | str, card: Mapping[str, object]) -> None:
    """Write the weights in half precision, and a card into the header; a good file is replaced only by a good one.

    Args:
        model: on any device.
        path: of the file.
        card: what to say of how the weights were made.

    Raises:
        ValueError: a weight is NaN, or too large for half precision.
    """
    half = {name: value.detach().to("cpu", torch.float16).contiguous() for name, value in model.state_dict().items()}
    _finite(path, half)
    write(half, path, card)


def write(tensors: Mapping[str, torch.Tensor], path: Path | str, card: Mapping[str, object]) -> None:
    """Write tensors and a card into the header; a good file is replaced only as a whole.

    Args:
        tensors: by name, on the CPU and contiguous.
        path: of the file.
        card: what to say of them.
    """
    path = Path(path)
    whole = safetensors.torch.save(dict(tensors), metadata={key: str(value) for key, value in card.items()})
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(whole)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _finite(path: Path | str, weights: Mapping[str, torch.Tensor]) -> None:
    for name, value in weights.items():
        if not value.isfinite().all():
            raise ValueError(f"{path}: expected finite weights, got NaN or infinity in {name}")


def read(path: Path | str) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """The tensors of a file and its card.

    Args:
        path: a safetensors file.

    Returns:
        name -> tensor, and name -> text.

    Raises:
        ValueError: the file is missing, cut off, or no safetensors file.
    """
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (OSError, safetensors.SafetensorError) as error:
        raise ValueError(f"{path}: expected a safetensors file, got none that can be read ({error})") from error
