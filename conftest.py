"""For every test and notebook: the same start whatever ran before it, a data folder of their own, one thread, figures
off screen; one browser for those that need it, and a last line that says what could not be tested here."""

import os
import random
import shutil
import tempfile
import zlib

# Kernels and commands inherit these: a learner's progress file and downloads are never touched by a test, and no
# second thread burns time on models that are too small for it.
os.environ["AECOURSE_DATA"] = tempfile.mkdtemp(prefix="aecourse-test-")
os.environ["OMP_NUM_THREADS"] = "1"

import comparing
import hypothesis
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from nbval.plugin import IPyNbCell

matplotlib.use("agg")
torch.set_num_threads(1)
hypothesis.settings.register_profile("course", derandomize=True, deadline=None)
hypothesis.settings.load_profile("course")

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Debian's Chromium looks for updates at every start unless told not to.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip
REMEDY = "install it with: "  # what is skipped for a reason that says this need not have been


# --- the same start for every test --------------------------------------------------------------------------------


def _seed(name):
    """Seed the global generators by a name: what a test draws depends on neither the order nor the choice of tests."""
    seed = zlib.crc32(name.encode())
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


@pytest.hookimpl(tryfirst=True)
def pytest_make_collect_report(collector):
    _seed(collector.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef, request):
    _seed(f"{request.node.nodeid} {fixturedef.argname}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    _seed(item.nodeid)


def pytest_itemcollected(item):
    """On a GPU a notebook must run and need not print the same numbers: draws and rounding are the device's own."""
    if os.environ.get("AECOURSE_DEVICE") == "cuda" and isinstance(item, IPyNbCell):
        item.options["check"] = False


# --- notebooks: numbers within the tolerance of their cell --------------------------------------------------------


def pytest_runtest_setup(item):
    """A tolerance that cannot be read is an error of its cell, compared or not."""
    if isinstance(item, IPyNbCell):
        try:
            comparing.tolerance(item.cell.metadata.get("tags", ()))
        except ValueError as error:
            pytest.fail(f"{item.path.name}, {item.name}: {error}", pytrace=False)


def _compare_outputs(cell, now, stored, skip_compare=None):
    cell.comparison_traceback = comparing.compare(stored, now, cell.cell.metadata.get("tags", ()))
    return not cell.comparison_traceback


IPyNbCell.compare_outputs = _compare_outputs


@pytest.fixture(autouse=True)
def nothing_left_behind():
    """Settings of the whole process are put back, and no figure stays open."""
    with matplotlib.rc_context():
        yield
    torch.set_num_threads(1)
    plt.close("all")


def pytest_make_parametrize_id(val):
    """A long text is named by its beginning."""
    return f"{val[:40]}..." if isinstance(val, str) and len(val) > 40 else None


# --- what may be missing ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium():
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip(f"no Chromium found; {REMEDY}apt-get install -y chromium")
    return found


@pytest.fixture(scope="session")
def browser(chromium):
    missing = f"no playwright; {REMEDY}pip install -e '.[browser]'"
    playwright = pytest.importorskip("playwright.sync_api", reason=missing)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


def _left_out(config):
    """Reason -> how often it was given for a skip, of those that an installation would have removed."""
    skipped = config.pluginmanager.get_plugin("terminalreporter").stats.get("skipped", ())
    reasons = [report.longrepr[2].removeprefix("Skipped: ") for report in skipped]
    return {reason: reasons.count(reason) for reason in reasons if REMEDY in reason}


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    if os.environ.get("AECOURSE_REQUIRE_BROWSER") and _left_out(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config):
    """The last lines of all; and the data folder goes."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    for reason, number in _left_out(config).items():
        reporter.write_line(f"{number} left out: {reason}", yellow=True)
    shutil.rmtree(os.environ["AECOURSE_DATA"], ignore_errors=True)
