"""Writes results as CSV, JSON or Parquet: the same inputs, the same bytes."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from numbers import Integral
from pathlib import Path

import click
import pandas as pd

from generator.measures.results import CELL_COLUMNS, Results

_NUMBERS = frozenset({"value", "numerator", "denominator", "low", "high", "target", "attainment"})
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


def csv_text(frame: pd.DataFrame) -> str:
    """Return `frame` as CSV: plain decimals, empty for none, texts that a spreadsheet would run neutralised."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([neutral(str(name)) for name in frame.columns])
    columns = [[_csv_cell(value) for value in frame[name]] for name in frame.columns]
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue()


def json_text(frame: pd.DataFrame) -> str:
    """Return `frame` as a JSON list of objects, one a line; numbers are plain decimals, null for none."""
    columns = {str(name): [_json_cell(value, str(name) in _NUMBERS) for value in frame[name]] for name in frame.columns}
    lines = [
        "{" + ", ".join(f"{json.dumps(name)}: {cell}" for name, cell in zip(columns, row, strict=True)) + "}"
        for row in zip(*columns.values(), strict=True)
    ]
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def plain(number: float) -> str:
    """Return the shortest decimal that reads back as `number`, without an exponent: `0.00001`, `3`, `-2.5`."""
    text = format(Decimal(repr(float(number))), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def neutral(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula; numbers stay as they are."""
    if not text or not (text[0] in "=+-@" or ord(text[0]) < 32 or ord(text[0]) == 127):
        return text
    return text if _is_number(text) else f"'{text}"


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdecimal() and text.isascii() and text[1:2] not in ("+", "-")


def _is_none(value: object) -> bool:
    return value is None or bool(pd.isna(value))  # type: ignore[call-overload]


def _csv_cell(value: object) -> str:
    if _is_none(value):
        return ""
    return plain(value) if isinstance(value, float) else neutral(str(value))


def _json_cell(value: object, is_number: bool) -> str:
    if _is_none(value):
        return "null"
    if is_number or isinstance(value, float):
        return plain(float(str(value)))
    return str(value) if isinstance(value, Integral) and not isinstance(value, bool) else json.dumps(str(value))
