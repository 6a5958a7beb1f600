from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from made_up_report import comparisons, finding, kpi, load_report, periods, report_of, shaped

from generator.kpis.kpi import Kind
from generator.pages import attention, symptoms, templates
from generator.pages.attention_data import silent_feeds
from generator.pages.cells import Cells
from generator.pages.context import Context
from generator.project import PACKAGED, Project
from generator.sources.report import LedgerLine, Outcome, Reason, Severity, TableLoad

NUMBERS = {"value", "numerator", "denominator", "n", "low", "high", "target", "attainment"}
COLUMNS = (
    "metric_id",
    "period",
    "scope",
    "value",
    "n",
    "target",
    "target_status",
    "numerator",
    "denominator",
    "status",
)


def drawn(table: str) -> list[dict[str, object]]:
    """Read a drawn table: a head, a rule, and rows; empty cells are left out."""
    lines = [line.strip() for line in table.strip().splitlines()]
    names = [name.strip() for name in lines[0].split("|")]
    rows = []
    for line in lines[2:]:
        cells = dict(zip(names, (cell.strip() for cell in line.split("|")), strict=True))
        rows.append({n: float(c) if n in NUMBERS else c for n, c in cells.items() if c})
    return rows


@pytest.fixture
def told(agreement, tmp_path):
    """Return the lines of one rule over a drawn table of cells."""

    def tell(rule, table="metric_id\n-", kpis=(), changes=(), **given):
        rows = [{"scope": "all", "status": "ok", **row} for row in drawn(table)]
        report = report_of(kpis, shaped(rows), changes=comparisons(changes), agreement=agreement, **given)
        project = Project(PACKAGED)
        context = Context(report, Cells(report.results), templates(report, project), Path(tmp_path))
        return [f"{line.subject}: {line.text}".replace("\u202f", " ") for line in rule(context)]

    return tell


def test_a_target_missed_twice_in_a_row_needs_attention_and_says_both_numbers(told):
    cells = """
        metric_id | period  | value | n   | target | target_status
        ----------+---------+-------+-----+--------+--------------
        sql_count | 2026-08 | 330   | 330 | 310    | on_target
        sql_count | 2026-09 | 250   | 250 | 310    | off_target
        sql_count | 2026-10 | 240   | 240 | 310    | off_target
        mql_count | 2026-09 | 250   | 250 | 300    | off_target
        mql_count | 2026-10 | 280   | 280 | 300    | at_risk
        lead_rate | 2026-09 | 0.1   | 12  | 0.3    | off_target
        lead_rate | 2026-10 | 0.1   | 12  | 0.3    | off_target
    """
    kpis = [kpi("sql_count"), kpi("mql_count"), kpi("lead_rate", Kind.RATE)]
    lines = told(attention.off_target_twice, cells, kpis)
    assert lines == [
        "Sql count: off target two months running: 240 in Oct 2026 (n/a of 310); 250 in Sep 2026 (n/a of 310)"
    ]


def test_only_a_clear_fall_needs_attention_and_a_clear_rise_where_less_is_better(told):
    cells = """
        metric_id | period  | value | n
        ----------+---------+-------+----
        fell      | 2026-10 | 0.30  | 200
        moved     | 2026-10 | 0.30  | 200
        rose      | 2026-10 | 0.30  | 200
        few       | 2026-10 | 0.30  | 20
    """
    kpis = [
        kpi("fell", Kind.RATE), kpi("moved", Kind.RATE), kpi("rose", Kind.RATE, better="lower"), kpi("few", Kind.RATE),
    ]  # fmt: skip
    changes = [
        ("fell", "2026-10", "all", "mom", 0.3, 0.4, "2026-09", -0.1, -0.2, -0.05, "down", ""),
        ("moved", "2026-10", "all", "mom", 0.3, 0.32, "2026-09", -0.02, -0.1, 0.05, "no_clear_change", ""),
        ("rose", "2026-10", "all", "mom", 0.3, 0.2, "2026-09", 0.1, 0.05, 0.2, "up", ""),
        ("few", "2026-10", "all", "mom", 0.3, 0.9, "2026-09", -0.6, -0.8, -0.3, "down", ""),
    ]
    assert told(attention.clear_falls, cells, kpis, changes) == [
        "Fell: clearly down on Sep 2026 (−10.0 pts): 30.0 % in Oct 2026, n = 200",
        "Rose: clearly up on Sep 2026 (+10.0 pts): 30.0 % in Oct 2026, n = 200",
    ]


