"""Readings kept between builds: the canonical tables of a drop as files, found again by everything they depend on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zoneinfo
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path

import duckdb
from pydantic import TypeAdapter

from ..agreement import Agreement
from ..canonical import TABLES
from ..engine import Engine
from ..errors import EngineError
from ..project import Project
from .cells import literal, quoted
from .containers import drop_files, sha256_of
from .profiles import load_profiles
from .reading import read_exports
from .report import Drop, LoadReport
from .terms import terms_of
from .work import named_zones

_HERE = Path(__file__).parent
_REPORT = "report.json"
_MOST_KEPT = 4  # drops
#: Writing down a larger drop takes longer than it is worth to whoever builds it once.
_MOST_ROWS = 2_000_000


def read_kept(drop: Drop, project: Project, agreement: Agreement, engine: Engine, shelf: Path | None) -> LoadReport:
    """Do what `read_exports` does, or take the outcome from the folder `shelf` where the same was read before.

    Without a shelf the drop is read. What cannot be taken or kept, for whatever reason, is only read again.
    """
    if shelf is None:
        return read_exports(drop, project, agreement, engine)
    key = reading_key(drop, project, agreement)
    load = _taken(shelf / key, engine)
    if load is None:
        load = read_exports(drop, project, agreement, engine)
        is_small = sum(table.rows for table in load.tables.values()) <= _MOST_ROWS
        # Somebody may have exchanged a file while it was being read.
        if is_small and key == reading_key(drop, project, agreement):
            _keep(shelf, key, load, engine)
    return load


def reading_key(drop: Drop, project: Project, agreement: Agreement) -> str:
    """Return the sha256 over all that a reading depends on: files, profiles, terms, as-of, and the code that reads."""
    root = drop.path.resolve()
    profiles, terms = load_profiles(project), terms_of(agreement)
    depends = {
        "files": [(path.relative_to(root).as_posix(), sha256_of(path)) for path in drop_files(drop.path)],
        "profiles": [profile.model_dump_json() for profile in profiles],
        "terms": asdict(terms),
        "zones": [_zone_rules(zone) for zone in named_zones(terms, profiles)],
        "as_of": drop.as_of.isoformat(),
        "code": _edition(),
    }
    return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()


@cache
def _edition() -> str:
    """Return what changes every reading: the code of this room, the canonical tables and the engine."""
    digest = hashlib.sha256(duckdb.__version__.encode())
    for path in (*sorted(_HERE.glob("*.py")), _HERE.parent / "canonical.py"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _zone_rules(zone: str) -> str:
    """Return the sha256 of what this machine holds the rules of a time zone to be; governments change them."""
    files = [Path(folder, zone) for folder in zoneinfo.TZPATH if Path(folder, zone).is_file()]
    return sha256_of(files[0]) if files else f"tzdata {version('tzdata')}"


def _taken(kept: Path, engine: Engine) -> LoadReport | None:
    """Fill the canonical tables from `kept` and return the report of their reading; None where they are not whole."""
    try:
        load = TypeAdapter(LoadReport).validate_json((kept / _REPORT).read_bytes())
        with tempfile.TemporaryDirectory(prefix="onefunnel-kept-") as scratch:
            # The engine reads signs such as * and [ in a path as a pattern.
            link = Path(scratch, "kept")
            link.symlink_to(kept.resolve())
            for name, table in load.tables.items():
                _fill(engine, name, link / f"{name}.parquet" if table.rows else None)
                if engine.rows(f"select count(*) from canonical.{name}")[0][0] != table.rows:
                    return None
        os.utime(kept)  # the oldest go first
    except (OSError, ValueError, EngineError):
        return None  # not kept, cut off, or taken away just now
    return load


def _fill(engine: Engine, name: str, file: Path | None) -> None:
    columns = ", ".join(f"{quoted(column.name)} {column.type.value}" for column in TABLES[name].columns)
    if file is None:
        engine.run(f"create or replace table canonical.{name} ({columns})")
    else:
        engine.run(f"create or replace table canonical.{name} as from read_parquet({literal(str(file))})")


def _keep(shelf: Path, key: str, load: LoadReport, engine: Engine) -> None:
    try:
        shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=".", dir=shelf))
        try:
            for name, table in load.tables.items():
                if table.rows:
                    file = literal(str(half / f"{name}.parquet"))
                    engine.run(f"copy canonical.{name} to {file} (format parquet)")
            (half / _REPORT).write_bytes(TypeAdapter(LoadReport).dump_json(load))
            half.rename(shelf / key)
        finally:
            shutil.rmtree(half, ignore_errors=True)
        _clear(shelf)
    except (OSError, EngineError):
        pass  # no room, no right to write, or somebody else kept the same just now


def _clear(shelf: Path) -> None:
    kept = sorted((path for path in shelf.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for path in kept[:-_MOST_KEPT]:
        shutil.rmtree(path, ignore_errors=True)
