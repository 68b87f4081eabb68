"""Every public function of text_to_image works with what it takes, or refuses it by the name of the argument."""

import importlib
import inspect
import math
import pkgutil
from functools import partial
from pathlib import Path

import pytest
import torch

from aecourse import text_to_image
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
)  # fmt: skip

MODULES = [info.name for info in pkgutil.iter_modules(text_to_image.__path__)]
COMMANDS = {"evaluation.main", "train.main"}  # take words from the shell


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def codebook():
    model = tokens.Tokens(9, 12)
    model.colours.copy_(torch.rand(9, 3, generator=seeded()))
    model.masks.copy_(torch.rand(12, 16, generator=seeded(1)))
    return model


def small():
    return prior.Prior(colours=9, masks=12, width=8, layers=1, heads=2)


def pictures(count=3):
    return scenes.render(captions.random_captions(count, seeded(1)), seeded(2))


def image_tokens(count=3):
    return torch.randint(0, 9, (count, tokens.LENGTH), generator=seeded())


def whole(*numbers):
    return torch.tensor(numbers)


ROWS = captions.random_captions(3, seeded(), held=None, mix=(1, 1, 1))
POINTS, VISIBLE = torch.rand(20, 4, generator=seeded()), torch.rand(20, 4, generator=seeded(1))
PAINTER = painter.Painter(codebook(), small())
HIDDEN = torch.zeros(3, 8, 8, 3, dtype=torch.bool)
SETTINGS = {"temperature": 0.7, "guidance": 0.5}

