"""What tests of the whole product share: commands as a user gives them, and a demo site."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.cli import main
from generator.demo import make_demo, make_empty, make_small
from generator.project import PACKAGED


@dataclass(frozen=True)
class Built:
    """A site that the command line built, and what it was built from."""

    site: Path
    drop: Path
    output: str


def onefunnel(*arguments: object, code: int = 0) -> Result:
    """Run a command; its exit code must be `code`, and it must not end in a traceback."""
    result = CliRunner().invoke(main, ["--quiet", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="session")
def command():
    """The command line as a function."""
    return onefunnel


def _project(folder: Path) -> Path:
    """Return a project of its own that takes all content from the package."""
    (folder / "content").mkdir(parents=True)
    shutil.copy(PACKAGED / "mkdocs.yml", folder / "mkdocs.yml")
    return folder


@pytest.fixture
def project(tmp_path) -> Path:
    """A project without content of its own."""
    return _project(tmp_path / "project")


def _built(folder: Path, make) -> Built:
    drop = folder / "drop"
    make(drop)
    site = folder / "site"
    result = onefunnel("--project", _project(folder / "project"), "build", "--exports", drop, "--out", site)
    return Built(site, drop, result.output)


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory) -> Built:
    """The demo company, small, with hostile names in its exports."""
    return _built(tmp_path_factory.mktemp("demo"), lambda drop: make_demo(drop, leads=800, months=15, hostile=True))


@pytest.fixture(scope="session")
def two_exports_site(tmp_path_factory) -> Built:
    """Leads and deals alone."""
    return _built(tmp_path_factory.mktemp("small"), make_small)


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory) -> Built:
    """Headers only."""
    return _built(tmp_path_factory.mktemp("empty"), make_empty)


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def browser():
    """Chromium of this machine; tests that ask for it are skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="BROWSER TESTS NOT RUN: playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("BROWSER TESTS NOT RUN: no chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def served():
    """Return a function that serves a folder on this machine and returns its address."""
    servers = []

    def serve(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def page(browser, address, request):
    """A fresh page of the site at `address`; anything it does wrong fails the test.

    Wrong are console and script errors, dialogs, requests that fail, answers from 400 up and requests to another
    host. A request that the browser itself gave up because the page was left is none of these.
    """
    options = {"viewport": {"width": 1440, "height": 900}} | getattr(request, "param", {})
    context = browser.new_context(**options)
    opened, faults = context.new_page(), []
    home = (address, "data:", "blob:", "file:")
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    opened.on(
        "requestfailed",
        lambda asked: None if asked.failure == "net::ERR_ABORTED" else faults.append(f"{asked.failure}: {asked.url}"),
    )
    opened.on("response", lambda given: faults.append(f"{given.status}: {given.url}") if given.status >= 400 else None)
    opened.on("request", lambda asked: None if asked.url.startswith(home) else faults.append(f"foreign: {asked.url}"))
    yield opened
    context.close()
    assert faults == []
