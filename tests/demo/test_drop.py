"""The made-up drop is the same each time, and its ids hold together."""

import hashlib
import json
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal

import pytest

from generator.demo import make_demo, make_empty, make_small
from generator.demo.salesforce.ids import checksum
from generator.demo.salesforce.spelling import QUEUE

PREFIXES = {"Lead": "00Q", "Contact": "003", "Account": "001", "Opportunity": "006", "Campaign": "701"} | {
    "Task": "00T",
    "Event": "00U",
    "User": "005",
}
#: From a column to the tables in which its ids stand.
LINKS = (
    ("LeadHistory", "LeadId", ("Lead",)),
    ("Opportunity", "AccountId", ("Account",)),
    ("Opportunity", "OwnerId", ("User",)),
    ("OpportunityHistory", "OpportunityId", ("Opportunity",)),
    ("CampaignMember", "CampaignId", ("Campaign",)),
    ("CampaignMember", "LeadId", ("Lead",)),
    ("CampaignMember", "ContactId", ("Contact",)),
    ("Task", "WhoId", ("Lead", "Contact")),
    ("Task", "WhatId", ("Opportunity",)),
    ("Task", "OwnerId", ("User",)),
    ("Event", "WhoId", ("Lead", "Contact")),
    ("Contact", "AccountId", ("Account",)),
    ("Lead", "ConvertedOpportunityId", ("Opportunity",)),
    ("Lead", "ConvertedContactId", ("Contact",)),
    ("Lead", "MasterRecordId", ("Lead",)),
    ("Lead", "Campaign__c", ("Campaign",)),
)
#: The planted orphans, by the table in which they stand.
ORPHANS = {
    "LeadHistory": "orphan_events",
    "OpportunityHistory": "orphan_deal_states",
    "CampaignMember": "orphan_touches",
}


def files_of(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_same_arguments_write_the_same_bytes_whatever_the_hash_seed(tmp_path):
    make_demo(tmp_path / "here", leads=200)
    script = (
        f"from pathlib import Path; from generator.demo import *; make_demo(Path({str(tmp_path / 'there')!r}), 200)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONHASHSEED": "5", "PYTHONPATH": "."})
    assert files_of(tmp_path / "there") == files_of(tmp_path / "here")


def test_vendors_billed_closed_months_of_what_was_spent_on_them_but_the_last_events(drop):
    def sums(rows):
        found = defaultdict(Decimal)
        for row in rows:
            found[row["period_start"], row["channel"], row["currency"]] += Decimal(row["amount"])
        return found

    planted = drop.answers.ids("spend_across_periods")
    spent = sums(
        row
        for row in drop.rows("spend")
        if row["category"] not in ("people", "commission")
        and row["period_end"] <= "2026-11-20"
        and row["spend_id"] not in planted
    )
    billed = sums(drop.rows("vendor_invoice"))
    assert {(month, channel) for month, channel, _ in spent.keys() - billed.keys()} == {("2026-10-01", "event")}
    assert all(spent[key] == amount for key, amount in billed.items())


def test_another_seed_tells_another_story(tmp_path):
    make_demo(tmp_path / "a", leads=200)
    make_demo(tmp_path / "b", leads=200, seed=8)
    assert files_of(tmp_path / "a")["Lead.csv"] != files_of(tmp_path / "b")["Lead.csv"]


def test_the_manifest_names_every_file_with_its_bytes_and_rows(drop):
    manifest = json.loads((drop.folder / "manifest.json").read_text(encoding="utf-8"))
    digests = files_of(drop.folder)
    digests.pop("manifest.json")
    assert manifest["sha256"] == digests
    assert manifest["as_of"] == "2026-11-20T18:00:00Z"
    assert manifest["rows"] == drop.answers.rows
    assert manifest["rows"]["Opportunity.csv"] == len(drop.rows("Opportunity"))


def test_the_drop_does_not_explain_itself(drop, tmp_path):
    assert not (drop.folder / "answers.json").exists()
    drop.answers.write(tmp_path / "answers.json")
    written = json.loads((tmp_path / "answers.json").read_text(encoding="utf-8"))
    assert written["defects"]["merged"]["count"] == 4


@pytest.mark.parametrize("table", PREFIXES)
def test_ids_have_their_prefix_and_checksum_and_stand_once(drop, table):
    ids = [row["Id"] for row in drop.rows(table)]
    assert all(id.startswith(PREFIXES[table]) and id[15:] == checksum(id[:15]) for id in ids)
    copies = sum(
        defect.count for name, defect in drop.answers.defects.items() if "identical_" in name or "_copies" in name
    )
    assert len(ids) - len(set(ids)) <= copies


def test_the_queue_of_new_leads_has_an_id_as_good_as_any():
    assert QUEUE[15:] == checksum(QUEUE[:15])


@pytest.mark.parametrize(("table", "column", "targets"), LINKS)
def test_every_reference_leads_somewhere_but_the_planted_orphans(drop, table, column, targets):
    known = {row["Id"] for target in targets for row in drop.rows(target)} | {""}
    lost = {row["Id"] for row in drop.rows(table) if row[column] not in known}
    planted = set(drop.answers.ids(ORPHANS[table])) if table in ORPHANS else set()
    assert lost <= planted


@pytest.mark.parametrize("name", ["Lead.csv", "Opportunity.csv", "spend.csv", "sla_pause.csv"])
def test_an_empty_drop_has_headers_only(tmp_path, name):
    make_empty(tmp_path)
    lines = (tmp_path / name).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1
    assert lines[0].count(",") > 3


def test_a_small_drop_has_leads_and_deals_alone(tmp_path):
    make_small(tmp_path, leads=80)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Lead.csv", "Opportunity.csv", "manifest.json"]


@pytest.mark.parametrize(("leads", "months"), [(30, 3), (60, 1), (200, 6), (400, 36)])
def test_other_sizes_can_be_written_too(tmp_path, leads, months):
    answers = make_demo(tmp_path, leads=leads, months=months)
    assert answers.rows["Lead.csv"] > leads
