"""The three-way split of drawn cells."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.agreement import Settings
from generator.history.changes import effect, worth_telling
from generator.history.parts import PARTS, Reading, Runs, Split, splits_of

SETTINGS = Settings(schema=1)


def run(value, status="ok", cut="", period="2026-04"):
    """One cell of one run; without a value, say why."""
    return pd.DataFrame(
        {
            "metric_id": ["m"], "period": [period], "scope": ["all"], "value": [float("nan") if value is None else value],
            "status": [status], "n": pd.array([10], dtype="Int64"), "cut": [cut],
        }
    )  # fmt: skip


NONE = run(1.0).iloc[:0]


def split(*runs):
    (found,) = splits_of(Runs(*runs))
    return found


amounts = st.integers(-(10**11), 10**11).map(lambda cents: cents / 100)


@settings(deadline=None)
@given(amounts, amounts, amounts, amounts)
def test_the_parts_add_up_to_the_cent(published, restated, old_rules, now):
    for found in splits_of(Runs(run(published), run(restated), run(old_rules), run(now))):
        assert sum(found.part(name) for name in PARTS) == found.difference


def test_each_part_is_one_step():
    found = split(run(10.0), run(12.0), run(15.0), run(9.0))
    assert [found.part(name) for name in PARTS] == [2, 3, -6]
    assert found.is_closed


def test_what_is_the_same_in_all_runs_is_no_difference():
    assert splits_of(Runs(run(3.0), run(3.0), run(3.0), run(3.0))) == ()


def test_parts_that_cancel_out_are_told():
    found = split(run(4.0), run(6.0), run(6.0), run(4.0))
    assert (found.restated, found.definition, found.difference) == (2, -2, 0)
    assert worth_telling(found, "count", SETTINGS)
    assert effect(found) == pytest.approx(4 / 6)


@pytest.mark.parametrize(
    ("runs", "turn"),
    [
        ((run(None, "zero_denominator"), run(1.0), run(1.0), run(1.0)), "restated"),
        ((run(None, "maturing"), run(None, "maturing"), run(1.0), run(1.0)), "new_activity"),
        ((run(1.0), run(1.0), run(1.0), run(None, "missing_fx")), "definition"),
        ((NONE, NONE, NONE, run(1.0)), "definition"),
    ],
)
def test_where_a_value_appears_or_vanishes_nothing_is_subtracted(runs, turn):
    found = split(*runs)
    assert found.turn == turn
    assert [found.part(name) for name in PARTS] == [None, None, None]
    assert found.difference is None


def test_a_cohort_that_came_of_age_is_no_news():
    found = split(run(None, "maturing"), run(None, "maturing"), run(0.4), run(0.4))
    assert not worth_telling(found, "ratio", SETTINGS)


@pytest.mark.parametrize(("cut", "period"), [("2026-04-12", "2026-04"), ("", "all")])
def test_a_period_that_was_still_running_is_not_closed(cut, period):
    runs = [run(value, cut=cut, period=period) for value in (1.0, 2.0, 2.0, 2.0)]
    assert not split(*runs).is_closed


@pytest.mark.parametrize(
    ("unit", "before", "now", "told"),
    [
        ("count", 100.0, 101.0, True),
        ("currency", 1000.0, 1005.0, False),
        ("currency", 1000.0, 1006.0, True),
        ("currency_per_day", 1000.0, 1004.0, False),
        ("ratio", 0.5, 0.5004, False),
        ("ratio", 0.5, 0.5006, True),
        ("days", 3.0, 3.04, False),
        ("days", 3.0, 3.06, True),
    ],
)
def test_what_is_tolerated_depends_on_the_unit(unit, before, now, told):
    found = split(run(before), run(now), run(now), run(now))
    assert worth_telling(found, unit, SETTINGS) is told


def test_a_value_without_parts_is_judged_by_its_whole():
    both = Split("m", "2026-04", "all", True, Reading(4, "ok", 4), Reading(4, "ok", 4))
    assert not worth_telling(both, "count", SETTINGS)
