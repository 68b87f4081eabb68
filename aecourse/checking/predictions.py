"""Predictions: given before the answer is seen, kept, and compared with what came out.

In a chapter's `exercises.py`, beside EXERCISES and QUESTIONS::

    PREDICTIONS = (
        Prediction("1.4", "How much does a copying machine explain?", options={"half": "…", "all": "…"}, right="all"),
        Prediction("1.5", "How many numbers does it keep?", low=1, high=784, unit="numbers", why="…"),
    )

The words are plain text, with the letters of the notation. Nothing depends on answering.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ipywidgets as widgets
from torch import Tensor

from aecourse import guards
from aecourse.checking import forms, records

_NO_ANSWER = "nothing predicted yet"


@dataclass(frozen=True)
class Prediction:
    """A question whose answer a later cell brings: a choice, if it has options, or a number from low to high.

    Attributes:
        number: of its section, "1.4"; a second one there is "1.4b".
        question: plain text.
        options: each option and the reply that says why it is right or wrong.
        right: the one right option.
        low: the smallest number that can be predicted.
        high: the largest.
        unit: of the number, such as "numbers" or "%".
        why: what a number says, and why it came out so.
    """

    number: str
    question: str
    options: Mapping[str, str] = field(default_factory=dict)
    right: str = ""
    low: float = 0
    high: float = 0
    unit: str = ""
    why: str = ""

    def __post_init__(self) -> None:
        if self.options:
            guards.choice("right", self.right, self.options)
        elif not self.low < self.high:
            raise ValueError(f"high: expected options, or a number above low ({self.low:g}), got {self.high:g}")

    def accept(self, given: str | float) -> str | float:
        """What was given, as it is kept.

        Args:
            given: an option; or a number, which may be a text with its unit.

        Returns:
            the option, or the number.

        Raises:
            ValueError: it is neither.
        """
        if self.options:
            return guards.choice("given", given, self.options)
        if isinstance(given, str):
            given = _number(given.strip().removesuffix(self.unit))
        return guards.number("given", given, self.low, self.high)

    def given(self) -> str | float | None:
        """What the learner predicted, as the file in the user's data folder has it; None if nothing that fits."""
        stored = records.predicted().get(self.number)
        if isinstance(stored, str) or stored is None:
            return stored if stored in self.options else None
        return stored if self.low <= stored <= self.high and not self.options else None

    def say(self, value: str | float) -> str:
        """An option as it is, a number with its unit: "28 numbers", "91.3 %"."""
        return value if isinstance(value, str) else f"{digits(value)} {self.unit}".strip()

    def outcome(self, result: str | float) -> str:
        """What came out, and why.

        Args:
            result: one of the options, or a number.
        """
        if isinstance(result, str) and result != self.right:  # a learner has changed what is computed
            return f"Here it came out as: {result}; in the course it is: {self.right}. {self.options[self.right]}"
        return f"It is: {self.say(result)}. {self.options[result] if isinstance(result, str) else self.why}".strip()

    def verdict(self, result: str | float) -> str:
        """How far the learner's prediction was, and why; the outcome alone if nothing was predicted.

        Args:
            result: one of the options, or a number.
        """
        given, outcome = self.given(), self.outcome(result)
        if given is None:
            return outcome
        said = f"You said: {self.say(given)}"
        if self.say(given) == self.say(result):
            return f"✓ {said}. {outcome}"
        if isinstance(given, str) or isinstance(result, str):
            return f"✗ {said}. {self.options[str(given)]} {outcome}"
        far = f"{digits(abs(given - result))}{' points' if self.unit == '%' else ''}"
        return f"{said}, {far} too {'high' if given > result else 'low'}. {outcome}"