# Every public function, and a call of it that is right. Functions without arguments have nothing to refuse.
GOOD = {
    "captions.to_tokens": (captions.to_tokens, {"captions": ROWS}),
    "captions.kind": (captions.kind, {"captions": ROWS}),
    "captions.complete": (captions.complete, {"captions": ROWS, "generator": seeded}),
    "captions.canonical": (captions.canonical, {"captions": ROWS}),
    "captions.unseen": (captions.unseen, {"captions": ROWS}),
    "captions.random_captions": (
        captions.random_captions,
        {"count": 3, "generator": seeded, "held": True, "mix": (1, 2, 1)},
    ),
    "captions.check": (captions.check, {"captions": ROWS}),
    "captions.check_sensible": (captions.check_sensible, {"captions": ROWS}),
    "captions.check_complete": (captions.check_complete, {"captions": ROWS}),
    "grammar.parse": (grammar.parse, {"caption": "a red star above a moon"}),
    "grammar.say": (grammar.say, {"caption": ROWS[0]}),
    "outlines.table": (outlines.table, {}),
    "outlines.distance": (
        outlines.distance,
        {"shape": whole(1, 2), "radius": whole(0, 1), "x": whole(12, 16), "y": whole(20, 8)},
    ),
    "outlines.window": (outlines.window, {"centre": whole(12, 16)}),
    "outlines.coverage": (outlines.coverage, {"distance": torch.randn(4, 5, generator=seeded())}),
    "scenes.render": (scenes.render, {"captions": ROWS, "generator": seeded}),
    "scenes.textures": (scenes.textures, {}),
    "scenes.details": (scenes.details, {}),
    "scenes.paint_thing": (
        scenes.paint_thing,
        {
            "images": pictures(2),
            "thing": whole(0, 3),
            "distances": outlines.table()[:2, 2, 16:48, 16:48],
            "x": whole(12, 16),
            "y": whole(16, 20),
            "pose": whole(3, 5),
        },
    ),
    "checker.matches": (checker.matches, {"images": pictures(), "captions": ROWS}),
    "checker.read_scenes": (checker.read_scenes, {"images": pictures()}),
    "checker.silhouette": (checker.silhouette, {"distance": torch.randn(4, 5, generator=seeded())}),
    "codebooks.pure_colours": (codebooks.pure_colours, {"colours": torch.rand(6, 3, generator=seeded()), "k": 3}),
    "codebooks.k_means": (
        codebooks.k_means,
        {"points": POINTS, "visible": VISIBLE, "counts": torch.ones(20), "k": 3, "generator": seeded, "rounds": 2},
    ),
    "codebooks.nearest": (codebooks.nearest, {"points": POINTS, "visible": VISIBLE, "centres": POINTS[:5]}),
    "tokens.check_tokens": (tokens.check_tokens, {"image_tokens": image_tokens(), "colours": 9, "masks": 12}),
    "tokens.Tokens": (tokens.Tokens, {"colours": 9, "masks": 12}),
    "tokens.Tokens.fit": (codebook().fit, {"images": pictures(), "generator": seeded}),
    "tokens.Tokens.encode": (codebook().encode, {"images": pictures()}),
    "tokens.Tokens.decode": (codebook().decode, {"image_tokens": image_tokens()}),
    "tokens.Tokens.analyse": (codebook().analyse, {"images": pictures()}),
    "prior.Prior": (prior.Prior, {"colours": 9, "masks": 12, "width": 8, "layers": 1, "heads": 2, "seed": 0}),
    "prior.Prior.describe": (small().describe, {"masks": torch.rand(12, 16, generator=seeded())}),
    "prior.Prior.forward": (small(), {"captions": ROWS, "image_tokens": image_tokens(), "hidden": HIDDEN}),
    "prior.Prior.caption_inputs": (small().caption_inputs, {"captions": ROWS}),
    "prior.Prior.hint": (small().hint, {"captions": ROWS}),
    "prior.Prior.patch_inputs": (small().patch_inputs, {"image_tokens": image_tokens(), "hidden": HIDDEN}),
    "prior.Prior.seat": (small().seat, {"place": whole(3, 80)}),
    "prior.energy": (
        prior.energy,
        {"prior": small(), "captions": ROWS, "image_tokens": image_tokens(), "hidden": HIDDEN},
    ),
    "decoding.sample": (
        decoding.sample,
        {"prior": small(), "captions": ROWS, "generator": seeded, **SETTINGS},
    ),
    "learning.learn_tokens": (learning.learn_tokens, {"seed": 0, "images": 3}),
    "learning.training_set": (
        partial(learning.training_set, progress=False),
        {"tokens": codebook(), "count": 3, "seed": 0, "mix": (1, 2, 1)},
    ),
    "learning.fit": (
        partial(learning.fit, steps=2, progress=False),
        {
            "prior": small(),
            "captions": ROWS,
            "image_tokens": image_tokens(),
            "batch": 2,
            "forget_word": 0.3,
            "forget_all": 0.1,
            "hide": 0.6,
            "seed": 0,
            "half": False,
        },
    ),
    "learning.knows_bfloat16": (learning.knows_bfloat16, {"device": torch.device("cpu")}),
    "painter.Painter": (painter.Painter, {"tokens": codebook(), "prior": small()}),
    "painter.Painter.draw": (PAINTER.draw, {"captions": ROWS, "generator": seeded, **SETTINGS, "best_of": 2}),
    "painter.Painter.score": (PAINTER.score, {"captions": ROWS, "image_tokens": image_tokens()}),
    "painter.shipped": (painter.shipped, {}),
    "painter.load": (painter.load, {"path": painter.FILE}),
    "painter.save": (painter.save, {"painter": PAINTER, "path": Path("w.safetensors"), "card": {"note": "none"}}),
    "evaluation.split_captions": (evaluation.split_captions, {"held": True, "count": 3, "split": "test"}),
    "evaluation.exact": (
        evaluation.exact,
        {"painter": PAINTER, "captions": ROWS, "temperature": 0.7, "best_of": 1, "seed": 0},
    ),
    "evaluation.scores": (evaluation.scores, {"painter": PAINTER, "best_of": 1, "count": 2, "split": "test"}),
}
# Arguments that may have any finite value, or any number of rows by themselves.
UNBOUNDED = {"points", "centres", "distance", "distances"}
ALONE = {("codebooks.nearest", "centres")}


def public():
    """The name of every function, class and method that a module defines without an underscore."""
    for module_name in MODULES:
        module = importlib.import_module(f"aecourse.text_to_image.{module_name}")
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", "") != module.__name__ or not callable(value):
                continue
            if not inspect.isclass(value):
                yield f"{module_name}.{name}"
            elif not issubclass(value, Exception | tuple):
                yield f"{module_name}.{name}"
                methods = (m for m, f in vars(value).items() if inspect.isfunction(f) and not m.startswith("_"))
                yield from (f"{module_name}.{name}.{method}" for method in methods)


def test_every_public_function_is_among_those_tried():
    assert set(public()) - COMMANDS == set(GOOD)


def fresh(arguments):
    """Generators anew for each call, so that equal calls give equal results."""
    return {name: value() if value is seeded else value for name, value in arguments.items()}


