"""Facts in their turn, and what goes when nobody reads it any more."""

from __future__ import annotations

import pytest

from generator.engine import open_engine
from generator.errors import EngineError
from generator.models.building import build_all

SCRIPTS = {
    "record": "select id from canonical.lead",
    "step": "select id + 1 as id from record",
    "shown": "select id from canonical.owner",
    # A step of this query bears the name of a later fact.
    "after": "with last as (select id from step) select id from last",
    "last": "select after.id from after inner join record on record.id < after.id",
}


@pytest.fixture
def engine():
    with open_engine() as opened:
        opened.run("create table canonical.lead as select 1 as id; create table canonical.owner as select 2 as id")
        yield opened


def tables(engine) -> set[str]:
    return {name for (name,) in engine.rows("select table_name from information_schema.tables")}


@pytest.mark.parametrize("hands", [1, 2])
def test_each_fact_waits_for_those_it_reads_and_what_passed_is_gone(engine, hands):
    build_all(engine, SCRIPTS, views={"shown"}, steps={"step"}, hands=hands)
    assert engine.rows("select id from last") == [(2,)]
    assert engine.rows("select id from shown") == [(2,)]
    assert tables(engine) == {"record", "after", "last", "shown", "owner"}  # a view reads owner


def test_a_fact_that_fails_ends_the_building(engine):
    with pytest.raises(EngineError, match="nowhere"):
        build_all(engine, {**SCRIPTS, "after": "select id from nowhere"}, views=(), steps=(), hands=2)
