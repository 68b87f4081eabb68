"""A codebook at work: how its entries come into use, and what one token does to an image."""

from collections.abc import Mapping

import torch
from torch import Tensor

from aecourse import data, guards, live
from aecourse.models import DiscreteAutoencoder
from aecourse.notation import INK, MUTED, colour
from aecourse.style import new_figure


def watch_the_codebook(usage: Mapping[str, Tensor]) -> live.Live:
    """Scrub through trainings and see which entries of the codebook are used.

    Args:
        usage: label -> (moments, K), the share of each entry from the start of a training to its end; all of one shape.

    Raises:
        ValueError: there is no training, or its shares leave [0, 1] or are not of the shape of the first.
    """
    if not usage:
        raise ValueError("usage: expected at least one training, got none")
    shape = next(iter(usage.values())).shape
    usage = {label: share.detach().cpu() for label, share in usage.items()}
    curves, shares = {}, {}
    for label, share in usage.items():
        if guards.batch(label, share, low=0, high=1).shape != shape:
            raise ValueError(
                f"{label}: expected the shape {tuple(shape)} of the first training, got {tuple(share.shape)}"
            )
        shares[label] = share.sort(dim=1, descending=True).values.numpy()
        curves[label] = torch.special.entr(share.double()).sum(dim=1).exp().numpy()
    moments, size = shape
    figure, (left, right) = new_figure(2, size=(10.8, 4.4), width_ratios=(1.5, 1))
    bars = left.bar(range(1, size + 1), [0.0] * size, color=colour("h"), width=0.8)
    top = max(share.max() for share in shares.values())
    left.set(
        title="how often each entry is used", xlabel="entry, sorted", ylabel="share of all tokens", ylim=(0, 1.05 * top)
    )
    time = torch.linspace(0, 1, moments).numpy()
    for k, (label, curve) in enumerate(curves.items()):
        right.plot(time, curve, ("-", "--", "-.", ":")[k % 4], label=label)
    (dot,) = right.plot([], [], "o", color=INK, ms=10)
    right.axhline(size, color=MUTED, lw=1.2)
    right.set(
        title="usage meter",
        xlabel="share of the training",
        ylabel="perplexity (entries)",
        yscale="log",
        ylim=(1, 1.3 * size),
    )
    marks = [k for k in (1, 4, 16, 64, 256) if k <= size]
    right.set_yticks(marks, [str(k) for k in marks])
    right.minorticks_off()
    right.grid(alpha=0.6)
    right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2)  # outside: the dot may go anywhere

    def update(moment: int, training: str) -> str:
        for bar, height in zip(bars, shares[training][moment], strict=True):
            bar.set_height(height)
        dot.set_data([time[moment]], [curves[training][moment]])
        left.set_title(f"how often each entry is used: {training}, {time[moment]:.0%}")
        used = int((usage[training][moment] > 1e-3).sum())
        return (
            f"{training}, {time[moment]:.0%} of the training: {used} of {size} entries "
            f"have more than 0.1 % of the tokens; "
            f"as unpredictable as {curves[training][moment]:.1f} entries used alike."
        )

    controls = {
        "moment": live.slider("moment of training", 0, moments - 1, moments - 1),
        "training": live.menu("codebook", list(usage)),
    }
    return live.Live(figure, controls, update)


def edit_a_token(model: DiscreteAutoencoder, y: Tensor) -> live.Live:
    """The tokens of a digit as a picture; put another entry at one place and see what the decoder draws.

    Args:
        model: trained, on the device of y.
        y: (m, 784), clean images in [0, 1].

    Raises:
        ValueError: y is not of that shape, or leaves [0, 1].
    """
    guards.batch("y", y, columns=784, low=0, high=1)
    with torch.no_grad():
        tokens = model.tokens(y)
        size = len(model.codebook.entries)
        # Entries in the order of the ink that they draw: neighbouring shades are similar entries.
        ink = model.draw(torch.arange(size, device=y.device)[:, None].expand(-1, 49)).mean(dim=1)
        rank = ink.argsort()
        place_of = rank.argsort()
    figure, (left, middle, right) = new_figure(3, size=(10.8, 4.0))
    sheet = middle.imshow(torch.zeros(7, 7).numpy(), cmap="cividis_r", vmin=0, vmax=size - 1)
    original = left.imshow(torch.zeros(28, 28).numpy(), cmap="gray_r", vmin=0, vmax=1)
    answer = right.imshow(torch.zeros(28, 28).numpy(), cmap="gray_r", vmin=0, vmax=1)
    (cross,) = middle.plot([], [], "s", mfc="none", mec="white", ms=26, mew=3)
    (frame,) = right.plot([], [], color=colour("h"), lw=2.5)
    for ax, title in (
        (left, "the digit $y$"),
        (middle, f"7 × 7 tokens of {size}"),
        (right, r"drawn from the tokens, $\tilde{y}$"),
    ):
        ax.set(title=title, xticks=[], yticks=[])
        ax.spines[:].set_visible(True)

    def update(image: int, place: int, shift: int) -> str:
        row, column = divmod(place, 7)
        edited = tokens[image : image + 1].clone()
        before = int(place_of[edited[0, place]])
        after = (before + shift) % size
        edited[0, place] = rank[after]
        with torch.no_grad():
            y_tilde = model.draw(edited)[0]
            moved = (y_tilde - model.draw(tokens[image : image + 1])[0]).abs() > 0.05
        original.set_data(y[image].view(28, 28).cpu().numpy())
        sheet.set_data(place_of[edited[0]].view(7, 7).cpu().numpy())
        answer.set_data(y_tilde.view(28, 28).cpu().numpy())
        cross.set_data([column], [row])
        x, top = 4 * column - 0.5, 4 * row - 0.5
        frame.set_data([x, x + 4, x + 4, x, x], [top, top, top + 4, top + 4, top])
        said = f"row {row + 1}, column {column + 1}: entry {before}"
        if not shift:
            return f"{said} of {size}, as the encoder chose it. (Entries are numbered by the ink that they draw.)"
        return f"{said} replaced by {after}: {int(moved.sum())} of 784 pixels change by more than 0.05."

    controls = {
        "image": live.slider("digit", 0, len(y) - 1, 0, symbol="y"),
        "place": live.slider("place, row by row", 0, 48, 24),
        "shift": live.slider("entry, further by", 0, size - 1, 0, symbol="h"),
    }
    return live.Live(figure, controls, update)


def _usage() -> live.Live:
    few = torch.linspace(0, 4, 40)[:, None] * torch.rand(64, generator=torch.Generator().manual_seed(0))
    return watch_the_codebook({"one": few.flip(0).softmax(dim=1), "two": (2 * few).softmax(dim=1)})


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {
    "watch_the_codebook": _usage,
    "edit_a_token": lambda: edit_a_token(DiscreteAutoencoder(64, scale=2.0), data.digits("test")[:30]),
}
