"""What the live figures of chapter 8 say is true."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from aecourse import exercises
from aecourse.chapters.ch08_the_cures.live_figures import Sweep, tune_the_cure

MAPS = torch.linspace(0.3, 0, 3)[:, None, None] * torch.rand(3, 9, 9, generator=torch.Generator().manual_seed(0))


THREE = torch.tensor([0.1, 0.5, 0.8])


def sweep(maps, whole=False):
    return Sweep("weight", torch.tensor([1.0, 10.0, 100.0]), maps, THREE.flip(0), THREE / 100, whole)


def tuned():
    return tune_the_cure({"wide": sweep(MAPS), "narrow": sweep(MAPS.flip(0), whole=True)}, 0.1)


def test_a_whole_strength_is_never_interpolated():
    picture = tuned().set(cure="narrow", strength=0.6)
    heat = picture.figure.axes[0].images[0]
    assert np.allclose(np.asarray(heat.get_array()), MAPS.flip(0)[1])
    assert "= 10:" in picture.caption
    assert "= 15.8:" in picture.set(cure="wide").caption  # halfway on a logarithmic scale, 10^(1.2)


def test_without_a_cure_there_is_nothing_to_tune():
    with pytest.raises(ValueError, match="^sweeps: expected at least one"):
        tune_the_cure({}, 0.1)


# --- exercises ----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))


def test_the_loop_to_mend_has_each_of_its_three_faults():
    (path,) = Path(__file__).resolve().parents[2].glob("notebooks/08_*.ipynb")
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    (loop,) = [source for source in cells if source.startswith("def train_denoiser(")]
    loop = loop.partition("\n\n\nexercises.")[0].replace("    raise NotImplementedError\n", "")
    line = re.search(r"    y_hat = .*\n", loop)[0]

    def check(text):
        scope = {"torch": torch}
        exec(text, scope)
        return exercises.load("8.4").check(scope["train_denoiser"], seed=1)

    for message, fault, cure in (
        ("the noise was drawn once", line + "    for _ in range(300):\n", f"    for _ in range(300):\n    {line}"),
        ("the noise is too weak", "sigma**2", "sigma"),
        ("it hands on what it reads", "F = (y_hat -", "F = (Y -"),
    ):
        assert check(loop).message.startswith(message)
        assert fault in loop
        loop = loop.replace(fault, cure)
    assert check(loop).passed


def _small_batches(model, Y, sigma):
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for _ in range(100):
        for y in Y[torch.randperm(len(Y))].split(25):
            optimiser.zero_grad()
            torch.nn.functional.mse_loss(model(y + sigma * torch.randn(y.shape)), y).backward()
            optimiser.step()


@pytest.mark.parametrize("seed", range(3))
def test_another_loop_is_as_good(seed):
    assert exercises.load("8.4").check(_small_batches, seed=seed).passed


def test_a_model_that_is_not_trained_is_told_how_far_it_is():
    assert "times the least possible" in exercises.load("8.4").check(lambda model, Y, sigma: None, seed=0).message
