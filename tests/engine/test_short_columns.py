"""A text column of few members, held as numbers."""

from generator.engine import open_engine


def test_members_that_only_deleted_rows_had_are_in_nobodys_way():
    with open_engine("duckdb") as engine:
        engine.run("create table touch as select * from (values ('paid'), ('Paid Search'), (null)) as t (channel)")
        engine.run("delete from touch where channel = 'Paid Search'")
        engine.shorten("touch", "channel")
        assert engine.rows("select channel from touch order by channel") == [("paid",), (None,)]
