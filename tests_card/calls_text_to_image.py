"""Calls of text_to_image: captions, image tokens and pictures lie on the device, and so do the models."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from calls import Place

from aecourse.text_to_image import (
    captions,
    checker,
    codebooks,
    decoding,
    evaluation,
    grammar,
    learning,
    outlines,
    painter,
    prior,
    scenes,
    tokens,
)

PREFIX = "text_to_image."

C = captions.random_captions(6, torch.Generator().manual_seed(0), mix=(1, 1, 1))
OPEN = C * (torch.arange(10) != 1)
IMAGES = scenes.render(C, torch.Generator().manual_seed(0))
TOKENS, SMALL = painter.shipped().tokens, prior.Prior(52, 384, width=8, layers=1, heads=1)
IMAGE_TOKENS, PAINTER = TOKENS.encode(IMAGES), painter.Painter(TOKENS, SMALL)
HIDDEN = torch.arange(6 * 192).view(6, 8, 8, 3) % 5 == 0
POINTS = torch.rand(40, 16, generator=torch.Generator().manual_seed(0))
COUNTS, AT = torch.ones(40), torch.tensor([12, 16, 20])
SHAPES, SIZES = torch.tensor([0, 4, 9]), torch.tensor([0, 1, 2])


def _learned(on: Place) -> list[float]:
    """The mean energies of three steps, so far as they do not hang on how a device rounds."""
    settings = {"steps": 3, "batch": 4, "progress": False}
    return [round(F, 2) for F in learning.fit(on(SMALL), on(C), on(IMAGE_TOKENS), **settings)]


def _resumed(on: Place) -> list[float]:
    """Those of two steps after a checkpoint, which holds the model and its optimisers."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"batch": 4, "progress": False, "checkpoint": Path(folder) / "prior"}
        learning.fit(on(SMALL), on(C), on(IMAGE_TOKENS), steps=2, **settings)
        return [round(F, 2) for F in learning.fit(on(SMALL), on(C), on(IMAGE_TOKENS), steps=4, **settings)]


CALLS: dict[str, Callable[[Place], Any]] = {
    "captions.to_tokens": lambda on: captions.to_tokens(on(C)),
    "captions.kind": lambda on: captions.kind(on(C)),
    "captions.complete": lambda on: captions.complete(on(OPEN), on.chance()),
    "captions.canonical": lambda on: captions.canonical(on(C)),
    "captions.unseen": lambda on: captions.unseen(on(C)),
    "captions.random_captions": lambda on: captions.random_captions(6, on.chance()),
    "captions.check": lambda on: captions.check(on(C)),
    "captions.check_sensible": lambda on: captions.check_sensible(on(C)),
    "captions.check_complete": lambda on: captions.check_complete(on(C)),
    "checker.matches": lambda on: checker.matches(on(IMAGES), on(C)),
    "checker.read_scenes": lambda on: checker.read_scenes(on(IMAGES)),
    "checker.silhouette": lambda on: checker.silhouette(on(POINTS)),
    "codebooks.pure_colours": lambda on: codebooks.pure_colours(on(POINTS[:, :3]), 4),
    "codebooks.k_means": lambda on: codebooks.k_means(on(POINTS), on(POINTS.round()), on(COUNTS), 5, on.chance()),
    "codebooks.nearest": lambda on: codebooks.nearest(on(POINTS), on(POINTS.round()), on(POINTS[:4])),
    "decoding.sample": lambda on: decoding.sample(on(SMALL), on(C), on.chance(), guidance=1.0),
    "evaluation.exact": lambda on: evaluation.exact(on(PAINTER), on(C), progress=False),
    "evaluation.scores": lambda on: list(evaluation.scores(on(PAINTER), best_of=2, count=3).values()),
    "grammar.say": lambda on: grammar.say(on(C[0])),
    "learning.fit": lambda on: _learned(on) + _resumed(on),
    "outlines.distance": lambda on: outlines.distance(on(SHAPES), on(SIZES), on(AT), on(AT)),
    "outlines.window": lambda on: outlines.window(on(AT)),
    "outlines.coverage": lambda on: outlines.coverage(on(POINTS)),
    "painter.Painter.draw": lambda on: on(PAINTER).draw(on(OPEN), on.chance(), best_of=2, guidance=1.0),
    "painter.Painter.score": lambda on: on(PAINTER).score(on(C), on(IMAGE_TOKENS)),
    "prior.Prior.describe": lambda on: on(SMALL).describe(on(TOKENS.masks)).mask.weight,
    "prior.Prior.forward": lambda on: on(SMALL)(on(C), on(IMAGE_TOKENS), on(HIDDEN)),
    "prior.Prior.caption_inputs": lambda on: on(SMALL).caption_inputs(on(C)),
    "prior.Prior.hint": lambda on: on(SMALL).hint(on(C)),
    "prior.Prior.patch_inputs": lambda on: on(SMALL).patch_inputs(on(IMAGE_TOKENS), on(HIDDEN)),
    "prior.Prior.seat": lambda on: on(SMALL).seat(on(AT)),
    "prior.energy": lambda on: prior.energy(on(SMALL), on(C), on(IMAGE_TOKENS), on(HIDDEN)),
    "scenes.paint_thing": lambda on: scenes.paint_thing(
        on(IMAGES[:3]), on(SHAPES), on(outlines.table()[SHAPES, 2, 16:48, 16:48]), on(AT), on(AT), on(SIZES)
    ),
    "scenes.render": lambda on: scenes.render(on(C), on.chance()),
    "tokens.check_tokens": lambda on: tokens.check_tokens(on(IMAGE_TOKENS), 52, 384),
    "tokens.Tokens.fit": lambda on: on(tokens.Tokens(4, 6)).fit(on(IMAGES), on.chance()).masks,
    "tokens.Tokens.encode": lambda on: on(TOKENS).encode(on(IMAGES)),
    "tokens.Tokens.decode": lambda on: on(TOKENS).decode(on(IMAGE_TOKENS)),
    "tokens.Tokens.analyse": lambda on: on(TOKENS).analyse(on(IMAGES)),
}

ELSEWHERE = {
    "the caller moves what comes, as train.main does": """
        evaluation.split_captions grammar.parse learning.learn_tokens learning.training_set outlines.table
        painter.shipped painter.load scenes.textures scenes.details
    """,
    "meets no tensor": "learning.knows_bfloat16 evaluation.main train.main",
    "writes weights as weights.save does": "painter.save",
}
