"""Which calendars hold, and what is said about wrong ones."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from calendar_standins import NINE_TO_FIVE, calendar_of

from generator.agreement import load_agreement
from generator.calendar import TABLES, build_calendar
from generator.errors import AgreementError, ExportError
from generator.project import PACKAGED, Project

AS_OF, FIRST = "2026-11-20T23:00", "2026-10-01"


@pytest.fixture
def opened(engine):
    """Return (local_date, opens_at, closes_at) of a calendar's business days in a span, as text."""

    def ask(calendar_id, first, last):
        found = engine.rows(
            f"select local_date, opens_at, closes_at from business_day where calendar_id = '{calendar_id}'"
            f" and local_date between date '{first}' and date '{last}' order by 1"
        )
        return [tuple(str(cell) for cell in row) for row in found]

    return ask


def mistakes_of(raised) -> list[str]:
    return [str(mistake) for mistake in raised.value.mistakes]


def test_every_table_has_its_columns_and_rows(build, engine):
    build(AS_OF, FIRST)
    for table, types in TABLES.items():
        frame = engine.frame(f"select * from {table}")
        assert list(frame.columns) == list(types)
        assert len(frame) > 0, table
        may_be_null = ["of_period", "before_label"]
        assert not frame.drop(columns=may_be_null, errors="ignore").isna().any().any(), table


def test_the_packaged_agreement_builds(engine, drop):
    agreement = load_agreement(Project(PACKAGED))
    assert build_calendar(engine, agreement, datetime(2026, 11, 20, 23), date(2026, 10, 1)) == ()
    ids = {row[0] for row in engine.rows("select distinct calendar_id from business_day")}
    assert {one.id for one in agreement.calendars} <= ids


def test_calendars_of_agreement_and_drop_stand_side_by_side(build, drop, engine):
    drop([("BER", "Europe/Berlin", 0, "08:00", "16:00")])
    assert build(AS_OF, FIRST) == ()
    ids = [row[0] for row in engine.rows("select distinct calendar_id from business_slot order by 1")]
    assert ids == ["24x7", "BER", "company"]


def test_the_drop_wins_by_id_and_the_difference_is_said(build, drop, opened):
    drop(
        [("company", "Europe/Berlin", day, "08:00", "16:00") for day in range(4)],
        [("company", "2026-11-18", None, None)],
    )
    sentences = build(AS_OF, FIRST)
    assert sentences == (
        "Calendar 'company' differs between the drop and the agreement (time zone Europe/Berlin instead of UTC, Monday,"
        " Tuesday, Wednesday, Thursday, Friday, 2026-11-18); the drop's is used.",
    )
    assert opened("company", "2026-11-16", "2026-11-18") == [
        ("2026-11-16", "2026-11-16 07:00:00", "2026-11-16 15:00:00"),
        ("2026-11-17", "2026-11-17 07:00:00", "2026-11-17 15:00:00"),
    ]


def test_the_same_calendar_in_both_places_is_nothing_to_talk_about(build, drop):
    drop([("company", "UTC", *window) for window in NINE_TO_FIVE])
    assert build(AS_OF, FIRST) == ()


def test_holidays_of_the_drop_go_with_the_hours_of_the_agreement(build, drop, opened):
    drop(holidays=[("company", "2026-11-18", "09:00", "12:00")])
    assert build(AS_OF, FIRST, calendar_of("company", holidays=[("2026-11-17", None, None)])) == (
        "Calendar 'company' differs between the drop and the agreement (2026-11-17, 2026-11-18); the drop's is used.",
    )
    assert opened("company", "2026-11-17", "2026-11-18") == [
        ("2026-11-17", "2026-11-17 09:00:00", "2026-11-17 17:00:00"),
        ("2026-11-18", "2026-11-18 09:00:00", "2026-11-18 12:00:00"),
    ]


def test_holidays_of_a_calendar_that_nobody_has_are_said(build, drop):
    drop(holidays=[("PAR", "2026-11-18", None, None)])
    assert build(AS_OF, FIRST) == (
        "The drop's holidays name calendar 'PAR', which has no opening hours; they count for nothing.",
    )


def test_round_the_clock_is_always_there_in_the_reporting_zone(build, opened):
    build(AS_OF, FIRST, reporting_timezone="America/New_York")
    assert opened("24x7", "2026-11-01", "2026-11-01") == [
        ("2026-11-01", "2026-11-01 04:00:00", "2026-11-02 05:00:00")  # 25 hours
    ]


def test_round_the_clock_may_be_somebody_s_own(build, opened):
    build(AS_OF, FIRST, calendar_of("company"), calendar_of("24x7", "UTC", [(6, "00:00", "24:00")]))
    assert opened("24x7", "2026-11-01", "2026-11-03") == [("2026-11-01", "2026-11-01 00:00:00", "2026-11-02 00:00:00")]


