"""Self-tests: one chooses among the options, and the reply to that one says why it is right or wrong."""

from dataclasses import dataclass

import ipywidgets as widgets

from aecourse import guards
from aecourse.checking import forms


@dataclass(frozen=True)
class Question:
    """A question with several answers to choose from.

    Attributes:
        text: of the question.
        options: each option and the reply to it.
        right: the one right option.
    """

    text: str
    options: dict[str, str]
    right: str


class Quiz:
    """The self-test that closes a notebook.

    Args:
        chapter: its number, such as "4".
        questions: in their order.
        script: whether its HTML brings the script of the page along; one a page does.
    """

    def __init__(self, chapter: str, questions: tuple[Question, ...], script: bool = True):
        self.chapter, self.questions, self._script = chapter, questions, script

    def reply(self, number: int, option: str) -> str:
        """What is said to an answer.

        Args:
            number: of the question, counted from 1.
            option: one of its options.

        Returns:
            The reply, after ✓ or ✗.

        Raises:
            ValueError: there is no such question, or it has no such option.
        """
        question = self.questions[guards.count("number", number, high=len(self.questions)) - 1]
        guards.choice("option", option, question.options)
        return f"{'✓' if option == question.right else '✗'} {question.options[option]}"

    def widget(self) -> widgets.VBox:
        """The questions with one button an option; the reply stands below."""
        return widgets.VBox([self._ask(k) for k in range(1, len(self.questions) + 1)])

    def _ask(self, number: int) -> widgets.VBox:
        question, line = self.questions[number - 1], forms.Line()
        asked = forms.buttons(question.options, None, lambda option: line.say(self.reply(number, option)))
        heading = forms.heading(f"{number}. {question.text}")
        return widgets.VBox([heading, asked, line.box], layout={"margin": "0 0 1em 0"})

    def __repr__(self) -> str:
        return "\n".join(f"{k}. {q.text}  [{' | '.join(q.options)}]" for k, q in enumerate(self.questions, 1))

    def _html(self) -> str:
        blocks = []
        for k, q in enumerate(self.questions, 1):
            folded = forms.replies("Answers", {option: self.reply(k, option) for option in q.options})
            blocks.append(
                forms.question(f"{self.chapter} self-test {k}", f"{k}. {q.text}", forms.options(q.options), folded)
            )
        return "".join(blocks) + forms.script() * self._script

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        return forms.bundle(repr(self), self._html(), self.widget())
