"""How fast training is, beside what it is made of and beside the usual way to write it: parts of bench.py."""

import time
from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from aecourse import data, energies, limits, models, training

EPOCHS = 5  # of each measured training: what comes once a training, such as a look at all samples, is shared


def seconds(f: Callable[[], object], repeats: int = 3) -> float:
    """The shortest of several runs: the one that was disturbed least."""
    return _shortest(repeats, f)[0][0]


def _shortest(repeats: int, *functions: Callable[[], object]) -> list[tuple[float, float]]:
    """Of each function the shortest run, by the clock and in processor time; they take turns."""
    best = [(float("inf"), float("inf"))] * len(functions)
    for _ in range(repeats):
        for k, f in enumerate(functions):
            clock, processor = time.perf_counter(), time.process_time()
            f()
            took = time.perf_counter() - clock, time.process_time() - processor
            best[k] = min(best[k][0], took[0]), min(best[k][1], took[1])
    return best


class PerSample(Dataset):
    """MNIST as tutorials read it: per sample a PIL image, its conversion to a tensor, a normalisation, and a label.

    The steps are those that torchvision 0.28 takes for MNIST with Compose, ToTensor and Normalize, but for a few
    questions about the type of the image; with torchvision itself an epoch takes 7 % longer.
    """

    def __init__(self, images: torch.Tensor):
        self.images = (images * 255).to(torch.uint8).view(-1, 28, 28)
        self.labels = torch.zeros(len(images), dtype=torch.long)
        self.normalize = Normalize()

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image, label = self.images[index], int(self.labels[index])
        picture = Image.fromarray(image.numpy())
        return self.normalize(to_tensor(picture)), label


def to_tensor(picture: Image.Image) -> torch.Tensor:
    """As torchvision.transforms.ToTensor. -> (1, 28, 28), in [0, 1]."""
    image = torch.from_numpy(np.array(picture, np.uint8, copy=True))
    image = image.view(picture.size[1], picture.size[0], len(picture.getbands())).permute((2, 0, 1)).contiguous()
    return image.to(torch.get_default_dtype()).div(255) if isinstance(image, torch.ByteTensor) else image


class Normalize(torch.nn.Module):
    """As torchvision.transforms.Normalize."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        image = image.clone()
        mean, std = (torch.as_tensor((0.5,), dtype=image.dtype, device=image.device) for _ in range(2))
        if (std == 0).any():
            raise ValueError("std: expected no 0")
        return image.sub_(mean.view(-1, 1, 1)).div_(std.view(-1, 1, 1))


def usual_loop(Y: torch.Tensor) -> None:
    """One epoch of the usual DataLoader loop on 784-30-784."""
    model = models.Autoencoder(784, 30)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    for image, _ in DataLoader(PerSample(Y), batch_size=256, shuffle=True):
        y = image.view(len(image), -1)
        loss = torch.nn.functional.mse_loss(model(y), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def bare_products(Y: torch.Tensor, d: int = 30, batch: int = 256) -> None:
    """The matrix products of one epoch of an autoencoder with one hidden layer, forward and backward, nothing else."""
    n = Y.shape[1]
    W_h, W_y = torch.randn(d, n), torch.randn(n, d)
    h, slope_y, slope_h = torch.randn(batch, d), torch.randn(batch, n), torch.randn(batch, d)
    for y in Y.split(batch):
        m = len(y)
        y @ W_h.T  # h
        h[:m] @ W_y.T  # y_tilde
        slope_y[:m].T @ h[:m]  # the slope of W_y
        slope_y[:m] @ W_y  # the slope of h
        slope_h[:m].T @ y  # the slope of W_h


def bench_training() -> None:
    """One epoch on the CPU: the usual loop, its matrix products alone, and fit."""
    Y = data.digits().repeat(6, 1)  # 60,000 images, as many as MNIST has

    def fit() -> None:
        training.fit(models.Autoencoder(784, 30), Y, epochs=EPOCHS, progress=False)

    def products() -> None:
        for _ in range(EPOCHS):
            bare_products(Y)

    (usual,) = _shortest(2, lambda: usual_loop(Y))
    bare, ours = ([took / EPOCHS for took in best] for best in _shortest(6, products, fit))
    print(f"training, 784-30-784, one epoch of 60,000, batch 256, {torch.get_num_threads()} thread")
    print("                        clock   processor time")
    print(f"  usual DataLoader loop {usual[0]:6.2f} s {usual[1]:6.2f} s")
    print(f"  its matrix products   {bare[0]:6.2f} s {bare[1]:6.2f} s")
    print(f"  training.fit          {ours[0]:6.2f} s {ours[1]:6.2f} s")
    for name, k in (("by the clock", 0), ("in processor time", 1)):
        print(f"  fit {name}: {usual[k] / ours[k]:.1f} times faster, {ours[k] / bare[k]:.2f} times its products")


def bench_gpu() -> None:
    """The whole training of the practicum on the CPU, and on a GPU where there is one."""
    print("20 epochs of 784-30-784 on 60,000 images, batch 256")
    for device in ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",):
        Y, model = data.digits().repeat(6, 1).to(device), models.Autoencoder(784, 30).to(device)
        print(f"  {device:4s} {training.fit(model, Y, epochs=20, progress=False).seconds:8.2f} s")
    if not torch.cuda.is_available():
        print("  cuda not measured: there is none here")


def bench_deep() -> None:
    """The deep autoencoder with 30 codes; `data.mnist` reads the full set from AECOURSE_DATA or a mirror."""
    test, full = data.mnist("test"), data.mnist("train")
    print("deep autoencoder 784-384-30-384-784, squared error per pixel on the full test set of 10,000")
    if (len(test), len(full)) != (10_000, 60_000):
        print("  skipped: the full MNIST is not here")
        return
    optimum = limits.pca(full[:10_000], 30).reconstruct(test)
    print(f"  best linear, d = 30      {(test - optimum).square().mean():.5f}")
    for Y, epochs in ((data.digits(), 20), (full, 10)):
        model = models.DeepAutoencoder(784, 384, 30, g=torch.sigmoid)
        history = training.fit(model, Y, epochs=epochs, batch=128, lr=5e-3, one_cycle=True, progress=False)
        error = training.evaluate(model, test) / 784
        print(f"  trained on {len(Y):6,d}        {error:.5f}   {history.seconds:5.1f} s")


def bench_penalty() -> None:
    y = data.digits()[:256]
    model = models.Autoencoder(784, 1000, f=torch.tanh)
    optimiser = torch.optim.Adam(model.parameters(), fused=True)

    def step(weight: float) -> None:
        h = model.encode(y)
        F = energies.squared_error(y, model.decode(h))
        if weight:
            F = F + weight * energies.contractive(model.slope(h), model.W_h)
        optimiser.zero_grad()
        F.mean().backward()
        optimiser.step()

    plain, contractive = (seconds(lambda w=w: [step(w) for _ in range(20)], 5) / 20 for w in (0.0, 0.1))
    print("a training step of 784-1000-784, batch 256")
    print(f"  plain                 {1e3 * plain:6.1f} ms")
    print(f"  contractive           {1e3 * contractive:6.1f} ms   {contractive / plain:.2f} times a plain one")
