"""All of MNIST, downloaded once, verified, and never replaced by anything damaged."""

import gzip
import logging
import os
import sys
import zlib
from pathlib import Path
from typing import Literal, overload
from urllib.parse import urlsplit

import numpy as np
import torch
from torch import Tensor

from aecourse import guards
from aecourse.data.embedded import digits

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
FILES = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}
SHA256 = {
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
}


@overload
def mnist(split: str = "train", *, labels: Literal[False] = False) -> Tensor: ...
@overload
def mnist(split: str = "train", *, labels: Literal[True]) -> tuple[Tensor, Tensor]: ...
def mnist(split: str = "train", *, labels: bool = False) -> Tensor | tuple[Tensor, Tensor]:
    """All of MNIST, downloaded once; without a network the embedded digits instead, with one line that says so.

    Args:
        split: "train" (60,000 images) or "test" (10,000).
        labels: also return the digit that each image shows.

    Returns:
        (m, 784), float32 in [0, 1]; with labels a pair, the second (m,) int64.

    Raises:
        ValueError: there is no such split.

    Source: [mnist1998].
    """
    guards.choice("split", split, FILES)
    try:
        images = torch.from_numpy(_read(_fetch(FILES[split][0]), offset=16)).view(-1, 784).to(torch.float32) / 255
        return (images, torch.from_numpy(_read(_fetch(FILES[split][1]), offset=8)).long()) if labels else images
    except ConnectionError as error:
        print(f"{error}; using the embedded {len(digits(split)):,} digits instead.", file=sys.stderr)
        return digits(split, labels=True) if labels else digits(split)


def folder() -> Path:
    """Where downloads are kept: the folder named by AECOURSE_DATA, or the user's cache folder."""
    import pooch

    return Path(os.environ.get("AECOURSE_DATA") or pooch.os_cache("aecourse")).expanduser()


def _fetch(name: str) -> Path:
    """The path of an intact file: the cached one, or else a fresh one from the first mirror that has it."""
    import pooch

    pooch.get_logger().setLevel(logging.WARNING)
    target = folder() / "mnist" / name
    digest = f"sha256:{SHA256[name]}"
    if target.exists() and f"sha256:{pooch.file_hash(str(target))}" != digest:
        print(f"{target} is damaged and is fetched anew.", file=sys.stderr)
        target.unlink()
    reasons = []
    for mirror in MIRRORS:
        # 3 seconds to connect: a firewall that drops packets should not keep a lecture hall waiting.
        downloader = pooch.HTTPDownloader(progressbar=True, timeout=(3, 20))
        try:
            return Path(pooch.retrieve(mirror + name, digest, fname=name, path=target.parent, downloader=downloader))
        except (OSError, ValueError) as error:  # no network, a refusal, no place to write; a wrong checksum
            reasons.append(f"{urlsplit(mirror).hostname}: {_reason(error, target.parent)}")
    raise ConnectionError(f"{name} could not be downloaded ({'; '.join(reasons)})")


def _reason(error: Exception, place: Path) -> str:
    if isinstance(error, ValueError):
        return "the file arrived damaged"
    if isinstance(error, PermissionError | FileExistsError | NotADirectoryError):
        return f"{place} cannot be written"
    return f"no answer ({type(error).__name__})"


def _read(path: Path, offset: int) -> np.ndarray:
    """The bytes of an idx file after its header, as a writable array."""
    try:
        return np.frombuffer(bytearray(gzip.decompress(path.read_bytes())[offset:]), np.uint8)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ConnectionError(f"{path} cannot be unpacked") from error
