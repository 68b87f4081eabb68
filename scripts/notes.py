"""The lecturer's notes: one Markdown file a chapter, `notebooks/notes/NN_idea.md`, read by decks and guide.

A heading says which slide the note belongs to and how long the slide takes:

    ## 2.1 What does a latent explain? (1 min) {#02-03}

`02-03` is the id of the cell with which that slide begins; its words follow from it, `make weave` writes them. Below
stands what to ask, what to listen for, what to say; a paragraph each. A learner meets none of this.

What a learner needs and so far only the notes say is listed at the end, under a heading of its own, by the id of the
slide. Decks and guide leave the list out; whoever rewrites the chapter moves its lines into the text.
"""

import re
from pathlib import Path
from typing import NamedTuple

import course
from nbformat import NotebookNode

_HEADING = re.compile(r"(.+) \((\d+) min\) \{#([\w-]+)\}")
_WORDS = 8  # of a slide without a heading
_OWED = "\n## Belongs into the text\n"


class Note(NamedTuple):
    """What a lecturer wants to know at one slide.

    Attributes:
        slide: its heading, or its first words.
        minutes: that it takes.
        cell: id of the cell that begins it.
        text: Markdown.
    """

    slide: str
    minutes: int
    cell: str
    text: str

    def __str__(self) -> str:
        return f"## {self.slide} ({self.minutes} min) {{#{self.cell}}}\n\n{self.text}\n"


def place(path: Path) -> Path:
    """Where the notes to a notebook stand."""
    return path.parent / "notes" / f"{path.stem}.md"


def read(path: Path) -> list[Note]:
    """The notes to a notebook, in the order of its slides; none if it has no file of notes.

    Raises:
        ValueError: a heading does not say its slide, minutes and cell, or a note's cell begins no slide.
    """
    file, (text, _, _) = place(path), _halves(path)
    notes, starts = [], slides(course.read(path).cells)
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        heading, _, text = section.partition("\n")
        if not (found := _HEADING.fullmatch(heading)):
            raise ValueError(f"{file.name}: expected '## slide (N min) {{#cell}}', got '## {heading}'")
        if found[3] not in starts:
            raise ValueError(f"{file.name}: expected the id of a cell that begins a slide, got {found[3]}")
        notes.append(Note(found[1], int(found[2]), found[3], text.strip()))
    return notes


def _halves(path: Path) -> tuple[str, str, str]:
    file = place(path)
    return (file.read_text("utf-8") if file.exists() else "").partition(_OWED)


def owed(path: Path) -> list[str]:
    """What of the notes to a notebook belongs into its text, a line each: the slide's cell, then what is missing."""
    return re.findall(r"^- (.+)$", _halves(path)[2], re.M)


def slides(cells: list[NotebookNode]) -> dict[str, str]:
    """Every slide of a notebook: id of the cell that begins it -> its heading, or its first words."""
    shown = [cell for cell in cells if course.slide_type(cell) != "skip"]
    starts = [k for k, cell in enumerate(shown) if course.slide_type(cell) == "slide"]
    return {shown[a].id: _name(shown[a:b]) for a, b in zip(starts, [*starts[1:], len(shown)], strict=True)}


def _name(cells: list[NotebookNode]) -> str:
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    headings = re.findall(r"^#{1,3} (.+)$", "\n".join(prose), re.M)
    if headings:
        return headings[0]
    if not prose:
        return f"`{cells[0].source.splitlines()[0]}`"
    words = course.plain(prose[0]).split()
    return " ".join(words[:_WORDS]) + (" …" if len(words) > _WORDS else "")


def woven(path: Path) -> str:
    """What the file of notes to a notebook has to be: in its headings the words that the slides have now."""
    starts = slides(course.read(path).cells)
    notes = {note.cell: note._replace(slide=starts[note.cell]) for note in read(path)}
    kept = [str(notes[cell]) for cell in starts if cell in notes]
    return "\n".join([f"# {course.head(path).name}\n", *kept]) + "".join(_halves(path)[1:])
