"""Versions on a git branch, which mike commits."""

import json
import subprocess
import sys

import pytest
from publishers import edition, small_site

from generator.errors import PublishError
from generator.progress import Quiet
from generator.publish import Edition, Kind, Ways, publish_to_branch

pytest.importorskip("mike", reason="mike is not installed")


def git(*arguments):
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout


@pytest.fixture(autouse=True)
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, value in (("NAME", "A publisher"), ("EMAIL", "publisher@example.com")):
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
    git("init", "--quiet")
    return tmp_path


def put(day, says="first", **ways):
    return publish_to_branch("pages", edition(day, says), Ways(**ways), Quiet())


def listed():
    return [(one["version"], one["title"], one["aliases"]) for one in json.loads(git("show", "pages:versions.json"))]


def test_versions_stand_on_the_branch_newest_first():
    for day in ("2026-10-31", "2026-11-20", "2026-11-10"):
        assert put(day).is_new
    assert listed() == [
        ("2026-11-20", "20 Nov 2026", ["latest"]),
        ("2026-11-10", "10 Nov 2026", []),
        ("2026-10-31", "31 Oct 2026", []),
    ]
    assert git("show", "pages:latest/kpis/cac.html") == git("show", "pages:2026-11-20/kpis/cac.html")
    assert "kpis/cac.html" in json.loads(git("show", "pages:2026-11-10/data/pages.json"))
    assert "latest/" in git("show", "pages:index.html")
    assert [line for line in git("show", "pages:feed.xml").splitlines() if "<link href" in line] == [
        f'    <link href="{day}/index.html" />' for day in ("2026-11-20", "2026-11-10", "2026-10-31")
    ]


def test_nothing_is_committed_twice_and_a_drop_is_issued_again():
    put("2026-11-20")
    before = git("rev-parse", "pages")
    again = put("2026-11-20")
    assert (again.is_new, again.version.id, again.version.aliases) == (False, "2026-11-20", ("latest",))
    assert git("rev-parse", "pages") == before
    assert put("2026-11-20", "second").version.id == "2026-11-20-r2"
    assert [version for version, _, _ in listed()] == ["2026-11-20-r2", "2026-11-20"]


def test_a_version_is_compared_with_the_results_on_the_branch():
    seen = []

    def build(site, version, before):
        seen.append((before / "kpis.csv").read_text())
        small_site(site, version, before, says=version)

    put("2026-10-31", "October")
    publish_to_branch("pages", Edition("2026-11-20", {}, build), Ways(alias_as=Kind.SYMLINK), Quiet())
    assert seen == ["October\n<!-- whole -->\n"]


def test_outside_of_git_it_is_said_what_to_do(tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    with pytest.raises(PublishError, match="is in no git repository"):
        put("2026-11-20")


def test_without_a_name_to_commit_under_nothing_is_published(monkeypatch, tmp_path):
    for name in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(PublishError, match="a name and an address to commit under"):
        put("2026-11-20")


def test_without_mike_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "mike", None)
    with pytest.raises(PublishError, match="mike is not installed here"):
        put("2026-11-20")
