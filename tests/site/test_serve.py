import threading
import time
import urllib.error
import urllib.request
from http.client import HTTPConnection
from pathlib import Path

import pytest
from watchdog.events import FileModifiedEvent, FileOpenedEvent

from generator.errors import Mistake, SiteError
from generator.serve import Changes, Preview, _folders, open_server


@pytest.fixture
def served(tmp_path):
    """A running server over a folder; yields the preview, the folder and a function that asks for a path."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<html><body>one</body></html>")
    answers = {"next": lambda changed: site}
    preview = Preview(lambda changed: answers["next"](changed))
    server = open_server(preview, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]

    def ask(path, host=None):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host} if host else {})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.read().decode()

    yield preview, site, ask, answers, port
    server.shutdown()
    server.server_close()


def test_pages_carry_the_script_that_listens(served):
    preview, _, ask, *_ = served
    preview.refresh(set())
    assert "live.js" in ask("/")
    assert "EventSource" in ask("/_onefunnel/live.js")


def test_before_the_first_site_a_page_says_so_and_waits(served):
    _, _, ask, *_ = served
    assert "being built" in ask("/any.html")


def test_a_mistake_is_printed_and_the_last_good_site_stays(served, capsys):
    preview, site, ask, answers, _ = served
    preview.refresh(set())

    def fails(changed):
        raise SiteError("Not built.", [Mistake("content/kpis/x.md", "is wrong")])

    answers["next"] = fails
    preview.refresh({Path("content/kpis/x.md")})
    assert "content/kpis/x.md: is wrong" in capsys.readouterr().err
    assert "one" in ask("/index.html")
    assert preview.listen().get(timeout=1)[0] == "problem"
    answers["next"] = lambda changed: site
    preview.refresh(set())
    assert preview.problem == ""


def test_open_pages_are_told_of_a_new_site(served):
    preview, _, _, _, port = served
    preview.refresh(set())
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/_onefunnel/events")
    answer = connection.getresponse()
    time.sleep(0.1)
    preview.refresh(set())
    assert answer.readline() == b"event: reload\n"
    connection.close()


def test_a_missing_page_is_404_and_other_files_of_the_machine_are_not_served(served, tmp_path):
    preview, _, ask, *_ = served
    (tmp_path / "secret.html").write_text("secret")
    preview.refresh(set())
    for path in ("/gone.html", "/../secret.html", "/%2e%2e/secret.html"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            ask(path)
        assert caught.value.code == 404


def test_a_foreign_name_for_this_machine_is_refused(served):
    preview, _, ask, *_ = served
    preview.refresh(set())
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask("/", host="evil.example.com")
    assert caught.value.code == 403


def test_changes_that_come_together_are_one_and_reading_is_no_change():
    changes = Changes({Path("/x")})
    for name in ("a.md", "b.md", "a.md", ".a.md.swp", "c.md~", ".git/index", "__pycache__/a.pyc"):
        changes.on_any_event(FileModifiedEvent(f"/x/{name}"))
    changes.on_any_event(FileOpenedEvent("/x/read.md"))
    assert changes.wait() == {Path("/x/a.md"), Path("/x/b.md")}


def test_neighbours_of_a_watched_file_are_no_change():
    changes = Changes({Path("/x/mkdocs.yml")})
    for name in ("notes.txt", ".onefunnel/drawing.json", "mkdocs.yml"):
        changes.on_any_event(FileModifiedEvent(f"/x/{name}"))
    assert changes.wait() == {Path("/x/mkdocs.yml")}


def test_a_folder_inside_another_is_observed_once_and_a_file_by_its_folder_alone(tmp_path):
    (tmp_path / "content" / "kpis").mkdir(parents=True)
    for name in ("content/a.md", "mkdocs.yml"):
        (tmp_path / name).write_text("")
    watched = {tmp_path / name for name in ("content/kpis", "content", "content/a.md", "mkdocs.yml")}
    assert _folders(watched) == {tmp_path / "content": True, tmp_path: False}
