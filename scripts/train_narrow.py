"""Train the narrow autoencoders of chapter 6, and write aecourse/weights/narrow_codes.safetensors: their errors.

    python scripts/train_narrow.py [--passes 40] [--seeds 3] [--to FILE]

Three kinds of network at seven widths, all on the 10,000 embedded training digits, with the same batches and passes;
each with the peak step size, of three, that leaves the least error on the *training* digits, mean of the seeds. A
quarter of an hour on one core. `--passes 1 --seeds 1 --to FILE` shows within half a minute that it runs.
"""

import argparse
from pathlib import Path

import torch

from aecourse import data, models, runtime, training, weights

WIDTHS = (1, 2, 4, 8, 16, 32, 64)
STEP_SIZES = (2e-3, 5e-3, 2e-2)
BUDGETS = (5, 10, 20, 40, 80)  # passes of the deep network, at the two WATCHED widths
WATCHED = (8, 64)


def network(kind: str, d: int, seed: int) -> torch.nn.Module:
    """One of the chapter's three kinds with d codes."""
    if kind == "deep":
        return models.DeepAutoencoder(784, 128, d, g=torch.sigmoid, seed=seed)
    g = torch.sigmoid if kind == "shallow" else models.identity
    return models.Autoencoder(784, d, f=models.identity, g=g, seed=seed)


def errors(kind: str, d: int, seed: int, lr: float, passes: int, device: torch.device) -> tuple[float, float]:
    """Mean F of training and of unseen digits after a training (squared units per image)."""
    Y = data.digits("train").to(device)
    model = network(kind, d, seed).to(device)
    settings = {"epochs": passes, "batch": 128, "lr": lr, "one_cycle": True, "seed": seed}
    training.fit(model, Y, progress=False, **settings)
    return training.evaluate(model, Y), training.evaluate(model, data.digits("test").to(device))


def sweep(kind: str, passes: int, seeds: int, device: torch.device) -> tuple[torch.Tensor, list[float]]:
    """Errors of unseen digits, (widths, seeds), and the step size that each width took."""
    rows, chosen = [], []
    for d in WIDTHS:
        trials = {
            lr: torch.tensor([errors(kind, d, seed, lr, passes, device) for seed in range(seeds)]) for lr in STEP_SIZES
        }
        lr = min(trials, key=lambda lr: trials[lr][:, 0].mean())  # by the training digits
        rows.append(trials[lr][:, 1])
        chosen.append(lr)
        print(f"{kind:8s} d = {d:2d}, step size {lr:g}: " + "  ".join(f"{F:.2f}" for F in rows[-1]), flush=True)
    return torch.stack(rows), chosen


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the narrow autoencoders of chapter 6.")
    parser.add_argument("--passes", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--to", type=Path, default=weights.FOLDER / "narrow_codes.safetensors")
    chosen = parser.parse_args()
    device = runtime.setup(seed=0)
    card = {"passes": chosen.passes, "batch": 128, "optimiser": "Adam, one-cycle", "torch": torch.__version__}
    card |= {"unit": "squared units per unseen digit", "rows": "widths", "columns": "seeds"}
    tensors = {"widths": torch.tensor(WIDTHS), "budgets": torch.tensor(BUDGETS), "watched": torch.tensor(WATCHED)}
    for kind in ("linear", "shallow", "deep"):
        tensors[kind], step_sizes = sweep(kind, chosen.passes, chosen.seeds, device)
        card[f"step sizes, {kind}"] = ", ".join(f"{lr:g}" for lr in step_sizes)
    lr = dict(zip(WIDTHS, step_sizes, strict=True))  # of the deep ones
    budgets = [min(budget, 2 * chosen.passes) for budget in BUDGETS]
    rows = [[errors("deep", d, 0, lr[d], budget, device)[1] for budget in budgets] for d in WATCHED]
    tensors["by budget"] = torch.tensor(rows)  # (watched, budgets)
    weights.write(tensors, chosen.to, card)
    print(*sorted(card.items()), sep="\n")


if __name__ == "__main__":
    main()
