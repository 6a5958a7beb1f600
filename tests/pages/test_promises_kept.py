"""How promises without a clock are kept: by a figure of their own, and by the reviews that were held."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_up_report import kpi, load_report, report_of, shaped
from test_attention import drawn

from generator.kpis.kpi import Kind
from generator.pages import promises, templates
from generator.pages.cells import Cells
from generator.pages.context import Context
from generator.project import PACKAGED, Project

HELD = """
    metric_id              | period  | value | numerator | denominator | n
    -----------------------+---------+-------+-----------+-------------+---
    sla_attainment.reviews | 2026-09 | 0.6   | 3         | 5           | 5
    sla_attainment.reviews | 2026-10 | 0.8   | 4         | 5           | 5
"""
UPDATED = """
    metric_id                      | period   | scope       | value | numerator | denominator | n
    -------------------------------+----------+-------------+-------+-----------+-------------+----
    data_quality                   | all      | type=orphan | 0.1   | 1         | 10          | 1
    data_quality.pipeline_updated  | 2026-W45 | all         | 0.97  | 97        | 100         | 100
    data_quality.pipeline_updated  | 2026-W46 | all         | 0.90  | 90        | 100         | 100
"""


@pytest.fixture
def line(agreement, tmp_path):
    """Return the line of a commitment over a drawn table of cells."""

    def made(commitment, table="metric_id\n-"):
        sla = kpi("sla_attainment", Kind.RATE, by=("commitment",))
        checks = kpi("data_quality", Kind.RATIO, unit="ratio", by=("type",), grains=("all",))
        updated = replace(
            checks.headline, name="pipeline_updated", kind=Kind.RATE, unit="ratio", by=(), grains=("week",)
        )
        checks = replace(
            checks, figures=(replace(checks.headline, total=False), replace(updated, title="Deals kept up"))
        )
        rows = [{"scope": "all", **row} for row in drawn(table)]
        report = report_of((sla, checks), shaped(rows), agreement=agreement, load=load_report())
        context = Context(report, Cells(report.results), templates(report, Project(PACKAGED)), Path(tmp_path))
        (found,) = [one for one in agreement.commitments_at(report.drop.as_of.date()) if one.id == commitment]
        return promises.line(context, found)

    return made


def test_reviews_are_kept_as_often_as_they_were_held(line):
    found = line("c.j.review", HELD)
    assert found.unknown == ""
    assert [(one.period, one.base or one.value) for one in found.kept] == [
        ("Oct 2026", "4 of 5"),
        ("Sep 2026", "3 of 5"),
    ]


def test_without_any_review_written_down_nobody_knows(line):
    assert line("c.j.review").unknown == "nobody wrote down a review"


def test_a_promise_is_shown_by_the_newest_week_of_the_figure_that_shows_it(line):
    found = line("c.sm.reporting", UPDATED)
    (kept,) = found.kept
    assert (kept.value.replace("\u202f", " "), kept.chip.word) == ("90.0 %", "under the goal")
    assert "46" in kept.period
    assert "Shown by “Deals kept up”" in found.sentence
