"""Where the notebooks call a live figure. Notebooks are read, not run."""

import hashlib
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import course

from aecourse.chapters import live_figures


@dataclass(frozen=True)
class Page:
    """One live figure on a page of its own.

    Attributes:
        name: of the page's file. function: the function that makes it. about: what it shows, in a line.
        notebook, cell: where it is called. chapter, heading: the notebook's number and title.
        key: changes with everything that the call's arguments depend on.
    """

    name: str
    function: str
    about: str
    notebook: Path
    cell: int
    chapter: str
    heading: str
    key: str

    @property
    def title(self) -> str:
        again = "" if self.name == self.function else ", again"
        return self.function.replace("_", " ").capitalize() + again

    @property
    def stem(self) -> str:
        """The name of what is stored for this page."""
        return f"{self.name}-{self.key}"


def find_pages(notebooks: Iterable[Path], package: Path) -> list[Page]:
    """The pages in the order of the chapters; a second call of a function gets the chapter in its name too."""
    functions, of_package = descriptions(), fingerprint(package)
    pages, names = [], set()
    for path in sorted(notebooks):
        notebook = course.read(path)
        cells, chapter, heading = notebook.cells, path.stem[:2], course.title(notebook).partition(" · ")[2]
        for k, function in calls(path, cells).items():
            name = f"{function}_{chapter}" if function in names else function
            if name in names:
                raise ValueError(f"{path.name}, cell {k + 1}: expected {function} at most twice in the course")
            names.add(name)
            key = digest([of_package, *code(cells[: k + 1])])
            pages.append(Page(name, function, functions[function], path, k, chapter, heading, key))
    return pages


def calls(path: Path, cells: list) -> dict[int, str]:
    """Index of a cell -> the live figure that it calls."""
    found = {}
    for k, cell in enumerate(cells):
        called = course.called(cell)
        if len(called) > 1:
            raise ValueError(f"{path.name}, cell {k + 1}: expected one live figure in a cell, found {called}")
        if called:
            found[k] = called[0]
    return found


def descriptions() -> dict[str, str]:
    """Each live figure of the course -> the first line of its docstring."""
    return {name: (figure.__doc__ or "").partition("\n")[0] for name, figure in live_figures().items()}


def fingerprint(package: Path) -> str:
    """Of all that lies in the package; exercises compute nothing that a figure shows."""
    files = (p for p in sorted(package.rglob("*")) if p.is_file())
    inside = [(p.relative_to(package), p) for p in files if "__pycache__" not in p.parts and p.name != "exercises.py"]
    versions = f"{platform.python_version()} {metadata.version('torch')} {metadata.version('cloudpickle')}"
    return digest([versions, *(f"{name.as_posix()} {digest([p.read_bytes()])}" for name, p in inside)])


def code(cells: list) -> list[str]:
    return [cell.source for cell in cells if cell.cell_type == "code"]


def digest(parts: Iterable[str | bytes]) -> str:
    """Sixteen hexadecimal digits of a list of texts."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()[:16]
