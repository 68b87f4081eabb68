"""Train the cures of chapter 8 at eight strengths each, and write aecourse/weights/cures.safetensors: what came out.

    python scripts/train_cures.py [--steps 1400] [--seeds 10] [--passes 4] [--to FILE]

On the spiral, all with the same data, steps, batches and step size: each cure at eight strengths and ten seeds, their
twins without a cure, and ten fresh seeds at the strength that the chapter's rule takes; then penalties along longer
trainings. On digits: networks of 500 units, and how well a linear classifier and a nearest neighbour read their codes.
Half an hour on one core. `--steps 20 --seeds 2 --passes 1 --to FILE` shows within minutes that it runs.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from torch import Generator, Tensor

from aecourse import corruption, data, energies, figures, limits, measures, models, probes, runtime, training, weights
from aecourse.energies import TAU

SIZES = (2, 32, 64)
SIDE = 49  # of a map
STRENGTHS: dict[str, list[float]] = {
    "L1": [0.003, 0.01, 0.02, 0.03, 0.06, 0.12, 0.24, 1.0],
    "top-k": [32, 16, 8, 6, 4, 3, 2, 1],
    "contractive": [0.001, 0.003, 0.006, 0.01, 0.02, 0.03, 0.06, 0.1],
    "denoising": [0.02, 0.04, 0.06, 0.08, 0.1, 0.14, 0.2, 0.4],
    "variational": [0.001, 0.004, 0.008, 0.015, 0.02, 0.04, 0.08, 0.2],
    # Controls, by the noise σ that they replace: noisy points as data, to be copied; and its square as the weight of
    # ||dy_tilde/dy||^2, at the data or at noisy points.
    "noisy points as data": [0.02, 0.04, 0.06, 0.08, 0.1, 0.14, 0.2, 0.4],
    "whole map": [0.02, 0.04, 0.06, 0.08, 0.1, 0.14, 0.2, 0.4],
    "whole map, off the data": [0.02, 0.04, 0.06, 0.08, 0.1, 0.14, 0.2, 0.4],
}

NOISY = ("denoising", "noisy points as data", "whole map, off the data")
BUDGETS = {"three times the steps": (3, 1e-2), "peak 0.003": (1, 3e-3), "peak 0.03": (1, 3e-2)}


def C(model: models.Ensemble, y: Tensor, h: Tensor) -> Tensor:
    """The cost of every sample, (models, samples)."""
    return (y - model.decode(h)).square().sum(dim=2)


def grown(cure: str, strength: Tensor, chance: Generator) -> Callable[..., Tensor]:
    """The energy of a cure at its strengths, (models, 1): called with (model, y) or (model, y, y_hat)."""

    def l1(model: models.Ensemble, y: Tensor) -> Tensor:
        h = model.encode(y)
        return C(model, y, h) + strength * h.abs().sum(dim=2)

    def contractive(model: models.Ensemble, y: Tensor) -> Tensor:
        return C(model, y, model.encode(y)) + strength * model.contractive(y)

    def whole_map(model: models.Ensemble, y: Tensor, y_hat: Tensor | None = None) -> Tensor:
        R = model.contractive(y if y_hat is None else y_hat, whole=True)
        return C(model, y, model.encode(y)) + strength**2 * R

    def variational(model: models.Ensemble, y: Tensor) -> Tensor:
        mu, log_var = model.encode(y).chunk(2, dim=2)
        h = mu + (log_var / 2).exp() * torch.randn(mu.shape, generator=chance, device=mu.device)
        kl = energies.gaussian_kl(mu.flatten(0, 1), log_var.flatten(0, 1)).view(len(mu), -1)
        return C(model, y, h) + strength * kl

    def plain(model: models.Ensemble, y: Tensor, y_hat: Tensor | None = None) -> Tensor:
        return C(model, y, model.encode(y if y_hat is None else y_hat))

    def copying(model: models.Ensemble, y: Tensor, y_hat: Tensor) -> Tensor:
        return C(model, y_hat, model.encode(y_hat))

    special = {"L1": l1, "contractive": contractive, "variational": variational, "noisy points as data": copying}
    return whole_map if cure.startswith("whole map") else special.get(cure, plain)


def train(
    cure: str,
    strengths: list[float],
    seeds: range,
    steps: int,
    device: torch.device,
    *,
    tied: bool = True,
    lr: float = 1e-2,
) -> models.Ensemble:
    """Every strength with every seed as one ensemble; of top-k one strength only."""
    strength = torch.tensor(strengths, device=device).repeat_interleave(len(seeds))[:, None]
    many = [*seeds] * len(strengths)
    if cure in ("variational", "free codes"):
        heads = 2 if cure == "variational" else 1
        model = models.Ensemble(many, *SIZES, f=models.identity, heads=heads)
    else:
        f = models.top_k(int(strengths[0])) if cure == "top-k" else torch.relu
        model = models.Ensemble(many, *SIZES, f=f, tied=tied)
    energy = grown(cure, strength, Generator(device).manual_seed(seeds.start))

    def noise(y: Tensor, generator: Generator) -> Tensor:
        return y + strength[:, :, None] * torch.randn(len(many), *y.shape, generator=generator, device=y.device)

    training.fit(
        model.to(device), data.spiral().to(device).repeat(2, 1), energy=lambda *given: energy(*given).sum(dim=0),
        corrupt=noise if cure in NOISY else None,
        epochs=steps, batch=200, lr=lr, one_cycle=True, progress=False,
    )  # fmt: skip
    return model


def answer(model: models.Ensemble, y: Tensor) -> Tensor:
    """y_tilde, (models, samples, 2); of a variational model that of the mean code."""
    h = model.encode(y)
    return model.decode(h[:, :, : model.sizes[-1]])


@torch.no_grad()
def judged(model: models.Ensemble, seeds: int) -> dict[str, Tensor]:
    """C on the spiral, explained share and overlap with the neighbourhood, (strengths, seeds); maps of the first."""
    device = model.b[0].device
    curve = data.spiral(2000).to(device)

    def cost(y: Tensor) -> Tensor:
        return (y - answer(model, y)).square().sum(dim=2)

    def distance(y: Tensor) -> Tensor:
        return energies.squared_error(y, limits.nearest_point(y, curve))

    fraction = partial(measures.low_energy_fraction, tau=TAU, points=512, device=device)
    either = fraction(lambda y: torch.minimum(cost(y), distance(y))).value
    both = fraction(lambda y: torch.maximum(cost(y), distance(y))).value
    maps = cost(figures.grid(SIDE).to(device)).view(-1, seeds, SIDE, SIDE)[:, 0]
    numbers = {"C": cost(curve).mean(dim=1), "share": fraction(cost).value, "overlap": both / either}
    return {name: value.view(-1, seeds).float().cpu() for name, value in numbers.items()} | {"maps": maps.half().cpu()}


def on_the_plane(steps: int, seeds: int, device: torch.device) -> dict[str, Tensor]:
    """All cures and their twins; fresh seeds at the strength of least share with C of at most TAU / 5."""
    found: dict[str, Tensor] = {}
    for cure, strengths in STRENGTHS.items():
        apart = [[k] for k in strengths] if cure == "top-k" else [strengths]
        parts = [judged(train(cure, some, range(seeds), steps, device), seeds) for some in apart]
        every = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
        found |= {f"{cure}: {name}": value for name, value in every.items()}
        found[f"{cure}: strengths"] = torch.tensor(strengths)
        share = every["share"].mean(dim=1)
        share[every["C"].mean(dim=1) > TAU / 5] = 2
        k = int(share.argmin())
        fresh = judged(train(cure, strengths[k : k + 1], range(seeds, 2 * seeds), steps, device), seeds)
        found |= {f"{cure}, fresh: {name}": fresh[name][0] for name in ("C", "share", "overlap")}
        found[f"{cure}: chosen"] = torch.tensor(k)
        for at in range(len(strengths)):
            row = [every[name][at] for name in ("C", "share", "overlap")]
            print(
                f"{cure} {strengths[at]:g}", *(f"{v.mean():.5f} +- {v.std() / seeds**0.5:.5f}" for v in row), flush=True
            )
        print(cure, "chosen", strengths[k], *(f"{fresh[n].mean():.5f}" for n in ("C", "share", "overlap")), flush=True)
    for twin, tied in (("tied", True), ("free", False), ("free codes", False)):
        result = judged(train(twin, [0.0], range(seeds), steps, device, tied=tied), seeds)
        found |= {f"{twin}: {name}": value[0] for name, value in result.items()}
        print(twin, *(f"{result[n].mean():.4f}" for n in ("C", "share", "overlap")), flush=True)
    return found


def at_other_budgets(found: dict[str, Tensor], steps: int, seeds: int, device: torch.device) -> dict[str, Tensor]:
    """The cures at their chosen strength, the controls at that of denoising, and a twin, for more steps and for other
    step sizes: each (seeds,)."""
    more = {}
    for cure in (*STRENGTHS, "tied"):
        like = "denoising" if cure in NOISY or cure.startswith("whole map") else cure
        strength = STRENGTHS[cure][int(found[f"{like}: chosen"])] if cure in STRENGTHS else 0.0
        for name, (times, lr) in BUDGETS.items():
            result = judged(train(cure, [strength], range(seeds), times * steps, device, lr=lr), seeds)
            more |= {f"{cure}, {name}: {what}": result[what][0] for what in ("C", "share", "overlap")}
            print(cure, name, *(f"{result[what].mean():.5f}" for what in ("C", "share", "overlap")), flush=True)
    return more


@torch.no_grad()
def paid(cure: str, model: models.Ensemble) -> Tensor:
    """The penalty on the spiral, without its weight, a mean over samples: (models,)."""
    curve = data.spiral(2000).to(model.b[0].device)
    return (model.encode(curve).abs().sum(dim=2) if cure == "L1" else model.contractive(curve)).mean(dim=1).cpu()


def along_training(steps: int, device: torch.device) -> dict[str, Tensor]:
    """Penalty paid and explained share, (budgets, five seeds), of L1 and contraction, tied and free."""
    budgets = [steps // 2, 2 * steps, 4 * steps]
    found = {"budgets": torch.tensor(budgets)}
    for cure, strength in (("L1", 0.12), ("contractive", 0.03)):
        for kind in ("tied", "free"):
            trained = [train(cure, [strength], range(5), budget, device, tied=kind == "tied") for budget in budgets]
            found[f"{cure}, {kind}: paid"] = torch.stack([paid(cure, model) for model in trained])
            results = [judged(model, 5) for model in trained]
            for name in ("C", "share"):
                found[f"{cure}, {kind}: {name}"] = torch.cat([result[name] for result in results])
            print(
                cure,
                kind,
                found[f"{cure}, {kind}: paid"].mean(1).tolist(),
                found[f"{cure}, {kind}: share"].mean(1).tolist(),
                flush=True,
            )
    return found


def blot(share: float) -> training.Corruption:
    """Pixels to 0 with this chance, the others scaled up so that the sum stays on average."""
    mask = corruption.mask_pixels(share)
    return lambda y, generator: mask(y, generator) / (1 - share)


UNITS, BATCH = 500, 64


def on_digits(kind: str, strength: float, seed: int, passes: int, device: torch.device) -> Callable[[Tensor], Tensor]:
    """Train one network of 500 units on digits, and return its encoder (of a variational one, the mean)."""
    Y = data.digits("train").to(device)
    settings = {"epochs": passes, "batch": BATCH, "lr": 3e-3, "one_cycle": True, "seed": seed, "progress": False}
    if kind == "variational":
        one = models.Ensemble([seed], 784, UNITS, f=models.identity, heads=2).to(device)
        energy = grown("variational", torch.tensor([[strength]], device=device), Generator(device).manual_seed(seed))
        training.fit(one, Y, energy=lambda model, y: energy(model, y)[0], **settings)
        return lambda y: one.encode(y)[0, :, :UNITS]
    f = models.top_k(int(strength)) if kind == "top-k" else torch.relu
    net = models.TiedAutoencoder(784, UNITS, f=f, seed=seed).to(device)
    penalties = {
        "L1": lambda h: strength * energies.l1(h),
        "contractive": lambda h: strength * energies.contractive(net.slope(h), net.W_h),
    }
    if kind != "random":
        energy = partial(energies.free_energy, R=penalties.get(kind))
        training.fit(net, Y, energy=energy, corrupt=blot(strength) if kind == "denoising" else None, **settings)
    return net.encode


CODES = (
    ("raw", 0), ("PCA", 30), ("random", 0), ("plain", 0), ("L1", 0.1), ("L1", 0.3), ("top-k", 50), ("top-k", 25),
    ("contractive", 0.1), ("contractive", 1.0), ("denoising", 0.15), ("denoising", 0.5), ("variational", 0.1),
    ("variational", 1.0),
)  # fmt: skip
LABELS = (100, 1000)
LONGER = (("plain", 0), ("L1", 0.3), ("top-k", 25), ("contractive", 0.1), ("denoising", 0.5), ("variational", 1.0))


def probed(codes: tuple, passes: int, draws: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Accuracy on unseen digits, (codes, numbers of labels, draws), of a linear probe and of nearest neighbours."""
    digits, label = (t.to(device) for t in data.digits("train", labels=True))
    unseen, truth = (t.to(device) for t in data.digits("test", labels=True))
    accuracy = torch.empty(2, len(codes), len(LABELS), draws)
    plane = limits.pca(digits, 30)
    for row, (kind, strength) in enumerate(codes):
        for draw in range(draws):
            if kind in ("raw", "PCA"):
                encode = (lambda y: y) if kind == "raw" else plane.encode
            else:
                encode = on_digits(kind, strength, draw, passes, device)
            order = torch.randperm(len(digits), generator=Generator().manual_seed(draw)).to(device)
            with torch.no_grad():
                known, asked = encode(digits[order[: LABELS[-1]]]), encode(unseen)
            for column, m in enumerate(LABELS):
                given = (known[:m], label[order[:m]], asked, truth)
                accuracy[:, row, column, draw] = torch.tensor([probes.linear(*given), probes.nearest(*given)])
        print(kind, strength, accuracy[:, row].mean(dim=2).tolist(), flush=True)
    return accuracy[0], accuracy[1]


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the cures of chapter 8.")
    parser.add_argument("--steps", type=int, default=1400)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--passes", type=int, default=4)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--to", type=Path, default=weights.FOLDER / "cures.safetensors")
    chosen = parser.parse_args()
    device = runtime.setup(seed=0)
    card = {"plane": f"{chosen.steps} steps of 200 samples, Adam, one-cycle, peak 0.01", "torch": torch.__version__}
    card |= {"digits": f"{chosen.passes} passes, batches of {BATCH}, {UNITS} units, peak 0.003"}
    for name, codes in (("codes", CODES), ("longer", LONGER)):
        card[name] = ", ".join(f"{kind} {strength:g}" if strength else kind for kind, strength in codes)
    tensors = on_the_plane(chosen.steps, chosen.seeds, device) | along_training(chosen.steps, device)
    tensors |= at_other_budgets(tensors, chosen.steps, chosen.seeds, device)
    tensors["linear"], tensors["nearest"] = probed(CODES, chosen.passes, chosen.draws, device)
    tensors["linear, longer"], _ = probed(LONGER, 4 * chosen.passes, chosen.draws, device)
    weights.write({name: value.contiguous() for name, value in tensors.items()}, chosen.to, card)
    print(*sorted(card.items()), sep="\n")


if __name__ == "__main__":
    main()
