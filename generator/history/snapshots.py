"""How leads and deals stood when a drop was taken, kept in the private folder for drops that bring no history.

One file a drop, named by its instant, so that a drop that is built again replaces its own and nothing else. It holds
keyed hashes for ids and owners, and words of the agreement; without the key beside it nobody can tell whose they are.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = "snapshots"
#: One row a lead, deal, or owner of a lead, as text; of a lead and its owner only what concerns them is filled.
COLUMNS = (
    "object",  # lead, deal, owner
    "key",  # keyed hash of the id
    "stage",
    "owner",  # keyed hash
    "amount",
    "currency",
    "close_date",
    "forecast_category",
    "outcome",  # of a deal: open, or over
    "source",  # the system that says so
)
_NAME = "%Y-%m-%dT%H%M%S%fZ"


@dataclass(frozen=True)
class Snapshot:
    """What was kept of one drop."""

    as_of: datetime  # naive UTC
    rows: pd.DataFrame  # COLUMNS


@dataclass(frozen=True)
class Album:
    """The snapshots that were kept before an instant, and the files that say nothing any more."""

    kept: tuple[Snapshot, ...] = ()  # oldest first
    spoilt: tuple[str, ...] = ()  # names of files


def snapshot_files(private: Path, before: datetime) -> tuple[Path, ...]:
    """Return the files of the snapshots taken before an instant, oldest first."""
    found = [(as_of, path) for path in (private / FOLDER).glob("*.parquet") if (as_of := _instant(path))]
    return tuple(path for as_of, path in sorted(found) if as_of < before)


def read_album(private: Path, before: datetime, secret: str) -> Album:
    """Return the snapshots taken before an instant; one that is cut off or was kept under another key is spoilt."""
    kept: list[Snapshot] = []
    spoilt: list[str] = []
    for path in snapshot_files(private, before):
        rows = _rows(path, _mark_of(secret))
        as_of = _instant(path)
        if rows is None or as_of is None:
            spoilt.append(path.name)
        else:
            kept.append(Snapshot(as_of, rows))
    return Album(tuple(kept), tuple(spoilt))


def keep_snapshot(private: Path, snapshot: Snapshot, secret: str) -> None:
    """Write a snapshot; nobody but the owner of the folder may read it."""
    folder = private / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    table = pa.Table.from_pandas(snapshot.rows[list(COLUMNS)], preserve_index=False)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as half:  # mode 0600
        pq.write_table(table.replace_schema_metadata({"key": _mark_of(secret)}), half, compression="zstd")
    Path(half.name).replace(folder / f"{snapshot.as_of.strftime(_NAME)}.parquet")


def digests(files: Iterable[Path]) -> Iterator[list[str]]:
    """Yield name and sha256 of each file; one that cannot be read, and so says nothing, has an empty one."""
    for path in files:
        try:
            yield [path.name, hashlib.sha256(path.read_bytes()).hexdigest()]
        except OSError:
            yield [path.name, ""]


def _instant(path: Path) -> datetime | None:
    """Return when the drop of a file was taken; None where its name says no such instant."""
    try:
        found = datetime.strptime(path.stem, _NAME)
    except ValueError:
        return None
    return found if found.year >= 1970 else None  # days about the first of all cannot be reckoned with


def _mark_of(secret: str) -> str:
    """Return what tells one key from another without giving it away."""
    return hashlib.sha256(f"mark {secret}".encode()).hexdigest()[:16]


def _rows(path: Path, mark: str) -> pd.DataFrame | None:
    try:
        table = pq.read_table(path, columns=list(COLUMNS))
    except (OSError, pa.ArrowException):
        return None
    is_ours = (table.schema.metadata or {}).get(b"key", b"") == mark.encode()
    return table.to_pandas() if is_ours and table.column_names == list(COLUMNS) and _is_text(table) else None


def _is_text(table: pa.Table) -> bool:
    """Whether all cells are texts, those of amounts and dates such that they can be read."""
    if not set(table.schema.types) <= {pa.string(), pa.large_string(), pa.null()}:
        return False
    try:
        table["amount"].cast(pa.decimal128(18, 6))
        table["close_date"].cast(pa.date32())
    except pa.ArrowException:
        return False
    return True
