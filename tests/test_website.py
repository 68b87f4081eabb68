"""What the website adds to the notebooks; that its pages work in a browser is tested in tests_web/."""

import re
import subprocess
import sys

import course
import pytest
import sources

from aecourse import exercises

website = pytest.importorskip("website", reason="no Sphinx; install it with: pip install -e '.[web]'")
WORKFLOWS = sorted((course.ROOT / ".github" / "workflows").glob("*.yml"))
each = pytest.mark.parametrize("path", course.PATHS, ids=lambda p: p.stem)


def prose(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@each
def test_a_page_has_every_figure_described(path):
    page = website.page(path)
    for cell in page.cells:
        if course.pictures(cell):
            assert len(cell.metadata["mystnb"]["image"]["alt"]) > 20


@each
def test_a_page_folds_the_solution_of_every_exercise(path):
    page, chapter = prose(website.page(path)), str(int(path.stem[:2]))
    numbers = [number for number in exercises.every() if number.split(".")[0] == chapter]
    assert numbers
    for number in numbers:
        assert website.unfold(number) in page
    assert page.count("<summary>Solution</summary>") == len(numbers)


@each
def test_a_page_opens_with_its_title_and_leads_to_all_ways_of_using_it(path):
    first = website.page(path).cells[0].source
    assert first.startswith(f"# {course.title(course.read(path))}\n")
    for part in ("[Open in Colab](", "[Open in Binder](", f"<../download/{path.name}>", f"../slides/{path.stem}.html"):
        assert part in first, part


def test_the_text_of_a_page_is_the_notebooks():
    path = course.PATHS[9]
    page = prose(website.page(path))
    words = [cell.source for cell in course.read(path).cells if cell.cell_type == "markdown"]
    for paragraph in words[2:]:
        assert paragraph in page or sources.linked(paragraph) in page


def test_every_source_has_its_place_on_their_page_and_says_where_it_is_cited():
    shown = website.lists()["<!-- sources -->"]
    for key, entry in sources.entries().items():
        place = f"({key})=\n**{key}** {sources.written(entry)}  \n↳ "
        assert re.search(re.escape(place) + r"(\[\d\d · |\{py:mod\}`aecourse)", shown), key
    assert "[02 · Energies and the encoder](notebooks/02_energies_and_the_encoder.ipynb)" in shown


def test_without_what_npm_brings_nothing_is_touched_and_the_cure_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(course, "SITE", tmp_path)
    with pytest.raises(SystemExit, match="make site"):
        website.main(tmp_path / "_site")
    assert list(tmp_path.iterdir()) == []


def test_the_workflows_are_valid():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
