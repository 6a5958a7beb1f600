"""A drop: one folder of exports, and the instant at which it was taken."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click

from ..agreement import Settings, load_agreement
from ..engine import open_engine
from ..errors import ExportError, Mistake, ReportError, printable
from ..project import Project
from .containers import drop_files, sha256_of
from .reading import read_exports
from .report import Drop
from .zones import to_local, to_utc

_DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})(?!\d)")
_FAR_AHEAD = datetime(9999, 1, 1)
_YEARS = range(1980, 2201)  # in which a drop may have been taken
_MANIFEST = "manifest.json"
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_CHECKSUM_FORM = 'Write "sha256": {"lead.csv": "64 hexadecimal digits"}, or take it out.'
_MOMENT_FORM = "Write 2026-11-20 (the end of that day) or 2026-11-20T06:00:00Z."


def open_drop(path: Path | None, as_of: str | None, project: Project, settings: Settings) -> Drop:
    """Return the drop at `path`, by default the newest folder below `exports/`.

    Its instant is `as_of`, else the manifest's, else the date in the folder's name; UsageError (exit 2) with none
    of them. ExportError where the manifest names another sha256, or a link leads out of the folder.
    """
    folder = path if path is not None else _newest(project)
    if not folder.is_dir():
        raise click.UsageError(f"There is no folder {printable(str(folder))}. Name one with --exports.")
    files = drop_files(folder)
    manifest = _manifest(folder)
    _compare(folder, files, manifest)
    moment = _moment(as_of, manifest, folder, project, settings.reporting_timezone)
    if moment.year not in _YEARS:
        raise click.UsageError(
            f"The drop cannot have been taken in the year {moment.year}: only {_YEARS[0]} to {_YEARS[-1]} make sense."
            " Say when with --as-of."
        )
    last = to_local(moment - timedelta(microseconds=1), settings.reporting_timezone)
    return Drop(folder, last.date().isoformat(), moment, manifest, _later(moment, manifest, folder, settings))


def _newest(project: Project) -> Path:
    folders = [
        folder for folder in sorted(project.exports.glob("*")) if folder.is_dir() and not folder.name.startswith(".")
    ]
    if not folders:
        raise click.UsageError("There are no exports. Put a folder of them below exports/, or name one with --exports.")
    return max(folders, key=lambda folder: (str(_date_in(folder.name) or ""), folder.name))


def _date_in(name: str) -> date | None:
    for year, month, day in _DATE_IN_NAME.findall(name):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def _manifest(folder: Path) -> Mapping[str, object]:
    path = folder / _MANIFEST
    if not path.exists():
        return {}
    mistakes: list[Mistake] = []
    data = None
    try:
        data = json.loads(path.read_text("utf-8-sig"), object_pairs_hook=partial(_once, mistakes))
    except (OSError, ValueError, RecursionError) as problem:
        line = f", line {problem.lineno}" if isinstance(problem, json.JSONDecodeError) else ""
        mistakes.append(Mistake(f"{_MANIFEST}{line}", "is not readable JSON", "Correct it or remove it."))
    else:
        if not isinstance(data, dict):
            mistakes.append(Mistake(_MANIFEST, "is not a JSON object", "Correct it or remove it."))
    if mistakes:
        raise ExportError("The drop cannot be read.", mistakes)
    return data or {}


def _once(mistakes: list[Mistake], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs of a JSON object; a key that stands twice is a mistake."""
    for key, count in Counter(key for key, _ in pairs).items():
        if count > 1:
            mistakes.append(Mistake(f"{_MANIFEST}: {key}", "the key stands more than once", "Keep one of them."))
    return dict(pairs)


def _compare(folder: Path, files: tuple[Path, ...], manifest: Mapping[str, object]) -> None:
    """Hold the files to the checksums of the manifest."""
    there = {path.relative_to(folder.resolve()).as_posix(): path for path in files}
    mistakes: list[Mistake] = []
    for name, wanted in sorted(_checksums(manifest, mistakes).items()):
        if name not in there:
            mistakes.append(Mistake(name, "is in the manifest but not in the drop", "Transfer the drop again."))
        elif sha256_of(there[name]) != wanted:
            mistakes.append(Mistake(name, "has another sha256 than the manifest says", "Transfer the drop again."))
    if mistakes:
        raise ExportError("The drop is not what its manifest says.", mistakes)


