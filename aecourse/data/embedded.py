"""Images that ship with the package: 12,000 digits of MNIST and 1,000 garments of Fashion-MNIST.

scripts/build_embedded_data.py builds the files and says where the images come from; the licences are in NOTICE.
"""

from functools import lru_cache
from importlib.resources import as_file, files
from typing import Literal, overload

import numpy as np
import torch
from torch import Tensor

from aecourse import guards


@overload
def digits(split: str = "train", *, labels: Literal[False] = False) -> Tensor: ...
@overload
def digits(split: str = "train", *, labels: Literal[True]) -> tuple[Tensor, Tensor]: ...
def digits(split: str = "train", *, labels: bool = False) -> Tensor | tuple[Tensor, Tensor]:
    """Handwritten digits of MNIST: a sixth of its training images, a fifth of its test images.

    MNIST was written by two populations with pens of their own. They take turns here: digits in even places
    (`digits()[0::2]`) are by employees of the Census Bureau, digits in odd places by high-school students, who leave
    an eighth more ink. Training and unseen digits, and every prefix of even length, hold as many of each.

    Args:
        split: "train" (10,000 images) or "test" (2,000).
        labels: also return the digit that each image shows.

    Returns:
        (10000 | 2000, 784), float32 in [0, 1], 0 is paper and 1 is ink; with labels a pair, the second (m,) int64.
        Each call returns fresh tensors: changing them changes nothing else.

    Raises:
        ValueError: split is neither.

    Source: [mnist1998].
    """
    guards.choice("split", split, ("train", "test"))
    stored = _load("digits.npz")
    return (_images(stored, split), _labels(stored, split)) if labels else _images(stored, split)


@overload
def garments(*, labels: Literal[False] = False) -> Tensor: ...
@overload
def garments(*, labels: Literal[True]) -> tuple[Tensor, Tensor]: ...
def garments(*, labels: bool = False) -> Tensor | tuple[Tensor, Tensor]:
    """Another world: 1,000 pictures of clothes, every tenth of Fashion-MNIST's test images.

    Args:
        labels: also return the kind of garment, 0 to 9.

    Returns:
        (1000, 784), float32 in [0, 1]; with labels a pair, the second (1000,) int64.

    Source: [xiao2017].
    """
    stored = _load("garments.npz")
    return (_images(stored, "test"), _labels(stored, "test")) if labels else _images(stored, "test")


def _images(stored: dict[str, np.ndarray], split: str) -> Tensor:
    return torch.from_numpy(stored[f"{split}_images"]).to(torch.float32) / 255


def _labels(stored: dict[str, np.ndarray], split: str) -> Tensor:
    return torch.from_numpy(stored[f"{split}_labels"].astype(np.int64))


@lru_cache
def _load(file: str) -> dict[str, np.ndarray]:
    with as_file(files("aecourse.data") / file) as path, np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored}
