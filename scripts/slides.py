"""One deck a notebook, from the notebook itself, into _site/slides: a folder that needs no network and no server.

    python scripts/slides.py [notebooks ...]

What is shown is chosen in the notebooks (Lab: property inspector, "Slide Type"):

    slide      begins a slide            fragment   on the same slide, after a key press
    -          goes on with it           skip       not shown

A cell with a picture or a prediction shows that alone, any other its code and what that printed; the tags `slide-code`
and `slide-output` choose one of the two. What the speaker sees besides (key S) stands in the notes (notes.py).
"""

import html
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import course
import notes
from course import slide_type
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter
from tqdm import tqdm

from aecourse import exercises

DECKS = course.BUILT / "slides"
STAGE = f"http://localhost:{course.PORT}/voila/render"  # where `make demos` shows the live figures
_NPM = course.SITE / "node_modules"
_ASKED = re.compile(r'class="aecourse-(?:question" data-key="([^"]+)"|answer")')
_HEADING = re.compile(r"^#{1,3} (.+)$", re.M)


def shape(notebook: NotebookNode, said: Sequence[notes.Note] = ()) -> NotebookNode:
    """Prepare a notebook's cells for the template: notes at their slides, pictures described, the rest as tags say."""
    cells, noted = notebook.cells, {note.cell: note for note in said}
    course.describe(notebook)
    first = next((cell for cell in cells if slide_type(cell) == "slide"), None)
    if first is None:
        raise ValueError(f"{course.title(notebook)}: expected a cell of slide type 'slide', got none")
    for k, cell in enumerate(cells):
        kind = slide_type(cell)
        cell.metadata.setdefault("slideshow", {})["slide_type"] = kind
        cell.metadata.first = cell is first
        if kind == "slide":
            cell.metadata.running, cell.metadata.note = _running(cells, k), noted.get(cell.id)
        cell.metadata.caption = course.is_caption(cell)
        if cell.cell_type == "code" and kind != "skip":
            beside = cells[k + 1] if k + 1 < len(cells) else None
            captioned = beside is not None and course.is_caption(beside) and slide_type(beside) != "skip"
            _shape_code(cell, captioned)
        cell.source = re.sub(r"\]\((\d\d_\w+)\.ipynb", r"](\1.html", cell.source)
    return notebook


def _running(cells: list[NotebookNode], k: int) -> str:
    """The heading that the slide beginning at cell k goes on with; "" if it has one of its own."""
    following = (j for j in range(k + 1, len(cells)) if slide_type(cells[j]) == "slide")
    if any(_headings(cell) for cell in cells[k : next(following, len(cells))] if slide_type(cell) != "skip"):
        return ""
    before = [heading for cell in cells[:k] for heading in _headings(cell)]
    return before[-1] if before else ""


def _headings(cell: NotebookNode) -> list[str]:
    return _HEADING.findall(cell.source) if cell.cell_type == "markdown" else []


def _shape_code(cell: NotebookNode, captioned: bool) -> None:
    tags = set(cell.metadata.get("tags", []))
    pictures, demo = course.pictures(cell), course.demo(cell)
    said = "" if captioned else course.said(cell)
    if pictures:
        cell.outputs = pictures
    for output in pictures:
        web, _ = course.ON_THE_WEB.get(demo, ("", ""))
        output.metadata.update(demo=demo, web=web, said=said)
        output.data = {"image/png": output.data["image/png"]}
    asked = [_static(output) for output in cell.outputs]
    for output in cell.outputs:
        if output.output_type == "execute_result":
            output.output_type = "display_data"
    if (pictures or any(asked) or "slide-output" in tags) and "slide-code" not in tags:
        cell.metadata.transient = {"remove_source": True}
    elif "slide-code" in tags:
        cell.outputs = []


def _static(output: NotebookNode) -> bool:
    """A question as the last row reads it, and what came out as a paragraph; whether an output is one of these."""
    found = _ASKED.search(output.get("data", {}).get("text/html", ""))
    if not found:
        return False
    words = html.escape(output.data["text/plain"])
    if asked := exercises.predictions().get(found[1]):
        options = [html.escape(f"- {option}") for option in asked.options]
        words = "\n".join([f"**Predict**: {html.escape(asked.question)}", "", *options])
    output.data = {"text/markdown": words}
    return True


def exporter() -> HTMLExporter:
    return HTMLExporter(template_name="deck", extra_template_basedirs=[str(course.SITE)], exclude_anchor_links=True)


def build(path: Path, to: Path, export: HTMLExporter) -> None:
    """Write the deck of one notebook."""
    notebook = course.read(path)
    deck = {"title": course.title(notebook), "stage": STAGE}
    page, _ = export.from_notebook_node(shape(notebook, notes.read(path)), {"deck": deck})
    (to / f"{path.stem}.html").write_text(page, "utf-8")


def copy_assets(to: Path) -> None:
    """What all decks share: reveal.js, MathJax, fonts, colours."""
    if not _NPM.is_dir():
        raise SystemExit("slides: what they take from npm is not there; `make slides` fetches it (npm ci in site/)")
    assets = to / "assets"
    parts = {
        "reveal.js/dist/reveal.js": "reveal",
        "reveal.js/dist/reveal.css": "reveal",
        "reveal.js/plugin/notes/notes.js": "reveal",
        "mathjax/es5/tex-svg-full.js": "mathjax",
    }
    for source, folder in parts.items():
        (assets / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy2(_NPM / source, assets / folder)
    copy_fonts(assets / "fonts")
    for name in ("deck.css", "deck.js", "mathjax-settings.js"):
        shutil.copy2(course.SITE / "deck" / name, assets)
    shutil.copy2(course.SITE / "favicon.svg", assets)
    (assets / "highlight.css").write_text(HtmlFormatter(style="friendly").get_style_defs(".highlight"), "utf-8")


def copy_fonts(to: Path) -> None:
    """Two faces that have every accented letter of the notation, as npm packs them."""
    for font in ("source-sans-3", "source-code-pro"):
        package = _NPM / "@fontsource-variable" / font
        shutil.copytree(package / "files", to / font / "files", dirs_exist_ok=True)
        shutil.copy2(package / "index.css", to / font)


def write_index(to: Path, paths: list[Path]) -> None:
    """A list of the decks, with the words of the website's page about them."""
    links = "\n".join(f"- [{course.head(path).name}]({path.stem}.html)" for path in paths)
    words = (course.SITE / "slides.md").read_text("utf-8").replace("<!-- decks -->", links)
    page = (course.SITE / "deck" / "list.html").read_text("utf-8")
    (to / "index.html").write_text(page.replace("<!-- words -->", markdown2html(words)), "utf-8")


def main(arguments: list[str], to: Path = DECKS) -> None:
    paths = [Path(a) for a in arguments] or course.PATHS
    to.mkdir(parents=True, exist_ok=True)
    copy_assets(to)
    export = exporter()
    for path in (bar := tqdm(paths, file=sys.stdout, leave=False)):
        bar.set_description(path.name)
        build(path, to, export)
    write_index(to, course.PATHS)
    print(f"slides: {len(paths)} decks in {to}; open {to / 'index.html'}")


if __name__ == "__main__":
    main(sys.argv[1:])
