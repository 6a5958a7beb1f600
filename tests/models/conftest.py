"""A database in which facts are built from tables that a test draws."""

from __future__ import annotations

from datetime import date

import pytest
from figures_bench import FigureBench
from models_bench import AS_OF, FactBench, packaged_agreement

from generator.calendar import build_calendar
from generator.canonical import TABLES
from generator.engine import open_engine


@pytest.fixture(scope="session")
def _engine():
    with open_engine(threads=2) as engine:
        for table in TABLES.values():
            columns = ", ".join(f'"{column.name}" {column.type.value}' for column in table.columns)
            engine.run(f"create table canonical.{table.name} ({columns})")
        build_calendar(engine, packaged_agreement(), AS_OF, date(2025, 10, 1))
        # Calendars reach a year beyond the data on both sides; drawings do not.
        engine.run(
            "create or replace table business_slot as select * from business_slot"
            " where slot between epoch(date '2026-09-01') // 900 and epoch(date '2026-12-31') // 900"
        )
        yield engine


@pytest.fixture
def build(_engine):
    """Build all facts from drawn tables: `build(lead="...", activity="...", as_of="11-09 12:00", ...)`."""
    return FactBench(_engine).build


@pytest.fixture
def measure(_engine):
    """Measure packaged KPIs over drawn tables: `measure("slippage", opportunity="...", settings={...})`."""
    return FigureBench(FactBench(_engine)).measure
