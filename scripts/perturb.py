"""Another draw, or longer training, in a process that knows nothing of it: to be called before the package is imported.

`make robust` runs this as the first cell of a notebook's kernel.
"""

import ast
import random
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
import torch


def seeds(shift: int) -> None:
    """Move every seed by `shift`: of torch's generators (those that nobody seeds, too), of NumPy and of Python.

    Arguments, literals and defaults are all moved, since it happens where a generator takes its seed. What is loaded
    from a file stays as it is.

    Args:
        shift: what is added to each seed.
    """

    class Kind(type(torch._C.Generator)):  # what torch itself has made is one as well
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, torch._C.Generator)

    class Generator(torch._C.Generator, metaclass=Kind):
        def __init__(self, *args: Any, **settings: Any) -> None:
            super().manual_seed(self.initial_seed() + shift)

        def manual_seed(self, seed: int) -> torch._C.Generator:
            return super().manual_seed(seed + shift)

    class Default:
        """torch.random's own generator; everything but the seed is asked of the original."""

        def __getattr__(self, name: str) -> Any:
            return getattr(torch.default_generator, name)

        def manual_seed(self, seed: int) -> torch._C.Generator:
            return torch.default_generator.manual_seed(seed + shift)

    class RandomState(np.random.RandomState):
        def __init__(self, seed: Any = None) -> None:
            super().__init__(_moved(seed, shift))

    moved: list[tuple[Any, str, Any]] = [(torch, "Generator", Generator), (np.random, "RandomState", RandomState)]
    moved += [(torch.random, "default_generator", Default())]  # torch.manual_seed goes through it
    for module, name in ((np.random, "seed"), (np.random, "default_rng"), (random, "seed")):
        moved.append((module, name, _shifted(getattr(module, name), shift)))
    for module, name, other in moved:
        setattr(module, name, other)


def passes() -> None:
    """Twice the training: each epoch passes twice over the data, in `training.fit` and in loops in the open.

    Seen from the notebook an epoch, or a step of text to image, is what it was: a history has as many entries, and
    who watches is called as often, with the same numbers. So figures and tables still fit.
    """
    from aecourse import training
    from aecourse.text_to_image import learning

    fit, learn = training.fit, learning.fit

    @wraps(fit)
    def fit_twice(*args: Any, epochs: int = 20, watch: Callable | None = None, **settings: Any) -> training.History:
        history = fit(*args, epochs=2 * epochs, watch=_every_second(watch), **settings)
        history.train, history.test = history.train[1::2], history.test[1::2]
        return history

    @wraps(learn)
    def learn_twice(*args: Any, steps: int, watch: Callable | None = None, **settings: Any) -> list[float]:
        return learn(*args, steps=2 * steps, watch=_every_second(watch), **settings)[1::2]

    training.fit, learning.fit = fit_twice, learn_twice
    get_ipython().ast_transformers.append(Twice())  # noqa: F821  # pyrefly: ignore


class Twice(ast.NodeTransformer):
    """In the outermost loop around an optimiser's step, all up to that step is done twice.

    Loops that make their optimiser themselves, over seeds or models, are entered.
    """

    def visit_For(self, node: ast.For) -> ast.AST:
        last = max((k for k, part in enumerate(node.body) if _calls(part, "step")), default=None)
        if last is None or any(_calls(part, "Adam", "AdamW", "SGD", "Muon") for part in node.body):
            return self.generic_visit(node)
        node.body[: last + 1] *= 2
        return node


def _calls(tree: ast.AST, *names: str) -> bool:
    """Whether something of that name is called in a piece of code, as a method or of a module."""
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in names
        for part in ast.walk(tree)
    )


def _every_second(watch: Callable | None) -> Callable | None:
    if watch is None:
        return None
    return lambda step, value: watch(step // 2, value) if step % 2 == 0 else None


def _moved(seed: Any, shift: int) -> Any:  # what is no number is no seed to move
    return seed + shift if isinstance(seed, int | np.integer) else seed


def _shifted(function: Callable, shift: int) -> Callable:
    """A function whose first argument is a seed, with the seed moved."""

    @wraps(function)
    def moved(seed: Any = None, *args: Any, **settings: Any) -> Any:
        return function(_moved(seed, shift), *args, **settings)

    return moved