def test_the_bottleneck_is_the_step_that_fell_most_among_the_clear_falls(told):
    cells = """
        metric_id      | period | value | numerator | denominator | n
        ---------------+--------+-------+-----------+-------------+----
        lead_volume    | 2026Q3 | 900   |           |             | 900
        sal_acceptance | 2026Q2 | 0.80  | 400       | 500         | 500
        sal_acceptance | 2026Q3 | 0.70  | 350       | 500         | 500
        mql_to_sql     | 2026Q1 | 0.60  | 300       | 500         | 500
        mql_to_sql     | 2026Q2 | 0.60  | 300       | 500         | 500
        mql_to_sql     | 2026Q3 | 0.40  | 200       | 500         | 500
        win_rate_count | 2026Q2 | 0.50  | 20        | 40          | 40
        win_rate_count | 2026Q3 | 0.45  | 18        | 40          | 40
    """
    rates = [kpi(name, Kind.RATE) for name in ("sal_acceptance", "mql_to_sql", "win_rate_count")]
    (line,) = told(attention.bottleneck, cells, [kpi("lead_volume"), *rates])
    assert line.startswith(
        "Mql to sql: 40.0 % in Q3 2026 (n = 500), down from 60.0 % over the 2 quarters before (n = 1,000)"
    )


STAGES = """
    metric_id             | period | scope             | value | numerator | denominator | n
    ----------------------+--------+-------------------+-------+-----------+-------------+----
    lead_volume           | 2026Q3 | all               | 900   |           |             | 900
    stage_conversion      | 2026Q2 | stage=qualified   | 0.80  | 400       | 500         | 500
    stage_conversion      | 2026Q3 | all               | 0.65  | 455       | 700         | 700
    stage_conversion      | 2026Q3 | stage=qualified   | 0.60  | 300       | 500         | 500
    stage_conversion      | 2026Q2 | stage=negotiation | 0.775 | 155       | 200         | 200
    stage_conversion      | 2026Q3 | stage=negotiation | 0.775 | 155       | 200         | 200
    stage_conversion.lost | 2026Q3 | stage=qualified   | 40000 |           |             | 200
    stage_conversion.lost | 2026Q3 | stage=negotiation | 60000 |           |             | 45
"""


def test_a_stage_of_deals_may_be_the_bottleneck(told):
    (line,) = told(attention.bottleneck, STAGES, [kpi("lead_volume"), kpi("stage_conversion", Kind.COHORT)])
    assert line.startswith(
        "Stage conversion, qualified: 60.0 % in Q3 2026 (n = 500), down from 80.0 % over the 1 quarter"
    )


def test_most_value_may_stop_at_a_stage_whose_rate_is_the_better_one(told):
    (line,) = told(attention.value_stops, STAGES, [kpi("stage_conversion", Kind.COHORT)])
    assert line == (
        "negotiation: 45 of 200 deals that entered it in Q3 2026 did not come on in time: USD 60,000, 60.0 % of the "
        "value that stopped at any stage"
    )


def test_of_too_few_deals_nothing_is_said_about_where_value_stops(told):
    few = STAGES.replace("| 700\n", "| 12\n")
    assert told(attention.value_stops, few, [kpi("stage_conversion", Kind.COHORT)]) == []


def test_without_a_clear_fall_there_is_no_bottleneck(told):
    cells = """
        metric_id      | period | value | numerator | denominator | n
        ---------------+--------+-------+-----------+-------------+----
        lead_volume    | 2026Q3 | 90    |           |             | 90
        win_rate_count | 2026Q2 | 0.50  | 20        | 40          | 40
        win_rate_count | 2026Q3 | 0.45  | 18        | 40          | 40
    """
    assert told(attention.bottleneck, cells, [kpi("lead_volume"), kpi("win_rate_count", Kind.RATE)]) == []


