"""Values that stand in for the agreement."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

NINE_TO_FIVE = tuple((weekday, "09:00", "17:00") for weekday in range(5))


def calendar_of(calendar_id, timezone="UTC", windows=NINE_TO_FIVE, holidays=()):
    """Return a calendar of the agreement; windows as (weekday, open, close), holidays as (date, open, close)."""
    return SimpleNamespace(
        id=calendar_id,
        timezone=timezone,
        windows=tuple(SimpleNamespace(weekday=day, open=opens, close=closes) for day, opens, closes in windows),
        holidays=tuple(
            SimpleNamespace(date=date.fromisoformat(day), open=opens, close=closes) for day, opens, closes in holidays
        ),
    )


def agreement_of(*calendars, **settings):
    """Return as much of an agreement as a calendar needs."""
    usual = {
        "reporting_timezone": "UTC",
        "reporting_calendar": "company",
        "fiscal_year_start_month": 1,
        "to_date_cut": "last_completed_day",
    }
    return SimpleNamespace(
        calendars=calendars or (calendar_of("company"),), settings=SimpleNamespace(**{**usual, **settings})
    )
