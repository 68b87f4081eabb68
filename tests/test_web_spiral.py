"""What the page about the spiral takes from the course; that it does the same with it is tested in tests_web/."""

import itertools
import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
import spiral
import torch

from aecourse import data, figures, models
from aecourse.chapters.ch09_denoising_on_the_plane import live_figures
from aecourse.figures.field import Field
from aecourse.notation import colour

SHARED = ("LOW", "HIGH", "SIDE", "STEPS", "LEAST", "MOST", "DEFAULT", "ALONG", "ACROSS", "LONGEST", "BRIGHT")


@pytest.fixture(scope="module")
def model():
    """A network that nobody trained has weights as good as any for being written down."""
    return models.Denoiser(n=2, width=64, spread=0.45, seed=3).eval()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, model):
    folder = tmp_path_factory.mktemp("spiral") / "made" / "on the way"
    spiral.export(folder, model)
    return folder


@pytest.fixture(scope="module")
def tables(folder):
    """Name -> value of all that tables.js exports."""
    rows = re.findall(r"^export const (\w+) = (.+);$", (folder / "tables.js").read_text("utf-8"), re.M)
    return {name: json.loads(value) for name, value in rows}


def read_network(folder, sizes):
    """[(weight, bias)] as the page reads them."""
    numbers = np.frombuffer((folder / "network.bin").read_bytes(), "<f4").astype(np.float64)
    layers = []
    for inputs, outputs in itertools.pairwise(sizes):
        weight, bias, numbers = np.split(numbers, [inputs * outputs, (inputs + 1) * outputs])
        layers.append((weight.reshape(outputs, inputs), bias))
    assert len(numbers) == 0
    return layers


def test_a_network_read_back_and_computed_with_numpy_is_the_exported_one(folder, tables, model):
    layers, spread = read_network(folder, tables["SIZES"]), tables["SPREAD"]
    assert len(layers) == 4
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


def test_the_data_are_the_spiral_to_the_last_bit(tables):
    points = torch.tensor(tables["POINTS"], dtype=torch.float32).view(-1, 2)
    assert torch.equal(points, data.spiral())


def test_the_colours_are_the_courses(tables):
    assert tables["COLOURS"]["y_tilde"] == colour("y_tilde")
    colours = np.array(tables["MAP"]).reshape(256, 3)
    assert colours.min() >= 0
    assert colours.max() <= 255
    brightness = colours @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(brightness) > 0).mean() > 0.9, "longer is brighter, so that the map can be read without colours"


def test_the_plane_is_the_one_of_the_figures(tables):
    axis = torch.linspace(tables["LOW"], tables["HIGH"], tables["SIDE"])
    assert torch.equal(torch.cartesian_prod(axis, axis).flip(1), figures.grid(live_figures.SIDE))


def test_an_arrow_is_the_one_of_the_figures(tables):
    """Drawn by a figure: its corners, how long it may be, and which of two shades it has."""
    side, low = tables["SIDE"], tables["LOW"]
    cell = (tables["HIGH"] - low) / (side - 1)
    shown = Field(plt.figure().gca(), side)
    for length, patch in ((0.99 * tables["BRIGHT"], 0), (1.01 * tables["BRIGHT"], 1)):
        move = torch.zeros(side * side, 2)
        move[0, 1] = length
        shown.show(move)
        drawn = [p for p in shown.patches[patch].get_path().vertices if abs(p[0] - low) + abs(p[1] - low) < 2 * cell]
        corners = np.stack([-np.array(tables["ACROSS"]), np.array(tables["ALONG"])], 1) * tables["LONGEST"] * cell + low
        for corner in corners:
            assert np.abs(np.array(drawn) - corner).sum(1).min() < 1e-6, (length, corner)


def test_noise_and_steps_are_those_of_the_chapters_live_figures(tables):
    trained = models.Denoiser(2)
    figure = live_figures.denoise_the_plane(data.spiral(), trained)
    slider = figure.controls["sigma"]
    assert (tables["LEAST"], tables["MOST"], tables["DEFAULT"]) == (slider.min, slider.max, slider.value)
    walk = live_figures.follow_the_arrows(data.spiral(), trained)
    assert max(len(line.get_xdata()) for line in walk.figure.axes[0].lines) == tables["STEPS"] + 1


def test_no_script_of_the_page_types_in_what_is_exported(folder, tables):
    values = {str(abs(v)) for v in itertools.chain(*(np.atleast_1d(tables[name]) for name in SHARED))}
    values = {value.removesuffix(".0") for value in values} - {"0", "1", "0.1", "0.05"}  # common for other reasons
    assert {"1.2", "33", "20", "0.03", "0.62", "0.24", "0.92", "0.6"} <= values
    for path in folder.glob("*.js"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.S)
        typed = set(re.findall(r"(?<![\w.#-])\d+(?:\.\d+)?(?![\w.%])", code))
        assert path.name == "tables.js" or not typed & values, (path.name, typed & values)


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
