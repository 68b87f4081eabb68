"""Where the course is published is set by one command in the files, and found without one by what is built."""

import json
import re
import runpy
import subprocess
import sys

import address
import course
import pytest
from repository import copy, texts

PLACEHOLDER = "/".join(("ORG", "REPO"))  # in two parts, or this file would be one more place


@pytest.fixture
def copied(tmp_path):
    return copy(tmp_path / "course")


@pytest.fixture
def says(monkeypatch):
    """Set a variable, on a machine where no other one says anything."""
    for variable in ("AECOURSE_REPO", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch.setenv


def test_one_command_sets_every_place_and_changes_nothing_else(copied):
    before, guard = texts(copied), [f"    {json.dumps(line)},\n" for line in address.GUARD.splitlines(keepends=True)]
    assert address.written(copied) == PLACEHOLDER
    address.rewrite("you/yours", copied)
    for name, text in texts(copied).items():
        wanted = before[name].replace(PLACEHOLDER, "you/yours")
        for line in guard:
            wanted = wanted.replace(line, "")
        assert text == wanted, name
    changed = {name for name, text in texts(copied).items() if text != before[name]}
    assert changed == {*address.FILES, *(str(path.relative_to(course.ROOT)) for path in course.PATHS)}


def test_the_command_can_be_given_again_and_for_another_place(copied):
    address.rewrite("you/yours", copied)
    first = texts(copied)
    address.rewrite("you/yours", copied)
    assert texts(copied) == first
    address.rewrite("some-body/the.course", copied)
    assert address.written(copied) == "some-body/the.course"
    address.rewrite("you/yours", copied)
    assert texts(copied) == first


def test_a_link_to_somebody_elses_repository_stays():
    text = "https://github.com/a/b and https://github.com/a/bc, https://github.com/x/a/b, a/b"
    assert address.lead_to("you/yours", text, "a/b") == text.replace("com/a/b ", "com/you/yours ")


@pytest.mark.parametrize(
    "wrong", ["", "you", "you/", "a/b/c", "https://github.com/you/yours", "y ou/yours", "-you/yours"]
)
def test_what_is_no_repository_is_refused(wrong, monkeypatch, says):
    monkeypatch.setattr(address, "rewrite", lambda _: pytest.fail("written"))
    with pytest.raises(SystemExit, match="REPO: expected owner/name"):
        address.main([wrong])
    if wrong:
        says("AECOURSE_REPO", wrong)
        with pytest.raises(ValueError, match="AECOURSE_REPO: expected owner/name"):
            address.published()


def test_without_a_repository_the_command_says_how_it_is_given():
    with pytest.raises(SystemExit, match="make address REPO="):
        address.main([])


@pytest.mark.parametrize(
    "origin",
    [
        "https://github.com/fork/it.git",
        "https://github.com/fork/it",
        "git@github.com:fork/it.git",
        "https://t@github.com/fork/it/",
    ],
)
def test_a_variable_goes_before_the_builder_and_that_before_the_remote(copied, says, origin):
    assert address.published(copied) == PLACEHOLDER
    for command in (["init", "-q"], ["remote", "add", "origin", origin]):
        subprocess.run(["git", "-C", copied, *command], check=True)
    assert address.published(copied) == "fork/it"
    says("GITHUB_REPOSITORY", "builder/it")
    assert address.published(copied) == "builder/it"
    says("AECOURSE_REPO", "you/yours")
    assert address.published(copied) == "you/yours"


def test_a_remote_elsewhere_says_nothing(copied, says):
    for command in (["init", "-q"], ["remote", "add", "origin", "https://elsewhere.example/fork/it.git"]):
        subprocess.run(["git", "-C", copied, *command], check=True)
    assert address.published(copied) == PLACEHOLDER


def test_the_website_of_a_fork_leads_to_the_fork(says, tmp_path, monkeypatch):
    website = pytest.importorskip("website", reason="no Sphinx; install it with: pip install -e '.[web]'")
    website = pytest.importorskip("website", reason="no Sphinx; install it with: pip install -e '.[web]'")
    says("GITHUB_REPOSITORY", "fork/it")
    settings = runpy.run_path(str(course.SITE / "conf.py"))
    assert settings["html_theme_options"]["icon_links"][0]["url"] == "https://github.com/fork/it"
    for module in (website.playground, website.spiral):
        monkeypatch.setattr(module, "export", lambda _: None)
    monkeypatch.setattr(website.slides, "copy_fonts", lambda _: None)
    website.gather(tmp_path / "site")
    gathered = {path: path.read_text("utf-8") for path in (tmp_path / "site").rglob("*.*") if path.is_file()}
    assert len(gathered) > 2 * len(course.PATHS)
    for path, text in gathered.items():
        assert PLACEHOLDER not in text, path
    for path in course.PATHS:
        for folder in ("notebooks", "download"):
            text = gathered[tmp_path / "site" / folder / path.name]
            assert f"colab.research.google.com/github/fork/it/blob/main/notebooks/{path.name}" in text
            assert f"mybinder.org/v2/gh/fork/it/main?labpath=notebooks/{path.name}" in text
    assert "(https://github.com/fork/it#two-commands)" in gathered[tmp_path / "site" / "index.md"]


# --- the first cell, where the package is not installed -----------------------------------------------------------

RUN = """
import sys
sys.modules["aecourse"] = None
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.register_magic_function(lambda line: print("pip", line), magic_name="pip")
shell.run_cell(sys.stdin.read())
"""


def first_cell(repository):
    """What the first cell of every notebook prints on a machine without the package, its address set or not."""
    cells = {next(c.source for c in course.read(path).cells if c.cell_type == "code") for path in course.PATHS}
    (source,) = cells
    source = address.lead_to(repository, source, PLACEHOLDER)
    done = subprocess.run([sys.executable, "-c", RUN], input=source, capture_output=True, text=True, check=True)
    return re.sub(r"\x1b\[[\d;]*m", "", done.stdout)


def test_without_an_address_the_first_cell_says_in_its_last_line_what_to_do():
    said = first_cell(PLACEHOLDER).strip().splitlines()
    assert said[-1] == "RuntimeError: no address yet: run make address REPO=owner/name first"
    assert not any("ModuleNotFoundError: " in line or line.startswith("pip") for line in said)


def test_with_an_address_the_first_cell_fetches_the_package_from_there():
    assert 'pip install -q --no-deps "git+https://github.com/you/yours"\n' in first_cell("you/yours")
