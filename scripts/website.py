"""The website, static and complete, into _site: chapters, playgrounds, slides, guide, reference, search.

    python scripts/website.py

Sources are gathered in _build/website: pages from site/, and notebooks with what only readers of a page need (alt
texts, solutions that unfold, links). Then Sphinx builds them with the settings of site/conf.py, and a warning is an
error; the reference of the package it writes itself, from the docstrings.
"""

import pkgutil
import re
import shutil
import sys
from pathlib import Path

import address
import course
import guide
import nbformat
import playground
import slides
import sources
import spiral
from nbformat import NotebookNode
from sphinx.cmd.build import build_main

import aecourse
from aecourse import exercises
from aecourse.checking import engine, forms, solutions

GATHERED = course.ROOT / "_build" / "website"
_CHECK = re.compile(r'exercises\.load\("([\d.]+)"\)\.check')
_SHOWN = re.compile(r'exercises\.(load|quiz|predict|compare)\("[\da-z.]+"[^\n]*\)')
_LINKS = re.compile(r"^\[Open in Colab\].*$", re.M)


def here(path: Path) -> NotebookNode:
    """A notebook whose links lead to the repository that this website belongs to."""
    return address.notebook(path, address.published(), address.written())


def page(path: Path) -> NotebookNode:
    """A notebook as a page of the website."""
    notebook = here(path)
    cells, shown = notebook.cells, []
    last = {found[1]: k for k, cell in enumerate(cells) if (found := _CHECK.search(cell.source))}
    for k, cell in enumerate(cells):
        if course.pictures(cell):
            cell.metadata.mystnb = {"image": {"alt": course.alt(cells, k)}}
        shown.append(cell)
        _for_a_page(cell)
        below = cells[k - 1] if course.is_caption(cell) else cell  # under the caption, if there is one
        followed = k + 1 < len(cells) and course.is_caption(cells[k + 1])
        if (demo := course.demo(below)) and not followed:
            shown.append(nbformat.v4.new_markdown_cell(still(demo)))
        shown += [nbformat.v4.new_markdown_cell(unfold(number)) for number, at in last.items() if at == k]
    if listed := sources.listed(notebook):
        listed.source = sources.linked(listed.source)
    _links_below_the_title(shown, path)
    notebook.cells = shown
    return notebook


def _for_a_page(cell: NotebookNode) -> None:
    """Of exercises and predictions a page shows what they say and the stub; calls are for those who run it."""
    if _SHOWN.fullmatch(cell.source.strip()):
        cell.metadata.tags = ["remove-input"]
    elif _CHECK.search(cell.source) and engine.NOT_YET in str(cell.get("outputs")):
        cell.metadata.tags = ["remove-output"]
    for output in cell.get("outputs", ()):
        if page := output.get("data", {}).get("text/html"):  # today's script, whenever the notebook was executed
            output.data["text/html"] = forms.SCRIPT.sub(lambda _: forms.script(), page)


def still(demo: str) -> str:
    """The line under the picture of a live figure: where it moves."""
    here = course.ON_THE_WEB.get(demo)
    link = f'; or <a href="../{here[0]}">{here[1]}</a>' if here else ""
    return f'<p class="still">A still picture here; it moves where the notebook runs (links at the top){link}.</p>'


def unfold(number: str) -> str:
    """Hints and the tested solution of an exercise, folded."""
    exercise = exercises.load(number)
    hints = "\n".join(f"1. {hint}" for hint in exercise.hints)
    source = solutions.pasted(exercise.answer)
    parts = (("Hints", hints), ("Solution", f"```python\n{source}\n```"))
    return "\n\n".join(f"<details><summary>{name}</summary>\n\n{body}\n\n</details>" for name, body in parts)


def _links_below_the_title(cells: list[NotebookNode], path: Path) -> None:
    """The first line of a notebook, its links, moves under the title and gets those that a page can add."""
    found = _LINKS.search(cells[0].source)
    if not found:
        raise ValueError(f"{path.name}: expected a line of links in the first cell, got none")
    links = found[0]
    cells[0].source = cells[0].source.replace(links, "").strip()
    here = f'<a href="../slides/{path.stem}.html">Slides</a>'
    links += f" · {{download}}`Download the notebook <../download/{path.name}>` · {here}"
    titled = next(cell for cell in cells if re.search(r"^# ", cell.source, re.M))
    titled.source = re.sub(r"^(# .+)$", lambda m: f"{m[1]}\n\n{links}", titled.source, count=1, flags=re.M)
    if not cells[0].source:
        del cells[0]


def lists() -> dict[str, str]:
    """What stands in place of each mark in the pages from site/: the address and the chapters, found."""
    heads = [course.head(path) for path in course.PATHS]
    return {
        "<!-- home -->": address.GITHUB + address.published(),
        "<!-- chapters -->": course.table(heads),
        "<!-- toctree -->": "\n".join(f"notebooks/{h.path.stem}" for h in heads),
        "<!-- modules -->": "\n".join(f"   {module.name}" for module in pkgutil.iter_modules(aecourse.__path__)),
        "<!-- sources -->": sources.page(),
        "<!-- decks -->": "\n".join(f"- {_deck(h)}" for h in heads),
        "<!-- guides -->": guide.table(course.PATHS),
        "<!-- guide-toctree -->": "\n".join(f"guide/{h.path.stem}" for h in heads),
    }


def _deck(head: course.Head) -> str:
    return f'<a href="slides/{head.path.stem}.html">{head.name}</a> ([what to ask](guide/{head.path.stem}.md))'


def gather(to: Path = GATHERED) -> None:
    """Write all sources of the website into one folder."""
    shutil.rmtree(to, ignore_errors=True)
    for folder in ("notebooks", "download", "guide"):
        (to / folder).mkdir(parents=True)
    for path in course.PATHS:
        nbformat.write(page(path), to / "notebooks" / path.name)
        nbformat.write(here(path), to / "download" / path.name)
        (to / "guide" / f"{path.stem}.md").write_text(guide.page(path), "utf-8")
    for source in course.SITE.glob("*.md"):
        text = source.read_text("utf-8")
        for mark, lines in lists().items():
            text = text.replace(mark, lines)
        (to / source.name).write_text(text, "utf-8")
    shutil.copytree(course.ROOT / "docs", to / "docs", ignore=shutil.ignore_patterns("*.png"))
    slides.copy_fonts(to / "_static" / "fonts")
    playground.export(to / "_static" / "playground")
    spiral.export(to / "_static" / "spiral")


def main(to: Path = course.BUILT) -> None:
    if not (course.SITE / "node_modules").is_dir():
        raise SystemExit("site: what it takes from npm is not there; `make site` fetches it (npm ci in site/)")
    gather()
    part = GATHERED.parent / "html"  # a site that cannot be built replaces none
    shutil.rmtree(part, ignore_errors=True)
    places = ["-c", course.SITE, "-d", GATHERED.parent / "doctrees", GATHERED, part]
    if failed := build_main(["-q", "-W", "--keep-going", *map(str, places)]):
        raise SystemExit(failed)
    slides.main([], part / "slides")
    shutil.rmtree(to, ignore_errors=True)
    shutil.move(part, to)
    print(f"site: {to}; look at it with: {Path(sys.executable).name} -m http.server -d {to.name}")


if __name__ == "__main__":
    main()
