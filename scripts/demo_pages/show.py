"""What a page does: the call that a notebook made, from the arguments stored for it."""

from pathlib import Path

import cloudpickle
import matplotlib

from aecourse import live, runtime, style
from aecourse.chapters import live_figures

SHARP = 140  # dots an inch instead of 100: the picture fills a screen, and a move still takes a few hundredths


def show(stored: str) -> live.Live:
    """The live figure of a stored call, its controls where the notebook left them."""
    runtime.setup(seed=0)
    call = cloudpickle.loads(Path(stored).read_bytes())
    original = style.use

    def sharp() -> None:
        original()
        matplotlib.rcParams.update({"figure.dpi": SHARP})

    try:
        style.use = sharp
        figure = live_figures()[call["function"]](*call["args"], **call["kwargs"])
    finally:
        style.use = original
    return figure.set(**call["values"])
