"""What a KPI file leaves to a setting."""

from __future__ import annotations

import pytest
from kpi_bench import ACCEPTANCE_SQL, kpi_text, read

from generator.errors import KpiError
from generator.kpis.choosing import all_chosen, chosen, without_condition

SETTINGS = {"basis": "arr", "cap": "60", "assumed": ""}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("a / b", "a / b"),
        ("a if basis = arr else b", "a"),
        ("a if basis = recognised else b", "b"),
        ("a if basis = recognised else b if cap = 60 else c", "b"),
        ("a if basis = recognised", ""),
        ("a if assumed = none", "a"),
        ("a if basis = none", ""),
        ("a if basis = arr and cap = 60 else b", "a"),
        ("a if basis = arr and cap = 61 else b", "b"),
    ],
)
def test_the_first_choice_that_holds_is_taken(text, holds):
    assert chosen(text, SETTINGS) == holds


def test_needs_that_do_not_hold_are_none():
    assert all_chosen(["spend", "revenue if basis = recognised", "subscription if basis = arr"], SETTINGS) == (
        "spend",
        "subscription",
    )


def test_a_need_is_judged_without_its_condition():
    assert without_condition("revenue.cogs if assumed = none") == "revenue.cogs"
    assert without_condition("revenue") == "revenue"


def test_a_file_is_read_as_the_settings_choose():
    text = kpi_text(
        sql=None, measure="formula", formula="sal_acceptance.a if magic_basis = arr else sal_acceptance.b",
        needs=["revenue if magic_basis = recognised", "subscription if magic_basis = arr"],
        companions={"a": {"measure": "rate"}, "b": {"measure": "rate"}},
        blocks=f"\n```sql a\n{ACCEPTANCE_SQL}\n```\n\n```sql b\n{ACCEPTANCE_SQL}\n```\n",
    )  # fmt: skip
    (kpi,) = read(text)
    assert (kpi.headline.formula, kpi.needs) == ("sal_acceptance.b", ("revenue",))
    (kpi,) = read(text, magic_basis="arr")
    assert (kpi.headline.formula, kpi.needs) == ("sal_acceptance.a", ("subscription",))


def test_a_setting_that_there_is_not_is_a_mistake():
    with pytest.raises(KpiError) as told:
        read(kpi_text(needs=["revenue if magic_bases = arr"]))
    assert "unknown setting 'magic_bases' (did you mean 'magic_basis'?)" in str(told.value.mistakes[0])
