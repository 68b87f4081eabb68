"""The guide for the lecturer: what to ask, for how long, what to run live; a page a chapter of the website.

It is made from the notes (notes.py), which are what one edits, and from the notebook.
"""

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import address
import course
import notes
from nbformat import NotebookNode

from aecourse import recipes


class Slide(NamedTuple):
    """One slide, as a lecturer prepares it.

    Attributes:
        number: from 1.
        cell: id of the cell that begins it.
        name: its heading, or its first words.
        note: what to ask and for how long, if there is one.
        live: names of the figures on it that move.
        trains: whether a cell trains on it, or between it and the next one.
    """

    number: int
    cell: str
    name: str
    note: notes.Note | None
    live: list[str]
    trains: bool


def slides(path: Path) -> list[Slide]:
    """The slides of a chapter, with all that belongs to each."""
    cells, noted = course.read(path).cells, {note.cell: note for note in notes.read(path)}
    names, training = notes.slides(cells), set(trained(cells))
    starts = [k for k, cell in enumerate(cells) if cell.id in names]
    found = []
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(cells)], strict=True), 1):
        between, first = cells[start:end], cells[start].id
        live = [course.demo(cell) for cell in between if course.slide_type(cell) != "skip"]
        trains = any(cell.id in training for cell in between)
        found.append(Slide(number, first, names[first], noted.get(first), list(filter(None, live)), trains))
    return found


def trained(cells: list[NotebookNode]) -> Iterator[str]:
    """Ids of the cells that train: they call a function that trains, or walk downhill in a loop of their own."""
    training = {"fit"}
    training |= {f.name for f in _parts(inspect.getsource(recipes))[0] if _trains([f], training)}
    for cell in cells:
        if cell.cell_type == "code":
            source = re.sub(r"^(\s*)%.*", r"\1pass", cell.source, flags=re.M)
            defined, done = _parts(source)
            training |= {f.name for f in defined if _trains([f], training)}
            if _trains(done, training):
                yield cell.id


def _parts(source: str) -> tuple[list[ast.FunctionDef], list[ast.stmt]]:
    """Functions that a text defines, and what it does."""
    body = ast.parse(source).body
    defined = [part for part in body if isinstance(part, ast.FunctionDef)]
    return defined, [part for part in body if not isinstance(part, ast.FunctionDef | ast.ClassDef)]


def _trains(parts: Sequence[ast.stmt], training: set[str]) -> bool:
    inside = [node for part in parts for node in ast.walk(part)]
    loops = [node for part in inside if isinstance(part, ast.For) for node in ast.walk(part)]
    return bool(training & set(_called(inside))) or "backward" in _called(loops)


def _called(nodes: list[ast.AST]) -> list[str]:
    functions = [node.func for node in nodes if isinstance(node, ast.Call)]
    return [ast.unparse(function).rpartition(".")[2] for function in functions]


def minutes(path: Path) -> int:
    """How long the slides of a chapter take, by the notes."""
    return sum(note.minutes for note in notes.read(path))


def page(path: Path) -> str:
    """The guide to one chapter, in the website's Markdown."""
    head, all_slides = course.head(path), slides(path)
    file = notes.place(path).relative_to(course.ROOT).as_posix()
    prose = "\n".join(cell.source for cell in course.read(path).cells)
    needs = next(line for line in prose.splitlines() if line.startswith("**You need**"))
    return "\n\n".join(
        [
            f"# {head.name}",
            f"> {head.question}",
            f"[The chapter](../notebooks/{path.name}) · {_deck(path, all_slides[0], 'Slides')} · "
            f"[The notes, to edit]({address.GITHUB}{address.published()}/blob/HEAD/{file})",
            f"**{minutes(path)} minutes** for {len(all_slides)} slides.",
            needs.replace("](", "](../notebooks/"),
            _live(path, all_slides),
            "## Slide by slide",
            *(_slide(path, slide) for slide in all_slides),
        ]
    )


def _deck(path: Path, slide: Slide, words: str) -> str:
    return f'<a href="../slides/{path.stem}.html#{slide.cell}">{words}</a>'


def _slide(path: Path, slide: Slide) -> str:
    told = f"{slide.note.minutes} min" if slide.note else "no note"
    marks = "".join(f" · live: `{name}`" for name in slide.live) + (" · trains" if slide.trains else "")
    below = f"\n\n{slide.note.text}" if slide.note else ""
    return f"### {slide.name}\n\n{_deck(path, slide, f'Slide {slide.number}')} · {told}{marks}{below}"


def _live(path: Path, all_slides: list[Slide]) -> str:
    """What to run in front of everybody, and what before."""
    links = [_deck(path, slide, f"slide {slide.number}") for slide in all_slides]
    moving = [f"`{name}` ({link})" for slide, link in zip(all_slides, links, strict=True) for name in slide.live]
    training = [link for slide, link in zip(all_slides, links, strict=True) if slide.trains]
    said = ("**Run live**:", moving), ("**Run before the lecture**, because it trains: what belongs to", training)
    return "\n\n".join(f"{words} {', '.join(places)}." for words, places in said if places)


def table(paths: list[Path]) -> str:
    """All chapters as a Markdown table: link to the guide, slides, minutes, how many figures move."""
    rows = ["| chapter | slides | minutes | live figures |", "| --- | --- | --- | --- |"]
    for path in paths:
        all_slides = slides(path)
        live = sum(len(slide.live) for slide in all_slides)
        link = f"[{course.head(path).name}](guide/{path.stem}.md)"
        rows.append(f"| {link} | {len(all_slides)} | {minutes(path)} | {live} |")
    return "\n".join(rows)
