"""Numbers that cannot be counted with are left out and told, never summed wrongly."""

from __future__ import annotations

import pytest
from measures_bench import cell

FLOAT = {"value": "double", "num": "double", "den": "double"}


def values(*drawn):
    rows = "\n".join(f"u{n} | 2026-0{4 + n // 4}-02 12:00 | {value}" for n, value in enumerate(drawn))
    return f"unit | moment | value\n{rows}"


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("inf", "excluded_not_finite"),
        ("-inf", "excluded_not_finite"),
        ("nan", "excluded_not_finite"),
        ("1e300", "excluded_too_large"),
        ("-1e16", "excluded_too_large"),
    ],
)
@pytest.mark.parametrize("kind", ["sum", "mean"])
def test_a_number_beyond_all_numbers_leaves_the_figure_and_is_told(november, kind, number, status):
    measured = november.measure(kind, values(10, 20, 30, number, 5), types=FLOAT)
    april = cell(measured, "2026-04")
    assert (april["value"], april["n"], april["status"]) == ({"sum": 60, "mean": 20}[kind], 3, status)
    may = cell(measured, "2026-05")
    assert (may["value"], may["n"], may["status"]) == (5, 1, "ok")
    if kind == "mean":
        assert cell(measured, "2026-04", metric="metric.median")["value"] == 20


def test_of_nothing_but_such_numbers_there_is_no_figure(november):
    april = cell(november.measure("sum", values("inf"), types=FLOAT), "2026-04")
    assert (april["value"], april["n"], april["status"]) == (None, 0, "excluded_not_finite")


def test_the_largest_number_that_counts_still_counts(november):
    april = cell(november.measure("sum", values("1e15", "-1e15", "0.25"), types=FLOAT), "2026-04")
    assert (april["value"], april["n"], april["status"]) == (0.25, 3, "ok")


def test_a_row_leaves_both_sides_of_a_ratio(november):
    units = """
    unit | moment           | num | den
    a    | 2026-04-02 12:00 | 1   | 2
    b    | 2026-04-02 12:00 | nan | 6
    c    | 2026-04-02 12:00 | 1   | 2
    """
    april = cell(november.measure("ratio", units, types=FLOAT), "2026-04")
    assert (april["value"], april["denominator"], april["n"]) == (0.5, 4, 2)
    assert april["status"] == "excluded_not_finite"


def test_a_missing_exchange_rate_says_more_than_a_number_left_out(november):
    units = """
    unit | moment           | value | gap
    a    | 2026-04-02 12:00 | inf   |
    b    | 2026-04-02 12:00 |       | missing_fx
    """
    april = cell(november.measure("sum", units, types=FLOAT), "2026-04")
    assert (april["value"], april["status"]) == (None, "missing_fx")


def test_sums_beyond_64_bits_are_sums(november):
    units = values(9_000_000_000_000, 9_000_000_000_000)
    april = cell(november.measure("sum", units, types={"value": "hugeint"}), "2026-04")
    assert (april["value"], april["status"]) == (18_000_000_000_000, "ok")
