"""Every KPI agrees with a second, slow derivation from the canonical rows, cell by cell.

Two drops, both with all planted defects: one as the packaged agreement has it, one under another zone, fiscal year,
calendar and other windows.
"""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from generator.demo import make_demo
from generator.project import PACKAGED, Project

from . import attribution, checks, companions, middle, money, pipeline
from .check import Difference, Pair, table, twice

ELSEWHERE = """schema: 1
reporting_timezone: America/New_York
fiscal_year_start_month: 4
reporting_calendar: americas
inactive_days: 45
windows: {mql_to_sql: 21, lead_to_customer: 120, followups: 14}
exclude_loss_reasons: [duplicate]
clv: {lifetime_cap_months: 36}
"""

METRICS = [
    "lead_volume", "channel_share", "mql_count", "mql_count.requalified", "sql_count", "sql_growth_mom",
    "sql_growth_qoq", "mql_to_sql", "lead_response_time", "lead_response_time.mean_responders",
    "lead_response_time.median_responders", "lead_response_time.p90_responders", "speed_to_lead_dist",
    "speed_to_lead_dist.bucket", "sal_acceptance", "sla_attainment", "followups_per_sql", "followups_per_sql.median",
    "followups_per_sql.p90", "exit_no_purchase", "exit_no_purchase.purchased", "exit_no_purchase.open",
    "lead_to_customer", "deal_size", "deal_size.median", "deal_size.p90", "deal_size_sales", "deal_size_sales.median",
    "deal_size_sales.p90", "deal_size_marketing", "deal_size_marketing.median", "deal_size_marketing.p90",
    "sales_cycle", "sales_cycle.median", "sales_cycle.p90", "sales_cycle.opp_cycle", "sales_cycle.opp_cycle.median",
    "sales_cycle.opp_cycle.p90", "win_rate_count", "win_rate_value", "pipeline_coverage", "pipeline_coverage.open",
    "pipeline_coverage.win_rate", "revenue_won", "revenue_won.renewed", "revenue_attainment", "revenue_growth",
    "team_attainment", "mql_count.paced_target", "mql_count.paced_attainment", "mql_count.gap",
    "mql_count.required_per_business_day", "sql_count.paced_target", "sql_count.paced_attainment", "sql_count.gap",
    "sql_count.required_per_business_day", "revenue_won.paced_target", "revenue_won.paced_attainment",
    "revenue_won.gap", "revenue_won.required_per_business_day", "cac", "cac.trailing_quarter", "sm_cost_ratio",
    "clv", "clv.arpa", "clv.churn",
    *middle.METRICS, *pipeline.METRICS, *money.METRICS, *attribution.METRICS, *companions.METRICS,
]  # fmt: skip

#: Metrics with a target: the team that carries it, and whether less is better.
TARGETS = {
    "revenue_won": ("all", False), "mql_count": ("marketing", False), "sql_count": ("all", False),
    "mql_to_sql": ("all", False), "lead_to_customer": ("all", False), "sal_acceptance": ("marketing", False),
    "deal_size": ("sales", False), "sales_cycle": ("sales", True), "win_rate_count": ("sales", False),
    "cac": ("all", True), "clv": ("all", False), "revenue_growth": ("all", False), "sla_attainment": ("all", False),
}  # fmt: skip
FLOWS = {"revenue_won", "mql_count", "sql_count"}
RATES = {"mql_to_sql", "lead_to_customer", "sal_acceptance", "win_rate_count", "sla_attainment"}


@pytest.fixture(scope="session")
def packaged(tmp_path_factory) -> Pair:
    folder = tmp_path_factory.mktemp("packaged")
    make_demo(folder, leads=1500, seed=11, months=18)
    return twice(Project(PACKAGED), folder)


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory) -> Pair:
    folder = tmp_path_factory.mktemp("elsewhere")
    make_demo(folder / "drop", leads=900, seed=23, months=18)
    (folder / "content" / "agreement").mkdir(parents=True)
    (folder / "content" / "agreement" / "settings.yml").write_text(ELSEWHERE, encoding="utf-8")
    (folder / "mkdocs.yml").write_text("site_name: Elsewhere\n", encoding="utf-8")
    return twice(Project(folder), folder / "drop")


