from dataclasses import replace
from pathlib import Path

import pytest
from made_up_report import kpi, report_of, shaped
from test_attention import drawn

from generator.kpis.kpi import Kind
from generator.pages import templates
from generator.pages.cells import Cells
from generator.pages.context import Context
from generator.pages.headline import chip, headline, printed, target_text
from generator.pages.kpi_pages import finding
from generator.project import PACKAGED, Project


@pytest.fixture
def stand(agreement, tmp_path):
    """Return where one KPI stands, with the context it stands in."""

    def look(one, table):
        rows = [{"metric_id": one.id, "scope": "all", "status": "ok", **row} for row in drawn(table)]
        report = report_of([one], shaped(rows), agreement=agreement)
        context = Context(report, Cells(report.results), templates(report, Project(PACKAGED)), Path(tmp_path))
        return context, headline(context, one)

    return look


@pytest.mark.parametrize(
    ("n", "hits", "said", "word"),
    [(4, 3, "3 of 4", "small sample"), (5, 3, "60.0 %", "small sample"), (29, 18, "62.1 %", "small sample"),
     (30, 18, "60.0 %", "on target")],
)  # fmt: skip
def test_small_samples_say_k_of_n_and_carry_no_status(stand, n, hits, said, word):
    one = kpi("win", Kind.RATE)
    table = f"""
        period  | value      | numerator | denominator | n   | target | target_status
        --------+------------+-----------+-------------+-----+--------+--------------
        2026-10 | {hits / n} | {hits}    | {n}         | {n} | 0.5    | on_target
    """
    context, found = stand(one, table)
    assert printed(context, one.headline, found.cell).replace("\u202f", " ") == said
    assert chip(context, one.headline, found.cell).word == word


@pytest.mark.parametrize(
    ("kind", "unit", "n", "said"),
    [
        (Kind.MEAN, "currency", 4, "too few (n = 4)"),
        (Kind.MEAN, "currency", 5, "USD 100.00"),
        (Kind.MEAN, "days", 3, "100.0 days"),
        (Kind.SURVIVAL, "minutes", 4, "too few (n = 4)"),
        (Kind.SUM, "currency", 1, "USD 100.00"),
    ],
)
def test_averages_of_money_and_medians_need_five(stand, kind, unit, n, said):
    one = kpi("size", kind, unit=unit)
    context, found = stand(one, f"period  | value | n\n-\n2026-10 | 100 | {n}")
    assert printed(context, one.headline, found.cell).replace("\u202f", " ") == said


def test_a_maturing_period_leaves_the_word_to_the_newest_complete_one(stand):
    table = """
        period  | value | numerator | denominator | n  | status
        --------+-------+-----------+-------------+----+---------
        2026-08 | 0.40  | 20        | 50          | 50 | ok
        2026-09 | 0.44  | 22        | 50          | 50 | ok
        2026-10 |       |           |             | 12 | maturing
        2026-11 |       |           |             | 0  | maturing
    """
    _, found = stand(kpi("conv", Kind.COHORT), table)
    assert (found.period.label, found.is_behind, found.newest_status) == ("2026-09", True, "maturing")


def test_a_closed_period_in_which_nothing_happened_speaks_for_itself(stand):
    table = """
        period  | value | n  | status
        --------+-------+----+-----------------
        2026-09 | 0.5   | 40 | ok
        2026-10 |       | 0  | zero_denominator
    """
    context, found = stand(kpi("win", Kind.RATE), table)
    assert found.period.label == "2026-10"
    assert chip(context, found.kpi.headline, found.cell).word == "nothing to divide by"
    assert finding(context, found) == "Oct 2026: no value, nothing to divide by."


def test_the_grain_with_a_target_speaks_for_a_kpi(stand):
    table = """
        period  | value | n  | target | target_status
        --------+-------+----+--------+--------------
        2026-10 | 100   | 10 |        |
        2026Q3  | 400   | 40 | 500    | off_target
    """
    context, found = stand(kpi("revenue", Kind.SUM), table)
    assert found.grain == "quarter"
    assert target_text(context, found.kpi, found.cell, found.period) == "n/a of 500"


def test_a_missing_exchange_rate_is_said_even_in_a_part_period(stand):
    table = """
        period  | value | n  | status
        --------+-------+----+-----------
        2026-10 | 100   | 10 | ok
        2026-11 |       | 10 | missing_fx
    """
    _, found = stand(kpi("revenue", Kind.SUM), table)
    assert found.cell.status == "missing_fx"


def test_a_wanted_range_is_judged_in_its_own_words(stand):
    table = """
        period  | value | n  | target_status
        --------+-------+----+--------------
        2026-10 | 9     | 40 | off_target
    """
    context, found = stand(kpi("followups", Kind.MEAN, unit="count", better="band", band=(3, 8)), table)
    assert chip(context, found.kpi.headline, found.cell).word == "out of range"


def test_a_growth_that_could_be_none_is_no_clear_change(stand):
    one = kpi("grown", Kind.FORMULA, unit="ratio", target="none")
    growth = replace(one, figures=(replace(one.headline, formula="growth(sql_count)"),))
    table = "period | value | low | high | n\n-\n2026-10 | {} | {} | {} | 9"
    assert "; no clear change." in finding(*stand(growth, table.format(-0.4, -0.9, 1.5)))
    assert "no clear change" not in finding(*stand(growth, table.format(0.8, 0.2, 1.9)))


def test_a_ratio_of_sums_says_on_how_many_it_rests(stand):
    one = kpi("cost", Kind.RATIO, unit="currency", target="none")
    said = finding(*stand(one, "period | value | n\n-\n2026-10 | 1200 | 12"))
    assert said.replace("\u202f", " ") == "Oct 2026: USD 1,200 (n = 12)."
