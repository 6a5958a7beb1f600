"""Time zones as arrays answer as zoneinfo does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.calendar.zones import (
    local_date,
    local_slot_frame,
    read_zone,
    start_of_day,
    unknown_zone,
    zone_between,
)

FIRST, LAST = date(2012, 1, 1), date(2030, 12, 31)
NAMES = st.sampled_from(sorted(available_timezones() - {"localtime"}))
EPOCH = datetime(1970, 1, 1)
STAMPS = st.integers(
    int((datetime(2012, 1, 2) - EPOCH).total_seconds()), int((datetime(2030, 12, 30) - EPOCH).total_seconds())
)


@settings(max_examples=60, deadline=None)
@given(name=NAMES, stamps=st.lists(STAMPS, min_size=1, max_size=20))
def test_local_dates_are_those_of_zoneinfo(name, stamps):
    found = zone_between(name, FIRST, LAST).local_days(np.array(stamps))
    assert [date(1970, 1, 1) + timedelta(days=int(day)) for day in found] == [
        datetime.fromtimestamp(stamp, ZoneInfo(name)).date() for stamp in stamps
    ]


@settings(max_examples=60, deadline=None)
@given(name=NAMES, walls=st.lists(STAMPS, min_size=1, max_size=20), jitter=st.integers(-7200, 7200))
def test_wall_times_are_read_as_zoneinfo_reads_them(name, walls, jitter):
    zone = zone_between(name, FIRST, LAST)
    near = [int(turn + offset + jitter) for turn, offset in zip(zone.turns, zone.offsets, strict=False)]
    walls = np.array([*walls, *near])
    expected = [
        (EPOCH + timedelta(seconds=int(wall))).replace(tzinfo=ZoneInfo(name)).astimezone(UTC).timestamp()
        for wall in walls
    ]
    assert zone.instants(walls).tolist() == expected


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        ("2026-10-25 02:30", "2026-10-25 00:30"),  # comes twice: the first
        ("2026-03-29 02:30", "2026-03-29 01:30"),  # never comes: an hour later
        ("2026-03-29 03:00", "2026-03-29 01:00"),
    ],
)
def test_doubled_and_missing_hours_in_berlin(wall, instant):
    seconds = (datetime.fromisoformat(wall) - EPOCH).total_seconds()
    found = zone_between("Europe/Berlin", FIRST, LAST).instants(np.array([int(seconds)]))
    assert EPOCH + timedelta(seconds=int(found[0])) == datetime.fromisoformat(instant)


def test_a_lead_just_after_midnight_in_berlin_belongs_to_that_day_and_not_to_the_one_in_utc():
    assert local_date(datetime(2026, 3, 31, 22, 30), "Europe/Berlin") == date(2026, 4, 1)
    assert start_of_day(date(2026, 4, 1), "Europe/Berlin") == datetime(2026, 3, 31, 22)


def test_every_quarter_of_an_hour_has_its_local_date():
    frame = local_slot_frame("Asia/Kolkata", date(2026, 1, 1), date(2026, 1, 2))
    assert len(frame) == 2 * 96
    counts = frame["local_date"].value_counts().sort_index()
    assert {day.date().isoformat(): int(rows) for day, rows in counts.items()} == {
        "2026-01-01": 74,  # 18:30 UTC is midnight in India
        "2026-01-02": 96,
        "2026-01-03": 22,
    }


@pytest.mark.parametrize("name", ["Europe/Berln", "", "../etc/passwd", "America", "localtime", "Europe/Berlin\0"])
def test_what_is_no_zone_of_everywhere_is_none(name):
    assert read_zone(name) is None


def test_a_misspelt_zone_is_told_the_likely_one():
    assert unknown_zone("Europe/Berln") == "unknown time zone 'Europe/Berln' (did you mean 'Europe/Berlin'?)"
