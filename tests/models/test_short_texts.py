"""Texts of few members, held in less memory, read, compare and sort as they did."""

from __future__ import annotations

from generator.engine import open_engine


def test_a_shortened_column_reads_compares_and_sorts_as_before() -> None:
    with open_engine() as engine:
        engine.run("create table touch as select * from (values ('web'), ('it''s'), (null), ('Ads')) as t(channel)")
        asked = (
            "select channel from touch order by channel nulls last",
            "select count(*) from touch where channel = 'nobody' or channel > 'b'",
            "select min(channel), max(coalesce(channel, 'zz')) from touch",
        )
        before = [engine.rows(sql) for sql in asked]
        engine.shorten("touch", "channel")
        assert [engine.rows(sql) for sql in asked] == before
        assert str(engine.rows("select typeof(channel) from touch limit 1")[0][0]).startswith("ENUM")


def test_a_column_without_a_member_stays_as_it_is() -> None:
    with open_engine() as engine:
        engine.run("create table touch (channel varchar)")
        engine.shorten("touch", "channel")
        assert engine.rows("select count(channel) from touch") == [(0,)]
