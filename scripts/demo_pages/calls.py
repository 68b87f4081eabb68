"""Where the notebooks call a live figure. Read from the sources: nothing is imported, so this takes no time."""

import ast
import hashlib
import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import nbformat


@dataclass(frozen=True)
class Page:
    """One live figure on a page of its own.

    Attributes:
        name: of the page's file. function: the function of `aecourse.demos`. about: what it shows, in a line.
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
    functions, of_package = descriptions(package / "demos"), fingerprint(package)
    pages, names = [], set()
    for path in sorted(notebooks):
        cells = nbformat.read(path, as_version=4).cells
        chapter, heading = path.stem[:2], _heading(cells)
        for k, function in calls(path, cells, functions).items():
            name = f"{function}_{chapter}" if function in names else function
            if name in names:
                raise ValueError(f"{path.name}, cell {k + 1}: expected demos.{function} at most twice in the course")
            names.add(name)
            key = digest([of_package, *code(cells[: k + 1])])
            pages.append(Page(name, function, functions[function], path, k, chapter, heading, key))
    return pages


def calls(path: Path, cells: list, functions: Iterable[str]) -> dict[int, str]:
    """Index of a cell -> the live figure that it calls."""
    found = {}
    for k, cell in enumerate(cells):
        if cell.cell_type != "code" or "demos." not in cell.source:  # also steps over the one cell with a magic
            continue
        heads = [node.func for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
        called = [f.attr for f in heads if isinstance(f, ast.Attribute) and ast.unparse(f.value) == "demos"]
        called = [name for name in called if name in functions]
        if len(called) > 1:
            raise ValueError(f"{path.name}, cell {k + 1}: expected one live figure in a cell, found {called}")
        if called:
            found[k] = called[0]
    return found


def descriptions(folder: Path) -> dict[str, str]:
    """Each function of the package `demos` that returns a live figure -> the line that the package says about it."""
    said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
    lines = dict(re.findall(r"^(\w+) {2,}(.+)$", said, re.M))
    live = [
        node.name
        for path in sorted(folder.glob("*.py"))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns).endswith("Live")
    ]
    return {name: lines.get(name, "") for name in live if not name.startswith("_")}


def fingerprint(package: Path) -> str:
    """Of all that lies in the package; exercises compute nothing that a figure shows."""
    files = (p for p in sorted(package.rglob("*")) if p.is_file())
    inside = [(p.relative_to(package), p) for p in files if not {"__pycache__", "exercises"} & set(p.parts)]
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


def _heading(cells: list) -> str:
    """The first heading of a notebook, without its number."""
    found = re.search(
        r"^# (?:\d+[\s.:·–-]*)?(.+)$", "\n".join(c.source for c in cells if c.cell_type == "markdown"), re.M
    )
    return found[1].strip() if found else ""
