"""How many numbers does it take to draw a digit? The best that d numbers can do, read off and put back linearly."""

import torch

from aecourse import data, limits, live
from aecourse.notation import INK, colour
from aecourse.style import new_figure

MOST = 200


def how_many_numbers() -> live.Live:
    """A digit, its best affine reconstruction from d numbers, and the share of variance explained against d."""
    Y, Y_test, labels = data.digits(), *data.digits("test", labels=True)
    best = limits.pca(Y, MOST)
    h = best.encode(Y_test)
    # The basis is orthonormal: each further number takes its own square off the error.
    error = (Y_test - best.mean).square().sum() - torch.cat([torch.zeros(1), h.square().sum(dim=0).cumsum(0)])
    explained = 1 - error / (Y_test - Y_test.mean(dim=0)).square().sum()
    samples = {str(k): int((labels == k).nonzero()[1]) for k in range(10)}

    figure, (left, middle, right) = new_figure(3, size=(10.4, 3.9), width_ratios=(1, 1, 1.35))
    original = left.imshow(torch.zeros(28, 28).numpy(), cmap="gray_r", vmin=0, vmax=1)
    prediction = middle.imshow(torch.zeros(28, 28).numpy(), cmap="gray_r", vmin=0, vmax=1)
    left.set(title="$y$, a digit", xticks=[], yticks=[])
    drawn = middle.set_title(r"$\tilde{y}$ from $d$ = 100", fontsize=14)
    middle.set(xticks=[], yticks=[])
    for ax in (left, middle):
        ax.spines[:].set_visible(True)
    right.plot(100 * explained, color=INK)
    (dot,) = right.plot([], [], "^", color=colour("h"), ms=12)
    right.set(title="2,000 unseen digits", xlabel="$d$, numbers kept", ylabel="variance explained (%)", ylim=(0, 103))
    right.grid(alpha=0.6)

    def update(digit: str, d: int) -> str:
        k = samples[digit]
        y_tilde = best.mean + h[k, :d] @ best.basis[:, :d].T
        original.set_data(Y_test[k].view(28, 28).numpy())
        prediction.set_data(y_tilde.view(28, 28).numpy())
        drawn.set_text(rf"$\tilde{{y}}$ from $d$ = {d}")
        dot.set_data([d], [100 * explained[d].item()])
        cost = (Y_test[k] - y_tilde).square().sum()
        return (
            f"{d} number{'s' if d > 1 else ''} instead of 784: this digit is missed by {cost:.1f} squared units, "
            f"and {100 * explained[d]:.0f} % of the variance of unseen digits is explained."
        )

    controls = {
        "d": live.slider("d, numbers kept", 1, MOST, 10, symbol="h"),
        "digit": live.menu("digit", list(samples), "5"),
    }
    return live.Live(figure, controls, update)


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"how_many_numbers": how_many_numbers}
