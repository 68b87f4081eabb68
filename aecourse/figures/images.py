"""Rows of images, all on one grey scale, so that a loss of contrast is seen and not scaled away."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from aecourse import guards


def image_rows(
    rows: Mapping[str, Tensor], ax: Axes | None = None, *, low: float = 0.0, high: float = 1.0, gap: int = 2
) -> Axes:
    """Rows of square images as one mosaic; white is `low`, black is `high`, values beyond are clipped.

    Args:
        rows: label -> (k, pixels), the same k in every row.
    Returns:
        the Axes; the grey scale stands beside it.
    """
    first = next(iter(rows.values()))
    side = guards.image_shape("rows", guards.batch("rows", first).shape[1])
    bands = []
    for images in rows.values():
        guards.same_shape("rows", images, "the first row", first)
        tiles = torch.nn.functional.pad(images.detach().cpu().view(-1, side, side), (gap,) * 4, value=low)
        bands.append(torch.cat(list(tiles), dim=1))
    mosaic = torch.cat(bands)
    ax = ax or plt.figure(figsize=(9.6, 0.3 + 7.6 * mosaic.shape[0] / mosaic.shape[1])).gca()
    picture = ax.imshow(np.asarray(mosaic), cmap="gray_r", vmin=low, vmax=high)
    cell = side + 2 * gap
    ax.set_yticks([cell * (k + 0.5) for k in range(len(rows))], list(rows))
    ax.set_xticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    bar = ax.figure.colorbar(picture, ax=ax, fraction=0.02, pad=0.02, ticks=(low, high))
    bar.ax.set_yticklabels([f"{low:g}", f"{high:g}"])
    bar.set_label("value")
    bar.outline.set_visible(False)
    return ax
