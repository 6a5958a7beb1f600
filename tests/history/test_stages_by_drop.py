"""Systems whose exports say where a lead stands and not since when: its stages are told by comparing two of their drops."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import datetime

import pytest

from generator.agreement import load_agreement
from generator.engine import open_engine
from generator.history import Snapshots
from generator.project import PACKAGED, Project
from generator.sources import open_drop
from generator.sources.reading import read_exports
from generator.sources.report import Outcome, Reason
from tests.sources.conftest import drawn, unknown_headers

PROJECT = Project(PACKAGED)
TAKEN = (datetime(2026, 10, 2, 18), datetime(2026, 10, 9, 18))
ZOHO = """
    Record Id | Lead Owner.id | Is Converted | Lead Source | Lead Status | Created Time        | Converted Date Time
    ----------+---------------+--------------+-------------+-------------+---------------------+--------------------
    zcrm_1    | zcrm_5        | false        | Web         | {status}    | 2026-03-01 10:00:00 |
    zcrm_2    | zcrm_5        | false        | Web         | New         | 2026-03-01 10:00:00 |
    zcrm_3    | zcrm_5        | true         | Web         | Contacted   | 2026-03-01 10:00:00 | 2026-09-01 10:00:00
"""
DYNAMICS = """
    (Do Not Modify) Lead | (Do Not Modify) Modified On | Lead Source | Status | Status Reason | Owner       | Created On
    ---------------------+-----------------------------+-------------+--------+---------------+-------------+-----------------
    1                    | 2026-10-01 10:00            | Web         | Open   | {status}      | Ben Example | 2026-03-13 10:00
    2                    | 2026-10-01 10:00            | Web         | Open   | No such stage | Ben Example | 2026-03-13 10:00
"""
REPORT = """
    Lead ID         | Lead Status | Lead Source | Lead Owner  | Create Date | Converted Date | MQL Date
    ----------------+-------------+-------------+-------------+-------------+----------------+-----------
    00Q000000000001 | {status}    | Web         | Ann Example | 2026-03-01  |                |
    00Q000000000002 | Working     | Web         | Ann Example | 2026-03-01  |                | 2026-04-01
"""
REPORT_HISTORY = """
    Lead ID         | Field / Event | Old Value | New Value | Edit Date
    ----------------+---------------+-----------+-----------+-----------
    00Q000000000001 | Lead Status   | New       | Contacted | 2026-10-05
"""
MARKETO = """
    id | createdAt            | leadStatus | leadSource | isAnonymous | leadScore
    ---+----------------------+------------+------------+-------------+----------
    1  | 2026-03-02T09:00:00Z | {status}   | Trade Show | false       | 40
    2  | 2026-03-02T09:00:00Z | null       | Trade Show | false       | 40
"""
MARKETO_CHANGES = """
    marketoGUID | leadId | activityDate         | activityTypeId | primaryAttributeValueId | primaryAttributeValue | attributes
    ------------+--------+----------------------+----------------+-------------------------+-----------------------+-----------
    g1          | 1      | 2026-10-05T09:00:00Z | 13             | 12                      | Lead Status           | {"Old Value": "New", "New Value": "Contacted"}
"""
CRM_LEADS = """
    Id                 | CreatedDate          | Status    | IsConverted | LeadSource | OwnerId
    -------------------+----------------------+-----------+-------------+------------+-------------------
    00Q000000000001AAA | 2026-03-02T09:00:00Z | Contacted | false       | Web        | 005000000000001AAA
"""
CRM_HISTORY = """
    Id                 | LeadId             | CreatedDate          | CreatedById        | Field  | OldValue | NewValue
    -------------------+--------------------+----------------------+--------------------+--------+----------+----------
    017000000000001AAA | 00Q000000000001AAA | 2026-09-01T09:00:00Z | 005000000000001AAA | Status | New      | Contacted