def digits(value: float) -> str:
    """A number in three digits, or in as many as a whole number has."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"


def _number(typed: str) -> float:
    try:
        return float(typed)
    except ValueError:
        raise ValueError(f"given: expected a number, got {typed!r}") from None


class Asked:
    """A prediction that waits for an answer; a notebook shows the question and keeps what is given.

    Args:
        prediction: what is asked.
        script: whether its HTML brings the script of the page along; one a page does.
    """

    def __init__(self, prediction: Prediction, script: bool = True):
        self.prediction, self._script = prediction, script
        self._line = forms.Line(self._kept())

    def answer(self, given: str | float | None) -> "Asked":
        """Give a prediction, in place of an earlier one; what compares with it follows.

        Args:
            given: an option or a number; None takes the prediction back.

        Returns:
            the question itself.

        Raises:
            ValueError: it is none of the options, or no number in the bounds.
        """
        records.keep(self.prediction.number, None if given is None else self.prediction.accept(given))
        self._line.say(self._kept())
        if self.prediction.number in _COMPARED:
            _COMPARED[self.prediction.number].follow()
        return self

    def _kept(self) -> str:
        given = self.prediction.given()
        return _NO_ANSWER if given is None else f"You said: {self.prediction.say(given)}."

    def _take(self, given: str) -> None:
        try:
            self.answer(given)
        except ValueError as error:
            self._line.say(str(error).removeprefix("given: "))

    def widget(self) -> widgets.VBox:
        """The question, its buttons or its field, and a line that says what is kept."""
        p, given = self.prediction, self.prediction.given()
        if p.options:
            asked = forms.buttons(p.options, given, self._take)
        else:
            asked = forms.field("" if given is None else f"{given:g}", p.unit, self._take)
        return widgets.VBox([forms.heading(self._legend()), asked, self._line.box])

    def _legend(self) -> str:
        return f"Predict: {self.prediction.question}"

    def __repr__(self) -> str:
        p = self.prediction
        return f"{self._legend()}  [{' | '.join(p.options) or forms.between(p.low, p.high, p.unit)}]"

    def _html(self) -> str:
        p = self.prediction
        answers = forms.options(p.options) if p.options else forms.interval(p.low, p.high, p.unit)
        return forms.question(p.number, self._legend(), answers) + forms.script() * self._script

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        return forms.bundle(repr(self), self._html(), self.widget())


class Compared:
    """What came out, beside what was predicted; it follows a prediction that is given later.

    Args:
        prediction: what was asked.
        value: the number or the option that came out; for a choice the right one, unless told.

    Raises:
        ValueError: the value is no number, or none of the options.
    """

    def __init__(self, prediction: Prediction, value: str | float | None = None):
        self.prediction = prediction
        self.result = _result(prediction, value)
        self._line = forms.Line(repr(self))
        _COMPARED[prediction.number] = self

    def follow(self) -> None:
        """Say again how far the prediction was."""
        self._line.say(repr(self), aloud=False)

    def __repr__(self) -> str:
        return self.prediction.verdict(self.result)

    def _html(self) -> str:
        """What came out, and what a page needs in order to compare it with what its reader says."""
        p = self.prediction
        kind = "choice" if p.options else "number"
        said = {"data-for": p.number, "data-kind": kind, "data-result": str(self.result), "data-unit": p.unit}
        data = " ".join(f'{name}="{html.escape(value)}"' for name, value in said.items())
        others = {option: reply for option, reply in p.options.items() if option != self.result}
        folded = forms.replies("The other answers", others) if others else ""
        return f'<div class="aecourse-answer" {data}><p>{html.escape(p.outcome(self.result))}</p>{folded}</div>'

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        return forms.bundle(repr(self), self._html(), self._line.box)


def _result(prediction: Prediction, value: Any) -> str | float:
    if prediction.options:
        return guards.choice("value", prediction.right if value is None else value, prediction.options)
    return guards.number("value", value.item() if isinstance(value, Tensor) else value)


_COMPARED: dict[str, Compared] = {}  # what was compared last, to follow when a prediction is given after Run All
