"""Ask of each printed number of a notebook how far it moves, and of each claim whether it stands.

    python scripts/robust.py [notebooks ...] [--only seeds passes threads kernels] [--seeds 2] [--to report.md]

A notebook is executed in memory, never in place, under conditions that leave its experiments what they are: all seeds
moved, two threads, the plainest CPU kernels; and once with twice the training passes. Its compared cells are held
against what is stored, number by number (`comparing`); the report says what the tags would have to grant.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import course
import nbformat
import spreads
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

PLAIN = {  # of torch, oneDNN, MKL and NumPy's OpenBLAS: what any processor of the last fifteen years can do
    "ATEN_CPU_CAPABILITY": "default",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "MKL_CBWR": "COMPATIBLE",
    "OPENBLAS_CORETYPE": "Nehalem",
}
TWO = {"AECOURSE_THREADS": "2", "OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"}
ONE = {"AECOURSE_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "AECOURSE_DEVICE": "cpu"}


class Condition(NamedTuple):
    """What is otherwise in a run than in the stored one.

    Attributes:
        name: as the report calls it.
        start: what the kernel does first.
        world: environment variables of the kernel.
    """

    name: str
    start: str = ""
    world: dict[str, str] = {}  # noqa: RUF012


def conditions(seeds: int = 2) -> dict[str, list[Condition]]:
    """All conditions, by the word with which they are chosen."""
    moved = [Condition(f"seeds + {1000 * k}", f"perturb.seeds({1000 * k})") for k in range(1, seeds + 1)]
    return {
        "seeds": moved,
        "threads": [Condition("two threads", world=TWO)],
        "kernels": [Condition("plainest kernels", world=PLAIN)],
        "passes": [Condition(spreads.LONGER, "perturb.passes()")],
    }


def run(notebook: NotebookNode, condition: Condition, bar: tqdm, timeout: int = 1200) -> NotebookNode:
    """A copy of a notebook, executed under a condition; a cell that fails has its error as output.

    Args:
        notebook: not changed.
        condition: of the kernel.
        bar: counts the cells.
        timeout: seconds for one cell, which is interrupted then.

    Returns:
        the copy.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; the kernel is gone.
    """
    copy = nbformat.from_dict({**notebook, "cells": [nbformat.v4.new_code_cell(_start(condition)), *notebook.cells]})
    copy = nbformat.reads(nbformat.writes(copy), as_version=4)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs = []  # so that a cell that a dead kernel never reached does not look as if it had run
    with tempfile.TemporaryDirectory(prefix="aecourse-robust-") as folder:
        client = NotebookClient(
            copy,
            timeout=timeout,
            interrupt_on_timeout=True,
            allow_errors=True,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": folder}},
            coalesce_streams=True,
            on_cell_executed=lambda **_: bar.update(),
        )
        try:
            client.execute(env=os.environ | ONE | condition.world | {"AECOURSE_DATA": folder})
        except (DeadKernelError, AssertionError):
            if hasattr(client, "_async_cleanup_kernel_future"):  # nbclient took the signal, and stumbled afterwards
                raise KeyboardInterrupt from None
            tqdm.write(f"{condition.name}: the kernel has died")
    return nbformat.from_dict({**copy, "cells": copy.cells[1:]})


def _start(condition: Condition) -> str:
    """The first cell: this repository's package and scripts, and what the condition does."""
    paths = [str(course.ROOT), str(course.ROOT / "scripts")]
    return f"import sys\nsys.path[:0] = {paths!r}\nimport perturb\n{condition.start}"


def ask(path: Path, chosen: Iterable[Condition]) -> str:
    """The report on one notebook, of those conditions that were done when Ctrl-C was pressed."""
    notebook, chosen = course.read(path), list(chosen)
    code = sum(cell.cell_type == "code" for cell in notebook.cells)
    runs, spent, stopped = {}, {}, ""
    with tqdm(total=len(chosen) * (code + 1), unit=" cells", leave=False) as bar:
        try:
            for condition in chosen:
                bar.set_description(f"{path.stem}, {condition.name}")
                start = time.perf_counter()
                runs[condition.name] = run(notebook, condition, bar)
                spent[condition.name] = time.perf_counter() - start
        except KeyboardInterrupt:
            stopped = "stopped by Ctrl-C\n"
    times = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in spent.items())
    return f"# {path.stem}\n\n{times or 'no condition was done'}\n{stopped}\n{spreads.report(notebook, runs)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, default=course.PATHS)
    parser.add_argument("--only", nargs="+", choices=list(conditions()), help="some conditions instead of all")
    parser.add_argument("--seeds", type=int, default=2, help="how many times all seeds are moved (2)")
    parser.add_argument("--to", type=Path, help="write the report to a file, too; it is Markdown")
    wanted = parser.parse_args()
    every = conditions(wanted.seeds)
    chosen = [condition for word in wanted.only or every for condition in every[word]]
    reports = []
    for path in wanted.notebooks:
        reports.append(ask(path, chosen))
        print(reports[-1], flush=True)
        if wanted.to:
            wanted.to.write_text("\n".join(reports), "utf-8")
        if "stopped by Ctrl-C" in reports[-1]:
            raise SystemExit(130)


if __name__ == "__main__":
    main()
