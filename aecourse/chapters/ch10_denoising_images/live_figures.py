"""What can happen to an image, how strongly, and what a denoiser makes of it."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from aecourse import corruption, data, guards, live, measures
from aecourse.style import new_figure

# Each kind: its strength from 0 to 1 -> the corruption, and that strength in words.
_KINDS: dict[str, Callable[[float], tuple[corruption.Corruption, str]]] = {
    "noise": lambda s: (corruption.gaussian(s), f"σ = {s:.2f}"),
    "missing pixels": lambda s: (corruption.mask_pixels(s), f"{s:.0%} of the pixels"),
    "missing block": lambda s: (_middle(round(24 * s)), f"{round(24 * s)} × {round(24 * s)} pixels"),
    "missing half": lambda s: (corruption.mask_half(), "the lower half, at any strength"),
    "salt and pepper": lambda s: (corruption.salt_and_pepper(s), f"{s:.0%} of the pixels"),
    "blur": lambda s: (corruption.blur(max(4 * s, 1e-3)), f"σ = {4 * s:.1f} pixels"),
}


def explore_the_corruption(denoisers: Mapping[str, Callable[[Tensor], Tensor]], y: Tensor) -> live.Live:
    """Corrupt an image in six ways, as strongly as you like, and see what each denoiser makes of it.

    Args:
        denoisers: name -> (1, 784) -> (1, 784), such as one network for each kind of corruption.
        y: (m, 784), clean images in [0, 1].

    Raises:
        ValueError: there is no denoiser or one is no function, or y leaves [0, 1] or shows no square images.
    """
    if not denoisers:
        raise ValueError("denoisers: expected at least one, got none")
    for name, denoise in denoisers.items():
        guards.function(f"denoisers[{name!r}]", denoise)
    side = guards.image_shape("y", guards.batch("y", y, low=0, high=1).shape[1])
    clean = y.detach().cpu()
    figure, axes = new_figure(3, size=(9.6, 3.8))
    titles = ("$y$, clean", r"$\hat{y}$, what the network reads", r"$\tilde{y}$, what it answers")
    pictures = []
    for ax, title in zip(axes, titles, strict=True):
        pictures.append(ax.imshow(np.zeros((side, side)), cmap="gray_r", vmin=0, vmax=1))
        ax.set(title=title, xticks=[], yticks=[])
        ax.spines[:].set_visible(True)

    def update(kind: str, strength: float, image: int, network: str) -> str:
        corrupt, said = _KINDS[kind](strength)
        true = clean[image : image + 1]
        y_hat = corrupt(true, torch.Generator().manual_seed(0))  # always the same: the slider changes the strength only
        with torch.no_grad():
            y_tilde = denoisers[network](y_hat.to(y.device)).cpu()
        for picture, values in zip(pictures, (true, y_hat, y_tilde), strict=True):
            picture.set_data(values.view(side, side).numpy())
        axes[1].set_title(rf"$\hat{{y}}$: {kind}, {said}")
        axes[2].set_title(rf"$\tilde{{y}}$, trained on {network}")
        before, after = (measures.psnr(true, values).item() for values in (y_hat, y_tilde))
        verdict = "closer to y than what it read" if after > before else "no closer to y than what it read"
        return f"{kind}, {said}: PSNR of ŷ {before:.1f} dB, of ỹ {after:.1f} dB, {verdict}."

    controls = {
        "kind": live.menu("what happens", list(_KINDS)),
        "strength": live.slider("how strongly", 0.0, 1.0, 0.3, symbol="y_hat"),
        "image": live.slider("image", 0, len(y) - 1, 0, symbol="y"),
        "network": live.menu("trained on", list(denoisers)),
    }
    return live.Live(figure, controls, update)


def _middle(size: int) -> corruption.Corruption:
    """A square of size * size pixels in the middle is set to 0: it grows with the slider, where mask_block jumps."""

    def corrupt(y: Tensor, generator: torch.Generator) -> Tensor:
        side = guards.image_shape("y", y.shape[1])
        start = (side - size) // 2
        known = torch.ones(side, side)
        known[start : start + size, start : start + size] = 0
        return y * known.flatten()

    return corrupt


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {
    "explore_the_corruption": lambda: explore_the_corruption(
        {"nothing": lambda y: y, "darker": lambda y: y / 2}, data.digits("test")[:50]
    )
}
