"""In a real JupyterLab and a real browser: every kind of control moves its picture, and typed markup stays text."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
OPENED = "01_definitions.ipynb"
# Figures of other chapters at its end: one kernel for all of them.
GUESTS = (
    "from aecourse import chapters\nchapters.part('3', 'live_figures').EXAMPLES['matrix_and_squashing']()",
    "chapters.part('4', 'live_figures').EXAMPLES['costs']()",
    "chapters.part('5', 'live_figures').EXAMPLES['watch_training']()",
    "chapters.part('13', 'live_figures').EXAMPLES['play_with_captions']()",
    "exercises.predict('2.2')",
    "exercises.compare('2.2', 11.2)",
    "exercises.predict('2.3')",
    "exercises.compare('2.3')",
)
RUN_ALL = "async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells') }"
IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.kernelDisplayStatus === 'idle'"


@pytest.fixture(scope="module")
def lab(chromium, tmp_path_factory):
    """A JupyterLab of its own on a free port; returns the address of a notebook with its guests."""
    folder = tmp_path_factory.mktemp("lab")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    quiet = folder / "settings" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False})
    )
    places = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "run", "IPYTHONDIR": "ipython",
              "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}  # fmt: skip
    environment = os.environ | {name: str(folder / place) for name, place in places.items()}
    (folder / "notebooks").mkdir()  # Lab saves what it runs; the repository stays clean
    notebook = nbformat.read(NOTEBOOKS / OPENED, as_version=4)
    notebook.cells += map(nbformat.v4.new_code_cell, GUESTS)
    nbformat.write(notebook, folder / "notebooks" / OPENED)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += [
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder / 'notebooks'}",
        "--IdentityProvider.token=t",
    ]
    command += ["--expose-app-in-browser", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/api?token=t", process, folder / "log")
            yield f"http://127.0.0.1:{port}/lab/tree/{OPENED}?token=t&reset"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _wait_for(url, process, log):
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    pytest.fail("JupyterLab did not start:\n" + log.read_text())


class Figure:
    """One live figure in the page, found by a control's label."""

    def __init__(self, page, label):
        self.page = page
        self.box = page.locator(".jp-OutputArea-output .widget-vbox", has=page.get_by_text(label, exact=True)).last
        self.image = self.box.locator("img.widget-image")
        self.box.scroll_into_view_if_needed()
        self.image.wait_for()

    def changes(self, act):
        """Do `act` and wait until another picture is there, fully loaded."""
        before, source = self.image.screenshot(), self.image.get_attribute("src")
        act()
        changed = "([e, s]) => e.src !== s && e.complete && e.naturalWidth > 0"
        self.page.wait_for_function(changed, arg=[self.image.element_handle(), source], timeout=15_000)
        assert self.image.screenshot() != before

    def caption(self):
        return self.box.locator(".widget-html-content").last.inner_text()


@pytest.fixture(scope="module")
def page(browser, lab):
    """The notebook, run from top to bottom; whatever is done to it, its console has nothing to complain about."""
    page, complaints = browser.new_page(viewport={"width": 1280, "height": 1600}), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(lab, wait_until="domcontentloaded")
    page.wait_for_selector(".jp-NotebookPanel .jp-Notebook", timeout=60_000)
    page.wait_for_function(IDLE, timeout=60_000)
    page.set_default_timeout(120_000)
    page.evaluate(RUN_ALL)
    errors = page.locator('.jp-RenderedText[data-mime-type="application/vnd.jupyter.error"]')
    assert errors.count() == 0, errors.first.inner_text()
    yield page
    assert complaints == []


def test_slider_menu_and_text_move_the_picture(page):
    figure = Figure(page, "ỹ, the prediction")
    knob = figure.box.get_by_role("slider", name="ỹ, the prediction")

    def press():
        knob.focus()
        page.keyboard.press("ArrowRight")

    figure.changes(press)
    page.wait_for_function("([e, t]) => e.innerText.includes(t)", arg=[figure.box.element_handle(), "ỹ = 0.11"])
    figure = Figure(page, "W")
    figure.changes(lambda: figure.box.locator("select").select_option("ReLU"))
    typed = figure.box.locator("input[type=text]").last

    def type_in(text):
        typed.fill(text)
        typed.press("Enter")

    figure.changes(lambda: type_in("2 0; 0 0.5"))
    assert "2 0; 0 0.5" in figure.caption()


