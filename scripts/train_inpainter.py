"""Train the network that fills in missing pixels, and write aecourse/weights/inpainter.safetensors.

    python scripts/train_inpainter.py [--epochs 170] [--seed 0] [--width 32] [--to FILE]

Trains on the 60,000 training digits of MNIST (`data.mnist` fetches them once), on a GPU if there is one: two minutes
there. Ctrl-C ends it early, and what was learned so far is written. `--epochs 0 --to FILE` trains nothing and prints
the figures of the shipped weights again.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import torch

from aecourse import corruption, data, energies, models, runtime, training, weights

KINDS = {
    "50 % of the pixels": corruption.mask_pixels(0.5),
    "a block of 10 * 10": corruption.mask_block(10),
    "the lower half": corruption.mask_half(),
}


def hide(y: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """What is known of each image, (batch, 784) of 0 and 1: some lose pixels, some a block, a few the lower half."""
    everything = torch.ones_like(y)
    share = 0.1 + 0.8 * torch.rand((), generator=generator, device=y.device).item()
    side = int(torch.randint(4, 15, (), generator=generator, device=y.device))
    kinds = (corruption.mask_pixels(share), corruption.mask_block(side), corruption.mask_half())
    sizes = [9 * len(y) // 20, 9 * len(y) // 20]
    parts = everything.split([*sizes, len(y) - sum(sizes)])
    return torch.cat([kind(part, generator) for kind, part in zip(kinds, parts, strict=True) if len(part)])


def figures(model: models.Inpainter, Y: torch.Tensor) -> dict[str, str]:
    """Decibels of all images together, as one long image, mean and spread over five seeds of the masks."""
    result = {}
    for kind, mask in KINDS.items():
        decibels = torch.tensor([decibel(model, Y, mask, seed) for seed in range(5)])
        result[kind] = f"{decibels.mean():.2f} ± {decibels.std():.2f} dB"
    return result


def decibel(
    model: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], Y: torch.Tensor, mask: corruption.Corruption, seed: int
) -> float:
    """Of all pixels of Y; the masks are drawn on the CPU, so that every device is asked the same."""
    known = mask(torch.ones(Y.shape), torch.Generator().manual_seed(seed)).to(Y)
    with torch.no_grad():
        errors = [(model(y, k) - y).square().mean(dim=1) for y, k in zip(Y.split(500), known.split(500), strict=True)]
    return -10 * torch.cat(errors).mean().log10().item()


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the inpainting network.")
    parser.add_argument("--epochs", type=int, default=170)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--to", type=Path, default=weights.FOLDER / "inpainter.safetensors")
    chosen = parser.parse_args()
    device = runtime.setup(seed=chosen.seed, report=True)
    unseen = data.digits("test")[:1000].to(device)
    if chosen.epochs == 0:
        print(*sorted(figures(weights.inpainter(chosen.to).to(device), unseen).items()), sep="\n")
        return
    Y = data.mnist("train").to(device)
    model = models.Inpainter(chosen.width, chosen.seed).to(device)

    def F(model: models.Inpainter, y: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        return energies.squared_error(y, model(y, known))

    settings = {"epochs": chosen.epochs, "batch": 512, "lr": 2e-3, "one_cycle": True, "seed": chosen.seed}
    history = training.fit(model, Y, energy=F, corrupt=hide, **settings)
    card = {"width": chosen.width, "images": len(Y), "seconds": round(history.seconds), **settings}
    card |= {"optimiser": "Adam", "energy": "squared error, summed over pixels", "torch": torch.__version__}
    card |= figures(model, unseen)
    weights.save(model, chosen.to, card)
    print(*sorted(weights.card(chosen.to).items()), sep="\n")


if __name__ == "__main__":
    main()
