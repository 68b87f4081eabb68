"""Write the caption playground of the website, everything that a page needs, into one folder.

    python scripts/playground.py FOLDER

The page draws on the visitor's own machine: it reads the shipped weights, has its arithmetic in WebAssembly
(`site/playground/kernels.ts`), and takes all words, colours and outlines from the tables written here, so that nothing
of the course's little world is typed in twice. A page shows it wherever it has MOUNT, and has SCRIPT once.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from aecourse.chapters.ch13_text_to_image import live_figures
from aecourse.text_to_image import checker, grammar, outlines, painter, prior, scenes, tokens, vocabulary

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "site" / "playground"
COMPILER = ROOT / "site" / "node_modules" / ".bin" / "asc"
MOUNT = '<div class="caption-playground"></div>'
SCRIPT = '<link rel="stylesheet" href="{0}playground.css"><script type="module" src="{0}playground.js"></script>'


def export(folder: Path) -> None:
    """Write scripts, style, arithmetic, weights and tables into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in (*SOURCE.glob("*.js"), *SOURCE.glob("*.css"), painter.FILE):
        shutil.copy(file, folder / file.name)
    tables(folder)
    compile_kernels(folder)


def compile_kernels(folder: Path) -> None:
    """Compile the arithmetic to WebAssembly with SIMD instructions.

    Raises:
        SystemExit: the compiler is not installed, or refuses.
    """
    if not COMPILER.exists():
        raise SystemExit(f"{COMPILER} is missing: npm install in site/ first: make site does it")
    flags = ["-O3", "--enable", "simd", "--runtime", "stub"]
    done = subprocess.run(
        [COMPILER, "kernels.ts", *flags, "--outFile", "kernels.wasm"],
        cwd=Path(shutil.copy(SOURCE / "kernels.ts", folder)).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    (folder / "kernels.ts").unlink()
    if done.returncode:
        raise SystemExit(f"the compiler of AssemblyScript refuses kernels.ts:\n{done.stderr}")


def tables(folder: Path) -> None:
    """Write what the scripts know of captions, tokens and scenes: tables.json, and two arrays beside it."""
    near, far = distances()
    stencils = torch.cat([covers().flatten(), scenes.textures().flatten()])
    about = {
        "captions": words(),
        "model": model(),
        "scenes": world() | {"side": outlines.SIDE, "near": near.shape[-1], "far": far},
        "demo": interface(),
    }
    (folder / "tables.json").write_text(json.dumps(about, separators=(",", ":")), "utf-8")
    (folder / "distances.bin").write_bytes(near.contiguous().numpy().astype("<f4").tobytes())
    (folder / "stencils.bin").write_bytes(np.packbits(stencils.numpy().astype(bool), bitorder="little").tobytes())


def words() -> dict:
    """The grammar's words, what they are as tokens, and which combinations training never shows."""
    return {
        "slots": vocabulary.SLOTS,
        "kinds": vocabulary.KINDS,
        "roles": grammar.ROLES,
        "refusals": grammar.REFUSALS,
        "words": vocabulary.WORDS,
        "synonyms": vocabulary.SYNONYMS,
        "articles": vocabulary.ARTICLES,
        "glue": vocabulary.GLUE,
        "longest": grammar.LONGEST,
        "offsets": vocabulary.OFFSETS.tolist(),
        "vocabulary": vocabulary.VOCABULARY,
        "swap": vocabulary.SWAP,
        "held": [[first, second, never.int().tolist()] for first, second, never in vocabulary.HELD],
    }


def model() -> dict:
    """How tokens and neighbours are laid out; the sizes of the layers stand in the card of the weights."""
    names = ("INKS", "PALETTE", "GRID", "PATCH", "PLACES", "PLAN", "LENGTH")
    return {name: getattr(tokens, name) for name in names} | {"ROWS": prior.ROWS, "NEIGHBOURS": prior.NEIGHBOURS}


def world() -> dict:
    """Colours and outlines of the scenes, and how strict the checker is."""
    return {
        "papers": scenes.PAPER.tolist(),
        "inks": scenes.INKS.tolist(),
        "cream": scenes.CREAM.tolist(),
        "things": scenes.THING_COLOURS.tolist(),
        "rim": scenes.RIM,
        "radii": outlines.RADII,
        "poses": [len(pose) for pose in poses()],
        "ink": checker.INK,
        "overlap": checker.OVERLAP,
        "error": checker.ERROR,
        "places": [[column.unique().tolist() for column in place.T] for place in checker.CANDIDATES],
        "windows": [[[cut.start, cut.stop] for cut in window] for window in checker.WINDOWS],
        "layouts": checker.LAYOUTS,
    }


def interface() -> dict:
    """What the notebook's live figure shows, how it is set at first and how far it can be moved."""
    return {
        "examples": live_figures.EXAMPLE_CAPTIONS,
        "rows": live_figures.ROWS,
        "columns": live_figures.COLUMNS,
        "temperature": painter.TEMPERATURE,
        "warmest": live_figures.WARMEST,
        "degree": live_figures.DEGREE,
        "best_of": live_figures.BEST_OF,
    }


def distances() -> tuple[Tensor, float]:
    """Signed distances of every outline, cut to the smallest square around the centre that shows all of them.

    What a picture shows changes only between the inner edge of a rim and the outer edge of an outline, half a pixel
    beyond it: distances are clamped to that.

    Returns:
        (shapes, radii, near, near), and the distance of everything outside of that square.
    """
    far = 0.5
    table = outlines.table().clamp(-scenes.RIM - far, far)
    some = (table < far).flatten(0, 1).any(dim=0)
    rows = (some.any(dim=0) | some.any(dim=1)).nonzero()[:, 0]
    margin = int(min(rows.min(), len(some) - 1 - rows.max()))
    return table[..., margin:-margin, margin:-margin], far


def poses() -> list[Tensor]:
    """The pictures of the details of every thing, each once: only a clock has several. (poses, 64, 64) a thing."""
    return [pose if (pose != pose[0]).any() else pose[:1] for pose in scenes.details()]


def covers() -> Tensor:
    """Which pixels the details cover, thing after thing, pose after pose. (poses of all things, 64, 64)."""
    return torch.cat(poses())


if __name__ == "__main__":
    export(Path(sys.argv[1]))
