"""How soon the two playgrounds of the website draw: in Chromium, each alone on a page."""

import shutil
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import playground
import spiral

from aecourse import models

PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Playground</title>{}</html>'
DRAWN = """() => new Promise((resume) => {
    const root = document.querySelector(".caption-playground");
    root.addEventListener("drawn", ({ detail }) => resume(detail), { once: true });
    [...root.querySelectorAll("button")].find((button) => button.textContent === "new seed").click();
})"""

SPIRAL = '<div class="spiral-playground"></div><script type="module" src="spiral.js"></script>'
MOVED = """async () => {
    const { mounted } = await import("./spiral.js");
    const { timing } = mounted.get(document.querySelector(".spiral-playground"));
    const slider = document.querySelector("input");
    const frame = () => new Promise(requestAnimationFrame);
    const times = [];
    let last = await frame();
    for (let step = 0; step < 120; step++) {
        slider.value = step;
        slider.dispatchEvent(new Event("input"));
        const now = await frame();
        times.push({ frame: now - last, drawing: timing.drawing, fields: timing.fields });
        last = now;
    }
    return times;
}"""


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript", ".wasm": "application/wasm"}

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the numbers are enough."""


@contextmanager
def opened(export: Callable[[Path], None], body: str) -> Iterator[Any]:
    """A page in Chromium, on a server that has nothing but what is exported."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        export(Path(name))
        (Path(name) / "index.html").write_text(PAGE.format(body), "utf-8")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=name))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        yield page
        browser.close()
        server.shutdown()


def bench_page() -> None:
    """The pictures of captions, from a click on "new seed"; the fields of the spiral, while a slider moves."""
    if not ((shutil.which("chromium") or shutil.which("google-chrome")) and playground.COMPILER.exists()):
        print("playgrounds: skipped, they need Chromium and npm ci --prefix site")
        return
    with opened(playground.export, playground.MOUNT + playground.SCRIPT.format("")) as page:
        page.wait_for_selector(".pg-summary:has-text(' of 15 ')")
        times = [page.evaluate(DRAWN) for _ in range(5)]
    first, every = (statistics.median(t[name] for t in times) for name in ("first", "all"))
    print(f"caption playground: first picture after {first:.0f} ms, all 15 after {every:.0f} ms")
    network = models.Denoiser(n=2, width=64, spread=0.45)  # as fast as a trained one
    with opened(lambda folder: spiral.export(folder, network), SPIRAL) as page:
        page.wait_for_function("() => document.querySelector('.sp-caption')?.textContent")
        page.evaluate(MOVED)  # warms the compiler up
        times = page.evaluate(MOVED)
    said = (f"{name} {statistics.median(t[name] for t in times):.1f} ms" for name in ("frame", "drawing", "fields"))
    print("spiral, its slider moving: " + ", ".join(said))
