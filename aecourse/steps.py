"""What is around the steps of every training: a bar, somebody who watches, Ctrl-C, and divergence that is undone."""

import math
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import torch
from torch.nn import Module

from aecourse import guards

if TYPE_CHECKING:
    from tqdm import tqdm

Watch = Callable[[int, float], object]


@contextmanager
def counting(
    total: int, *, watch: Watch | None = None, progress: bool = True, done: int = 0
) -> Iterator[Callable[[float], None]]:
    """Count the steps of a training under a bar; between two steps is when others may look at the model.

    In the block Ctrl-C is held back until a step is counted, so that no step is torn.

    Args:
        total: how many steps.
        watch: called after each step with its number, from 1, and its value; slopes are off.
        progress: show a bar if it takes more than a second.
        done: steps done before.

    Yields:
        count(value), to be called after each step.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; by count, or by the end of the block.
    """
    number = done
    with ctrl_c_held_back() as held, progress_bar(total, " steps", progress, done) as bar:

        def count(value: float) -> None:
            nonlocal number
            number += 1
            if progress:
                bar.set_postfix_str(f"F = {value:.4g}", refresh=False)
                bar.update()
            if watch is not None:
                with torch.no_grad():
                    watch(number, value)
            held.release()

        yield count
        held.release()


class _Held:
    """A handler of Ctrl-C that leaves a mark; only the third time it obeys at once."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.times += 1
        if self.times > 2:
            raise KeyboardInterrupt

    def release(self) -> None:
        """Now is a good moment."""
        if self.times:
            raise KeyboardInterrupt


@contextmanager
def ctrl_c_held_back() -> Iterator[_Held]:
    """In the block, Ctrl-C does nothing until `release()` is called on what this yields; a third one is obeyed at once.

    A block within a block shares its mark. Where Ctrl-C is ignored or has another handler, that stays so.

    Yields:
        what remembers Ctrl-C.
    """
    handler = signal.getsignal(signal.SIGINT)
    if isinstance(handler, _Held):
        yield handler
    elif handler is signal.default_int_handler and threading.current_thread() is threading.main_thread():
        held = _Held()
        signal.signal(signal.SIGINT, held)
        try:
            yield held
        finally:
            signal.signal(signal.SIGINT, handler)
    else:
        yield _Held()


@contextmanager
def undone_if_not_finite(model: Module, advice: str) -> Iterator[None]:
    """Put a model back to where it was if in the block its energy or its parameters stop being finite.

    Args:
        model: parameters and buffers are put back.
        advice: what to try instead.

    Raises:
        FloatingPointError: with the advice; instead of a `guards.NotFiniteError` in the block, or at its end.
    """
    state = [*model.parameters(), *model.buffers()]
    before = [part.detach().clone() for part in state]
    try:
        yield
        if not all(p.isfinite().all() for p in model.parameters()):  # a slope can be NaN where the energy is not
            raise guards.NotFiniteError("parameters: expected finite numbers, got NaN or infinity")
    except guards.NotFiniteError as error:
        with torch.no_grad():
            for part, saved in zip(state, before, strict=True):
                part.copy_(saved)
        raise FloatingPointError(f"the energy is no longer finite: {advice}") from error


def finite(value: float) -> float:
    """Return the mean energy of a step if it is finite.

    Args:
        value: the mean energy.

    Returns:
        `value` itself.

    Raises:
        NotFiniteError: it is NaN or infinite.
    """
    if not math.isfinite(value):
        raise guards.NotFiniteError(f"energy: expected a finite mean, got {value}")
    return value


def progress_bar(total: int, unit: str, show: bool = True, done: int = 0) -> "tqdm[NoReturn]":
    """A bar for loops that may take longer than a second, gone when they are over.

    Args:
        total: how many steps.
        unit: what a step is called.
        show: whether to show it.
        done: steps done before.

    Returns:
        a bar whose `update(k)` counts k steps; a context manager.
    """
    from tqdm import tqdm

    # On stdout: notebooks paint stderr red, also where a finished bar has left nothing.
    return tqdm(total=total, initial=done, unit=unit, leave=False, delay=1.0, disable=not show, file=sys.stdout)
