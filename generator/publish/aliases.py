"""Names that move on to the newest version: a copy, a symbolic link, or pages that lead to it."""

from __future__ import annotations

import json
import os
import shutil
from enum import StrEnum
from html import escape
from pathlib import Path

from generator.publish.versions import RECORD, Version
from generator.swapping import put_in_place

_SCRIPT = "redirect.js"
#: Takes along what a page that only leads on would lose: the part of the page that a link names.
_REDIRECT = "location.replace(document.querySelector('a').href + location.search + location.hash);\n"


class Kind(StrEnum):
    """How an alias is there."""

    COPY = "copy"
    SYMLINK = "symlink"
    REDIRECT = "redirect"


def point(alias: str, version: Version, kind: Kind, work: Path) -> None:
    """Let `alias` beside the version lead to it, in one step; nothing is done where it does already.

    `work` is an empty place on the same file system.
    """
    place = version.folder.with_name(alias)
    if names(place) == version.id and kind_of(place) is kind:
        return
    new = work / alias
    _MAKERS[kind](version, new)
    _put(new, place)


def names(place: Path) -> str | None:
    """Return the id of the version that an alias names, or None where there is no alias."""
    try:
        return str(json.loads((place / RECORD).read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def kind_of(place: Path) -> Kind:
    """Return how an existing alias is there."""
    if place.is_symlink():
        return Kind.SYMLINK
    return Kind.REDIRECT if (place / _SCRIPT).is_file() else Kind.COPY


def leading_page(to: str, title: str, script: str = "") -> str:
    """Return a page that leads to the relative address `to`; with a script it keeps what a link says after `#`."""
    refresh = f'<meta http-equiv="refresh" content="0; url={escape(to)}">'
    way = f'<noscript>{refresh}</noscript>\n<script defer src="{escape(script)}"></script>' if script else refresh
    head = f'<meta charset="utf-8">\n<title>{escape(title)}</title>\n<meta name="robots" content="noindex">'
    link = f'<p><a href="{escape(to)}">{escape(title)}</a></p>'
    return f'<!doctype html>\n<html lang="en">\n{head}\n<link rel="icon" href="data:,">\n{way}\n{link}\n</html>\n'


def _copy(version: Version, new: Path) -> None:
    """Copy without using room: published files never change, so both names may stand for one file."""
    shutil.copytree(version.folder, new, copy_function=_link)


def _link(source: str, place: str) -> None:
    try:
        os.link(source, place)
    except OSError:  # a file system without links, or too many of them
        shutil.copyfile(source, place)


def _symlink(version: Version, new: Path) -> None:
    new.symlink_to(version.id, target_is_directory=True)


def _redirect(version: Version, new: Path) -> None:
    """Write a page for every page; other files are found under the version's own name only."""
    for page in sorted(version.folder.rglob("*.html")):
        name = page.relative_to(version.folder)
        up = "../" * (len(name.parts) - 1)
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        text = leading_page(f"{up}../{version.id}/{name.as_posix()}", version.title, f"{up}{_SCRIPT}")
        (new / name).write_text(text, encoding="utf-8")
    (new / RECORD).parent.mkdir(exist_ok=True)
    shutil.copyfile(version.folder / RECORD, new / RECORD)
    (new / _SCRIPT).write_text(_REDIRECT, encoding="utf-8")


def _put(new: Path, place: Path) -> None:
    if new.is_symlink() and (place.is_symlink() or not place.exists()):
        new.replace(place)
        return
    if place.is_symlink() and not place.exists():
        place.unlink()  # led to a version that somebody deleted
    put_in_place(new, place)


_MAKERS = {Kind.COPY: _copy, Kind.SYMLINK: _symlink, Kind.REDIRECT: _redirect}
