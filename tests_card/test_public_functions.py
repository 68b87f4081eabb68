"""The package's public functions take their tensors from a card, give what they give on the CPU, and leave it there."""

import importlib
import inspect
import pkgutil
from typing import Any

import calls_library
import calls_models_and_figures
import calls_text_to_image
import card
import numpy as np
import pytest
import torch
from calls import Place

import aecourse

MODULES = (calls_library, calls_models_and_figures, calls_text_to_image)
CALLS = {f"{m.PREFIX}{name}": call for m in MODULES for name, call in m.CALLS.items()}
APART = [f"{m.PREFIX}{name}" for m in MODULES for names in m.ELSEWHERE.values() for name in names.split()]
# What these return lies on the CPU, to be drawn or compared there.
BACK = {
    "checking.differences.plain",
    "checking.differences.stacked",
    "figures.energy_map.stack",
    "measures.roc",
}
ON_CPU, ON_CARD = Place(torch.device("cpu")), Place(card.CARD)


def public():
    """The public functions and methods of the package below the chapters, by their names within it."""
    for found in pkgutil.walk_packages(aecourse.__path__, "aecourse."):
        if found.name.startswith("aecourse.chapters"):  # found and not listed: test_chapters_on_a_card
            continue
        module = importlib.import_module(found.name)
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
                continue
            within = f"{module.__name__.removeprefix('aecourse.')}.{name}"
            if inspect.isclass(thing):
                yield from (f"{within}.{n}" for n, m in vars(thing).items() if n[0] != "_" and inspect.isfunction(m))
            elif callable(thing):
                yield within


def results(value: Any) -> list[Any]:
    """The tensors, arrays and numbers in the result of a call."""
    if isinstance(value, tuple | list):
        return [part for each in value for part in results(each)]
    return [value] if isinstance(value, torch.Tensor | np.ndarray | float) else []


def test_every_public_function_has_a_call_or_a_reason():
    assert sorted([*CALLS, *APART]) == sorted(set(public()))


@pytest.mark.parametrize("name", CALLS)
def test_on_a_card_a_function_gives_what_it_gives_on_the_cpu(name):
    on_cpu, on_card = (results(CALLS[name](place)) for place in (ON_CPU, ON_CARD))
    torch.testing.assert_close([r.cpu() if isinstance(r, torch.Tensor) else r for r in on_card], on_cpu, equal_nan=True)
    places = {r.device.type for r in on_card if isinstance(r, torch.Tensor)}
    assert places <= {"cpu" if name in BACK else card.NAME}
