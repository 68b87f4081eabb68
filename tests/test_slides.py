"""How notebooks become slides, without a browser; that the slides fit is tested in tests_web/."""

import re

import course
import nbformat
import pytest
from demo_pages.calls import find_pages
from notes import Note

from aecourse import exercises
from aecourse.checking.predictions import Asked, Compared, Prediction

slides = pytest.importorskip("slides", reason="no nbconvert; install it with: pip install -e '.[web]'")
each = pytest.mark.parametrize("path", course.PATHS, ids=lambda p: p.stem)
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def markdown(source, kind, **metadata):
    return nbformat.v4.new_markdown_cell(source, metadata={"slideshow": {"slide_type": kind}, **metadata})


def code(source, kind, outputs=(), tags=()):
    metadata = {"slideshow": {"slide_type": kind}, "tags": list(tags)}
    return nbformat.v4.new_code_cell(source, metadata=metadata, outputs=list(outputs))


def shown(said):
    return nbformat.v4.new_output("execute_result", {"image/png": PNG, "text/plain": said})


def printed(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def deck(*cells, said=()):
    notebook = nbformat.v4.new_notebook(cells=[markdown("# 99 · A title", "slide"), *cells])
    page, _ = slides.exporter().from_notebook_node(
        slides.shape(notebook, said), {"deck": {"title": "T", "stage": "http://s"}}
    )
    return page


@each
def test_every_deck_has_a_talks_length(path):
    cells = course.read(path).cells
    kinds = [slides.slide_type(cell) for cell in cells]
    assert 12 <= kinds.count("slide") <= 30
    assert set(kinds) <= {"slide", "-", "fragment", "skip"}
    assert all("slideshow" in cell.metadata for cell in cells), "every cell says what it is on a slide"


def test_every_live_figure_on_a_slide_has_a_page_for_the_projector():
    names = {page.name for page in find_pages(course.PATHS, course.ROOT / "aecourse")}
    linked = {course.demo(cell) for path in course.PATHS for cell in course.read(path).cells} - {""}
    assert linked
    assert linked <= names


def test_a_figure_is_shown_without_its_code_and_described_by_its_caption():
    page = deck(
        code("live_figures.costs()", "slide", [shown("y = 1, cheap")]),
        markdown("*Two **costs**, `one` slope.*", "skip"),
    )
    assert "live_figures.costs()" not in page
    assert 'alt="Two costs, one slope. y = 1, cheap"' in page
    assert "<figcaption>y = 1, cheap</figcaption>" in page
    assert 'href="http://s/costs.ipynb"' in page


def test_a_caption_on_the_slide_stands_for_the_figures_own_line():
    page = deck(code("live_figures.costs()", "slide", [shown("y = 1, cheap")]), markdown("*Two costs.*", "-"))
    assert "<figcaption>" not in page
    assert 'class="prose caption"' in page


def test_tags_choose_code_or_output():
    assert "SEEN" in deck(code("f()  # SEEN", "slide", [printed("said")], ["slide-code"]))
    assert ">said<" not in deck(code("f()", "slide", [printed("said")], ["slide-code"])).replace("\n", "")
    page = deck(code("f()  # SEEN", "slide", [printed("said")], ["slide-output"]))
    assert "SEEN" not in page
    assert "said" in page


def test_what_is_skipped_or_says_nothing_is_not_in_the_deck():
    silent = nbformat.v4.new_markdown_cell("SILENT")
    page = deck(markdown("SKIPPED", "skip"), silent)
    assert "SKIPPED" not in page
    assert "SILENT" not in page


def test_a_note_is_there_when_its_slide_appears_before_any_key_press():
    cells = markdown("One.", "slide"), markdown("Two.", "fragment")
    page = deck(*cells, said=[Note("One.", 2, cells[0].id, "**Ask** why.")])
    section = re.search(rf'<section data-timing="120" id="{cells[0].id}">(.*?)</section>', page, re.S)[1]
    aside, _ = section.split('<div class="fragment">')
    assert re.search(r'<aside class="notes">\s*<p><strong>Ask</strong> why.</p>\s*<p>\(2 min\)</p>\s*</aside>', aside)


def test_a_slide_without_a_heading_goes_on_with_the_last_one():
    page = deck(markdown("## 9.1 Why?", "slide"), markdown("## 9.2 What?", "skip"), markdown("Because.", "slide"))
    assert page.count('<p class="running">') == 1
    assert '<p class="running">9.2 What?' in page


def test_links_between_notebooks_become_links_between_decks():
    assert 'href="08_the_cures.html"' in deck(markdown("[back](08_the_cures.ipynb)", "slide"))


def test_a_notebook_without_slides_is_refused_by_its_title():
    notebook = nbformat.v4.new_notebook(cells=[markdown("# 99 · A title", "skip")])
    with pytest.raises(ValueError, match="99 · A title: expected a cell of slide type 'slide'"):
        slides.shape(notebook)


def test_a_prediction_is_a_question_with_its_options_and_a_comparison_a_paragraph(monkeypatch):
    asked = Prediction("9.1", "Which <one>?", options={"a_b": "Too wide.", "c": "It fits."}, right="c")
    monkeypatch.setattr(exercises, "predictions", lambda: {"9.1": asked})
    outputs = [
        nbformat.v4.new_output("execute_result", {"text/plain": repr(thing), "text/html": thing._html()})
        for thing in (Asked(asked), Compared(asked))
    ]
    page = deck(
        code('exercises.predict("9.1")', "slide", outputs[:1]), code('exercises.compare("9.1")', "slide", outputs[1:])
    )
    question, answer = page.split("<section")[2:]
    assert "Which &lt;one&gt;?" in question
    assert re.findall("<li>(.*?)</li>", question) == ["a_b", "c"]
    for hidden in ("Too wide.", "It fits.", "script", "exercises.predict"):
        assert hidden not in question
    assert "It is: c. It fits." in answer
    assert "Too wide." not in answer
