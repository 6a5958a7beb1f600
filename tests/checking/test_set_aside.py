"""Rows that were set aside are written where they stand, also when reading stopped."""

from __future__ import annotations

import csv
import json

import pytest

LEADS = """lead_id,account_id,created_at,origin_team,channel,full_name
L1,A1,2026-10-05T08:00:00Z,marketing,webinar,Ada Example
L2,A2,some day,marketing,webinar,Grace Example
L3,A3,2026-10-06T08:00:00Z,marketing
"""
DEALS = """opportunity_id,created_at,type,stage,amount,currency,close_date,closed_at,is_closed,is_won
D1,2026-10-10T09:00:00Z,new_business,won,1000.50,EUR,2026-10-20,2026-10-20T09:00:00Z,true,true
D1,2026-10-10T09:00:00Z,new_business,won,9.00,EUR,2026-10-20,2026-10-20T09:00:00Z,true,true
"""
TARGETS = """target_id,metric_id,team,period_start,period_end,value,version
T1,mql_count,marketing,2026-01-01,2026-03-01,5,v1
T2,mql_count,marketing,2026-02-01,2026-04-01,5,v1
"""
RAGGED = ("lead.csv", "4", "lead", "ragged", "")
UNREADABLE = ("lead.csv", "3", "lead", "unreadable", "created_at")


@pytest.mark.parametrize(
    ("share", "other", "why"),
    [
        (0.01, {}, "above max_quarantine_share"),
        (1.0, {"opportunity.csv": DEALS}, "conflicting_key"),
        (1.0, {"target.csv": TARGETS}, "overlap"),
    ],
)
def test_where_reading_stops_the_rows_set_aside_are_written_all_the_same(command, project, tmp_path, share, other, why):
    (project / "content" / "agreement").mkdir()
    settings = f"schema: 1\nmax_quarantine_share: {share}\n"
    (project / "content" / "agreement" / "settings.yml").write_text(settings)
    folder, aside = tmp_path / "2026-11-20", tmp_path / "quarantine.csv"
    folder.mkdir()
    for name, text in {"lead.csv": LEADS, **other}.items():
        (folder / name).write_text(text)
    command_line = ("--project", project, "check", "--exports", folder, "--json", "--quarantine", aside)
    found = json.loads(command(*command_line, code=11).stdout)
    (problem,) = found["problems"]
    assert problem["kind"] == "exports"
    assert why in problem["mistakes"][0]["what"]
    rows = [tuple(row.values()) for row in csv.DictReader(aside.open())]
    assert rows == [UNREADABLE, RAGGED]
    names = ("file", "line", "table", "reason", "column")
    assert [tuple(str(row[name]) for name in names) for row in found["quarantine"]] == rows
    assert "Example" not in aside.read_text() + json.dumps(found)


def test_names_of_files_run_nothing_in_a_spreadsheet(command, project, tmp_path):
    folder, aside = tmp_path / "2026-11-20", tmp_path / "quarantine.csv"
    (folder / "=1+1").mkdir(parents=True)
    (folder / "=1+1" / "lead.csv").write_text(LEADS)
    command("--project", project, "check", "--exports", folder, "--quarantine", aside, code=11)
    assert [row["file"] for row in csv.DictReader(aside.open())] == ["'=1+1/lead.csv"] * 2
