"""Units that bring a window of their own, units that may still change, and figures that rest on too few."""

from __future__ import annotations

import pytest
from measures_bench import cell

from generator.measures import evaluate
from generator.measures.measured import Measured


def test_a_unit_may_have_a_window_of_its_own(november):
    measured = november.measure(
        "cohort",
        """
        unit | moment           | done_at          | window_days
        a    | 2026-04-01 12:00 | 2026-04-04 12:00 | 3
        b    | 2026-04-01 12:00 | 2026-04-04 12:01 | 3
        c    | 2026-04-01 12:00 | 2026-05-11 12:00 | 40
        """,
        window="mql_to_sql",
    )
    assert cell(measured, "2026-04")["value"] == pytest.approx(2 / 3)


def test_it_decides_who_is_old_enough(november):
    measured = november.measure(
        "cohort",
        """
        unit | moment           | done_at          | window_days
        a    | 2026-11-10 12:00 | 2026-11-11 12:00 | 3
        """,
        window="mql_to_sql",
    )
    assert cell(measured, "2026-11")["value"] == 1


def test_a_cell_with_a_unit_that_may_change_is_provisional(november):
    measured = november.measure(
        "rate",
        """
        unit | moment           | hit | is_provisional
        a    | 2026-04-02 12:00 | true        | false
        b    | 2026-05-02 12:00 | true        | false
        c    | 2026-05-02 12:00 | false       | true
        """,
    )
    assert cell(measured, "2026-04")["status"] == "ok"
    assert (cell(measured, "2026-05")["status"], cell(measured, "2026-05")["value"]) == ("provisional", 0.5)


@pytest.mark.parametrize(("fewest", "expected"), [(2, (2, "ok")), (3, (None, "suppressed"))])
def test_what_rests_on_too_few_is_not_said(november, fewest, expected):
    counted = november.measure("count", "unit | moment\n a | 2026-04-02 12:00\n b | 2026-04-02 12:00")
    heads = Measured({"heads": counted.metrics["metric"]}, counted.periods)
    found = cell(evaluate(f"enough(heads, heads, {fewest})", "metric", heads), "2026-04")
    assert (found["value"], found["status"]) == expected
