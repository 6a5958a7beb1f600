"""Single deadlines agree with the tables by which facts find theirs."""

from datetime import date, datetime, timedelta

import pytest

from generator.agreement import load_agreement
from generator.calendar.business_time import business_tables, open_time
from generator.calendar.calendars import agreed_hours
from generator.calendar.deadlines import close_after, due_after, open_until
from generator.project import PACKAGED, Project

FIRST, LAST = date(2026, 9, 1), date(2027, 2, 1)
#: Quarter hours through a change of the clock, two short weeks and a year's end, at odd seconds.
MOMENTS = [datetime(2026, 10, 20, 3, 7, 11) + timedelta(hours=5, minutes=13) * n for n in range(300)]


@pytest.fixture(scope="module", params=["company", "americas", "emea"])
def calendar(request):
    agreement = load_agreement(Project(PACKAGED))
    hours = agreed_hours(agreement, request.param)
    return open_time(hours, FIRST, LAST), business_tables([hours], FIRST, LAST)


def epoch(moment):
    return int((moment - datetime(1970, 1, 1)).total_seconds())


def test_minutes_end_when_the_tables_say(calendar):
    time, tables = calendar
    slots = tables.slot.set_index("slot")
    for moment in MOMENTS:
        row, second = slots.loc[epoch(moment) // 900], epoch(moment) % 900
        passed = row.open_before_s + min(max(second - row.open_from_s, 0), row.open_to_s - row.open_from_s)
        assert open_until(time, moment) == passed
        wanted = passed + 3600
        opened = tables.open[tables.open.bucket == (wanted - 1) // 900].query("open_lo < @wanted <= open_hi")
        (piece,) = opened.itertuples()
        assert due_after(time, moment, 3600) == piece.lo_at + timedelta(seconds=int(wanted - piece.open_lo))


def test_days_end_at_the_close_that_the_tables_say(calendar):
    time, tables = calendar
    slots, days = tables.slot.set_index("slot"), tables.day.set_index("ordinal")
    for moment in MOMENTS:
        row, second = slots.loc[epoch(moment) // 900], epoch(moment) % 900
        ordinal = row.days_closed + 1 + (second >= row.day_close_s)
        assert close_after(time, moment, 2) == days.loc[ordinal + 2].closes_at


def test_beyond_what_is_known_there_is_no_deadline(calendar):
    time, _ = calendar
    late = datetime(2027, 1, 31, 12)
    assert close_after(time, late, 10) is None
    assert due_after(time, late, 10**6) is None
