"""What the sources room finds in the drop is what was planted, no more and no less."""

import pytest

from generator.agreement import load_agreement
from generator.engine import open_engine
from generator.project import find_project
from generator.sources import open_drop, read_exports


@pytest.fixture(scope="module")
def load(drop):
    project = find_project()
    agreement = load_agreement(project)
    folder = open_drop(drop.folder, None, project, agreement.settings)
    with open_engine("duckdb", "1GB") as engine:
        yield read_exports(folder, project, agreement, engine)


def rows(load, outcome, reason):
    """How many rows of each file and table had this outcome for this reason."""
    lines = (line for line in load.ledger if (line.outcome, line.reason) == (outcome, reason))
    return {(line.file, line.table): line.rows for line in lines}


def count(drop, *names):
    return sum(drop.answers.defects[name].count for name in names)


def test_the_quarantine_holds_what_was_planted(load, drop):
    found = sorted((one.file, one.reason.value) for one in load.quarantine)
    assert found == [
        ("CampaignMember.csv", "ragged"),
        ("CampaignMember.csv", "unreadable"),
        *[("LeadHistory.csv", "unmapped_stage")] * count(drop, "unmapped_statuses"),
        ("Task.csv", "undecodable"),
    ]


def test_rows_later_than_the_drop_are_left_out_and_counted(load, drop):
    late = rows(load, "excluded", "future_dated")
    assert late["Lead.csv", "lead"] == count(drop, "future_leads")
    assert late["LeadHistory.csv", "lifecycle_event"] == count(drop, "future_events")
    assert late["CampaignMember.csv", "touch"] == count(drop, "future_touches")
    assert late["Task.csv", "activity"] == count(drop, "future_activities")
    assert late["Opportunity.csv", "opportunity"] == count(drop, "future_deals")


def test_copies_collapse_and_orphans_are_counted(load, drop):
    copies = rows(load, "excluded", "duplicate_key")
    assert copies["Lead.csv", "lead"] == count(drop, "identical_leads", "older_lead_copies")
    assert copies["Opportunity.csv", "opportunity"] == count(drop, "identical_deals", "older_deal_copies")
    assert copies["CampaignMember.csv", "touch"] == count(drop, "identical_touches")
    orphans = rows(load, "excluded", "orphan")
    assert orphans["LeadHistory.csv", "lifecycle_event"] == count(drop, "orphan_events")
    assert orphans["OpportunityHistory.csv", "opportunity_stage_event"] == count(drop, "orphan_deal_states")


def test_every_file_is_claimed_and_every_table_that_the_company_has_is_filled(load):
    assert not load.unclaimed
    empty = {name for name, table in load.tables.items() if not table.rows}
    # It keeps its calendars in the agreement, declares no attribute beyond the usual ones, and exports no contact roles.
    assert empty <= {"calendar", "holiday", "lead_attribute", "contact_role"}