def test_a_promise_kept_too_rarely_two_months_running_needs_attention(told):
    cells = """
        metric_id      | period  | scope                          | value | numerator | denominator | n
        ---------------+---------+--------------------------------+-------+-----------+-------------+----
        sla_attainment | 2026-09 | commitment=c.sm.first_response | 0.80  | 80        | 100         | 100
        sla_attainment | 2026-10 | commitment=c.sm.first_response | 0.70  | 70        | 100         | 100
        sla_attainment | 2026-09 | commitment=c.ms.delivery       | 0.80  | 80        | 100         | 100
        sla_attainment | 2026-10 | commitment=c.ms.delivery       | 0.99  | 99        | 100         | 100
        sla_attainment | 2026-09 | commitment=c.sm.outcome        | 0.50  | 5         | 10          | 10
        sla_attainment | 2026-10 | commitment=c.sm.outcome        | 0.50  | 5         | 10          | 10
    """
    kpis = [kpi("sla_attainment", Kind.RATE, by=("commitment",))]
    recorded = load_report(filled=("lead", "activity", "lifecycle_event", "assignment"))
    lines = told(attention.promises_missed, cells, kpis, load=recorded)
    assert lines == [
        "First response: under the goal of 90.0 % two months running: 70.0 % (70 of 100) in Oct 2026; "
        "80.0 % (80 of 100) in Sep 2026"
    ]


def test_a_ledger_that_does_not_add_up_needs_attention_before_rows_set_aside(told):
    lines = (
        LedgerLine("lead.csv", "lead", Outcome.READ, Reason.NONE, 100),
        LedgerLine("lead.csv", "lead", Outcome.KEPT, Reason.NONE, 90),
        LedgerLine("lead.csv", "lead", Outcome.QUARANTINED, Reason.RAGGED, 4),
    )
    assert told(attention.load_problems, load=load_report(ledger=lines)) == [
        "lead.csv: read 100 rows, accounted for 94",
        "Rows in quarantine: 4 rows of 100 could not be used (4.0 %)",
    ]


def test_findings_that_block_or_taint_need_attention_and_notes_do_not(told):
    findings = (finding(severity=Severity.BLOCKS), finding("Noted only.", Severity.NOTES), finding("Tainted."))
    assert told(attention.data_problems, findings=findings) == [
        "Deal without an amount: Twelve deals carry no amount. (12 of 400)",
        "Deal without an amount: Tainted. (12 of 400)",
    ]


def test_a_missing_exchange_rate_needs_attention(told):
    cells = """
        metric_id   | period  | value | n  | status
        ------------+---------+-------+----+-----------
        revenue_won | 2026-09 | 100   | 10 | ok
        revenue_won | 2026-10 |       | 10 | missing_fx
    """
    lines = told(attention.unanswered, cells, [kpi("revenue_won", Kind.SUM, unit="currency")])
    assert lines == ["Money: no figure for Revenue won. Add rates to the drop (fx_rate.csv), or set reporting_currency"]


def test_a_target_missed_long_ago_is_no_news_where_the_newest_periods_are_too_small_to_judge(told):
    cells = """
        metric_id | period  | value | n  | target | target_status
        ----------+---------+-------+----+--------+--------------
        cac       | 2026-08 | 9000  | 30 | 1250   | off_target
        cac       | 2026-09 | 9000  | 30 | 1250   | off_target
        cac       | 2026-10 | 9000  | 2  | 1250   | off_target
    """
    kpis = [kpi("cac", Kind.RATIO, unit="currency", better="lower", target="level")]
    assert told(attention.off_target_twice, cells, kpis) == []
    assert len(told(attention.off_target_twice, cells.replace("| 2  |", "| 20 |"), kpis)) == 1


