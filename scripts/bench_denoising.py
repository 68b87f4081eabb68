"""How good denoising and inpainting are, beside the best possible and beside classical methods: parts of bench.py."""

import statistics
import time
from collections.abc import Callable

import cv2
import numpy as np
import torch
from train_denoisers import KINDS as DENOISERS
from train_denoisers import LEVELS, risk_ratio
from train_inpainter import KINDS, decibel

from aecourse import data, recipes, weights

RADIUS = 2  # of the neighbourhood that the classical methods look at, in pixels


def bench_denoise() -> None:
    """The sharper denoiser of notebook 09: its risk over the least possible, on fresh noisy points."""
    Y = data.spiral()
    ratios, took = [], []
    for seed in range(5):
        start = time.perf_counter()
        model = recipes.denoiser(Y, seed, **DENOISERS["waves, small"], progress=False)
        took.append(time.perf_counter() - start)
        ratios.append([risk_ratio(model, Y, sigma) for sigma in LEVELS])
    ratios = torch.tensor(ratios)
    print(f"denoiser of the spiral, five seeds, {statistics.mean(took):.1f} s each: risk over the Bayes risk")
    for sigma, column in zip(LEVELS, ratios.T, strict=True):
        print(f"  sigma {sigma:4.2f}            {column.mean():.4f} +- {column.std():.4f}, worst {column.max():.4f}")


def bench_inpaint() -> None:
    """The shipped network and two classical methods on the same masks of the same unseen digits."""
    Y = data.digits("test")[:1000]
    methods = {
        "network": weights.inpainter(),
        "Telea": _classical(cv2.INPAINT_TELEA),
        "Navier-Stokes": _classical(cv2.INPAINT_NS),
    }
    print("inpainting, 1,000 unseen digits, five seeds of the masks, decibels of all images together")
    for kind in list(KINDS)[:2]:
        for name, method in methods.items():
            start = time.perf_counter()
            values = torch.tensor([decibel(method, Y, KINDS[kind], seed) for seed in range(5)])
            took = 1e3 * (time.perf_counter() - start) / 5 / len(Y)
            print(f"  {kind:20s} {name:14s} {values.mean():5.2f} +- {values.std():.2f} dB   {took:.2f} ms each")


def _classical(method: int) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    def fill(y: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        images = (255 * y * known).round().to(torch.uint8).view(-1, 28, 28).numpy()
        holes = (known == 0).to(torch.uint8).view(-1, 28, 28).numpy()
        filled = [cv2.inpaint(i, h, RADIUS, method) for i, h in zip(images, holes, strict=True)]
        return torch.from_numpy(np.stack(filled)).view(-1, 784).float() / 255

    return fill
