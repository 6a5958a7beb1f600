"""A live preview: watches files, has the site rebuilt, and tells open pages to load it anew."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from generator.errors import ReportError

Rebuild = Callable[[set[Path]], Path]

_OWN = "/_onefunnel/"
_QUIET_SECONDS = 0.08  # editors write a file in several steps
_CHANGES = ("created", "modified", "moved", "deleted")  # reading a file is an event as well
_UNSEEN = (".swp", ".swx", ".tmp", ".part", "~")
_TAG = f'<script src="{_OWN}live.js"></script>'.encode()
#: Loads the page anew, or lays the mistake over it; it styles through the object model, which a strict policy allows.
_SCRIPT = """
(() => {
  const note = document.createElement("pre");
  Object.assign(note.style, {
    position: "fixed", inset: "auto 0 0 0", zIndex: 99, margin: 0, padding: "1rem 1.25rem", maxHeight: "50vh",
    overflow: "auto", whiteSpace: "pre-wrap", font: "13px/1.5 ui-monospace, monospace",
    background: "#5c1512", color: "#fff",
  });
  const events = new EventSource("/_onefunnel/events");
  events.addEventListener("problem", event => {
    note.textContent = JSON.parse(event.data);
    document.body.append(note);
  });
  events.addEventListener("reload", () => location.reload());
  addEventListener("pagehide", () => events.close());
})();
"""


class Preview:
    """What the server and the watcher share: the last good site, the present mistake, the pages that listen."""

    def __init__(self, rebuild: Rebuild) -> None:
        self.site: Path | None = None
        self.problem = ""
        self._rebuild = rebuild
        self._listeners: set[queue.SimpleQueue[tuple[str, str]]] = set()
        self._lock = threading.Lock()

    def refresh(self, changed: set[Path]) -> None:
        """Rebuild after `changed` (empty: everything) and tell all open pages; a mistake leaves the last good site."""
        started = time.monotonic()
        try:
            self.site = self._rebuild(changed)
        except ReportError as mistake:
            self.problem = mistake.format_message()
            click.echo(f"Error: {self.problem}", err=True)
            self._tell("problem", self.problem)
            return
        self.problem = ""
        click.echo(f"Built in {time.monotonic() - started:.1f} s{_named(changed)}")
        self._tell("reload", "")

    def listen(self) -> queue.SimpleQueue[tuple[str, str]]:
        """Return a queue of (event, text) for one open page; the present mistake is the first in it."""
        messages: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        if self.problem:
            messages.put(("problem", self.problem))
        with self._lock:
            self._listeners.add(messages)
        return messages

    def forget(self, messages: queue.SimpleQueue[tuple[str, str]]) -> None:
        """Stop telling a page that is gone."""
        with self._lock:
            self._listeners.discard(messages)

    def _tell(self, event: str, text: str) -> None:
        with self._lock:
            for messages in self._listeners:
                messages.put((event, text))


def serve(rebuild: Rebuild, watch: Iterable[Path], host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the site that `rebuild` builds until interrupted, and rebuild when files below `watch` change.

    `rebuild` gets the paths that changed (none the first time), returns the folder of the site, and raises ReportError
    for a mistake, which is printed and shown over the page while the last good site stays. `port` 0 takes a free one.
    """
    preview = Preview(rebuild)
    watched = {path.resolve() for path in watch if path.exists()}
    changes = Changes(watched)
    server = open_server(preview, host, port)
    observer = Observer()
    for folder, is_deep in _folders(watched).items():
        observer.schedule(changes, str(folder), recursive=is_deep)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    observer.start()
    try:
        preview.refresh(set())
        click.echo(f"Serving on http://{host}:{server.server_address[1]}/ (Ctrl+C ends)")
        while True:
            preview.refresh(changes.wait())
    except KeyboardInterrupt:
        click.echo("Stopped.")
    finally:
        observer.stop()
        server.shutdown()
        server.server_close()


