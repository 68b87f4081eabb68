"""Predictions, self-tests and folded solutions on pages without a kernel, by mouse and by keyboard."""

import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from test_site import serious

from aecourse import exercises
from aecourse.checking import forms
from aecourse.checking.predictions import Asked, Compared, Prediction
from aecourse.checking.quizzes import Question, Quiz

CHAPTER = "notebooks/02_energies_and_the_encoder.html"  # has both kinds, a self-test and solutions
COUNT = Prediction("9.1", "How many <i>numbers</i>?", low=1, high=2000, unit="numbers", why="So many.")
SHARE = Prediction("9.1b", "What share?", low=0, high=100, unit="%", why="Of the variance.")
KIND = Prediction("9.2", "Which?", options={"a & b": "Too <b>wide</b>.", '"c"': "It fits."}, right='"c"')
TEST = Quiz("9", (Question("Is it?", {"yes": "It is.", "no": "It is not."}, "yes"),), script=False)


def shown(thing, source="call()"):
    data = {kind: text for kind, text in thing._repr_mimebundle_().items() if kind != forms.WIDGET}
    return new_code_cell(source, outputs=[new_output("display_data", data)])


def printed(text):
    return new_code_cell("print()", outputs=[new_output("stream", name="stdout", text=text)])


@pytest.fixture(scope="module")
def alone(serve, tmp_path_factory):
    """A notebook as nbconvert writes it, without scripts of others; returns its address."""
    cells = [
        *(new_markdown_cell("## 9.1 First"), shown(Asked(COUNT)), new_markdown_cell("How we count.")),
        *(
            printed("secret 28"),
            new_markdown_cell("*A caption with **28**.*"),
            shown(Compared(COUNT, 28.26), "says 28"),
        ),
        *(new_markdown_cell("A reading of 28."), printed("open"), shown(Asked(SHARE, script=False))),
        *(printed("secret 91"), shown(Compared(SHARE, 91.34)), new_markdown_cell("## 9.2 Second\n\nAlways there.")),
        *(shown(Asked(KIND, script=False)), printed("secret c"), shown(Compared(KIND)), shown(TEST)),
    ]
    page, _ = HTMLExporter(template_name="lab", mathjax_url="", require_js_url="").from_notebook_node(
        new_notebook(cells=cells)
    )
    folder = tmp_path_factory.mktemp("alone")
    (folder / "page.html").write_text(page, "utf-8")
    return f"{serve(folder)}/page.html"


def question(page, text):
    return page.locator("fieldset", has_text=text)


def test_without_scripts_everything_can_be_read_and_the_replies_unfold(visit, alone):
    page = visit(java_script_enabled=False).page
    page.goto(alone)
    for text in ("How many <i>numbers</i>?", "1 to 2000 numbers", "secret 28", "A reading of 28.", "a & b"):
        assert page.get_by_text(text).first.is_visible(), text
    assert page.locator("button, input").count() == 0
    reply = question(page, "Is it?").get_by_text("It is not.")
    assert not reply.is_visible()
    question(page, "Is it?").locator("summary").click()
    assert reply.is_visible()


def test_what_gives_the_answer_away_waits_for_the_prediction_and_nothing_else_does(visit, alone):
    page = visit().page
    page.goto(alone)
    waiting = ["secret 28", "A caption with", "It is: 28.3 numbers. So many.", "A reading of 28.", "says"]
    others = ["secret 91", "It is: 91.3 %.", "secret c", "It fits."]
    for text in waiting + others:
        assert not page.get_by_text(text).first.is_visible(), text
    for text in ("How we count.", "open", "Always there."):
        assert page.get_by_text(text, exact=True).is_visible(), text
    question(page, "How many").get_by_role("spinbutton").fill("60")
    question(page, "How many").get_by_role("button", name="That is my prediction").click()
    for text in waiting:
        assert page.get_by_text(text).first.is_visible(), text
    for text in others:
        assert not page.get_by_text(text).first.is_visible(), text


def test_one_may_look_without_predicting(visit, alone):
    page = visit().page
    page.goto(alone)
    question(page, "Which?").get_by_role("button", name="Show it without predicting").press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "a & b"
    assert page.get_by_text("secret c").is_visible()
    assert page.get_by_text('It is: "c". It fits.').is_visible()
    assert not page.get_by_text("You said").first.is_visible()


def test_on_paper_everything_is_shown(visit, alone):
    page = visit().page
    page.goto(alone)
    page.emulate_media(media="print")
    assert page.get_by_text("secret 28").is_visible()


def test_the_page_says_what_python_says(visit, serve, tmp_path, monkeypatch):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path / "own"))
    cases = [(28.26, "28"), (28.26, "28.3"), (28.26, "1999.5"), (1 / 3, "0.333"), (1 / 3, "-1"), (91.34, "91.3")]
    cases += [(91.34, "99.9999"), (1234.6, "1235"), (1234.6, "12"), (-0.04, "0"), (700, "1.005")]
    html, said = '<!doctype html><meta charset="utf-8">', []
    for k, (result, given) in enumerate(cases):
        unit = ("numbers", "%", "")[k % 3]
        prediction = Prediction(f"9.{k}", "How many?", low=-10, high=2000, unit=unit, why="So many.")
        asked, compared = Asked(prediction), Compared(prediction, result)
        html += asked._html() + compared._html()
        asked.answer(given)
        said.append(repr(compared))
    (tmp_path / "page.html").write_text(html, "utf-8")
    page = visit().page
    page.goto(f"{serve(tmp_path)}/page.html")
    for k, (_, given) in enumerate(cases):
        page.get_by_role("spinbutton").nth(k).fill(given)
        page.keyboard.press("Enter")
        told = page.locator(".aecourse-answer").nth(k).locator("p").all_inner_texts()
        assert " ".join(told) == said[k]