def test_who_listens_is_told_what_the_picture_shows_what_a_slider_sets_and_what_it_changed(page):
    figure = Figure(page, "ỹ, the prediction")
    assert figure.image.get_attribute("alt").startswith("Figure: cost at")
    knob = figure.box.get_by_role("slider", name="ỹ, the prediction")
    status = figure.box.get_by_role("status")
    place, before = status.element_handle(), status.inner_text()

    def press():
        knob.focus()
        page.keyboard.press("ArrowRight")

    figure.changes(press)
    page.wait_for_function("([e, t]) => e.innerText !== t", arg=[place, before])
    assert place.evaluate("e => e.isConnected"), "a status is read out if it stays while its text changes"
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    heard = [(node["role"]["value"], node["name"]["value"]) for node in nodes if not node["ignored"]]
    assert ("image", figure.image.get_attribute("alt")) in heard
    assert "status" in dict(heard)


def test_typed_markup_is_shown_as_text(page):
    figure = Figure(page, "W")
    typed = figure.box.locator("input[type=text]").last
    for markup in ("<script>window.pwned = 1</script>", "<img src=x onerror=window.pwned=1>"):
        typed.fill(markup)
        typed.press("Enter")
        page.wait_for_function("([e, t]) => e.innerText.includes(t)", arg=[figure.box.element_handle(), markup])
        assert page.evaluate("window.pwned") is None
    assert figure.box.locator("script, img[src=x]").count() == 0


def test_the_self_test_answers_a_click(page):
    button = page.get_by_role("button", name="y", exact=True).last
    button.scroll_into_view_if_needed()
    button.click()
    page.get_by_text("✓ The target itself").wait_for(timeout=15_000)


def asked(page, question):
    box = page.locator(".jp-OutputArea-output .widget-vbox", has=page.get_by_text(question)).last
    box.scroll_into_view_if_needed()
    return box


def test_by_keyboard_a_number_is_predicted_and_what_was_compared_before_follows(page):
    box = asked(page, "For how many of the points y")
    field = box.locator("input")
    for typed, said in (("<i>many</i>", "got '<i>many</i>'"), ("30", "You said: 30 %.")):
        field.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        box.get_by_text(said).wait_for(timeout=15_000)
    page.get_by_text("You said: 30 %, 18.8 points too high. It is: 11.2 %.").wait_for(timeout=15_000)


def test_by_keyboard_a_choice_is_predicted_and_changed(page):
    box = asked(page, "Where inside the orbit")
    box.get_by_role("button").first.focus()
    page.keyboard.press("Space")
    page.get_by_text("✗ You said: nowhere, it is a round hill.").wait_for(timeout=15_000)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("✓ You said: on a piece of the long axis.").wait_for(timeout=15_000)


def test_a_training_can_be_scrubbed_through(page):
    figure = Figure(page, "moment of training")
    knob = figure.box.locator(".noUi-handle").first
    knob.focus()
    figure.changes(lambda: page.keyboard.press("Home"))
    assert figure.caption().startswith("epoch 0:")
    figure.changes(lambda: page.keyboard.press("End"))
    assert figure.caption().startswith("epoch 80:")


def test_captions_can_be_typed_and_clicked(page):
    figure = Figure(page, "caption")
    typed = figure.box.locator("input[type=text]").first

    def say(text):
        typed.fill(text)
        typed.press("Enter")

    figure.changes(lambda: say("a striped red heart on white"))
    colour = figure.box.locator("select:visible").filter(has=page.locator("option", has_text="turquoise"))
    assert colour.input_value() == "red"
    figure.changes(lambda: colour.select_option("turquoise"))
    assert "a striped turquoise heart on white" in figure.caption()
    assert typed.input_value() == "a striped turquoise heart on white"
    say("<img src=x onerror=window.pwned=1> star")
    page.wait_for_function("e => e.innerText.includes(\"does not know '<'\")", arg=figure.box.element_handle())
    assert page.evaluate("window.pwned") is None
    assert figure.box.locator("img[src=x]").count() == 0
