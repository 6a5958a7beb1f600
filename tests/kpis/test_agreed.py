"""Targets that formulas name."""

from __future__ import annotations

import pytest
from kpi_bench import kpi_text, read

from generator.kpis import targets_of_nothing

HANDED = kpi_text(
    "select handoff_id as unit, handed_at as moment, excluded, region, channel, region as team from handoff",
    id="handed",
    measure="count",
    unit="count",
    target="flow",
    by=["region", "team"],
)
ATTAINED = kpi_text(
    None, id="attained", measure="formula", formula="handed / handed.target", target="none", by=["region", "team"]
)
HEADER = (
    "target_id | period:int | metric | team | region | segment | owner | value:decimal(38,9) | currency_gap"
    " | version | agreed_on:date | span_start:date | span_end:date | summed:boolean"
)
SPANS = {
    "2026-04": "2026-04-01 | 2026-05-01",
    "2026-05": "2026-05-01 | 2026-06-01",
    "2026Q2": "2026-04-01 | 2026-07-01",
}


@pytest.fixture
def agree(spring):
    """Fill the table of targets: (period, value, span, and what else differs)."""
    ids = dict(spring.engine.rows("select label, period from period where role = 'own'"))

    def fill(*targets):
        lines = [HEADER]
        for number, (period, value, span, *rest) in enumerate(targets):
            it = {"metric": "handed", "team": "", "region": "", "gap": "", "version": "1", "on": "", **dict(*rest)}
            cells = [f"t{number}", ids[period], it["metric"], it["team"], it["region"], "", "", value, it["gap"]]
            cells += [it["version"], it["on"], SPANS[span], "false"]
            lines.append(" | ".join(str(cell) for cell in cells))
        return spring.facts(target="\n".join(lines))

    yield fill
    spring.engine.run("drop table if exists target")


def attained(bench, period, scope="all", *texts):
    cells = bench.measure(*(texts or (HANDED, ATTAINED))).results.cells
    found = cells[(cells.metric_id == "attained") & (cells.period == period) & (cells.scope == scope)]
    return None if found.empty else found.iloc[0]


def test_a_result_over_its_target(agree):
    cell = attained(agree(("2026-04", 8, "2026-04")), "2026-04")
    assert (cell.value, cell.numerator, cell.denominator, cell.status) == (0.5, 4, 8, "ok")


def test_targets_are_no_results_of_their_own(agree):
    cells = agree(("2026-04", 8, "2026-04")).measure(HANDED, ATTAINED).results.cells
    assert set(cells.metric_id) == {"handed", "attained"}


def test_a_part_period_is_held_against_the_whole_target(agree):
    cell = attained(agree(("2026-05", 8, "2026-05")), "2026-05")
    assert (cell.value, cell.cut) == (2 / 8, "2026-05-19")


def test_its_twin_is_held_against_the_whole_target_of_then(agree):
    bench = agree(("2026-04", 6, "2026-04"), ("2026-05", 8, "2026-05"))
    comparisons = bench.measure(HANDED, ATTAINED).results.comparisons
    (row,) = comparisons.query("metric_id == 'attained' and period == '2026-05' and scope == 'all'").itertuples()
    assert (row.value, row.before) == (2 / 8, 3 / 6)


def test_a_target_for_a_region_is_for_that_region(agree):
    bench = agree(("2026-04", 4, "2026-04", {"region": "EMEA"}))
    assert attained(bench, "2026-04", "region=EMEA").value == 2 / 4
    assert attained(bench, "2026-04").status == "missing_input"


def test_a_quarters_flow_target_says_nothing_of_its_months(agree):
    bench = agree(("2026-04", 30, "2026Q2"), ("2026Q2", 30, "2026Q2"))
    assert attained(bench, "2026Q2").value == 6 / 30
    assert attained(bench, "2026-04").status == "missing_input"


def test_a_quarters_level_holds_in_its_months_and_the_narrower_one_first(agree):
    level = HANDED.replace("target: 'flow'", "target: 'level'")
    bench = agree(("2026-04", 10, "2026Q2"), ("2026-05", 10, "2026Q2"), ("2026-05", 5, "2026-05"))
    assert attained(bench, "2026-04", "all", level, ATTAINED).value == 4 / 10
    assert attained(bench, "2026-05", "all", level, ATTAINED).value == 2 / 5


def test_of_two_versions_the_one_agreed_last_is_in_force(agree):
    old = ("2026-04", 8, "2026-04", {"version": "2", "on": "2026-01-01"})
    new = ("2026-04", 16, "2026-04", {"version": "1", "on": "2026-02-01"})
    assert attained(agree(new, old), "2026-04").denominator == 16


def test_a_target_without_an_exchange_rate_withholds_the_result(agree):
    cell = attained(agree(("2026-04", "", "2026-04", {"gap": "missing_fx"})), "2026-04")
    assert (cell.status, cell.value == cell.value) == ("missing_fx", False)


def test_without_any_target_the_formula_lacks_the_table(agree):
    measured = agree(("2026-04", 8, "2026-04", {"metric": "other"})).measure(HANDED, ATTAINED)
    assert measured.missing == {"attained": ("target",)}
    assert list(measured.results.cells.query("metric_id == 'attained'").period) == ["all"]


def test_the_revenue_of_sales_is_the_revenue_of_all(agree):
    revenue = HANDED.replace("handed'", "revenue_won'").replace("by: ['region', 'team']", "by: ['region']")
    formula = ATTAINED.replace("handed", "revenue_won")
    sales, marketing = ({"metric": "revenue_won", "team": team} for team in ("sales", "marketing"))
    bench = agree(("2026-04", 8, "2026-04", sales), ("2026-04", 2, "2026-04", marketing))
    assert attained(bench, "2026-04", "all", revenue, formula).denominator == 8


def test_a_target_of_the_only_team_is_that_of_an_undivided_number(agree):
    handed = HANDED.replace("by: ['region', 'team']", "by: ['region']")
    formula = ATTAINED.replace("by: ['region', 'team']", "by: ['region']")
    bench = agree(("2026-04", 8, "2026-04", {"team": "marketing"}))
    assert attained(bench, "2026-04", "all", handed, formula).value == 4 / 8
    both = agree(("2026-04", 8, "2026-04", {"team": "marketing"}), ("2026-04", 2, "2026-04", {"team": "sales"}))
    assert attained(both, "2026-04", "all", handed, formula).status == "missing_input"


def test_a_member_of_a_target_is_found_however_its_letters_are_cased(agree):
    bench = agree(("2026-04", 4, "2026-04", {"region": "emea"}))
    assert attained(bench, "2026-04", "region=EMEA").value == 2 / 4


def test_a_target_of_a_metric_that_nothing_counts_is_told_with_the_likely_spelling(spring):
    header = "target_id | metric_id"
    spring.facts(agreed_target=f"{header}\nt1 | handed\nt2 | hnded\nt3 | hnded\nt4 | resting\nt5 | Call Ada Example")
    (found,) = targets_of_nothing(spring.engine, read(HANDED), ["resting"])
    assert (found.failing, found.checked) == (3, 5)
    assert found.text.endswith("held against no figure: a name that none can be, 'hnded' (did you mean 'handed'?)")


def test_where_every_target_is_of_a_known_metric_nothing_is_said(spring):
    spring.facts(agreed_target="target_id | metric_id\nt1 | handed")
    assert targets_of_nothing(spring.engine, read(HANDED), []) == ()