def test_a_promise_that_the_drop_cannot_show_is_never_called_missed(told):
    cells = """
        metric_id      | period  | scope                          | value | numerator | denominator | n
        ---------------+---------+--------------------------------+-------+-----------+-------------+----
        sla_attainment | 2026-09 | commitment=c.sm.first_response | 0.80  | 80        | 100         | 100
        sla_attainment | 2026-10 | commitment=c.sm.first_response | 0.70  | 70        | 100         | 100
    """
    kpis = [kpi("sla_attainment", Kind.RATE, by=("commitment",))]
    assert told(attention.promises_missed, cells, kpis, load=load_report(filled=("lead", "lifecycle_event"))) == []


def test_a_table_without_a_new_row_for_days_is_pointed_out(told):
    quiet, fresh = datetime(2026, 11, 9, 12), datetime(2026, 11, 20, 8)
    load = load_report(filled=("lead", "opportunity"))
    tables = {**load.tables, "lead": TableLoad("lead", True, 9, frozenset(), quiet)}
    tables["opportunity"] = TableLoad("opportunity", True, 9, frozenset(), fresh)
    assert told(silent_feeds, load=replace(load, tables=tables)) == [
        "Age of the data: No lead is newer than 9 Nov 2026, 11 days before the data ends. Did a feed stop? "
        "Figures since then may be too low"
    ]


def test_new_business_that_falls_while_leads_rise_is_a_symptom(told):
    cells = """
        metric_id   | period | value | n
        ------------+--------+-------+----
        revenue_mix | 2026Q1 | 0.60  | 50
        revenue_mix | 2026Q2 | 0.50  | 50
        revenue_mix | 2026Q3 | 0.40  | 50
        mql_count   | 2026Q2 | 100   | 100
        mql_count   | 2026Q3 | 120   | 120
    """
    kpis = [kpi("revenue_mix", Kind.RATIO, unit="ratio"), kpi("mql_count")]
    assert told(symptoms.living_off_customers, cells, kpis) == [
        "New business: leads rise (100 to 120 MQLs), new business does not (60.0 % in Q1 2026, 50.0 % in Q2 2026, "
        "40.0 % in Q3 2026): Sales may be living off existing customers"
    ]
    assert told(symptoms.living_off_customers, cells.replace("120   | 120", "90    | 90 "), kpis) == []


def test_spend_on_rejected_leads_is_pointed_out_from_a_fifth_on(told):
    cells = """
        metric_id     | period  | value | n
        --------------+---------+-------+----
        leakage       | 2026-10 | 5000  | 40
        leakage.share | 2026-10 | 0.26  | 40
    """
    kpis = [kpi("leakage", Kind.SUM, unit="currency", better="lower", title="Spend on rejected leads")]
    found = ["Spend on rejected leads: 26.0 % of the spend (USD 5,000) in Oct 2026 went to rejected leads"]
    assert told(symptoms.leaking_spend, cells, kpis) == found
    assert told(symptoms.leaking_spend, cells.replace("0.26", "0.19"), kpis) == []


def test_a_month_whose_bookings_differ_from_the_ledger_is_pointed_out_once_it_is_closed(told):
    cells = """
        metric_id    | period  | value | n
        -------------+---------+-------+---
        ledger_recon | 2026-10 | 0.01  | 4
        ledger_recon | 2026-11 | 0.70  | 4
    """
    kpis = [kpi("ledger_recon", Kind.RATIO, unit="ratio", title="Bookings against ledger")]
    found = ["Bookings against ledger: bookings and recognised revenue lie 1.0 % apart in Oct 2026"]
    assert told(symptoms.ledger_gap, cells, kpis) == found
    assert told(symptoms.ledger_gap, cells.replace("0.01", "0.005"), kpis) == []


def test_every_rule_is_explained_to_readers():
    text = (PACKAGED / "content/handbook/reading.md").read_text().partition("{#attention}")[2].partition("## ")[0]
    assert text.count("\n- ") == len(attention.RULES)


def test_periods_of_the_made_up_calendar_end_with_a_part():
    newest = periods().groupby("grain").tail(1).set_index("grain")
    assert newest.loc["month", "is_part"]
