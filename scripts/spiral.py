"""Write the spiral's playground into a folder: the page's scripts and style, the data and a trained network.

    python scripts/spiral.py FOLDER

Every element of class `spiral-playground` on a page that loads `FOLDER/spiral.js` as a module, and `FOLDER/spiral.css`,
becomes one. Nothing is fetched from anywhere else. Trains for a few seconds.
"""

import argparse
import json
import shutil
from itertools import chain
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import torch

from aecourse import data, models, recipes
from aecourse.chapters.ch09_denoising_on_the_plane import live_figures
from aecourse.figures import field
from aecourse.notation import INK, PAPER, colour

SOURCE = Path(__file__).resolve().parents[1] / "site" / "spiral"
TABLES, NETWORK = "tables.js", "network.bin"


def train(seed: int = 0) -> models.Denoiser:
    """The network of notebook 9 (9.3), told sigma.

    On one thread, as in the notebook: for so small a network a second one costs more than it brings.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    model = recipes.denoiser(data.spiral(), seed)
    torch.set_num_threads(threads)
    return model


def tables(spread: float, sizes: list[int]) -> dict[str, Any]:
    """What the page takes from the course, by the names that its scripts use.

    Args:
        spread: of the network's data, as it was told.
        sizes: of its layers.
    """
    return {
        "POINTS": data.spiral().double().flatten().tolist(),
        "SPREAD": spread,
        "SIZES": sizes,
        "COLOURS": {"ink": INK, "paper": PAPER} | {name: colour(name) for name in ("y", "y_hat", "y_tilde")},
        "MAP": matplotlib.colormaps["cividis"](np.arange(256), bytes=True)[:, :3].flatten().tolist(),
        "LOW": data.BOX[0],
        "HIGH": data.BOX[1],
        "SIDE": live_figures.SIDE,
        "STEPS": live_figures.STEPS,
        "LEAST": live_figures.LOWEST,
        "MOST": live_figures.HIGHEST,
        "DEFAULT": live_figures.SIGMA,
        "ALONG": field.ALONG[:-1].tolist(),  # a canvas closes a path by itself
        "ACROSS": field.ACROSS[:-1].tolist(),
        "LONGEST": field.LONGEST,
        "BRIGHT": field.BRIGHT,
    }


def export(folder: Path, model: models.Denoiser | None = None) -> None:
    """Write everything that the page needs into `folder`, which is made if need be.

    `network.bin` has the weights of the network, layer by layer the matrix row by row and then the bias, as
    little-endian 32-bit floats; `tables.js` whatever else the page and the course have in common.

    Args:
        folder: where to write.
        model: a Denoiser of two components; by default one is trained.
    """
    model = train() if model is None else model
    folder.mkdir(parents=True, exist_ok=True)
    for path in [*SOURCE.glob("*.js"), *SOURCE.glob("*.css")]:
        shutil.copyfile(path, folder / path.name)
    layers = [layer for layer in chain(model.enc, model.dec) if isinstance(layer, torch.nn.Linear)]
    sizes = [layers[0].in_features, *(layer.out_features for layer in layers)]
    rows = [f"export const {name} = {json.dumps(value)};" for name, value in tables(model.spread, sizes).items()]
    (folder / TABLES).write_text("\n".join(["// Written by scripts/spiral.py.", *rows, ""]), "utf-8")
    numbers = torch.cat([part.detach().flatten() for layer in layers for part in (layer.weight, layer.bias)])
    (folder / NETWORK).write_bytes(numbers.numpy().astype("<f4").tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the spiral's playground into a folder.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    export(parser.parse_args().folder)


if __name__ == "__main__":
    main()
