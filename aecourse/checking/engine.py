"""Checking a learner's function, and a message that names the misconception.

Most exercises compare: the function is called on fresh random inputs, its results with those of the answer. A known
wrong answer is itself a function: if the learner's results equal those of a known wrong answer on every trial, its
message is shown. So a message cannot be attached to the wrong mistake, and the tests can run every one of them.

Others judge behaviour: a rule runs what the learner wrote and looks at the outcome, so that several answers are right.
"""

import ast
import copy
import functools
import inspect
import secrets
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from aecourse import guards
from aecourse.checking import known, records, slips, solutions
from aecourse.checking.deadline import TooSlowError, deadline
from aecourse.checking.differences import difference, same
from aecourse.checking.known import Wrong
from aecourse.checking.trials import Trial, parameters, unwritten

TRIALS = 5
SEEDS = 10_000  # short enough to be typed
NOT_YET = "not attempted yet"
_hints: dict[str, int] = {}  # how many have been shown, by the number of the exercise
_failed: dict[str, Trial] = {}  # where the last check failed


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
        inputs: (generator, k) -> the arguments of trial k, so that the trials together tell all mistakes apart; None if
            a judge decides.
        answer: the solution, shown as source.
        wrong: known wrong answers.
        praise: what a right answer shows.
        tolerance: of compared numbers, relative; a hundredth of it absolute, where the numbers are small.
        judge: (fn, generator) -> None if what `fn` does is right, or what is not; it decides instead of a comparison.
        seconds: after which a check is stopped.
    """

    number: str
    title: str
    statement: str
    hints: tuple[str, ...]
    inputs: Callable[[torch.Generator, int], tuple] | None
    answer: Callable
    wrong: tuple[Wrong, ...]
    praise: str
    tolerance: float = 1e-4
    judge: Callable[[Callable, torch.Generator], str | None] | None = None
    seconds: float = 10

    def check(self, fn: Callable, seed: int | None = None) -> Verdict:
        """Call `fn` on fresh random inputs and confirm, or name the misconception; a stub is "not attempted yet".

        Args:
            fn: the learner's function; what it draws itself depends on the seed only.
            seed: of the inputs, as the message of an earlier check names it; by default another one at each call.

        Returns:
            The verdict, which is counted in the progress file unless a stub was called.

        Raises:
            ValueError: seed is no whole number of at least 0.
        """
        seed = secrets.randbelow(SEEDS) if seed is None else guards.count("seed", seed, low=0)
        _failed.pop(self.number, None)
        try:
            fault = self._fault(fn, seed)
        except _UnwrittenError as stub:
            return Verdict(self.number, False, str(stub), seed)
        records.record(self.number, fault is None)
        return Verdict(self.number, fault is None, self.praise if fault is None else fault, seed)

    def _fault(self, fn: Callable, seed: int) -> str | None:
        """What is wrong with `fn`, or None; the state of torch's random numbers is put back."""
        if not callable(fn):
            return f"pass the function itself, `check(name)`, not its result ({type(fn).__name__})"
        generator = torch.Generator().manual_seed(seed)
        try:
            with torch.random.fork_rng(devices=[]), deadline(self.seconds):
                torch.default_generator.manual_seed(seed)
                return self._judged(fn, generator, seed) if self.judge else self._compared(fn, generator, seed)
        except TooSlowError:
            return f"stopped: it took longer than {self.seconds:g} s. Is there a loop that never ends?"

    def _compared(self, fn: Callable, generator: torch.Generator, seed: int) -> str | None:
        """What is wrong with the results of `fn` on all trials."""
        assert self.inputs is not None
        trials, results = [self.inputs(generator, k) for k in range(TRIALS)], []
        for arguments in trials:
            handed = copy.deepcopy(arguments)
            results.append(known.outcome(fn, handed))
            careless = _careless(fn, results[-1], handed, arguments)
            if careless:
                return careless
            if isinstance(results[-1], Exception):
                break
        expected = [self.answer(*copy.deepcopy(arguments)) for arguments in trials[: len(results)]]
        names = _item_names(self.answer)
        gaps = [difference(r, e, self.tolerance, names) for r, e in zip(results, expected, strict=True)]
        failing = next((k for k, gap in enumerate(gaps) if gap), None)
        if failing is None:
            return None
        inputs = dict(zip(parameters(self.answer), trials[failing], strict=True))
        if inputs:  # without inputs, what was expected is the solution
            _failed[self.number] = Trial(inputs, expected[failing], results[failing], gaps[failing])
        last, text = results[-1], gaps[failing] or ""
        if isinstance(last, Exception) and failing == len(results) - 1:
            text = self._raised(last)
        return known.named(self.wrong, trials, results, expected, self.tolerance) or text + self._again(seed)

    def _judged(self, fn: Callable, generator: torch.Generator, seed: int) -> str | None:
        """What the rule finds; what the learner's function raises is told apart from what the rule cannot read."""
        assert self.judge is not None
        raised: list[Exception] = []

        @functools.wraps(fn)
        def watched(*arguments: Any, **options: Any) -> Any:
            try:
                return fn(*arguments, **options)
            except Exception as error:
                raised.append(error)
                raise

        try:
            fault = self.judge(watched, generator)
        except Exception as error:
            _stop_at_stubs(fn, error)
            if error in raised:
                return self._raised(error) + self._again(seed)
            text = self._raised(error).removeprefix("your function raised ")
            return f"what your function gives cannot be judged: {text}{self._again(seed)}"
        return fault

    def _raised(self, error: Exception) -> str:
        """The error's own words, and a sentence of ours on a usual slip."""
        words = slips.meaning(error)
        if isinstance(error, TypeError) and "positional argument" in str(error):
            words = f"it is called with ({', '.join(parameters(self.answer))})"
        text = textwrap.shorten(str(error), 160, placeholder=" …")
        return f"your function raised {type(error).__name__}: {text}{f'. {_capital(words)}' if words else ''}"

    def _again(self, seed: int) -> str:
        """How to see what went in: only where the inputs may matter to the learner."""
        if not parameters(self.answer):
            return f' (`exercises.load("{self.number}").hint()` helps one step further)'
        show = f'`exercises.load("{self.number}").trial()` shows this call; ' if self.number in _failed else ""
        return f" ({show}the same inputs again: check(…, seed={seed}))"

    def trial(self) -> Trial | None:
        """The call at which the last check of this exercise failed: arguments, what was expected and what came.

        Returns:
            The trial; None, with a line that says so, if there is none.
        """
        if self.number not in _failed:
            print("No call failed in the last check. (Where a rule judges, its message says all.)")
        return _failed.get(self.number)

    def hint(self) -> None:
        """Print the next hint; after the last one they start again."""
        k = _hints[self.number] = _hints.get(self.number, 0) % (len(self.hints) + 1) + 1
        if k > len(self.hints):
            print("That was the last hint; solution() shows the answer.")
        else:
            print(f"Hint {k} of {len(self.hints)}: {self.hints[k - 1]}")

    def solution(self) -> None:
        """Print the source of the tested solution, with the imports and helpers that it needs."""
        print(solutions.pasted(self.answer))

    def __repr__(self) -> str:
        return f"Exercise {self.number}: {self.title}"

    def _repr_markdown_(self) -> str:
        return f"**Exercise {self.number}: {self.title}**\n\n{self.statement}"