def _checksums(manifest: Mapping[str, object], mistakes: list[Mistake]) -> dict[str, str]:
    """Return file -> sha256, whether the manifest lists them as `sha256: {file: ...}` or within `files`.

    Adds to `mistakes` what is meant as a checksum and is none: ignored, it would vouch for nothing.
    """
    found: dict[str, str] = {}
    for place, name, digest in _listed(manifest):
        if isinstance(name, str) and isinstance(digest, str) and _DIGEST.fullmatch(digest.strip()):
            found[name] = digest.strip().lower()
        else:
            mistakes.append(Mistake(f"{_MANIFEST}: {place}", "is no sha256 of a file", _CHECKSUM_FORM))
    return found


def _listed(manifest: Mapping[str, object]) -> Iterator[tuple[str, Any, Any]]:
    """Yield where a checksum stands, the file that it is for, and the checksum; None for what is missing."""
    sums: Any = manifest.get("sha256")
    if isinstance(sums, dict):
        yield from ((f"sha256.{name}", name, digest) for name, digest in sums.items())
    elif sums is not None:
        yield "sha256", None, None
    files: Any = manifest.get("files")
    if isinstance(files, dict):
        # Or how many rows each has, which is no checksum.
        files = [{"name": name, **_entry(one)} for name, one in files.items()]
    for number, one in enumerate(files if isinstance(files, list) else []):
        if isinstance(one, dict) and "sha256" in one:
            yield f"files[{number}]", one.get("name") or one.get("path") or one.get("file"), one["sha256"]


def _entry(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"sha256": value} if isinstance(value, str) else {}


def _moment(as_of: str | None, manifest: Mapping[str, object], folder: Path, project: Project, zone: str) -> datetime:
    if as_of is not None:
        moment = read_moment(as_of, zone)
        if moment is None:
            raise click.UsageError(f"--as-of '{printable(as_of)}' is neither a date nor an instant. {_MOMENT_FORM}")
        return moment
    if "as_of" in manifest:
        moment = read_moment(str(manifest["as_of"]), zone)
        if moment is None:
            raise ExportError(
                "The drop cannot be read.", [Mistake(f"{_MANIFEST}: as_of", "is no date and no instant", _MOMENT_FORM)]
            )
        return moment
    day = _date_in(folder.resolve().name)
    if day is None:
        raise click.UsageError(_without_moment(folder, project))
    return to_utc(datetime.combine(day + timedelta(days=1), datetime.min.time()), zone)


def _later(moment: datetime, manifest: Mapping[str, object], folder: Path, settings: Settings) -> datetime | None:
    """Return when the drop says that it was taken, where that is later than the `moment` as of which it is read."""
    day = _date_in(folder.resolve().name)
    said = manifest.get("as_of", day.isoformat() if day else "")
    taken = read_moment(str(said), settings.reporting_timezone)
    return taken if taken and taken > moment and taken.year in _YEARS else None


def read_moment(text: str, zone: str) -> datetime | None:
    """Return the naive UTC instant that `text` means, or None: a date is the end of that local day of `zone`."""
    text = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return to_utc(datetime.fromisoformat(text) + timedelta(days=1), zone)
        moment = datetime.fromisoformat(text) if re.match(r"\d{4}-\d{2}-\d{2}[T ]", text) else None
        if moment is None:
            return None
        if offset := moment.utcoffset():
            return moment.replace(tzinfo=None) - offset
        return moment.replace(tzinfo=None) if moment.tzinfo else to_utc(moment, zone)
    except OverflowError:  # a day or an hour beyond the last year, or before the first
        return datetime.max if text > "5" else datetime.min
    except ValueError:
        return None


def _without_moment(folder: Path, project: Project) -> str:
    newest = _newest_event(folder, project)
    seen = f" The newest event in it is from {newest:%Y-%m-%d %H:%M:%S} UTC." if newest else ""
    return (
        f"It is not known when {printable(str(folder))} was taken.{seen}\n"
        "Say it with --as-of, as `as_of` in its manifest.json, or as a date in the folder's name."
    )


def _newest_event(folder: Path, project: Project) -> datetime | None:
    """Return the newest moment of any row, as far as the drop can be read at all."""
    drop = Drop(folder, "", _FAR_AHEAD)
    engine = open_engine()
    try:
        report = read_exports(drop, project, load_agreement(project), engine)
    except ReportError:
        return None
    finally:
        engine.close()
    return max((load.newest for load in report.tables.values() if load.newest), default=None)
