"""What stands in a target folder: versions, newest last, and the index that the version selector reads."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from generator.errors import Mistake, PublishError

#: The index beside the versions: `[{"version", "title", "aliases"}]`, newest first.
INDEX = "versions.json"
#: What makes a folder a version of ours, below it: its id and the inputs that it was built from.
RECORD = "data/version.json"
_ID = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-r([2-9]|[1-9]\d+))?")
_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Version:
    """One frozen drop in the target folder."""

    id: str  # the local date of the last instant before as-of; `-r2` and so on where the drop was issued again
    folder: Path
    aliases: tuple[str, ...] = ()

    @property
    def data(self) -> Path:
        """The folder of its results, which stays when its pages are pruned."""
        return self.folder / "data"

    @property
    def has_pages(self) -> bool:
        """Whether its pages are still there."""
        return (self.folder / "index.html").is_file()

    @property
    def title(self) -> str:
        """What readers choose it by, such as `20 Nov 2026` or `20 Nov 2026, issue 2`."""
        return title_of(self.id)


def is_version_id(name: str) -> bool:
    """Whether a folder of this name can be a version."""
    return _ID.fullmatch(name) is not None


def is_alias(name: str) -> bool:
    """Whether a version can be found under this name beside its own."""
    return _ALIAS.fullmatch(name) is not None and not is_version_id(name)


def place_of(version: str) -> tuple[str, int]:
    """Return what versions are ordered by: the day, then the issue of that day."""
    found = _ID.fullmatch(version)
    if not found:
        raise ValueError(f"{version!r} is no version")
    return found[1], int(found[2] or 1)


def title_of(version: str) -> str:
    """Return the title of a version id."""
    day, issue = place_of(version)
    on = date.fromisoformat(day)
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}" + (f", issue {issue}" if issue > 1 else "")


def id_for(day: str, versions: Iterable[Version]) -> str:
    """Return the id of the next issue of `day`: the day itself, or the day with the next number."""
    issues = [place_of(version.id)[1] for version in versions if place_of(version.id)[0] == day]
    return f"{day}-r{max(issues) + 1}" if issues else day


def versions_of(target: Path) -> list[Version]:
    """Return the versions below `target`, newest last, with those whose pages are pruned; none where nothing stands.

    The folders say what there is, since each appears whole; the index only adds the aliases. PublishError when the
    index cannot be read.
    """
    if not target.is_dir():
        return []
    aliases = _aliases(target)
    names = [path.name for path in target.iterdir() if is_version_id(path.name) and (path / RECORD).is_file()]
    return [Version(name, target / name, aliases.get(name, ())) for name in sorted(names, key=place_of)]


def inputs_of(version: Version) -> Mapping[str, str]:
    """Return what a version was built from: hashes by name. PublishError when its record does not say."""
    path = version.folder / RECORD
    try:
        inputs = json.loads(path.read_text(encoding="utf-8"))["inputs"]
        return {name: str(value) for name, value in inputs.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        mend = "Restore it from a copy, or move the folder of the version away."
        raise _unreadable(path, "does not say what the version was built from", mend) from None


def write_record(site: Path, version: str, inputs: Mapping[str, str]) -> None:
    """Make the folder `site` a version."""
    record = {"version": version, "inputs": dict(inputs)}
    (site / RECORD).parent.mkdir(parents=True, exist_ok=True)
    (site / RECORD).write_text(json_text(record), encoding="utf-8")


def write_index(target: Path, versions: Iterable[Version]) -> None:
    """Write the index of `versions`, newest first, in one step."""
    listed = sorted(versions, key=lambda one: place_of(one.id), reverse=True)
    lines = [{"version": one.id, "title": one.title, "aliases": list(one.aliases)} for one in listed]
    write_whole(target / INDEX, json_text(lines))


def write_whole(path: Path, text: str) -> None:
    """Write `text` such that a reader sees the old file or the new one; a file that says so already stays untouched."""
    if path.is_file() and path.read_bytes() == text.encode():
        return
    half = path.with_name(f".{path.name}.new")
    with half.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    half.replace(path)


def json_text(value: object) -> str:
    """Return `value` as the files of a target are written."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _aliases(target: Path) -> dict[str, tuple[str, ...]]:
    """Return the aliases of each version in the index."""
    path = target / INDEX
    if not path.is_file():
        return {}
    try:
        lines: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(lines, list):
            raise TypeError
        return {str(line["version"]): _sound(line["aliases"]) for line in lines}
    except (ValueError, KeyError, TypeError):
        mend = "Restore it, or remove it: the next publish writes it anew from the folders beside it."
        raise _unreadable(path, "is no index of versions", mend) from None


def _sound(aliases: object) -> tuple[str, ...]:
    """Return the names of a line of the index; ValueError where one could lead out of the target."""
    if not isinstance(aliases, list) or not all(isinstance(one, str) and is_alias(one) for one in aliases):
        raise ValueError
    return tuple(aliases)


def _unreadable(path: Path, what: str, mend: str) -> PublishError:
    return PublishError("The versions cannot be read.", [Mistake(str(path), what, mend)])
