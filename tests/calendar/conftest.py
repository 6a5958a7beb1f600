"""A database with calendar tables in it, and values that stand in for the agreement."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace

import pandas as pd
import pytest
from calendar_arithmetic import Arithmetic

from generator.calendar import build_calendar
from generator.canonical import TABLES as CANONICAL
from generator.engine import open_engine

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


@pytest.fixture(scope="session")
def engine():
    with open_engine() as opened:
        yield opened


@pytest.fixture
def drop(engine):
    """Fill the calendar tables of the drop: (id, zone, weekday, open, close) and (id, date, open, close)."""

    def fill(windows=(), holidays=()):
        frames = {
            "calendar": pd.DataFrame(windows, columns=["calendar_id", "timezone", "weekday", "open", "close"]),
            "holiday": pd.DataFrame(holidays, columns=["calendar_id", "date", "open", "close"]),
        }
        for name, frame in frames.items():
            types = {column.name: column.type.value for column in CANONICAL[name].columns}
            engine.load(f"canonical.{name}", frame, types)

    fill()
    yield fill
    fill()


@pytest.fixture
def build(engine, drop):
    """Build all calendar tables from the drop and an agreement."""

    def run(as_of: str, first_day: str, *calendars, **settings):
        return build_calendar(
            engine, agreement_of(*calendars, **settings), datetime.fromisoformat(as_of), date.fromisoformat(first_day)
        )

    return run


@pytest.fixture(scope="session")
def arithmetic(engine):
    """Business time as the tables answer it."""
    return Arithmetic(engine)
