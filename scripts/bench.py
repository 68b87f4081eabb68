"""Measure speed; nothing is tested, because a time is a property of a machine.

python scripts/bench.py [notebooks] [training] [deep] [penalty] [search] [denoise] [inpaint]
                        [nats] [painter] [page] [steps] [live] [imports]
(all unless named)
"""

import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import course
import numpy as np
import torch
from bench_browser import bench_page
from bench_denoising import bench_denoise, bench_inpaint
from bench_generative import bench_nats, bench_painter, bench_steps
from nbformat import NotebookNode
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from aecourse import chapters, data, energies, limits, live, models, runtime, training

ROOT = Path(__file__).resolve().parents[1]
# The high-water mark of the kernel's memory, in kB.
PEAK = r"""import re; int(re.search(r"VmHWM:\s*(\d+)", open("/proc/self/status").read())[1])"""


def seconds(f: Callable[[], object], repeats: int = 3) -> float:
    """The shortest of several runs: the one that was disturbed least."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return min(times)


class PerSample(Dataset):
    """MNIST as tutorials read it: per sample a PIL image, its conversion to a tensor, a normalisation, and a label.

    The steps are those that torchvision's MNIST with ToTensor and Normalize takes; torchvision itself is not needed.
    """

    def __init__(self, images: torch.Tensor):
        self.images = (images * 255).to(torch.uint8).view(-1, 28, 28)
        self.labels = torch.zeros(len(images), dtype=torch.long)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        picture = Image.fromarray(self.images[index].numpy())
        pixels = torch.from_numpy(np.array(picture, np.uint8, copy=True)).view(28, 28, 1)
        image = pixels.permute(2, 0, 1).contiguous().to(torch.float32).div(255)
        mean, std = torch.as_tensor((0.5,)).view(-1, 1, 1), torch.as_tensor((0.5,)).view(-1, 1, 1)
        return image.clone().sub_(mean).div_(std), int(self.labels[index])


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


def bench_training() -> None:
    Y = data.digits().repeat(6, 1)  # 60,000 images, as many as MNIST has
    usual = seconds(lambda: usual_loop(Y), 2)
    ours = seconds(lambda: training.fit(models.Autoencoder(784, 30), Y, epochs=1, progress=False))
    print(f"training, 784-30-784, one epoch of 60,000, batch 256, {torch.get_num_threads()} thread")
    print(f"  usual DataLoader loop {usual:6.2f} s")
    print(f"  training.fit          {ours:6.2f} s   {usual / ours:.1f} times faster")


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


def bench_search() -> None:
    """The exact search of chapter 2 against one pass of an encoder as small as the chapter's."""
    Y, model = 2.4 * torch.rand(10_000, 2) - 1.2, models.mlp(2, 32, 32, 2)
    search = seconds(lambda: limits.inner_minimum(Y, data.ellipse, 0, 2 * math.pi))
    with torch.no_grad():
        guess = seconds(lambda: model(Y), 20)
    print("the best z for a point on the plane, ten thousand points at once")
    print(f"  exact search          {1e6 * search / len(Y):6.2f} microseconds a point")
    print(f"  encoder               {1e6 * guess / len(Y):6.2f} microseconds a point   {search / guess:.0f} times less")


def bench_live() -> None:
    print("live figures, from a control's value to the PNG, median of 40 moves")
    for name, example in examples():
        picture = example()
        control = next(iter(picture.controls))
        values = picture.choices(control)
        times, shown = [], set()
        for k in range(44):
            start = time.perf_counter()
            picture.set(**{control: values[(k + 1) % len(values)]})
            times.append(1e3 * (time.perf_counter() - start))
            shown.add(picture.png)
        if len(shown) < 2:
            sys.exit(f"bench: {name} did not move when {control} did")
        print(f"  {name:22s} {statistics.median(times[4:]):5.1f} ms   {len(picture.figure.axes)} panels")


def examples() -> Iterator[tuple[str, Callable[[], live.Live]]]:
    """Every live figure of the course on small data."""
    for number in chapters.folders():
        part = chapters.part(number, "live_figures")
        yield from part.EXAMPLES.items() if part else ()


def bench_imports() -> None:
    print("imports, in a fresh interpreter, beyond torch")
    for module in ("energies", "training", "data", "figures", "live", "chapters", "exercises"):
        code = f"import torch, time; t = time.perf_counter(); import aecourse.{module}; print(time.perf_counter() - t)"
        took = min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(2))
        print(f"  aecourse.{module:10s} {1e3 * took:5.0f} ms")


def bench_notebooks() -> None:
    import nbformat
    from nbclient import NotebookClient

    print("notebooks, with the start of the kernel; longest cell; peak memory of the kernel (Linux)")
    for path in course.PATHS:
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.append(nbformat.v4.new_code_cell(PEAK))
        start = time.perf_counter()
        NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
        total = time.perf_counter() - start
        peak = int(notebook.cells[-1].outputs[-1].data["text/plain"]) / 2**10
        longest = max(_cell_seconds(cell) for cell in notebook.cells if cell.cell_type == "code")
        print(f"  {path.stem:32s} {total:5.1f} s   {longest:5.1f} s   {peak:5.0f} MB", flush=True)


def _cell_seconds(cell: NotebookNode) -> float:
    from datetime import datetime

    stamps = cell.metadata.get("execution", {})
    if "iopub.status.busy" not in stamps or "iopub.status.idle" not in stamps:
        return 0.0
    busy, idle = (datetime.fromisoformat(stamps[f"iopub.status.{k}"].replace("Z", "+00:00")) for k in ("busy", "idle"))
    return (idle - busy).total_seconds()


if __name__ == "__main__":
    runtime.setup(report=True)
    # Notebooks first: a kernel inherits the high-water mark of a parent that has grown.
    parts = {
        "notebooks": bench_notebooks, "training": bench_training, "deep": bench_deep, "penalty": bench_penalty,
        "search": bench_search, "denoise": bench_denoise, "inpaint": bench_inpaint, "nats": bench_nats,
        "painter": bench_painter, "page": bench_page, "steps": bench_steps, "live": bench_live,
        "imports": bench_imports,
    }  # fmt: skip
    for part in sys.argv[1:] or parts:
        if part not in parts:
            sys.exit(f"bench: expected some of {', '.join(parts)}, got {part!r}")
        parts[part]()
