"""A dimension apart: its members overlap, or are readings of one sum, so they are no parts of the whole."""

from __future__ import annotations

import pytest
from kpi_bench import kpi_text

from generator.errors import KpiError

DRAWN = """
    unit | moment:date | value:integer | in_whole:boolean | model | channel
    a 1  | 2026-04-01  | 60            | true             | w     | email
    a 2  | 2026-04-01  | 40            | true             | w     | event
    a 3  | 2026-04-01  | 100           | false            | first | email
    b 1  | 2026-04-09  | 10            | true             | w     |
    b 2  | 2026-04-09  | 10            | false            | first |
"""
FRONT = {
    "measure": "sum", "unit": "currency", "better": "none", "target": "none", "compare": [], "by": ["model", "channel"],
    "crossed": "model", "apart": "model",
}  # fmt: skip
SQL = "select unit, moment, value, in_whole, model, channel from attempt"


@pytest.fixture
def cells(spring):
    found = spring.facts(attempt=DRAWN).measure(kpi_text(SQL, **FRONT)).results.cells
    return {row.scope: row for row in found[found["period"] == "2026-04"].itertuples()}


def test_the_whole_and_the_other_splits_hold_one_reading(cells):
    assert cells["all"].value == 110
    assert {scope: cells[scope].value for scope in cells if scope.startswith("channel=") and ";" not in scope} == {
        "channel=Unknown": 10, "channel=email": 60, "channel=event": 40,
    }  # fmt: skip


def test_each_member_holds_all_of_its_own(cells):
    assert cells["model=w"].value == cells["model=first"].value == 110
    assert cells["channel=email;model=first"].value == 100
    assert cells["channel=email;model=w"].value == 60


def test_rows_that_do_not_say_whether_they_are_in_the_whole_are_a_mistake(spring):
    text = kpi_text(SQL.replace("in_whole, ", ""), **FRONT)
    with pytest.raises(KpiError, match="in_whole"):
        spring.facts(attempt=DRAWN).measure(text)


def test_a_row_of_another_reading_says_that_the_whole_does_not_hold_it(spring):
    text = kpi_text(SQL, **FRONT)
    whole = spring.facts(attempt=DRAWN).explain("sal_acceptance", "2026-04", text)
    assert (whole.counted, dict(whole.excluded)) == (3, {"not_in_whole": 2})
    assert spring.explain("sal_acceptance", "2026-04", text, model="first").counted == 2
