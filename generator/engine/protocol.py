"""What the rest of the house asks of a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa


class Engine(Protocol):
    """A database that holds canonical tables (schema `canonical`) and facts (default schema)."""

    dialect: str  # sqlglot's name of the SQL it speaks

    def run(self, sql: str) -> None:
        """Run one or more statements that return nothing of interest; EngineError when one fails."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query as tuples."""

    def frame(self, sql: str) -> pd.DataFrame:
        """Return a query as a pandas frame (decimals become floats, timestamps are naive UTC)."""

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Yield a query part by part as Arrow: decimals exact, texts without a Python object each."""

    def load(self, table: str, frame: pd.DataFrame, types: Mapping[str, str]) -> None:
        """Create or replace `table` with the columns of `types` (name -> SQL type), filled from `frame`."""

    def shorten(self, table: str, column: str) -> None:
        """Hold a text column of few members in less memory; it reads, compares and sorts as before."""

    def fingerprint(self, table: str) -> str:
        """Return a text that is another one when rows, columns or types of a table or view are; "" without such one."""

    def interrupt(self) -> None:
        """Stop the query that is running, if any, from another thread; it ends in an EngineError."""

    def beside(self) -> Engine:
        """Return a further connection to the same tables, for another thread; temporary tables are its own."""

    def seal(self) -> None:
        """Refuse files, network and settings from here on: what follows may be written by anybody."""

    def close(self) -> None:
        """Release the database."""
