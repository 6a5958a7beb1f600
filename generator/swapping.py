"""Puts a finished folder in the place of an older one, in one step where the system has such a step."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def put_in_place(finished: Path, place: Path) -> None:
    """Rename `finished` to `place`; an older folder there is exchanged for it, and only then deleted.

    Both must lie on one file system. On failure the older folder is still, or again, in its place.
    """
    if not place.exists():
        finished.rename(place)
        return
    if not _exchange(finished, place):
        _step_aside(finished, place)
    shutil.rmtree(finished, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names at once; False where the kernel or the file system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)


def _step_aside(finished: Path, place: Path) -> None:
    """Do it in two renames: for an instant there is nothing in the place."""
    aside = place.with_name(f".{place.name}.before")
    shutil.rmtree(aside, ignore_errors=True)
    place.rename(aside)
    try:
        finished.rename(place)
    except OSError:
        aside.rename(place)
        raise
    aside.rename(finished)
