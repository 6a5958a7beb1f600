"""Every figure of the reference cases, through the whole pipeline: exports in, results out."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from generator.build import explain_cell, measure
from generator.prepare import Request, prepared
from generator.progress import Quiet
from generator.report import Report

from .case import HERE, MEMBERS, METRICS, Row, as_of, expected, make_project

# Each case is measured once, by whoever runs these.
pytestmark = pytest.mark.xdist_group("reference")

CASES = sorted(folder.name for folder in HERE.iterdir() if (folder / "expected.csv").is_file())

#: Figures that explain a case and that no page shows.
EXPLAINING = {"mql_count.mom_naive", "sla_attainment.trigger_basis_naive"}


@cache
def project_of(case: str):
    return make_project(case, Path(mkdtemp(prefix="onefunnel-case-")))


def request_of(case: str) -> Request:
    return Request(exports=HERE / case, as_of=as_of(case))


@cache
def report_of(case: str) -> Report:
    return measure(project_of(case), request_of(case), Quiet())


@cache
def cells_of(case: str) -> dict:
    cells = report_of(case).results.cells
    return {(one.metric_id, one.period, one.scope): one for one in cells.itertuples()}


def is_measured(case: str, row: Row) -> bool:
    known = {metric for metric, _, _ in cells_of(case)}
    return METRICS.get(row.metric, row.metric) in known


def rows(kind):
    return [pytest.param(case, row, id=f"{case[:3]}-{row}") for case in CASES for row in expected(case) if kind(row)]


def is_unit(row: Row) -> bool:
    return row.scope.startswith("lead=") or row.metric == "sla.obligation"


def is_special(row: Row) -> bool:
    return (
        row.metric in EXPLAINING
        or row.metric.startswith(("attributed_revenue.", "markov.", "shapley_rate_variant"))
        or row.metric in ("business_days", "target.paced", "attainment", "attainment.paced")
        or "like_for_like" in row.metric
        or row.metric in ("revenue_attainment.paced", "sla_attainment.paced")
        or (row.metric == "revenue_won" and row.scope == "type=all")
        or row.scope.startswith("c.")
        or row.scope.startswith(("bucket=", "family=fit+"))
        or "business days)" in row.period
    )


def period_of(text: str) -> str:
    if not text:
        return "all"
    text = text.removeprefix("12m to ")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):  # a snapshot at an exclusive end
        year, month = int(text[:4]), int(text[5:7]) - 1
        return f"{year - (month == 0)}-{month or 12:02}"
    return re.split(r"td$| to |\(to", text)[0]


def scope_of(text: str) -> str:
    return MEMBERS.get(text, ";".join(sorted(text.split("|"))))


def close(found: float, wanted: float) -> bool:
    return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize(("case", "row"), rows(lambda row: not is_unit(row) and not is_special(row)))
def test_a_figure_of_the_case_comes_out(case, row):
    if not is_measured(case, row):
        pytest.skip(f"{row.metric} is not in the catalogue")
    key = (METRICS.get(row.metric, row.metric), period_of(row.period), scope_of(row.scope))
    cell = cells_of(case).get(key)
    if cell is None:  # a member that the data do not have
        assert row.status == "zero_denominator"
        assert row.value is None
        return
    if row.value is None:
        assert math.isnan(cell.value)
        assert cell.status == row.status
        return
    assert close(cell.value, row.value)
    assert cell.status in (row.status, "provisional")
    if row.numerator and row.denominator and "rate" in key[0]:
        assert close(cell.numerator, float(row.numerator))
        assert close(cell.denominator, float(row.denominator))
    if row.n and key[0] != "clv":
        assert cell.n == int(row.n)


def test_the_wilson_intervals_are_those_of_the_cases():
    noted = re.compile(r"Wilson95 \[([\d.]+), ([\d.]+)\]")
    checked = 0
    for case in CASES:
        for row in expected(case):
            found = noted.search(row.note)
            key = (METRICS.get(row.metric, row.metric), period_of(row.period), row.scope)
            cell = cells_of(case).get(key)
            if found and cell is not None:
                assert cell.low == pytest.approx(float(found[1]), abs=1e-9)
                assert cell.high == pytest.approx(float(found[2]), abs=1e-9)
                checked += 1
    assert checked >= 3


@pytest.mark.parametrize(
    ("case", "row"), rows(lambda row: row.metric == "lead_response_time" and row.scope.startswith("lead="))
)
def test_a_lead_waited_as_long_as_the_case_says(case, row):
    units = units_of(case, "lead_response_time")
    (unit,) = [one for one in units.itertuples() if one.unit == f"{row.scope.removeprefix('lead=')}#1"]
    if row.status == "excluded":
        assert unit.counts == "test"
        return
    assert unit.counts == "counted"
    assert close(float(unit.value), row.value)
    assert bool(unit.observed) == (row.status == "responded")


@cache
def units_of(case: str, metric: str):
    return explain_cell(project_of(case), request_of(case), metric, "all", {}, Quiet()).rows


@cache
def obligations_of(case: str) -> dict[str, tuple[str, int | None]]:
    with prepared(project_of(case), request_of(case), Quiet()) as ready:
        rows = ready.engine.rows("select obligation_id, state, elapsed_s from sla_clock")
    return {unit: (state, elapsed) for unit, state, elapsed in rows}


@pytest.mark.parametrize(("case", "row"), rows(lambda row: row.metric == "sla.obligation"))
def test_an_obligation_is_in_the_state_that_the_case_says(case, row):
    commitment, handoff = row.scope.split("|")[:2]
    found = obligations_of(case).get(f"{commitment}|{handoff}")
    if row.status == "merged":
        assert found is None
        return
    state, elapsed = found
    assert state == row.status
    if row.value is not None:
        assert close(int(elapsed) / 60, row.value)


@pytest.mark.parametrize(("case", "row"), rows(lambda row: row.scope.startswith("bucket=")))
def test_hand_overs_fall_into_the_buckets_of_the_case(case, row):
    cell = cells_of(case).get(("speed_to_lead_dist.bucket", "all", row.scope))
    assert (cell.value if cell else 0) == row.value


@pytest.mark.parametrize(
    ("case", "row"), rows(lambda row: row.metric == "sla_attainment" and row.scope.startswith("c.sm"))
)
def test_a_commitment_is_attained_as_the_case_says(case, row):
    commitment, _, tier = row.scope.partition("|")
    scope = f"commitment={commitment}" + (f";{tier}" if tier else "")
    cell = cells_of(case).get(("sla_attainment", period_of(row.period), scope))
    if row.value is None:
        assert cell is None or cell.status == row.status
    else:
        assert close(cell.value, row.value)
        assert cell.n == int(row.n)


def test_all_won_business_is_generated_and_renewed_together():
    cells = cells_of("c05_win_rate_fx")
    won = cells["revenue_won", "2026Q1", "all"].value + cells["revenue_won.renewed", "2026Q1", "all"].value
    assert won == 90_000


PACING = "c11_attainment_pacing"


@pytest.mark.parametrize(
    ("metric", "period", "column", "value"),
    [
        ("mql_count", "2026-11", "attainment", 1 / 125),
        ("mql_count.paced_target", "2026-11", "value", 7000 / 19),
        ("mql_count.paced_attainment", "2026-11", "value", 19 / 1750),
        ("revenue_won.paced_attainment", "2026Q4", "value", 56 / 75),
        ("revenue_won.gap", "2026Q4", "value", 1_720_000),
        ("revenue_won.required_per_business_day", "2026Q4", "value", 1_720_000 / 27),
    ],
)
def test_a_running_period_is_paced_by_business_days(metric, period, column, value):
    assert close(getattr(cells_of(PACING)[metric, period, "all"], column), value)


def test_a_level_target_is_never_paced():
    assert cells_of(PACING)["sales_cycle.paced_target", "2026Q4", "all"].value == 45


def test_business_days_are_those_of_the_case():
    periods = report_of(PACING).results.periods.set_index("period")
    assert (periods.loc["2026-11", "days_done"], periods.loc["2026-11", "days_total"]) == (14, 19)
    assert (periods.loc["2026Q4", "days_done"], periods.loc["2026Q4", "days_total"]) == (36, 63)


@pytest.mark.parametrize(("comparison", "before", "change"), [("mom", 3, 1 / 3), ("yoy", 2, 1)])
def test_a_running_month_is_compared_at_the_same_business_day(comparison, before, change):
    found = report_of(PACING).results.comparisons
    (row,) = found[
        (found.metric_id == "mql_count")
        & (found.period == "2026-11")
        & (found.scope == "all")
        & (found.comparison == comparison)
    ].itertuples()
    assert row.before == before
    assert close(row.change, change)


def test_disagreement_may_include_reasons_of_intent():
    (row,) = [row for row in expected("c04_mql_to_sql") if row.scope == "family=fit+intent"]
    cell = cells_of("c04_mql_to_sql")["definition_disagreement.with_intent", "2026-04", "all"]
    assert close(cell.value, row.value)


def test_churn_is_counted_in_customer_months():
    cells = cells_of("c10_unit_economics")
    for segment, value in (("SMB", 1 / 54), ("ENT", 0)):
        assert close(cells["clv.churn", "2026-06", f"segment={segment}"].value, value)
    assert close(cells["clv.churn", "2026-06", "all"].value, 1 / 78)


def test_a_disqualified_lead_is_no_longer_at_risk_of_converting():
    # Day 1: one of seven leaves. Day 10: one of the six left buys. Days 40 and 89: two are followed no further.
    # Day 90: one of three buys.
    curves = report_of("p03_cohorts_of_leads").results.curves
    mine = curves[(curves.metric_id == "lead_to_customer") & (curves.period == "2026Q2") & (curves.scope == "all")]
    shares = dict(zip(mine.day, mine.share, strict=True))
    assert close(shares[10], 1 / 7)
    assert close(shares[90], 1 / 7 + 5 / 7 / 3)
