"""Comparisons: like with like, and a verdict only where the numbers can bear it."""

from __future__ import annotations

import pytest
from measures_bench import cell


def counts(**months):
    rows = [f"{month}{n} | 2026-{month[1:]}-02 12:00" for month, size in months.items() for n in range(size)]
    return "unit | moment\n" + "\n".join(rows)


def rates(**months):
    rows = [
        f"{month}{n} | 2026-{month[1:]}-02 12:00 | {n < hits}"
        for month, (hits, size) in months.items()
        for n in range(size)
    ]
    return "unit | moment | hit\n" + "\n".join(rows)


def look(frame, period, comparison, scope="all"):
    return cell(frame, period, scope, comparison=comparison)


def test_a_closed_month_is_compared_with_the_whole_month_before(november):
    found = look(november.compare(november.measure("count", counts(m04=10, m05=5)), "count"), "2026-05", "mom")
    assert (found["value"], found["before"], found["before_period"], found["change"]) == (5, 10, "2026-04", -0.5)


def test_a_member_that_is_gone_is_compared_with_nothing(november):
    units = (
        "unit | moment | region\na | 2026-04-02 12:00 | NA\nb | 2026-04-02 12:00 | EMEA\nc | 2026-05-02 12:00 | EMEA"
    )
    frame = november.compare(november.measure("count", units, by=("region",)), "count")
    gone = look(frame, "2026-05", "mom", "region=NA")
    assert (gone["value"], gone["before"], gone["change"]) == (0, 1, -1)
    assert look(frame, "2026-06", "mom", "region=NA") is None


def test_a_part_month_is_compared_up_to_the_same_business_day(november):
    measured = november.measure(
        "count",
        """
        unit | moment
        n1   | 2026-11-01 12:00
        n2   | 2026-11-02 12:00
        n3   | 2026-11-10 12:00
        n4   | 2026-11-19 12:00
        n5   | 2026-11-20 12:00
        o1   | 2026-10-01 12:00
        o2   | 2026-10-20 12:00
        o3   | 2026-10-20 23:59
        o4   | 2026-10-21 00:00
        y1   | 2025-11-03 12:00
        y2   | 2025-11-20 23:00
        y3   | 2025-11-21 12:00
        """,
    )
    compared = november.compare(measured, "count")
    month = look(compared, "2026-11", "mom")
    assert (month["value"], month["before"], month["change"]) == (4, 3, pytest.approx(1 / 3))
    year = look(compared, "2026-11", "yoy")
    assert (year["before"], year["change"], year["before_period"]) == (2, 1, "2025-11")


def test_two_counts_that_could_be_one_are_no_clear_change(november):
    compared = november.compare(november.measure("count", counts(m04=40, m05=50, m06=100)), "count")
    may, june = look(compared, "2026-05", "mom"), look(compared, "2026-06", "mom")
    assert (may["change"], may["verdict"]) == (0.25, "no_clear_change")
    assert (june["change"], june["verdict"]) == (1, "up")
    assert june["low"] > 0


def test_from_nothing_to_something_is_up_without_a_percentage(november):
    compared = november.compare(november.measure("count", counts(m03=1, m05=50)), "count")
    may = look(compared, "2026-05", "mom")
    assert (may["before"], may["change"], may["verdict"], may["high"]) == (0, None, "up", None)


def test_two_shares_are_compared_by_their_difference(november):
    compared = november.compare(november.measure("rate", rates(m04=(48, 80), m05=(56, 70), m06=(54, 70))), "rate")
    may, june = look(compared, "2026-05", "mom"), look(compared, "2026-06", "mom")
    assert may["change"] == pytest.approx(0.2)
    assert (may["low"], may["high"]) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert (may["verdict"], june["verdict"]) == ("up", "no_clear_change")


def test_a_small_sample_bears_no_verdict(november):
    compared = november.compare(november.measure("rate", rates(m04=(1, 29), m05=(40, 40))), "rate")
    assert look(compared, "2026-05", "mom")["verdict"] == "n/a"


def test_money_has_a_relative_change_and_no_verdict(november):
    measured = november.measure(
        "sum", "unit | moment | value\na | 2026-04-02 12:00 | 1000000\nb | 2026-05-02 12:00 | 1150000"
    )
    found = look(november.compare(measured, "sum", "currency"), "2026-05", "mom")
    assert (found["change"], found["verdict"], found["low"]) == (0.15, "n/a", None)


def test_a_share_of_sums_moves_by_points(november):
    measured = november.measure(
        "ratio", "unit | moment | num | den\na | 2026-04-02 12:00 | 30 | 100\nb | 2026-05-02 12:00 | 33 | 100"
    )
    assert look(november.compare(measured, "ratio", "ratio"), "2026-05", "mom")["change"] == pytest.approx(0.03)
    assert look(november.compare(measured, "ratio", "currency"), "2026-05", "mom")["change"] == pytest.approx(0.1)


def test_a_member_that_was_absent_before_counts_from_nought(november):
    measured = november.measure(
        "count",
        """
        unit | moment           | region
        a    | 2026-04-02 12:00 | EMEA
        b    | 2026-05-02 12:00 | NA
        """,
        by=("region",),
    )
    found = look(november.compare(measured, "count"), "2026-05", "mom", "region=NA")
    assert (found["value"], found["before"]) == (1, 0)


def test_a_cohort_without_a_headline_is_compared_with_nothing(november):
    rows = "\n".join(f"{m}{n} | 2026-{m}-02 12:00 | " for m in ("10", "11") for n in range(40))
    measured = november.measure("cohort", f"unit | moment | done_at\n{rows}", window="mql_to_sql")
    found = look(november.compare(measured, "cohort", "ratio"), "2026-11", "mom")
    assert (found["value"], found["change"], found["verdict"]) == (None, None, "n/a")


def test_only_the_asked_comparisons_are_made(november):
    compared = november.compare(november.measure("count", counts(m04=1)), "count", comparisons=("qoq",))
    assert set(compared["comparison"]) == {"qoq"}
