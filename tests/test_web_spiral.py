import itertools
import json
import runpy
from pathlib import Path

import numpy as np
import pytest
import torch

from aecourse import data, figures, models
from aecourse.notation import colour

SCRIPT = runpy.run_path(str(Path(__file__).resolve().parents[1] / "scripts" / "spiral.py"))


@pytest.fixture(scope="module")
def model():
    """A network that nobody trained has weights as good as any for being written down."""
    return models.Denoiser(n=2, width=64, spread=0.45, seed=3).eval()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, model):
    folder = tmp_path_factory.mktemp("spiral") / "made" / "on the way"
    SCRIPT["export"](folder, model)
    return folder


@pytest.fixture(scope="module")
def content(folder):
    return json.loads((folder / "spiral.json").read_text("utf-8"))


def read_network(folder, sizes):
    """[(weight, bias)] as the page reads them."""
    numbers = np.frombuffer((folder / "network.bin").read_bytes(), "<f4").astype(np.float64)
    layers = []
    for inputs, outputs in itertools.pairwise(sizes):
        weight, bias, numbers = np.split(numbers, [inputs * outputs, (inputs + 1) * outputs])
        layers.append((weight.reshape(outputs, inputs), bias))
    assert len(numbers) == 0
    return layers


def test_a_network_read_back_and_computed_with_numpy_is_the_exported_one(folder, content, model):
    layers, spread = read_network(folder, content["sizes"]), content["spread"]
    assert len(layers) == 5
    assert spread == model.spread
    y_hat = figures.grid(9)
    for sigma in (0.03, 0.3, 1.0):
        noisy = np.hypot(spread, sigma)
        x = np.hstack([y_hat.numpy() / noisy, np.full((len(y_hat), 1), np.log(sigma) / 2)])
        for k, (weight, bias) in enumerate(layers):
            x = x @ weight.T + bias
            if k < len(layers) - 1:
                x = x / (1 + np.exp(-x))
        y_tilde = (spread / noisy) ** 2 * y_hat.numpy() + sigma * spread / noisy * x
        with torch.no_grad():
            np.testing.assert_allclose(y_tilde, model(y_hat, sigma).numpy(), atol=1e-5)


def test_the_data_are_the_spiral_to_the_last_bit(content):
    points = torch.tensor(content["points"], dtype=torch.float32).view(-1, 2)
    assert torch.equal(points, data.spiral())


def test_the_colours_are_the_courses(content):
    assert content["colours"]["y_tilde"] == colour("y_tilde")
    colours = np.array(content["map"]).reshape(256, 3)
    assert colours.min() >= 0
    assert colours.max() <= 255
    brightness = colours @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(brightness) > 0).mean() > 0.9, "longer is brighter, so that the map can be read without colours"


def test_every_script_that_a_script_asks_for_is_exported(folder):
    scripts = {path.name: path.read_text("utf-8") for path in folder.glob("*.js")}
    assert "spiral.js" in scripts
    assert (folder / "spiral.css").exists()
    for text in scripts.values():
        for line in text.splitlines():
            if line.startswith("import "):
                assert line.rstrip('";').split("./")[1] in scripts, line
        assert "http" not in text
    assert sum(path.stat().st_size for path in folder.iterdir()) < 120_000
