"""A database with calendar tables in it."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest
from calendar_arithmetic import Arithmetic
from calendar_standins import agreement_of

from generator.calendar import build_calendar
from generator.canonical import TABLES as CANONICAL
from generator.engine import open_engine


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
