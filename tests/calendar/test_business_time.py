"""Open seconds, deadlines and business days: drawn cases, then laws against the slow oracle."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from calendar_oracle import after_open_seconds, close_after_days, open_seconds, to_utc
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from generator.calendar.business_time import business_tables, open_time
from generator.calendar.hours import Hours, Span

DAY = 86_400
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns")
TURNS = {  # local dates near which the clock changes, in the years that the laws look at
    "Europe/Berlin": (date(2026, 3, 29), date(2025, 10, 26)),
    "America/New_York": (date(2026, 3, 8), date(2025, 11, 2)),
    "Asia/Kolkata": (date(2026, 1, 26),),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2025, 10, 5)),
    "America/St_Johns": (date(2026, 3, 8), date(2025, 11, 2)),
}


def weekdays(opens: int, closes: int) -> tuple[tuple[Span, ...], ...]:
    return ((Span(opens * 3600, closes * 3600),),) * 5 + ((), ())


NYC = Hours("NYC", "America/New_York", weekdays(9, 17), {date(2026, 5, 25): (), date(2026, 4, 3): ()})
BER = Hours("BER", "Europe/Berlin", weekdays(8, 16), {date(2026, 4, 3): (), date(2026, 4, 6): ()})
ALL_DAY_NY = Hours("ALLDAY_NY", "America/New_York", ((Span(0, DAY),),) * 7)
SPLIT = Hours("SPLIT", "UTC", ((Span(32_400, 43_200), Span(46_800, 61_200)),) * 5 + ((), ()))
SHORT = Hours(
    "SHORT", "UTC", weekdays(9, 17), {date(2026, 12, 24): (Span(32_400, 43_200),), date(2026, 12, 26): (Span(0, 3600),)}
)


@pytest.fixture(scope="module")
def usual(arithmetic):
    arithmetic.load(business_tables((NYC, BER, ALL_DAY_NY, SPLIT, SHORT), date(2025, 10, 1), date(2027, 2, 1)))
    return arithmetic


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("calendar", "start", "end", "minutes", "why"),
    [
        ("NYC", "2026-03-06 21:30", "2026-03-09 13:30", 60, "the clock goes forward over the weekend"),
        ("NYC", "2026-03-07 16:00", "2026-03-09 13:00", 0, "from a weekend to the opening second"),
        ("NYC", "2026-05-22 20:00", "2026-05-26 14:00", 120, "a holiday on Monday"),
        ("BER", "2026-04-02 13:30", "2026-04-07 06:15", 45, "two holidays around a weekend"),
        ("BER", "2026-03-27 14:00", "2026-03-30 07:00", 120, "Europe changes three weeks after America"),
        ("NYC", "2026-05-28 13:00", "2026-06-01 12:00", 960, "still waiting"),
        ("NYC", "2026-06-01 00:00", "2026-06-01 12:00", 0, "not one second is open yet"),
        ("NYC", "2026-04-15 14:00", "2026-04-15 17:00", 180, "inside a day"),
        ("ALLDAY_NY", "2026-03-08 01:00", "2026-03-09 00:00", 1380, "23 hours of the clock, all of them open"),
        ("ALLDAY_NY", "2026-03-08 05:00", "2026-03-09 04:00", 1380, "the day on which an hour is missing"),
        ("ALLDAY_NY", "2025-11-02 04:00", "2025-11-03 05:00", 1500, "the day on which an hour comes twice"),
        ("NYC", "2025-11-02 05:30", "2025-11-03 14:10", 10, "from the first coming of a doubled hour"),
        ("NYC", "2026-04-20 14:00", "2026-04-20 14:20", 20, "inside an hour"),
        ("NYC", "2026-04-09 13:40", "2026-04-09 18:00", 260, "a pause"),
        ("NYC", "2026-04-14 14:00", "2026-04-17 15:00", 1500, "three days and an hour"),
        ("SPLIT", "2026-04-15 11:30", "2026-04-15 13:30", 60, "closed at noon"),
        ("SHORT", "2026-12-24 00:00", "2026-12-25 00:00", 180, "a short day"),
        ("SHORT", "2026-12-26 00:00", "2026-12-27 00:00", 60, "special hours on a Saturday"),
    ],
)
def test_waiting_counts_open_minutes_only(usual, calendar, start, end, minutes, why):
    assert usual.elapsed(calendar, [(at(start), at(end))]) == [minutes * 60], why


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-04-01 14:00", 60, "2026-04-01 15:00"),
        ("2026-04-02 20:30", 60, "2026-04-06 13:30"),
        ("2026-04-16 16:00", 480, "2026-04-17 16:00"),
        ("2026-04-13 19:00", 60, "2026-04-13 20:00"),
        ("2026-04-13 19:00", 120, "2026-04-13 21:00"),  # at the close, not at the next opening
        ("2026-04-09 13:30", 320, "2026-04-09 18:50"),  # 60 minutes and a pause of 260
        ("2026-04-17 21:00", 480, "2026-04-20 21:00"),  # 8 hours from Friday's close are Monday's close
        ("2026-04-18 12:00", 1, "2026-04-20 13:01"),
    ],
)
def test_a_deadline_in_minutes_is_the_instant_at_which_they_have_passed(usual, start, minutes, due):
    assert usual.after_seconds("NYC", [at(start)], minutes * 60) == [at(due)]


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-04-01 14:00", 2, "2026-04-06 21:00"),  # over Good Friday
        ("2026-04-02 20:30", 2, "2026-04-07 21:00"),
        ("2026-04-16 16:00", 2, "2026-04-20 21:00"),
        ("2026-04-14 14:00", 2, "2026-04-16 21:00"),
        ("2026-04-17 14:30", 2, "2026-04-21 21:00"),
        ("2026-04-08 14:00", 2, "2026-04-10 21:00"),
        ("2026-04-13 19:00", 2, "2026-04-15 21:00"),
        ("2026-04-09 13:30", 2, "2026-04-13 21:00"),
        ("2026-04-13 05:00", 1, "2026-04-14 21:00"),  # before the opening: that day is the first
        ("2026-04-13 20:59:59", 1, "2026-04-14 21:00"),
        ("2026-04-13 21:00", 1, "2026-04-15 21:00"),  # at the close: the next day is the first
        ("2026-04-11 12:00", 1, "2026-04-14 21:00"),  # a Saturday: Monday is the first
        ("2026-04-13 14:00", 0, "2026-04-13 21:00"),
    ],
)
def test_a_deadline_in_days_is_the_close_of_the_last_of_them(usual, start, days, due):
    assert usual.after_days("NYC", [at(start)], days) == [at(due)]


def test_a_reply_at_the_very_second_of_the_deadline_has_used_the_whole_promise_and_no_more(usual):
    start = at("2026-04-02 20:30")
    (due,) = usual.after_seconds("NYC", [start], 3600)
    late = due + timedelta(seconds=1)
    assert usual.elapsed("NYC", [(start, due), (start, late)]) == [3600, 3601]


def test_fractions_of_a_second_are_left_out(usual):
    start = at("2026-04-01 14:00:00.900000")
    assert usual.elapsed("NYC", [(start, at("2026-04-01 14:00:02.100000"))]) == [2]


def test_a_window_inside_the_hour_that_the_clock_skips_moves_forward_with_it():
    hours = Hours("early", "America/New_York", ((Span(9_000, 12_600),),) * 7)  # 02:30 to 03:30
    times = open_time(hours, date(2026, 3, 7), date(2026, 3, 9))
    # On 8 March 02:30 is 03:30, at which the window closes: nothing is open, and it is no business day.
    assert times.opens.size == 2
    assert [int(day) for day in times.days] == [(date(2026, 3, day) - date(1970, 1, 1)).days for day in (7, 9)]


def test_a_date_that_a_zone_skipped_was_never_a_business_day():
    samoa = Hours("apia", "Pacific/Apia", ((Span(32_400, 61_200),),) * 7)
    times = open_time(samoa, date(2011, 12, 29), date(2011, 12, 31))
    assert [int(day) - times.days[0] for day in times.days] == [0, 2]


def test_windows_that_meet_are_one(arithmetic):
    halves = Hours("halves", "UTC", ((Span(32_400, 36_420), Span(36_420, 39_600)),) * 7)
    arithmetic.load(business_tables([halves], date(2026, 1, 1), date(2026, 1, 3)))
    assert arithmetic.elapsed("halves", [(at("2026-01-01 09:00"), at("2026-01-02 09:00"))]) == [7200]


def test_a_slot_that_begins_with_a_close_knows_the_opening_that_follows(arithmetic):
    break_first = Hours("break", "UTC", ((Span(32_400, 43_200), Span(43_500, 46_800)),) * 7)  # to 12:00, from 12:05
    around = Hours("around", "UTC", ((Span(0, DAY),),) * 7)
    arithmetic.load(business_tables([break_first, around], date(2026, 1, 1), date(2026, 1, 5)))
    assert arithmetic.elapsed("break", [(at("2026-01-02 12:01"), at("2026-01-02 12:10"))]) == [300]
    assert arithmetic.elapsed("around", [(at("2026-01-02 23:59"), at("2026-01-03 00:10"))]) == [660]


def test_a_slot_has_one_opening_even_where_the_clock_change_pushes_one_window_against_the_next():
    pushed = Hours("pushed", "America/New_York", ((Span(7_800, 10_200), Span(13_920, 16_200)),) * 7)
    times = open_time(pushed, date(2026, 3, 8), date(2026, 3, 8))  # 02:10 to 02:50 becomes 03:10 to 03:50; then 03:52
    assert times.opens.size == 1


def test_no_row_of_the_way_back_is_empty():
    opened = business_tables([NYC, BER, SPLIT, ALL_DAY_NY], date(2026, 1, 1), date(2026, 6, 1)).open
    assert (opened["open_lo"] < opened["open_hi"]).all()
    assert ((opened["open_hi"] - 1) // 900 == opened["bucket"]).all()


def test_a_calendar_without_hours_is_never_open(arithmetic):
    arithmetic.load(business_tables([Hours("shut", "UTC", ((),) * 7)], date(2026, 1, 1), date(2026, 1, 9)))
    assert arithmetic.elapsed("shut", [(at("2026-01-02 09:00"), at("2026-01-05 09:00"))]) == [0]
    assert arithmetic.engine.rows("select count(*) from business_day") == [(0,)]


@st.composite
def days(draw):
    """Opening windows of one day, on quarters of an hour or, when it is one window, on any minute."""
    if draw(st.booleans()):
        ends = sorted(draw(st.lists(st.integers(0, 96), min_size=0, max_size=6, unique=True)))
        return tuple(Span(a * 900, b * 900) for a, b in zip(ends[::2], ends[1::2], strict=False))
    opens, closes = sorted(draw(st.lists(st.integers(0, 1440), min_size=2, max_size=2, unique=True)))
    return (Span(opens * 60, closes * 60),)


@st.composite
def weeks(draw):
    """A calendar with at least one opening, and a local date near which its clock changes."""
    zone = draw(st.sampled_from(ZONES))
    middle = draw(st.sampled_from(TURNS[zone])) + timedelta(days=draw(st.integers(-8, 8)))
    week = (((Span(32_400, 61_200),),) if draw(st.booleans()) else (draw(days()),)) + tuple(
        draw(days()) for _ in range(6)
    )
    near = st.integers(-20, 20).map(lambda offset: middle + timedelta(days=offset))
    special = draw(st.dictionaries(near, st.one_of(st.just(()), days()), max_size=6))
    assume(any(week[weekday] for weekday in range(7)))
    return Hours("drawn", zone, week, special), middle


@st.composite
def situations(draw):
    """A calendar and instants around its clock change, half of them at the ends of windows."""
    hours, middle = draw(weeks())
    midnight = datetime(middle.year, middle.month, middle.day)
    instants = draw(st.lists(st.integers(-12 * DAY, 12 * DAY), min_size=3, max_size=8))
    chosen = [midnight + timedelta(seconds=seconds) for seconds in instants]
    for day_offset in draw(st.lists(st.integers(-9, 9), max_size=6)):
        day = middle + timedelta(days=day_offset)
        for span in hours.on(day):
            edge = to_utc(day, draw(st.sampled_from(span)), hours.timezone)
            chosen.append(edge + timedelta(seconds=draw(st.integers(-1, 1))))
    return hours, middle, sorted(chosen)


def load(arithmetic, hours, middle):
    arithmetic.load(business_tables([hours], middle - timedelta(days=40), middle + timedelta(days=90)))


@settings(max_examples=40, deadline=None)
@given(situation=situations())
def test_tables_and_oracle_agree_on_every_wait(arithmetic, situation):
    hours, middle, instants = situation
    load(arithmetic, hours, middle)
    clocks = [(start, end) for start in instants[:6] for end in instants if start <= end]
    assert arithmetic.elapsed("drawn", clocks) == [open_seconds(hours, *clock) for clock in clocks]


@settings(max_examples=20, deadline=None)
@given(situation=situations())
def test_waiting_adds_up(arithmetic, situation):
    hours, middle, instants = situation
    load(arithmetic, hours, middle)
    triples = list(zip(instants, instants[1:], instants[2:], strict=False))
    whole = arithmetic.elapsed("drawn", [(a, c) for a, _, c in triples])
    first = arithmetic.elapsed("drawn", [(a, b) for a, b, _ in triples])
    second = arithmetic.elapsed("drawn", [(b, c) for _, b, c in triples])
    assert whole == [one + two for one, two in zip(first, second, strict=True)]


@settings(max_examples=40, deadline=None)
@given(situation=situations(), seconds=st.one_of(st.integers(1, 3 * DAY), st.sampled_from([1, 899, 900, 901, 3600])))
def test_adding_open_seconds_undoes_waiting_them(arithmetic, situation, seconds):
    hours, middle, instants = situation
    load(arithmetic, hours, middle)
    # Only calendars that are open long enough for the promise to end inside the tables.
    horizon = datetime(middle.year, middle.month, middle.day) + timedelta(days=60)
    assume(open_seconds(hours, instants[-1], horizon) >= seconds)
    due = arithmetic.after_seconds("drawn", instants, seconds)
    assert due == [after_open_seconds(hours, start, seconds) for start in instants]
    assert arithmetic.elapsed("drawn", list(zip(instants, due, strict=True))) == [seconds] * len(instants)
    before = [instant - timedelta(seconds=1) for instant in due]
    assert arithmetic.elapsed("drawn", list(zip(instants, before, strict=True))) == [seconds - 1] * len(instants)


@settings(max_examples=40, deadline=None)
@given(situation=situations(), count=st.integers(0, 8))
def test_tables_and_oracle_agree_on_deadlines_in_days(arithmetic, situation, count):
    hours, middle, instants = situation
    load(arithmetic, hours, middle)
    assert arithmetic.after_days("drawn", instants, count) == [
        close_after_days(hours, start, count) for start in instants
    ]
