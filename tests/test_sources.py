"""The bibliography: complete, in order, and used; what chapters and docstrings cite is in it."""

import re

import course
import pytest
import sources
from nbformat.v4 import new_markdown_cell, new_notebook

ENTRIES = sources.entries()
each = pytest.mark.parametrize("path", course.PATHS, ids=lambda p: p.stem)


def test_entries_are_complete_and_in_order():
    assert list(ENTRIES) == sorted(ENTRIES)
    for key, entry in ENTRIES.items():
        assert {"id", "type", "author", "title", "issued"} <= set(entry), key
        assert all("family" in author or "literal" in author for author in entry["author"]), key
        assert key.endswith(str(entry["issued"])) or key[:-1].endswith(str(entry["issued"])), key
        assert isinstance(entry["title"], str), key
        assert isinstance(entry["issued"], int), key


def test_an_entry_stands_once():
    ids = re.findall(r"^- id: (\S+)$", sources.FILE.read_text("utf-8"), re.M)
    titles = [entry["title"].lower() for entry in ENTRIES.values()]
    assert len(ids) == len(set(ids)) == len(ENTRIES)
    assert len(titles) == len(set(titles))


def test_every_source_but_one_of_1961_can_be_followed():
    assert [key for key, entry in ENTRIES.items() if not sources.link(entry)] == ["miyasawa1961"]
    for key, entry in ENTRIES.items():
        assert re.fullmatch(r"(https?://[\w.-]+/\S+)?", sources.link(entry)), key
        assert re.fullmatch(r"10\.\d{4,}/\S+", entry.get("DOI", "10.1000/none")), key


def test_a_source_is_written_in_one_line():
    assert sources.written(ENTRIES["cremer2018"]) == (
        "Cremer, Li and Duvenaud (2018). [Inference suboptimality in variational autoencoders]"
        "(https://arxiv.org/abs/1801.03558). *International Conference on Machine Learning*, arXiv:1801.03558."
    )
    assert sources.written(ENTRIES["eckart1936"]).endswith("*Psychometrika* 1 (3), 211–218.")
    assert sources.written(ENTRIES["ramesh2021"]).startswith("Ramesh, Pavlov, Goh and others (2021). ")
    assert sources.written(ENTRIES["openai2021"]).startswith("OpenAI (2021). ")


def test_a_list_keeps_its_own_words_and_can_be_woven_again():
    named = "## Sources\n\n- [cremer2018]\n  The amortisation gap.\n- [xiao2017] anything\n"
    once = sources.woven(named, "x")
    first, second = (sources.written(ENTRIES[key]) for key in ("cremer2018", "xiao2017"))
    assert once == f"## Sources\n\n- [cremer2018] {first}\n  The amortisation gap.\n- [xiao2017] {second}\n"
    assert sources.woven(once, "x") == once
    assert sources.keys(new_notebook(cells=[new_markdown_cell(once)])) == ["cremer2018", "xiao2017"]


@pytest.mark.parametrize("line", ["- [nobody1900]", "- Cremer (2018)", "- [Cremer2018]"])
def test_a_line_without_a_known_key_is_refused_by_name(line):
    with pytest.raises(
        ValueError, match=re.escape(f"02_x.ipynb: expected '- [key]' with a key of sources.yaml, got {line!r}")
    ):
        sources.woven(f"## Sources\n\n{line}\n", "02_x.ipynb")


YEAR = re.compile(r"\b(1[89]\d\d|20[0-2]\d)\b")


def test_what_is_cited_is_listed_and_what_is_listed_is_cited():
    assert set(sources.cited()) == set(ENTRIES)


@each
def test_a_chapter_lists_its_sources_before_the_link_onward_and_says_what_for(path):
    notebook = course.read(path)
    cell = notebook.cells[-2]
    assert cell is sources.listed(notebook)
    assert cell.metadata.slideshow.slide_type == "skip"
    listed = sources.keys(notebook)
    assert listed
    assert len(listed) == len(set(listed))
    assert re.sub(r"^- \[\w+\].*\n  [A-Z].*\.$", "", cell.source, flags=re.M).split() == ["##", "Sources"]


@each
def test_a_year_in_a_chapters_prose_is_that_of_a_listed_source(path):
    notebook = course.read(path)
    prose = [cell.source for cell in notebook.cells[:-2] if cell.cell_type == "markdown"]
    listed = {str(ENTRIES[key]["issued"]) for key in sources.keys(notebook)}
    assert {year for text in prose for year in YEAR.findall(text)} <= listed


def test_a_docstring_cites_by_key_and_not_by_year():
    for path in sorted((course.ROOT / "aecourse").rglob("*.py")):
        for text in sources.docstrings(path):
            assert not re.search(r"\((1[89]|20)\d\d\)", text), path
            for line in re.findall(r"^Source: .*", text, re.M):
                assert sources.CITED.search(line), (path, line)
