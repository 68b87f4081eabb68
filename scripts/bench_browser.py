"""How soon the caption playground of the website draws: in Chromium, with the page and a folder to serve it alone."""

import shutil
import statistics
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import playground

PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Playground</title>{}{}</html>'
DRAWN = """() => new Promise((resume) => {
    const root = document.querySelector(".caption-playground");
    root.addEventListener("drawn", ({ detail }) => resume(detail), { once: true });
    [...root.querySelectorAll("button")].find((button) => button.textContent === "new seed").click();
})"""


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript", ".wasm": "application/wasm"}

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the numbers are enough."""


def bench_page() -> None:
    """The first picture and all fifteen, from a click on "new seed"; median of five."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not (chromium and playground.COMPILER.exists()):
        print("caption playground: skipped, needs Chromium and npm ci --prefix site")
        return
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        playground.export(Path(name))
        (Path(name) / "index.html").write_text(PAGE.format(playground.SCRIPT.format(""), playground.MOUNT), "utf-8")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=name))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        page.wait_for_selector(".pg-summary:has-text(' of 15 ')")
        times = [page.evaluate(DRAWN) for _ in range(5)]
        browser.close()
        server.shutdown()
    first, every = (statistics.median(t[name] for t in times) for name in ("first", "all"))
    print(f"caption playground: first picture after {first:.0f} ms, all 15 after {every:.0f} ms")
