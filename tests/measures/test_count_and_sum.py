"""Counts and sums: placing units in periods and splits."""

from __future__ import annotations

import pandas as pd
import pytest
from measures_bench import cell

from generator.errors import KpiError


def test_a_unit_belongs_to_every_period_that_holds_its_local_day(november):
    measured = november.measure(
        "count",
        """
        unit | moment
        a    | 2026-04-30 23:59
        b    | 2026-05-01 00:00
        """,
    )
    values = {period: cell(measured, period)["value"] for period in ("2026-04", "2026-05", "2026Q2", "2026", "all")}
    assert values == {"2026-04": 1, "2026-05": 1, "2026Q2": 2, "2026": 2, "all": 2}
    assert cell(measured, "2026-W18")["value"] == 2


def test_from_the_first_unit_on_a_period_without_units_is_a_real_zero(november):
    measured = november.measure("count", "unit | moment\na | 2026-08-03 12:00")
    months = measured.cells[measured.cells["period"].str.fullmatch(r"\d{4}-\d\d")]
    assert dict(zip(months["period"], months["value"], strict=True)) == {
        "2026-08": 1,
        "2026-09": 0,
        "2026-10": 0,
        "2026-11": 0,
    }


def test_a_part_period_ends_with_the_last_completed_day_and_says_so(november):
    measured = november.measure(
        "count",
        """
        unit | moment
        a    | 2026-11-19 23:00
        b    | 2026-11-20 00:00
        """,
    )
    month = cell(measured, "2026-11")
    assert (month["value"], month["cut"]) == (1, "2026-11-19")
    assert (cell(measured)["value"], cell(measured)["cut"]) == (2, "")


def test_its_twin_is_cut_at_the_same_business_day(november):
    measured = november.measure(
        "count",
        """
        unit | moment
        a    | 2026-10-20 12:00
        b    | 2026-10-21 12:00
        c    | 2026-11-02 12:00
        """,
    )
    assert cell(measured, "2026-11", comparison="mom")["value"] == 1
    assert cell(measured, "2026-10")["value"] == 2


def test_a_unit_that_is_left_out_counts_nowhere(november):
    measured = november.measure(
        "sum",
        """
        unit | moment           | value | excluded
        a    | 2026-04-02 12:00 | 10    |
        b    | 2026-04-02 12:00 | 99    | test
        """,
    )
    april = cell(measured, "2026-04")
    assert (april["value"], april["n"]) == (10, 1)


def test_a_unit_without_a_value_leaves_the_sum_and_is_not_read_as_zero(november):
    measured = november.measure(
        "sum",
        """
        unit | moment           | value
        a    | 2026-04-02 12:00 | 10
        b    | 2026-04-02 12:00 |
        c    | 2026-04-02 12:00 | 0
        """,
    )
    assert cell(measured, "2026-04")["n"] == 2


def test_one_missing_rate_withholds_its_cells_and_no_others(november):
    measured = november.measure(
        "sum",
        """
        unit | moment           | value | gap        | region
        a    | 2026-04-02 12:00 | 10    |            | EMEA
        b    | 2026-04-02 12:00 |       | missing_fx | JP
        c    | 2026-05-02 12:00 | 5     |            | JP
        """,
        by=("region",),
    )
    for scope, expected in {"all": None, "region=JP": None, "region=EMEA": 10}.items():
        found = cell(measured, "2026-04", scope)
        assert found["value"] == expected
        assert found["status"] == ("ok" if expected else "missing_fx")
    assert cell(measured, "2026-05")["value"] == 5
    assert cell(measured)["status"] == "missing_fx"


def test_missing_and_recorded_unknown_are_two_members_and_odd_characters_are_encoded(november):
    measured = november.measure(
        "count",
        pd.DataFrame(
            {
                "unit": list("abcde"),
                "moment": "2026-04-02 12:00",
                "channel": [None, "Unknown", "unknown", "a;b=c%d", "x\ty"],
            }
        ),
        by=("channel",),
        grains=("all",),
    )
    values = dict(zip(measured.cells["scope"], measured.cells["value"], strict=True))
    assert values == {
        "all": 5,
        "channel=Unknown": 1,
        "channel=unknown (recorded)": 2,
        "channel=a%3Bb%3Dc%25d": 1,
        "channel=x%09y": 1,
    }


def test_snapshots_name_their_period_themselves(november):
    periods = november.periods().frame
    april = periods.index[periods["label"].eq("2026-04") & periods["role"].eq("own")][0]
    measured = november.measure("sum", f"unit | period | value\na | {april} | 7\nb | {april} | 8")
    assert cell(measured, "2026-04")["value"] == 15
    assert cell(measured, "2026-03") is None
    assert cell(measured, "2026-05")["value"] == 0


def test_days_are_placed_as_they_are(november):
    measured = november.measure("count", "unit | moment\na | 2026-04-30", types={"moment": "date"})
    assert cell(measured, "2026-04")["value"] == 1


def test_only_the_wanted_grains_are_measured(november):
    measured = november.measure("count", "unit | moment\na | 2026-04-30 12:00", grains=("quarter",))
    assert set(measured.cells["period"]) == {"2026Q2", "2026Q3", "2026Q4"}


def test_shares_within_a_dimension_carry_the_whole_as_denominator(november):
    measured = november.measure(
        "count",
        """
        unit | moment           | reason   | region
        a    | 2026-04-02 12:00 | not_icp  | EMEA
        b    | 2026-04-02 12:00 | not_icp  | NA
        c    | 2026-04-02 12:00 | no_money | NA
        """,
        by=("reason", "region"),
        within="reason",
    )
    found = cell(measured, "2026-04", "reason=not_icp")
    assert (found["value"], found["numerator"], found["denominator"]) == (2, 2, 3)
    found = cell(measured, "2026-04", "reason=not_icp;region=NA")
    assert (found["value"], found["numerator"], found["denominator"]) == (1, 1, 2)


def test_floats_are_summed_exactly_and_what_is_no_number_is_missing(november):
    values = [0.1] * 10 + [float("nan"), float("inf")]
    units = pd.DataFrame({"unit": range(12), "moment": "2026-04-02 12:00", "value": values})
    found = cell(november.measure("sum", units, types={"value": "double"}), "2026-04")
    assert (found["value"], found["n"]) == (1.0, 10)


def test_no_rows_at_all_give_no_cells(november):
    measured = november.measure("count", pd.DataFrame({"unit": [], "moment": []}), by=())
    assert measured.frame.empty


def test_a_missing_column_is_named(november):
    with pytest.raises(KpiError, match="no column 'value'"):
        november.measure("sum", "unit | moment\na | 2026-04-02 12:00")
    with pytest.raises(KpiError, match="no column 'region'"):
        november.measure("count", "unit | moment\na | 2026-04-02 12:00", by=("region",))


def test_a_gap_that_is_no_status_word_is_refused(november):
    with pytest.raises(KpiError, match="no_rate"):
        november.measure("count", "unit | moment | gap\na | 2026-04-02 12:00 | no_rate")