def test_several_windows_a_day_make_one_business_day(build, drop, opened):
    drop([("BER", "Europe/Berlin", 0, "13:00", "17:00"), ("BER", "Europe/Berlin", 0, "09:00", "12:00")])
    build(AS_OF, FIRST)
    assert opened("BER", "2026-11-16", "2026-11-20") == [("2026-11-16", "2026-11-16 08:00:00", "2026-11-16 16:00:00")]


def test_an_unknown_reporting_calendar_is_a_mistake_of_the_agreement_even_where_the_drop_has_one_only(build, drop):
    drop([("CORP", "UTC", 0, "09:00", "17:00")])
    with pytest.raises(AgreementError) as raised:
        build(AS_OF, FIRST, reporting_calendar="compny")
    assert mistakes_of(raised) == [
        "settings.yml, reporting_calendar: unknown calendar 'compny' (did you mean 'company'?)\n"
        "    Calendars: 24x7, CORP, company."
    ]


def test_the_reporting_calendar_may_come_from_the_drop(build, drop):
    drop([("CORP", "UTC", 0, "09:00", "17:00")])
    assert build(AS_OF, FIRST, reporting_calendar="CORP") == ()


def test_every_mistake_in_the_drop_s_calendars_is_named_at_once(build, drop):
    drop(
        [
            ("A", "Europe/Berln", 0, "09:00", "17:00"),
            ("B", "UTC", 0, "22:00", "06:00"),
            ("B", "UTC", 1, "09:00", "12:00"),
            ("B", "UTC", 1, "11:00", "17:00"),
            ("B", "UTC", 2, "09:00", "12:05"),
            ("B", "UTC", 2, "12:10", "17:00"),
            ("B", "UTC", 3, "9 am", "17:00"),
            ("B", "UTC", 4, "09:00", "24:01"),
            ("B", "UTC", 7, "09:00", "17:00"),
            ("C", "UTC", 0, "09:00", "17:00"),
            ("C", "Europe/Berlin", 1, "09:00", "17:00"),
        ],
        [("C", "2026-12-24", "09:00", None), ("C", "2026-12-31", "17:00", "09:00")],
    )
    with pytest.raises(ExportError) as raised:
        build(AS_OF, FIRST)
    place = "the drop's calendar and holiday tables, calendar"
    assert [line.partition("\n")[0] for line in mistakes_of(raised)] == [
        f"{place} 'A': unknown time zone 'Europe/Berln' (did you mean 'Europe/Berlin'?)",
        f"{place} 'B', Monday: 22:00 to 06:00 does not end after it starts",
        f"{place} 'B', Tuesday: windows overlap: 09:00 to 12:00 and 11:00 to 17:00",
        f"{place} 'B', Wednesday: a break inside one quarter of an hour: 09:00 to 12:05 and 12:10 to 17:00",
        f"{place} 'B', Thursday: '9 am' is no time of day",
        f"{place} 'B', Friday: '24:01' is no time of day",
        f"{place} 'B': weekday 7",
        f"{place} 'C': has 2 time zones: Europe/Berlin, UTC",
        f"{place} 'C', holiday 2026-12-24: has one of its two times",
        f"{place} 'C', holiday 2026-12-31: 17:00 to 09:00 does not end after it starts",
    ]


def test_a_mistake_in_the_agreement_s_calendar_is_the_agreement_s(build):
    broken = calendar_of("company", windows=[(0, "09:00", "12:05"), (0, "12:10", "17:00")])
    with pytest.raises(AgreementError) as raised:
        build(AS_OF, FIRST, broken)
    assert mistakes_of(raised)[0].startswith("calendars.yml, calendar 'company', Monday: a break inside")


def test_a_break_that_ends_on_the_quarter_is_none(build, drop, opened):
    drop([("B", "UTC", 2, "09:00", "12:05"), ("B", "UTC", 2, "12:15", "17:00")])
    build(AS_OF, FIRST)
    assert opened("B", "2026-11-18", "2026-11-18") == [("2026-11-18", "2026-11-18 09:00:00", "2026-11-18 17:00:00")]


def test_as_of_before_the_first_day_still_builds(build, engine):
    build("2026-11-20T23:00", "2026-12-24")
    assert engine.rows("select count(*) from period where label = '2026-11'") == [(1,)]


def test_a_stray_date_long_ago_does_not_ask_for_a_table_of_two_thousand_years(build, engine):
    build("1972-11-20T23:00", "0001-01-01")
    assert engine.rows("select starts_on from period where label = 'all'") == [(date(1970, 1, 1),)]


def test_the_order_of_rows_in_the_drop_changes_nothing(build, drop, engine):
    lines = [("B", "Europe/Berlin", day, "09:00", "17:00") for day in range(5)]
    tables = []
    for order in (lines, lines[::-1]):
        drop(order, [("B", "2026-12-24", None, None)])
        build(AS_OF, FIRST)
        tables.append([engine.rows(f"select * from {table}") for table in TABLES])
    assert tables[0] == tables[1]
