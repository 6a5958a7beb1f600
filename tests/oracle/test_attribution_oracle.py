"""Attribution agrees with its second derivation under other agreed rules, too: every switch set the other way."""

from __future__ import annotations

import pytest

from generator.demo import make_demo
from generator.project import Project

from . import attribution
from .check import Pair, table, twice

pytestmark = pytest.mark.xdist_group("attribution")

OTHERWISE = """schema: 1
reporting_timezone: America/New_York
fiscal_year_start_month: 4
touch_dedupe_minutes: 300
influence_lookback_days: 60
attribution:
  min_won: 3
  min_journeys: 10
  half_life_days: 9
  lookback_days: 90
  journey_reset: false
  journey_scope: primary_lead
  include_sales_touches: true
  u_variant: 50_50
  default_model: u
  finance_model: last
  position: {first: 0.5, last: 0.2, middle: 0.3}
"""


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Pair:
    folder = tmp_path_factory.mktemp("otherwise")
    make_demo(folder / "drop", leads=400, seed=5, months=15)
    (folder / "content" / "agreement").mkdir(parents=True)
    (folder / "content" / "agreement" / "settings.yml").write_text(OTHERWISE, encoding="utf-8")
    (folder / "mkdocs.yml").write_text("site_name: Otherwise\n", encoding="utf-8")
    return twice(Project(folder), folder / "drop")


@pytest.mark.parametrize("metric", attribution.METRICS)
def test_cells_agree_under_other_rules(pair, metric):
    assert pair.cells[metric], "nothing was compared"
    differences = pair.differences(metric)
    assert not differences, "\n" + table(differences)


def test_removal_effects_are_shown_and_compared(pair):
    shown = [
        key for key, row in pair.got("attributed_revenue").items() if "model=markov" in key[2] and row.status == "ok"
    ]
    assert len(shown) > 20
