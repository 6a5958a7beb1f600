"""From KPI files and facts to results."""

from __future__ import annotations

import re
import time

import pytest
from kpi_bench import AS_OF, Load, agreement, kpi_text, read

from generator.engine import Connection
from generator.errors import EngineError, KpiError
from generator.kpis.formulas import in_order
from generator.kpis.running import measure_kpis, missing_inputs, unit_rows
from generator.measures.results import CELL_COLUMNS, COMPARISON_COLUMNS, CURVE_COLUMNS

HANDED_SQL = "select handoff_id as unit, handed_at as moment, excluded, region, channel from handoff"
HANDED = kpi_text(HANDED_SQL, id="handed", measure="count", unit="count")


def cell(measured, metric_id, period, scope="all"):
    cells = measured.results.cells
    found = cells[(cells.metric_id == metric_id) & (cells.period == period) & (cells.scope == scope)]
    assert len(found) <= 1
    return None if found.empty else found.iloc[0]


def formula(formula_id, text, **front):
    return kpi_text(sql=None, id=formula_id, measure="formula", formula=text, **front)


def test_a_rate_counts_the_units_that_a_rule_leaves_in(spring):
    april = cell(spring.measure(kpi_text()), "sal_acceptance", "2026-04")
    assert (april.value, april.numerator, april.denominator, april.n) == (2 / 3, 2, 3, 3)
    assert april.status == "ok"
    assert april.cut == ""


def test_a_part_period_says_to_which_day_it_counts(spring):
    assert cell(spring.measure(kpi_text()), "sal_acceptance", "2026-05").cut == "2026-05-19"


def test_splits_name_what_was_not_recorded_apart_from_the_word_unknown(spring):
    measured = spring.measure(HANDED)
    assert cell(measured, "handed", "2026-04", "channel=Unknown").n == 1
    assert cell(measured, "handed", "2026-05", "channel=unknown (recorded)").n == 1


def test_frames_are_sorted_and_shaped_as_promised(spring):
    results = spring.measure(HANDED, kpi_text()).results
    assert tuple(results.cells.columns) == CELL_COLUMNS
    assert tuple(results.comparisons.columns) == COMPARISON_COLUMNS
    assert tuple(results.curves.columns) == CURVE_COLUMNS
    keys = list(results.cells[["metric_id", "period", "scope"]].itertuples(index=False, name=None))
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_the_same_inputs_give_the_same_results(spring):
    first, second = spring.measure(HANDED, kpi_text()), spring.measure(kpi_text(), HANDED)
    assert first.results.cells.equals(second.results.cells)
    assert first.results.comparisons.equals(second.results.comparisons)


def test_companions_over_the_headlines_rows_are_measured_beside_it(spring):
    measured = spring.measure(
        kpi_text(companions={"decided": {"measure": "count", "unit": "count", "grains": ["month"]}})
    )
    assert cell(measured, "sal_acceptance.decided", "2026-04").value == 3
    assert cell(measured, "sal_acceptance.decided", "all") is None


def test_no_kpi_at_all_is_no_result_at_all(spring):
    results = spring.measure().results
    assert (len(results.cells), len(results.comparisons), len(results.curves)) == (0, 0, 0)
    assert len(results.periods) > 0


def test_nothing_is_left_behind_in_the_engine(spring):
    before = spring.engine.rows("select table_name from information_schema.tables order by 1")
    spring.measure(HANDED, kpi_text())
    assert spring.engine.rows("select table_name from information_schema.tables order by 1") == before


def test_comparisons_follow_the_kpi_file(spring):
    comparisons = spring.measure(kpi_text(compare=["mom", "qoq"])).results.comparisons
    assert set(comparisons.comparison) <= {"mom", "qoq"}
    assert "mom" in set(comparisons.comparison)


