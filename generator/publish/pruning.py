"""What older versions lose: their pages when there are too many, their lists of records when these are too old."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from generator.publish.versions import Version, place_of

#: Folders of lists of records, below a version.
RECORDS = ("records", "data/records")


def too_many(versions: Sequence[Version], keep: int | None) -> list[Version]:
    """Return the versions whose pages go so that the newest `keep` stay; one with an alias always stays."""
    with_pages = [one for one in versions if one.has_pages]
    return [one for one in with_pages[:-keep] if not one.aliases] if keep else []


def drop_pages(version: Version) -> None:
    """Delete the pages of a version and keep its results, so that later versions can be compared with it.

    The first page goes first, so that a version that was half deleted when somebody was stopped is known by it.
    """
    (version.folder / "index.html").unlink(missing_ok=True)
    for path in version.folder.iterdir():
        if path.name != version.data.name:
            _remove(path)


def drop_old_records(versions: Sequence[Version], days: int) -> None:
    """Delete the lists of records of versions that are more than `days` older than the newest one."""
    if not versions:
        return
    newest = _day(versions[-1])
    for version in versions:
        if (newest - _day(version)).days > days:
            for name in RECORDS:
                shutil.rmtree(version.folder / name, ignore_errors=True)


def _day(version: Version) -> date:
    return date.fromisoformat(place_of(version.id)[0])


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
