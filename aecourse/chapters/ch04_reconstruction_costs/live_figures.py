"""Both reconstruction costs of one component, as curves of the prediction, with their slopes."""

import torch
from torch import Tensor

from aecourse import energies, limits, live
from aecourse.notation import INK, MUTED, colour
from aecourse.style import new_figure

COSTS = {"squared error": energies.squared_error, "cross-entropy": energies.binary_cross_entropy}
LOOKS = {"squared error": ("-", INK), "cross-entropy": ("--", colour("C"))}


def cost_and_slope(name: str, y: float, y_tilde: Tensor) -> tuple[Tensor, Tensor]:
    """C(y, y_tilde) and dC/dy_tilde of one component at each prediction. (k,) -> (k,), (k,)."""
    prediction = y_tilde.clone()[:, None].requires_grad_()
    cost = COSTS[name](torch.full_like(prediction, y).detach(), prediction)
    (slope,) = torch.autograd.grad(cost.sum(), prediction)
    return cost.detach(), slope[:, 0]


def costs() -> live.Live:
    """Move the target y and the prediction: both costs, both slopes, and the floor of cross-entropy."""
    axis = torch.cat([torch.tensor([1e-4]), torch.linspace(0.004, 0.996, 249), torch.tensor([1 - 1e-4])]).double()
    figure, (left, right) = new_figure(2, size=(10.4, 4.3))
    curves, marks, slopes, slope_marks = {}, {}, {}, {}
    for name, (dash, ink) in LOOKS.items():
        (curves[name],) = left.plot(axis, axis, dash, color=ink, label=name)
        (marks[name],) = left.plot([], [], "X", color=ink, ms=12, mec="white")
        (slopes[name],) = right.plot(axis, axis, dash, color=ink, label=name)
        (slope_marks[name],) = right.plot([], [], "X", color=ink, ms=12, mec="white")
    floor = left.axhline(0, color=LOOKS["cross-entropy"][1], lw=1.2, ls=":", label="entropy of $y$")
    targets = [ax.axvline(0, color=colour("y"), lw=1.5, alpha=0.6) for ax in (left, right)]
    left.set(
        title="cost of one component",
        xlabel=r"prediction $\tilde{y}$",
        ylabel="$C$ (squared units, nats)",
        ylim=(-0.15, 5.2),
    )
    right.set(
        title=r"its slope $dC/d\tilde{y}$",
        xlabel=r"prediction $\tilde{y}$",
        ylabel="per unit of the prediction",
        ylim=(-12, 12),
    )
    right.axhline(0, color=MUTED, lw=1)
    left.legend(loc="upper center", fontsize=11)

    def update(y: float, y_tilde: float) -> str:
        at = torch.tensor([y_tilde], dtype=torch.float64)
        said = []
        for name, unit in (("squared error", "squared units"), ("cross-entropy", "nats")):
            cost, slope = cost_and_slope(name, y, axis)
            curves[name].set_ydata(cost)
            slopes[name].set_ydata(slope)
            here, steep = (value.item() for value in cost_and_slope(name, y, at))
            marks[name].set_data([y_tilde], [here])
            slope_marks[name].set_data([y_tilde], [steep])
            said.append(f"{name} {here:.3f} {unit} (slope {steep:.2f})")
        lowest = limits.cross_entropy_floor(torch.tensor([[y]], dtype=torch.float64)).item()
        floor.set_ydata([lowest, lowest])
        left.set_title(rf"cost at $y$ = {y:.2f}, $\tilde{{y}}$ = {y_tilde:.2f}")
        for line in targets:
            line.set_xdata([y, y])
        return f"y = {y:.2f}, ỹ = {y_tilde:.2f}: {', '.join(said)}. No ỹ brings cross-entropy below {lowest:.3f} nats."

    controls = {
        "y": live.slider("y, the target", 0.0, 1.0, 1.0, step=0.01, symbol="y"),
        "y_tilde": live.slider("ỹ, the prediction", 0.01, 0.99, 0.1, step=0.01, symbol="y_tilde"),
    }
    return live.Live(figure, controls, update)


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {"costs": costs}