def test_by_keyboard_alone_one_predicts_changes_ones_mind_and_is_told(visit, alone):
    page = visit().page
    page.goto(alone)
    which = question(page, "Which?")
    which.get_by_role("button", name="a & b").focus()
    page.keyboard.press("Space")
    answer = page.locator('.aecourse-answer[data-for="9.2"]')
    assert "✗ You said: a & b. Too <b>wide</b>." in answer.inner_text()
    assert "kept" in which.get_by_role("status").inner_text()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert '✓ You said: "c".' in answer.inner_text()
    pressed = which.locator("li button").evaluate_all("all => all.map((e) => e.getAttribute('aria-pressed'))")
    assert pressed == ["false", "true"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # answer again
    assert not page.get_by_text("secret c").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "a & b"


def test_a_number_outside_of_its_bounds_is_not_taken(visit, alone):
    page = visit().page
    page.goto(alone)
    for given in ("", "0", "2001"):
        question(page, "How many").get_by_role("spinbutton").fill(given)
        page.keyboard.press("Enter")
        assert not page.get_by_text("secret 28").is_visible()


def test_answers_outlive_a_reload_and_can_be_given_again(visit, alone):
    page = visit().page
    page.goto(alone)
    question(page, "How many").get_by_role("spinbutton").fill("60")
    page.keyboard.press("Enter")
    question(page, "Is it?").get_by_role("button", name="no").click()
    page.reload()
    assert question(page, "How many").get_by_role("spinbutton").input_value() == "60"
    assert "60 numbers, 31.7 too high" in page.locator(".aecourse-answer").first.inner_text()
    assert question(page, "Is it?").get_by_role("status").inner_text() == "✗ It is not."
    question(page, "How many").get_by_role("button", name="Answer again").click()
    page.reload()
    assert not page.get_by_text("secret 28").is_visible()


def test_without_storage_it_works_until_the_page_is_left(visit, alone):
    opened = visit()
    opened.page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })")
    opened.page.goto(alone)
    question(opened.page, "Which?").get_by_role("button", name="a & b").click()
    assert opened.page.get_by_text("secret c").is_visible()
    assert opened.wrong == []


def test_of_a_self_test_only_the_reply_to_ones_choice_appears(visit, alone):
    page = visit().page
    page.goto(alone)
    asked = question(page, "Is it?")
    assert asked.get_by_role("button", name="yes").is_visible()
    for option, reply, other in (("no", "✗ It is not.", "It is."), ("yes", "✓ It is.", "It is not.")):
        asked.get_by_role("button", name=option).click()
        assert asked.get_by_role("status").inner_text() == reply
        assert not asked.locator("details").get_by_text(other).is_visible()


# --- the website --------------------------------------------------------------------------------------------------


def answer_all(page):
    for asked in page.locator("fieldset").all():
        field = asked.get_by_role("spinbutton")
        if field.count():
            field.fill("50")
            field.press("Enter")
        else:
            asked.locator("li button").first.click()
    assert page.locator(".aecourse-waits, .aecourse-waits-inside").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_before_and_after_all_questions_are_answered(visit, site, scheme):
    opened = visit(color_scheme=scheme)
    opened.page.goto(f"{site}/{CHAPTER}")
    assert serious(opened.page) == []
    answer_all(opened.page)
    for folded in opened.page.locator("details:visible").all():
        folded.locator("summary").click()
    assert serious(opened.page) == []
    assert opened.wrong == []


def test_on_a_phone_questions_need_no_sideways_scrolling(visit, site):
    page = visit(360, 740).page
    page.goto(f"{site}/{CHAPTER}")
    for _ in range(2):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        wide = "all => all.filter((e) => e.scrollWidth > e.clientWidth + 1).length"
        assert page.locator("fieldset, fieldset *").evaluate_all(wide) == 0
        answer_all(page)


def test_a_chapter_hides_figures_captions_and_readings_until_one_predicts(visit, site):
    page = visit().page
    page.goto(f"{site}/{CHAPTER}")
    numbers = [n for n in exercises.predictions() if n.startswith("2.")]
    assert page.locator("legend", has_text="Predict: ").count() == len(numbers)
    for number in numbers:
        answer, asked = (page.locator(f'[data-{name}="{number}"]') for name in ("for", "key"))
        assert not answer.is_visible(), number
        asked.get_by_role("button", name="Show it without predicting").click()
        assert answer.is_visible(), number


def test_hints_and_solutions_unfold_by_keyboard(visit, site):
    page = visit().page
    page.goto(f"{site}/{CHAPTER}")
    for name in ("Hints", "Solution"):
        folded = page.locator("details", has=page.get_by_text(name, exact=True)).first
        folded.locator("summary").focus()
        for is_open in (True, False):
            page.keyboard.press("Enter")
            assert folded.evaluate("e => e.open") is is_open
