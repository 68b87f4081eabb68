"""The weight of the KL term as a dial: how codes crowd together, and what the decoder draws from pure noise."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from matplotlib.collections import PathCollection
from matplotlib.patches import Circle
from torch import Tensor

from aecourse import guards, live
from aecourse.figures.images import tiles
from aecourse.notation import INK
from aecourse.style import CLASS_COLOURS, CLASS_MARKERS, new_figure


class Trained(NamedTuple):
    """What one variational autoencoder with a two-number code looks like.

    Attributes:
        mu: (m, 2), mean codes of unseen images.
        samples: (rows * columns, pixels), decoded from the prior.
        cost: mean reconstruction cost of unseen images, in nats.
        kl: mean KL term of unseen images, in nats.
    """

    mu: Tensor
    samples: Tensor
    cost: float
    kl: float


def dial_beta(trained: Mapping[float, Trained], labels: Tensor, columns: int = 8) -> live.Live:
    """Turn β: the code plane of unseen digits, and digits drawn from the prior.

    Args:
        trained: β -> what was measured of a model trained with it.
        labels: (m,), the class of each code, 0 to 9.
        columns: samples in a row.

    Raises:
        ValueError: there are less than two models, or the samples are not finite or not square.
    """
    if len(trained) < 2:
        raise ValueError(f"trained: expected at least two values of beta, got {len(trained)}")
    betas, labels = sorted(trained), labels.cpu()
    trained = {k: v._replace(mu=v.mu.detach().cpu(), samples=v.samples.detach().cpu()) for k, v in trained.items()}
    first = trained[betas[0]]
    side = guards.image_shape("samples", guards.batch("samples", first.samples).shape[1])

    def mosaic(samples: Tensor) -> np.ndarray:
        return tiles(samples.view(-1, 1, side, side), columns)[..., 0]

    figure, (plane, sheet) = new_figure(2, size=(11.0, 5.4), width_ratios=(1.05, 1))
    dots: list[tuple[int, PathCollection]] = []
    for k in labels.unique().tolist():
        dots.append(
            (k, plane.scatter([], [], s=9, color=CLASS_COLOURS[k % 10], marker=CLASS_MARKERS[k % 5], label=str(k)))
        )
    plane.add_patch(Circle((0, 0), 2, fill=False, ec=INK, lw=1.6, ls="--"))
    plane.set(xlim=(-6, 6), ylim=(-6, 6), aspect="equal", xlabel="$\\mu_1$ (code units)", ylabel="$\\mu_2$")
    plane.set_title("mean codes of unseen digits")
    plane.legend(
        ncols=5, markerscale=2, loc="upper center", bbox_to_anchor=(0.5, -0.16), fontsize=11, handletextpad=0.1
    )
    picture = sheet.imshow(mosaic(first.samples), cmap="gray_r", vmin=0, vmax=1)
    sheet.set(title="decoded from h ~ N(0, I)", xticks=[], yticks=[])
    sheet.spines[:].set_visible(False)

    def update(beta: int) -> str:
        shown = trained[betas[beta]]
        for k, dot in dots:
            dot.set_offsets(shown.mu[labels == k].numpy())
        picture.set_data(mosaic(shown.samples))
        plane.set_title(f"mean codes of unseen digits, β = {betas[beta]:g}")
        outside = (shown.mu.norm(dim=1) > 2).double().mean().item()
        return (
            f"β = {betas[beta]:g}: C = {shown.cost:.0f} nats, KL = {shown.kl:.1f} nats an image; "
            f"{100 * outside:.0f} % of the codes lie outside the dashed circle of radius 2, of pure noise "
            f"{100 * math.exp(-2):.0f} % would."  # in the plane, |h|² / 2 is exponential
        )

    middle = min(range(len(betas)), key=lambda k: abs(betas[k] - 1))
    return live.Live(figure, {"beta": live.slider("β, step by step", 0, len(betas) - 1, middle, symbol="h")}, update)


def _example() -> live.Live:
    draw = torch.Generator().manual_seed(0)
    h, samples = torch.randn(2000, 2, generator=draw), torch.rand(64, 784, generator=draw)
    models = {beta: Trained(h / beta, samples / beta, 100 * beta, 5 / beta) for beta in (0.5, 1.0, 2.0, 4.0)}
    return dial_beta(models, torch.arange(2000) % 10)


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"dial_beta": _example}
