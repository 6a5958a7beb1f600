"""The SQL that a KPI file may hold, and attempts to make it do something else."""

from __future__ import annotations

import logging
import time

import pytest

from generator.engine import open_engine
from generator.errors import EngineError
from generator.kpis.statement import FUNCTIONS, Statement, read_statement


def faults(sql):
    found = read_statement(sql)
    assert not isinstance(found, Statement), f"allowed: {sql}"
    return " | ".join(f"{fault.what}. {fault.next}" for fault in found)


@pytest.mark.parametrize(
    "sql",
    [
        "select lead_id as unit, created_at as moment from lead",
        "with a as (select * from deal), b as (select deal_id from a) select deal_id as unit from b",
        "select 1 as unit from lead union all select 2 from deal",
        "(select 1 as unit from lead) union all (select 2 from deal)",
        "select a.lead_id as unit from lead as a left join deal as d on d.lead_id = a.lead_id and d.is_won",
        "select x.unit from (select lead_id as unit from lead) as x",
        "select lead_id as unit, cast(floor(epoch(created_at) / 900) as bigint) as slot from lead",
        "select lead_id as unit, row_number() over (partition by region order by lead_id) as place from lead",
        "select sum(1) over (order by lead_id rows between unbounded preceding and current row) as unit from lead",
        "select lead_id as unit, case when region is null then 'x' else trim(region) end as region from lead",
        "select lead_id as unit from lead where exists (select 1 from deal where deal.lead_id = lead.lead_id)",
        "select lead_id as unit from lead where region in ('a', 'b') and lead_id not in (select lead_id from deal)",
        "select lead_id as unit, created_at + interval '30' day as moment, date '2026-01-01' as d from lead",
        "select lead_id as unit, lead(created_at) over (order by created_at) as next_at from lead",
        "select region as unit, count(distinct lead_id) as value from lead group by region having count(*) > 1",
        "select lead_id as unit, cast(1 as decimal(38, 9)) as value, cast(null as varchar) as gap from lead",
        "select lead_id as unit from lead where region is distinct from segment and mql_at between sal_at and sql_at",
        "select lead_id as unit from lead; -- a comment; with a semicolon",
        "select s.key as unit from setting as s cross join period",
        'select "lead_id" as unit, -1 % 2 as value, region || segment as type from lead order by 1 desc',
    ],
)
def test_one_select_over_facts_passes_and_runs_as_it_was_checked(sql):
    statement = read_statement(sql)
    assert isinstance(statement, Statement), statement
    assert isinstance(read_statement(statement.sql("duckdb")), Statement)
    assert statement.columns is None or statement.columns[0] == "unit"


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("", "the block is empty"),
        ("-- nothing", "the block is empty"),
        ("selct 1", "begins with 'selct'"),
        ("select from where", "cannot be read"),
        ("select (1 from lead", "cannot be read"),
        ("select 'abc from lead", "cannot be read"),
        ("select 1; select 2", "more than one statement"),
        ("select 1 as unit from lead; drop table lead", "more than one statement"),
        ("drop table lead", "begins with 'drop'"),
        ("delete from lead", "begins with 'delete'"),
        ("insert into lead select * from lead", "begins with 'insert'"),
        ("update lead set lead_id = 1", "begins with 'update'"),
        ("create table x as select 1", "begins with 'create'"),
        ("copy lead to 'out.csv'", "begins with 'copy'"),
        ("copy (select 1) to 'out.csv'", "begins with 'copy'"),
        ("pragma database_list", "begins with 'pragma'"),
        ("attach 'x.db'", "begins with 'attach'"),
        ("set memory_limit = '9GB'", "begins with 'set'"),
        ("install httpfs", "begins with 'install'"),
        ("load httpfs", "begins with 'load'"),
        ("export database 'x'", "begins with 'export'"),
        ("call pragma_version()", "begins with 'call'"),
        ("explain select 1", "begins with 'explain'"),
        ("from lead", "begins with 'from'"),
        ("values (1)", "begins with 'values'"),
        ("with x as (delete from lead returning *) select * from x", "not part of the SQL"),
        ("with x as (select 1) delete from lead", ""),
        ("with x as (select 1) insert into lead select * from x", ""),
        ("select 1 into other from lead", "unknown table 'other'"),
        ("select 1 into lead from lead", "not part of the SQL"),
    ],
)
def test_everything_but_one_select_is_refused(sql, told):
    assert told in faults(sql)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select * from '/etc/passwd'", "unknown table"),
        ("select * from 'https://example.com/x.csv'", "unknown table"),
        ('select * from "leads.parquet"', "unknown table"),
        ("select * from leads", "unknown table 'leads' (did you mean 'lead'?)"),
        ("select * from canonical.lead", "other schemas are out of reach"),
        ("select * from memory.canonical.lead", "other schemas are out of reach"),
        ("select * from main.lead", "other schemas are out of reach"),
        ("select * from information_schema.tables", "other schemas are out of reach"),
        ("select * from pg_catalog.pg_tables", "other schemas are out of reach"),
        ("select * from duckdb_settings()", "returns a table"),
        ("select * from duckdb_tables", "unknown table"),
        ("select * from sqlite_master", "unknown table"),
        ("select * from read_csv('x.csv')", "read_csv"),
        ("select * from read_csv_auto('x.csv')", "read_csv_auto"),
        ("select * from read_parquet('https://example.com/x')", "read_parquet"),
        ("select * from read_text('/etc/passwd')", "read_text"),
        ("select * from glob('/**')", "glob"),
        ("select * from range(1000000000000)", "range"),
        ("select * from generate_series(1, 10)", "generate_series"),
        ("select * from unnest([1, 2])", "unnest"),
        ("select * from query('select 1')", "query"),
        ("select * from query_table('lead')", "query_table"),
        ("with leads as (select * from leads) select * from leads", "unknown table"),
        ("with a as (select * from b), b as (select 1 as x from lead) select * from a", "unknown table 'b'"),
        ("select * from (with hidden as (select 1 as x from lead) select * from hidden) as h, hidden", "unknown table"),
        ("select * from lead where lead_id in (select name from duckdb_secrets)", "unknown table"),
        ("select 1 as unit from lead union all select * from 'x.csv'", "unknown table"),
    ],
)  # fmt: skip
def test_only_facts_and_named_steps_are_read(sql, told):
    assert told in faults(sql)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select getenv('HOME') as unit from lead", "function 'getenv' is not allowed"),
        ("select current_setting('memory_limit') from lead", "function 'current_setting'"),
        ("select now() as moment from lead", "function 'now'"),
        ("select current_date as moment from lead", "not part of the SQL"),
        ("select current_timestamp as moment from lead", "not part of the SQL"),
        ("select random() as value from lead", "function 'random'"),
        ("select colesce(a, b) as value from lead", "function 'colesce' (did you mean 'coalesce'?)"),
        ("select quarter(created_at) from lead", "function 'quarter'"),
        ("select median(x) from lead", "function 'median'"),
        ("select list(x) from lead", "function 'list'"),
        ("select strftime(created_at, '%Y') from lead", "function 'strftime'"),
        ("select regexp_matches(a, 'b') from lead", "function 'regexp_matches'"),
        ("select repeat('x', 1000000000) as unit from lead", "function 'repeat'"),
        ("select nextval('s') from lead", "function 'nextval'"),
        ("select lead_id.upper() from lead", "function 'upper'|not part of the SQL"),
        ("select created_at at time zone 'UTC' from lead", "time zones live in the calendar tables"),
        ("select * from lead limit 5", "with `excluded`"),
        ("select * from lead offset 5", "not part of the SQL"),
        ("select * from lead qualify row_number() over (order by lead_id) = 1", "outer select"),
        ("select sum(1) filter (where true) from lead", "sum(case when"),
        ("select 5 // 2 from lead", "cast(floor(a / b) as bigint)"),
        ("select [1, 2] as x from lead", "not part of the SQL"),
        ("select {'a': 1} as x from lead", "not part of the SQL"),
        ("select x[1] from lead", "not part of the SQL"),
        ("select x -> 'a' from lead", "not part of the SQL"),
        ("select $1 from lead", "not part of the SQL"),
        ("select ? from lead", "not part of the SQL"),
        ("select columns('x.*') from lead", "columns"),
        ("select * exclude (lead_id) from lead", "a star takes nothing away"),
        ("select * replace (1 as lead_id) from lead", "a star takes nothing away"),
        ("select distinct on (lead_id) lead_id from lead", "distinct on"),
        ("select * from lead tablesample 10%", "not part of the SQL"),
        ("select * from lead natural join deal", "only plain joins"),
        ("select * from lead positional join deal", "only plain joins"),
        ("select * from lead asof join deal on lead.created_at >= deal.created_at", "only plain joins"),
        ("select * from lead, lateral (select 1) as x", "not part of the SQL"),
        ("select * from (pivot lead on region using count(*))", ""),
        ("select cast(x as json) from lead", "type `JSON` is not allowed"),
        ("select cast(x as int[]) from lead", "not allowed"),
        ("select created_at::timestamptz from lead", "not allowed"),
        ("select owner_id as unit, display_name as owner from owner", "names of people stay out"),
        ("with recursive a as (select 1 as x from lead) select * from a", "never end"),
        ("select lambda x: x + 1 from lead", ""),
        ("select x collate nocase from lead", "not part of the SQL"),
        ("select try_cast(x as int) from lead", "function 'try_cast'"),
        ("select a from lead where a glob 'x*'", "not part of the SQL"),
        ("select a similar to 'b' from lead", "not part of the SQL"),
    ],
)  # fmt: skip
def test_only_words_that_every_engine_understands(sql, told):
    found = faults(sql)
    assert any(part in found for part in told.split("|")), found


