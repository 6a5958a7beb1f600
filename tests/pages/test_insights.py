"""The pages that look across KPIs, over small drawn results."""

import re
from pathlib import Path

import pandas as pd
import pytest
from made_up_report import kpi, load_report, report_of, shaped
from test_attention import drawn

from generator.kpis.kpi import Kind
from generator.measures.results import CURVE_COLUMNS
from generator.pages import attribution, both_counts, cohorts, overview, pipeline, plan, samples, templates
from generator.pages.cells import Cells
from generator.pages.context import Context
from generator.project import PACKAGED, Project


@pytest.fixture
def context(agreement, tmp_path):
    """Return what page functions are handed, over a drawn table of cells."""

    def made(table, kpis, curves=()):
        rows = [{"scope": "all", "status": "ok", **row} for row in drawn(table)]
        report = report_of(kpis, shaped(rows), agreement=agreement, load=load_report())
        report.results.__dict__["curves"] = pd.DataFrame(list(curves), columns=list(CURVE_COLUMNS))
        return Context(report, Cells(report.results), templates(report, Project(PACKAGED)), Path(tmp_path))

    return made


@pytest.fixture
def rows_of(shown):
    """Return the rows of the tables in blocks, as lists of what a reader sees."""

    def read(blocks):
        html = "".join(figure for block in blocks for figure in block.figures)
        found = re.findall(r"<tr>(.*?)</tr>", html)
        return [[shown(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in found]

    return read


RATES = """
    metric_id        | period | value | numerator | n   | target
    -----------------+--------+-------+-----------+-----+-------
    revenue_won      | 2026Q4 | 50000 |           | 3   | 100000
    deal_size        | 2026Q3 | 10000 |           | 40  |
    deal_size        | 2026Q4 | 90000 |           | 1   |
    mql_to_won       | 2026Q2 | 0.10  | 10        | 100 |
    mql_to_sql       | 2026Q2 | 0.50  | 50        | 100 |
    lead_to_mql      | 2026Q2 | 0.25  | 50        | 200 |
    lead_to_customer | 2026Q2 | 0.02  | 4         | 200 |
    mql_count        | 2026Q4 | 60    |           | 60  | 80
"""
CHAIN = (
    kpi("revenue_won", Kind.SUM, unit="currency"),
    kpi("deal_size", Kind.MEAN, unit="currency", target="level"),
    kpi("mql_to_won", Kind.COHORT),
    kpi("mql_to_sql", Kind.COHORT),
    kpi("lead_to_mql", Kind.COHORT),
    kpi("lead_to_customer", Kind.COHORT),
    kpi("mql_count"),
)


def test_the_chain_leads_from_the_target_back_to_leads_by_whole_periods_with_enough_cases(context):
    steps = list(plan.chain(context(RATES, CHAIN), 100_000))
    assert [(step.link.name, round(step.value, 6)) for step in steps] == [
        ("deals", 10),
        ("mqls", 100),
        ("sqls", 50),
        ("leads", 400),
    ]
    assert steps[0].rate.period == "Q3 2026"


def test_leads_are_reached_straight_from_customers_where_the_way_over_mqls_is_blocked(context):
    known = [one for one in CHAIN if one.id != "mql_to_won"]
    steps = list(plan.chain(context(RATES, known), 100_000))
    assert [(step.link.name, round(step.value, 6)) for step in steps] == [("deals", 10), ("leads_at_once", 500)]


def test_the_plan_says_what_is_needed_beside_the_target_and_what_was_reached(context, rows_of):
    table = rows_of(plan.blocks(context(RATES, CHAIN)))
    assert table[1][:2] == ["Revenue won", "the agreed target"]
    assert table[1][3:] == ["USD 100,000", "USD 100,000", "USD 50,000"]
    assert table[3][0] == "Marketing qualified leads"
    assert table[3][3:] == ["100", "80", "60"]


def test_there_is_no_plan_without_a_revenue_target(context):
    assert list(plan.blocks(context(RATES.replace("| 100000", "|       "), CHAIN))) == []


def test_a_cohort_is_followed_as_long_as_its_oldest_are_old_enough(context, rows_of):
    cells = """
        metric_id  | period  | value | numerator | denominator | n  | status
        -----------+---------+-------+-----------+-------------+----+---------
        mql_to_sql | 2026-08 | 0.5   | 10        | 20          | 20 | ok
        mql_to_sql | 2026-11 |       |           |             | 0  | maturing
    """
    curves = [
        ("mql_to_sql", period, "all", day, share, 20)
        for period in ("2026-08", "2026-11")
        for day in range(31)
        for share in (day / 60,)
    ]
    blocks = list(cohorts.blocks(context(cells, [kpi("mql_to_sql", Kind.COHORT)], curves)))
    rows = rows_of(blocks)
    assert rows[0] == ["Entered in", "Entered", "Mature", *(f"day {day}" for day in (5, 10, 15, 20, 25, 30)), "In full"]
    newest, august = rows[1], rows[2]
    assert newest[:3] == ["Nov 2026 to date", "20", "0 %"]
    assert newest[3:] == ["8.3 %", "16.7 %", "25.0 %", "33.3 %", "", "", "maturing"]
    assert august[3:] == ["8.3 %", "16.7 %", "25.0 %", "33.3 %", "41.7 %", "50.0 %", "50.0 %"]


CREDIT = """
    metric_id          | period | scope                       | value | n | status
    -------------------+--------+-----------------------------+-------+---+-----------
    attributed_revenue | 2026Q4 | all                         | 100   | 9 | ok
    attributed_revenue | 2026Q4 | channel=event;model=first   | 100   | 5 | ok
    attributed_revenue | 2026Q4 | channel=event;model=last    | 40    | 5 | ok
    attributed_revenue | 2026Q4 | channel=webinar;model=last  | 60    | 4 | ok
    attributed_revenue | 2026Q4 | channel=event;model=markov  |       | 5 | suppressed
"""


def test_channels_stand_by_model_with_their_spread_and_every_model_adds_up(context, rows_of):
    kpis = [kpi("attributed_revenue", Kind.SUM, unit="currency", by=("channel", "model"))]
    blocks = list(attribution.blocks(context(CREDIT, kpis)))
    assert rows_of(blocks) == [
        ["Channel", "First touch", "Last touch", "Spread"],
        ["event", "100", "40", "60"],
        ["webinar", "0", "60", "60"],
        ["All", "100", "100", ""],
    ]
    assert "prove no cause" in " ".join(blocks[0].said)


def test_a_model_that_is_withheld_is_named_with_its_reason_and_not_read_as_nothing(context):
    kpis = [kpi("attributed_revenue", Kind.SUM, unit="currency", by=("channel", "model"))]
    (block,) = attribution.blocks(context(CREDIT, kpis))
    assert block.notes == ("Markov is left out (suppressed: too few to publish).",)


BRIDGE = """
    metric_id        | period | scope        | value | n
    -----------------+--------+--------------+-------+---
    pipeline_bridge  | 2026Q4 | all          | 470   | 9
    pipeline_bridge  | 2026Q4 | step=start   | 790   | 9
    pipeline_bridge  | 2026Q4 | step=won     | -490  | 9
    pipeline_bridge  | 2026Q4 | step=created | 160   | 9
    pipeline_bridge  | 2026Q4 | step=fx      | 10    | 9
"""


def test_a_bridge_leads_from_the_start_over_its_steps_to_the_end(context, rows_of):
    kpis = [kpi("pipeline_bridge", Kind.SUM, by=("step",))]
    rows = rows_of(pipeline.blocks(context(BRIDGE, kpis)))
    assert rows[1:] == [
        ["At the start", "790"],
        ["Created", "160"],
        ["Won", "−490"],
        ["Exchange rates", "10"],
        ["At the end", "470"],
    ]


def test_a_bridge_with_a_hole_is_not_drawn(context, rows_of):
    kpis = [kpi("pipeline_bridge", Kind.SUM, by=("step",))]
    assert rows_of(pipeline.blocks(context(BRIDGE.replace("| -490 ", "|      "), kpis))) == []


def test_unit_economics_stand_side_by_side_by_segment(context, rows_of):
    cells = """
        metric_id | period | scope       | value | n
        ----------+--------+-------------+-------+----
        cac       | 2026Q4 | all         | 1200  | 40
        clv       | 2026Q4 | all         | 24000 | 40
        clv       | 2026Q4 | segment=SMB | 5400  | 40
    """
    kpis = [
        kpi("cac", Kind.RATIO, unit="currency", by=("segment",), title="CAC"),
        kpi("clv", Kind.FORMULA, unit="currency", by=("segment",), title="CLV"),
    ]
    assert rows_of(overview.overview(context(cells, kpis), "economics")) == [
        ["", "All", "SMB"],
        ["CAC", "USD 1,200", "n/a"],
        ["CLV", "USD 24,000", "USD 5,400"],
    ]


def test_both_teams_count_the_same_hand_overs(context):
    cells = """
        metric_id              | period  | value | numerator | denominator | n
        -----------------------+---------+-------+-----------+-------------+---
        mql_count              | 2026-10 | 40    |           |             | 40
        mql_count.requalified  | 2026-10 | 5     |           |             | 5
        sal_acceptance         | 2026-10 | 0.75  | 30        | 40          | 40
    """
    (month,) = both_counts.both_counts(context(cells, [kpi("mql_count"), kpi("sal_acceptance", Kind.RATE)]))
    assert (month.first, month.again, month.decided, month.accepted, month.rejected, month.waiting) == (
        "40", "5", "40", "30", "10", "5",
    )  # fmt: skip


def test_the_samples_are_said_not_to_fit_together_until_one_is_replaced(context):
    kpis = [kpi(name) for name in ("mql_count", "lead_to_customer", "deal_size", "cac", "clv")]
    told = samples.misfit(context("metric_id\n-", kpis)).replace("\u202f", " ")
    assert told == (
        "The samples do not fit together: 500 MQLs a month, of which 20 % buy for USD 10,000, make USD 1,000,000; "
        "winning 100 customers at USD 1,200 costs USD 120,000, 12 % of it; a customer worth USD 50,000 is 41.7 times "
        "that cost."
    )
    real = """
        metric_id | period  | value | n  | target
        ----------+---------+-------+----+-------
        cac       | 2026-10 | 9000  | 30 | 12500
    """
    assert samples.misfit(context(real, kpis)) == ""


def test_sums_of_sample_months_are_samples_too(context):
    cells = """
        metric_id | period  | value | n   | target
        ----------+---------+-------+-----+-------
        sql_count | 2026-10 | 100   | 100 | 300
        sql_count | 2026Q3  | 100   | 100 | 900
        sql_count | 2026Q4  | 100   | 100 | 910
    """
    made = context(cells, [kpi("sql_count")])
    marked = {period: samples.is_sample(made, cell) for period, cell in made.cells.series("sql_count").items()}
    assert marked == {"2026-10": True, "2026Q3": True, "2026Q4": False}
