"""Formulas that look at the whole, take what is known, discount, and say what is not proven yet."""

from __future__ import annotations

import pytest
from measures_bench import cell

from generator.measures import evaluate, together
from generator.measures.measured import Measured


@pytest.fixture
def compute(november):
    def figure(name, kind, drawing, **more):
        measured = november.measure(kind, drawing, by=("region",), **more)
        return Measured({name: measured.metrics["metric"]}, measured.periods)

    money = figure(
        "money", "sum",
        """
        unit | moment           | value | region
        a    | 2026-04-02 12:00 | 10    | EMEA
        b    | 2026-04-02 12:00 | 30    | NA
        """,
    )  # fmt: skip
    margin = figure(
        "margin", "ratio",
        """
        unit | moment           | num | den | region
        a    | 2026-04-02 12:00 | 4   | 5   | EMEA
        b    | 2026-04-02 12:00 | 0   | 3   |
        """,
    )  # fmt: skip
    results = together([money, margin], november.periods())

    def run(text, scope="all", **more):
        found = cell(evaluate(text, "metric", results, additive=("money",), **more), "2026-04", scope)
        return found["value"], found["status"]

    return run


def test_the_whole_stands_in_for_a_member(compute):
    assert compute("money * whole(margin)", "region=NA") == (15, "ok")


def test_what_is_known_of_a_member_goes_before_the_whole(compute):
    assert compute("money * known(margin, whole(margin))", "region=EMEA") == (8, "ok")
    assert compute("money * known(margin, whole(margin))", "region=NA") == (15, "ok")


def test_what_is_looked_up_elsewhere_makes_no_cells(compute):
    with pytest.raises((StopIteration, ValueError, KeyError, AssertionError, TypeError)):
        compute("money * whole(margin)", "region=Unknown")


def test_a_setting_that_nobody_set_is_missing(compute):
    assert compute("money * rate", constants={"rate": float("nan")}) == (None, "missing_input")


@pytest.mark.parametrize(
    ("yearly", "worth"), [(float("nan"), 40), (0, 40), (0.1, sum(1.1 ** (-m / 12) for m in range(1, 41)))]
)
def test_later_months_are_worth_less(compute, yearly, worth):
    value, status = compute("discounted(money, rate)", constants={"rate": yearly})
    assert (value, status) == (pytest.approx(worth), "ok")


def test_what_is_not_proven_is_provisional(compute):
    assert compute("provisional(money, margin)") == (40, "ok")
    assert compute("provisional(money, margin - 1)") == (40, "provisional")
    assert compute("provisional(money / 0, margin - 1)") == (None, "zero_denominator")
