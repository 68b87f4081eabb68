"""Denoising on the plane: who could have sent this point, the whole field, and where its arrows lead."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from aecourse import data, guards, limits, live, models, sampling
from aecourse.data import BOX
from aecourse.figures.field import Field
from aecourse.figures.maps import grid, square
from aecourse.notation import FAINT, INK, PAPER, SYMBOLS, colour
from aecourse.style import new_figure

# The page about the spiral on the website takes these from here.
SIDE = 33
LOWEST, HIGHEST, SIGMA = 0.03, 1.0, 0.1  # the noise: from, to, at first
STEPS = 20  # of a path that follows the arrows


def weigh_the_points(points: Tensor) -> live.Live:
    """Place a noisy point: how much of it each clean point explains, and the best possible guess.

    Args:
        points: (m, 2), in their order along the curve.

    Raises:
        ValueError: points are not of that shape, or not finite.
    """
    points = guards.batch("points", points, columns=2).detach().cpu()
    figure, (plane, weights) = new_figure(2, size=(10.8, 4.6), width_ratios=(1, 1.25))
    cloud = plane.scatter(*points.T, color=colour("y"), zorder=2)
    (link,) = plane.plot([], [], color=INK, lw=2, zorder=3)
    (noisy,) = plane.plot([], [], **_marker("y_hat"), ms=13, zorder=4)
    (guess,) = plane.plot([], [], **_marker("y_tilde"), ms=13, zorder=5)
    square(plane).set_title("dot size: weight $w_i$")
    number = torch.arange(1, len(points) + 1)
    (curve,) = weights.plot(number, torch.zeros(len(points)), color=colour("y"))
    weights.set(title="weight of each point", xlabel="$i$, number of the point from the inside")
    weights.set(ylabel="$w_i \\,/\\, \\max w$", ylim=(0, 1.06), xlim=(1, len(points)))
    weights.grid(alpha=0.6)

    def update(y_1: float, y_2: float, sigma: float) -> str:
        y_hat = torch.tensor([[y_1, y_2]], dtype=torch.float64)
        best = limits.BayesDenoiser(points, sigma)
        w, y_tilde = best.posterior(y_hat)[0], best(y_hat)[0]
        relative = w / w.max()
        cloud.set_sizes((3 + 90 * relative).numpy())
        curve.set_ydata(relative)
        noisy.set_data([y_1], [y_2])
        plane.set_title(f"dot size: weight, σ = {sigma:.2f}")
        weights.set_title(rf"weights at $\hat{{y}}$ = ({y_1:.2f}, {y_2:.2f})")
        guess.set_data(*y_tilde[:, None])
        link.set_data(*torch.stack([y_hat[0], y_tilde]).T)
        many = (1 / w.square().sum()).item()
        return (
            f"ŷ = ({y_1:.2f}, {y_2:.2f}), σ = {sigma:.2f}: about {many:.0f} of {len(points)} could have sent it; "
            f"the best guess is ({y_tilde[0].item():.2f}, {y_tilde[1].item():.2f}), "
            f"expected squared error {best.variance(y_hat).item():.4f} squared plane units."
        )

    controls = {
        "y_1": live.slider("ŷ₁", *BOX, 0.0, step=0.02, symbol="y_hat"),
        "y_2": live.slider("ŷ₂", *BOX, -0.62, step=0.02, symbol="y_hat"),
        "sigma": live.slider("σ, noise", LOWEST, HIGHEST, SIGMA, step=0.01),
    }
    return live.Live(figure, controls, update)


def denoise_the_plane(points: Tensor, trained: sampling.Denoise) -> live.Live:
    """The whole field at any noise level: the trained denoiser, the best possible one, and how far they are apart.

    Args:
        points: (m, 2), the clean data.
        trained: (y_hat, sigma) -> y_tilde.

    Raises:
        ValueError: points are not of that shape or not finite, or trained is no function.
    """
    points = guards.batch("points", points, columns=2).detach()
    guards.function("trained", trained)
    figure, axes = new_figure(3, size=(13.2, 4.7))
    places = grid(SIDE).to(points.device)
    panels = [Field(axes[0], SIDE), Field(axes[1], SIDE), Field(axes[2], SIDE, high=0.2, arrows=False)]
    titles = (
        r"trained:  $\tilde{y} - \hat{y}$",
        r"best possible:  $E[y \mid \hat{y}] - \hat{y}$",
        "distance between them",
    )
    for ax, title in zip(axes, titles, strict=True):
        _data(ax, points)
        ax.set_title(title)
    for ax in axes[1:]:
        ax.set(ylabel="", yticklabels=[])
    figure.colorbar(panels[1].heat, ax=axes[:2], fraction=0.025, pad=0.02, extend="max", label="length (plane units)")
    figure.colorbar(panels[2].heat, ax=axes[2], fraction=0.05, pad=0.03, extend="max", label="distance (plane units)")
    veil = axes[2].imshow(np.zeros((SIDE, SIDE, 4)), extent=panels[2].heat.get_extent(), origin="lower")

    def update(sigma: float) -> str:
        best = limits.BayesDenoiser(points, sigma)
        with torch.no_grad():
            learned, optimal = trained(places, sigma) - places, best(places) - places
        apart = (learned - optimal).norm(dim=1)
        for panel, move in zip(panels, (learned, optimal, learned - optimal), strict=True):
            panel.show(move)
        axes[0].set_title(rf"{titles[0]}, σ = {sigma:.2f}")
        density = best.log_density(places)
        likely = density >= _floor(best, points, sigma)
        pixels = torch.ones(SIDE * SIDE, 4)
        pixels[:, 3] = 0.72 * ~likely.cpu()
        veil.set_data(pixels.view(SIDE, SIDE, 4).numpy())
        weight = density.exp()
        mean = ((weight * apart).sum() / weight.sum()).item()
        return (
            f"σ = {sigma:.2f}: where noisy points fall, the trained answer is {mean:.3f} plane units away from the "
            "best possible one on average. Pale on the right: hardly any noisy point falls there (1 in 100 in all)."
        )

    return live.Live(figure, {"sigma": live.slider("σ, noise", LOWEST, HIGHEST, SIGMA, step=0.01)}, update)


def _floor(best: limits.BayesDenoiser, points: Tensor, sigma: float) -> Tensor:
    """The log density above which 99 % of the noisy points lie."""
    noise = torch.randn(20, *points.shape, generator=torch.Generator().manual_seed(0)).to(points)
    return best.log_density((points + sigma * noise).flatten(0, 1)).quantile(0.01)


def follow_the_arrows(points: Tensor, trained: sampling.Denoise) -> live.Live:
    """Drop a point and follow the arrows, of the trained and of the best possible denoiser.

    Args:
        points: (m, 2), the clean data.
        trained: (y_hat, sigma) -> y_tilde.

    Raises:
        ValueError: points are not of that shape or not finite, or trained is no function.
    """
    points = guards.batch("points", points, columns=2).detach()
    guards.function("trained", trained)
    figure, (plane,) = new_figure(1, size=(7.0, 5.9))
    field = Field(plane, SIDE)
    _data(plane, points)
    paths = {}
    for name, look, size in (("best possible", PAPER, 9), ("trained", colour("y_tilde"), 6)):
        (paths[name],) = plane.plot([], [], "o-", color=look, mec=INK, mew=0.7, ms=size, lw=2, label=name, zorder=5)
    (start,) = plane.plot([], [], **_marker("y_hat"), ms=14, zorder=6)
    plane.set_title("dots: one step each")
    figure.colorbar(field.heat, ax=plane, fraction=0.046, pad=0.03, extend="max", label="length (plane units)")
    plane.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2)
    places = grid(SIDE).to(points.device)

    def best(y: Tensor, sigma: float) -> Tensor:
        return limits.BayesDenoiser(points, sigma)(y)

    with torch.no_grad():
        field.show(trained(places, SIGMA) - places)

    def update(y_1: float, y_2: float, noise: str) -> str:
        y = torch.tensor([[y_1, y_2]], device=points.device)
        ends = {}
        for name, denoise in (("trained", trained), ("best possible", best)):
            if noise == NOISE[0]:
                path = sampling.stay(denoise, y, SIGMA, STEPS)[:, 0]
            else:
                path = sampling.fall(denoise, y, torch.logspace(*FALLING, STEPS))[:, 0]
            paths[name].set_data(*path.T.cpu())
            ends[name] = limits.nearest_point(path[-1:], points) - path[-1:]
        start.set_data([y_1], [y_2])
        plane.set_title(f"one step a dot; noise {noise}")
        said = ", ".join(
            f"{name} ends {end.norm().item():.3f} from the nearest data point" for name, end in ends.items()
        )
        return f"From ({y_1:.2f}, {y_2:.2f}), {noise}: {said} (plane units)."

    controls = {
        "y_1": live.slider("y₁", *BOX, 1.0, step=0.02, symbol="y_hat"),
        "y_2": live.slider("y₂", *BOX, 0.7, step=0.02, symbol="y_hat"),
        "noise": live.menu("noise", NOISE),
    }
    return live.Live(figure, controls, update)


FALLING = (-0.4, -1.5)  # powers of ten: from 0.4 to 0.03
NOISE = [f"stays at {SIGMA}", "falls from 0.4 to 0.03"]


def watch_the_sampling(paths: Mapping[str, Tensor], sigmas: Tensor, points: Tensor) -> live.Live:
    """Scrub through a descent from pure noise to samples.

    Args:
        paths: name -> (k + 1, batch, 2), as `sampling.fall` returns them.
        sigmas: (k,).
        points: (m, 2), the clean data.

    Raises:
        ValueError: points are not of that shape or not finite, there is no path, or one is not of that shape.
    """
    points = guards.batch("points", points, columns=2).detach().cpu()
    if not paths:
        raise ValueError("paths: expected at least one, got none")
    for name, path in paths.items():
        if path.ndim != 3 or len(path) != len(sigmas) + 1 or path.shape[2] != 2:
            raise ValueError(f"{name}: expected a path ({len(sigmas) + 1}, batch, 2), got {tuple(path.shape)}")
    paths = {name: path.detach().cpu() for name, path in paths.items()}
    figure, axes = new_figure(len(paths), size=(5.2 * len(paths), 5.0))
    clouds = []
    for ax, name in zip(axes, paths, strict=True):
        ax.scatter(*points.T, s=40, color=FAINT, zorder=2)
        clouds.append(ax.plot([], [], "o", color=colour("y_tilde"), ms=2.4, zorder=3)[0])
        square(ax, (-1.8, 1.8)).set_title(name)
    levels = [*sigmas.tolist(), 0.0]

    def update(step: int) -> str:
        distances = []
        for ax, cloud, (name, path) in zip(axes, clouds, paths.items(), strict=True):
            cloud.set_data(*path[step].T)
            ax.set_title(f"{name}, step {step}, σ = {levels[step]:.2f}")
            distances.append((limits.nearest_point(path[step], points) - path[step]).norm(dim=1).median().item())
        said = ", ".join(f"{name} {d:.3f}" for name, d in zip(paths, distances, strict=True))
        return f"step {step}, noise level σ = {levels[step]:.2f}: median distance to the nearest data point: {said}."

    return live.Live(figure, {"step": live.slider("step", 0, len(sigmas), 0)}, update)


def _data(ax: Axes, points: Tensor) -> None:
    ax.scatter(*points.T.cpu(), s=20, color=colour("y"), ec=PAPER, lw=0.7, zorder=3)


def _marker(symbol: str) -> dict[str, Any]:
    look = SYMBOLS[symbol]
    return {"marker": look.marker, "color": look.colour, "mec": PAPER, "ls": ""}


def _cloud() -> live.Live:
    sigmas = torch.logspace(0, -2, 40)
    start = torch.randn(400, 2, generator=torch.Generator().manual_seed(0))
    fall = sampling.fall(models.Denoiser(2), start, sigmas)
    return watch_the_sampling({"trained": fall, "best possible": fall / 2}, sigmas, data.spiral())


# On small made-up data, for tests, benchmark and whoever wants to look at a figure alone.
EXAMPLES = {
    "weigh_the_points": lambda: weigh_the_points(data.spiral()),
    "denoise_the_plane": lambda: denoise_the_plane(data.spiral(), models.Denoiser(2)),
    "follow_the_arrows": lambda: follow_the_arrows(data.spiral(), models.Denoiser(2)),
    "watch_the_sampling": _cloud,
}
