"""Every notebook runs with AECOURSE_DEVICE=cuda where the GPU is the pretended card: no tensor is left behind.

No number is compared, so the trainings are cut short (`hurry`). A cell may not bear that: what fails in a hurry is run
again at its full length, and that decides.
"""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).parent
NOTEBOOKS = sorted(HERE.parent.glob("notebooks/*.ipynb"))
FIRST = f"import sys; sys.path.insert(0, {str(HERE)!r}); import card; card.insert()"


def run(path: Path, first: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(first))
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": path.parent}}).execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_the_card(path, monkeypatch):
    monkeypatch.setenv("AECOURSE_DEVICE", "cuda")
    try:
        run(path, f"{FIRST}; import hurry; hurry.begin()")
    except CellExecutionError:
        run(path, FIRST)


@pytest.mark.parametrize(("device", "result"), [("cuda", pytest.ExitCode.OK), ("", pytest.ExitCode.TESTS_FAILED)])
def test_on_a_gpu_a_notebook_need_not_print_what_the_cpu_printed(device, result, tmp_path):
    cell = nbformat.v4.new_code_cell("print(2)", execution_count=1, metadata={"tags": ["nbval-check-output"]})
    cell.outputs = [nbformat.v4.new_output("stream", text="1\n")]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "other.ipynb")
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-p", "conftest", tmp_path / "other.ipynb"]
    environment = os.environ | {"AECOURSE_DEVICE": device}
    assert subprocess.run(command, cwd=HERE.parent, env=environment, capture_output=True).returncode == result
