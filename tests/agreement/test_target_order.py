"""Targets in the order of the agreement, and values that change from period to period."""

from datetime import date
from decimal import Decimal

PLAN = """
targets:
  - {{id: sales, metric: revenue_won, team: sales, value: 500000, every: quarter, from: 2026-01-01, to: 2027-01-01,
     version: v1, agreed_on: 2025-12-01, agreed_by: {{sales: CRO, marketing: CMO}}}}
  - {{id: marketing, metric: revenue_won, team: marketing, value: 150000, every: quarter, from: 2026-01-01,
     to: 2027-01-01, version: v1, agreed_on: {day}, follows: {first}}}
"""


def test_a_target_says_who_agreed_and_from_which_one_it_follows(agreed):
    found = {one.plan: one for one in agreed(targets=PLAN.format(day="2025-12-08", first="sales")).targets}
    assert found["sales"].agreed_by.sales == "CRO"
    assert found["marketing"].agreed_on == date(2025, 12, 8)


def test_what_follows_is_not_agreed_before_what_it_follows_from(only_mistake):
    told = only_mistake(targets=PLAN.format(day="2025-11-08", first="sales"))
    assert "'marketing' was agreed before 'sales', which it follows from" in told


def test_a_target_follows_from_one_that_there_is(only_mistake):
    assert "did you mean 'sales'" in only_mistake(targets=PLAN.format(day="2025-12-08", first="salse"))


def test_targets_do_not_follow_from_one_another_in_a_circle(mistakes):
    told = mistakes(targets=PLAN.format(day="2025-12-08", first="marketing"))
    assert any("follows from itself" in one for one in told)


def test_a_ramp_is_an_entry_for_each_step_and_months_add_up_to_the_quarter(agreed):
    steps = "\n".join(
        f"  - {{id: m{n}, metric: mql_count, team: marketing, value: {value}, every: month, from: 2026-{n:02}-01,"
        f" to: 2026-{n + 1:02}-01, version: ramp}}"
        for n, value in enumerate((400, 450, 500), 1)
    )
    found = [one for one in agreed(targets=f"targets:\n{steps}\n").targets if one.metric == "mql_count"]
    assert [(one.period_start.month, one.value) for one in found] == [(1, 400), (2, 450), (3, 500)]
    assert sum(one.value for one in found) == Decimal(1350)
