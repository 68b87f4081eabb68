"""The sources that the course leans on: docs/sources.yaml, and how one of them is written in a notebook and on a page.

A chapter names its sources by key, with a line of its own about each, under "## Sources":

    - [lecun2006]
      Energies, free energy and the energy loss.

`make weave` completes the first line; a docstring cites with the same `[lecun2006]`.
"""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import course
import yaml
from nbformat import NotebookNode

FILE = course.ROOT / "docs" / "sources.yaml"
CITED = re.compile(r"\[([a-z]+\d{4}[a-z]?)\]")
_ITEM = re.compile(rf"^- {CITED.pattern}.*$", re.M)
_MOST = 5  # authors that are named


@cache
def entries(file: Path = FILE) -> dict[str, dict[str, Any]]:
    """Every source by its key."""
    return {entry["id"]: entry for entry in yaml.safe_load(file.read_text("utf-8"))}


def listed(notebook: NotebookNode) -> NotebookNode | None:
    """The cell in which a chapter lists its sources."""
    return next((cell for cell in notebook.cells if cell.source.startswith("## Sources")), None)


def keys(notebook: NotebookNode) -> list[str]:
    """The sources that a chapter lists."""
    cell = listed(notebook)
    return _ITEM.findall(cell.source) if cell else []


def docstrings(file: Path) -> list[str]:
    """Every docstring of a Python file."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    nodes = (node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, kinds))
    return [text for node in nodes if (text := ast.get_docstring(node))]


def cited() -> dict[str, list[str]]:
    """Where a source is cited, by its key: links to chapters, then names of modules, as MyST reads them."""
    places: dict[str, list[str]] = {}
    for path in course.PATHS:
        for key in keys(course.read(path)):
            places.setdefault(key, []).append(f"[{course.head(path).name}](notebooks/{path.name})")
    for file in sorted((course.ROOT / "aecourse").rglob("*.py")):
        parts = file.relative_to(course.ROOT).with_suffix("").parts
        module = ".".join(part for part in parts if part != "__init__")
        for key in sorted({key for text in docstrings(file) for key in CITED.findall(text)}):
            places.setdefault(key, []).append(f"{{py:mod}}`{module}`")
    return places


def page() -> str:
    """All sources as a page of the website: a paragraph each, which its key leads to, and where it is cited."""
    places = cited()
    paragraphs = [
        f"({key})=\n**{key}** {written(entry)}  \n↳ {', '.join(places[key])}" for key, entry in entries().items()
    ]
    return "\n\n".join(paragraphs)


def linked(text: str) -> str:
    """A chapter's list with its keys as links to that page, as MyST reads them."""
    return CITED.sub(r"[\\[\1\\]](#\1)", text)


def reference(key: str) -> str:
    """A link to a source on that page, as reStructuredText: authors and year."""
    entry = entries()[key]
    return f":ref:`{authors(entry)} ({entry['issued']}) <{key}>`"


def woven(text: str, name: str) -> str:
    """A list of sources with each first line completed.

    Raises:
        ValueError: a key is not in the file of sources, or a line of the list has none.
    """
    for line in re.findall(r"^- .*$", text, re.M):
        found = _ITEM.fullmatch(line)
        if not found or found[1] not in entries():
            raise ValueError(f"{name}: expected '- [key]' with a key of {FILE.name}, got {line!r}")
    return _ITEM.sub(lambda found: f"- [{found[1]}] {written(entries()[found[1]])}", text)


def written(entry: dict[str, Any]) -> str:
    """A source in one line of Markdown: authors, year, title with its link, where it appeared."""
    title = f"[{entry['title']}]({link(entry)})" if link(entry) else entry["title"]
    parts = [f"{authors(entry)} ({entry['issued']})", title, _place(entry), entry.get("publisher"), entry.get("note")]
    return ". ".join(part for part in parts if part) + "."


def authors(entry: dict[str, Any]) -> str:
    """Family names, as they are spoken: "Kingma and Welling"."""
    names = [author.get("family") or author["literal"] for author in entry["author"]]
    if len(names) > _MOST:
        return ", ".join(names[:3]) + " and others"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def link(entry: dict[str, Any]) -> str:
    """Where a reader finds a source: its URL, or else its DOI; "" if it is not on the web."""
    return entry.get("URL") or (f"https://doi.org/{entry['DOI']}" if "DOI" in entry else "")


def _place(entry: dict[str, Any]) -> str:
    """Journal, conference or book, with volume and pages; a preprint's number."""
    named = f"*{entry['container-title']}*" if "container-title" in entry else ""
    volume = str(entry.get("volume", "")) + (f" ({entry['issue']})" if "issue" in entry else "")
    pages = str(entry.get("page", "")).replace("-", "–")
    preprint = re.search(r"arxiv\.org/abs/(\S+)", link(entry))
    parts = [f"{named} {volume}".strip(), pages, f"arXiv:{preprint[1]}" if preprint else ""]
    return ", ".join(filter(None, parts))
