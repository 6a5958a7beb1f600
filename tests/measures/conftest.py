"""The drops on which measures are tested."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from measures_bench import Bench, load_calendar

from generator.engine import open_engine

HOLIDAYS = (date(2025, 11, 27), date(2025, 11, 28), date(2026, 11, 26), date(2026, 11, 27), date(2026, 12, 25))


@pytest.fixture(scope="session")
def _engine():
    with open_engine(threads=2) as engine:
        load_calendar(engine, datetime(2026, 11, 20, 23), date(2025, 1, 1), HOLIDAYS)
        yield engine


@pytest.fixture
def november(_engine):
    """A drop of 2026-11-20 23:00; units since 2025."""
    return Bench(_engine)
