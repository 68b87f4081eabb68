"""Checking a learner's function: fresh random inputs, and a message that names the misconception.

A known wrong answer is itself a function: if the learner's results equal those of a known wrong answer on every trial,
its message is shown. So a message cannot be attached to the wrong mistake, and the tests can run every one of them.
"""

import copy
import inspect
import secrets
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from aecourse import guards
from aecourse.checking import records

TRIALS = 5
SEEDS = 10_000  # short enough to be typed
_GROUPS = (set, frozenset, tuple, list)
NOT_YET = "not attempted yet"


@dataclass(frozen=True)
class Wrong:
    """A known wrong answer and the message that names what is behind it."""

    answer: Callable
    message: str


@dataclass(frozen=True)
class Verdict:
    """The result of a check; its repr is the message.

    Attributes:
        number: of the exercise, "4.2".
        passed: whether the function is right.
        message: what it shows, or what is behind the mistake.
        seed: of the inputs; `check(fn, seed=verdict.seed)` checks on the same ones again.
    """

    number: str
    passed: bool
    message: str
    seed: int

    def __repr__(self) -> str:
        return f"{self.number} {'✓ ' if self.passed else ''}{self.message}"


@dataclass(repr=False)
class Exercise:
    """One exercise.

    Attributes:
        number: "4.2".
        title: Markdown.
        statement: Markdown.
        hints: one step each.
        inputs: (generator, k) -> the arguments of trial k, so that the trials together tell all mistakes apart.
        answer: the solution, shown as source.
        wrong: known wrong answers.
        praise: what a right answer shows.
        tolerance: relative, of compared numbers.
    """

    number: str
    title: str
    statement: str
    hints: tuple[str, ...]
    inputs: Callable[[torch.Generator, int], tuple]
    answer: Callable
    wrong: tuple[Wrong, ...]
    praise: str
    tolerance: float = 1e-4
    _shown: int = field(default=0, init=False)

    def check(self, fn: Callable, seed: int | None = None) -> Verdict:
        """Call `fn` on fresh random inputs and confirm, or name the misconception; a stub is "not attempted yet".

        Args:
            fn: the learner's function.
            seed: of the inputs, as the message of an earlier check names it; by default another one at each call.

        Returns:
            The verdict, which is counted in the progress file unless `fn` is still a stub.

        Raises:
            ValueError: seed is no whole number of at least 0.
        """
        seed = secrets.randbelow(SEEDS) if seed is None else guards.count("seed", seed, low=0)
        generator = torch.Generator().manual_seed(seed)
        passed, message = self._judge(fn, [self.inputs(generator, k) for k in range(TRIALS)], seed)
        if message != NOT_YET:
            records.record(self.number, passed)
        return Verdict(self.number, passed, message, seed)

    def _judge(self, fn: Callable, trials: list[tuple], seed: int) -> tuple[bool, str]:
        """Whether `fn` is right, and what to say."""
        if not callable(fn):
            return False, f"pass the function itself, `check(name)`, not its result ({type(fn).__name__})"
        results = []
        for arguments in trials:
            handed = copy.deepcopy(arguments)
            try:
                results.append(fn(*handed))
            except Exception as error:
                if isinstance(error, NotImplementedError) and not error.args:  # the stub's; torch's has a message
                    return False, NOT_YET
                return False, f"your function raised {type(error).__name__}: {error}{_again(seed)}"
            if not same(handed, arguments, 0.0):
                return False, "your function changes its arguments in place; compute a new value instead"
            if results[-1] is None:
                return False, "your function returns None: is there a `return`?"
        expected = [self.answer(*copy.deepcopy(arguments)) for arguments in trials]
        if all(same(r, e, self.tolerance) for r, e in zip(results, expected, strict=True)):
            return True, self.praise
        return False, self._known(trials, results) or self._difference(results, expected) + _again(seed)

    def _known(self, trials: list[tuple], results: list) -> str | None:
        """The message of the known wrong answer that gives these results."""
        for wrong in self.wrong:
            given = [outcome(wrong.answer, copy.deepcopy(arguments)) for arguments in trials]
            if all(same(r, g, self.tolerance) for r, g in zip(results, given, strict=True)):
                return wrong.message
        return None

    def _difference(self, results: list, expected: list) -> str:
        """The first thing in which the results differ from the right ones."""
        pairs = zip(results, expected, strict=True)
        return next(difference(r, e) for r, e in pairs if not same(r, e, self.tolerance))

    def hint(self) -> None:
        """Print the next hint."""
        if self._shown >= len(self.hints):
            print("That was the last hint; solution() shows the answer.")
            return
        self._shown += 1
        print(f"Hint {self._shown} of {len(self.hints)}: {self.hints[self._shown - 1]}")

    def solution(self) -> None:
        """Print the source of the tested solution."""
        print(textwrap.dedent(inspect.getsource(self.answer)))

    def __repr__(self) -> str:
        return f"Exercise {self.number}: {self.title}"

    def _repr_markdown_(self) -> str:
        return f"**Exercise {self.number}: {self.title}**\n\n{self.statement}"


