"""Where and how we run: seeds, threads, device, and a check of the machine that says what works."""

import os
import platform
import random
import sys
from importlib import metadata

import numpy as np
import torch

from aecourse import guards, style


def setup(
    seed: int = 0, *, threads: int | None = None, device: str | None = None, report: bool = False
) -> torch.device:
    """Make a notebook reproducible: seed every generator, choose threads and device, apply the figure style.

    Models of this course are so small that a second thread costs more than it brings, and that moving them to a GPU
    does not pay: by default they run on one thread of the CPU.

    Args:
        seed: of Python, NumPy and torch, at least 0.
        threads: of torch; by default the environment variable AECOURSE_THREADS, or 1.
        device: "cpu" or "cuda"; by default AECOURSE_DEVICE, or "cpu".
        report: print where we run.

    Returns:
        the device to put tensors and models on.

    Raises:
        ValueError: a bad seed or thread number, or a device that this machine does not have.
    """
    guards.count("seed", seed, low=0, high=2**32 - 1)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(_threads(threads))
    chosen = _device(device)
    style.use()
    if report:
        where = torch.cuda.get_device_name() if chosen.type == "cuda" else platform.machine()
        print(f"torch {torch.__version__} on {chosen} ({where}), {torch.get_num_threads()} thread(s), seed {seed}")
    return chosen


def check() -> bool:
    """Print, line by line, whether this machine has what the course needs.

    Returns:
        whether all of it works.
    """
    from aecourse import data

    lines = [
        ("Python", platform.python_version(), sys.version_info >= (3, 11)),
        *((name, _version(name), _version(name) != "missing") for name in ("torch", "matplotlib", "ipywidgets")),
        ("embedded digits", f"{len(data.digits())} + {len(data.digits('test'))} images", len(data.digits()) == 10_000),
        ("GPU", "present" if torch.cuda.is_available() else "none, none needed", True),
    ]
    for name, found, works in lines:
        print(f"{'ok ' if works else 'NO '} {name:16s} {found}")
    return all(works for _, _, works in lines)


def _threads(threads: int | None) -> int:
    if threads is None:
        wanted = os.environ.get("AECOURSE_THREADS") or "1"
        if not wanted.isdecimal():
            raise ValueError(f"threads: expected a whole number in AECOURSE_THREADS, got {wanted!r}")
        threads = int(wanted)
    return guards.count("threads", threads)


def _device(device: str | None) -> torch.device:
    wanted = guards.choice("device", device or os.environ.get("AECOURSE_DEVICE") or "cpu", ("cpu", "cuda"))
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ValueError("device: expected a machine with a GPU for 'cuda', but torch sees none here")
    return torch.device(wanted)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"
