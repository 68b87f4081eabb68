"""What was built, in a real browser that can reach nothing but the folder that it is shown."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript", ".wasm": "application/wasm"}

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def serve():
    """Serve a folder on a free port of this machine; returns its address."""
    servers = []

    def start(folder: Path) -> str:
        assert folder.is_dir(), f"{folder} is not built: make site"
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def site(serve):
    """The address of the built website."""
    return serve(ROOT / "_site")


class Visit:
    """A page, and what went wrong while it was open: requests that failed or left this machine, console errors."""

    def __init__(self, context):
        self.wrong = []
        context.route("**/*", self._gate)
        self.page = context.new_page()
        self.page.on("console", lambda m: self.wrong.append(f"console: {m.text}") if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.wrong.append(f"error: {e}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", lambda r: self.wrong.append(f"{r.status}: {r.url}") if r.status >= 400 else None)

    def _failed(self, request):
        if request.failure != "net::ERR_ABORTED":  # what a page still asks for when it is left
            self.wrong.append(f"failed: {request.url} {request.failure}")

    def _gate(self, route):
        if route.request.url.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "blob:")):
            route.continue_()
        else:
            self.wrong.append(f"left this machine: {route.request.url}")
            route.abort()


@pytest.fixture
def visit(browser):
    """Open a page of a given size (1280 × 720 unless told) that can reach only this machine."""
    contexts = []

    def start(width: int = 1280, height: int = 720, **options) -> Visit:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **options))
        return Visit(contexts[-1])

    yield start
    for context in contexts:
        context.close()