"""
LATE_COPY = """
    id | createdAt            | leadStatus | leadSource | isAnonymous | sfdcLeadId
    ---+----------------------+------------+------------+-------------+-------------------
    1  | 2026-03-02T09:00:00Z | {status}   | Trade Show | false       | 00Q000000000001AAA
"""
HUBSPOT = """
    Record ID | Create Date      | Lifecycle Stage | Original Traffic Source | Became a Customer Date
    ----------+------------------+-----------------+-------------------------+-----------------------
    1         | 2026-03-02 09:00 | {status}        | Paid Search             |
    2         | 2026-03-02 09:00 | Customer        | Paid Search             | 2026-06-01 12:00
    3         | 2026-03-02 09:00 | Evangelist      | Paid Search             | 2026-06-01 12:00
"""
HUBSPOT_DATES = """
    Record ID | Create Date      | Lifecycle Stage | Original Traffic Source | Became a Lead Date | Became a Marketing Qualified Lead Date
    ----------+------------------+-----------------+-------------------------+--------------------+---------------------------------------
    1         | 2026-03-02 09:00 | {status}        | Paid Search             | 2026-03-02 09:00   | {mql}
"""
HUBSPOT_HISTORY = """
    contact_id | name           | value     | timestamp
    -----------+----------------+-----------+---------------------
    1          | lifecyclestage | Contacted | 2026-10-05T09:00:00Z
