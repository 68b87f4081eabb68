"""The suite itself: its order does not matter, it reads no clock, and it says what it leaves out."""

import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

ROOT = Path(__file__).resolve().parents[1]
CLOCK = re.compile(
    r"perf_counter|process_time|thread_time|monotonic|time\.time\b|getloadavg|timeit|%time|performance\.now"
)
WHEN_READ = torch.rand(3)
WORLD = """
import conftest
import matplotlib.pyplot as plt
import pytest
import torch

conftest.CHROMIUM = ()

@pytest.mark.parametrize("round", [1, 2])
def test_is_met_as_it_was_left(round):
    assert (torch.get_num_threads(), plt.get_fignums(), plt.rcParams["image.cmap"]) == (1, [], "viridis")
    torch.set_num_threads(2)
    plt.figure()
    plt.rcParams["image.cmap"] = "cividis"

@pytest.mark.parametrize("round", [1, 2])
def test_needs(chromium, round):
    pass
"""


def of(name):
    return torch.rand(3, generator=torch.Generator().manual_seed(zlib.crc32(name.encode())))


@pytest.fixture(scope="module")
def shared():
    return torch.rand(3)


@pytest.mark.parametrize("k", range(2))
def test_what_is_drawn_depends_on_the_tests_name_alone(request, shared, k):
    assert torch.equal(torch.rand(3), of(request.node.nodeid))
    assert np.random.rand() == np.random.RandomState(zlib.crc32(request.node.nodeid.encode())).rand()
    module = request.node.parent.nodeid
    assert torch.equal(shared, of(f"{module} shared"))
    assert torch.equal(WHEN_READ, of(module))


def test_names_of_tests_can_be_read(request):
    assert max(len(item.name) for item in request.session.items) < 160


def test_no_test_and_no_compared_cell_reads_a_clock():
    """A time is a property of a machine; scripts/bench.py measures it."""
    for path in (path for folder in ROOT.glob("tests*") for path in folder.rglob("*.py")):
        assert path == Path(__file__) or not CLOCK.search(path.read_text("utf-8")), path.name
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if "nbval-check-output" in cell.metadata.get("tags", ()):
                assert not re.search(CLOCK.pattern + r"|\.seconds\b", cell.source), f"{path.name}: {cell.source}"


def test_without_a_browser_the_last_line_says_what_is_left_out_and_how_to_change_that(tmp_path):
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "test_world.py").write_text(WORLD, "utf-8")
    world = {
        **os.environ,
        "TMPDIR": str(tmp_path),
        "AECOURSE_REQUIRE_BROWSER": "1",
        "PYTHONPATH": str(ROOT / "scripts"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=world,
        capture_output=True,
        text=True,
    )
    *_, result, last = done.stdout.splitlines()
    assert "2 passed, 2 skipped" in result, done.stdout
    assert last == "2 left out: no Chromium found; install it with: apt-get install -y chromium"
    assert done.returncode == 1, "where a browser is required, tests left out are a failure"
    assert not list(tmp_path.glob("aecourse-test-*")), "the data folder is gone"
