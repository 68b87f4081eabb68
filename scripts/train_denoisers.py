"""Train the denoisers of chapter 9 from several seeds, and write aecourse/weights/denoisers.safetensors: their risk.

    python scripts/train_denoisers.py [--epochs 4000] [--seeds 5] [--to FILE]

With waves and without, and with two ways to draw sigma, each trained as `recipes.denoiser` does; judged on fresh noisy
points by the risk over the least possible one. Four minutes on one core; `--epochs 20 --seeds 1 --to FILE` shows in
seconds that it runs.
"""

import argparse
import time
from pathlib import Path

import torch

from aecourse import data, energies, limits, models, recipes, runtime, weights

LEVELS = (0.01, 0.014, 0.02, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.4)
KINDS = {  # with waves or without; noise of all strengths alike, or small more often
    "plain, alike": {"waves": 0, "power": 1},
    "plain, small": {"waves": 0, "power": 4},
    "waves, alike": {"waves": 96, "power": 1},
    "waves, small": {"waves": 96, "power": 4},
}


@torch.no_grad()
def risk_ratio(model: models.Denoiser, Y: torch.Tensor, sigma: float, draws: int = 200_000) -> float:
    """The expected squared error of the model over the Bayes risk; its excess is what is sampled."""
    generator = torch.Generator(Y.device).manual_seed(1)
    y_hat = Y.repeat(draws // len(Y), 1)
    y_hat += sigma * torch.randn(y_hat.shape, generator=generator, device=Y.device)
    best = limits.BayesDenoiser(Y, sigma)
    excess = energies.squared_error(best(y_hat), model(y_hat, sigma)).mean()
    return (1 + excess / best.variance(y_hat).mean()).item()


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the denoisers of chapter 9 from several seeds.")
    parser.add_argument("--epochs", type=int, default=4000)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--to", type=Path, default=weights.FOLDER / "denoisers.safetensors")
    chosen = parser.parse_args()
    Y = data.spiral().to(runtime.setup(seed=0))
    found = {"levels": torch.tensor(LEVELS, dtype=torch.float64)}
    for kind, settings in KINDS.items():
        rows = []
        for seed in range(chosen.seeds):
            start = time.perf_counter()
            model = recipes.denoiser(Y, seed, **settings, epochs=chosen.epochs, progress=False)
            took = time.perf_counter() - start
            rows.append([risk_ratio(model, Y, sigma) for sigma in LEVELS])
            print(f"{kind} {seed}, {took:.1f} s: " + "  ".join(f"{ratio:.3f}" for ratio in rows[-1]), flush=True)
        found[kind] = torch.tensor(rows, dtype=torch.float64)
    card = {"epochs": chosen.epochs, "seeds": chosen.seeds, "torch": torch.__version__}
    weights.write(found, chosen.to, card | {"ratios": "risk over the Bayes risk, (seeds, levels)"})


if __name__ == "__main__":
    main()
