"""Reporting periods, part periods and their like-for-like twins."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.calendar.periods import (
    COMPARISONS,
    BusinessDays,
    Reporting,
    period_frames,
    periods_between,
    stretch_before,
    stretch_of,
)

CORP = [("CORP", "America/New_York", weekday, "09:00", "17:00") for weekday in range(5)]
CLOSED = [("CORP", day, None, None) for day in ("2025-11-27", "2025-11-28", "2026-11-26", "2026-11-27", "2026-12-25")]


@pytest.fixture
def november(drop, build, engine):
    """The tables of a company in New York on 20 November 2026, 18:00."""
    drop(CORP, CLOSED)

    def ask(sql, as_of="2026-11-20T23:00", first_day="2025-10-01", **changed):
        usual = {"reporting_timezone": "America/New_York", "reporting_calendar": "CORP"}
        build(as_of, first_day, **{**usual, **changed})
        return [tuple(str(cell) for cell in row) for row in engine.rows(sql)]

    return ask


@pytest.mark.parametrize(
    ("grain", "day", "first_month", "label", "starts_on", "ends_on"),
    [
        ("week", "2026-11-08", 1, "2026-W45", "2026-11-02", "2026-11-09"),
        ("week", "2027-01-03", 1, "2026-W53", "2026-12-28", "2027-01-04"),
        ("week", "2024-12-30", 1, "2025-W01", "2024-12-30", "2025-01-06"),
        ("month", "2026-12-31", 1, "2026-12", "2026-12-01", "2027-01-01"),
        ("quarter", "2026-04-01", 1, "2026Q2", "2026-04-01", "2026-07-01"),
        ("year", "2026-04-01", 1, "2026", "2026-01-01", "2027-01-01"),
        ("year", "2026-01-31", 2, "2026", "2025-02-01", "2026-02-01"),
        ("year", "2026-02-01", 2, "2027", "2026-02-01", "2027-02-01"),
        ("quarter", "2026-01-31", 2, "2026Q4", "2025-11-01", "2026-02-01"),
        ("quarter", "2026-02-01", 2, "2027Q1", "2026-02-01", "2026-05-01"),
        ("quarter", "2026-12-15", 4, "2027Q3", "2026-10-01", "2027-01-01"),
        ("year", "2026-11-30", 12, "2026", "2025-12-01", "2026-12-01"),
    ],
)
def test_a_period_is_named_by_the_year_in_which_its_fiscal_year_ends(
    grain, day, first_month, label, starts_on, ends_on
):
    stretch = stretch_of(grain, date.fromisoformat(day), first_month)
    assert (stretch.label, stretch.starts_on.isoformat(), stretch.ends_on.isoformat()) == (label, starts_on, ends_on)


@pytest.mark.parametrize(
    ("grain", "day", "comparison", "first_month", "before"),
    [
        ("week", "2026-01-01", "wow", 1, "2025-W52"),
        ("week", "2026-11-16", "yoy", 1, "2025-W47"),
        ("week", "2026-12-28", "yoy", 1, None),  # no week 53 in 2025
        ("month", "2026-01-15", "mom", 1, "2025-12"),
        ("month", "2026-02-15", "yoy", 1, "2025-02"),
        ("quarter", "2026-02-01", "qoq", 2, "2026Q4"),
        ("quarter", "2026-02-01", "yoy", 2, "2026Q1"),
        ("year", "2026-02-01", "yoy", 2, "2026"),
    ],
)
def test_looking_back(grain, day, comparison, first_month, before):
    stretch = stretch_of(grain, date.fromisoformat(day), first_month)
    earlier = stretch_before(grain, stretch, comparison, first_month)
    assert (earlier and earlier.label) == before


def test_the_running_periods_are_cut_after_the_last_completed_day_and_count_their_business_days(november):
    found = november("select label, cut_on, days_done, days_total, instant from period where role = 'own' and is_part")
    assert set(found) == {
        ("2026-W47", "2026-11-20", "4", "5", "2026-11-20 05:00:00"),
        ("2026-11", "2026-11-20", "14", "19", "2026-11-20 05:00:00"),
        ("2026Q4", "2026-11-20", "36", "63", "2026-11-20 05:00:00"),
        ("2026", "2026-11-20", "231", "258", "2026-11-20 05:00:00"),
    }


def test_the_twin_of_a_part_period_is_cut_at_the_same_business_day(november):
    found = november(
        "select part.label, twin.role, twin.label, twin.cut_on, twin.instant, twin.days_done, twin.exhausted"
        " from period as twin join period as part on part.period = twin.of_period where part.grain <> 'week'"
    )
    assert set(found) == {
        ("2026-11", "mom", "2026-10", "2026-10-21", "2026-10-21 04:00:00", "14", "False"),
        ("2026-11", "yoy", "2025-11", "2025-11-21", "2025-11-21 05:00:00", "14", "False"),
        ("2026Q4", "qoq", "2026Q3", "2026-08-20", "2026-08-20 04:00:00", "36", "False"),
        ("2026Q4", "yoy", "2025Q4", "2025-11-20", "2025-11-20 05:00:00", "36", "False"),
        ("2026", "yoy", "2025", "2025-11-20", "2025-11-20 05:00:00", "231", "False"),
    }


def test_a_part_period_looks_back_to_its_twin_and_a_whole_one_to_the_earlier_whole(november):
    found = november(
        "select now.label, comparison, earlier.label, earlier.role from period_before"
        " join period as now using (period) join period as earlier on earlier.period = before_period"
        " where now.label in ('2026-11', '2026-10', '2026Q3', '2025-10', '2026-W53')"
    )
    assert set(found) == {
        ("2026-11", "mom", "2026-10", "mom"),
        ("2026-11", "yoy", "2025-11", "yoy"),
        ("2026-10", "mom", "2026-09", "own"),
        ("2026-10", "yoy", "2025-10", "own"),
        ("2026Q3", "qoq", "2026Q2", "own"),
    }


def test_every_own_period_knows_the_name_of_the_one_before_and_all_knows_none(november):
    found = november(
        "select label, before_label from period where role = 'own' and label in ('2025-10', '2026Q1', '2025', 'all')"
    )
    assert set(found) == {("2025-10", "2025-09"), ("2026Q1", "2025Q4"), ("2025", "2024"), ("all", "None")}


def test_an_earlier_period_that_is_shorter_is_used_whole_and_says_so(november):
    sql = (
        "select twin.label, twin.cut_on, twin.days_done, part.days_done, twin.exhausted"
        " from period as twin join period as part on part.period = twin.of_period where twin.role = 'mom'"
    )
    # September and October 2026 have 22 business days each, November 19.
    assert november(sql, "2026-10-31T12:00") == [("2026-09", "2026-10-01", "22", "22", "False")]
    assert november(sql, "2026-12-31T12:00") == [("2026-11", "2026-12-01", "19", "21", "True")]


def test_everything_up_to_as_of_is_a_period_of_its_own(november):
    found = november("select starts_on, cut_on, instant, is_part, grain from period where label = 'all'")
    assert found == [("2025-10-01", "2026-11-21", "2026-11-20 23:00:00", "False", "all")]


def test_the_unfinished_day_can_be_counted_in(november):
    found = november("select cut_on, instant, days_done from period where label = '2026-11'", to_date_cut="as_of")
    assert found == [("2026-11-21", "2026-11-20 23:00:00", "15")]


def test_at_midnight_the_period_that_begins_is_not_touched_and_the_one_that_ends_is_whole(november):
    found = november(
        "select label, cut_on, is_part from period where starts_on >= '2026-10-01' and grain in ('month', 'all')"
        " or grain = 'all'",
        as_of="2026-11-01T04:00",
    )
    assert found == [("2026-10", "2026-11-01", "False"), ("all", "2026-11-01", "False")]


def test_on_the_first_day_of_a_month_nothing_of_it_is_complete(november):
    found = november(
        "select label, role, starts_on, cut_on, days_done from period"
        " where grain = 'month' and (is_part or role = 'mom')",
        as_of="2026-11-01T12:00",
        first_day="2026-09-01",
    )
    assert found == [
        ("2026-11", "own", "2026-11-01", "2026-11-01", "0"),
        ("2026-10", "mom", "2026-10-01", "2026-10-01", "0"),
    ]


def test_days_of_a_period_are_those_before_its_cut(november):
    found = november(
        "select role, min(day), max(day), count(*) from period_day join period using (period)"
        " where label in ('2026-11', '2026-10') group by role, label order by 1, 2"
    )
    assert found == [
        ("mom", "2026-10-01", "2026-10-20", "20"),
        ("own", "2026-10-01", "2026-10-31", "31"),
        ("own", "2026-11-01", "2026-11-19", "19"),
    ]


def weekdays_only(first: date, last: date) -> BusinessDays:
    span = np.arange(first, last, dtype="datetime64[D]")
    return BusinessDays(span[np.is_busday(span)].astype(np.int64))


@settings(max_examples=60, deadline=None)
@given(
    first=st.dates(date(2023, 1, 1), date(2025, 12, 31)),
    length=st.integers(0, 900),
    minutes=st.integers(0, 1439),
    month=st.integers(1, 12),
    cut_as_of=st.booleans(),
    zone=st.sampled_from(["UTC", "America/New_York", "Australia/Lord_Howe"]),
)
def test_laws_of_periods(first, length, minutes, month, cut_as_of, zone):
    as_of = datetime(first.year, first.month, first.day) + timedelta(days=length, hours=24, minutes=minutes)
    business = weekdays_only(date(2020, 1, 1), date(2032, 1, 1))
    periods = periods_between(first, as_of, Reporting(zone, month, cut_as_of), business)
    own = [one for one in periods if one.role == "own"]
    for grain in ("week", "month", "quarter", "year"):
        row = [one for one in own if one.grain == grain]
        assert row[0].starts_on <= first < row[0].ends_on
        assert all(one.ends_on == two.starts_on for one, two in pairwise(row))
        assert [one.is_part for one in row[:-1]] == [False] * (len(row) - 1)
    for one in periods:
        assert one.starts_on <= one.cut_on <= one.ends_on
        assert one.instant <= as_of
        assert 0 <= one.days_done <= one.days_total
        if one.role != "own":
            (part,) = (own_one for own_one in own if (own_one.grain, own_one.label) == (one.grain, one.of))
            assert part.is_part
            assert one.role in COMPARISONS[one.grain]
            assert one.days_done == (one.days_total if one.exhausted else part.days_done)
    frames = period_frames(periods, month)
    assert frames["period"]["period"].is_unique
    assert not frames["period_before"].duplicated(["period", "comparison"]).any()
    assert not frames["period_day"].duplicated().any()
