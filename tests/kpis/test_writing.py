"""Results as files."""

from __future__ import annotations

import csv
import io
import json

import click
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kpi_bench import kpi_text

from generator.kpis.writing import cell_lines, csv_header, csv_text, json_text, neutral, plain, write_results
from generator.measures.results import CELL_COLUMNS


@pytest.fixture
def results(spring):
    return spring.measure(kpi_text()).results


def test_csv_has_the_columns_of_the_contract_in_their_order(results, tmp_path):
    write_results(results, tmp_path / "kpis.csv")
    rows = list(csv.DictReader((tmp_path / "kpis.csv").open(encoding="utf-8")))
    assert tuple(rows[0]) == CELL_COLUMNS
    april = next(row for row in rows if (row["period"], row["scope"]) == ("2026-04", "all"))
    assert april["value"] == "0.6666666666666666"
    assert (april["numerator"], april["n"], april["target"], april["cut"]) == ("2", "3", "", "")


def test_json_says_the_same_as_the_frame(results, tmp_path):
    write_results(results, tmp_path / "kpis.json")
    found = json.loads((tmp_path / "kpis.json").read_text(encoding="utf-8"))
    assert tuple(found["columns"]) == CELL_COLUMNS
    read = pd.concat([pd.DataFrame(one) for one in found["series"]]).reindex(columns=found["columns"])
    key = ["metric_id", "period", "scope"]
    texts = read[["target_status", "cut"]].astype("object").fillna("")
    read = read.assign(**texts).sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(read, results.cells, check_dtype=False)


def test_a_series_says_once_what_is_always_the_same_and_nothing_of_what_there_is_not():
    cells = pd.DataFrame(
        {"metric_id": "a", "period": ["2025", "2025", "2026"], "scope": ["all", "x=1", "all"], "value": [1.0, None, 2],
         "n": pd.Series([3, None, 3], dtype="Int64"), "low": None, "status": ["ok", "pending", "ok"], "cut": ""}
    ).astype({"low": "float64"})  # fmt: skip
    assert json.loads(json_text(cells))["series"] == [
        {"metric_id": "a", "scope": "all", "period": ["2025", "2026"], "value": [1, 2], "n": 3, "status": "ok"},
        {"metric_id": "a", "scope": "x=1", "period": ["2025"], "status": "pending"},
    ]


def test_parquet_reads_back_as_the_frame(results, tmp_path):
    write_results(results, tmp_path / "kpis.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "kpis.parquet"), results.cells, check_dtype=False)


@pytest.mark.parametrize("name", ["kpis.csv", "kpis.json", "kpis.parquet"])
def test_the_same_results_are_the_same_bytes(results, tmp_path, name):
    written = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_results(results, tmp_path / folder / name)
        written.append((tmp_path / folder / name).read_bytes())
    assert written[0] == written[1]


def test_another_ending_is_a_wrong_option(results, tmp_path):
    with pytest.raises(click.UsageError, match=r"\.csv, \.json, \.parquet"):
        write_results(results, tmp_path / "kpis.xlsx")


@pytest.mark.parametrize(
    ("number", "text"),
    [(1e-7, "0.0000001"), (1e22, "10000000000000000000000"), (3.0, "3"), (-0.0, "0"), (0.1, "0.1"), (-2.50, "-2.5")],
)
def test_numbers_are_plain_decimals(number, text):
    assert plain(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_plain_decimal_reads_back_as_the_number(number):
    assert float(plain(number)) == number
    assert "e" not in plain(number).lower()


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\tx", "\rx", "\x00x", "--1", "+-1"]
)
def test_texts_that_a_spreadsheet_would_run_are_neutralised(text):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "-1", "+1.5", "-0.25", "webinar", "a=b", "2026-04"])
def test_numbers_and_plain_texts_stay_as_they_are(text):
    assert neutral(text) == text


def test_a_hostile_scope_is_neutralised_in_csv_and_stays_itself_in_json():
    frame = pd.DataFrame({"scope": ["=cmd()", 'a"b,c']})
    assert list(csv.reader(io.StringIO(csv_text(frame)))) == [["scope"], ["'=cmd()"], ['a"b,c']]
    cells = frame.assign(metric_id="a", period="2026")
    assert [one["scope"] for one in json.loads(json_text(cells))["series"]] == ["=cmd()", 'a"b,c']


def test_the_lines_are_those_of_the_whole_file(results, tmp_path):
    write_results(results, tmp_path / "kpis.csv")
    lines = cell_lines(results)
    assert len(lines) == len(results.cells)
    assert csv_header() + "".join(lines) == (tmp_path / "kpis.csv").read_text(encoding="utf-8")


def test_values_of_all_kinds_are_told_apart():
    mixed = pd.DataFrame({"value": pd.Series([1, True, 1.0, "1", None, 1e-7], dtype="object"), "n": 1})
    assert csv_text(mixed) == "value,n\n1,1\nTrue,1\n1,1\n1,1\n,1\n0.0000001,1\n"


def test_nothing_is_an_empty_list():
    none = pd.DataFrame(columns=["metric_id", "period", "scope"], dtype="str")
    assert json.loads(json_text(none)) == {"columns": ["metric_id", "period", "scope"], "series": []}
    assert csv_text(pd.DataFrame(columns=["a", "b"])) == "a,b\n"
