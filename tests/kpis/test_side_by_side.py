"""Several KPIs counted at once."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest

from generator.engine import Hands, hands_for, open_engine
from generator.errors import KpiError
from generator.kpis.side_by_side import side_by_side

FIRST, SECOND = SimpleNamespace(id="first"), SimpleNamespace(id="second")


@pytest.fixture
def engine():
    with open_engine() as opened:
        opened.run("create table lead as select 7 as leads")
        opened.seal()
        yield opened


def test_what_ends_first_still_comes_in_its_turn(engine):
    over = threading.Event()

    def counting(kpi, *, engine):
        if kpi is FIRST:
            assert over.wait(20), "the second was not counted beside the first"
        over.set()
        yield kpi.id

    assert list(side_by_side([FIRST, SECOND], engine, counting, 2)) == [("first",), ("second",)]


def test_each_has_temporary_tables_of_its_own_and_reads_the_same_facts(engine):
    def counting(kpi, *, engine):
        engine.run(f"create temp table kpi_unit as select leads, '{kpi.id}' as id from lead")
        yield from engine.rows("select leads, id from kpi_unit")
        engine.run("drop table kpi_unit")

    assert list(side_by_side([FIRST, SECOND], engine, counting, 2)) == [((7, "first"),), ((7, "second"),)]


def test_every_connection_reads_instants_as_utc(engine):
    def counting(kpi, *, engine):
        yield from engine.rows("select current_setting('TimeZone')")

    assert list(side_by_side([FIRST], engine, counting, 1)) == [(("UTC",),)]


def test_the_first_mistake_in_order_is_the_one_that_is_told(engine):
    def counting(kpi, *, engine):
        raise KpiError(f"{kpi.id} cannot be counted.")
        yield

    with pytest.raises(KpiError, match="first"):
        list(side_by_side([FIRST, SECOND], engine, counting, 2))


def test_a_large_drop_is_counted_one_kpi_after_another():
    assert hands_for(50_000) == 2
    assert hands_for(13_000_000) == 1


def test_giving_up_stops_the_query_that_runs(engine):
    begun = threading.Event()

    def endless(connection):
        begun.set()
        return connection.rows("select count(*) from range(1000000) as a, range(1000000) as b, range(1000) as c")

    def give_up():
        with Hands(engine, 1) as hands:
            hands.submit(endless)
            assert begun.wait(20)
            time.sleep(0.5)
            raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        give_up()
    assert time.monotonic() - started < 30
