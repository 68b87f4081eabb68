"""One call of a learner's function: what went in, what was expected, what came; and whose stub it was."""

import inspect
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aecourse.checking.differences import shown


@dataclass(frozen=True)
class Trial:
    """A call that went wrong; its repr shows everything on a few lines.

    Attributes:
        arguments: what went in, by name.
        expected: the right result; None where a rule judges instead.
        got: what came, or the exception that was raised.
        where: the first place at which the two differ, in words.
    """

    arguments: dict[str, Any]
    expected: Any
    got: Any
    where: str | None = None

    def __repr__(self) -> str:
        rows = {name: shown(value) for name, value in self.arguments.items()}
        rows |= {"expected": shown(self.expected), "got": shown(self.got)}
        if self.where and rows["expected"] == rows["got"]:  # they differ beyond what a line shows
            rows["differ at"] = self.where
        width = max(map(len, rows))
        return "\n".join(f"{name:{width}s}  {line}" for name, line in rows.items())


def parameters(fn: Callable) -> tuple[str, ...]:
    """The names of what a function takes."""
    return tuple(inspect.signature(fn).parameters)


def unwritten(fn: Callable, error: BaseException) -> str | None:
    """The name of the stub that raised the error: a NotImplementedError without words, in the learner's own code.

    Args:
        fn: the learner's function.
        error: what calling it raised.

    Returns:
        The name of the innermost function, or None if this was no stub: other libraries raise the same error.
    """
    if not isinstance(error, NotImplementedError) or error.args:
        return None
    *_, (inner, _) = traceback.walk_tb(error.__traceback__)
    if inner.f_globals.get("__name__") != getattr(fn, "__module__", None):
        return None
    return inner.f_code.co_qualname.rpartition("<locals>.")[2]
