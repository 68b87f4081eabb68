"""The lecturer's notes: each belongs to a slide, tells how long it takes, and is nothing that a learner meets."""

import re

import course
import notes
import pytest

each = pytest.mark.parametrize("path", course.PATHS, ids=lambda p: p.stem)


@each
def test_at_least_half_of_the_slides_have_a_note_and_none_has_two(path):
    cells = [note.cell for note in notes.read(path)]
    slides = list(notes.slides(course.read(path).cells))
    assert 2 * len(cells) >= len(slides)
    assert cells == [slide for slide in slides if slide in cells], "in the order of the slides, once each"


@each
def test_a_note_asks_listens_or_says_and_is_over_in_minutes(path):
    for note in notes.read(path):
        assert re.search(r"\*\*(Ask|Listen for|Say)\*\*", note.text), note
        assert 1 <= note.minutes <= 5, note


@each
def test_a_learner_meets_no_notes(path):
    for cell in course.read(path).cells:
        assert cell.metadata.get("slideshow", {}).get("slide_type") != "notes", cell.id
        assert "For the lecturer" not in cell.source


def test_what_belongs_into_the_text_names_its_slide_and_the_list_only_shrinks():
    owed = {path: notes.owed(path) for path in course.PATHS}
    for path, lines in owed.items():
        known = {note.cell for note in notes.read(path)}
        assert {re.match(r"`([\w-]+)` \S", line)[1] for line in lines} <= known
    assert sum(map(len, owed.values())) <= 112, "move it into the chapter's text instead, or lower this number"


def test_every_file_of_notes_has_a_chapters_name():
    files = {notes.place(path) for path in course.PATHS}
    assert set((course.ROOT / "notebooks" / "notes").iterdir()) == files


@pytest.fixture
def copied(tmp_path):
    """A chapter of three slides with notes to two, of which one heading is out of date."""
    cells = [
        ("# 07 · X\n\n> Why?", "slide", "a"),
        ("**Time** 5 minutes to read", "skip", "b"),
        ("## 7.1 A *new* heading", "slide", "c"),
        ("One two three four five six seven eight nine", "slide", "d"),
    ]
    notebook = course.nbformat.v4.new_notebook(
        cells=[
            course.nbformat.v4.new_markdown_cell(text, id=name, metadata={"slideshow": {"slide_type": kind}})
            for text, kind, name in cells
        ]
    )
    path = tmp_path / "07_x.ipynb"
    course.nbformat.write(notebook, path)
    notes.place(path).parent.mkdir()
    return path


def test_notes_are_found_by_the_cell_and_get_the_words_that_their_slide_has_now(copied):
    notes.place(copied).write_text("# Old\n\n## old (2 min) {#d}\n\n**Ask** b.\n\n## old (1 min) {#c}\n\n**Say** a.\n")
    assert notes.read(copied)[0] == notes.Note("old", 2, "d", "**Ask** b.")
    first = "## 7.1 A *new* heading (1 min) {#c}\n\n**Say** a.\n"
    second = "## One two three four five six seven eight … (2 min) {#d}\n\n**Ask** b.\n"
    assert notes.woven(copied) == f"# 07 · X\n\n{first}\n{second}"


@pytest.mark.parametrize("heading", ["7.1 A heading {#c}", "7.1 A heading (1 min)", "x (one min) {#c}"])
def test_a_heading_without_minutes_or_cell_is_refused(copied, heading):
    notes.place(copied).write_text(f"## {heading}\n\n**Ask** why.\n")
    with pytest.raises(ValueError, match=r"07_x.md: expected '## slide \(N min\)"):
        notes.read(copied)


@pytest.mark.parametrize("cell", ["b", "z"])
def test_a_note_to_what_is_no_slide_is_refused(copied, cell):
    notes.place(copied).write_text(f"## x (1 min) {{#{cell}}}\n\n**Ask** why.\n")
    with pytest.raises(ValueError, match=f"07_x.md: expected the id of a cell that begins a slide, got {cell}"):
        notes.read(copied)


def test_what_belongs_into_the_text_is_no_note_and_is_kept(copied):
    text = "# 07 · X\n\n## 7.1 A *new* heading (1 min) {#c}\n\n**Say** a.\n\n## Belongs into the text\n\n- `c` b.\n"
    notes.place(copied).write_text(text)
    assert [note.text for note in notes.read(copied)] == ["**Say** a."]
    assert notes.owed(copied) == ["`c` b."]
    assert notes.woven(copied) == text


def test_a_chapter_may_have_no_notes(copied):
    assert notes.read(copied) == []
