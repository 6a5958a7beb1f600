"""The drop on which KPI files are tested."""

from __future__ import annotations

import pytest
from kpi_bench import Bench, load_calendar

from generator.engine import open_engine

HANDOFFS = """
    handoff_id | handed_at:timestamp | accepted:boolean | decided:boolean | region | channel | excluded
    -----------+---------------------+------------------+-----------------+--------+---------+---------
    h1         | 2026-04-02 09:00    | true             | true            | EMEA   | webinar |
    h2         | 2026-04-03 09:00    | false            | true            | EMEA   | event   |
    h3         | 2026-04-30 23:59    | true             | true            | AMER   |         |
    h4         | 2026-04-11 09:00    | false            | false           | AMER   | event   |
    h5         | 2026-04-12 09:00    | true             | true            | EMEA   | event   | spam
    h6         | 2026-05-01 00:00    | true             | true            | EMEA   | Unknown |
    h7         | 2026-05-06 09:00    | false            | true            |        | O'Hara  |
"""


@pytest.fixture(scope="session")
def _engine():
    with open_engine(threads=2) as engine:
        load_calendar(engine)
        engine.seal()
        yield engine


@pytest.fixture
def spring(_engine):
    """Seven handoffs of April and May 2026 in a sealed database; taken on 20 May at noon."""
    return Bench(_engine).facts(handoff=HANDOFFS)
