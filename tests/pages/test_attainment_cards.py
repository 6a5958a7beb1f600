"""The cards of the first screen: what is due of a target by now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_up_report import kpi, load_report, report_of, shaped
from test_attention import drawn

from generator.kpis.kpi import Kind
from generator.pages import templates
from generator.pages.attainment import goals
from generator.pages.cells import Cells
from generator.pages.context import Context
from generator.project import PACKAGED, Project

DRAWN = """
    metric_id                    | period | scope           | value | n  | target | attainment | numerator | denominator
    -----------------------------+--------+-----------------+-------+----+--------+------------+-----------+------------
    revenue_won                  | 2026Q4 | all             | 300   | 40 | 1000   | 0.3        |           |
    revenue_won.paced_target     | 2026Q4 | all             | 500   |    |        |            |           |
    revenue_won.paced_attainment | 2026Q4 | all             | 0.6   |    |        |            |           |
    revenue_won.gap              | 2026Q4 | all             | 700   |    |        |            |           |
    team_attainment              | 2026Q4 | team=marketing  | 0.4   | 12 |        |            | 80        | 200
"""


@pytest.fixture
def cards(agreement, tmp_path):
    """Return the lines of each card under a way of pacing."""

    def made(pacing):
        known = replace(agreement, settings=agreement.settings.model_copy(update={"pacing": pacing}))
        teams = kpi("team_attainment", Kind.RATIO, unit="ratio", by=("team",), target="none")
        teams = replace(teams, figures=(replace(teams.headline, total=False),))
        kpis = (kpi("revenue_won", Kind.SUM, unit="currency", section="north_star", by=()), teams)
        report = report_of(kpis, shaped(drawn(DRAWN)), agreement=known, load=load_report())
        context = Context(report, Cells(report.results), templates(report, Project(PACKAGED)), Path(tmp_path))
        return {goal.name: [line.replace("\u202f", " ") for line in goal.lines] for goal in goals(context)}

    return made


def test_what_is_due_by_now_is_told_where_days_do_not_tell_it(cards):
    line = cards("history_curve")["Revenue against target"][1]
    assert line.startswith("60.0 % of pace on day ")
    assert line.endswith(", by which 50.0 % of the target is due")
    assert "is due" not in cards("business_days")["Revenue against target"][1]


@pytest.mark.parametrize("pacing", ["business_days", "calendar_days", "history_curve"])
def test_a_team_is_paced_as_all_revenue_is(cards, pacing):
    assert "80.0 % of pace" in cards(pacing)["Marketing against its own target"]
