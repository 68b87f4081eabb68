"""Measurements of chapters 11 to 13: nats on the full set, and the speed of the text-to-image model."""

import os
import subprocess
import sys
import time

import torch

from aecourse import data, energies, likelihood, recipes
from aecourse.text_to_image import decoding, grammar, learning, painter
from aecourse.text_to_image.prior import Prior


def bench_nats() -> None:
    """The importance-weighted bound on 2,000 unseen binarised digits; `data.mnist` reads the full set."""
    unseen = likelihood.binarise(data.digits("test"), torch.Generator().manual_seed(0))
    print("variational autoencoder, importance-weighted bound (500 samples) on 2,000 unseen binarised digits")
    plans = {
        "10,000 digits": (data.digits(), {}),
        "60,000 digits": (data.mnist("train"), {"hidden": 500, "d": 50, "epochs": 45, "batch": 200}),
    }
    for name, (Y, plan) in plans.items():
        if name.startswith("60") and len(Y) != 60_000:
            print(f"  {name}: skipped, the full MNIST is not here")
            continue
        start = time.process_time()
        model = recipes.variational_autoencoder(Y, **plan, progress=False)
        seconds = time.process_time() - start
        noise = torch.Generator().manual_seed(1)
        with torch.no_grad():
            one = energies.variational_free_energy(model, unseen, noise).mean()
        many = likelihood.importance_weighted_bound(model, unseen, noise, samples=500).mean()
        print(f"  {name}: {many:.2f} nats (one sample {one:.2f}), {seconds:.0f} s of processor time", flush=True)


def bench_painter() -> None:
    """Reading the weights, and a grid of fifteen."""
    print("text-to-image model")
    start = time.perf_counter()
    model = painter.load(painter.FILE)
    print(f"  weights read in {time.perf_counter() - start:.3f} s, {painter.FILE.stat().st_size / 1e6:.2f} MB")
    captions = grammar.parse("a small red star above a large blue moon on white").expand(15, -1)
    for name, best_of, guidance in (("plain", 1, 0.0), ("best of 4", 4, 0.0), ("guidance 1", 1, 1.0)):
        times = []
        for seed in range(5):
            start = time.perf_counter()
            model.draw(captions, torch.Generator().manual_seed(seed), best_of=best_of, guidance=guidance)
            times.append(time.perf_counter() - start)
        print(f"  15 images, {name:10s} {min(times):.3f} s")
    start = time.perf_counter()
    decoding.sample(model.prior, captions[:1], torch.Generator().manual_seed(0))
    print(f"  one image            {time.perf_counter() - start:.3f} s")


def bench_steps() -> None:
    """Training steps a second of the prior, with one process and with two under torchrun, one thread each."""
    print("training the prior, 120 steps of 64 scenes")
    rates = {}
    for processes in (1, 2):
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)]
        done = subprocess.run(
            [*command, __file__], capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        rates[processes] = float(done.stdout.split()[-1])
        print(f"  {processes} process(es): {rates[processes]:.2f} steps a second", flush=True)
    print(f"  two processes do {rates[2] / rates[1]:.2f} times the work of one")


def _steps() -> None:
    """What each process of `bench_steps` runs."""
    import torch.distributed as dist

    torch.set_num_threads(1)
    if int(os.environ["WORLD_SIZE"]) > 1:
        dist.init_process_group("gloo")
    captions, image_tokens = learning.training_set(painter.shipped().tokens, 500, progress=False)
    marks = []
    half = learning.knows_bfloat16(torch.device("cpu"))
    watch = {"watch": lambda *_: marks.append(time.perf_counter()), "progress": False}
    learning.fit(Prior(), captions, image_tokens, steps=120, half=half, **watch)
    if int(os.environ.get("RANK", "0")) == 0:
        print(100 / (marks[-1] - marks[-101]))


if __name__ == "__main__":
    _steps()
