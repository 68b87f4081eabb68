"""For every test and notebook: a data folder of their own, figures off screen, one thread; one browser for those that
need it."""

import os
import shutil
import tempfile

# Kernels inherit this: a learner's progress file and downloads are never touched by a test.
os.environ["AECOURSE_DATA"] = tempfile.mkdtemp(prefix="aecourse-test-")

import matplotlib
import pytest
import torch

matplotlib.use("agg")
torch.set_num_threads(1)

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Debian's Chromium looks for updates at every start unless told not to.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip


@pytest.fixture(autouse=True)
def no_figures_left_open():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.fixture(scope="session")
def chromium():
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        said = "no Chromium found; install it with: apt-get install -y chromium"
        if os.environ.get("AECOURSE_REQUIRE_BROWSER"):
            pytest.fail(said)
        pytest.skip(said)
    return found


@pytest.fixture(scope="session")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()
