"""Serve each live figure of the notebooks alone on a page, large enough for a lecture room.

    python scripts/demos.py [--only NAME ...] [--prepare] [--port PORT] [--no-browser]

What the notebooks compute for their figures is computed once, into _build/demos (or the folder that AECOURSE_DEMOS
names), and again only after a change.
"""

import argparse
import html
import json
import os
import socket
import subprocess
import sys
from collections import defaultdict
from itertools import groupby
from pathlib import Path

import course
import nbformat
from demo_pages.calls import Page, find_pages
from lab import hand_over
from tqdm import tqdm

LOOK = course.SITE / "demos"
IDLE = 300  # seconds after which a kernel whose page is closed is ended, should the page have failed to say so


def choose(pages: list[Page], only: list[str] | None) -> list[Page]:
    """Those asked for, by the name of the page; all of them if none is."""
    names = [page.name for page in pages]
    for name in only or ():
        if name not in names:
            raise SystemExit(f"--only: expected one of {', '.join(names)}; got {name!r}")
    return [page for page in pages if not only or page.name in only]


def prepare(pages: list[Page], folder: Path) -> None:
    """Run the notebooks whose figures are not stored yet; what is stored stays, whatever happens to the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = defaultdict(list)
    for page in pages:
        if not (folder / f"{page.stem}.json").exists():
            missing[page.notebook].append(page)
    total = sum(cells_to_run(notebook, wanted) for notebook, wanted in missing.items())
    with tqdm(total=total, unit="cell", disable=not missing) as bar:
        for notebook, wanted in missing.items():
            bar.set_description(f"{wanted[0].chapter} {wanted[0].heading}")
            run(notebook, [f"{page.cell}={folder / page.stem}" for page in wanted], bar)
    for path in folder.iterdir():  # of an earlier state of the notebooks
        name, _, key = path.name.partition(".")[0].rpartition("-")
        if any(page.name == name and page.key != key for page in pages):
            path.unlink()


def cells_to_run(notebook: Path, wanted: list[Page]) -> int:
    cells = nbformat.read(notebook, as_version=4).cells[: max(page.cell for page in wanted) + 1]
    return sum(cell.cell_type == "code" for cell in cells)


def run(notebook: Path, wanted: list[str], bar: tqdm) -> None:
    """Record some cells of a notebook in a process of its own, which says a line a cell."""
    command = [sys.executable, "-m", "demo_pages.record", str(notebook), *wanted]
    said = []
    with subprocess.Popen(
        command, env=surroundings(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        for line in process.stdout or ():
            said.append(line.strip())
            bar.update(said[-1] == "cell")
        trace = process.stderr.read() if process.stderr else ""
    if process.returncode:
        failed = said[-1] if said and said[-1] != "cell" else f"{notebook.name}: ended with {process.returncode}"
        raise SystemExit(f"{trace}\n{failed}\nWhat was prepared before it is kept.")


def surroundings() -> dict[str, str]:
    """For the processes that record or show: they find our modules and templates, and need no screen."""
    paths = {"PYTHONPATH": [Path(__file__).parent], "JUPYTER_PATH": [LOOK, build() / "jupyter"]}
    joined = {k: os.pathsep.join([*map(str, v), *filter(None, [os.environ.get(k)])]) for k, v in paths.items()}
    return os.environ | joined | {"MPLBACKEND": "agg", "PYTHONIOENCODING": "utf-8"}


def build() -> Path:
    return Path(os.environ.get("AECOURSE_DEMOS") or course.ROOT / "_build" / "demos").resolve()


def write(pages: list[Page], folder: Path) -> None:
    """A notebook of one cell for each page, and the list of all for the index."""
    target = folder / "pages"
    target.mkdir(parents=True, exist_ok=True)
    for path in target.glob("*.ipynb"):
        path.unlink()
    for page in pages:
        nbformat.write(as_notebook(page, folder / "arguments"), target / f"{page.name}.ipynb")
    listed = folder / "jupyter" / "voila" / "templates" / "figures" / "pages.html"
    listed.parent.mkdir(parents=True, exist_ok=True)
    listed.write_text(contents(pages), "utf-8")


def as_notebook(page: Page, arguments: Path) -> nbformat.NotebookNode:
    """The page; what the template needs is in its metadata."""
    look = json.loads((arguments / f"{page.stem}.json").read_text("utf-8"))
    place = str(arguments / f"{page.stem}.pickle")
    cell = nbformat.v4.new_code_cell(f"from demo_pages.show import show\n\nshow({place!r})", id="figure")
    return nbformat.v4.new_notebook(
        cells=[cell],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "title": page.title,
            "figure": look | layout(look) | {"about": page.about, "chapter": page.chapter},
        },
    )


def layout(look: dict) -> dict[str, object]:
    """A wide figure below its controls, any other beside them."""
    count = look["controls"]
    columns = 2 if count == 4 else min(count, 3)
    return {"place": "below" if look["ratio"] > 2 else "beside", "columns": columns, "rows": -(-count // columns)}


def contents(pages: list[Page]) -> str:
    """The list of the pages by chapter."""
    parts = []
    for (chapter, heading), group in groupby(pages, lambda page: (page.chapter, page.heading)):
        rows = [
            f'<li><a href="voila/render/{page.name}.ipynb">{html.escape(page.title)}</a> {html.escape(page.about)}</li>'
            for page in group
        ]
        parts += [
            f'<section id="chapter-{chapter}"><h2><b>{chapter}</b> {html.escape(heading)}</h2><ul>',
            *rows,
            "</ul></section>",
        ]
    return "{% raw %}\n" + "\n".join(parts) + "\n{% endraw %}\n"


def serve(port: int, browser: bool) -> None:
    """Hand over to Voilà; it ends with Ctrl-C."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise SystemExit(f'--port: {port} is in use; another one: make demos ARGS="--port {port + 1}"')
    command = [sys.executable, "-m", "voila", str(build() / "pages"), f"--port={port}", "--Voila.port_retries=0"]
    command += ["--template=figures", "--classic_tree=True", "--Voila.log_level=ERROR", "--Voila.ip=localhost"]
    command += ["--VoilaConfiguration.multi_kernel_manager_class=demo_pages.kernels.SpareKernels"]
    command += ["--Voila.tornado_settings", "ws_ping_timeout=30000"]  # the default makes tornado complain
    command += [f"--MappingKernelManager.cull_idle_timeout={IDLE}", "--MappingKernelManager.cull_interval=60"]
    print(f"The live figures: http://localhost:{port}/   (Ctrl-C ends it)", flush=True)
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or not sys.platform.startswith("linux")
    hand_over(command if browser and screen else [*command, "--no-browser"], surroundings())


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these figures only")
    parser.add_argument("--prepare", action="store_true", help="compute what is missing, serve nothing")
    parser.add_argument("--port", type=int, default=course.PORT)
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    chosen = parser.parse_args(arguments)
    pages = choose(find_pages(course.PATHS, course.ROOT / "aecourse"), chosen.only)
    prepare(pages, build() / "arguments")
    write(pages, build())
    if not chosen.prepare:
        serve(chosen.port, not chosen.no_browser)


if __name__ == "__main__":
    main()
