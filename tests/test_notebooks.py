"""The form of the notebooks; that they run, and print what they claim, is nbval's to test."""

import ast
import re
from pathlib import Path

import claims
import comparing
import course
import nbformat
import pytest

from aecourse import exercises

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))
READ = {path: nbformat.read(path, as_version=4) for path in PATHS}
each = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
TAGS = {comparing.COMPARED, "slide-output", "slide-code"}  # and one tolerance
# Chapters that were not written anew yet: how many of their cells may print only True and False. It shrinks.
BOOLEANS = {"12": 5, "13": 8}


def code(path):
    return [cell for cell in READ[path].cells if cell.cell_type == "code"]


def prose(path):
    return "\n\n".join(cell.source for cell in READ[path].cells if cell.cell_type == "markdown")


def tagged(cell):
    return comparing.COMPARED in cell.metadata.get("tags", [])


@each
def test_it_opens_and_closes_in_the_courses_form(path):
    text = prose(path)
    for heading in (
        "**You will be able to**",
        "**You need**",
        "**Time**",
        "## What to remember",
        "## Exercises",
        "**Self-test.**",
    ):
        assert heading in text, heading
    assert text.count("\n# ") == 1
    assert "Next: " in READ[path].cells[-1].source


@each
def test_its_first_cell_fetches_the_package_on_colab_and_seeds(path):
    first = code(path)[0].source
    assert "except ModuleNotFoundError" in first  # what it does then: test_address
    assert "runtime.setup(seed=0)" in first


@each
def test_it_is_executed_in_order_and_carries_no_widget_state_nor_noise(path):
    assert "widgets" not in READ[path].metadata
    language = READ[path].metadata.language_info  # what nbconvert needs to write a script, and no version
    assert language.file_extension == ".py"
    assert "version" not in language
    assert [cell.execution_count for cell in code(path)] == list(range(1, len(code(path)) + 1))
    for cell in code(path):
        assert "execution" not in cell.metadata
        for output in cell.outputs:
            assert output.output_type != "error"
            assert "application/vnd.jupyter.widget-view+json" not in output.get("data", {})
            assert output.get("name") != "stderr", output.text


@each
def test_every_stored_picture_has_the_words_under_it_as_its_text_alternative(path):
    cells = READ[path].cells
    described = [(k, output) for k, cell in enumerate(cells) for output in course.pictures(cell)]
    assert len(described) == path.read_text("utf-8").count('"image/png": "')
    for k, output in described:
        told = output.metadata["image/png"]["alt"]
        assert len(course.caption(cells, k)) > 20, cells[k].source
        assert told.startswith(course.caption(cells, k))
        assert told == course.alt(cells, k), "run: make weave"


@each
def test_no_output_shows_an_address_in_memory(path):
    for cell in code(path):
        for output in cell.outputs:
            assert " at 0x" not in str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))


@each
def test_every_section_with_code_has_a_claim_that_is_compared(path):
    section, claims = None, {}
    for cell in READ[path].cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"^## (.+)$", cell.source, re.M):
                section = heading
        elif section:
            claims[section] = claims.get(section, False) or tagged(cell)
    assert claims
    assert all(claims.values()), [heading for heading, claim in claims.items() if not claim]


@each
def test_a_compared_cell_prints_something(path):
    for cell in code(path):
        if tagged(cell) and not cell.source.strip().startswith("%"):
            assert any(o.output_type in ("stream", "execute_result") for o in cell.outputs), cell.source[:80]


@each
def test_a_compared_cell_prints_a_result_and_not_only_that_something_is_true(path):
    only = [cell.source for cell in code(path) if tagged(cell) and claims.only_booleans(cell.outputs)]
    allowed = BOOLEANS.get(path.stem[:2], 0)
    assert len(only) <= allowed, "print the numbers instead:\n\n" + "\n\n".join(only)
    assert only or not allowed, f"chapter {path.stem[:2]} is clean now: take it off the list BOOLEANS"


@each
def test_no_tolerance_is_wider_than_its_own_claim(path):
    for k, cell in enumerate(code(path)):
        wider = claims.too_wide(cell.outputs, cell.metadata.get("tags", []))
        assert not wider, f"Cell {k}: " + "\n".join(wider)


@each
def test_every_tag_means_something(path):
    for k, cell in enumerate(READ[path].cells):
        unknown = [tag for tag in cell.metadata.get("tags", []) if tag not in TAGS and not tag.startswith("within-")]
        assert not unknown, f"cell {k}: {unknown}"


@each
def test_a_compared_cell_never_trains(path):
    """On a slow machine a training shows its bar, and the bar would count as output."""
    for cell in code(path):
        assert not (tagged(cell) and "training.fit(" in cell.source), cell.source[:80]


@each
def test_cells_are_short_enough_to_project(path):
    for cell in code(path):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= 20, cell.source[:80]
        assert max(map(len, lines)) <= 96


@each
def test_each_exercise_of_the_chapter_is_shown_and_each_shown_has_a_stub(path):
    chapter = str(int(path.stem[:2]))
    numbers = sorted(n for n in exercises.every() if n.split(".")[0] == chapter)
    source = "\n".join(cell.source for cell in code(path))
    for number in numbers:
        assert source.count(f'exercises.load("{number}")') == 2, number
        name = exercises.every()[number].answer.__name__
        assert re.search(rf"def {name}\(.*\):\n    raise NotImplementedError\n", source), name
    assert sorted(set(re.findall(r'exercises\.load\("([\d.]+)"\)', source))) == numbers
    assert f'exercises.quiz("{chapter}")' in source


@each
def test_a_stub_takes_what_the_solution_takes(path):
    import inspect

    source = "\n".join(cell.source for cell in code(path))
    chapter = str(int(path.stem[:2]))
    for number, exercise in exercises.every().items():
        if number.split(".")[0] == chapter:
            signature = f"def {exercise.answer.__name__}{inspect.signature(exercise.answer)}:"
            assert signature in source, signature


@each
def test_prose_keeps_to_the_house_style(path):
    text = re.sub(r"\$.*?\$|`[^`]*`", "", prose(path), flags=re.S)
    text = re.sub(r"^- \[\w+\] .*$|\(https?://\S+\)|!\[", "", text, flags=re.M)  # titles are others' words
    assert "!" not in text
    for filler in ("simply", "obviously", "of course,", "just like that", "as we all know", "basically"):
        assert filler not in text.lower(), filler


def test_the_map_in_the_first_notebook_links_every_other():
    text = prose(PATHS[0])
    for path in PATHS[1:]:
        assert f"]({path.name})" in text


@each
def test_what_an_exercise_defines_replaces_nothing_that_the_chapter_uses(path):
    """A stub that overwrote a function of the chapter would break whoever goes back and runs a cell again."""
    in_exercises, elsewhere = set(), set()
    for cell in code(path):
        if cell.source.lstrip().startswith(("%", "try:")):
            continue
        names = [
            n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Name | ast.FunctionDef | ast.ClassDef)
        ]
        bound = {n.name for n in names if not isinstance(n, ast.Name)}
        if "exercises.load(" in cell.source:
            in_exercises |= bound
        else:
            elsewhere |= bound | {n.id for n in names if isinstance(n, ast.Name)}
    assert not in_exercises & elsewhere
