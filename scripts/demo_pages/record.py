"""Run a notebook up to its live figures and store with what they were called.

    python -m demo_pages.record NOTEBOOK CELL=STEM ...     (started by scripts/demos.py, one process a notebook)

What is stored is a pickle, because a call takes models, closures and lambdas of the notebook. It is a cache: this
command writes it on this machine and only this command reads it. Whatever is shipped is safetensors.
"""

import base64
import contextlib
import functools
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle
import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from aecourse.live import Live


class CellError(RuntimeError):
    """A cell failed; the message names notebook and cell."""


def record(
    notebook: Path,
    wanted: Mapping[int, Path],
    modules: Iterable[ModuleType],
    names: Iterable[str],
    done: Callable = lambda: None,
) -> None:
    """Run the cells up to the last wanted one; store each wanted call as soon as its cell has run.

    Args:
        wanted: index of a cell -> where to store, without suffix. modules: whose functions `names` are listened to.
        done: called after each cell.
    """
    stored, space = set(), {"__name__": "__main__"}  # __main__: what a cell defines is pickled by value
    cells = nbformat.read(notebook, as_version=4).cells
    for k, cell in enumerate(cells[: max(wanted) + 1]):
        if cell.cell_type != "code":
            continue
        with _listening(modules, names) as heard:
            _run(cell.source, space, f"{notebook.name}, cell {k + 1}")
        if k in wanted:
            if len(heard) != 1:
                raise CellError(f"{notebook.name}, cell {k + 1}: expected one live figure, made {len(heard)}")
            store(wanted[k], *heard[0])
            stored.add(k)
        done()
    if stored != set(wanted):
        raise CellError(f"{notebook.name}: changed while it was being prepared; start again")


def store(stem: Path, function: str, args: tuple, kwargs: dict, live: Live) -> None:
    """Write the call and, last because its presence means that all is there, what the page is laid out by."""
    call = {"function": function, "args": args, "kwargs": kwargs, "values": live.values}
    width, height = (float(side) for side in live.figure.get_size_inches())
    picture = base64.b64encode(live.png).decode()
    look = {"ratio": width / height, "controls": len(live.controls), "picture": picture, "caption": live.caption}
    _write(stem.with_name(stem.name + ".pickle"), cloudpickle.dumps(call))
    _write(stem.with_name(stem.name + ".json"), json.dumps(look).encode())


@contextlib.contextmanager
def _listening(modules: Iterable[ModuleType], names: Iterable[str]) -> Iterator[list]:
    """While inside, every call of these functions is noted: name, arguments, result."""
    heard, originals = [], [(m, name, getattr(m, name)) for m in modules for name in names if hasattr(m, name)]

    def listen(name: str, function: Callable) -> Callable:
        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            live = function(*args, **kwargs)
            heard.append((name, args, kwargs, live))
            return live

        return called

    for module, name, function in originals:
        setattr(module, name, listen(name, function))
    try:
        yield heard
    finally:
        for module, name, function in originals:
            setattr(module, name, function)


def _run(source: str, space: dict, where: str) -> None:
    """Run a cell; what it prints is nobody's business here."""
    import matplotlib.pyplot as plt

    try:
        plain = TransformerManager().transform_cell(source)  # the magic for Colab becomes a call that is not reached
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(plain, where, "exec"), space)
    except Exception as error:
        raise CellError(f"{where}: {type(error).__name__}: {error}") from error
    finally:
        plt.close("all")


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)


def main(notebook: str, *wanted: str) -> None:
    from aecourse.chapters import live_figures

    out = sys.stdout
    places = {int(cell): Path(stem) for cell, _, stem in (text.partition("=") for text in wanted)}
    figures = live_figures()
    modules = [sys.modules[name] for name in sorted({figure.__module__ for figure in figures.values()})]
    try:
        record(Path(notebook), places, modules, list(figures), done=lambda: print("cell", file=out, flush=True))
    except CellError as error:
        print(error, file=out, flush=True)
        raise


if __name__ == "__main__":
    main(*sys.argv[1:])
