"""A drop: one folder of exports, and the instant at which it was taken."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from ..agreement import Settings, load_agreement
from ..engine import open_engine
from ..errors import ExportError, Mistake, ReportError
from ..project import Project
from .containers import drop_files, sha256_of
from .reading import read_exports
from .report import Drop
from .zones import to_local, to_utc

_DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})(?!\d)")
_FAR_AHEAD = datetime(9999, 1, 1)
_YEARS = range(1980, 2201)  # in which a drop may have been taken


def open_drop(path: Path | None, as_of: str | None, project: Project, settings: Settings) -> Drop:
    """Return the drop at `path`, by default the newest folder below `exports/`.

    Its instant is `as_of`, else the manifest's, else the date in the folder's name; UsageError (exit 2) with none
    of them. ExportError where the manifest names another sha256, or a link leads out of the folder.
    """
    folder = path if path is not None else _newest(project)
    if not folder.is_dir():
        raise click.UsageError(f"There is no folder {folder}. Name one with --exports.")
    files = drop_files(folder)
    manifest = _manifest(folder)
    _compare(folder, files, manifest)
    moment = _moment(as_of, manifest, folder, project, settings.reporting_timezone)
    if moment.year not in _YEARS:
        raise click.UsageError(f"The drop cannot have been taken in the year {moment.year}. Say when with --as-of.")
    last = to_local(moment - timedelta(microseconds=1), settings.reporting_timezone)
    return Drop(folder, last.date().isoformat(), moment, manifest)


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
    path = folder / "manifest.json"
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as problem:
        raise ExportError(
            "The drop cannot be read.", [Mistake(path.name, "is not readable JSON", "Correct it or remove it.")]
        ) from problem
    if not isinstance(data, dict):
        raise ExportError(
            "The drop cannot be read.", [Mistake(path.name, "is not a JSON object", "Correct it or remove it.")]
        )
    return data


def _compare(folder: Path, files: tuple[Path, ...], manifest: Mapping[str, object]) -> None:
    """Hold the files to the checksums of the manifest."""
    there = {path.relative_to(folder.resolve()).as_posix(): path for path in files}
    mistakes = []
    for name, wanted in sorted(_checksums(manifest).items()):
        if name not in there:
            mistakes.append(Mistake(name, "is in the manifest but not in the drop", "Transfer the drop again."))
        elif sha256_of(there[name]) != wanted.lower():
            mistakes.append(Mistake(name, "has another sha256 than the manifest says", "Transfer the drop again."))
    if mistakes:
        raise ExportError("The drop is not what its manifest says.", mistakes)


def _checksums(manifest: Mapping[str, object]) -> dict[str, str]:
    """Return file -> sha256, whether the manifest lists them as `sha256: {file: ...}` or within `files`."""
    listed: Any = manifest.get("sha256")
    found = {str(name): str(digest) for name, digest in listed.items()} if isinstance(listed, dict) else {}
    files: Any = manifest.get("files")
    if isinstance(files, dict):
        files = [
            {"name": name, **(entry if isinstance(entry, dict) else {"sha256": entry})} for name, entry in files.items()
        ]
    for entry in files if isinstance(files, list) else []:
        if isinstance(entry, dict) and entry.get("sha256"):
            name = entry.get("name") or entry.get("path") or entry.get("file")
            found[str(name)] = str(entry["sha256"])
    return found


def _moment(as_of: str | None, manifest: Mapping[str, object], folder: Path, project: Project, zone: str) -> datetime:
    if as_of is not None:
        moment = read_moment(as_of, zone)
        if moment is None:
            raise click.UsageError(
                f"--as-of '{as_of}' is neither a date (2026-11-20) nor an instant (2026-11-20T06:00:00Z)."
            )
        return moment
    if "as_of" in manifest:
        moment = read_moment(str(manifest["as_of"]), zone)
        if moment is None:
            raise ExportError(
                "The drop cannot be read.", [Mistake("manifest.json", "as_of is no date and no instant", "")]
            )
        return moment
    day = _date_in(folder.resolve().name)
    if day is None:
        raise click.UsageError(_without_moment(folder, project))
    return to_utc(datetime.combine(day + timedelta(days=1), datetime.min.time()), zone)


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
    except (ValueError, OverflowError):
        return None


def _without_moment(folder: Path, project: Project) -> str:
    newest = _newest_event(folder, project)
    seen = f" The newest event in it is from {newest:%Y-%m-%d %H:%M:%S} UTC." if newest else ""
    return (
        f"It is not known when {folder} was taken.{seen}\n"
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
