"""A report of a cell: the form is filled in, the address is right, short and safe, and nothing private is in it."""

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import course
import nbclient
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_notebook

from aecourse import report, runtime

FORM = yaml.safe_load((course.ROOT / ".github" / "ISSUE_TEMPLATE" / report.FORM).read_text("utf-8"))
FIELDS = {field["id"] for field in FORM["body"]}


def sent(link):
    """What the form receives, by name."""
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query, keep_blank_values=True).items()}


@pytest.fixture
def published(monkeypatch):
    monkeypatch.setattr(report, "HOME", "https://github.com/you/yours")


@pytest.mark.usefixtures("published")
def test_a_link_leads_to_the_form_and_brings_every_character_along():
    awkward = "a & b = c? #1 + 50 % \"quoted\" <b>ü</b> \\frac 'x'\nnext / line"
    link = report.fill("02, cell [7]", {"source": awkward}).link
    assert link.startswith("https://github.com/you/yours/issues/new?template=cell.yml&")
    assert sent(link) == {"template": "cell.yml", "title": "02, cell [7]", "source": awkward}
    assert link.isascii()
    assert not set(link) & set(" <>\"'\n\\")


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("letter", ["a", "&", "ŷ", "😀", "\ud800"])
@pytest.mark.parametrize("length", [0, 1, 100, 10_000, 200_000])
def test_a_link_never_becomes_too_long_and_keeps_beginning_and_end(letter, length):
    text = "first" + letter * length + "last"
    link = report.fill("t", dict.fromkeys(("source", "output", "versions"), text)).link
    assert len(link) <= report.LONGEST
    for name in ("source", "output", "versions"):
        assert sent(link)[name].startswith("first")
        assert sent(link)[name].endswith("last")
    if length < 100:
        assert "…" not in sent(link)["source"]


@pytest.mark.usefixtures("published")
def test_what_is_shown_is_escaped_and_holds_every_word_that_is_sent():
    class Reader(HTMLParser):
        links, tags, text = (), (), ""

        def handle_starttag(self, tag, attributes):
            self.tags += (tag,)
            self.links += tuple(value for name, value in attributes if name == "href")

        def handle_data(self, data):
            self.text += data

    source = '</pre><script>alert("&")</script>'
    filled = report.fill("<i>", {"source": source, "output": "x" * 50_000})
    reader = Reader()
    reader.feed(filled._repr_html_())
    assert reader.tags == ("p", "a", "details", "summary", "pre")
    assert reader.links == (filled.link,) == (repr(filled),)
    assert source in reader.text
    assert sent(filled.link)["output"] in reader.text


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("File {own}/course/a.py, line 3", "File ~/course/a.py, line 3"),
        ("'{linux}/anna/x', \"{mac}/anna\"", "'~/x', \"~\""),
        (r"C:\Users\anna\x" + "\n" + r"'d:\\Users\\anna\\x'", r"~\x" + "\n" + r"'~\\x'"),
        ("/mnt/c{mac}/anna/x", "~/x"),
        ("https://example.org{linux}/page and a{linux}/b", "https://example.org{linux}/page and a{linux}/b"),
        ("\x1b[31mNameError\x1b[39;49m: x", "NameError: x"),
    ],
)
def test_a_readers_own_folder_and_colours_of_a_terminal_are_left_out(text, left):
    folders = {"own": os.path.expanduser("~"), "linux": "/" + "home", "mac": "/" + "Users"}
    for name, folder in folders.items():
        text, left = (words.replace(f"{{{name}}}", folder) for words in (text, left))
    assert sent(report.fill("t", {"output": text}).link)["output"] == left


@pytest.mark.usefixtures("published")
def test_a_home_at_the_root_takes_no_slash_away(monkeypatch):
    monkeypatch.setattr(Path, "parts", ("/",))
    assert report.fill("t", {"output": "1/2 /tmp/x"}).fields == {"output": "1/2 /tmp/x"}


def test_without_an_address_a_report_says_what_to_do():
    with pytest.raises(RuntimeError, match=r"^no address yet: run make address REPO=owner/name first$"):
        report.fill("t", {"cell": "[1]"})


def test_outside_a_notebook_there_is_nothing_to_report():
    with pytest.raises(RuntimeError, match="^report: expected to be called in a notebook"):
        runtime.report()


CELLS = (
    "from aecourse import report, runtime\nfrom aecourse.chapters.ch01_definitions import live_figures",
    'report.HOME = "https://github.com/you/yours"',
    "print('F =', 0.78, '%')\n'and this'",
    "runtime.report()",
    "1 / 0  # <b>",
    "runtime.report()",
    "runtime.report(3)",
    "runtime.report(40)",
)


@pytest.fixture(scope="module")
def notebook():
    """A notebook with those cells, run in a kernel as Lab does."""
    made = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    nbclient.NotebookClient(made, allow_errors=True, resources={"metadata": {"path": str(course.ROOT)}}).execute()
    return made


def test_in_a_notebook_the_cell_that_ran_last_is_reported_with_all_that_came_out(notebook):
    printed, raised, chosen = (sent(notebook.cells[k].outputs[0].data["text/plain"]) for k in (3, 5, 6))
    assert printed["title"] == "01_definitions, cell [3]"
    assert printed["chapter"] == "01_definitions"
    assert printed["cell"] == "[3]"
    assert printed["source"] == CELLS[2]
    assert printed["output"].splitlines() == ["F = 0.78 %", "'and this'"]
    assert raised["source"] == CELLS[4]
    assert raised["output"].endswith("ZeroDivisionError: division by zero")
    assert chosen == printed
    for word in ("Python 3.", "aecourse 0.", "torch 2.", "ipywidgets ", "ipython "):
        assert word in printed["versions"]
    assert "<b>" not in notebook.cells[5].outputs[0].data["text/html"]


def test_a_cell_that_never_ran_cannot_be_reported(notebook):
    assert notebook.cells[7].outputs[0].evalue == "cell: expected the number of a cell that ran before this one, got 40"


def test_the_form_is_one_that_github_takes():
    form = course.ROOT / ".github" / "ISSUE_TEMPLATE" / report.FORM
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-issue-forms", form]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_form_has_a_field_for_everything_that_is_filled_in(notebook):
    filled = set(sent(notebook.cells[3].outputs[0].data["text/plain"])) - {"template", "title"}
    assert filled == FIELDS - {"surprise"}
