"""The rows behind a cell."""

from __future__ import annotations

import click
import pytest
from kpi_bench import kpi_text

RATE = kpi_text()
HANDED = kpi_text(
    "select handoff_id as unit, handed_at as moment, excluded, region, channel from handoff",
    id="handed",
    measure="count",
    unit="count",
)
COHORT = kpi_text(
    "select handoff_id as unit, handed_at as moment, accepted as hit, excluded, region, channel from handoff",
    id="mql_to_sql",
    measure="cohort",
    window="mql_to_sql",
)
GROWTH = kpi_text(None, id="growth", measure="formula", formula="handed / prior(handed) - 1", by=["region"])


def counts(explanation):
    return dict(zip(explanation.rows.unit, explanation.rows.counts, strict=True))


def test_every_unit_of_the_period_is_shown_with_why_it_does_not_count(spring):
    explained = spring.explain("sal_acceptance", "2026-04", RATE)
    assert counts(explained) == {"h1": "counted", "h2": "counted", "h3": "counted", "h4": "undecided", "h5": "spam"}
    assert (explained.counted, explained.excluded) == (3, {"spam": 1, "undecided": 1})
    assert list(explained.rows.columns[:3]) == ["counts", "unit", "moment"]


def test_a_number_that_cannot_be_counted_with_is_named(spring):
    values = "case handoff_id when 'h1' then cast('nan' as double) when 'h2' then 1e300 else 1 end"
    sql = f"select handoff_id as unit, handed_at as moment, {values} as value, region, channel from handoff"
    explained = spring.explain("sal_acceptance", "2026-04", kpi_text(sql, measure="sum", unit="count"))
    assert explained.excluded == {"not_finite": 1, "too_large": 1}
    assert (explained.counted, explained.cell["value"], explained.cell["n"]) == (3, 3, 3)
    assert explained.cell["status"] in ("excluded_not_finite", "excluded_too_large")


def test_the_counted_rows_give_the_cell(spring):
    explained = spring.explain("sal_acceptance", "2026-04", RATE)
    counted = explained.rows[explained.rows.counts == "counted"]
    assert explained.cell["value"] == counted.hit.mean()
    assert explained.cell["n"] == explained.counted == len(counted)


@pytest.mark.parametrize("period", ["2026-04", "2026-W14", "2026Q2", "all"])
@pytest.mark.parametrize(
    "where", [{}, {"region": "EMEA"}, {"region": "Unknown"}, {"channel": "event"}, {"channel": "unknown (recorded)"}]
)
def test_rows_and_cell_agree_in_every_period_and_split(spring, period, where):
    explained = spring.explain("sal_acceptance", period, RATE, **where)
    assert explained.counted == (0 if explained.cell is None else explained.cell["n"])


def test_the_summary_says_value_and_reasons(spring):
    assert spring.explain("sal_acceptance", "2026-04", RATE).summary == (
        "sal_acceptance, 2026-04, all: 0.666666666667 = 2 / 3, n = 3, ok\n3 counted; left out: spam 1, undecided 1"
    )


def test_a_member_is_found_however_its_letters_are_cased(spring):
    explained = spring.explain("handed", "2026-04", HANDED, region="emea")
    assert (explained.scope, explained.counted) == ("region=EMEA", 2)


def test_what_was_not_recorded_is_unknown_and_the_word_is_another(spring):
    assert list(spring.explain("handed", "2026-04", HANDED, channel="Unknown").rows.unit) == ["h3"]
    assert list(spring.explain("handed", "2026-05", HANDED, channel="unknown (recorded)").rows.unit) == ["h6"]


def test_a_quote_in_a_member_is_a_letter_like_any_other(spring):
    assert list(spring.explain("handed", "2026-05", HANDED, channel="O'Hara").rows.unit) == ["h7"]


def test_two_dimensions_narrow_the_rows_where_no_such_cell_is_published(spring):
    explained = spring.explain("handed", "2026-04", HANDED, region="EMEA", channel="event")
    assert list(explained.rows.unit) == ["h2", "h5"]
    assert explained.cell is None
    assert "no cell of this name is published" in explained.summary


