"""The private record of rows: what is spoilt in it is not believed."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from generator.engine import open_engine
from generator.errors import PublishError
from generator.history.rows import COLUMNS, Kept, further_days, keep_rows, kept_rows

ROWS = pd.DataFrame({name: ["x"] for name in COLUMNS} | {"day": pd.to_datetime(["2026-11-01"]).astype("datetime64[s]")})
KEY = "0" * 64


@pytest.fixture
def folder(tmp_path):
    keep_rows(tmp_path, Kept(ROWS, "drop"))
    (tmp_path / "key").write_text(KEY)
    return tmp_path


def test_what_was_kept_is_read_back(folder):
    kept = kept_rows(folder)
    assert kept.drop == "drop"
    assert kept.rows.astype(str).equals(ROWS.astype(str))


def test_rows_whose_key_was_lost_tell_nothing(folder):
    (folder / "key").unlink()
    assert kept_rows(folder) is None


@pytest.mark.parametrize("table", [{"a": ["x"]}, {name: ["x"] for name in COLUMNS}])
def test_rows_of_another_shape_tell_nothing(folder, table):
    pq.write_table(pa.table(table), folder / "rows.parquet")
    assert kept_rows(folder) is None


@pytest.mark.parametrize("spoil", [b"", b"short", b"\xff\xfe", b"0" * 63])
def test_a_key_that_is_none_is_named_and_nothing_is_hashed_without_one(folder, spoil):
    (folder / "key").write_bytes(spoil)
    with open_engine("duckdb") as engine, pytest.raises(PublishError, match="key: is no key"):
        further_days(engine, folder, ROWS)