class TestMissingInputs:
    """What a drop cannot answer is said, not guessed."""

    def test_a_kpi_without_its_table_is_one_cell_that_says_so(self, spring):
        measured = spring.measure(kpi_text(needs=["lead", "lead.icp_fit", "touch"]), lacking=("lead.icp_fit", "touch"))
        assert measured.missing == {"sal_acceptance": ("lead.icp_fit", "touch")}
        (row,) = measured.results.cells.itertuples()
        assert (row.period, row.scope, row.status, row.n) == ("all", "all", "missing_input", 0)
        assert row.value != row.value

    def test_its_companions_lack_the_same(self, spring):
        text = kpi_text(needs=["touch"], companions={"n": {"measure": "count", "unit": "count"}})
        assert set(spring.measure(text, lacking=("touch",)).missing) == {"sal_acceptance", "sal_acceptance.n"}

    def test_other_kpis_are_measured_all_the_same(self, spring):
        measured = spring.measure(HANDED, kpi_text(needs=["touch"]), lacking=("touch",))
        assert cell(measured, "handed", "2026-04").value == 4

    def test_a_formula_lacks_what_its_inputs_lack(self, spring):
        kpis = read(kpi_text(needs=["touch"]), formula("twice", "2 * sal_acceptance"), formula("four", "2 * twice"))
        missing = missing_inputs(kpis, Load(("touch",)), spring.engine)
        assert missing["four"] == missing["twice"] == ("touch",)

    def test_a_formula_over_a_missing_input_is_one_cell_too(self, spring):
        texts = (kpi_text(needs=["touch"]), formula("twice", "2 * sal_acceptance"))
        measured = spring.measure(*texts, lacking=("touch",))
        assert list(measured.results.cells.status) == ["missing_input", "missing_input"]


class TestFormulas:
    """Arithmetic over results that exist."""

    def test_they_are_worked_out_in_an_order_that_serves_each(self, spring):
        texts = (HANDED, formula("a_first", "z_last + 1", unit="count"), formula("z_last", "2 * handed", unit="count"))
        assert [figure.title and kpi.id for kpi, figure in in_order(read(*texts))] == ["z_last", "a_first"]
        assert cell(spring.measure(*texts), "a_first", "2026-04").value == 9

    def test_growth_is_this_over_the_period_before(self, spring):
        measured = spring.measure(HANDED, formula("growth", "handed / prior(handed) - 1", grains=["month"], by=[]))
        assert cell(measured, "growth", "2026-05").value == pytest.approx(2 / 3 - 1)  # 13 business days each

    def test_nothing_before_is_no_growth_and_says_so(self, spring):
        measured = spring.measure(HANDED, formula("growth", "handed / prior(handed) - 1", grains=["month"], by=[]))
        april = cell(measured, "growth", "2026-04")
        assert april.value != april.value
        assert april.status == "zero_denominator"

    def test_they_are_split_by_what_their_file_names(self, spring):
        measured = spring.measure(HANDED, formula("twice", "2 * handed", by=["region"], unit="count"))
        scopes = set(measured.results.cells.query("metric_id == 'twice'").scope)
        assert "region=EMEA" in scopes
        assert not any("channel" in scope for scope in scopes)

    def test_settings_that_are_numbers_have_names_in_formulas(self, spring):
        measured = spring.measure(HANDED, formula("capped_at", "min(handed, clv.lifetime_cap_months)", unit="count"))
        assert cell(measured, "capped_at", "2026-04").value == 4

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("handd / 2", r"unknown result 'handd' \(did you mean 'handed'\?\)"),
            ("handed.medain", "unknown result 'handed.medain'"),
            ("handed +", "formula"),
            ("__import__('os')", "formula"),
            ("handed if handed else 0", "formula"),
            ("handed ** 9999999", "formula"),
            ("'text'", "formula"),
            ("[handed]", "formula"),
            ("own", "'own' needs itself"),
        ],
    )
    def test_a_formula_that_means_nothing_is_a_mistake(self, text, told):
        with pytest.raises(KpiError, match=told) as problem:
            read(HANDED, formula("own", text))
        assert problem.value.exit_code == 12

    def test_a_circle_is_a_mistake_that_names_its_members_only(self):
        texts = (formula("a_one", "b_two"), formula("b_two", "a_one"), formula("c_three", "a_one"))
        with pytest.raises(KpiError) as problem:
            read(*texts)
        assert [mistake.where for mistake in problem.value.mistakes] == [
            "content/kpis/a_one.md: formula",
            "content/kpis/b_two.md: formula",
        ]


