"""Pictures with what was asked for above each, and a mark that says whether it is there."""

import textwrap
from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from torch import Tensor

from aecourse import guards
from aecourse.notation import FAINT, INK

YES, NO = "#228833", "#CC3311"


def captioned(images: Tensor, captions: Sequence[str], right: Tensor, columns: int = 5) -> list[Axes]:
    """A grid of pictures in colour, each under its caption and with a verdict.

    Args:
        images: (k, 3, side, side), in [0, 1].
        captions: k texts.
        right: (k,), bool: ✓ or ✗.
        columns: pictures in a row.

    Returns:
        one Axes a picture.

    Raises:
        ValueError: there are not as many captions and verdicts as images, or columns is no count.
    """
    rows = -(-len(images) // guards.count("columns", columns))
    if not len(images) == len(captions) == len(right):
        raise ValueError(f"captions: expected one caption and one verdict an image, {len(images)} of each")
    _, axes = plt.subplots(rows, columns, figsize=(2.1 * columns, 2.75 * rows), squeeze=False)
    for ax in axes.flat[len(images) :]:
        ax.remove()
    for ax, image, text, good in zip(axes.flat, images.cpu(), captions, right.tolist(), strict=False):
        ax.imshow(image.permute(1, 2, 0).clamp(0, 1).numpy())
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set(visible=True, color=FAINT)
        ax.set_title(textwrap.fill(text, 22), fontsize=10.5, loc="left")
        mark = {"fontsize": 15, "color": YES if good else NO, "weight": "bold"}
        box = {"boxstyle": "circle,pad=0.15", "fc": "white", "ec": INK, "lw": 0.8}
        ax.text(0.97, 0.03, "✓" if good else "✗", ha="right", va="bottom", transform=ax.transAxes, bbox=box, **mark)
    return list(axes.flat[: len(images)])
