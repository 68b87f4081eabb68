"""Self-tests: every option has a reply that says why; without a kernel the answers are folded in."""

import html
from dataclasses import dataclass

import ipywidgets as widgets

from aecourse import guards


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
    """

    def __init__(self, chapter: str, questions: tuple[Question, ...]):
        self.chapter, self.questions = chapter, questions

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
        question = self.questions[number - 1]
        text = widgets.HTML(f"<b>{number}. {html.escape(question.text)}</b>")
        reply = widgets.HTML()
        buttons = [
            widgets.Button(description=o, layout={"width": "auto", "min_width": "8em"}) for o in question.options
        ]

        def answer(button: widgets.Button) -> None:
            reply.value = html.escape(self.reply(number, button.description))

        for button in buttons:
            button.on_click(answer)
        row = widgets.Box(buttons, layout={"flex_flow": "row wrap"})
        return widgets.VBox([text, row, reply], layout={"margin": "0 0 1em 0"})

    def _text(self) -> str:
        return "\n".join(f"{k}. {q.text}  [{' | '.join(q.options)}]" for k, q in enumerate(self.questions, 1))

    def _html(self) -> str:
        """For readers without a kernel: the questions, the answers folded."""
        blocks = []
        for k, q in enumerate(self.questions, 1):
            said = "".join(f"<li><b>{html.escape(o)}</b>: {html.escape(self.reply(k, o))}</li>" for o in q.options)
            blocks.append(f"<details><summary>{k}. {html.escape(q.text)}</summary><ul>{said}</ul></details>")
        return "".join(blocks)

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget().model_id}
        return {"text/plain": self._text(), "text/html": self._html(), "application/vnd.jupyter.widget-view+json": view}
