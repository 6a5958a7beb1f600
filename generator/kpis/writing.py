"""Writes results as CSV, JSON or Parquet: the same inputs, the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from numbers import Integral
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
import pandas as pd

from generator.measures.results import CELL_COLUMNS, Results

Codes = npt.NDArray[np.intp]
Texts = npt.NDArray[Any]  # of str

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


def cell_lines(results: Results) -> list[str]:
    """Return the lines of kpis.csv in their order, each with its line end; `csv_header` goes before them."""
    return _csv_lines(results.cells[list(CELL_COLUMNS)])


def csv_header(columns: Iterable[str] = CELL_COLUMNS) -> str:
    """Return the first line of a CSV with these columns."""
    return ",".join(_csv_text(str(name)) for name in columns) + "\n"


def csv_text(frame: pd.DataFrame) -> str:
    """Return `frame` as CSV: plain decimals, empty for none, texts that a spreadsheet would run neutralised."""
    return csv_header(frame.columns) + "".join(_csv_lines(frame))


def json_text(cells: pd.DataFrame) -> str:
    """Return `cells` (CELL_COLUMNS) as JSON: an object of `columns`, their names, and `series`, an object a line.

    A series is what one metric says of one scope: `metric_id`, `scope`, `period` as a list, and the other columns as
    lists beside it. A column with one and the same entry throughout gives it once; one without any is left out.
    Numbers are plain decimals, null for none.
    """
    names = [name for name in cells.columns if name not in ("metric_id", "scope")]
    order, begins = _series(cells)
    ends = np.append(begins[1:], len(order))
    lines = [
        f'{{"metric_id":{json.dumps(metric)},"scope":{json.dumps(scope)}'
        for metric, scope in cells[["metric_id", "scope"]].iloc[order[begins]].itertuples(index=False)
    ]
    for name in names:
        codes, texts = _coded(cells[name], json.dumps, "null")
        for place, entries in enumerate(_entries(codes[order], texts, begins, ends, is_list=name == "period")):
            lines[place] += f',"{name}":{entries}' if entries else ""
    series = ",\n".join(f"{line}}}" for line in lines)
    return f'{{"columns": {json.dumps([str(name) for name in cells.columns])},\n"series": [\n{series}\n]}}\n'


def _series(cells: pd.DataFrame) -> tuple[Codes, Codes]:
    """Return the cells in the order of metric and scope, and where in it each of their pairs begins."""
    metric, scope = (_ranks(cells[name]) for name in ("metric_id", "scope"))
    order = np.lexsort((scope, metric))  # stable: the periods stay as they are
    is_new = (np.diff(metric[order], prepend=-1) != 0) | (np.diff(scope[order], prepend=-1) != 0)
    return order, np.flatnonzero(is_new)


def _ranks(texts: pd.Series) -> Codes:
    """Return the place of each text among all."""
    codes, _ = pd.factorize(texts, sort=True)
    return codes


def _entries(codes: Codes, texts: Texts, begins: Codes, ends: Codes, *, is_list: bool) -> Iterator[str]:
    """Yield the entries of one column in every series: a list, or one text where all are the same, "" for nothing."""
    if not len(begins):
        return
    same = np.minimum.reduceat(codes, begins) == np.maximum.reduceat(codes, begins)
    for begin, end, is_same in zip(begins.tolist(), ends.tolist(), same.tolist(), strict=True):
        if is_same and not is_list:
            text = texts[codes[begin]]
            yield "" if text in ("null", '""') else text
        else:
            yield f"[{','.join(texts[codes[begin:end]])}]"


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
    codes, texts = _coded(column, text_of, nothing)
    return list(texts[codes])


def _coded(column: pd.Series, text_of: Callable[[str], str], nothing: str) -> tuple[Codes, Texts]:
    """Return a column as the places of its cells among texts: most values repeat, and each is written once."""
    if column.dtype == object:  # of all kinds: 1, 1.0 and True would count as one value
        cells = [nothing if pd.isna(value) else _one_told(value, text_of) for value in column]
        return np.arange(len(cells)), np.array(cells, dtype=object)
    codes, known = pd.factorize(column)
    told = [_one_told(value, text_of) for value in known.tolist()]
    return codes, np.array([*told, nothing], dtype=object)  # the last answers for what is missing, whose code is -1


def _one_told(value: object, text_of: Callable[[str], str]) -> str:
    if isinstance(value, float):
        return plain(value)
    return str(value) if isinstance(value, Integral) and not isinstance(value, bool) else text_of(str(value))