"""
#: System -> (its list of headers, its leads by file, columns of its own views, the lead whose stage changes).
SYSTEMS = {
    "zoho": ("zoho", "Leads_2026_10.csv", ZOHO, set(), "1"),
    "dynamics365": ("dynamics365", "All Leads.csv", DYNAMICS, {"Created On", "Owner"}, "1"),
    "salesforce_reports": ("salesforce", "report1.csv", REPORT, {"Lead ID", "MQL Date"}, "00Q000000000001EAA"),
    "hubspot": ("hubspot", "contacts.csv", HUBSPOT, set(), "1"),
    "marketo": ("marketo", "export-1.csv", MARKETO, set(), "1"),
}
CHANGED = "select lead_id, to_stage, precision, cast(occurred_at as varchar) from canonical.lifecycle_event where provenance = 'snapshot_diff'"
TOLD = "select lead_id, to_stage, provenance from canonical.lifecycle_event order by all"


@pytest.fixture(scope="module")
def agreement():
    return load_agreement(PROJECT)


@pytest.fixture
def dated(agreement, tmp_path):
    """Write the files of a drop (name -> drawing), read and keep it, and date what changed since the one before."""

    @contextmanager
    def read(files: dict[str, str], taken: datetime):
        folder = tmp_path / f"{taken:%Y-%m-%d}"
        folder.mkdir(exist_ok=True)
        for name, drawing in files.items():
            (folder / name).write_text(drawn(drawing))
        (folder / "manifest.json").write_text(json.dumps({"as_of": f"{taken.isoformat()}Z"}))
        drop = open_drop(folder, None, PROJECT, agreement.settings)
        with open_engine(threads=1) as engine:
            load = read_exports(drop, PROJECT, agreement, engine)
            snapshots = Snapshots(tmp_path / ".onefunnel", keeps=True)
            load = snapshots.date(engine, drop, load, agreement)
            snapshots.keep()
            yield engine, load

    return read


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_stage_that_changed_between_two_drops_is_one_event_as_wide_as_the_gap(dated, system):
    listed, name, leads, own, lead = SYSTEMS[system]
    assert not unknown_headers(listed, leads) - own
    with dated({name: leads.replace("{status}", "New")}, TAKEN[0]) as (engine, load):
        assert engine.rows(CHANGED) == []
        # The books say what stayed: a row that is only compared is none of those that are kept.
        assert Outcome.EXCLUDED in {line.outcome for line in load.ledger if line.reason is Reason.UNDATED}
        kept = [line.rows for line in load.ledger if line.table == "lifecycle_event" and line.outcome is Outcome.KEPT]
        assert sum(kept) == len(engine.rows(TOLD))
    after = {name: leads.replace("{status}", "Contacted")}
    with dated(after, TAKEN[1]) as (engine, load):
        assert engine.rows(CHANGED) == [(lead, "sal", "month", "2026-10-08 23:59:59.999999")]
        assert load.tables["lifecycle_event"].present
        assert not {provenance for *_, provenance in engine.rows(TOLD)} & {"current_only"}
    # Seen again, nothing has changed since.
    with dated(after, datetime(2026, 10, 16, 18)) as (engine, _):
        assert len(engine.rows(CHANGED)) == 1


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_same_leads_twice_have_no_change(dated, system):
    _, name, leads, _, _ = SYSTEMS[system]
    for taken in TAKEN:
        with dated({name: leads.replace("{status}", "Contacted")}, taken) as (engine, _):
            assert engine.rows(CHANGED) == []


@pytest.mark.parametrize(
    ("system", "history"),
    [
        ("salesforce_reports", {"report2.csv": REPORT_HISTORY}),
        ("marketo", {"activities.csv": MARKETO_CHANGES}),
        ("hubspot", {"contact_property_history.csv": HUBSPOT_HISTORY}),
    ],
)
def test_a_history_in_the_drop_goes_before_a_comparison(dated, system, history):
    _, name, leads, _, lead = SYSTEMS[system]
    with dated({name: leads.replace("{status}", "New")}, TAKEN[0]):
        pass
    with dated({name: leads.replace("{status}", "Contacted"), **history}, TAKEN[1]) as (engine, _):
        assert (lead, "sal", "history") in engine.rows(TOLD)
        assert engine.rows(CHANGED) == []


def test_what_one_system_tells_of_a_lead_is_not_told_again_by_comparing_another(dated):
    crm = {"Lead.csv": CRM_LEADS, "LeadHistory.csv": CRM_HISTORY}
    for taken, status in zip(TAKEN, ("New", "Contacted"), strict=True):
        with dated({**crm, "export-1.csv": LATE_COPY.replace("{status}", status)}, taken) as (engine, load):
            assert [row[1:] for row in engine.rows(TOLD)] == [("sal", "history")]
            about_stages = [one.id for one in load.findings if one.tables == ("lifecycle_event",)]
            assert not {"snapshot_begun", "snapshot_history"} & set(about_stages)


def test_dates_of_the_stage_at_hand_go_before_a_comparison(dated):
    assert not unknown_headers("hubspot", HUBSPOT_DATES)
    for taken, status, mql in zip(TAKEN, ("Lead", "MQL"), ("", "2026-10-05 09:00"), strict=True):
        leads = HUBSPOT_DATES.replace("{status}", status).replace("{mql}", mql)
        with dated({"contacts.csv": leads}, taken) as (engine, load):
            told = engine.rows(TOLD)
            assert not {"snapshot_begun", "snapshot_history"} & {
                one.id for one in load.findings if one.tables == ("lifecycle_event",)
            }
    assert told == [("1", "lead", "stage_date_column"), ("1", "mql", "stage_date_column")]


def test_a_stage_without_dates_comes_after_those_that_have_them(dated):
    """The columns tell of MQL alone; that it was left since is seen, in a gap that begins with its date."""
    others = "    2         | 2026-03-02 09:00 | SAL | Paid Search | 2026-03-02 09:00 | \n"
    for taken, status in zip(TAKEN, ("MQL", "SAL"), strict=True):
        leads = HUBSPOT_DATES.replace("{status}", status).replace("{mql}", "2026-10-01 09:00")
        with dated({"contacts.csv": leads + others}, taken) as (engine, _):
            found = engine.rows(CHANGED)
    assert found == [("1", "sal", "month", "2026-10-08 23:59:59.999999")]
