"""Formulas: arithmetic over results, with the reasons of what is missing."""

from __future__ import annotations

import pytest
from measures_bench import cell

from generator.errors import KpiError
from generator.measures import evaluate, formula_names, together
from generator.measures.measured import Measured


def named(measured, name):
    return Measured({name: measured.metrics["metric"]}, measured.periods)


@pytest.fixture
def results(november):
    """Money and heads of two regions over two months."""
    money = november.measure(
        "sum",
        """
        unit | moment           | value | region | gap
        a    | 2026-04-02 12:00 | 1000  | EMEA   |
        b    | 2026-05-02 12:00 | 1150  | EMEA   |
        c    | 2026-06-02 12:00 |       | EMEA   | missing_fx
        """,
        by=("region",),
    )
    heads = november.measure(
        "count",
        """
        unit | moment           | region
        a    | 2026-04-02 12:00 | EMEA
        b    | 2026-04-02 12:00 | NA
        c    | 2026-07-02 12:00 | EMEA
        """,
        by=("region",),
    )
    return together([named(money, "money"), named(heads, "heads")], november.periods())


@pytest.fixture
def compute(november, results):
    def run(text, **more):
        return evaluate(text, "metric", results, additive=("money", "heads"), **more)

    return run


def test_growth_is_now_over_before_and_carries_both(compute):
    may = cell(compute("money / prior(money) - 1"), "2026-05")
    assert may["value"] == pytest.approx(0.15)
    assert (may["numerator"], may["denominator"], may["n"]) == (1150, 1000, 1)


def test_without_a_period_before_there_is_no_growth(compute):
    april = cell(compute("money / prior(money) - 1"), "2026-04")
    assert (april["value"], april["status"]) == (None, "zero_denominator")


def test_a_member_that_is_gone_fell_by_all_of_it(compute):
    gone = cell(compute("heads / prior(heads) - 1", by=("region",)), "2026-05", "region=NA")
    assert (gone["value"], gone["numerator"], gone["denominator"], gone["n"]) == (-1, 0, 1, 0)
    assert cell(compute("heads / prior(heads) - 1"), "2026-06", "region=NA") is None  # nothing in May either


def test_growth_says_in_one_word_what_division_says_in_many(compute):
    for period in ("2026-04", "2026-05", "2026-06"):
        one, two = (cell(compute(text), period) for text in ("growth(money)", "money / prior(money) - 1"))
        assert one == two
    gone = cell(compute("growth(heads)", by=("region",)), "2026-05", "region=NA")
    assert (gone["value"], gone["numerator"], gone["denominator"], gone["n"]) == (-1, 0, 1, 0)


def test_no_growth_is_stated_from_less_than_nothing(november):
    measured = november.measure("sum", "unit | moment | value\na | 2026-04-02 12:00 | -5\nb | 2026-05-02 12:00 | 5")
    may = cell(evaluate("growth(metric)", "growth", measured, additive=("metric",)), "2026-05", metric="growth")
    assert (may["value"], may["status"]) == (None, "zero_denominator")


def test_the_growth_of_a_count_has_the_interval_of_two_counts(november):
    units = "\n".join(f"u{n} | 2026-0{4 if n < 5 else 5}-02 12:00" for n in range(8))
    measured = november.measure("count", f"unit | moment\n{units}")
    grown = evaluate("growth(metric)", "growth", measured, additive=("metric",), counted=("metric",))
    may = cell(grown, "2026-05", metric="growth")
    assert may["value"] == pytest.approx(-0.4)
    assert may["low"] < -0.8 < 0 < may["high"]
    assert cell(grown, "2026-04", metric="growth")["low"] is None
    plain = evaluate("growth(metric)", "growth", measured, additive=("metric",))
    assert cell(plain, "2026-05", metric="growth")["low"] is None


def test_what_only_looks_back_at_an_average_stays_where_it_is(november, results):
    found = evaluate("heads / prior(money)", "metric", results, additive=("heads",))
    assert cell(found, "2026-07", "region=NA") is None


def test_the_period_before_a_part_period_is_its_twin(november):
    heads = november.measure("count", "unit | moment\na | 2026-10-05 12:00\nb | 2026-10-30 12:00\nc | 2026-11-05 12:00")
    growth = evaluate("metric / prior(metric) - 1", "growth", heads)
    month = cell(growth, "2026-11", metric="growth")
    assert (month["value"], month["denominator"], month["cut"]) == (0, 1, "2026-11-19")