class TestWhatDoesNotFit:
    """Queries that the facts refuse, and queries that cost too much."""

    @pytest.mark.parametrize(
        ("sql", "told"),
        [
            ("select handoff_id as unit, handed_at as moment from handoff", "column hit is missing: rate needs it"),
            (
                "select handoff_id as unit, accepted as hit from handoff",
                "column moment or period or from_at is missing",
            ),
            (
                "select handoff_id as unit, handed_at as from_at, accepted as hit from handoff",
                "column to_at is missing",
            ),
            ("select handed_at as moment, accepted as hit from handoff", "column unit is missing"),
            ("select 1 as unit, 2 as unit, handed_at as moment, accepted as hit from handoff", "returned 2 times"),
        ],
    )
    def test_missing_columns_are_told_before_anything_runs(self, sql, told):
        with pytest.raises(KpiError, match=told):
            read(kpi_text(sql, by=[]))

    def test_a_dimension_that_the_rows_lack_is_told(self):
        with pytest.raises(KpiError, match="column 'region' is missing: `by` names it"):
            read(
                kpi_text("select handoff_id as unit, handed_at as moment, accepted as hit from handoff", by=["region"])
            )

    def test_units_that_stand_are_in_no_cohort(self):
        sql = (
            "select handoff_id as unit, handed_at as from_at, handed_at as to_at, 1 as value, true as hit from handoff"
        )
        with pytest.raises(KpiError, match="cohort knows no units that stand from `from_at` to `to_at`"):
            read(kpi_text(sql, by=[], measure="cohort", window="mql_to_sql"))
        assert read(kpi_text(sql, by=[], measure="mean"))

    def test_columns_behind_a_star_are_checked_by_the_engine(self, spring):
        with pytest.raises(KpiError, match="column hit is missing") as problem:
            spring.measure(kpi_text("select *, handoff_id as unit, handed_at as moment from handoff", by=[]))
        assert "content/kpis/sal_acceptance.md, line" in str(problem.value)

    @pytest.mark.parametrize(
        ("sql", "told"),
        [
            (
                "select handoff_id as unit, handed_at as moment, 1 as hit from handoff",
                "column hit is INTEGER, not a boolean",
            ),
            ("select handoff_id as unit, region as moment, accepted as hit from handoff", "column moment is VARCHAR"),
            ("select handoff_id as unit, handed_at as moment, acepted as hit from handoff", "acepted"),
        ],
    )
    def test_wrong_types_and_names_are_told_with_their_file(self, spring, sql, told):
        with pytest.raises(KpiError, match=re.escape(told)) as problem:
            spring.measure(kpi_text(sql, by=[]))
        assert problem.value.exit_code == 12
        assert "content/kpis/sal_acceptance.md, line" in str(problem.value)

    @pytest.mark.parametrize(
        "value", ["cast(region as bigint)", "9000000000000000000 * count(*) over ()", "cast(1e300 as bigint)"]
    )
    def test_a_query_that_its_rows_do_not_allow_is_a_mistake_of_its_file(self, spring, value):
        sql = f"select handoff_id as unit, handed_at as moment, {value} as value from handoff"
        with pytest.raises(KpiError, match="sal_acceptance") as problem:
            spring.measure(kpi_text(sql, measure="sum", by=[]))
        assert problem.value.exit_code == 12
        assert "content/kpis/sal_acceptance.md, line" in str(problem.value)
        assert "Cast to a wider type" in str(problem.value)

    def test_an_engine_that_fails_while_running_names_file_and_kpi(self, spring, monkeypatch):
        batches = Connection.batches

        def fail(connection, sql):
            if "handoff" in sql:
                raise EngineError("The database failed: IO Error: no space left")
            return batches(connection, sql)

        monkeypatch.setattr(Connection, "batches", fail)
        sql = "select handoff_id as unit, handed_at as moment, 1 as value from handoff"
        with pytest.raises(EngineError, match="sal_acceptance: IO Error") as problem:
            spring.measure(kpi_text(sql, measure="sum", by=[]))
        assert problem.value.exit_code == 13

    def test_a_huge_cross_join_is_stopped(self, spring):
        joins = " cross join ".join(f"period_day as d{number}" for number in range(1, 6))
        sql = f"select count(*) as unit, max(d1.day) as moment from {joins}"
        started = time.monotonic()
        with pytest.raises(KpiError, match="ran longer than 1 seconds") as problem:
            spring.measure(kpi_text(sql, measure="count", by=[]), query_seconds=1)
        assert time.monotonic() - started < 5
        assert problem.value.exit_code == 12
        assert spring.engine.rows("select 1") == [(1,)]

    def test_the_calendar_must_be_of_the_same_instant(self, spring):
        with pytest.raises(ValueError, match="the calendar was built for"):
            measure_kpis(read(HANDED), spring.engine, agreement(), Load(), AS_OF.replace(day=19))

    def test_a_number_that_is_none_has_a_status(self, spring):
        sql = "select handoff_id as unit, handed_at as moment, 1e308 * 10 as value from handoff"
        april = cell(spring.measure(kpi_text(sql, measure="mean", unit="days", by=[])), "sal_acceptance", "2026-04")
        assert april is None or (april.value != april.value and april.status not in ("", "ok"))


def test_unit_rows_go_away_even_when_what_used_them_fails(spring):
    (kpi,) = read(HANDED)

    def fail():
        with unit_rows(kpi, kpi.headline, spring.engine, 5) as table:
            assert spring.engine.rows(f"select count(*) from {table}") == [(7,)]
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            fail()
