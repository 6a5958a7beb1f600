"""A new project works as it is, and its CI publishes each drop."""

import json
import os
import shutil
import subprocess
import sys

import pytest
import yaml

from generator.demo import make_empty
from generator.errors import SiteError
from generator.fresh import write_project
from generator.project import PACKAGED


@pytest.fixture
def fresh(tmp_path):
    write_project(tmp_path / "acme")
    return tmp_path / "acme"


def test_a_new_project_builds_as_it_is(fresh, tmp_path, command):
    make_empty(tmp_path / "drop")
    command("--project", fresh, "build", "--exports", tmp_path / "drop", "--out", tmp_path / "site")
    page = (tmp_path / "site/guide/working.html").read_text()
    assert "How we work with these numbers" in page
    assert "<title>" in page
    assert "Our KPIs" in page


def test_what_is_there_is_never_overwritten(fresh):
    (fresh / "mkdocs.yml").write_text("mine")
    with pytest.raises(SiteError) as refused:
        write_project(fresh)
    assert f"{fresh / 'mkdocs.yml'}" in {mistake.where for mistake in refused.value.mistakes}
    assert (fresh / "mkdocs.yml").read_text() == "mine"


def test_the_command_says_what_it_wrote_and_what_comes_next(tmp_path, command):
    said = command("new", tmp_path / "acme").output
    assert f"{tmp_path / 'acme/.github/workflows/onefunnel.yml'}" in said
    assert "Next: cd" in said
    assert "content/agreement/settings.yml" in said.partition("Next:")[2]


def test_who_stands_in_the_project_need_not_go_there(tmp_path, command, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "\nNext: set currency" in command("new", ".").output


@pytest.mark.parametrize("file", [".github/workflows/onefunnel.yml", ".gitlab-ci.yml"])
def test_files_for_ci_are_yaml_and_call_the_one_script(fresh, file):
    text = (fresh / file).read_text()
    assert yaml.safe_load(text)
    assert "sh ci/onefunnel.sh" in text


#: Publishes a page instead of a site, and takes the options that the real command takes.
STAND_IN = """
import sys
from generator.cli import main
from generator.progress import Quiet
from generator.publish import Edition, Ways, publish, versions_of

command = main.commands[sys.argv[1]]
given = command.make_context(sys.argv[1], sys.argv[2:], resilient_parsing=False).params

def build(site, version, before):
    (site / "data").mkdir(parents=True)
    (site / "index.html").write_text(version)

if sys.argv[1] == "publish":
    ways = Ways(keep=given["keep"], site_url=given["site_url"])
    publish(given["target"], Edition(given["as_of"], {"as_of": given["as_of"]}, build), ways, Quiet())
if sys.argv[1] == "digest":
    print(versions_of(given["target"])[-1].id)
"""


def git(folder, *arguments):
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def pipeline(fresh, tmp_path):
    """The project as a clone of a bare repository, and a function that runs its script as CI does."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "onefunnel").write_text(f"#!{sys.executable}\n{STAND_IN}")
    (programs / "onefunnel").chmod(0o755)
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(fresh, "init", "--quiet")
    git(fresh, "remote", "add", "origin", str(tmp_path / "origin.git"))
    git(fresh, "add", "--all")
    git(fresh, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "Begin")

    def run(mode, as_of):
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        asked = {"EXPORTS": "/srv/drop", "AS_OF": as_of, "SITE_URL": "https://kpi.example.com", "KEEP": "9"}
        environment = {**os.environ, "PATH": path, "PYTHONPATH": str(PACKAGED), **asked}
        done = subprocess.run(
            ["sh", "ci/onefunnel.sh", mode], cwd=fresh, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return (fresh / "digest.md").read_text()

    return run


def test_the_script_keeps_versions_on_a_branch_and_a_preview_leaves_it(pipeline, fresh, tmp_path):
    def listed():
        index = json.loads(git(tmp_path / "origin.git", "show", "versions:versions.json"))
        return [one["version"] for one in index]

    assert pipeline("publish", "2026-10-31") == "2026-10-31\n"
    assert listed() == ["2026-10-31"]
    assert pipeline("preview", "2026-11-20") == "2026-11-20\n"
    assert listed() == ["2026-10-31"]
    assert (fresh / "public/2026-11-20/index.html").is_file()
    pipeline("publish", "2026-11-20")
    assert listed() == ["2026-11-20", "2026-10-31"]
    names = git(tmp_path / "origin.git", "ls-tree", "--name-only", "versions").split()
    assert {"latest", "index.html", "feed.xml"} <= set(names)
    assert ".publish" not in names
    assert "mkdocs.yml" not in names
