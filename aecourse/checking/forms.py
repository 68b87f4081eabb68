"""A question that takes an answer: widgets where a kernel runs, plain HTML where none does.

Both are the same to use: one button an option, or a field for a number, and one line that answers. The HTML reads
without scripts too, where it is sanitised: the question, its options, and the replies folded. `page.js` brings it to
life; a page needs that script once, however many questions it has.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

import ipywidgets as widgets

WIDGET = "application/vnd.jupyter.widget-view+json"


def bundle(text: str, page: str, box: widgets.Widget) -> dict[str, object]:
    """What a notebook shows: the widgets, and for readers without a kernel a page or plain text."""
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    return {"text/plain": text, "text/html": page, WIDGET: view}


class Line:
    """A line of plain text below what was asked.

    Args:
        text: what stands there first.
    """

    def __init__(self, text: str = ""):
        self.box = widgets.HTML(_styled(html.escape(text)))

    def say(self, text: str, aloud: bool = True) -> None:
        """Show another text, as text: what was typed is never markup.

        Args:
            text: to be shown.
            aloud: whether a screen reader says it at once, as an answer to what was just done.
        """
        self.box.value = _styled(html.escape(text), ' role="alert"' if aloud else "")


def heading(text: str) -> widgets.HTML:
    """The question, above its answers."""
    return widgets.HTML(_styled(f"<b>{html.escape(text)}</b>"))


def _styled(markup: str, role: str = "") -> str:
    return f'<div{role} style="font-size: 1.1em; line-height: 1.4">{markup}</div>'


def buttons(options: Iterable[str], given: object, answer: Callable[[str], None]) -> widgets.Box:
    """One button an option; the one that was chosen last is marked.

    Args:
        options: what stands on the buttons.
        given: the option that is marked first.
        answer: called with the option of a button that is pressed.
    """
    made = [widgets.Button(description=o, layout={"width": "auto", "min_width": "8em"}) for o in options]

    def mark(chosen: object) -> None:
        for button in made:
            button.button_style = "primary" if button.description == chosen else ""

    def press(button: widgets.Button) -> None:
        mark(button.description)
        answer(button.description)

    mark(given)
    for button in made:
        button.on_click(press)
    return widgets.Box(made, layout={"flex_flow": "row wrap"})


def field(value: str, unit: str, answer: Callable[[str], None]) -> widgets.Box:
    """A field to type a number into; Enter, leaving it, or the button beside it gives the answer.

    Args:
        value: what stands there first.
        unit: behind the field.
        answer: called with what was typed.
    """
    typed = widgets.Text(value=value, layout={"width": "8em"}, placeholder="a number", continuous_update=False)
    commit = widgets.Button(description="that is my prediction", layout={"width": "auto"})
    commit.on_click(lambda _: answer(typed.value))
    typed.observe(lambda change: answer(change["new"]), "value")  # the event of Enter may come before what was typed
    return widgets.Box([typed, widgets.Label(unit), commit], layout={"flex_flow": "row wrap"})


def question(key: str, legend: str, answers: str, folded: str = "") -> str:
    """A question as HTML.

    Args:
        key: what the answer is kept under in the reader's browser.
        legend: the question.
        answers: from `options` or `interval`.
        folded: from `replies`, where the answer is known at once.
    """
    legend = f"<legend><b>{html.escape(legend)}</b></legend>"
    return f'<fieldset class="aecourse-question" data-key="{html.escape(key)}">{legend}{answers}{folded}</fieldset>'


def options(texts: Iterable[str]) -> str:
    """A list to choose from."""
    return f"<ul>{''.join(f'<li>{html.escape(text)}</li>' for text in texts)}</ul>"


def interval(low: float, high: float, unit: str) -> str:
    """What a number may be."""
    bounds = f'data-low="{low}" data-high="{high}" data-unit="{html.escape(unit)}"'
    return f"<p {bounds}>{html.escape(between(low, high, unit))}</p>"


def between(low: float, high: float, unit: str) -> str:
    """Bounds in words: "1 to 784 numbers"."""
    return f"{low} to {high} {unit}".strip()


def replies(summary: str, texts: Mapping[str, str]) -> str:
    """The reply to each option, folded."""
    said = "".join(
        f"<li><b>{html.escape(option)}</b>: <span>{html.escape(text)}</span></li>" for option, text in texts.items()
    )
    return f"<details><summary>{html.escape(summary)}</summary><ul>{said}</ul></details>"


@cache
def script() -> str:
    """What brings the questions of a page to life, in one line: in a notebook it is data, not text."""
    lines = map(str.strip, Path(__file__).with_name("page.js").read_text("utf-8").splitlines())
    return f"<script>{' '.join(line for line in lines if not line.startswith('//'))}</script>"


SCRIPT = re.compile(r"<script>.*?</script>", re.S)  # in what a notebook has stored
