"""Publishes a drop: what its version is built from, and how."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import generator
from generator.agreement import load_agreement
from generator.build import build
from generator.errors import ExportError, told
from generator.history import PRIVATE, digests, snapshot_files
from generator.prepare import Request
from generator.progress import Progress
from generator.project import PACKAGED, Project
from generator.publish import Edition, Outcome, Ways, named, publish, publish_to_branch
from generator.sources import open_drop
from generator.sources.containers import drop_files, sha256_of
from generator.sources.report import Drop

_CODE = Path(__file__).parent
#: Libraries whose releases may write other bytes for the same numbers, or other numbers.
_LIBRARIES = (
    "altair",
    "duckdb",
    "jinja2",
    "markdown",
    "mkdocs",
    "mkdocs-material",
    "numpy",
    "pandas",
    "pyarrow",
    "pymdown-extensions",
    "sqlglot",
    "tzdata",
    "vl-convert-python",
)


def publish_drop(
    project: Project,
    request: Request,
    target: Path | str,
    ways: Ways,
    progress: Progress,
) -> Outcome:
    """Build the site of a drop and add it to `target` as a version; nothing happens where the same stands there.

    target: a folder, or the name of a git branch.
    """
    edition = edition_of(project, request, progress, ways)
    if isinstance(target, Path):
        return publish(target, edition, ways, progress)
    return publish_to_branch(target, edition, ways, progress)


def edition_of(project: Project, request: Request, progress: Progress, ways: Ways) -> Edition:
    """Return what is to be published of a drop: everything that its site is built from, and the build."""
    with progress.step("Reading the agreement"), told(ExportError, "The drop cannot be read."):
        settings = load_agreement(project, request.settings).settings
        drop = open_drop(request.exports, request.as_of, project, settings)
        inputs = {**_inputs(project, request, drop), "place": _digest([ways.site_url, ways.alias])}

    def build_version(site: Path, version: str, before: Path | None) -> None:
        address = f"{ways.site_url.rstrip('/')}/{version}/" if ways.site_url else None
        private = project.root / PRIVATE
        build(project, request, site, progress, site_url=address, latest=ways.alias, before=before, private=private)

    return Edition(drop.id, inputs, build_version, named(settings.company), settings.record_retention_days)


def _inputs(project: Project, request: Request, drop: Drop) -> Mapping[str, str]:
    """Return a hash of each kind of input; the site is the same bytes as long as none of them changes."""
    root = drop.path.resolve()
    settings = project.root.glob("*.y*ml")  # mkdocs.yml, and what it may inherit from
    return {
        "as_of": f"{drop.as_of.isoformat()}Z",
        "exports": _digest([path.relative_to(root).as_posix(), sha256_of(path)] for path in drop_files(drop.path)),
        "content": _digest(_files(project, "content")),
        "templates": _digest(_files(project, "site_templates")),
        "site_settings": _digest(_hashes({"": PACKAGED / "mkdocs.yml", **{path.name: path for path in settings}})),
        "settings": sha256_of(request.settings) if request.settings else "",
        "snapshots": _digest(digests(snapshot_files(project.root / PRIVATE, drop.taken))),
        "engine": request.engine,
        "generator": _code(),
    }


def _files(project: Project, folder: str) -> Iterable[list[str]]:
    return _hashes(project.files(folder, "*"))


def _hashes(files: Mapping[str, Path]) -> Iterable[list[str]]:
    return ([name, sha256_of(path)] for name, path in sorted(files.items()) if path.is_file())


@cache
def _code() -> str:
    """Return what this release writes: its own code and the libraries beneath it."""
    files = (path for path in _CODE.rglob("*") if path.suffix in (".py", ".sql", ".yml"))
    own = {path.relative_to(_CODE).as_posix(): path for path in files}
    return _digest([generator.__version__, *_hashes(own), *([name, version(name)] for name in _LIBRARIES)])


def _digest(values: Iterable[object]) -> str:
    return hashlib.sha256(json.dumps(list(values)).encode()).hexdigest()
