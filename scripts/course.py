"""What README, slides and website need to know of the notebooks: heads, figures and what these show."""

import re
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from aecourse.chapters import live_figures

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "site"  # sources
BUILT = ROOT / "_site"
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))

_CAPTION = re.compile(r"\*(?!\*)((?:\*\*|[^*])+)\*")
_CALLED = re.compile(rf"\b({'|'.join(live_figures())})\(")

PORT = 8866  # where `make demos` shows the live figures, unless told otherwise
# The live figures that move on a page of the website: which one, and what a link to it says.
ON_THE_WEB = {
    "play_with_captions": ("index.html", "play with the captions in this browser"),
    "denoise_the_plane": ("spiral.html", "move it in this browser"),
    "follow_the_arrows": ("spiral.html", "move it in this browser"),
}


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


class Head(NamedTuple):
    """What a notebook says of itself; it stands there and nowhere else.

    Attributes:
        path: of the notebook.
        number: "02".
        title: without the number.
        question: of the whole chapter.
        minutes: to read.
    """

    path: Path
    number: str
    title: str
    question: str
    minutes: int

    @property
    def name(self) -> str:
        """Number and title, as a link to the chapter reads."""
        return f"{self.number} · {self.title}"


_TITLE = re.compile(r"^# (\d\d) · (.+)\n\n> (.+)$", re.M)
_TIME = re.compile(r"^\*\*Time\*\* (\d+) minutes", re.M)


def head(path: Path) -> Head:
    """The head of a notebook.

    Raises:
        ValueError: a part of it is missing, or its number is not that of the file's name.
    """
    prose = "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    titled, time = _TITLE.search(prose), _TIME.search(prose)
    if not titled or titled[1] != path.name[:2]:
        raise ValueError(f"{path.name}: expected '# {path.name[:2]} · Title' and under it '> its question'")
    if not time:
        raise ValueError(f"{path.name}: expected a line '**Time** … minutes to read'")
    return Head(path, titled[1], titled[2], titled[3], int(time[1]))


def title(notebook: NotebookNode) -> str:
    """The notebook's one heading of the first level; "" if it has none."""
    return next((found[1] for cell in notebook.cells if (found := re.search(r"^# (.+)$", cell.source, re.M))), "")


def table(heads: list[Head], folder: str = "notebooks/") -> str:
    """The chapters as a Markdown table: number, link, question, minutes."""
    rows = [f"| {h.number} | [{h.title}]({folder}{h.path.name}) | {h.question} | {h.minutes} |" for h in heads]
    return "\n".join(["| | notebook | its question | minutes |", "| --- | --- | --- | --- |", *rows])


def slide_type(cell: NotebookNode) -> str:
    """As set in the notebook; what says nothing is not shown, so that nothing slips into a talk."""
    return cell.metadata.get("slideshow", {}).get("slide_type", "skip")


def is_caption(cell: NotebookNode) -> bool:
    """Whether a cell is what stands under a figure, one paragraph in italics, and nothing else."""
    return cell.cell_type == "markdown" and bool(_CAPTION.fullmatch(cell.source.strip()))


def caption(cells: list[NotebookNode], k: int) -> str:
    """The words under the figure of cell k, as plain text; "" if there are none."""
    following = cells[k + 1] if k + 1 < len(cells) else None
    found = _CAPTION.match(following.source.strip()) if following and following.cell_type == "markdown" else None
    return plain(found[1]) if found else ""


def plain(markdown: str) -> str:
    """Words without marks: links, emphasis, code, and formulas as they are typed."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return re.sub(r"\s+", " ", re.sub(r"[*`$\\{}]", "", text)).strip()


def pictures(cell: NotebookNode) -> list[NotebookNode]:
    """The outputs of a cell that hold a picture."""
    return [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]


def said(cell: NotebookNode) -> str:
    """What a live figure says below itself; "" for a figure that does not move."""
    shown = pictures(cell)
    text = shown[0].data.get("text/plain", "") if shown else ""
    return "" if text.startswith("<Figure") or not text else " ".join(text.split())


def called(cell: NotebookNode) -> list[str]:
    """Names of the live figures that a cell calls."""
    return _CALLED.findall(cell.source) if cell.cell_type == "code" else []


def demo(cell: NotebookNode) -> str:
    """Name of the live figure that a cell shows, or ""."""
    found = called(cell)
    return found[-1] if found and pictures(cell) else ""


def alt(cells: list[NotebookNode], k: int) -> str:
    """What the picture of cell k shows, for those who cannot see it: its caption, and the live figure's own line."""
    return " ".join(filter(None, [caption(cells, k), said(cells[k])]))


def describe(notebook: NotebookNode) -> None:
    """Give every picture of a notebook its text alternative, where readers of notebooks look for it."""
    for k, cell in enumerate(notebook.cells):
        for output in pictures(cell):
            output.metadata["image/png"] = {"alt": alt(notebook.cells, k)}
