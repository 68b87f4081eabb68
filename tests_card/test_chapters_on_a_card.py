"""Live figures draw what lies on a card, and exercises judge it; both are found, as the chapters are."""

import copy
import dataclasses
import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import card
import pytest
import torch
from torch.nn import Module

from aecourse import chapters, exercises
from aecourse.text_to_image import painter

PAINTER = painter.shipped()


def moved(value: Any, device: torch.device = card.CARD) -> Any:
    """The same with every tensor and network on a device, and functions that take and give what lies there."""
    if isinstance(value, torch.Tensor | Module):
        return value.to(device)
    if isinstance(value, Mapping):
        return {key: moved(part, device) for key, part in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*moved(tuple(value), device))
    if isinstance(value, tuple | list):
        return type(value)(moved(part, device) for part in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **{k: moved(v, device) for k, v in vars(value).items()})
    return _elsewhere(value) if inspect.isroutine(value) else value


def _elsewhere(function: Callable) -> Callable:
    """A function of tensors of the card that computes on the CPU, as if what it has at hand lay on the card too."""

    @wraps(function)
    def there(*arguments: Any) -> Any:
        return moved(function(*moved(arguments, torch.device("cpu"))))

    return there


@pytest.mark.parametrize("name", chapters.live_figures())
def test_a_live_figure_draws_what_lies_on_a_card(name, monkeypatch):
    figure = chapters.live_figures()[name]
    part = inspect.getmodule(figure)
    assert name in part.EXAMPLES, "an example with made-up data shows the figure to every test"
    example = part.EXAMPLES[name]
    on_cpu = example().caption

    @wraps(figure)
    def handed(*arguments: Any, **settings: Any) -> Any:
        return figure(*moved(arguments), **moved(settings))

    monkeypatch.setattr(part, name, handed)
    monkeypatch.setattr(painter, "shipped", lambda: moved(copy.deepcopy(PAINTER)))  # what comes trained moves too
    picture = handed() if example is figure else example()
    assert picture.caption == on_cpu
    for control in picture.controls:
        picture.set(**{control: picture.choices(control)[-1]})


@pytest.mark.parametrize("number", exercises.every())
def test_an_answer_on_a_card_is_judged_as_on_the_cpu(number):
    exercise = exercises.load(number)
    for answer in (exercise.answer, *(wrong.answer for wrong in exercise.wrong)):
        here, there = exercise.check(answer, seed=1), exercise.check(lambda *a, f=answer: moved(f(*a)), seed=1)
        assert (there.passed, there.message) == (here.passed, here.message)
    assert exercise.check(lambda *a: moved(exercise.answer(*a))).passed
