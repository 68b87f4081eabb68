"""Where and how we run: seeds, threads, device, a check of the machine, and a report of a cell that surprises."""

import os
import platform
import random
import re
import sys
from importlib import metadata
from typing import Any

import numpy as np
import torch

from aecourse import guards, style
from aecourse.report import Report, fill


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


def report(cell: int | None = None) -> Report:
    """Report a cell: a link to a form that has the cell, its output and the versions filled in. Nothing is sent.

    Args:
        cell: the number that the notebook shows beside it, [7] say; by default the cell that ran last.

    Returns:
        the link, which a notebook shows.

    Raises:
        ValueError: no such cell has run.
        RuntimeError: this is no notebook, or the course has no address on GitHub yet.
    """
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        raise RuntimeError("report: expected to be called in a notebook, but there is none here")
    ran = shell.history_manager.input_hist_raw  # from 1 on, this cell the last
    others = [k for k, source in enumerate(ran[:-1]) if source.strip() and "runtime.report(" not in source]
    if cell is None and others:
        cell = others[-1]
    if cell not in others:
        raise ValueError(f"cell: expected the number of a cell that ran before this one, got {cell!r}")
    found = re.search(r"aecourse\.chapters\.ch(\w+)", "\n".join(ran))
    chapter = found[1] if found else "a notebook of my own"
    fields = {"chapter": chapter, "cell": f"[{cell}]", "source": ran[cell], "output": _output(shell, cell)}
    return fill(f"{chapter}, cell [{cell}]", {**fields, "versions": _versions()})


def _output(shell: Any, cell: int) -> str:
    """What a cell printed, returned or raised, as far as this version of IPython remembers it."""
    history = shell.history_manager
    bundles = [output.bundle for output in getattr(history, "outputs", {}).get(cell, ())]
    texts = ["".join(bundle.get("stream") or bundle.get("text/plain") or "") for bundle in bundles]
    if not texts and cell in shell.user_ns.get("Out", {}):
        texts = [repr(shell.user_ns["Out"][cell])]
    if raised := getattr(history, "exceptions", {}).get(cell):
        texts += raised["traceback"]
    return "\n".join(text.rstrip() for text in texts)


def _versions() -> str:
    packages = ("aecourse", "torch", "numpy", "matplotlib", "ipywidgets", "ipython")
    found = [f"{name} {_version(name)}" for name in packages]
    return ", ".join([f"Python {platform.python_version()}", platform.platform(terse=True), *found])


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
