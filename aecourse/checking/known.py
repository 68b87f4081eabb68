"""Naming a mistake: a known wrong answer of the exercise, a form that people really write, or both together."""

import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aecourse.checking.differences import same
from aecourse.checking.reductions import form


@dataclass(frozen=True)
class Wrong:
    """A known wrong answer and the message that names what is behind it."""

    answer: Callable
    message: str


def outcome(fn: Callable, arguments: tuple) -> Any:
    """What `fn` returns, or the exception that it raises: a wrong answer may do either."""
    try:
        return fn(*arguments)
    except Exception as error:
        return error


def named(
    wrong: Sequence[Wrong], trials: Sequence[tuple], results: list, expected: list, tolerance: float
) -> str | None:
    """What is behind these results, or None.

    Args:
        wrong: the known wrong answers of the exercise.
        trials: the arguments of each trial.
        results: what came in each; the last may be the exception that ended them.
        expected: the right results.
        tolerance: of the comparison.

    Returns:
        The message of a known wrong answer, of a common form, or of one known mistake in each item of a container.
    """
    trials = trials[: len(results)]
    known = [(w.message, [outcome(w.answer, copy.deepcopy(a)) for a in trials]) for w in wrong]
    message = _exactly(known, results, tolerance) or form(results, expected, trials, tolerance)
    return (
        message or _each_item(known, results, expected, trials, tolerance) or _both(known, results, trials, tolerance)
    )


def _exactly(known: Iterable[tuple[str, list]], results: list, tolerance: float) -> str | None:
    """The message of the known wrong answer that gives these results, or raises the same."""
    alike = (m for m, given in known if all(_alike(r, g, tolerance) for r, g in zip(results, given, strict=True)))
    return next(alike, None)


def _alike(result: Any, given: Any, tolerance: float) -> bool:
    if isinstance(result, Exception) or isinstance(given, Exception):
        return type(result) is type(given) and str(result) == str(given)
    return same(result, given, tolerance)


def _both(known: list[tuple[str, list]], results: list, trials: Sequence[tuple], tolerance: float) -> str | None:
    """A known mistake and a common form together."""
    for message, given in known:
        if not any(isinstance(g, Exception) for g in given):
            second = form(results, given, trials, tolerance, simple=True)
            if second:
                return f"{message}; and {second}"
    return None


def _each_item(
    known: list[tuple[str, list]], results: list, expected: list, trials: Sequence[tuple], tolerance: float
) -> str | None:
    """One message for each wrong item of a dict or tuple, if any of them can be named."""
    first, named, unnamed = expected[0], [], []
    alike = all(_keys(r) == _keys(e) for r, e in zip(results, expected, strict=True))
    if not isinstance(first, dict | tuple | list) or not alike:
        return None
    for key in _keys(first) or ():
        mine, right = [r[key] for r in results], [e[key] for e in expected]
        if all(same(r, e, tolerance) for r, e in zip(mine, right, strict=True)):
            continue
        theirs = [(m, [g[key] for g in given]) for m, given in known if all(_keys(g) == _keys(first) for g in given)]
        message = _exactly(theirs, mine, tolerance) or form(mine, right, trials, tolerance)
        (named if message else unnamed).append(message or f"not yet right for {key!r}")
    return "; ".join(dict.fromkeys(named + unnamed)) if named else None


def _keys(a: Any) -> list | None:
    if isinstance(a, dict):
        return sorted(a, key=repr)
    return list(range(len(a))) if isinstance(a, tuple | list) else None
