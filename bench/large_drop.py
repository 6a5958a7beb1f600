"""Measures 1M leads, 10M touches and 2M activities from Parquet, against merely reading them into the database."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from bench.timing import Run, print_table, run

AS_OF = "2026-11-20T18:00:00Z"

#: Made-up tables in canonical shape: no story, but all the joins. `n` is the number of leads.
_TABLES = {
    "lead": """
        select 'L' || i as lead_id, 'A' || (i // 3) as account_id, {moment} as created_at,
            case i % 10 when 9 then 'sales' when 8 then 'partner' else 'marketing' end as origin_team,
            'channel ' || (hash(i) % 12) as channel, 'campaign ' || (hash(i + 1) % 60) as campaign_id,
            'region ' || (hash(i + 2) % 4) as region, 'segment ' || (hash(i + 3) % 3) as segment,
            'product ' || (hash(i + 4) % 5) as product, chr(65 + cast(hash(i + 5) % 3 as integer)) as tier,
            'R' || (hash(i + 6) % 80) as owner_id, true as icp_fit, false as is_test
        from range({n}) t(i)""",
    "lifecycle_event": """
        select 'E' || i || 'm' as event_id, 'L' || i as lead_id, {moment} + interval 2 day as occurred_at,
            'mql' as to_stage, 'map' as source_system, cast(null as varchar) as reason_code
        from range({n}) t(i) where hash(i + 7) % 10 < 5
        union all
        select 'E' || i || 's', 'L' || i, {moment} + interval 4 day,
            case when hash(i + 8) % 3 = 0 then 'recycled' else 'sal' end, 'crm',
            case when hash(i + 8) % 3 = 0 then 'no_timing' end
        from range({n}) t(i) where hash(i + 7) % 10 < 4
        union all
        select 'E' || i || 'q', 'L' || i, {moment} + interval 9 day, 'sql', 'crm', null
        from range({n}) t(i) where hash(i + 7) % 10 < 3 and hash(i + 8) % 3 <> 0""",
    "touch": """
        select 'T' || i as touch_id, 'L' || (i % {n}) as lead_id, 'A' || ((i % {n}) // 3) as account_id,
            {touch_moment} as occurred_at, 'channel ' || (hash(i) % 12) as channel,
            'campaign ' || (hash(i + 1) % 60) as campaign_id, 'form' as type, true as is_marketing
        from range({n} * 10) t(i)""",
    "activity": """
        select 'V' || i as activity_id, 'L' || (i % {n}) as lead_id, 'R' || (hash(i % {n} + 6) % 80) as owner_id,
            {activity_moment} as occurred_at, 'call' as type, 'outbound' as direction,
            hash(i) % 10 = 0 as is_automated, '' as outcome
        from range({n} * 2) t(i)""",
    "opportunity": """
        select 'O' || i as opportunity_id, 'A' || (i * 5 // 3) as account_id, 'L' || (i * 5) as primary_lead_id,
            'R' || (hash(i) % 80) as owner_id, {deal_moment} as created_at, 'new_business' as type,
            cast(2000 + hash(i + 1) % 20000 as decimal(18, 6)) as amount, 'USD' as currency,
            case when hash(i + 2) % 10 < 3 then 'closed_won' when hash(i + 2) % 10 < 8 then 'closed_lost'
                else 'qualified' end as stage,
            cast({deal_moment} + interval 40 day as date) as close_date,
            hash(i + 2) % 10 < 8 as is_closed, hash(i + 2) % 10 < 3 as is_won,
            'region ' || (hash(i + 3) % 4) as region, 'segment ' || (hash(i + 4) % 3) as segment, false as is_test
        from range({n} // 5) t(i)""",
    "owner": """
        select 'R' || i as owner_id, 'Rep ' || i as display_name, 'sales' as team from range(80) t(i)""",
    "spend": """
        select 'S' || i as spend_id, cast(date '2024-11-01' + interval (i) month as date) as period_start,
            cast(date '2024-11-01' + interval (i + 1) month as date) as period_end, 'marketing' as team,
            'program' as category,
            'acquisition' as purpose, cast(100000 as decimal(18, 6)) as amount, 'USD' as currency
        from range(24) t(i)""",
}


def make_drop(folder: Path, leads: int, form: str = "parquet") -> None:
    """Write the tables into `folder`, each as one file of the form `parquet` or `csv`."""
    start = "timestamp '2024-11-20' + interval (cast(hash({0}) % 62000000 as bigint)) second"
    moments = {
        "moment": start.format("i"),
        "touch_moment": start.format(f"i % {leads}") + " + interval (cast(hash(i) % 6000000 as bigint)) second",
        "activity_moment": start.format(f"i % {leads}")
        + " + interval 2 day + interval (cast(hash(i) % 900000 as bigint)) second",
        "deal_moment": start.format("i * 5") + " + interval 10 day",
    }
    with duckdb.connect() as connection:
        for table, sql in _TABLES.items():
            query = sql.format(n=leads, **moments)
            connection.execute(f"copy ({query}) to '{folder / table}.{form}' (format {form})")


def main(leads: int = 1_000_000, folder: Path | None = None) -> None:
    """Print what reading and measuring took, and which facts and KPIs took most; `folder` keeps the drop."""
    with tempfile.TemporaryDirectory() as scratch:
        drop = folder or Path(scratch) / "drop"
        if not drop.exists():
            drop.mkdir(parents=True)
            make_drop(drop, leads)
        read = run("-c", f"import duckdb; c = duckdb.connect(); {_reading(drop)}")
        out = Path(scratch) / "stages.json"
        measured = run("-m", "bench.stages", str(drop), AS_OF, str(out))
        found = json.loads(out.read_text(encoding="utf-8"))
    _report(leads, read, measured, found)


def _report(leads: int, read: Run, measured: Run, found: dict[str, dict[str, Any]]) -> None:
    print(f"large drop: {leads:,} leads, {leads * 10:,} touches, {leads * 2:,} activities, all KPIs")
    rows = [
        (*_ratios("read the Parquet files, nothing else", (read.seconds, read.cpu_seconds), read), _size(read)),
        *(_ratios(f"  {name}", took, read) for name, took in found["stages"].items()),
        (*_ratios("onefunnel measure", (measured.seconds, measured.cpu_seconds), read), _size(measured)),
    ]
    print_table(("", "seconds", "x reading", "CPU s", "x reading", "peak MB"), ((*row, "")[:6] for row in rows))
    for title, part in (("slowest facts", "facts"), ("slowest KPIs", "figures")):
        slowest = sorted(found[part].items(), key=lambda one: -one[1])[:8]
        print()
        print_table(
            (title, "seconds", "x reading"), ((name, f"{s:.1f}", f"{s / read.seconds:.2f}") for name, s in slowest)
        )


def _ratios(name: str, took: tuple[float, float], read: Run) -> tuple[str, ...]:
    clock, processors = took
    ratios = f"{clock / read.seconds:.1f}", f"{processors / read.cpu_seconds:.1f}"
    return name, f"{clock:.1f}", ratios[0], f"{processors:.1f}", ratios[1]


def _size(one: Run) -> str:
    return f"{one.peak_mb:,.0f}"


def _reading(folder: Path) -> str:
    return "; ".join(f"c.execute(\"create table {table} as from '{folder}/{table}.parquet'\")" for table in _TABLES)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the drop is kept for the next run")
    arguments = parser.parse_args()
    main(arguments.leads, arguments.folder)