def open_server(preview: Preview, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server of the preview, not yet running; click.UsageError where the port is taken."""
    if not host.strip():
        raise click.UsageError("--host names nobody to listen on. Write 127.0.0.1, or 0.0.0.0 for every address.")
    try:
        server = ThreadingHTTPServer(
            (host, port), partial(_Handler, preview, {host, "localhost", "127.0.0.1", "[::1]"})
        )
    except OSError as problem:
        raise click.UsageError(
            f"Cannot listen on {host}:{port}: {problem.strerror}. Try another --port or --host."
        ) from None
    server.daemon_threads = True
    return server


class Changes(FileSystemEventHandler):
    """Collects paths among or below `watched` that changed until nothing has changed for a moment."""

    def __init__(self, watched: set[Path]) -> None:
        self._watched = watched
        self._seen: queue.SimpleQueue[Path] = queue.SimpleQueue()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note a change of a file that somebody wrote on purpose."""
        if event.is_directory or event.event_type not in _CHANGES:
            return
        for text in (event.src_path, event.dest_path):
            path = Path(text if isinstance(text, str) else bytes(text).decode())
            if text and self._is_meant(path):
                self._seen.put(path)

    def _is_meant(self, path: Path) -> bool:
        """Whether somebody waits for `path`: not for an editor's own files, nor for a neighbour of a watched file."""
        for base in self._watched:
            if path.is_relative_to(base):
                below = path.relative_to(base).parts
                return not path.name.endswith(_UNSEEN) and not any(part.startswith((".", "__")) for part in below)
        return False

    def wait(self) -> set[Path]:
        """Return the next paths that changed together; blocks until there are some."""
        found: set[Path] = set()
        while not found:
            try:
                found.add(self._seen.get(timeout=0.5))  # not for ever, so that Ctrl+C is heard everywhere
            except queue.Empty:
                continue
        while True:
            try:
                found.add(self._seen.get(timeout=_QUIET_SECONDS))
            except queue.Empty:
                return found


def _folders(watched: set[Path]) -> dict[Path, bool]:
    """Return the folders to observe, each once, and whether with all below it; a file is observed by its folder."""
    deep = {path for path in watched if path.is_dir()}
    deep -= {path for path in deep if any(path.is_relative_to(other) for other in deep - {path})}
    flat = {path.parent for path in watched if path.is_file()}
    flat -= {path for path in flat if any(path.is_relative_to(other) for other in deep)}
    return dict.fromkeys(sorted(deep), True) | dict.fromkeys(sorted(flat), False)


def _named(changed: set[Path]) -> str:
    names = sorted({path.name for path in changed})
    if not names:
        return ""
    return f" after {', '.join(names[:3])}" + (f" and {len(names) - 3} more" if len(names) > 3 else "")


class _Handler(SimpleHTTPRequestHandler):
    """Serves the last good site, with the script that listens for the next one."""

    def __init__(self, preview: Preview, hosts: set[str], *args: object) -> None:
        self._preview, self._hosts = preview, hosts
        site = preview.site or Path("/nonexistent")
        super().__init__(*args, directory=str(site))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer one request."""
        path = self.path.split("?")[0].split("#")[0]
        if self.headers.get("Host", "").rsplit(":", 1)[0] not in self._hosts:
            self.send_error(HTTPStatus.FORBIDDEN)  # another site's name that somebody pointed at this machine
        elif path == f"{_OWN}events":
            self._stream()
        elif path == f"{_OWN}live.js":
            self._answer(_SCRIPT.encode(), "text/javascript")
        elif self._preview.site is None:
            self._answer(b"<!doctype html><title>Building</title><p>The site is being built.</p>" + _TAG, "text/html")
        elif path.endswith(("/", ".html")):
            self._page(path)
        else:
            super().do_GET()

    def _page(self, path: str) -> None:
        file = Path(self.translate_path(path + "index.html" if path.endswith("/") else path))
        try:
            text, status = file.read_bytes(), HTTPStatus.OK
        except OSError:
            missing = Path(self.directory) / "404.html"
            text, status = missing.read_bytes() if missing.is_file() else b"Not found", HTTPStatus.NOT_FOUND
        self._answer(text.replace(b"</body>", _TAG + b"</body>"), "text/html", status)

    def _answer(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        messages = self._preview.listen()
        try:
            while True:
                try:
                    event, text = messages.get(timeout=10)
                    line = f"event: {event}\ndata: {json.dumps(text)}\n\n"
                except queue.Empty:
                    line = ": still here\n\n"
                self.wfile.write(line.encode())
                self.wfile.flush()
        except OSError:
            pass  # the page is gone
        finally:
            self._preview.forget(messages)

    def end_headers(self) -> None:
        """Keep browsers from keeping what will be different in a moment."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal is for builds and mistakes."""