class _UnwrittenError(Exception):
    """A stub was called: this exercise's own, or another's that it needs."""


def _stop_at_stubs(fn: Callable, error: Exception) -> None:
    """Raise _UnwrittenError if the error is that of a stub."""
    stub = unwritten(fn, error)
    if stub:
        own = fn.__qualname__.rpartition("<locals>.")[2] if hasattr(fn, "__qualname__") else stub
        raise _UnwrittenError(
            NOT_YET if f"{stub}.".startswith(f"{own}.") else f"calls `{stub}`, which is not written yet"
        )


def _careless(fn: Callable, result: Any, handed: tuple, arguments: tuple) -> str | None:
    """What is wrong whatever the result is."""
    if isinstance(result, Exception):
        _stop_at_stubs(fn, result)
    elif not same(handed, arguments, 0.0):
        return "your function changes its arguments in place; compute a new value instead"
    elif result is None:
        return "your function returns None: is there a `return`?"
    return None


def _item_names(answer: Callable) -> tuple[str, ...]:
    """The names in `return a, b` at the end of the answer, for messages about its items."""
    last = ast.parse(textwrap.dedent(inspect.getsource(answer))).body[0]
    value = getattr(getattr(last, "body", [None])[-1], "value", None)
    return tuple(ast.unparse(item) for item in value.elts) if isinstance(value, ast.Tuple) else ()


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
