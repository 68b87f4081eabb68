"""A chapter is a notebook and a folder: in a copy of the repository one is added, and others are taken away."""

import json
import os
import re
import shutil
import subprocess
import sys

import course
import nbformat
import pytest
import sources
import weave
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from repository import copy, texts

STEM = "99_the_turning_line"
MAP = f"notebooks/{course.PATHS[0].name}"

EXERCISES = '''"""Exercises of chapter 99."""

import torch

from aecourse.checking.engine import Exercise, Wrong
from aecourse.checking.quizzes import Question


def twice(y):
    return 2 * y


EXERCISES = (
    Exercise(
        "99.1", "twice", "Write `twice(y)`.", ("Add y to itself.",),
        lambda generator, k: (1 + torch.rand(3 + k, generator=generator),), twice,
        (Wrong(lambda y: y, "once"), Wrong(lambda y: 3 * y, "three times")),
        "a sum of two",
    ),
)  # fmt: skip

QUESTIONS = (Question("Is 3 odd?", {"yes": "It leaves a one.", "no": "Halve it."}, "yes"),)
'''

FIGURES = '''"""A line that turns."""

from aecourse import live
from aecourse.style import new_figure


def turn_the_line() -> live.Live:
    """A line through the origin at any slope."""
    figure, (ax,) = new_figure()
    (line,) = ax.plot([0, 1], [0, 0])
    ax.set(ylim=(-1, 1))

    def update(slope: float) -> str:
        line.set_ydata([0, slope])
        return f"slope {slope:.1f}"

    return live.Live(figure, {"slope": live.slider("slope", -1.0, 1.0, 0.5)}, update)


EXAMPLES = {"turn_the_line": turn_the_line}
'''

CELLS = (
    new_markdown_cell(
        "[Open in Colab](https://colab.research.google.com/x) · [Open in Binder](https://mybinder.org/x)",
        metadata={"slideshow": {"slide_type": "skip"}},
    ),
    new_markdown_cell("# 99 · The turning line\n\n> How steep is it?", metadata={"slideshow": {"slide_type": "slide"}}),
    new_markdown_cell("**Time** 7 minutes to read.", metadata={"slideshow": {"slide_type": "skip"}}),
    new_code_cell(
        f"from aecourse import exercises\nfrom aecourse.chapters.ch{STEM} import live_figures",
        metadata={"slideshow": {"slide_type": "skip"}},
    ),
    new_code_cell("live_figures.turn_the_line()", metadata={"slideshow": {"slide_type": "slide"}}),
    new_code_cell(
        'print(exercises.load("99.1").check(lambda y: 2 * y))\nprint(exercises.quiz("99").reply(1, "yes"))',
        metadata={"slideshow": {"slide_type": "skip"}, "tags": ["nbval-check-output"]},
    ),
    new_markdown_cell(
        "## Sources\n\n- [lecun2006]\n  Why a line turns.", metadata={"slideshow": {"slide_type": "skip"}}
    ),
    new_markdown_cell("Next: ", metadata={"slideshow": {"slide_type": "skip"}}),
)

FOUND = """
import json, bench, course, slides, website
from aecourse import chapters, exercises
from demo_pages.calls import find_pages
print(json.dumps({
    "exercise": exercises.load("99.1").title,
    "list of exercises": list(exercises.every()),
    "self-test": exercises.quiz("99").reply(1, "no"),
    "live figures": list(chapters.live_figures()),
    "benchmark of figures": [name for name, _ in bench.examples()],
    "benchmark and execution of notebooks, slides": [path.stem for path in course.PATHS],
    "website": website.lists(),
    "page of the website": [cell.source for cell in website.page(course.PATHS[-1]).cells],
    "figures on pages of their own": [page.name for page in find_pages(course.PATHS, course.ROOT / "aecourse")],
}))
"""


def run(folder, *arguments):
    """A Python command in a copy, with the copy's package; what it printed."""
    paths = os.pathsep.join([str(folder), str(folder / "scripts")])
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


RUNS = """
import json, sys, pytest
quick = ["-q", "-p", "no:cacheprovider", "--assert=plain"]
sys.exit(max([pytest.main([*quick, *arguments]) for arguments in json.loads(sys.argv[1])]))
"""


def run_tests(folder, *runs):
    """Several runs of pytest in a copy, in one process that imports the package once; what they printed."""
    return run(folder, "-c", RUNS, json.dumps(runs))


@pytest.fixture(scope="module")
def added(tmp_path_factory):
    """A copy with a chapter 99, woven; and the texts before."""
    folder = copy(tmp_path_factory.mktemp("added") / "course")
    before = texts(folder)
    room = folder / "aecourse" / "chapters" / f"ch{STEM}"
    room.mkdir()
    for name, text in (("__init__", '"""99."""\n'), ("exercises", EXERCISES), ("live_figures", FIGURES)):
        (room / f"{name}.py").write_text(text, "utf-8")
    nbformat.write(new_notebook(cells=list(CELLS)), folder / "notebooks" / f"{STEM}.ipynb")
    run(folder, "scripts/weave.py")
    run(folder, "scripts/bake.py", f"notebooks/{STEM}.ipynb")
    return folder, before


@pytest.fixture(scope="module")
def found(added):
    """What everything that walks the chapters finds in that copy."""
    return json.loads(run(added[0], "-c", FOUND))