def test_a_missing_operand_gives_its_reason_on(compute):
    assert cell(compute("heads + money"), "2026-06")["status"] == "missing_fx"
    assert cell(compute("money / heads"), "2026-05")["status"] == "zero_denominator"


def test_a_member_without_units_is_nought_where_things_add_up(compute):
    found = cell(compute("heads - money"), "2026-04", "region=NA")
    assert (found["value"], found["status"]) == (1, "ok")


@pytest.fixture
def costs(november):
    """Money of which some or nothing can be told, and heads that stand in other regions too."""

    def of(gap):
        money = november.measure(
            "sum",
            f"""
            unit | moment           | value | region | gap
            a    | 2026-04-02 12:00 | 1000  | EMEA   |
            b    | 2026-04-03 12:00 |       | APAC   | {gap}
            """,
            by=("region",),
        )
        heads = november.measure(
            "count",
            """
            unit | moment           | region
            a    | 2026-04-02 12:00 | EMEA
            b    | 2026-04-02 12:00 | APAC
            c    | 2026-04-02 12:00 | NA
            """,
            by=("region",),
        )
        both = together([named(money, "money"), named(heads, "heads")], november.periods())
        found = evaluate("money / heads", "metric", both, additive=("money", "heads"))
        scopes = ("all", "region=APAC", "region=EMEA", "region=NA")
        cells = [cell(found, "2026-04", scope) for scope in scopes]
        return {
            scope: one["status"] if one["value"] is None else one["value"]
            for scope, one in zip(scopes, cells, strict=True)
        }

    return of


def test_a_rate_that_is_missing_withholds_the_whole_and_its_own_member_and_no_other(costs):
    assert costs("missing_fx") == {
        "all": "missing_fx", "region=APAC": "missing_fx", "region=EMEA": 1000, "region=NA": 0,
    }  # fmt: skip


def test_an_input_that_is_missing_says_of_no_absent_member_that_it_is_nought(costs):
    assert costs("missing_input")["region=NA"] == "missing_input"


def test_a_member_that_is_not_known_there_is_missing(november, results):
    found = evaluate("heads - money", "metric", results)
    assert cell(found, "2026-04", "region=NA")["status"] == "missing_input"


def test_a_cap_that_was_needed_says_so(compute):
    capped = compute("capped(money / heads, 600)")
    assert (cell(capped, "2026-04")["value"], cell(capped, "2026-04")["status"]) == (500, "ok")
    assert (cell(capped, "2026-05")["value"], cell(capped, "2026-05")["status"]) == (600, "capped")
    assert cell(capped, "2026-06")["status"] == "missing_fx"
    assert cell(capped, "2026-04")["denominator"] == 2
    doubled = compute("2 * capped(money / heads, 100)")
    assert (cell(doubled, "2026-04")["value"], cell(doubled, "2026-04")["status"]) == (200, "capped")


def test_what_has_nothing_left_to_cover_is_met(compute):
    found = compute("covering(money, heads)")
    assert cell(found, "2026-04")["value"] == 500
    assert (cell(found, "2026-05")["value"], cell(found, "2026-05")["status"]) == (None, "target_met")


def test_settings_may_be_named_beside_results(compute):
    found = compute("min(money, clv.cap) + max(1, 2) - -heads", constants={"clv.cap": 60})
    assert cell(found, "2026-04")["value"] == 64


def test_splits_and_grains_can_be_held_back(compute):
    found = compute("money", by=(), grains=("month",)).cells
    assert set(found["scope"]) == {"all"}
    assert found["period"].str.fullmatch(r"\d{4}-\d\d").all()


def test_names_come_in_order_of_appearance():
    text = "clv.arpa * capped(1 / churn_rate, 60) - prior(clv.arpa) + min(a, b)"
    assert formula_names(text) == ("clv.arpa", "churn_rate", "a", "b")


@pytest.mark.parametrize(
    "text",
    [
        "", "1 +", "money ** 2", "money if heads else 0", "__import__('os')", "open('x')", "money[0]", "prior()",
        "capped(money)", "'text'", "True", "money.__class__()", "lambda: 1", "min()", "prior(money, 2)", "(1)(2)",
        "money > 1", "f'{money}'", "prior(x=1)",
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(KpiError):
        formula_names(text)


@pytest.mark.parametrize("joint", [" + a", " * (a", " - b.c"])
def test_a_formula_without_end_is_refused(joint):
    text = "a" + joint * 400 + ")" * (400 if "(" in joint else 0)
    with pytest.raises(KpiError):
        formula_names(text)


def test_an_unknown_name_is_refused_with_its_name(compute):
    with pytest.raises(KpiError, match="profit"):
        compute("money - profit")
