"""DuckDB as the engine: in memory, spilling to a private temporary folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

import click
import duckdb
import pandas as pd
import pyarrow as pa

from generator.errors import EngineError, printable

#: Of the memory that is allowed; the rest is for what is worked out beside the database.
_SHARE = 0.75
_BATCH = 200_000  # rows; large enough that a part costs nothing, small enough to hold a few


class Connection:
    """One connection to a database; a thread needs one of its own."""

    dialect = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def run(self, sql: str) -> None:
        """Run one or more statements that return nothing of interest."""
        self._execute(sql).fetchall()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query as tuples."""
        return self._execute(sql).fetchall()

    def frame(self, sql: str) -> pd.DataFrame:
        """Return a query as a pandas frame."""
        return self._execute(sql).df()

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Yield a query part by part; it is not over, and holds the connection, until the last part was asked for."""
        try:
            yield from self.connection.sql(sql).to_arrow_reader(_BATCH)
        except (duckdb.Error, OSError) as problem:  # what fails under way is told as an OSError
            raise EngineError(f"The database failed: {problem}") from problem

    def load(self, table: str, frame: pd.DataFrame, types: Mapping[str, str]) -> None:
        """Create or replace `table` from `frame`; missing columns become null."""
        columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        self.run(f"create or replace table {table} ({columns})")
        if frame.empty:
            return
        present = [name for name in types if name in frame.columns]
        self.connection.register("incoming_frame", frame[present])
        try:
            names = ", ".join(f'"{name}"' for name in present)
            casts = ", ".join(f'cast("{name}" as {types[name]})' for name in present)
            self.run(f"insert into {table} ({names}) select {casts} from incoming_frame")
        finally:
            self.connection.unregister("incoming_frame")

    def shorten(self, table: str, column: str) -> None:
        """Hold a text column of few members in less memory; it reads, compares and sorts as before.

        A query that returns the column as it is returns an enumeration: casts make it text again.
        """
        found = self.rows(f'select distinct "{column}" from {table} where "{column}" is not null order by 1')
        if found:
            members = ", ".join("'" + str(member).replace("'", "''") + "'" for (member,) in found)
            short = f"enum({members})"
            # Rows that were deleted lie on in the table with what they held, and are converted like the rest.
            self.run(f'alter table {table} alter "{column}" type {short} using try_cast("{column}" as {short})')

    def fingerprint(self, table: str) -> str:
        """Return a text that is another one when rows, columns or types of a table or view are; "" without such one."""
        try:
            columns = self.rows(f'describe main."{table}"')  # the catalogue's own tables list all columns there are
        except EngineError as problem:
            if "does not exist" in problem.summary:
                return ""
            raise
        rows = self.rows(f'select count(*), sum(hash(t)) from main."{table}" as t')  # a sum knows no order
        return repr((columns, rows))

    def interrupt(self) -> None:
        """Stop the query that is running, if any; callable from another thread."""
        self.connection.interrupt()

    def beside(self) -> Connection:
        """Return a further connection to the same database, for another thread; close it before the engine."""
        return Connection(self.connection.cursor())

    def seal(self) -> None:
        """Refuse files, network and settings from here on."""
        self.run("set enable_external_access = false; set lock_configuration = true")

    def close(self) -> None:
        """Let the connection go."""
        self.connection.close()

    def _execute(self, sql: str) -> duckdb.DuckDBPyConnection:
        try:
            return self.connection.execute(sql)
        except duckdb.Error as problem:
            raise EngineError(f"The database failed: {problem}") from problem


class DuckDbEngine(Connection):
    """The default engine; use as a context manager so that the database and its spill folder go away.

    memory_limit: what the whole process may take, about; such as 2GB. What does not fit waits on disk.
    """

    def __init__(self, memory_limit: str = "2GB", threads: int | None = None) -> None:
        self._spill = tempfile.TemporaryDirectory(prefix="onefunnel-")
        config: dict[str, Any] = {
            "memory_limit": _share_of(memory_limit),
            "temp_directory": self._spill.name,
            # Nothing may be fetched: the site is built offline and the same way everywhere.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads is not None:
            config["threads"] = threads
        super().__init__(duckdb.connect(":memory:", config=config))
        # Of every connection: a later one begins with what is set globally.
        self.connection.execute("set global TimeZone = 'UTC'; set TimeZone = 'UTC'; set enable_progress_bar = false")
        self.connection.execute("create schema canonical")

    def close(self) -> None:
        """Release the database and its spill folder."""
        super().close()
        self._spill.cleanup()

    def __enter__(self) -> DuckDbEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _share_of(memory: str) -> str:
    """Return the part of a text such as 2GB that the database may take."""
    number = memory.rstrip("BGMi ")
    return f"{float(number) * _SHARE:.3f}{memory[len(number) :].strip()}"


def open_engine(url: str = "duckdb", memory_limit: str = "2GB", threads: int | None = None) -> DuckDbEngine:
    """Return the engine that `url` names; click.UsageError for one we do not have."""
    if url != "duckdb":
        raise click.UsageError(f"Unknown engine '{printable(url)}'. Engines: duckdb.")
    return DuckDbEngine(memory_limit, threads)