def _again(seed: int) -> str:
    """How to see the same again: only where the inputs may matter to the learner."""
    return f" (the same inputs again: check(…, seed={seed}))"


def outcome(fn: Callable, arguments: tuple) -> Any:
    """What `fn` returns, or the exception that it raises: a known wrong answer may do either."""
    try:
        return fn(*arguments)
    except Exception as error:
        return error


def same(a: Any, b: Any, tolerance: float) -> bool:
    """Whether two results are equal: tensors in shape and value, numbers in value, containers item by item."""
    if callable(a) or callable(b):
        return a is b
    a, b = plain(a), plain(b)
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return a.shape == b.shape and torch.allclose(
            a.double(), b.double(), tolerance, tolerance * 0.01, equal_nan=True
        )
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        return _scalar(a) and _scalar(b) and same(torch.as_tensor(a), torch.as_tensor(b), tolerance)
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int) or isinstance(b, int):  # whole numbers are right or wrong, not near
        return isinstance(a, int | float) and isinstance(b, int | float) and a == b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return same(torch.as_tensor(float(a)), torch.as_tensor(float(b)), tolerance)
    if isinstance(a, set) or isinstance(b, set):
        return isinstance(a, _GROUPS) and isinstance(b, _GROUPS) and set(a) == set(b)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k], tolerance) for k in b)
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return len(a) == len(b) and all(same(u, v, tolerance) for u, v in zip(a, b, strict=True))
    return type(a) is type(b) and a == b


def plain(a: Any) -> Any:
    """The value without its wrapping: NumPy numbers and arrays, truth values, a tensor's history and its place."""
    if isinstance(a, np.generic):
        a = a.item()
    if isinstance(a, np.ndarray) and a.dtype.kind in "bif":
        a = torch.from_numpy(a.copy())
    if isinstance(a, Tensor):
        return a.item() if a.ndim == 0 and a.dtype == torch.bool else a.detach().cpu()
    return a


def _scalar(a: Any) -> bool:
    """A number, or a tensor of no dimension: both are right where one number is asked for."""
    return (isinstance(a, Tensor) and a.ndim == 0) or (isinstance(a, int | float) and not isinstance(a, bool))


def difference(result: Any, expected: Any) -> str:
    """The first thing in which a result differs: kind, shape or value."""
    result, expected = plain(result), plain(expected)
    if isinstance(expected, dict) and isinstance(result, dict):
        if result.keys() != expected.keys():
            return f"expected the keys {', '.join(map(repr, expected))}, got {_short(list(result))}"
        wrong = [key for key in expected if not same(result[key], expected[key], 0.0)]
        return f"not yet right for {', '.join(map(repr, wrong))}"
    if isinstance(expected, Tensor) and isinstance(result, Tensor):
        if result.shape != expected.shape:
            return f"expected shape {tuple(expected.shape)}, got {tuple(result.shape)}"
        gap = (result.double() - expected.double()).abs().flatten()
        k = int(gap.nan_to_num(torch.inf).argmax())
        return f"entry {k}: expected {expected.flatten()[k].item():.4g}, got {result.flatten()[k].item():.4g}"
    if isinstance(expected, Tensor) != isinstance(result, Tensor) and not (_scalar(expected) and _scalar(result)):
        return f"expected {_kind(expected)}, got {_kind(result)}"
    return f"expected {_short(expected)}, got {_short(result)}"


def _kind(a: Any) -> str:
    return f"a tensor of shape {tuple(a.shape)}" if isinstance(a, Tensor) else f"{type(a).__name__}"


def _short(a: Any) -> str:
    text = f"{float(a):.4g}" if _scalar(a) else repr(a)
    return text if len(text) <= 80 else text[:77] + "…"
