"""What was said first: the value of each headline in the version in which its period was over for the first time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from generator.history.earlier import Earlier
from generator.measures.scopes import ALL

FILE = "first.parquet"
#: metric_id, period, value (float) and drop, the id of the drop that said it; the whole only.
COLUMNS = ("metric_id", "period", "value", "drop")


def first_told(earlier: Earlier | None, cells: pd.DataFrame, drop: str) -> pd.DataFrame:
    """Return COLUMNS: what earlier versions said first, and what `cells` (today's results) are the first to say."""
    known = _known(earlier) if earlier else _closed(cells.iloc[:0], drop)
    both = pd.concat([known, _closed(cells, drop)], ignore_index=True)
    first = both.drop_duplicates(["metric_id", "period"], keep="first")
    return first.sort_values(["metric_id", "period"], kind="stable", ignore_index=True)


def write_first(first: pd.DataFrame, folder: Path) -> None:
    """Write `first` into the data folder of a version."""
    first.to_parquet(folder / FILE, index=False, compression="zstd")


def by_metric(first: pd.DataFrame) -> Mapping[str, Mapping[str, float]]:
    """Return the values by metric, then by period."""
    found: dict[str, dict[str, float]] = {}
    for metric, period, value in zip(first["metric_id"], first["period"], first["value"], strict=True):
        found.setdefault(str(metric), {})[str(period)] = float(value)
    return found


def _known(earlier: Earlier) -> pd.DataFrame:
    try:
        return pd.read_parquet(earlier.folder / FILE)[list(COLUMNS)]
    except (OSError, ValueError, KeyError):
        return _closed(earlier.cells, earlier.drop)  # it kept none: what it said itself is the first that is known


def _closed(cells: pd.DataFrame, drop: str) -> pd.DataFrame:
    is_head = ~cells["metric_id"].astype(str).str.contains(".", regex=False)
    is_told = (cells["scope"] == ALL) & (cells["cut"] == "") & (cells["period"] != ALL) & cells["value"].notna()
    return cells.loc[is_head & is_told, ["metric_id", "period", "value"]].assign(drop=drop).astype({"drop": "object"})
