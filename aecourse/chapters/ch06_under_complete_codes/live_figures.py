"""The plane of a two-number code, and what the decoder draws at every place of it."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from aecourse import guards, live
from aecourse.notation import INK
from aecourse.style import CLASS_COLOURS, CLASS_MARKERS, new_figure


def explore_the_code(h: Tensor, labels: Tensor, decode: Callable[[Tensor], Tensor]) -> live.Live:
    """Move through a two-number code of images: where the images lie, and what the decoder draws there.

    Args:
        h: (m, 2), codes of images.
        labels: (m,), the class of each, 0 to 9.
        decode: (1, 2) -> (1, pixels), values in [0, 1].

    Raises:
        ValueError: h is not of that shape or not finite, labels are not one a code, or decode draws no square images.
    """
    guards.batch("h", h, columns=2)
    if labels.shape != h.shape[:1]:
        raise ValueError(f"labels: expected one per code, shape ({len(h)},), got {tuple(labels.shape)}")
    guards.function("decode", decode)
    device, h, labels = h.device, h.detach().cpu(), labels.cpu()
    low, high = h.quantile(0.01, dim=0), h.quantile(0.99, dim=0)  # a few far codes would squeeze all others
    start = h[labels == 3].median(dim=0).values if (labels == 3).any() else h[0]
    spread = h.std(dim=0).mean().item()
    figure, (plane, image) = new_figure(2, size=(10.8, 5.0), width_ratios=(1.35, 1))
    for k in labels.unique().tolist():
        plane.scatter(*h[labels == k].T, s=9, color=CLASS_COLOURS[k % 10], marker=CLASS_MARKERS[k % 5], label=str(k))
    plane.set(title="codes of unseen digits", xlabel="$h_1$ (code units)", ylabel="$h_2$")
    plane.set(xlim=(low[0].item(), high[0].item()), ylim=(low[1].item(), high[1].item()))
    plane.legend(
        ncols=5, markerscale=2, loc="upper center", bbox_to_anchor=(0.5, -0.16), fontsize=11, handletextpad=0.1
    )
    (cross,) = plane.plot([], [], "P", color=INK, ms=16, mec="white", mew=1.5)
    with torch.no_grad():
        side = guards.image_shape("decode(h)", decode(h[:1].to(device)).shape[1])
    picture = image.imshow(np.zeros((side, side)), cmap="gray_r", vmin=0, vmax=1)
    image.set(title=r"$\tilde{y} = \mathrm{Dec}(h)$", xticks=[], yticks=[])
    image.spines[:].set_visible(False)

    def update(h_1: float, h_2: float) -> str:
        here = torch.tensor([[h_1, h_2]], dtype=h.dtype)
        with torch.no_grad():
            picture.set_data(decode(here.to(device)).view(side, side).cpu().numpy())
        cross.set_data([h_1], [h_2])
        image.set_title(f"Dec(h), h = ({h_1:.2f}, {h_2:.2f})")
        distance, nearest = torch.cdist(here, h)[0].min(dim=0)
        said = f"h = ({h_1:.2f}, {h_2:.2f}): the nearest unseen digit is a {labels[nearest].item()}"
        if distance > spread / 3:
            return f"{said}, {distance.item():.2f} away: no training image asked anything of the decoder here."
        return f"{said}, {distance.item():.2f} away."

    controls = {
        name: live.slider(f"h{'₁₂'[k]}", low[k].item(), high[k].item(), start[k].item(), symbol="h")
        for k, name in enumerate(("h_1", "h_2"))
    }
    return live.Live(figure, controls, update)


def _example() -> live.Live:
    h = torch.randn(2000, 2, generator=torch.Generator().manual_seed(0))
    waves = torch.linspace(0, 6, 784)
    return explore_the_code(
        h, torch.arange(2000) % 10, lambda h: torch.sigmoid(h[:, :1] + 2 * (h[:, 1:] * waves).sin())
    )


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"explore_the_code": _example}
