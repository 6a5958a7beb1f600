"""Measuring again recalls a KPI only where nothing that its figures depend on has changed."""

from __future__ import annotations

import pytest
from kpi_bench import AS_OF, Load, agreement, kpi_text, read

from generator.kpis import Memory, measure_kpis, running

HANDED_SQL = "select handoff_id as unit, handed_at as moment, excluded, region, channel from handoff"
HANDED = kpi_text(HANDED_SQL, id="handed", measure="count", unit="count")
ACCEPTED = kpi_text()
DOUBLE = kpi_text(sql=None, id="double", measure="formula", formula="handed * 2", by=["region"], unit="count")

ONE_MORE = """
handoff_id | handed_at:timestamp | accepted:boolean | decided:boolean | excluded | region | channel
H9         | 2026-04-08 10:00    | true             | true            |          | EMEA   | web
"""


class Round:
    """Measures again and again with one memory; `counted` are the KPIs whose rows were counted the last time."""

    def __init__(self, bench, monkeypatch):
        self.bench, self.memory, self.counted = bench, Memory(), []
        count = running._count

        def noted(kpi, **others):
            self.counted.append(kpi.id)
            return count(kpi, **others)

        monkeypatch.setattr(running, "_count", noted)

    def measure(self, *texts, lacking=(), **settings):
        """Return the cells, which are the same as without a memory."""
        kpis, agreed = read(*texts, **settings), agreement(**settings)
        fresh = measure_kpis(kpis, self.bench.engine, agreed, Load(lacking), AS_OF).results
        self.counted.clear()
        found = measure_kpis(kpis, self.bench.engine, agreed, Load(lacking), AS_OF, self.memory).results
        assert found.cells.equals(fresh.cells)
        assert found.comparisons.equals(fresh.comparisons)
        return found.cells


@pytest.fixture
def rounds(spring, monkeypatch):
    return Round(spring, monkeypatch)


def test_nothing_changed_and_nothing_is_counted(rounds):
    first = rounds.measure(HANDED, ACCEPTED, DOUBLE)
    assert rounds.counted == ["double", "handed", "sal_acceptance"]
    assert rounds.measure(HANDED, ACCEPTED, DOUBLE).equals(first)
    assert rounds.counted == []


def test_only_the_kpi_whose_sql_changed_is_counted(rounds):
    rounds.measure(HANDED, ACCEPTED, DOUBLE)
    rounds.measure(HANDED.replace("from handoff", "from handoff where region = 'EMEA'"), ACCEPTED, DOUBLE)
    assert rounds.counted == ["handed"]


@pytest.mark.parametrize(
    "edited",
    [
        kpi_text(HANDED_SQL, id="handed", measure="count", unit="count", by=["region"]),
        kpi_text(HANDED_SQL, id="handed", measure="count", unit="count", grains=["month"]),
    ],
)
def test_another_split_or_grain_is_counted(rounds, edited):
    rounds.measure(HANDED, ACCEPTED)
    rounds.measure(edited, ACCEPTED)
    assert rounds.counted == ["handed"]


def test_words_change_no_number(rounds):
    rounds.measure(HANDED)
    rounds.measure(kpi_text(HANDED_SQL, "Other words.", id="handed", measure="count", unit="count"))
    assert rounds.counted == []


def test_other_rows_of_a_fact_are_counted(rounds):
    before = rounds.measure(HANDED, ACCEPTED)
    rounds.bench.facts(handoff=ONE_MORE)
    after = rounds.measure(HANDED, ACCEPTED)
    assert rounds.counted == ["handed", "sal_acceptance"]
    assert not after.equals(before)


def test_one_cell_of_a_fact_is_enough(rounds):
    rounds.measure(HANDED)
    rounds.bench.facts(handoff=ONE_MORE)
    rounds.measure(HANDED)
    rounds.bench.facts(handoff=ONE_MORE.replace("web", "fax"))
    assert "channel=fax" in set(rounds.measure(HANDED).scope)


def test_a_fact_that_a_kpi_does_not_read_is_none_of_its_business(rounds):
    rounds.measure(HANDED)
    rounds.bench.facts(other="account_id | churned_on:date\nA1 | 2026-04-01")
    rounds.measure(HANDED)
    rounds.bench.engine.run("drop table other")
    assert rounds.counted == []


def test_another_setting_counts_everything(rounds):
    rounds.measure(HANDED, ACCEPTED)
    rounds.measure(HANDED, ACCEPTED, min_n_rate=3)
    assert rounds.counted == ["handed", "sal_acceptance"]


def test_a_table_that_the_drop_now_lacks_is_noticed(rounds):
    needy = kpi_text(HANDED_SQL, id="handed", measure="count", unit="count", needs=["lifecycle_event"])
    rounds.measure(needy)
    assert set(rounds.measure(needy, lacking=("lifecycle_event",)).status) == {"missing_input"}
    assert set(rounds.measure(needy).status) != {"missing_input"}


def test_another_calendar_is_noticed(rounds):
    engine = rounds.bench.engine
    rounds.measure(HANDED)
    engine.run("begin; update period set label = 'P1' where label = '2026-04'")
    try:
        assert "P1" in set(rounds.measure(HANDED).period)
    finally:
        engine.run("rollback")


def test_what_the_last_round_did_not_ask_for_is_forgotten(rounds):
    rounds.measure(HANDED)
    rounds.measure(ACCEPTED)
    rounds.measure(HANDED)
    assert rounds.counted == ["handed"]


def test_the_order_of_rows_is_no_change(rounds, spring):
    engine = spring.engine
    engine.run("create or replace temp table mixed as select * from handoff order by handoff_id desc")
    assert engine.fingerprint("mixed") == engine.fingerprint("handoff")
    engine.run("insert into mixed select * from mixed limit 1")
    assert engine.fingerprint("mixed") != engine.fingerprint("handoff")
    assert engine.fingerprint("nowhere") == ""
