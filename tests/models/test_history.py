"""Where the history of a drop begins."""

from datetime import date, datetime

import pandas as pd
import pytest

from generator.calendar.periods import BusinessDays, Reporting, periods_between
from generator.canonical import TABLES
from generator.engine import open_engine
from generator.models.history import History, history_of

AS_OF = datetime(2026, 11, 20, 18)


@pytest.fixture
def begun():
    """Return the history of a drop whose leads were created in so many rows on these days."""

    def history(days: dict[str, int]) -> History:
        with open_engine() as engine:
            for name, table in TABLES.items():
                frame = pd.DataFrame()
                if name == "lead":
                    moments = [day for day, count in days.items() for _ in range(count)]
                    frame = pd.DataFrame({"lead_id": range(len(moments)), "created_at": moments})
                engine.load(f"canonical.{name}", frame, {one.name: one.type.value for one in table.columns})
            return history_of(engine, AS_OF)

    return history


@pytest.mark.parametrize(
    ("days", "begins", "earliest", "stray"),
    [
        # a drop without rows begins when it was taken
        ({}, date(2026, 11, 20), date(2026, 11, 20), 0),
        ({"2027-03-01": 5}, date(2026, 11, 20), date(2026, 11, 20), 0),
        ({"2025-01-10": 50, "2026-01-10": 50}, date(2025, 1, 10), date(2025, 1, 10), 0),
        # one row in a hundred before a silent year is a stray
        ({"2010-01-01": 1, "2025-01-10": 99}, date(2025, 1, 10), date(2010, 1, 1), 1),
        ({"2010-01-01": 1, "2012-05-05": 1, "2025-01-10": 198}, date(2025, 1, 10), date(2010, 1, 1), 2),
        # two are not, nor is one of few, nor one that is near
        ({"2020-01-01": 2, "2025-01-10": 98}, date(2020, 1, 1), date(2020, 1, 1), 0),
        ({"2020-01-01": 1, "2025-01-10": 9}, date(2020, 1, 1), date(2020, 1, 1), 0),
        ({"2024-01-31": 1, "2025-01-10": 99}, date(2024, 1, 31), date(2024, 1, 31), 0),
        # fifteen years are the most
        ({"1990-01-01": 9, "2025-01-10": 9}, date(2011, 11, 9), date(1990, 1, 1), 9),
    ],
)
def test_history_begins_where_the_drop_really_does(begun, days, begins, earliest, stray):
    assert begun(days) == History(begins, earliest, stray)


def test_rows_before_the_history_count_in_the_whole_and_in_no_other_period():
    reporting = Reporting("UTC", 1, cut_as_of=False)
    business = BusinessDays(pd.Series([20_000, 20_001]).to_numpy())
    periods = periods_between(date(2026, 10, 1), AS_OF, reporting, business, date(2010, 1, 1))
    own = {one.label: one.starts_on for one in periods if one.role == "own"}
    assert own["all"] == date(2010, 1, 1)
    assert min(day for label, day in own.items() if label != "all") == date(2026, 1, 1)
