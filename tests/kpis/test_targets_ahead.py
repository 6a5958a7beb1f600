"""Targets that are missing for today, or soon will be."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from generator.kpis.targets_ahead import targets_ahead
from generator.models.agreed import AgreedTarget

TODAY = date(2026, 11, 20)


def kpi(name, target="flow", judged_by=""):
    return SimpleNamespace(id=name, target=target, judged_by=judged_by)


def target(metric, start, end):
    span = date.fromisoformat(start), date.fromisoformat(end)
    return AgreedTarget(f"{metric} {start}", metric, "all", *span, Decimal(1), None, "v1", None)


def told(kpis, *targets):
    return {one.id: one.text for one in targets_ahead(kpis, targets, TODAY)}


def test_a_kpi_whose_targets_ended_lacks_one_for_the_running_period():
    found = told([kpi("mqls")], target("mqls", "2026-10-01", "2026-11-01"))
    assert list(found) == ["missing_target"]
    assert "mqls" in found["missing_target"]


def test_the_period_that_comes_next_begins_where_the_shortest_running_target_ends():
    month, next_month = target("mqls", "2026-11-01", "2026-12-01"), target("mqls", "2026-12-01", "2027-01-01")
    year = target("mqls", "2026-01-01", "2027-01-01")
    assert told([kpi("mqls")], month, next_month) == {}
    assert told([kpi("mqls")], month, year) == {}  # the year holds in December too
    assert "mqls (from 2026-12-01 on)" in told([kpi("mqls")], month)["missing_next_target"]


def test_a_target_that_runs_on_for_long_needs_no_successor_yet():
    assert told([kpi("win_rate")], target("win_rate", "2026-01-01", "2028-01-01")) == {}


def test_only_kpis_that_are_judged_by_an_agreed_target_can_lack_one():
    kpis = [kpi("share", "none"), kpi("coverage", "level", "coverage.needed"), kpi("cac", "level")]
    assert told(kpis) == {"never_targeted": told([kpi("cac", "level")])["never_targeted"]}


def test_of_many_the_first_are_named():
    text = told([kpi(f"kpi_{number:02}") for number in range(15)])["never_targeted"]
    assert "kpi_11 and 3 more" in text
    assert "kpi_12" not in text