def test_a_deeply_nested_query_is_a_mistake_not_a_crash():
    assert "nested too deeply" in faults("select " + "(" * 2000 + "1" + ")" * 2000 + " as unit from lead")


def test_everything_that_may_not_be_said_is_named_at_once():
    told = faults("select now() as unit, foo(region) as moment from nothing qualify 1 = 1 limit 3; select 1 limit 4")
    for one in ("'now'", "'foo'", "table 'nothing'", "LIMIT 3", "LIMIT 4", "QUALIFY", "more than one statement"):
        assert one in told
    assert told.count("'now'") == 1
    assert told.count("CURRENT_TIMESTAMP") == 0


@pytest.mark.parametrize("joint", [" and region = 'a'", " or 1 = 1", ", 1"])
def test_a_query_without_end_is_refused_before_an_engine_sees_it(joint):
    began = time.process_time()
    told = faults(f"select lead_id as unit, created_at as moment from lead where region in ('a'){joint * 5000}")
    assert "words and signs, more than 5,000" in told
    assert time.process_time() - began < 2


def test_a_text_without_end_is_refused_unread():
    assert "characters, more than" in faults("select '" + "x" * 200_000 + "' as unit from lead")


def test_the_list_of_allowed_functions_is_told():
    assert ", ".join(FUNCTIONS) in faults("select foo(1) from lead")


def test_a_fault_knows_its_line():
    (fault,) = read_statement("select lead_id as unit,\n\n  foo(1) as value\nfrom lead")
    assert fault.line == 3


def test_refusing_is_silent(caplog):
    with caplog.at_level(logging.WARNING):
        faults("attach 'x.db'")
        faults("pragma version")
    assert not caplog.records


@pytest.mark.parametrize(
    "sql",
    [
        "select * from '/etc/passwd'",
        "select * from read_text('/etc/passwd')",
        "attach '/tmp/onefunnel-test.db' as other",
        "copy (select 1) to '/tmp/onefunnel-test.csv'",
        "set memory_limit = '64GB'",
        "set enable_external_access = true",
        "install httpfs",
        "load '/tmp/evil.duckdb_extension'",
    ],
)
def test_a_sealed_engine_refuses_what_a_lint_might_miss(sql):
    with open_engine() as engine:
        engine.seal()
        with pytest.raises(EngineError):
            engine.run(sql)


def test_comments_never_reach_the_engine():
    statement = read_statement("select lead_id /* ; drop table lead; */ as unit -- x\nfrom lead")
    assert isinstance(statement, Statement)
    assert statement.sql("duckdb") == "SELECT lead_id AS unit FROM lead"