def broken(t, name):
    """What a tensor is not: (what is wrong, value) pairs."""
    yield from (("None", None), ("a list", t.tolist()), ("a text", "a star"))
    yield from (("one dimension more", t[None]), ("one dimension less", t[0])) * (name != "distance")
    yield "nothing", t[:0]
    if t.ndim > 1 and name not in ("points", "distance"):
        yield "a column less", t[..., :-1]
    yield from ((str(d), t.to(d)) for d in (torch.int64, torch.float32, torch.float64, torch.bool) if d != t.dtype)
    if t.is_floating_point():
        spoiled = t.clone()
        spoiled.view(-1)[-1] = math.nan
        yield from (("NaN", spoiled), ("infinity", t / 0))
    if t.dtype != torch.bool and name not in UNBOUNDED:
        yield from (("too large", t + 1000), ("negative", -t - 1)) if name != "counts" else (("negative", -t),)
    if name == "captions":
        yield "tokens", captions.to_tokens(t)
    if name == "image_tokens":
        yield from (("captions", ROWS), ("caption tokens", captions.to_tokens(ROWS)))


def strange(name, arguments):
    """For every argument what it cannot be: (argument, what is wrong, value)."""
    tensors = [argument for argument, value in arguments.items() if isinstance(value, torch.Tensor)]
    for argument, value in arguments.items():
        yield from ((argument, what, other) for what, other in unlike(argument, value))
        if argument in tensors and len(tensors) > 1 and (name, argument) not in ALONE:
            yield argument, "one row", value[:1]
            yield argument, "more rows", torch.cat([value, value])


def unlike(name, value):
    """Values that an argument cannot have, told from one that it can."""
    if value is seeded:
        return [("None", None), ("a number", 0), ("a text", "seed")]
    if isinstance(value, torch.Tensor):
        return list(broken(value, name))
    if isinstance(value, bool):
        return [("a number", 1), ("a text", "yes"), ("a list", [True]), ("a tensor", torch.ones(2))]
    if isinstance(value, int):
        return [(repr(v), v) for v in (-1, 1.5, math.nan, None, "3", [3], True, torch.ones(2))]
    if isinstance(value, float):
        return [(repr(v), v) for v in (-1.0, 100.0, math.nan, math.inf, None, "much", [0.5], torch.ones(2))]
    if isinstance(value, tuple):
        return [(repr(v), v) for v in (None, (1, 2), (1, 2, -1), (0, 0, 0), (1, 2, math.nan), "mix", (1, 2, "3"))]
    if isinstance(value, str):
        return [(repr(v), v) for v in (None, 7, ["test"], "", "no such word", torch.ones(2))]
    if isinstance(value, Path):
        return [(repr(v), v) for v in (None, 7, ["w"], torch.ones(2))]
    if isinstance(value, dict):
        return [(repr(v), v) for v in (None, 7, "card")]
    return [("None", None), ("a text", "model"), ("another module", torch.nn.Linear(1, 1)), ("a tensor", ROWS)]


def outcome(call, arguments):
    try:
        return call(**fresh(arguments)), None
    except Exception as error:
        return None, error


def refused(error, names):
    return isinstance(error, ValueError | TypeError) and any(str(error).startswith(f"{name}: ") for name in names)


def equal(a, b):
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(equal, a, b))
    return torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # for what is saved


# What looks strange and is right: it gives what the plain form gives.
RIGHT = {
    ("codebooks.k_means", "counts", "torch.int64"),
    ("prior.Prior.forward", "hidden", "None"),
    ("prior.Prior.patch_inputs", "hidden", "None"),
    ("prior.energy", "hidden", "None"),
}
# What changes with every call, or is not given above: refused like the rest.
MORE = {
    "steps": (0, 1.5, None, True, [1]),
    "lr": (0, -1.0, math.nan, None, "fast"),
    "matrix_lr": (0, -1.0, math.nan, None, "fast"),
    "checkpoint": (7, "c.safetensors", [Path("c")]),
    "watch": (7, "watch", [print]),
}
# Where two arguments do not fit together, either may be named.
MISFITS = ("one dimension more", "one dimension less", "a column less", "one row", "more rows")


@pytest.mark.parametrize("name", GOOD)
def test_it_works_with_what_it_takes_and_refuses_all_else_by_name(name):
    call, arguments = GOOD[name]
    usual, error = outcome(call, arguments)
    assert error is None, error
    wrong = []
    for argument, what, value in strange(name, arguments):
        result, error = outcome(call, arguments | {argument: value})
        if (name, argument, what) in RIGHT:
            assert error is None, error
            assert equal(result, usual), f"{argument} = {what} gives something else"
        elif not refused(error, arguments if what in MISFITS else [argument]):
            wrong.append(f"{argument} = {what}: {error!r}" if error else f"{argument} = {what}: {result!r:.80}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", MORE)
def test_the_rest_of_training_is_refused_by_name(name):
    arguments = GOOD["learning.fit"][1] | {"steps": 1, "progress": False}
    for value in MORE[name]:
        _, error = outcome(learning.fit, arguments | {name: value})
        assert refused(error, [name]), f"{name} = {value!r}: {error!r}"
