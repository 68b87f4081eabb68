"""What the caption playground of the website takes from the package: read back and compared, without a browser."""

import gzip
import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from aecourse.chapters.ch13_text_to_image import live_figures
from aecourse.text_to_image import captions, checker, grammar, outlines, painter, scenes, vocabulary

ROOT = Path(__file__).resolve().parents[1]
playground = SimpleNamespace(**runpy.run_path(str(ROOT / "scripts" / "playground.py")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("playground")
    playground.tables(folder)
    return folder


@pytest.fixture(scope="module")
def tables(folder):
    return json.loads((folder / "tables.json").read_text("utf-8"))


def test_the_words_are_those_of_the_grammar(tables):
    words = tables["captions"]
    assert words["slots"] == {name: list(slot) for name, slot in vocabulary.SLOTS.items()}
    assert list(words["slots"]) == list(vocabulary.SLOTS), "the order of the slots is the order of the tokens"
    assert words["kinds"] == {name: list(kind) for name, kind in vocabulary.KINDS.items()}
    assert torch.equal(torch.tensor(words["offsets"]), vocabulary.OFFSETS)


def test_the_held_out_combinations_are_those_of_the_package(tables):
    many = captions.random_captions(500, torch.Generator().manual_seed(0), held=None)
    found = torch.zeros(len(many), dtype=torch.bool)
    for first, second, never in tables["captions"]["held"]:
        a, b = many[:, vocabulary.SLOT[first]], many[:, vocabulary.SLOT[second]]
        found |= (a > 0) & (b > 0) & (torch.tensor(never)[a - 1, b - 1] == 1)
    assert torch.equal(found, captions.unseen(many))


def test_the_cut_distances_draw_the_same_outlines_rims_and_silhouettes(folder, tables):
    about = tables["scenes"]
    near, margin = about["near"], (2 * outlines.SIDE - about["near"]) // 2
    shape = (len(vocabulary.SHAPES), len(outlines.RADII), near, near)
    stored = torch.from_numpy(np.fromfile(folder / "distances.bin", "<f4").reshape(shape))
    whole = torch.full_like(outlines.table(), about["far"])
    whole[..., margin : margin + near, margin : margin + near] = stored
    for look in (outlines.coverage, checker.silhouette, lambda d: outlines.coverage(d + scenes.RIM)):
        assert torch.equal(look(whole), look(outlines.table()))


def test_the_stencils_are_the_details_and_textures(folder, tables):
    bits = np.unpackbits(np.fromfile(folder / "stencils.bin", "u1"), bitorder="little").astype("f4")
    poses, wide = tables["scenes"]["poses"], (2 * outlines.SIDE) ** 2
    details = torch.from_numpy(bits[: sum(poses) * wide]).view(-1, 2 * outlines.SIDE, 2 * outlines.SIDE)
    for thing, several in zip(scenes.details(), details.split(poses), strict=True):
        assert torch.equal(several.expand_as(thing), thing)
    textures = torch.from_numpy(bits[sum(poses) * wide :][: 4 * outlines.SIDE**2])
    assert torch.equal(textures, scenes.textures().flatten())


def test_the_checker_is_as_strict_as_the_package(tables):
    about = tables["scenes"]
    assert (about["ink"], about["overlap"], about["error"]) == (checker.INK, checker.OVERLAP, checker.ERROR)
    assert torch.equal(torch.tensor(about["things"]), scenes.THING_COLOURS)
    for place, table in zip(about["places"], checker.CANDIDATES, strict=True):
        assert torch.equal(torch.cartesian_prod(*map(torch.tensor, place)), table)


def test_it_starts_and_moves_as_the_notebook_does(tables):
    about, live = tables["demo"], live_figures.play_with_captions(caption="a star").controls
    assert (about["temperature"], about["warmest"], about["degree"]) == (
        live["temperature"].value,
        live["temperature"].max,
        live["temperature"].step,
    )
    assert [str(n) for n in about["best_of"]] == list(live["best_of"].options)
    assert str(about["best_of"][0]) == live["best_of"].value
    for example in tables["demo"]["examples"]:
        grammar.parse(example)


def test_all_that_a_visitor_fetches_is_small(folder):
    files = [*folder.iterdir(), *playground.SOURCE.iterdir(), painter.FILE]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < 2_500_000


def test_scripts_and_style_ask_no_other_server():
    for file in playground.SOURCE.iterdir():
        said = file.read_text("utf-8")
        assert "://" not in said, f"{file.name} names an address"
        assert "innerHTML" not in said, f"{file.name} turns text into markup"
        assert "eval(" not in said, f"{file.name} turns text into code"
