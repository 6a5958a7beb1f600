"""What tests of the whole product share: commands as a user gives them, and a demo site."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
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
