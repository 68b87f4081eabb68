"""Less to learn: whether all tensors lie on one device shows in the first steps, and no number is compared here.

`data.digits` gives a quarter of the training digits. `training.fit` takes about two hundred steps at most, and
`learning.fit` two; steps that somebody watches are all taken, those of `learning.fit` with a quarter of the scenes.
What is unseen, and what lives in the plane, is left as it is.
"""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from torch import Tensor
from torch.nn import Module

from aecourse import data, training
from aecourse.text_to_image import learning

STEPS = 200


def begin() -> None:
    """Cut every training of this process short, for good."""
    data.digits = _a_quarter(data.digits)
    training.fit = _few_epochs(training.fit)
    learning.fit = _few_steps(learning.fit)


def _a_quarter(read: Callable) -> Callable:
    @wraps(read)
    def few(split: str = "train", **settings: Any) -> Tensor | tuple[Tensor, ...]:
        found = read(split, **settings)
        if split != "train":
            return found
        return tuple(t[: len(t) // 4] for t in found) if isinstance(found, tuple) else found[: len(found) // 4]

    return few


def _few_epochs(fit: Callable) -> Callable:
    usual = {name: p.default for name, p in inspect.signature(fit).parameters.items()}

    @wraps(fit)
    def short(model: Module, Y: Tensor, **settings: Any) -> Any:
        asked = usual | settings
        if asked.get("watch") is None:
            settings["epochs"] = min(asked["epochs"], max(1, STEPS // -(-len(Y) // asked["batch"])))
        return fit(model, Y, **settings)

    return short


def _few_steps(fit: Callable) -> Callable:
    usual = inspect.signature(fit).parameters["batch"].default

    @wraps(fit)
    def short(*args: Any, **settings: Any) -> Any:
        less = {"batch": settings.get("batch", usual) // 4} if settings.get("watch") else {"steps": 2}
        return fit(*args, **settings | less)

    return short
