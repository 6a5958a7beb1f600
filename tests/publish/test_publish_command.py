"""The command as its users give it, with real builds of a very small company."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.demo import make_small
from generator.project import PACKAGED

pytestmark = pytest.mark.xdist_group("publish")


def new_project(folder: Path) -> Path:
    (folder / "content").mkdir(parents=True)
    shutil.copy(PACKAGED / "mkdocs.yml", folder / "mkdocs.yml")
    return folder


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A project, its drop, and a target with two versions."""
    root = tmp_path_factory.mktemp("company")
    make_small(root / "drop", leads=120)
    new_project(root / "project")
    return root


@pytest.fixture(scope="module")
def publish(company, command):
    def run(*options, code=0):
        arguments = ["--exports", company / "drop", "--to", company / "public", "--json", *options]
        result = command("--project", company / "project", "publish", *arguments, code=code)
        return json.loads(result.stdout) if code == 0 else result.output

    return run


@pytest.fixture(scope="module")
def published(publish):
    return [publish("--as-of", "2026-10-31"), publish()]


def test_a_version_is_named_by_its_last_local_day(published):
    assert [one["version"] for one in published] == ["2026-10-31", "2026-11-20"]
    assert [one["published"] for one in published] == [True, True]


def test_the_pages_of_a_version_know_of_the_others(published, company):
    page = (company / "public/2026-11-20/index.html").read_text()
    assert '"version": {"default": "latest", "provider": "mike"}' in page
    assert "versions.js" in page
    assert 'rel="alternate feed" type="application/atom+xml" title="Versions" href="./../feed.xml"' in page
    changes = (company / "public/2026-11-20/changes.html").read_text()
    assert '<a href="./../feed.xml">Feed of versions</a>' in changes
    assert (company / "public/feed.xml").is_file()


def test_a_version_is_compared_with_the_one_before(published, company):
    assert (company / "public/2026-11-20/data/changes.json").is_file()


def test_nothing_is_published_twice_and_it_is_said(published, publish, company, command):
    again = publish()
    assert (again["published"], again["version"]) == (False, "2026-11-20")
    arguments = ["--exports", company / "drop", "--to", company / "public"]
    said = command("--project", company / "project", "publish", *arguments).output
    assert "published before from the same inputs, so nothing is new" in said


def test_what_is_no_place_for_versions_ends_with_15(published, publish, company, tmp_path):
    (tmp_path / "index.html").write_text("another site")
    said = publish("--to", tmp_path, code=15)
    assert "index.html: is a page of something else" in said
    assert "Name another folder with --to" in said


def test_versions_are_not_written_into_what_is_read(publish, company):
    assert "is read" in publish("--to", company / "drop", code=2)


def test_the_same_inputs_give_the_same_bytes_on_another_day_in_another_place(published, company, tmp_path):
    """Another process, order of sets, time zone, language, folder, and nothing kept from before."""
    new_project(tmp_path / "elsewhere")
    shutil.copytree(company / "drop", tmp_path / "exports")
    home = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    strange = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "generator.cli", "--quiet", "publish"]
    command += ["--exports", str(tmp_path / "exports"), "--as-of", "2026-10-31", "--to", str(tmp_path / "public")]
    subprocess.run(command, cwd=tmp_path / "elsewhere", env=home | strange, check=True)
    one, other = company / "public/2026-10-31", tmp_path / "public/2026-10-31"
    names = {path.relative_to(one).as_posix() for path in one.rglob("*") if path.is_file()}
    assert names == {path.relative_to(other).as_posix() for path in other.rglob("*") if path.is_file()}
    assert [name for name in sorted(names) if (one / name).read_bytes() != (other / name).read_bytes()] == []
