"""Each team against its own target, through the packaged file."""

from __future__ import annotations

from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[2] / "content/kpis/team_attainment.md").read_text(encoding="utf-8")

DEALS = """
    deal_id | booked_on:date | is_won:boolean | type         | origin    | amount:decimal(38,9) | is_amount_known:boolean | region | gap | excluded
    --------+----------------+----------------+--------------+-----------+----------------------+-------------------------+--------+-----+---------
    d1      | 2026-04-10     | true           | new_business | marketing | 450000               | true                    | EMEA   |     |
    d2      | 2026-04-12     | true           | new_business | sales     | 730000               | true                    | AMER   |     |
    d3      | 2026-04-14     | true           | expansion    | marketing | 100000               | true                    |        |     |
"""


REVENUE = """
    unit | booked_on:date | amount:decimal(38,9) | region | gap | excluded
    d1   | 2026-04-10     | 450000               | EMEA   |     |
    d2   | 2026-04-12     | 730000               | AMER   |     |
    d3   | 2026-04-14     | 100000               |        |     |
"""


def targets(spring, *rows: tuple[str, ...]):
    """Agree targets: metric, team, value, month and, where it is not the whole, region."""
    period = {
        label: number for number, label in spring.engine.rows("select period, label from period where role = 'own'")
    }
    header = (
        "target_id | period:integer | metric | team | region | segment | owner | value:decimal(38,9) | currency_gap"
        " | span_start:date | span_end:date"
    )
    lines = [
        f"t{n} | {period[month]} | {metric} | {team} | {''.join(region)} | | | {value} | | {month}-01 | {month[:5]}{int(month[5:]) + 1:02}-01"
        for n, (metric, team, value, month, *region) in enumerate(rows)
    ]
    return spring.facts(
        deal=DEALS,
        target="\n".join([header, *lines]),
        revenue=REVENUE,
        setting="key | value\noriginated_rule | lead_origin",
        source_table="name | is_present:boolean\ntouch | true",
    )


def cells(bench):
    found = bench.measure(TEXT.replace("neighbours: [revenue_attainment, deal_size_marketing]", "")).results.cells
    return {(row.period, row.scope): row for row in found.itertuples()}


def test_each_team_is_held_against_its_own_target_and_the_two_are_never_added_up(spring):
    agreed = [("originated_revenue", "marketing", "900000", "2026-04"), ("revenue_won", "sales", "3000000", "2026-04")]
    found = cells(targets(spring, *agreed))
    assert found["2026-04", "team=marketing"].value == 0.5
    assert found["2026-04", "team=sales"].value == pytest.approx(1_280_000 / 3_000_000)
    assert found["2026-04", "team=sales"].n == 3
    teams = ("team=marketing", "team=sales")
    assert {scope for _, scope in found} == {
        *teams, *(f"region={region};{team}" for region in ("AMER", "EMEA", "Unknown") for team in teams)
    }  # fmt: skip


def test_a_region_is_held_against_its_own_target_which_is_no_part_of_that_of_the_whole(spring):
    found = cells(
        targets(
            spring,
            ("originated_revenue", "marketing", "900000", "2026-04"),
            ("originated_revenue", "marketing", "500000", "2026-04", "EMEA"),
            ("revenue_won", "sales", "3000000", "2026-04"),
            ("revenue_won", "sales", "1460000", "2026-04", "AMER"),
        )
    )
    assert found["2026-04", "team=marketing"].value == 0.5
    assert found["2026-04", "team=sales"].value == pytest.approx(1_280_000 / 3_000_000)
    assert found["2026-04", "region=EMEA;team=marketing"].value == 0.9
    assert found["2026-04", "region=AMER;team=sales"].value == 0.5
    for region in ("EMEA", "Unknown"):
        assert found["2026-04", f"region={region};team=sales"].status == "missing_input"


def test_a_target_that_nobody_agreed_is_missing_not_nought(spring):
    found = cells(targets(spring, ("revenue_won", "sales", "3000000", "2026-04")))
    missing = found["2026-04", "team=marketing"]
    assert (missing.status, str(missing.value)) == ("missing_input", "nan")
    assert found["2026-03", "team=sales"].status == "missing_input"


def test_a_target_of_nought_is_nothing_to_divide_by(spring):
    found = cells(targets(spring, ("revenue_won", "sales", "0", "2026-04")))
    assert found["2026-04", "team=sales"].status == "zero_denominator"