def test_a_new_chapter_is_found_by_exercises_figures_and_benchmark(found):
    assert found["exercise"] == "twice"
    assert found["list of exercises"][-1] == "99.1"
    assert found["self-test"] == "✗ Halve it."
    assert found["live figures"][-1] == "turn_the_line"
    assert found["benchmark of figures"][-1] == "turn_the_line"
    assert found["benchmark and execution of notebooks, slides"][-1] == STEM
    assert found["figures on pages of their own"][-1] == "turn_the_line"


def test_a_new_chapter_is_found_by_the_website(found):
    for mark in ("chapters", "toctree", "decks"):
        assert STEM in found["website"][f"<!-- {mark} -->"], mark
    page = "\n".join(found["page of the website"])
    assert "# 99 · The turning line" in page
    assert f"../slides/{STEM}.html" in page


def test_a_new_chapter_is_found_by_the_table_the_map_and_the_link_onward(added):
    folder, _ = added
    row = f"| 99 | [The turning line]({{}}{STEM}.ipynb) | How steep is it? | 7 |"
    assert row.format("notebooks/") in (folder / "README.md").read_text("utf-8")
    assert row.format("") in "\n".join(cell.source for cell in course.read(folder / MAP).cells)
    last = course.read(folder / "notebooks" / course.PATHS[-1].name).cells[-1].source
    assert last.split("\n\n")[1] == f"Next: [99 · The turning line]({STEM}.ipynb). How steep is it?"
    assert weave.stale(folder) == []


def test_a_new_chapters_sources_are_written_out_under_their_keys(added):
    listed = sources.listed(course.read(added[0] / "notebooks" / f"{STEM}.ipynb")).source
    lecun = sources.entries()["lecun2006"]
    assert listed == f"## Sources\n\n- [lecun2006] {sources.written(lecun)}\n  Why a line turns."


def test_a_new_chapter_is_tested_like_every_other(added):
    modules = ("test_notebooks", "test_exercises", "test_live_figures", "test_slides", "test_website")
    files = [f"tests/{name}.py" for name in modules]
    own = "99.1 or turn_the_line or 99_the_turning"
    told = run_tests(added[0], ["--collect-only", *files], [*files[1:3], f"notebooks/{STEM}.ipynb", "-k", own])
    for name in modules:
        assert re.search(rf"tests/{name}\.py::.*(99|turn_the_line)", told), name
    assert re.search(r"\d+ passed", told)


def test_a_new_chapter_asks_for_no_other_file(added):
    folder, before = added
    after = texts(folder)
    new = {name for name in after if STEM in name}
    changed = {name for name in before if after[name] != before[name]}
    assert set(after) - set(before) == new
    woven = {"README.md", MAP, f"notebooks/{course.PATHS[-1].name}"}
    assert changed == woven, "weave writes these, nobody else any"


def test_no_file_says_how_many_chapters_there_are():
    count = len(course.PATHS)
    word = ("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen")[count - 12]
    said = re.compile(rf"\b({count}|{word})( \w+)? (notebooks|chapters|decks)\b", re.I)
    for name, text in texts().items():
        assert name == "CHANGELOG.md" or not said.search(text), (name, said.search(text)[0])


def test_what_is_woven_is_up_to_date():
    assert [path.name for path in weave.stale()] == [], "run: make weave"


def test_a_head_that_lacks_something_is_refused_by_name(tmp_path):
    path = tmp_path / "07_x.ipynb"
    for text, said in (
        ("# 08 · X\n\n> Why?\n\n**Time** 5 minutes", "07 · Title"),
        ("# 07 · X\n\nNo question\n\n**Time** 5 minutes", "its question"),
        ("# 07 · X\n\n> Why?", "Time"),
    ):
        nbformat.write(new_notebook(cells=[new_markdown_cell(text)]), path)
        with pytest.raises(ValueError, match=rf"^07_x\.ipynb: .*{said}"):
            course.head(path)


def nobody_needs(stem):
    """Whether no other chapter links to this one by hand, imports from it or speaks of it by its number."""
    number = int(stem[:2])
    needed = re.compile(rf"{stem}\.ipynb|chapters\.ch{stem}|\b(chapters?|notebooks?) 0?{number}\b")
    for path in course.PATHS:
        cells = course.read(path).cells[:-1]  # the last cell is woven, and so is the map
        prose = "\n".join(cell.source for cell in cells if "| | notebook |" not in cell.source)
        if path.stem != stem and needed.search(prose):
            return False
    return True


def test_a_chapter_that_is_taken_away_leaves_nothing_dangling(tmp_path):
    """Every chapter that no other builds upon: notebook, notes, folder and its own tests go, all else stands."""
    removable = [path.stem for path in course.PATHS if nobody_needs(path.stem)]
    assert removable
    folder = copy(tmp_path / "course")
    for stem in removable:
        (folder / "notebooks" / f"{stem}.ipynb").unlink()
        (folder / "notebooks" / "notes" / f"{stem}.md").unlink()
        shutil.rmtree(folder / "aecourse" / "chapters" / f"ch{stem}")
        (folder / "tests" / "chapters" / f"test_{stem}.py").unlink(missing_ok=True)
    run(folder, "scripts/weave.py")
    for name, text in texts(folder).items():
        for stem in removable:
            assert stem not in text, name
    figures = run(
        folder, "-c", "from aecourse import chapters, exercises; print(*exercises.every(), *chapters.folders())"
    )
    assert not set(figures.split()) & {str(int(stem[:2])) for stem in removable}
    run_tests(folder, ["--collect-only", "tests", "notebooks"], ["tests/test_house.py", "-k", "links or readme"])
