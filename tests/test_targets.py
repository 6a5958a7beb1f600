"""Targets: attainment, pacing by business days, and whose target a number is judged by."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from generator.engine import open_engine
from generator.kpis.kpi import Figure, Kind
from generator.measures import Measured, load_periods
from generator.measures.results import CELL_COLUMNS
from generator.targets import add_targets

sys.path.insert(0, str(Path(__file__).parent / "measures"))
from measures_bench import Bench, cell, draw, load_calendar

HOLIDAYS = (date(2026, 11, 26), date(2026, 11, 27), date(2026, 12, 25))


@pytest.fixture(scope="module")
def november():
    """A drop of 2026-11-20: 14 of 19 business days of November are done, 36 of 63 of the quarter."""
    with open_engine(threads=2) as engine:
        load_calendar(engine, datetime(2026, 11, 20, 23), date(2026, 1, 1), HOLIDAYS)
        yield engine


def kpi(id="mql_count", target="flow", better="higher", kind="count", by=(), band=None, judged_by=""):
    headline = Figure("", "", Kind(kind), "", "", "count", tuple(by), ("month", "quarter"))
    return SimpleNamespace(id=id, target=target, better=better, band=band, headline=headline, judged_by=judged_by)


def targets(engine, drawn, **metric):
    """Load drawn targets as the fact would: a row for each own period that equals, lies in, or is tiled by the span."""
    frame = draw(drawn).reindex(columns=["metric", "from", "to", "team", "region", "value", "version", "summed"])
    own = engine.frame("select period, starts_on, ends_on from period where role = 'own' and grain <> 'all'")
    rows = frame.merge(own, how="cross")
    start, end = pd.to_datetime(rows["from"]), pd.to_datetime(rows["to"])
    rows["summed"] = rows["summed"] == "yes"
    fits = (start <= rows["starts_on"]) & (end >= rows["ends_on"]) & ~rows["summed"]
    fits |= (start == rows["starts_on"]) & (end == rows["ends_on"])
    types = {
        "period": "integer", "metric": "varchar", "team": "varchar", "region": "varchar", "segment": "varchar",
        "owner": "varchar", "value": "decimal(38,9)", "currency_gap": "varchar", "version": "varchar",
        "agreed_on": "date", "summed": "boolean", "span_start": "date", "span_end": "date",
    }  # fmt: skip
    engine.load("target", rows[fits].rename(columns={"from": "span_start", "to": "span_end"}), types)


def cells_of(drawn):
    frame = draw(drawn).reindex(columns=list(CELL_COLUMNS))
    numbers = ["value", "numerator", "denominator", "low", "high", "target", "attainment"]
    frame = frame.astype(dict.fromkeys(numbers, "float64"))
    frame["n"] = frame["n"].astype("float64").astype("Int64")
    texts = {"scope": "all", "status": "ok", "target_status": "", "cut": ""}
    frame = frame.astype(dict.fromkeys(texts, "object")).fillna(texts)
    return frame.astype(dict.fromkeys(["metric_id", "period", *texts], "str"))


@pytest.fixture
def judged(november):
    def judge(metric, agreed, cells, pacing="business_days"):
        targets(november, agreed)
        settings = SimpleNamespace(pacing=pacing, min_n_rate=30)
        return add_targets(cells_of(cells), [metric], november, load_periods(november), settings)

    return judge


def look(frame, metric, period, scope="all"):
    return cell(frame, period, scope, metric)


def test_a_flow_target_is_paced_by_the_business_days_that_are_done(judged):
    found = judged(
        kpi(),
        """
        metric    | from       | to         | team      | value
        mql_count | 2026-11-01 | 2026-12-01 | marketing | 500
        """,
        """
        metric_id | period  | value | n
        mql_count | 2026-11 | 4     | 4
        """,
    )
    headline = look(found, "mql_count", "2026-11")
    assert (headline["target"], headline["attainment"]) == (500, 0.008)
    assert look(found, "mql_count.paced_target", "2026-11")["value"] == pytest.approx(7000 / 19, rel=1e-15)
    assert look(found, "mql_count.paced_attainment", "2026-11")["value"] == pytest.approx(19 / 1750, rel=1e-15)
    assert headline["target_status"] == "off_target"


def test_what_is_missing_is_spread_over_the_business_days_that_are_left(judged):
    found = judged(
        kpi("revenue_won", kind="sum"),
        """
        metric      | from       | to         | value
        revenue_won | 2026-10-01 | 2027-01-01 | 3000000
        """,
        """
        metric_id   | period | value   | n
        revenue_won | 2026Q4 | 1280000 | 3
        """,
    )
    assert look(found, "revenue_won", "2026Q4")["attainment"] == pytest.approx(32 / 75, rel=1e-15)
    paced = look(found, "revenue_won.paced_attainment", "2026Q4")
    assert paced["value"] == pytest.approx(56 / 75, rel=1e-15)
    assert (paced["numerator"], paced["denominator"]) == (1280000, pytest.approx(12000000 / 7))
    assert look(found, "revenue_won.gap", "2026Q4")["value"] == 1720000
    required = look(found, "revenue_won.required_per_business_day", "2026Q4")
    assert (required["value"], required["denominator"]) == (pytest.approx(1720000 / 27, rel=1e-15), 27)


def test_a_level_target_holds_inside_its_span_and_is_never_paced(judged):
    found = judged(
        kpi("sales_cycle", target="level", better="lower", kind="mean"),
        """
        metric      | from       | to         | value
        sales_cycle | 2026-10-01 | 2027-01-01 | 45
        """,
        """
        metric_id   | period  | value | n
        sales_cycle | 2026Q4  | 50    | 5
        sales_cycle | 2026-11 | 30    | 5
        sales_cycle | 2026-09 | 30    | 5
        """,
    )
    quarter, month = look(found, "sales_cycle", "2026Q4"), look(found, "sales_cycle", "2026-11")
    assert (quarter["attainment"], quarter["target_status"]) == (0.9, "at_risk")
    assert (month["attainment"], month["target_status"]) == (1.5, "on_target")
    assert look(found, "sales_cycle", "2026-09")["target"] is None
    assert look(found, "sales_cycle.paced_target", "2026Q4")["value"] == 45
    assert look(found, "sales_cycle.paced_attainment", "2026Q4") is None


def test_the_narrowest_level_target_wins(judged):
    found = judged(
        kpi("sales_cycle", target="level", better="lower", kind="mean"),
        """
        metric      | from       | to         | value
        sales_cycle | 2026-01-01 | 2027-01-01 | 60
        sales_cycle | 2026-10-01 | 2027-01-01 | 45
        """,
        """
        metric_id   | period  | value | n
        sales_cycle | 2026-11 | 30    | 3
        sales_cycle | 2026-09 | 30    | 3
        """,
    )
    assert look(found, "sales_cycle", "2026-11")["target"] == 45
    assert look(found, "sales_cycle", "2026-09")["target"] == 60


def test_months_add_up_to_a_flow_target_but_never_to_a_level(judged):
    agreed = """
        metric | from       | to         | value | summed
        {0}    | 2026-07-01 | 2026-10-01 | 900   | yes
        """
    cells = """
        metric_id | period | value | n
        {0}       | 2026Q3 | 900   | 9
        """
    flow = judged(kpi("mql_count"), agreed.format("mql_count"), cells.format("mql_count"))
    assert look(flow, "mql_count", "2026Q3")["target_status"] == "on_target"
    level = judged(kpi("deal_size", "level", kind="mean"), agreed.format("deal_size"), cells.format("deal_size"))
    assert look(level, "deal_size", "2026Q3")["target"] is None


def test_a_longer_flow_target_is_not_shared_out(judged):
    found = judged(
        kpi(),
        """
        metric    | from       | to         | value
        mql_count | 2026-10-01 | 2027-01-01 | 1500
        """,
        """
        metric_id | period  | value | n
        mql_count | 2026-11 | 4     | 4
        """,
    )
    assert look(found, "mql_count", "2026-11")["target"] is None


@pytest.mark.parametrize(
    ("teams", "expected"),
    [(["marketing"], 500), (["marketing", "sales"], None), (["marketing", "", "sales"], 500), (["all"], 500)],
)
def test_a_team_may_set_the_target_of_a_number_that_is_not_split_by_team_but_two_may_not(judged, teams, expected):
    values = {"marketing": 500 if "" not in teams else 700, "sales": 300, "": 500, "all": 500}
    rows = "\n".join(f"mql_count | 2026-10-01 | 2026-11-01 | {team} | {values[team]}" for team in teams)
    found = judged(
        kpi(),
        f"metric | from | to | team | value\n{rows}",
        "metric_id | period | value | n\nmql_count | 2026-10 | 250 | 250",
    )
    assert look(found, "mql_count", "2026-10")["target"] == expected


def test_sales_carries_the_whole_revenue_where_nothing_was_agreed_for_all(judged):
    agreed = """
        metric      | from       | to         | team      | value
        revenue_won | 2026-10-01 | 2026-11-01 | sales     | 300
        revenue_won | 2026-10-01 | 2026-11-01 | marketing | 90
        """
    cells = """
        metric_id   | period  | scope      | value | n
        revenue_won | 2026-10 | all        | 150   | 3
        revenue_won | 2026-10 | team=sales | 150   | 3
        """
    revenue = kpi("revenue_won", kind="sum", by=("team",))
    found = judged(revenue, agreed, cells)
    assert look(found, "revenue_won", "2026-10")["target"] == 300
    assert look(found, "revenue_won", "2026-10", "team=sales")["target"] == 300
    for_all = f"{agreed.rstrip()}\n        revenue_won | 2026-10-01 | 2026-11-01 | | 400"
    assert look(judged(revenue, for_all, cells), "revenue_won", "2026-10")["target"] == 400


def test_a_target_for_a_member_is_for_that_member_whatever_the_case(judged):
    found = judged(
        kpi(by=("team", "region")),
        """
        metric    | from       | to         | team  | region | value
        mql_count | 2026-10-01 | 2026-11-01 | Sales |        | 100
        mql_count | 2026-10-01 | 2026-11-01 |       | EMEA   | 50
        """,
        """
        metric_id | period  | scope       | value | n
        mql_count | 2026-10 | all         | 90    | 90
        mql_count | 2026-10 | team=sales  | 90    | 90
        mql_count | 2026-10 | region=EMEA | 60    | 60
        """,
    )
    assert look(found, "mql_count", "2026-10")["target"] is None
    assert look(found, "mql_count", "2026-10", "team=sales")["target_status"] == "at_risk"
    assert look(found, "mql_count", "2026-10", "region=EMEA")["target_status"] == "on_target"


def test_a_target_of_nothing_has_no_attainment(judged):
    found = judged(
        kpi(),
        "metric | from | to | value\nmql_count | 2026-10-01 | 2026-11-01 | 0",
        "metric_id | period | value | n\nmql_count | 2026-10 | 9 | 9",
    )
    october = look(found, "mql_count", "2026-10")
    assert (october["target"], october["attainment"], october["target_status"]) == (0, None, "")


def test_a_share_of_few_units_has_attainment_but_no_status(judged):
    found = judged(
        kpi("lead_to_customer", target="level", kind="cohort"),
        "metric | from | to | value\nlead_to_customer | 2026-01-01 | 2027-01-01 | 0.2",
        """
        metric_id        | period  | value | n
        lead_to_customer | 2026-09 | 0.2   | 29
        lead_to_customer | 2026-10 | 0.2   | 30
        """,
    )
    assert look(found, "lead_to_customer", "2026-09")["target_status"] == ""
    assert look(found, "lead_to_customer", "2026-09")["attainment"] == 1
    assert look(found, "lead_to_customer", "2026-10")["target_status"] == "on_target"


@pytest.mark.parametrize("kind", ["mean", "ratio", "formula", "survival"])
def test_a_level_over_a_handful_has_attainment_but_no_status(judged, kind):
    found = judged(
        kpi("revenue_growth", target="level", kind=kind),
        "metric | from | to | value\nrevenue_growth | 2026-01-01 | 2027-01-01 | 0.1",
        """
        metric_id      | period  | value | n
        revenue_growth | 2026-09 | 0.2   | 4
        revenue_growth | 2026-10 | 0.2   | 5
        """,
    )
    few, enough = (look(found, "revenue_growth", period) for period in ("2026-09", "2026-10"))
    assert (few["attainment"], few["target_status"]) == (2, "")
    assert (enough["attainment"], enough["target_status"]) == (2, "on_target")


def test_few_of_what_should_be_many_are_off_target(judged):
    found = judged(
        kpi("sql_count", kind="count"),
        "metric | from | to | value\nsql_count | 2026-09-01 | 2026-10-01 | 40",
        "metric_id | period | value | n\nsql_count | 2026-09 | 2 | 2",
    )
    assert look(found, "sql_count", "2026-09")["target_status"] == "off_target"


def test_a_band_is_kept_or_not_with_no_target_at_all(judged):
    found = judged(
        kpi("sm_cost_ratio", target="level", better="band", kind="ratio", band=(0.3, 0.4)),
        "metric | from | to | value\nother | 2026-01-01 | 2027-01-01 | 1",
        """
        metric_id     | period  | value | n
        sm_cost_ratio | 2026-09 | 0.32  | 5
        sm_cost_ratio | 2026-10 | 0.41  | 5
        """,
    )
    statuses = [look(found, "sm_cost_ratio", period)["target_status"] for period in ("2026-09", "2026-10")]
    assert statuses == ["on_target", "off_target"]


def test_a_number_that_is_withheld_gives_its_reason_on(judged):
    found = judged(
        kpi("revenue_won", kind="sum"),
        "metric | from | to | value\nrevenue_won | 2026-10-01 | 2027-01-01 | 3000000",
        "metric_id | period | value | n | status\nrevenue_won | 2026Q4 | | 3 | missing_fx",
    )
    for name in ("paced_attainment", "gap", "required_per_business_day"):
        companion = look(found, f"revenue_won.{name}", "2026Q4")
        assert (companion["value"], companion["status"]) == (None, "missing_fx")


def test_a_target_that_is_met_asks_for_nothing_more(judged):
    found = judged(
        kpi(),
        "metric | from | to | value\nmql_count | 2026-11-01 | 2026-12-01 | 500",
        "metric_id | period | value | n\nmql_count | 2026-11 | 510 | 510",
    )
    required = look(found, "mql_count.required_per_business_day", "2026-11")
    assert (required["value"], required["status"]) == (0, "target_met")


def test_pacing_may_go_by_calendar_days(judged):
    found = judged(
        kpi(),
        "metric | from | to | value\nmql_count | 2026-11-01 | 2026-12-01 | 500",
        "metric_id | period | value | n\nmql_count | 2026-11 | 4 | 4",
        pacing="calendar_days",
    )
    assert look(found, "mql_count.paced_target", "2026-11")["value"] == pytest.approx(500 * 19 / 30)


AGREED = "metric | from | to | region | value\nmql_count | 2026-11-01 | 2026-12-01 | | 500"


@pytest.fixture(scope="module")
def two_years():
    """The same drop with the year before it: 2025-11 had 20 business days, of which 14 ended on the 20th."""
    with open_engine(threads=2) as engine:
        load_calendar(engine, datetime(2026, 11, 20, 23), date(2025, 1, 1), HOLIDAYS)
        yield engine


def days(*spans):
    """Return a table of unit rows: so many on each day of (day, how many)."""
    rows = [f"{day} {number} | {day} 10:00" for day, count in spans for number in range(count)]
    return "unit | moment\n" + "\n".join(rows)


@pytest.fixture
def by_history(two_years):
    def judge(units, agreed=AGREED, by=()):
        bench = Bench(two_years)
        counted = bench.measure("count", units, by=by, grains=("month", "quarter"))
        named = Measured({"mql_count": counted.metrics["metric"]}, counted.periods)
        targets(two_years, agreed)
        settings = SimpleNamespace(pacing="history_curve", min_n_rate=30)
        metric = kpi(by=by)
        return add_targets(named.cells, [metric], two_years, load_periods(two_years), settings, named)

    return judge


BEFORE = ("2025-03-03", 1)  # the figure was counted long before


def test_pacing_by_history_follows_the_same_period_of_the_year_before(by_history):
    # By the 14th business day November 2025 had 6 of its 8; October 2026 had 1 of 4, which is not asked.
    found = by_history(
        days(BEFORE, ("2025-11-04", 6), ("2025-11-28", 2), ("2026-10-05", 1), ("2026-10-30", 3), ("2026-11-10", 300))
    )
    assert look(found, "mql_count.paced_target", "2026-11")["value"] == 375
    assert look(found, "mql_count.paced_attainment", "2026-11")["value"] == 0.8
    assert look(found, "mql_count", "2026-11")["target_status"] == "off_target"
    assert look(found, "mql_count.required_per_business_day", "2026-11")["value"] == 40  # over 5 business days


def test_pacing_by_history_takes_the_period_before_where_there_is_no_year(by_history):
    found = by_history(days(("2026-09-03", 1), ("2026-10-05", 1), ("2026-10-30", 3), ("2026-11-10", 120)))
    assert look(found, "mql_count.paced_target", "2026-11")["value"] == 125


def test_a_period_in_which_records_began_shows_no_course(by_history):
    found = by_history(days(("2026-10-05", 1), ("2026-10-30", 3), ("2026-11-10", 120)))
    paced = look(found, "mql_count.paced_target", "2026-11")
    assert (paced["value"], paced["status"]) == (None, "missing_input")
    assert look(found, "mql_count", "2026-11")["target_status"] == ""


def test_every_member_follows_the_course_of_the_whole_so_that_targets_add_up(by_history):
    units = days(BEFORE, ("2025-11-04", 3), ("2025-11-28", 1), ("2026-11-10", 2)).splitlines()
    drawn = "\n".join(
        [f"{units[0]} | region", *(f"{line} | {['emea', 'apac'][at % 2]}" for at, line in enumerate(units[1:]))]
    )
    agreed = (
        AGREED + "\nmql_count | 2026-11-01 | 2026-12-01 | emea | 200\nmql_count | 2026-11-01 | 2026-12-01 | apac | 300"
    )
    found = by_history(drawn, agreed, by=("region",))
    due = [
        look(found, "mql_count.paced_target", "2026-11", scope)["value"]
        for scope in ("all", "region=emea", "region=apac")
    ]
    assert due == [375, 150, 225]


COVERED = """
    metric_id         | period  | scope       | value | n
    coverage          | 2026-10 | all         | 2.0   | 9
    coverage.required | 2026-10 | all         | 2.5   | 9
    coverage          | 2026-09 | all         | 2.0   | 9
    coverage.required | 2026-09 | all         | 1.6   | 9
    coverage          | 2026-09 | region=EMEA | 2.0   | 9
"""
BY_NEED = {"id": "coverage", "target": "level", "kind": "formula", "judged_by": "coverage.required"}


def test_a_level_may_be_judged_by_what_another_figure_says_is_enough(judged):
    found = judged(kpi(**BY_NEED), "metric | from | to | value\nother | 2026-10-01 | 2026-11-01 | 1", COVERED)
    october, september = (look(found, "coverage", period) for period in ("2026-10", "2026-09"))
    assert (october["target"], october["attainment"], october["target_status"]) == (2.5, 0.8, "off_target")
    assert (september["target"], september["target_status"]) == (1.6, "on_target")
    assert look(found, "coverage", "2026-09", "region=EMEA")["target"] is None


def test_an_agreed_target_goes_before_what_would_be_enough(judged):
    found = judged(kpi(**BY_NEED), "metric | from | to | value\ncoverage | 2026-10-01 | 2026-11-01 | 2", COVERED)
    assert look(found, "coverage", "2026-10")["target_status"] == "on_target"
