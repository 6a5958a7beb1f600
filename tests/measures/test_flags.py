"""What stands beside a sound value."""

from __future__ import annotations

import pytest
from measures_bench import cell

from generator.measures import assemble, evaluate
from generator.measures.results import FLAG_COLUMNS
from generator.pages.cells import Cells


def flags(measured):
    return {tuple(row[1:]) for row in measured.flags.itertuples(index=False)}


def deals(*amounts, den=100, region="EMEA"):
    rows = "\n".join(f"d{n} | 2026-04-02 12:00 | {num} | {den} | {region}" for n, num in enumerate(amounts))
    return f"unit | moment | num | den | region\n{rows}"


def test_one_row_above_a_quarter_of_the_numerator_is_flagged(november):
    measured = november.measure("ratio", deals(26, 25, 25, 24), by=("region",), grains=("month",))
    assert flags(measured) == {("2026-04", "all", "concentrated"), ("2026-04", "region=EMEA", "concentrated")}
    assert tuple(measured.flags.columns) == FLAG_COLUMNS


@pytest.mark.parametrize("amounts", [(25, 25, 25, 25), (1, 1, 0), (0, 0), (-5, -1)])
def test_what_is_spread_counted_or_nothing_is_not_flagged(november, amounts):
    assert not flags(november.measure("ratio", deals(*amounts), grains=("month",)))


def test_a_cell_without_a_value_bears_no_flag(november):
    measured = november.measure("ratio", deals(90, 10, den=0), grains=("month",))
    assert cell(measured, "2026-04")["status"] == "zero_denominator"
    assert not flags(measured)


def test_growth_over_a_shorter_period_before_says_so(november):
    units = "unit | moment\na | 2025-11-05 12:00\nb | 2026-02-10 12:00\nc | 2026-11-05 12:00\nd | 2026-10-05 12:00"
    heads = november.measure("count", units, grains=("month",))
    periods = heads.periods
    shorter = periods.frame.assign(exhausted=True)
    exhausted = type(periods)(shorter, periods.before, periods.local_days)
    growth = evaluate("metric / prior(metric) - 1", "growth", type(heads)(heads.metrics, exhausted))
    assert ("2026-11", "all", "prior_exhausted") in flags(growth)
    assert not flags(evaluate("metric / prior(metric) - 1", "growth", heads))


def test_pages_find_the_flags_of_a_cell(november):
    measured = november.measure("ratio", deals(90, 10), grains=("month",))
    found = Cells(assemble(measured, measured.cells, [], november.periods()))
    assert found.flags("metric", "2026-04") == {"concentrated"}
    assert not found.flags("metric", "2026-05")
