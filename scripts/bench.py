"""Measure speed; nothing is tested, because a time is a property of a machine.

python scripts/bench.py [notebooks] [training] [gpu] [deep] [penalty] [search] [denoise]
                        [inpaint] [nats] [painter] [page] [steps] [live] [imports]
(all unless named)
"""

import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import course
import torch
from bench_browser import bench_page
from bench_denoising import bench_denoise, bench_inpaint
from bench_generative import bench_nats, bench_painter, bench_steps
from bench_training import bench_deep, bench_gpu, bench_penalty, bench_training, seconds
from nbformat import NotebookNode

from aecourse import chapters, data, limits, live, models, runtime

ROOT = Path(__file__).resolve().parents[1]
# The high-water mark of the kernel's memory, in kB.
PEAK = r"""import re; int(re.search(r"VmHWM:\s*(\d+)", open("/proc/self/status").read())[1])"""


def bench_search() -> None:
    """The exact search of chapter 2 against one pass of an encoder as small as the chapter's."""
    Y, model = 2.4 * torch.rand(10_000, 2) - 1.2, models.mlp(2, 32, 32, 2)
    search = seconds(lambda: limits.inner_minimum(Y, data.ellipse, 0, 2 * math.pi))
    with torch.no_grad():
        guess = seconds(lambda: model(Y), 20)
    print("the best z for a point on the plane, ten thousand points at once")
    print(f"  exact search          {1e6 * search / len(Y):6.2f} microseconds a point")
    print(f"  encoder               {1e6 * guess / len(Y):6.2f} microseconds a point   {search / guess:.0f} times less")


def bench_live() -> None:
    print("live figures, from a control's value to the PNG, median of 40 moves")
    for name, example in examples():
        picture = example()
        control = next(iter(picture.controls))
        values = picture.choices(control)
        times, shown = [], set()
        for k in range(44):
            start = time.perf_counter()
            picture.set(**{control: values[(k + 1) % len(values)]})
            times.append(1e3 * (time.perf_counter() - start))
            shown.add(picture.png)
        if len(shown) < 2:
            sys.exit(f"bench: {name} did not move when {control} did")
        print(f"  {name:22s} {statistics.median(times[4:]):5.1f} ms   {len(picture.figure.axes)} panels")


def examples() -> Iterator[tuple[str, Callable[[], live.Live]]]:
    """Every live figure of the course on small data."""
    for number in chapters.folders():
        part = chapters.part(number, "live_figures")
        yield from part.EXAMPLES.items() if part else ()


def bench_imports() -> None:
    print("imports, in a fresh interpreter, beyond torch")
    for module in ("energies", "training", "data", "figures", "live", "chapters", "exercises"):
        code = f"import torch, time; t = time.perf_counter(); import aecourse.{module}; print(time.perf_counter() - t)"
        took = min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(2))
        print(f"  aecourse.{module:10s} {1e3 * took:5.0f} ms")


def bench_notebooks() -> None:
    import nbformat
    from nbclient import NotebookClient

    print("notebooks, with the start of the kernel; longest cell; peak memory of the kernel (Linux)")
    for path in course.PATHS:
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.append(nbformat.v4.new_code_cell(PEAK))
        start = time.perf_counter()
        NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
        total = time.perf_counter() - start
        peak = int(notebook.cells[-1].outputs[-1].data["text/plain"]) / 2**10
        longest = max(_cell_seconds(cell) for cell in notebook.cells if cell.cell_type == "code")
        print(f"  {path.stem:32s} {total:5.1f} s   {longest:5.1f} s   {peak:5.0f} MB", flush=True)


def _cell_seconds(cell: NotebookNode) -> float:
    from datetime import datetime

    stamps = cell.metadata.get("execution", {})
    if "iopub.status.busy" not in stamps or "iopub.status.idle" not in stamps:
        return 0.0
    busy, idle = (datetime.fromisoformat(stamps[f"iopub.status.{k}"].replace("Z", "+00:00")) for k in ("busy", "idle"))
    return (idle - busy).total_seconds()


if __name__ == "__main__":
    runtime.setup(report=True)
    # Notebooks first: a kernel inherits the high-water mark of a parent that has grown.
    parts = {
        "notebooks": bench_notebooks, "training": bench_training, "gpu": bench_gpu, "deep": bench_deep,
        "penalty": bench_penalty, "search": bench_search, "denoise": bench_denoise, "inpaint": bench_inpaint,
        "nats": bench_nats, "painter": bench_painter, "page": bench_page, "steps": bench_steps, "live": bench_live,
        "imports": bench_imports,
    }  # fmt: skip
    for part in sys.argv[1:] or parts:
        if part not in parts:
            sys.exit(f"bench: expected some of {', '.join(parts)}, got {part!r}")
        parts[part]()
