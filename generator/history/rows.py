"""The rows of a drop as keyed hashes, kept in a private folder: which came late, changed or went since a version.

Nothing of it is ever published. A hash is no use without the key, which is made once and stays beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from generator.engine import Engine
from generator.errors import Mistake, PublishError
from generator.history.tracked import TRACKED, Tracked

#: The folder of a project that holds them; it stays out of every site and every repository.
PRIVATE = ".onefunnel"
_KEY, _ROWS = "key", "rows.parquet"
#: One row a watched row: table, key and row (keyed hashes), trait, day, first_seen (id of a drop).
COLUMNS = ("table", "key", "row", "trait", "day", "first_seen")
_KEY_BYTES = 32
_SEPARATOR = "chr(31)"


@dataclass(frozen=True)
class Kept:
    """The rows of the drop that a folder was last left with."""

    rows: pd.DataFrame
    drop: str  # which files and which instant they stand for, as `identity` says


def identity(exports: Mapping[str, str], as_of: datetime) -> str:
    """Return one text for the files (path -> sha256) and the instant of a drop."""
    told = json.dumps([sorted(exports.items()), as_of.isoformat()])
    return hashlib.sha256(told.encode()).hexdigest()


def kept_rows(folder: Path) -> Kept | None:
    """Return what `folder` holds, None where there is nothing that can be read.

    Without its key the rows say nothing: under a new one each of them would seem to have changed.
    """
    if not (folder / _KEY).is_file():
        return None
    try:
        table = pq.read_table(folder / _ROWS, columns=list(COLUMNS))
        drop = (table.schema.metadata or {}).get(b"drop", b"").decode()
    except (OSError, pa.ArrowException, UnicodeDecodeError):
        return None
    return Kept(table.to_pandas(), drop) if pa.types.is_timestamp(table.schema.field("day").type) else None


def keep_rows(folder: Path, kept: Kept) -> None:
    """Write `kept` in place of what `folder` held; nobody but the owner may read it."""
    _made(folder)
    table = pa.Table.from_pandas(kept.rows[list(COLUMNS)], preserve_index=False)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as half:  # mode 0600
        pq.write_table(table.replace_schema_metadata({"drop": kept.drop}), half, compression="zstd")
    Path(half.name).replace(folder / _ROWS)


def rows_of(engine: Engine, folder: Path, drop: str, known: Kept | None) -> pd.DataFrame:
    """Return COLUMNS for every watched row of the canonical tables; rows that `known` has keep their first_seen."""
    load_key(engine, secret_of(folder))
    parts = [engine.frame(_hashes(name, tracked)) for name, tracked in TRACKED.items()]
    rows = pd.concat(parts, ignore_index=True)
    rows["day"] = pd.to_datetime(rows["day"]).astype("datetime64[s]")
    seen = known.rows.set_index(["table", "key"])["first_seen"] if known else pd.Series(dtype="object")
    places = pd.MultiIndex.from_frame(rows[["table", "key"]])
    rows["first_seen"] = (seen.reindex(places).to_numpy() if len(seen) else None) if known else None
    rows["first_seen"] = rows["first_seen"].fillna(drop)
    engine.run("drop table row_secret")
    return rows[list(COLUMNS)].sort_values(["table", "key"], kind="stable", ignore_index=True)


def further_days(engine: Engine, folder: Path, changed: pd.DataFrame) -> pd.DataFrame:
    """Return `table`, `key` and `day` of the other days on which the rows of `changed` bear."""
    load_key(engine, secret_of(folder))
    engine.load("row_changed", changed[["table", "key"]].drop_duplicates(), {"table": "varchar", "key": "varchar"})
    found = [engine.frame(sql) for name, tracked in TRACKED.items() for sql in _also(name, tracked)]
    engine.run("drop table row_changed; drop table row_secret")
    return pd.concat(found, ignore_index=True)


def _also(table: str, tracked: Tracked) -> Iterator[str]:
    for sql in tracked.also:
        yield (
            f"select distinct '{table}' as \"table\", c.key, r.day from"
            f" (select {keyed(table, tracked.key(table))} as key, day from ({sql}) as s cross join row_secret) as r"
            f" inner join row_changed as c on c.\"table\" = '{table}' and c.key = r.key where r.day is not null"
        )


def _hashes(table: str, tracked: Tracked) -> str:
    return (
        f"select '{table}' as \"table\", {keyed(table, tracked.key(table))} as key,"
        f" {keyed(table, tracked.columns)} as row, {tracked.trait} as trait, cast({tracked.day} as date) as day"
        f" from canonical.{table} cross join row_secret"
    )


def keyed(table: str, columns: tuple[str, ...]) -> str:
    """Return SQL for the hash of some columns: twice with the key, as HMAC does it."""
    cells = f" || {_SEPARATOR} || ".join(f"coalesce(cast({name} as varchar), chr(30))" for name in columns)
    return f"left(sha256(secret || sha256(secret || '{table}' || {_SEPARATOR} || {cells})), 32)"


def load_key(engine: Engine, secret: str) -> None:
    """Give `keyed` its key, as the table `row_secret`."""
    engine.load("row_secret", pd.DataFrame({"secret": [secret]}), {"secret": "varchar"})


def new_secret() -> str:
    """Return a key that nobody has."""
    return secrets.token_hex(_KEY_BYTES)


def secret_of(folder: Path) -> str:
    """Return the key of `folder`, made on the first call."""
    keep_secret(folder, new_secret())
    return known_secret(folder) or ""


def keep_secret(folder: Path, secret: str) -> None:
    """Write the key of `folder`, unless it has one."""
    _made(folder)
    with suppress(FileExistsError):
        handle = os.open(folder / _KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret)


def known_secret(folder: Path) -> str | None:
    """Return the key of `folder`, None where it has none; PublishError where that is no key."""
    path = folder / _KEY
    if not path.is_file():
        return None
    found = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(f"[0-9a-f]{{{2 * _KEY_BYTES}}}", found):
        mend = "Restore the folder from a copy, or remove it: causes are unknown once."
        raise PublishError("The private record of rows cannot be read.", [Mistake(str(path), "is no key", mend)])
    return found


def _made(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
