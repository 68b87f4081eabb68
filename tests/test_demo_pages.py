"""The pages of `make demos`: every live figure of the notebooks has one, and what is stored for it can be trusted."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import course
import demos
import nbformat
import pytest
from demo_pages import calls

from aecourse.chapters import live_figures

cloudpickle = pytest.importorskip("cloudpickle", reason="no Voilà; install it with: pip install -e '.[web]'")
record = pytest.importorskip("demo_pages.record")
ROOT = course.ROOT


def write_notebook(path, *sources):
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources]), path)
    return path


def find(notebook):
    return calls.find_pages([notebook], ROOT / "aecourse")


@pytest.fixture
def fake():
    """A module with one live figure; nothing is drawn."""
    looks = {"values": {"k": 1}, "controls": {"k": None}, "caption": "", "png": b"png"}
    figure = SimpleNamespace(get_size_inches=lambda: (10, 4))
    return SimpleNamespace(costs=lambda *_, **__: SimpleNamespace(figure=figure, **looks))


@pytest.fixture
def notebook(tmp_path, fake, monkeypatch):
    """A notebook that imports the fake module as `demos`."""
    monkeypatch.setitem(sys.modules, "fake_demos", fake)
    magic = "try:\n    import aecourse\nexcept ModuleNotFoundError:\n    %pip install nothing"
    return lambda *sources: write_notebook(
        tmp_path / "05_fake.ipynb", magic, "import fake_demos as demos\nstep = 3", *sources
    )


def test_every_live_figure_has_a_page_under_its_own_name():
    pages = calls.find_pages(course.PATHS, ROOT / "aecourse")
    names = [page.name for page in pages]
    alive = set(live_figures())
    assert alive == {page.function for page in pages}
    assert alive <= set(names)
    assert len(set(names)) == len(names)
    assert [page.chapter for page in pages] == sorted(page.chapter for page in pages)
    for page in pages:
        assert page.about, f"{page.function} has no docstring"
        assert page.heading
        assert not page.heading[0].isdigit()


def test_every_call_in_the_notebooks_is_found():
    pages = calls.find_pages(course.PATHS, ROOT / "aecourse")
    alive = {page.function for page in pages}
    for path in course.PATHS:
        text = "\n".join(calls.code(nbformat.read(path, as_version=4).cells))
        written = sum(text.count(f".{name}(") for name in alive)
        assert written == sum(page.notebook == path for page in pages), path.name


def test_the_key_changes_with_a_cell_before_the_call_and_not_with_one_after_it(tmp_path):
    def key(*sources):
        return find(write_notebook(tmp_path / "05_a.ipynb", *sources))[0].key

    first = key("a = 1", "demos.costs()", "b = 1")
    assert key("a = 1", "demos.costs()", "b = 2") == first
    assert key("a = 2", "demos.costs()", "b = 1") != first
    assert key("a = 1", "demos.costs( )", "b = 1") != first


def test_the_key_changes_with_the_package_and_not_with_an_exercise(tmp_path):
    (tmp_path / "limits.py").write_text("x = 1", "utf-8")
    first = calls.fingerprint(tmp_path)
    (tmp_path / "exercises.py").write_text("x = 1", "utf-8")
    assert calls.fingerprint(tmp_path) == first
    (tmp_path / "limits.py").write_text("x = 2", "utf-8")
    assert calls.fingerprint(tmp_path) != first


def test_a_second_call_gets_the_chapter_in_its_name(tmp_path):
    pages = find(write_notebook(tmp_path / "05_a.ipynb", "demos.costs()", "demos.costs(1)"))
    assert [page.name for page in pages] == ["costs", "costs_05"]
    third = write_notebook(tmp_path / "06_b.ipynb", "demos.costs()", "demos.costs()", "demos.costs()")
    with pytest.raises(ValueError, match=r"06_b\.ipynb, cell 3: expected costs at most twice"):
        find(third)


def test_two_figures_in_a_cell_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"05_a\.ipynb, cell 1: expected one live figure in a cell"):
        find(write_notebook(tmp_path / "05_a.ipynb", "demos.costs()\ndemos.settings()"))


def test_arguments_are_stored_with_the_functions_and_lambdas_that_the_notebook_defines(notebook, fake, tmp_path):
    path = notebook(
        "def twice(x):\n    return 2 * add(x)",
        "add = lambda x: x + step\ndemos.costs(twice, data={'a': add})\nstep = 100",
    )
    before = fake.costs
    record.record(path, {3: tmp_path / "costs-1"}, [fake], ["costs"])
    assert fake.costs is before  # nothing listens any more
    call = cloudpickle.loads((tmp_path / "costs-1.pickle").read_bytes())
    assert call["function"] == "costs"
    assert call["args"][0](1) == 2 * (1 + 100)  # as the cell left it
    assert call["kwargs"]["data"]["a"](1) == 101
    assert call["values"] == {"k": 1}
    assert (tmp_path / "costs-1.json").exists()


def test_a_failing_cell_is_named_and_what_was_stored_before_it_is_kept(notebook, fake, tmp_path):
    path = notebook("demos.costs()", "1 / 0", "demos.costs(2)")
    wanted = {2: tmp_path / "costs-1", 4: tmp_path / "costs_05-1"}
    with pytest.raises(record.CellError, match=r"^05_fake\.ipynb, cell 4: ZeroDivisionError: division by zero$"):
        record.record(path, wanted, [fake], ["costs"])
    assert (tmp_path / "costs-1.json").exists()
    assert not (tmp_path / "costs_05-1.json").exists()


def test_a_notebook_that_changes_meanwhile_is_noticed(notebook, fake, tmp_path):
    with pytest.raises(record.CellError, match=r"^05_fake\.ipynb: changed while it was being prepared"):
        record.record(notebook("demos.costs()"), {7: tmp_path / "costs-1"}, [fake], ["costs"])


def test_an_interrupted_preparation_is_taken_up_where_it_stopped(tmp_path, monkeypatch):
    first = find(write_notebook(tmp_path / "04_a.ipynb", "demos.costs()"))
    pages = first + find(write_notebook(tmp_path / "05_b.ipynb", "demos.settings()"))
    folder, ran = tmp_path / "arguments", []

    def stops(notebook, wanted, bar):
        ran.append(notebook.name)
        if notebook.name.startswith("05") and len(ran) < 3:
            raise KeyboardInterrupt
        for text in wanted:
            Path(text.partition("=")[2] + ".json").write_text("{}", "utf-8")

    monkeypatch.setattr(demos, "run", stops)
    with pytest.raises(KeyboardInterrupt):
        demos.prepare(pages, folder)
    demos.prepare(pages, folder)
    assert ran == ["04_a.ipynb", "05_b.ipynb", "05_b.ipynb"]
    demos.prepare(pages, folder)
    assert len(ran) == 3


def test_what_was_stored_for_an_earlier_state_is_removed(tmp_path):
    (page,) = find(write_notebook(tmp_path / "04_a.ipynb", "demos.costs()"))
    folder = tmp_path / "arguments"
    folder.mkdir()
    for name in (f"{page.stem}.json", "costs-0123456789abcdef.pickle", "settings-0123456789abcdef.pickle"):
        (folder / name).write_text("{}", "utf-8")
    demos.prepare([page], folder)
    assert sorted(p.name for p in folder.iterdir()) == [f"{page.stem}.json", "settings-0123456789abcdef.pickle"]


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(SystemExit, match="--only: expected one of play_with_captions, .*; got 'cost'"):
        demos.choose(calls.find_pages(course.PATHS, ROOT / "aecourse"), ["cost"])


def test_a_port_in_use_is_named(monkeypatch):
    monkeypatch.setattr(demos.socket.socket, "connect_ex", lambda *_: 0)
    with pytest.raises(SystemExit, match=r'--port: 1234 is in use; another one: make demos ARGS="--port 1235"'):
        demos.serve(1234, browser=False)


def test_the_templates_name_no_other_machine():
    for path in (ROOT / "site" / "demos").rglob("*"):
        if path.is_file():
            assert "http" not in path.read_text("utf-8"), path.name


def test_the_command_says_what_it_can_do():
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "demos.py"), "--help"], capture_output=True, text=True, check=True
    )
    for option in ("--only", "--prepare", "--port", "--no-browser"):
        assert option in done.stdout