# All tests of a pair run where it was measured, once.
@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ("packaged", "elsewhere")])
def pair(request) -> Pair:
    """One drop after the other."""
    return request.getfixturevalue(request.param)


def test_months_quarters_and_years_begin_end_and_are_cut_alike(pair):
    published = pair.report.results.periods
    got = {
        row.period: (row.starts_on, row.ends_on, row.cut_on, bool(row.is_part))
        for row in published.itertuples()
        if row.grain != "week"
    }
    mine = {label: (span.start, span.end, span.cut, span.is_part) for label, span in pair.oracle.periods.own.items()}
    assert {label: tuple(map(str, values)) for label, values in mine.items()} == {
        label: (*(f"{day:%Y-%m-%d}" for day in values[:3]), str(values[3])) for label, values in got.items()
    }


@pytest.mark.parametrize("metric", METRICS)
def test_cells_agree(pair, metric):
    differences = pair.differences(metric)
    assert not differences, "\n" + table(differences)


@pytest.mark.parametrize("metric", METRICS)
def test_what_a_cell_is_compared_with_agrees(pair, metric):
    differences = pair.befores(metric)
    assert not differences, "\n" + table(differences)


@pytest.mark.parametrize("metric", checks.METRICS)
def test_checks_and_the_age_of_the_data_agree(pair, metric):
    # Checks of what reading set aside have no rows left to look at; of these the ledger speaks.
    known = {key[2] for key in pair.cells[metric]}
    differences = [one for one in pair.differences(metric) if one.scope in known]
    assert known
    assert not differences, "\n" + table(differences)


@pytest.mark.parametrize("metric", TARGETS)
def test_targets_attainment_and_their_words_agree(pair, metric):
    differences = list(_targets(pair, metric))
    assert not differences, "\n" + table(differences)


def _targets(pair: Pair, metric: str):
    """Yield where the target of the whole, what is reached of it, or the word for that is another."""
    team, less = TARGETS[metric]
    cells = pair.got(metric)
    for label, span in pair.oracle.periods.own.items():
        row = cells.get((metric, label, "all"))
        target = pair.oracle.target(metric, label, team=team) if label != "all" else None
        if row is None or target is None or (metric not in FLOWS and not pair.oracle.is_agreed(metric, label, team)):
            continue
        yield from _differs(metric, label, "target", float(target), row.target)
        if math.isnan(row.value):
            continue  # no value, so nothing is reached
        # Of rates the exact share that the product counted; whether it counted right, other tests ask.
        counted = Fraction(int(row.numerator), int(row.denominator)) if metric in RATES else None
        value = counted if counted is not None else pair.cells[metric][metric, label, "all"].value
        if not value:
            continue
        reached = target / value if less else value / target
        yield from _differs(metric, label, "attainment", float(reached), row.attainment)
        if metric in FLOWS and span.is_part:
            done = pair.oracle.periods.business_days(span.start, span.cut)
            reached *= Fraction(pair.oracle.periods.business_days(span.start, span.end), done)
        word = "on_target" if reached >= 1 else "at_risk" if reached >= Fraction(9, 10) else "off_target"
        if metric in RATES and row.n < pair.report.agreement.settings.min_n_rate:
            word = ""
        if metric not in (*FLOWS, *RATES) and row.n < 5:
            word = ""
        if word != row.target_status:
            yield Difference(metric, label, "all", "word", word, row.target_status)


def _differs(metric: str, label: str, what: str, want: float, got: float):
    if not math.isclose(want, got, rel_tol=1e-9):
        yield Difference(metric, label, "all", what, want, got)
