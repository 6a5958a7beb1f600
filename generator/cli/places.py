"""Paths that a user names: which are none, and which a command may not write to."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import click

from generator.project import Project

#: A scheme that browsers open, a host, and no sign that ends an attribute or a line.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9\[][^\s\"'<>\\^`{|}?#]*")


class Place(click.Path):
    """A path; an empty one is no path, though the system takes it for the folder where one stands."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; fail for one that no system can have."""
        if not str(value).strip() or "\0" in str(value):
            self.fail("names no place.", param, ctx)
        return super().convert(value, param, ctx)


class Address(click.ParamType[str]):
    """Where a site is served: it goes into links, a feed and a map of the site."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the address; fail for one that no browser would open as a page."""
        if not _ADDRESS.fullmatch(str(value)):
            self.fail(f"{value!r} is no address of a site, such as https://kpi.example.com.", param, ctx)
        return str(value)


FOLDER = Place(file_okay=False, path_type=Path)
FILE = Place(dir_okay=False, path_type=Path)
ADDRESS = Address()


def need_project(project: Project) -> None:
    """Refuse to build a site where no project is: its words and numbers would be somebody else's."""
    if project.here is not None:
        raise click.UsageError(
            f"No project here: neither {project.here} nor a folder above it has mkdocs.yml and content/.\n"
            "Make one (onefunnel new FOLDER), or name one with --project."
        )


def need_apart(out: Path, project: Project, exports: Path | None, option: str = "--out") -> None:
    """Refuse to write into what is read, or over it: the next drop would hold this one's results."""
    place = out.resolve()
    own = (project.root / name for name in ("content", "site_templates", ".onefunnel"))
    for folder in (exports, project.exports, *own):
        read = folder.resolve() if folder is not None else None
        if read is not None and (place.is_relative_to(read) or read.is_relative_to(place)):
            what = f"{out} holds, or lies in, what is read ({project.shown(read)}). Name a folder of its own."
            raise click.BadParameter(what, param_hint=option)


def need_place(folder: Path, out: Path, option: str = "--out") -> None:
    """Refuse a place that cannot be written before the work begins, not after it."""
    while not folder.exists():
        folder = folder.parent
    try:
        # Rights do not tell: there are folders in which not even root can make another.
        with tempfile.TemporaryDirectory(prefix=".onefunnel-", dir=folder):
            pass
    except OSError as problem:
        raise click.BadParameter(f"{out} cannot be written: {problem.strerror}.", param_hint=option) from None
