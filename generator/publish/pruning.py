"""What older versions lose: their pages when there are too many, their mentions of records when these are too old."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from generator.publish.versions import Version, place_of, write_whole

#: Files of single records, below a version; their first line stays.
RECORD_FILES = ("data/breaches.csv", "data/due_soon.csv", "data/mql_restated.csv")
_MENTION = re.compile(r'(<span class="of-record"[^>]*>).*?(</span>)')
_WITHDRAWN = r"\1no longer kept\2"
#: Says that a version has been gone through.
_DONE = "data/records_withdrawn"


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
        if path.name == version.data.name:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def drop_old_records(versions: Sequence[Version], days: int) -> None:
    """Withdraw the single records of versions that are more than `days` older than the newest one."""
    for version in versions:
        if (_day(versions[-1]) - _day(version)).days > days:
            for folder in (version.folder, *(version.folder.with_name(alias) for alias in version.aliases)):
                _withdraw(folder)


def _withdraw(folder: Path) -> None:
    """Take the names of records out of pages and files; what was counted stays, and so does every link."""
    if (folder / _DONE).is_file() or not (folder / "data").is_dir():
        return
    for page in sorted(folder.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        if "of-record" in text:
            write_whole(page, _MENTION.sub(_WITHDRAWN, text))
    for name in RECORD_FILES:
        if (folder / name).is_file():
            with (folder / name).open(encoding="utf-8", newline="") as lines:
                head = lines.readline()
            write_whole(folder / name, head)
    write_whole(folder / _DONE, "")


def _day(version: Version) -> date:
    return date.fromisoformat(place_of(version.id)[0])
