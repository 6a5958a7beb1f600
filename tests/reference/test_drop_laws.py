"""Laws that hold for whatever a drop contains, shown on the reference cases."""

from __future__ import annotations

import csv
import random
import re
import shutil
from datetime import datetime, timedelta

import pandas as pd
import pytest

from generator.kpis import measure_kpis
from generator.prepare import Request, prepared
from generator.progress import Quiet

from .case import HERE, as_of, make_project

#: KPIs of every kind that counts rows, about leads, hand-overs, obligations and deals.
KPIS = {
    "lead_volume", "mql_count", "mql_to_sql", "sal_acceptance", "sla_attainment", "lead_response_time", "win_rate_count",
    "win_rate_value", "deal_size", "sales_cycle",
}  # fmt: skip
CASES = ("c02_sla_engine", "c04_mql_to_sql", "c05_win_rate_fx")
STAMP = re.compile(r"\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z")


@pytest.fixture
def project(tmp_path):
    """Return a function that gives a copy of a case to change, and a function that measures it."""

    def take(case):
        folder = tmp_path / "drop"
        shutil.copytree(HERE / case, folder)
        return folder, measuring(make_project(case, tmp_path / "project"), as_of(case))

    return take


def measuring(project, usual):
    def measured(folder, instant=usual, only=KPIS):
        with prepared(project, Request(exports=folder, as_of=instant), Quiet()) as ready:
            kpis = tuple(kpi for kpi in ready.kpis if kpi.id in only)
            return measure_kpis(kpis, ready.engine, ready.agreement, ready.load, ready.drop.as_of).results.cells

    return measured


def rewrite(folder, change):
    """Change the lines of every exported table but its head; `change` gets the table's name and its rows."""
    for path in sorted(folder.glob("*.csv")):
        if path.name == "expected.csv":
            continue
        with path.open(newline="", encoding="utf-8") as file:
            head, *rows = list(csv.reader(file))
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *change(path.stem, head, rows)])


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_the_rows_changes_nothing(project, case):
    folder, measured = project(case)
    before = measured(folder)
    draw = random.Random(case)
    rewrite(folder, lambda table, head, rows: draw.sample(rows, len(rows)))
    pd.testing.assert_frame_equal(measured(folder), before, check_exact=True)


def test_the_same_instant_written_in_another_zone_changes_nothing(project):
    folder, measured = project("c02_sla_engine")
    before = measured(folder)

    def elsewhere(found):
        return (datetime.fromisoformat(found[1]) + timedelta(hours=5, minutes=30)).isoformat() + "+05:30"

    rewrite(folder, lambda table, head, rows: [[STAMP.sub(elsewhere, cell) for cell in row] for row in rows])
    assert "+05:30" in (folder / "lifecycle_event.csv").read_text(encoding="utf-8")
    pd.testing.assert_frame_equal(measured(folder), before, check_exact=True)


def later(days):
    """Return a change that adds every row once more, under other ids, so many days later."""

    def moved(found):
        return (datetime.fromisoformat(found[1]) + timedelta(days=days)).isoformat() + "Z"

    def change(table, head, rows):
        if table not in ("lead", "lifecycle_event", "activity", "assignment", "touch"):
            return rows
        ids = [
            place
            for place, name in enumerate(head)
            if name.endswith("_id") and name not in ("owner_id", "actor_owner_id")
        ]
        copies = [
            [f"{cell}-later" if place in ids and cell else cell for place, cell in enumerate(row)] for row in rows
        ]
        return rows + [[STAMP.sub(moved, cell) for cell in row] for row in copies]

    return change


@pytest.mark.parametrize("case", ["c02_sla_engine", "c04_mql_to_sql"])
def test_what_happens_after_the_instant_of_the_drop_changes_nothing(project, case):
    folder, measured = project(case)
    before = measured(folder)
    rewrite(folder, later(days=400))
    pd.testing.assert_frame_equal(measured(folder), before, check_exact=True)


def test_attainment_of_a_closed_period_never_changes_when_later_leads_come(project):
    folder, measured = project("c02_sla_engine")
    before = measured(folder, only={"sla_attainment"})
    closed = before[before["period"].isin(["2026-W14", "2026-W15"])].reset_index(drop=True)
    assert closed["n"].gt(0).any()
    rewrite(folder, later(days=60))
    after = measured(folder, instant="2026-07-17T15:00:00Z", only={"sla_attainment"})
    kept = after[after["period"].isin(["2026-W14", "2026-W15"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, closed, check_exact=True)
    assert after.loc[after["period"] == "2026-06", "n"].gt(0).any()
