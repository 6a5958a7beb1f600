"""The rows behind a cell."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import click
import pandas as pd
import pytest
from kpi_bench import Load, agreement, kpi_text, read

from generator.kpis.explaining import explain
from generator.kpis.explanation import printed

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
GROWTH = kpi_text(None, id="growth", measure="formula", formula="growth(handed)", by=["region"])


TARGETS = """
    target_id | period:integer | metric | team | region | segment | owner | value:decimal(38,9) | currency_gap | version | agreed_on:date | span_start:date | span_end:date | summed:boolean
    t1        | {april}        | handed |      |        |         |       | 8                   |              | v1      | 2026-01-01     | 2026-04-01      | 2026-05-01    | false
"""


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


@pytest.mark.parametrize(
    ("period", "stand"), [("2026-03", {}), ("2026-04", {"h1": "counted", "h5": "spam"}), ("all", {"h1": "counted"})]
)
def test_units_that_stand_are_shown_in_every_snapshot_of_their_time(spring, period, stand):
    sql = """
        select handoff_id as unit, handed_at as from_at, excluded, region, channel,
            case handoff_id when 'h5' then timestamp '2026-05-01' when 'h1' then null else handed_at end as to_at
        from handoff
    """
    explained = spring.explain("sal_acceptance", period, kpi_text(sql, measure="count", unit="count"))
    assert counts(explained) == stand
    assert explained.counted == (explained.cell or {"n": 0})["n"]


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


def test_every_input_of_a_formula_says_how_to_go_on(spring):
    explained = spring.explain("growth", "2026-05", HANDED, GROWTH, region="EMEA")
    assert explained.goes_on == (
        "onefunnel explain handed --period 2026-05 --where region=EMEA",
        "onefunnel explain handed --period 2026-04 --where region=EMEA"
        "  (all of it; here only what happened by 2026-04-17)",
    )
    assert list(explained.rows.period) == ["2026-05", "2026-04"]


def test_a_whole_period_before_needs_no_remark(spring):
    explained = spring.explain("growth", "2026-04", HANDED, GROWTH)
    assert explained.goes_on[1] == "onefunnel explain handed --period 2026-03"
    assert explained.rows.status.tolist() == ["ok", "no cell"]


def test_settings_and_targets_of_a_formula_are_among_its_inputs(spring):
    ((april,),) = spring.engine.rows("select period from period where label = '2026-04' and role = 'own'")
    spring.facts(target=TARGETS.format(april=april))
    text = kpi_text(None, id="reached", measure="formula", formula="handed / handed.target * min_n_rate", by=[])
    explained = spring.explain("reached", "2026-04", HANDED, text)
    assert list(zip(explained.rows.input, explained.rows.value, strict=True)) == [
        ("handed", 4), ("handed.target", 8), ("min_n_rate", 30),
    ]  # fmt: skip
    assert explained.goes_on[1:] == (
        "handed.target: content/agreement/targets.yml, or the table target of the drop",
        "min_n_rate: content/agreement/settings.yml",
    )
    assert explained.cell["value"] == 15


def test_a_formula_names_what_the_drop_lacks(spring):
    kpis = read(HANDED.replace("title:", "needs: [spend]\ntitle:"), GROWTH)
    explained = explain("growth", "2026-04", {}, kpis, spring.engine, agreement(), Load(("spend",)))
    assert explained.lacks == ("spend",)
    assert explained.summary.endswith("this drop lacks spend")


def test_what_is_printed_has_dashes_and_plain_numbers(spring):
    sql = (
        "select handoff_id as unit, handed_at as moment, excluded, region, channel, accepted,"
        " case when decided then 0.1 + cast(0.2 as double) end as value from handoff"
    )
    explained = spring.explain("worth", "2026-04", kpi_text(sql, id="worth", measure="sum", unit="currency"))
    assert explained.summary.splitlines()[0] == "worth, 2026-04, all: 0.9, n = 3, ok"
    lines = explained.table(4).splitlines()
    assert lines[0].split() == ["counts", "unit", "moment", "region", "channel", "accepted", "value"]
    assert lines[1].split() == ["counted", "h1", "2026-04-02", "09:00", "EMEA", "webinar", "yes", "0.3"]
    assert lines[3].split()[5:] == ["–", "yes", "0.3"]
    assert lines[4].split()[-1] == "–"
    assert len(lines) == 5
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"), (float("nan"), "–"), (pd.NaT, "–"), (True, "yes"), (3.0, "3"), (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"), (Decimal("1234.500000000"), "1234.5"), (datetime(2026, 4, 1), "2026-04-01"),
        (datetime(2026, 4, 1, 9, 30), "2026-04-01 09:30"), (date(2026, 4, 1), "2026-04-01"), ("a\x1b[31mb", "a�[31mb"),
    ],
)  # fmt: skip
def test_a_value_is_printed_for_people(value, text):
    assert printed(value) == text


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
