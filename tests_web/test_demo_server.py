"""`make demos` in a real browser that can reach only this machine: three cheap figures, in a folder of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("play_with_captions", "matrix_and_squashing", "costs")
LIVE = "() => { const e = document.querySelector('img.widget-image'); return e && e.complete && e.naturalWidth > 0 }"
SCROLLS = """() => ['html', '.jp-OutputArea-output > .widget-vbox'].map(s => document.querySelector(s))
    .some(e => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def address(chromium, tmp_path_factory):
    """Prepare and serve; also nobody's own configuration of Jupyter has a say."""
    folder, port = tmp_path_factory.mktemp("demos"), free_port()
    places = {"AECOURSE_DEMOS": "build", "JUPYTER_CONFIG_DIR": "config", "IPYTHONDIR": "ipython"}
    environment = os.environ | {name: str(folder / place) for name, place in places.items()}
    command = [
        sys.executable,
        str(ROOT / "scripts" / "demos.py"),
        "--no-browser",
        "--port",
        str(port),
        "--only",
        *PAGES,
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait_for(f"http://localhost:{port}/", process, folder / "log")
            yield f"http://localhost:{port}/"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def _wait_for(url, process, log):
    for _ in range(1200):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            assert process.poll() is None, log.read_text("utf-8")
            time.sleep(0.1)
    pytest.fail("the pages did not come up:\n" + log.read_text("utf-8"))


@pytest.fixture
def open_page(visit, address):
    """Open a page by name; what goes wrong while it is open goes into a list."""
    opened = []

    def open_one(name):
        opened.append(visit())
        opened[-1].page.goto(f"{address}voila/render/{name}.ipynb" if name else address, wait_until="commit")
        return opened[-1].page, opened[-1].wrong

    yield open_one
    for visited in opened:
        visited.page.goto("about:blank")  # leaving a page ends its kernel


def test_the_picture_is_there_before_the_kernel(open_page):
    page, _ = open_page("costs")
    page.wait_for_selector("#loading img")
    page.wait_for_function(LIVE)
    page.wait_for_selector("#loading", state="detached")


@pytest.mark.parametrize("name", PAGES)
def test_all_of_a_figure_is_seen_without_scrolling_in_large_type(open_page, name):
    page, wrong = open_page(name)
    page.wait_for_function(LIVE)
    assert not page.evaluate(SCROLLS)
    shown = page.locator("img.widget-image").bounding_box()
    said = page.locator(".widget-html-content").last
    assert shown["width"] > 700
    assert shown["height"] > 300
    assert said.bounding_box()["y"] + said.bounding_box()["height"] <= 720
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    sliders = page.locator(".widget-hslider .widget-label")
    assert all(sliders.nth(k).evaluate(size) >= 23 for k in range(sliders.count()))
    assert page.locator(".widget-html-content > div").last.evaluate(size) >= 23
    assert page.locator("img.widget-image").get_attribute("alt").startswith("Figure: ")
    assert page.get_by_role("status").inner_text() == said.inner_text()
    assert page.title() == page.locator("h1").inner_text()
    assert wrong == []


def _tab_to(page, label):
    for _ in range(9):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == label:
            return
    pytest.fail(f"the Tab key does not reach {label}")


@pytest.mark.parametrize(
    ("name", "controls"),
    [
        ("matrix_and_squashing", (("W", "text"), ("f", "ArrowDown"))),
        ("costs", (("ỹ, the prediction", "ArrowRight"),)),
    ],
)
def test_the_keyboard_moves_sliders_menus_and_text(open_page, name, controls):
    page, wrong = open_page(name)
    page.wait_for_function(LIVE)
    page.locator("header a").focus()
    for control, press in controls:
        _tab_to(page, control)
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        before = page.locator("img.widget-image").get_attribute("src")
        if press == "text":
            page.keyboard.press("Control+a")
            page.keyboard.type("2 0; 0 0.5")
            page.keyboard.press("Enter")
        else:
            page.keyboard.press(press)
        page.wait_for_function("s => document.querySelector('img.widget-image').src !== s", arg=before)
    assert wrong == []


def test_what_is_typed_stays_text(open_page):
    page, _ = open_page("play_with_captions")
    page.wait_for_function(LIVE)
    typed = page.get_by_role("textbox", name="caption")
    typed.fill("<img src=x onerror=window.pwned=1> star")
    typed.press("Enter")
    page.get_by_text("does not know '<'").wait_for()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x]").count() == 0


def _kernel_runs(address, kernel):
    try:
        urllib.request.urlopen(f"{address}api/kernels/{kernel}", timeout=10).close()
    except urllib.error.HTTPError as error:
        return error.code != 404
    return True


def test_the_index_lists_every_page_and_its_links_lead_there_and_back(open_page, address):
    page, wrong = open_page("")
    links = page.locator("main li a")
    assert [a.get_attribute("href") for a in links.all()] == [f"voila/render/{name}.ipynb" for name in PAGES]
    assert page.locator("h2").count() == len(PAGES)
    links.first.click()
    page.wait_for_function(LIVE)
    assert page.title() == "Play with captions"
    kernel = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    assert _kernel_runs(address, kernel)
    page.get_by_role("link", name="all figures").click()
    page.wait_for_url("**/#chapter-00")
    for _ in range(200):  # the kernel of a page that is left is ended
        if not _kernel_runs(address, kernel):
            break
        time.sleep(0.1)
    else:
        pytest.fail("the kernel of the page that was left still runs")
    assert wrong == []