def test_units_that_are_too_young_are_called_maturing(spring):
    explained = spring.explain("mql_to_sql", "2026-05", COHORT)
    assert set(counts(explained).values()) == {"maturing"}
    assert explained.counted == 0


def test_companions_can_be_asked_for(spring):
    text = kpi_text(companions={"decided": {"measure": "count", "unit": "count"}})
    explained = spring.explain("sal_acceptance.decided", "2026-04", text)
    assert explained.cell["value"] == explained.counted == 3


def test_what_a_measure_makes_itself_is_explained_by_the_same_rows(spring):
    sql = "select handoff_id as unit, handed_at as moment, 2.5 as value, excluded from handoff"
    text = kpi_text(sql, id="lag", measure="mean", unit="days", by=[])
    explained = spring.explain("lag.median", "2026-04", text)
    assert (explained.metric_id, explained.cell["value"], explained.counted) == ("lag.median", 2.5, 4)


def test_rows_that_lack_their_value_are_called_incomplete(spring):
    sql = "select handoff_id as unit, handed_at as moment, excluded, case when decided then 1 end as value from handoff"
    explained = spring.explain("worth", "2026-04", kpi_text(sql, id="worth", measure="sum", unit="currency", by=[]))
    assert counts(explained)["h4"] == "incomplete"


def test_a_gap_blocks_its_cell_and_says_so(spring):
    sql = (
        "select handoff_id as unit, handed_at as moment, excluded, 1 as value,"
        " case when not decided then 'missing_fx' end as gap from handoff"
    )
    explained = spring.explain("worth", "2026-04", kpi_text(sql, id="worth", measure="sum", unit="currency", by=[]))
    assert counts(explained)["h4"] == "blocked: missing_fx"
    assert explained.cell["status"] == "missing_fx"


def test_rows_that_say_themselves_what_makes_n_are_explained(spring):
    sql = "select handoff_id as unit, handed_at as moment, excluded, 1 as num, 1 as den, decided as counts from handoff"
    explained = spring.explain("share", "2026-04", kpi_text(sql, id="share", measure="ratio", by=[]))
    assert (explained.counted, explained.cell["denominator"], explained.cell["n"]) == (4, 4, 3)


def test_units_that_name_their_period_are_found_by_it(spring):
    sql = (
        "select h.handoff_id as unit, p.period as period from handoff as h"
        " join period as p on h.handed_at < p.instant and not h.decided"
    )
    explained = spring.explain(
        "open_ones", "2026-04", kpi_text(sql, id="open_ones", measure="count", unit="count", by=[])
    )
    assert list(explained.rows.unit) == ["h4"]
    assert explained.cell["value"] == 1


def test_a_formula_is_explained_by_its_inputs_and_those_before(spring):
    explained = spring.explain("growth", "2026-05", HANDED, GROWTH)
    assert list(explained.rows.input) == ["handed", "handed"]
    assert explained.summary.endswith("2 results go into it")
    assert sorted(explained.rows.value) == [2, 3]  # to 19 May, the 13th business day, and to that of April


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("handd", "2026-04", {}), r"no KPI 'handd' \(did you mean 'handed'\?\)"),
        (("handed", "2026-4", {}), r"no period '2026-4' \(did you mean '2026-04'\?\)"),
        (("handed", "2019-04", {}), "no period '2019-04'"),
        (("handed", "2026-04", {"regoin": "EMEA"}), r"no column 'regoin' \(did you mean 'region'\?\)"),
        (("handed", "2026-04", {"region": "EMAE"}), r"no region 'EMAE' \(did you mean 'EMEA'\?\)"),
        (("growth", "2026-04", {"channel": "event"}), "not split by 'channel'"),
        (("growth", "2026-04", {"region": "EMAE"}), "knows no"),
    ],
)
def test_what_there_is_not_is_a_wrong_option_with_the_likely_spelling(spring, asked, told):
    metric_id, period, where = asked
    with pytest.raises(click.UsageError, match=told):
        spring.explain(metric_id, period, HANDED, GROWTH, **where)
