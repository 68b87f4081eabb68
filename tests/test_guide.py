"""The guide for the lecturer: every slide with its note, minutes that add up, and what moves or trains."""

import re

import course
import guide
import notes
import pytest

each = pytest.mark.parametrize("path", course.PATHS, ids=lambda p: p.stem)


@each
def test_the_minutes_of_a_chapter_are_those_of_its_notes(path):
    total = sum(map(int, re.findall(r"^## .*\((\d+) min\) \{#", notes.place(path).read_text("utf-8"), re.M)))
    page = guide.page(path)
    assert f"**{total} minutes**" in page
    assert sum(map(int, re.findall(r"</a> · (\d+) min", page))) == total
    assert re.search(rf"\(guide/{path.stem}.md\) \| \d+ \| {total} \| \d+ \|", guide.table([path]))


@each
def test_a_page_has_every_slide_and_every_note(path):
    page, cells = guide.page(path), course.read(path).cells
    starts = [cell.id for cell in cells if course.slide_type(cell) == "slide"]
    assert re.findall(r'#([\w-]+)">Slide (\d+)</a>', page) == [(cell, str(k)) for k, cell in enumerate(starts, 1)]
    for note in notes.read(path):
        assert note.text in page


@each
def test_a_page_names_every_live_figure_that_is_on_a_slide(path):
    cells = [cell for cell in course.read(path).cells if course.slide_type(cell) != "skip"]
    live = [course.demo(cell) for cell in cells if course.demo(cell)]
    assert re.findall(r"· live: `(\w+)`", guide.page(path)) == live


def cell(source):
    return course.nbformat.v4.new_code_cell(source)


@pytest.mark.parametrize(
    "source",
    [
        "history = training.fit(model, Y, epochs=3)",
        "for seed in range(3):\n    training.fit(model, Y, seed=seed)",
        "denoiser = recipes.denoiser(Y)",
        "for y in Y:\n    loss = model(y)\n    loss.backward()\n    optimizer.step()",
    ],
)
def test_a_cell_that_trains_is_found(source):
    trains = cell(source)
    assert list(guide.trained([cell("%pip install x\nx = 1"), trains])) == [trains.id]


def test_a_cell_that_calls_a_function_of_the_notebook_which_trains_is_found_and_its_definition_is_not():
    cells = cell("def train(seed):\n    return training.fit(model, Y)"), cell("a = train(0)"), cell("a.backward()")
    assert list(guide.trained(cells)) == [cells[1].id]
