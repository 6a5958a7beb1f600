"""Business hours, business days and reporting periods, as tables that facts and measures join.

Tables (default schema; instants are naive UTC; s below is the second of an instant inside its slot):

local_slot     slot, local_date
               the date in the reporting zone of each 15 minutes; slot = floor(epoch / 900)
business_slot  calendar_id, slot, open_before_s, open_from_s, open_to_s, days_closed, day_close_s
               open seconds up to an instant =
               open_before_s + least(greatest(s - open_from_s, 0), open_to_s - open_from_s);
               ordinal of its business day = days_closed + 1, and one more when s >= day_close_s
business_open  calendar_id, bucket, open_lo, open_hi, lo_at
               the instant at which x >= 1 open seconds have passed = lo_at + (x - open_lo) seconds,
               in the row with bucket = (x - 1) // 900 and open_lo < x <= open_hi
business_day   calendar_id, ordinal, local_date, opens_at, closes_at
calendar_date  calendar_id, local_date, is_business, business_days_before
period         period, label, grain, starts_on, ends_on, cut_on, is_part, instant, days_done, days_total, role,
               of_period, before_label, exhausted
               role `own`, or the comparison (wow, mom, qoq, yoy) that this twin of the part period `of_period` is for
period_before  period, comparison, before_period: whom an own period is compared with
period_day     day, period: the days counted, [starts_on, cut_on)

The first five reach from 400 days before the first day to 400 days after as-of; an instant outside finds no row, so use
an outer join where one may be. The calendar `24x7` always exists. Count whole seconds: floor an instant first.

Open seconds between two instants of one row:

    select
        clock.id,
        til.open_before_s - since.open_before_s
        + least(greatest(clock.to_s - til.slot * 900 - til.open_from_s, 0), til.open_to_s - til.open_from_s)
        - least(greatest(clock.from_s - since.slot * 900 - since.open_from_s, 0), since.open_to_s - since.open_from_s)
            as elapsed_s
    from (
        select
            id,
            calendar_id,
            cast(floor(epoch(from_at)) as bigint) as from_s,
            cast(floor(epoch(to_at)) as bigint) as to_s
        from clock
    ) as clock
    join business_slot as since
        on since.calendar_id = clock.calendar_id and since.slot = cast(floor(clock.from_s / 900) as bigint)
    join business_slot as til
        on til.calendar_id = clock.calendar_id and til.slot = cast(floor(clock.to_s / 900) as bigint)

The deadline of n >= 1 open seconds: take x = open seconds up to the trigger + n, as `x` of `triggered`:

    select triggered.id, opened.lo_at + (triggered.x - opened.open_lo) * interval 1 second as due_at
    from triggered
    join business_open as opened
        on opened.calendar_id = triggered.calendar_id
        and opened.bucket = cast(floor((triggered.x - 1) / 900) as bigint)
        and opened.open_lo < triggered.x
        and triggered.x <= opened.open_hi

The deadline of n business days is the close of the n-th business day after that of the trigger:

    select clock.id, due.closes_at as due_at
    from (
        select id, calendar_id, days, cast(floor(epoch(from_at)) as bigint) as from_s
        from clock
    ) as clock
    join business_slot as since
        on since.calendar_id = clock.calendar_id and since.slot = cast(floor(clock.from_s / 900) as bigint)
    join business_day as due
        on due.calendar_id = clock.calendar_id
        and due.ordinal = since.days_closed + 1 + clock.days
            + case when clock.from_s - since.slot * 900 >= since.day_close_s then 1 else 0 end
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from generator.agreement import Agreement
from generator.calendar.business_time import business_tables, open_time
from generator.calendar.calendars import choose_calendars
from generator.calendar.periods import BusinessDays, Reporting, period_frames, periods_between
from generator.calendar.zones import local_date, local_slot_frame
from generator.engine import Engine

#: How far the tables reach beyond the data: a year for comparisons and deadlines, and some.
MARGIN = timedelta(days=400)

DAY = timedelta(days=1)

#: A stray date of the year 1 must not ask for two thousand years of quarter hours.
EARLIEST = date(1970, 1, 1)

TABLES = {
    "local_slot": {"slot": "bigint", "local_date": "date"},
    "business_slot": {
        "calendar_id": "varchar",
        "slot": "bigint",
        "open_before_s": "bigint",
        "open_from_s": "integer",
        "open_to_s": "integer",
        "days_closed": "integer",
        "day_close_s": "integer",
    },
    "business_open": {
        "calendar_id": "varchar",
        "bucket": "bigint",
        "open_lo": "bigint",
        "open_hi": "bigint",
        "lo_at": "timestamp",
    },
    "business_day": {
        "calendar_id": "varchar",
        "ordinal": "integer",
        "local_date": "date",
        "opens_at": "timestamp",
        "closes_at": "timestamp",
    },
    "calendar_date": {
        "calendar_id": "varchar",
        "local_date": "date",
        "is_business": "boolean",
        "business_days_before": "integer",
    },
    "period": {
        "period": "integer",
        "label": "varchar",
        "grain": "varchar",
        "starts_on": "date",
        "ends_on": "date",
        "cut_on": "date",
        "is_part": "boolean",
        "instant": "timestamp",
        "days_done": "integer",
        "days_total": "integer",
        "role": "varchar",
        "of_period": "integer",
        "before_label": "varchar",
        "exhausted": "boolean",
    },
    "period_before": {"period": "integer", "comparison": "varchar", "before_period": "integer"},
    "period_day": {"day": "date", "period": "integer"},
}

__all__ = ["TABLES", "build_calendar", "local_date"]


def build_calendar(
    engine: Engine, agreement: Agreement, as_of: datetime, first_day: date, earliest: date | None = None
) -> tuple[str, ...]:
    """Create the tables above and return what readers should know about the calendars, a sentence each.

    `as_of` is naive UTC; `first_day` is the first local date whose periods are told apart, read as 1970 where it is
    older. Dates from `earliest` on have a local date and count in `all`. Raises ExportError or AgreementError with
    every mistake in the calendars.
    """
    chosen = choose_calendars(engine, agreement)
    settings = agreement.settings
    last_day = local_date(as_of, settings.reporting_timezone)
    first_day = max(first_day, EARLIEST)
    first, last = min(first_day, last_day) - MARGIN, last_day + MARGIN
    reporting = Reporting(
        settings.reporting_timezone, settings.fiscal_year_start_month, cut_as_of=settings.to_date_cut == "as_of"
    )
    reporting_hours = next(one for one in chosen.calendars if one.id == settings.reporting_calendar)
    business = BusinessDays(open_time(reporting_hours, first, last).days)
    earliest = max(min(earliest or first_day, first_day), EARLIEST)
    periods = periods_between(first_day, as_of, reporting, business, earliest)
    tables = business_tables(chosen.calendars, first, last)
    frames = {
        "local_slot": local_slot_frame(reporting.zone, min(first, earliest - DAY), last),
        "business_slot": tables.slot,
        "business_open": tables.open,
        "business_day": tables.day,
        "calendar_date": tables.date,
        **period_frames(periods, reporting.fiscal_year_start_month),
    }
    for table, types in TABLES.items():
        engine.load(table, frames[table], types)
    return chosen.sentences
