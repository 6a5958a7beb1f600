"""What `check` prints of a drop that somebody drew, and what it writes."""

import csv
import json
import re

import pytest

LEADS = """lead_id,created_at,channel,owner_id
L1,2026-10-05T09:00:00Z,webinar,O1
L2,2026-11-06T09:00:00Z,skywriting,O1
L3,2026-11-09T09:00:00Z,skywriting,O1
L4,some day,webinar,O1
"""
MOVES = """event_id,lead_id,occurred_at,to_stage
E1,L1,2026-10-06T09:00:00Z,mql
E2,L2,2026-11-07T09:00:00Z,parked by legal
"""
DEALS = """opportunity_id,created_at,type,stage,amount,currency,close_date,closed_at,is_closed,is_won
D1,2026-10-10T09:00:00Z,new_business,won,1000.50,GBP,2026-10-20,2026-10-20T09:00:00Z,true,true
"""
SETTINGS = "schema: 1\nmax_quarantine_share: 0.5\n"


@pytest.fixture
def drop(project, tmp_path, monkeypatch):
    """A drop with one of each, beside a site that was built a week before; the shell stands above both."""
    (project / "content" / "agreement").mkdir()
    (project / "content" / "agreement" / "settings.yml").write_text(SETTINGS)
    folder = tmp_path / "2026-11-20"
    folder.mkdir()
    for name, text in (("lead.csv", LEADS), ("lifecycle_event.csv", MOVES), ("opportunity.csv", DEALS)):
        (folder / name).write_text(text)
    (tmp_path / "site" / "data").mkdir(parents=True)
    record = {"drop": "2026-11-13", "as_of": "2026-11-14T00:00:00Z", "tables": {"lead": 2, "touch": 40}}
    (tmp_path / "site" / "data" / "build.json").write_text(json.dumps(record))
    monkeypatch.chdir(tmp_path)
    return folder


def test_the_text_is_in_the_order_to_act_on_and_ends_with_the_verdict(command, project, drop):
    said = command("--project", project, "check", "--exports", drop).stdout
    lines = said.strip().splitlines()
    assert lines[0].startswith("Drop 2026-11-20")
    assert lines[0].endswith("beside the drop 2026-11-13 (site)")
    assert next(line for line in lines if line.startswith("  lead ")).split() == [
        "lead", "3", "2", "2026-10-05", "2026-11-09",
    ]  # fmt: skip
    assert "  GBP: 1 row of opportunity, 1,000.50 GBP, on 2026-10-20" in lines
    assert "touch has no rows; the drop before had 40" in said
    assert "'skywriting' 2" in said
    assert "- id: skywriting  # 2 rows" in said
    assert "stage_spellings:" in said
    assert re.search('"parked by legal": [a-z]+  # 1 row', said)
    titles = [line for line in lines if line and not line.startswith(" ")]
    assert titles[1:-1] == ["Files", "Rows set aside", "Money without a rate", "Findings"]
    assert lines[-1].startswith("This drop will build: 1 finding that blocks figures, ")


def test_json_carries_the_same_and_the_quarantine_file_places_only(command, project, drop, tmp_path):
    aside = tmp_path / "private" / "quarantine.csv"
    command_line = ("--project", project, "check", "--exports", drop, "--json", "--quarantine", aside)
    found = json.loads(command(*command_line).stdout)
    assert found["builds"]
    assert found["against"] == {"drop": "2026-11-13", "place": "site"}
    assert {row["table"]: (row["rows"], row["before"]) for row in found["tables"]} == {
        "lead": (3, 2), "lifecycle_event": (1, None), "opportunity": (1, None), "touch": (0, 40),
    }  # fmt: skip
    (gap,) = found["rates"]
    assert (gap["currency"], gap["rows"], float(gap["amount"]), gap["first"]) == ("GBP", 1, 1000.5, "2026-10-20")
    assert "vanished_table" in {one["id"] for one in found["findings"]}
    rows = list(csv.DictReader(aside.open()))
    assert [(row["file"], row["line"], row["reason"], row["column"]) for row in rows] == [
        ("lead.csv", "5", "unreadable", "created_at"),
        ("lifecycle_event.csv", "3", "unmapped_stage", "to_stage"),
    ]
    assert "some day" not in aside.read_text()


def test_a_quarantine_file_never_lands_in_a_site_or_in_the_drop(command, project, drop, tmp_path):
    for place in (tmp_path / "site" / "data" / "q.csv", drop / "q.csv"):
        said = command("--project", project, "check", "--exports", drop, "--quarantine", place, code=2).output
        assert "--quarantine" in said
        assert not place.exists()


def test_what_does_not_build_is_counted_in_the_last_line(command, project, drop):
    (drop / "lead.csv").write_text(LEADS.replace("created_at", "create_at"))
    (project / "content" / "agreement" / "settings.yml").write_text(SETTINGS + "pacing: weekly\n")
    said = command("--project", project, "check", "--exports", drop, code=10).stdout
    assert said.strip().splitlines()[-1] == "This drop will not build: 1 mistake."
