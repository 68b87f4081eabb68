"""Write what follows from the notebooks: README's table, the map in the first one, links onward, headings of notes,
text alternatives of pictures.

    python scripts/weave.py

Number, title, question and minutes of a chapter stand in its notebook, and so do the headings of its slides and the
captions of its figures. Whoever changes them, adds a notebook or takes one away runs this; a test holds that nothing
is out of date.
"""

import re
from pathlib import Path

import course
import nbformat
import notes
import sources

_REPORT = (
    "Did a cell surprise you, or is one wrong? `runtime.report()` in a cell under it opens a form with the cell, its "
    "output and the versions filled in; nothing is sent before you send it."
)
_TABLE = re.compile(r"^\| \| notebook \|.*\n(?:\|.*\n?)+", re.M)


def woven(root: Path = course.ROOT) -> dict[Path, str]:
    """Every file that shows something of other chapters' heads, and what its text has to be."""
    heads = [course.head(path) for path in sorted((root / "notebooks").glob("*.ipynb"))]
    readme = root / "README.md"
    texts = {readme: _replaced(readme.name, readme.read_text("utf-8"), course.table(heads) + "\n")}
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        notebook = course.read(head.path)
        notebook.cells[-1].source = _onward(following, heads[0])
        if cell := sources.listed(notebook):
            cell.source = sources.woven(cell.source, head.path.name)
        course.describe(notebook)
        if head is heads[0]:
            drawn = next(cell for cell in notebook.cells if _TABLE.search(cell.source))
            drawn.source = _replaced(head.path.name, drawn.source, course.table(heads, folder="") + "\n")
        texts[head.path] = nbformat.writes(notebook) + "\n"
        if (file := notes.place(head.path)).exists():
            texts[file] = notes.woven(head.path)
    return texts


def _onward(following: course.Head | None, first: course.Head) -> str:
    if following is None:
        return f"{_REPORT}\n\nThe course ends here. Next: back to [{first.name}]({first.path.name}), where it began."
    return f"{_REPORT}\n\nNext: [{following.name}]({following.path.name}). {following.question}"


def _replaced(name: str, text: str, table: str) -> str:
    if len(_TABLE.findall(text)) != 1:
        raise ValueError(f"{name}: expected one table of the notebooks, found {len(_TABLE.findall(text))}")
    return _TABLE.sub(lambda _: table, text)


def stale(root: Path = course.ROOT) -> list[Path]:
    """The files that are out of date."""
    return [path for path, text in woven(root).items() if path.read_text("utf-8") != text]


def main() -> None:
    texts = woven()
    for path in stale():
        path.write_text(texts[path], "utf-8")
        print(f"weave: {path.relative_to(course.ROOT)}")


if __name__ == "__main__":
    main()
