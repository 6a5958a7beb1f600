"""Splits of a KPI page: parts of a whole, and dimensions that stand apart from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_up_report import kpi, load_report, report_of, shaped
from test_attention import drawn

from generator.kpis.kpi import Kind
from generator.pages import templates
from generator.pages.cells import Cells
from generator.pages.context import Context
from generator.pages.headline import headline
from generator.pages.shapes import distributions
from generator.pages.splits import splits
from generator.project import PACKAGED, Project

DRAWN = """
    metric_id          | period | scope           | value | n
    -------------------+--------+-----------------+-------+---
    influenced_revenue | 2026Q3 | all             | 100   | 9
    influenced_revenue | 2026Q3 | channel=webinar | 80    | 7
    influenced_revenue | 2026Q3 | channel=event   | 60    | 6
"""
APART = "they overlap, so they do not add up to the whole"


@pytest.fixture
def split(agreement, tmp_path):
    def made(apart):
        plain = kpi("influenced_revenue", Kind.SUM, unit="currency", by=("channel",), grains=("quarter",))
        one = replace(plain, figures=(replace(plain.headline, apart=apart),))
        report = report_of((one,), shaped(drawn(DRAWN)), agreement=agreement, load=load_report())
        context = Context(report, Cells(report.results), templates(report, Project(PACKAGED)), Path(tmp_path))
        (found,), _ = splits(context, headline(context, one))
        return found

    return made


def test_members_that_stand_apart_are_shown_and_said_not_to_add_up(split, shown):
    found = split("channel")
    assert [(member.name, member.cell.value) for member in found.members] == [("webinar", 80), ("event", 60)]
    assert APART in shown(found.figure)
    assert APART in shown(found.table)
    assert "of the total" not in shown(found.figure)


def test_members_that_are_parts_of_the_whole_are_told_as_such(split, shown):
    found = split("")
    assert "webinar makes up 80.0 % of the total" in shown(found.figure)
    assert APART not in shown(found.figure)


def test_where_only_members_speak_the_largest_comes_first(agreement, tmp_path, shown):
    checks = """
    metric_id    | period | scope             | value | n
    -------------+--------+-------------------+-------+----
    data_quality | 2026Q3 | type=orphan       | 0.001 | 16
    data_quality | 2026Q3 | type=missing_fx   | 0.2   | 1
    """
    plain = kpi("data_quality", Kind.RATIO, unit="ratio", by=("type",), grains=("quarter",))
    one = replace(plain, figures=(replace(plain.headline, total=False),))
    report = report_of((one,), shaped(drawn(checks)), agreement=agreement, load=load_report())
    context = Context(report, Cells(report.results), templates(report, Project(PACKAGED)), Path(tmp_path))
    (found,), _ = splits(context, headline(context, one))
    assert [member.name for member in found.members] == ["No exchange rate", "Parent not in the drop"]
    assert "By type, the most: No exchange rate, 20.0 %" in shown(found.figure)


def test_a_companion_that_is_counted_by_reason_first_is_drawn_by_reason(agreement, tmp_path, shown):
    cells = """
    metric_id                | period | scope           | value | n
    -------------------------+--------+-----------------+-------+---
    exit_no_purchase         | 2026Q3 | all             | 0.4   | 50
    exit_no_purchase.reasons | 2026Q3 | all             | 20    | 20
    exit_no_purchase.reasons | 2026Q3 | reason=silent   | 5     | 5
    exit_no_purchase.reasons | 2026Q3 | reason=not_icp  | 15    | 15
    """
    plain = kpi("exit_no_purchase", Kind.COHORT, by=("channel",), grains=("quarter",))
    why = replace(plain.headline, name="reasons", title="Why leads left", kind=Kind.COUNT, unit="count", by=("reason",))
    one = replace(plain, figures=(plain.headline, why))
    report = report_of((one,), shaped(drawn(cells)), agreement=agreement, load=load_report())
    context = Context(report, Cells(report.results), templates(report, Project(PACKAGED)), Path(tmp_path))
    (found,) = distributions(context, headline(context, one))
    assert "not_icp 15 75.0 % silent 5 25.0 %" in shown(found)


def test_where_only_teams_speak_a_region_lays_them_side_by_side(agreement, tmp_path, shown):
    attained = """
    metric_id | period | scope                       | value | n
    ----------+--------+-----------------------------+-------+---
    teams     | 2026Q3 | team=marketing              | 0.5   | 9
    teams     | 2026Q3 | team=sales                  | 0.4   | 7
    teams     | 2026Q3 | region=EMEA;team=marketing  | 0.9   | 6
    """
    plain = kpi("teams", Kind.RATIO, unit="ratio", by=("team", "region"), grains=("quarter",), target="none")
    one = replace(plain, figures=(replace(plain.headline, total=False, crossed="team"),))
    report = report_of((one,), shaped(drawn(attained)), agreement=agreement, load=load_report())
    context = Context(report, Cells(report.results), templates(report, Project(PACKAGED)), Path(tmp_path))
    found, _ = splits(context, headline(context, one))
    text = shown(found[-1].table)
    assert found[-1].title.startswith("By region")
    assert "EMEA" in text
    assert "90.0" in text
    assert "50.0" not in text
