"""Ratios: sums over sums, of units of different kinds."""

from __future__ import annotations

import pytest
from measures_bench import cell


def test_nothing_out_of_nothing_is_no_value(november):
    measured = november.measure(
        "ratio",
        """
        unit | moment           | num  | den | segment
        p1   | 2026-04-02 12:00 | 3600 | 0   | MID
        n1   | 2026-05-02 12:00 | 0    | 1   | SMB
        """,
        by=("segment",),
    )
    april = cell(measured, "2026-04", "segment=MID")
    assert (april["value"], april["numerator"], april["denominator"], april["n"]) == (None, 3600, 0, 0)
    assert april["status"] == "zero_denominator"
    assert cell(measured, "2026-05")["value"] == 0


def test_units_above_and_below_the_line_are_of_different_kinds(november):
    measured = november.measure(
        "ratio",
        """
        unit | moment           | num  | den
        p1   | 2026-04-02 12:00 | 3000 | 0
        p2   | 2026-05-02 12:00 | 600  | 0
        n1   | 2026-06-10 12:00 | 0    | 1
        n2   | 2026-06-10 12:00 | 0    | 1
        n3   | 2026-06-10 12:00 | 0    | 1
        """,
    )
    quarter = cell(measured, "2026Q2")
    assert (quarter["value"], quarter["numerator"], quarter["denominator"], quarter["n"]) == (1200, 3600, 3, 3)


def test_the_rows_may_say_which_of_them_count(november):
    measured = november.measure(
        "ratio",
        """
        unit | moment           | num | den | counts
        free | 2026-04-02 12:00 | 0   | 0   | true
        paid | 2026-04-02 12:00 | 5   | 5   | true
        fee  | 2026-04-02 12:00 | 0   | 5   | false
        """,
    )
    april = cell(measured, "2026-04")
    assert (april["value"], april["n"]) == (0.5, 2)


def test_won_deals_by_day_meet_targets_by_period(november):
    periods = november.periods().frame
    april = periods.index[periods["label"].eq("2026-04") & periods["role"].eq("own")][0]
    measured = november.measure(
        "ratio",
        f"""
        unit   | moment           | period  | num | den
        deal   | 2026-04-02 12:00 |         | 30  | 0
        target |                  | {april} | 0   | 40
        """,
    )
    assert cell(measured, "2026-04")["value"] == 0.75


def test_the_shares_of_a_dimension_add_to_one(november):
    rows = ["paid"] * 6 + ["email"] * 3 + [""]
    drawn = "\n".join(f"u{n} | 2026-04-02 12:00 | 1 | 1 | {channel}" for n, channel in enumerate(rows))
    measured = november.measure(
        "ratio", f"unit | moment | num | den | channel\n{drawn}", by=("channel",), within="channel"
    )
    shares = {scope: cell(measured, "2026-04", f"channel={scope}")["value"] for scope in ("paid", "email", "Unknown")}
    assert shares == {"paid": 0.6, "email": 0.3, "Unknown": 0.1}
    assert sum(shares.values()) == pytest.approx(1)
    assert cell(measured, "2026-04", "channel=paid")["n"] == 10


def test_a_member_without_anything_above_the_line_is_unknown_and_not_nothing(november):
    measured = november.measure(
        "ratio",
        """
        unit | moment           | num  | den | segment
        p1   | 2026-04-02 12:00 | 3600 | 0   | MID
        p2   | 2026-04-02 12:00 | 400  | 0   | SMB
        n1   | 2026-04-02 12:00 | 0    | 2   | SMB
        n2   | 2026-04-02 12:00 | 0    | 1   | ENT
        """,
        by=("segment",),
        requires_both=True,
    )
    assert cell(measured, "2026-04", "segment=MID")["status"] == "zero_denominator"
    assert cell(measured, "2026-04", "segment=ENT")["status"] == "missing_input"
    assert cell(measured, "2026-04", "segment=SMB")["value"] == 200
    assert cell(measured, "2026-04")["value"] == pytest.approx(4000 / 3)


@pytest.mark.parametrize(("young", "value", "status"), [("true", 50, "ok"), ("false", None, "maturing")])
def test_units_that_need_time_withhold_the_ratio_while_too_few_have_had_it(november, young, value, status):
    measured = november.measure(
        "ratio",
        f"""
        unit | moment           | num | den | is_mature
        p1   | 2026-04-02 12:00 | 100 | 0   |
        n1   | 2026-04-10 12:00 | 0   | 1   | true
        n2   | 2026-04-10 12:00 | 0   | 1   | {young}
        n3   | 2026-04-10 12:00 | 0   | 0   | {young}
        """,
    )
    april = cell(measured, "2026-04")
    assert (april["value"], april["status"], april["n"]) == (value, status, 2)
