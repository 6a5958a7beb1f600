"""Figures over what only the comparison of drops tells: counted where it tells, withheld where it cannot."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace

import pytest
from drawn_drops import TAKEN, Company

from generator.kpis import measure_kpis
from generator.prepare import Request, facts_of, read_inputs
from generator.progress import Quiet
from generator.project import PACKAGED, Project
from generator.restating import since

pytestmark = pytest.mark.xdist_group("snapshots")

KPIS = ("mql_count", "stage_velocity", "sla_attainment")


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """The last of three drops of a company without histories: what was measured, and the company."""
    folder = tmp_path_factory.mktemp("compared")
    (folder / "project" / "content").mkdir(parents=True)
    shutil.copy(PACKAGED / "mkdocs.yml", folder / "project" / "mkdocs.yml")
    project, company = Project(folder / "project"), Company.drawn()
    for taken in (TAKEN[0], TAKEN[1], TAKEN[3]):
        inputs = read_inputs(project, Request(exports=company.drop(folder / "exports", taken)), Quiet())
        inputs = replace(inputs, kpis=tuple(kpi for kpi in inputs.kpis if kpi.id in KPIS))
        held = since(None, None, project.root / ".onefunnel")
        with facts_of(inputs, project, "duckdb", Quiet(), held) as ready:
            if taken == TAKEN[3]:
                found = measure_kpis(ready.kpis, ready.engine, ready.agreement, ready.load, ready.drop.as_of)
        held.keep()
    return found, company


def _cell(measured, metric, period):
    cells = measured.results.cells
    found = cells[(cells["metric_id"] == metric) & (cells["period"] == period) & (cells["scope"] == "all")]
    return found["value"].iloc[0], found["status"].iloc[0]


def test_a_week_in_which_a_drop_was_taken_counts_what_it_shows(measured):
    found, company = measured
    changes = company.changes(company.leads, (TAKEN[0], TAKEN[1], TAKEN[3]))
    handed = {taken: sum(1 for _, stage, when in changes if stage == "mql" and when == taken) for taken in TAKEN}
    assert _cell(found, "mql_count", "2026-W41") == (handed[TAKEN[1]], "ok")
    assert _cell(found, "mql_count", "2026-W44") == (handed[TAKEN[3]], "ok")
    assert _cell(found, "mql_count", "all") == (handed[TAKEN[1]] + handed[TAKEN[3]], "ok")


@pytest.mark.parametrize("period", ["2026-W42", "2026-W43", "2026-10", "2026Q4"])
def test_a_period_that_began_before_or_saw_no_drop_is_not_nought_but_unknown(measured, period):
    value, status = _cell(measured[0], "mql_count", period)
    assert math.isnan(value)
    assert status == "missing_input"


def test_hours_are_not_counted_from_days_between_two_drops(measured):
    assert measured[0].missing["sla_attainment"] == ("lifecycle_event.moments",)
    assert "stage_velocity" not in measured[0].missing
