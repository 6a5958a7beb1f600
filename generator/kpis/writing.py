"""Writes results as CSV, JSON or Parquet: the same inputs, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from numbers import Integral
from pathlib import Path

import click
import numpy as np
import pandas as pd

from generator.measures.results import CELL_COLUMNS, Results

ENDINGS = (".csv", ".json", ".parquet")


def write_results(results: Results, path: Path) -> None:
    """Write the cells of `results` to `path`, in the form that its ending names; UsageError for any other ending."""
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise click.UsageError(f"{path.name}: results are written as {', '.join(ENDINGS)}.")
    cells = results.cells[list(CELL_COLUMNS)]
    if ending == ".parquet":
        cells.to_parquet(path, index=False, compression="zstd")
    else:
        text = csv_text(cells) if ending == ".csv" else json_text(cells)
        path.write_bytes(text.encode("utf-8"))


def cell_lines(results: Results) -> dict[str, list[str]]:
    """Return the lines of kpis.csv by metric id, each with its line end; `csv_header` goes before them."""
    cells = results.cells[list(CELL_COLUMNS)]
    lines = _csv_lines(cells)
    metric_ids = cells["metric_id"].to_numpy(dtype=object)
    begins = np.flatnonzero(np.append(True, metric_ids[1:] != metric_ids[:-1])) if len(lines) else np.zeros(0, int)
    ends = [*begins[1:].tolist(), len(lines)]
    return {str(metric_ids[at]): lines[at:end] for at, end in zip(begins.tolist(), ends, strict=False)}


def csv_header(columns: Iterable[str] = CELL_COLUMNS) -> str:
    """Return the first line of a CSV with these columns."""
    return ",".join(_csv_text(str(name)) for name in columns) + "\n"


def csv_text(frame: pd.DataFrame) -> str:
    """Return `frame` as CSV: plain decimals, empty for none, texts that a spreadsheet would run neutralised."""
    return csv_header(frame.columns) + "".join(_csv_lines(frame))


def json_text(frame: pd.DataFrame) -> str:
    """Return `frame` as JSON: an object of `columns`, their names, and `rows`, one list a row and line.

    Numbers are plain decimals, null for none.
    """
    columns = [_told(frame[name], json.dumps, "null") for name in frame.columns]
    rows = ",\n".join("[" + ",".join(row) + "]" for row in zip(*columns, strict=True))
    names = json.dumps([str(name) for name in frame.columns])
    return f'{{"columns": {names},\n"rows": [\n{rows}\n]}}\n' if rows else f'{{"columns": {names}, "rows": []}}\n'


def plain(number: float) -> str:
    """Return the shortest decimal that reads back as `number`, without an exponent: `0.00001`, `3`, `-2.5`."""
    text = repr(float(number))
    if "e" in text:
        text = format(Decimal(text), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def neutral(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula; numbers stay as they are."""
    if not text or not (text[0] in "=+-@" or ord(text[0]) < 32 or ord(text[0]) == 127):
        return text
    return text if _is_number(text) else f"'{text}"


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdecimal() and text.isascii() and text[1:2] not in ("+", "-")


def _csv_lines(frame: pd.DataFrame) -> list[str]:
    columns = [_told(frame[name], _csv_text, "") for name in frame.columns]
    return [f"{line}\n" for line in map(",".join, zip(*columns, strict=True))]


def _csv_text(text: str) -> str:
    """Return a text as a CSV cell: neutralised, and quoted where it must be."""
    safe = neutral(text)
    return '"' + safe.replace('"', '""') + '"' if any(mark in safe for mark in ',"\r\n') else safe


def _told(column: pd.Series, text_of: Callable[[str], str], nothing: str) -> list[str]:
    """Return a column cell by cell as text."""
    if column.dtype == object:  # of all kinds: 1, 1.0 and True would count as one value
        return [nothing if pd.isna(value) else _one_told(value, text_of) for value in column]
    # Most values repeat, and each is written once.
    codes, known = pd.factorize(column)
    told = [_one_told(value, text_of) for value in known.tolist()]
    texts = np.array([*told, nothing], dtype=object)  # the last answers for what is missing, whose code is -1
    return list(texts[codes])


def _one_told(value: object, text_of: Callable[[str], str]) -> str:
    if isinstance(value, float):
        return plain(value)
    return str(value) if isinstance(value, Integral) and not isinstance(value, bool) else text_of(str(value))
