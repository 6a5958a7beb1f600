"""The same person in two systems is one lead; whoever is not surely the same stays apart."""

from __future__ import annotations

from tests.sources.test_hubspot import DEALS as HUBSPOT_DEALS

SALESFORCE = """
    Id                 | CreatedDate          | LeadSource | Status | IsConverted | Email         | Industry
    -------------------+----------------------+------------+--------+-------------+---------------+---------
    00Q000000000001AAA | 2026-03-05T09:00:00Z |            | MQL    | false       | A@example.com | Retail
    00Q000000000002AAA | 2026-03-05T09:00:00Z | Web        | Open   | false       | b@example.com |
    00Q000000000003AAA | 2026-03-05T09:00:00Z | Web        | Open   | false       | b@example.com |
"""
HISTORY = """
    Id                 | LeadId             | CreatedDate          | Field  | OldValue | NewValue
    -------------------+--------------------+----------------------+--------+----------+---------
    017000000000001AAA | 00Q000000000001AAA | 2026-03-06T09:00:00Z | Status | Open     | MQL
"""
HUBSPOT = """
    Record ID | Create Date      | Email         | Lifecycle Stage | Original Traffic Source | Industry | Became a Marketing Qualified Lead Date | First Conversion Date
    ----------+------------------+---------------+-----------------+-------------------------+----------+----------------------------------------+----------------------
    101       | 2026-03-01 09:00 | a@example.com | Lead            | Paid Search             | Tourism  | 2026-03-04 09:00                       | 2026-03-01 09:00
    102       | 2026-03-01 09:00 | b@example.com | Lead            | Paid Search             |          |                                        | 2026-03-01 09:00
    103       | 2026-03-01 09:00 | c@example.com | Lead            | Paid Search             |          |                                        | 2026-03-01 09:00
"""
MARKETO = """
    id | createdAt            | email | leadStatus | leadSource | isAnonymous | leadScore | sfdcLeadId
    ---+----------------------+-------+------------+------------+-------------+-----------+-------------------
    1  | 2026-03-01T09:00:00Z |       | MQL        | Trade Show | false       | 40        | 00Q000000000001AAA
"""
OPPORTUNITIES = """
    Id                 | StageName  | CloseDate  | OwnerId            | CreatedDate          | Amount | IsClosed | IsWon
    -------------------+------------+------------+--------------------+----------------------+--------+----------+------
    006000000000001AAA | Closed Won | 2026-05-01 | 005000000000001AAA | 2026-03-10T09:00:00Z | 100    | true     | true
"""


def _both(golden, **more):
    files = {"Lead.csv": SALESFORCE, "LeadHistory.csv": HISTORY, "contacts.csv": HUBSPOT, **more}
    own = {cell.strip() for text in files.values() for cell in text.strip().splitlines()[0].split("|")}
    return golden("salesforce", files, own=own)


def test_one_e_mail_in_both_systems_is_one_lead_and_the_crm_goes_first(golden):
    drop = _both(golden)
    leads = drop.rows(
        "select lead_id, channel, industry, strftime(created_at, '%m-%d') from canonical.lead where lead_id like '%1AAA'"
    )
    assert leads == [("00Q000000000001AAA", "paid_search", "Retail", "03-01")]
    assert drop.finding("same_person").failing == 1


def test_events_and_touches_of_both_systems_belong_to_that_lead_each_from_its_system(golden):
    drop = _both(golden)
    events = "select to_stage, source_system, strftime(occurred_at, '%m-%d') from canonical.lifecycle_event where lead_id = '00Q000000000001AAA' order by 3"
    assert ("mql", "map", "03-04") in drop.rows(events)
    assert ("mql", "salesforce", "03-06") in drop.rows(events)
    assert "00Q000000000001AAA" in drop.column("touch", "lead_id")


def test_an_e_mail_that_several_leads_share_joins_nobody_and_is_counted(golden):
    drop = _both(golden)
    assert {"102", "103"} <= set(drop.column("lead", "lead_id"))
    assert drop.finding("shared_email").failing == 1
    assert drop.outcomes("lead") == {"read": 6, "kept": 5, "duplicate_key": 1}


def test_an_id_of_the_crm_that_marketing_carries_joins_without_an_e_mail(golden):
    own = {cell.strip() for cell in MARKETO.strip().splitlines()[0].split("|")}
    drop = golden("salesforce", {"Lead.csv": SALESFORCE, "extract-7.csv": MARKETO}, own=own)
    assert drop.rows("select channel, score_engagement from canonical.lead where lead_id like '%1AAA'") == [
        ("event", 40)
    ]
    assert len(drop.column("lead", "lead_id")) == 3


def test_deals_that_marketing_copied_from_the_crm_are_left_out(golden):
    drop = _both(golden, **{"Opportunity.csv": OPPORTUNITIES, "deals.csv": HUBSPOT_DEALS})
    assert drop.column("opportunity", "opportunity_id") == ["006000000000001AAA"]
    assert drop.finding("copied_deals").failing == 2


def test_a_report_of_deals_beside_the_objects_themselves_counts_each_deal_once(golden):
    report = """
        Opportunity ID  | Stage      | Close Date | Created Date | Amount
        ----------------+------------+------------+--------------+-------
        006000000000001 | Closed Won | 5/13/2026  | 3/10/2026    | 99.00
        006000000000009 | Closed Won | 5/13/2026  | 3/10/2026    | 7.00
    """
    own = {"Opportunity ID", "Stage", "Close Date", "Created Date", "Amount"}
    drop = golden("salesforce", {"Opportunity.csv": OPPORTUNITIES, "report1.csv": report}, own=own)
    amounts = drop.rows("select opportunity_id, cast(amount as integer) from canonical.opportunity order by all")
    assert amounts == [("006000000000001AAA", 100), ("006000000000009AAA", 7)]
    assert drop.finding("copied_deals").failing == 1


def test_ids_that_two_systems_use_for_different_people_are_kept_apart(golden):
    zoho = """
        Record Id | Lead Owner  | Lead Status | Created Time        | Email
        ----------+-------------+-------------+---------------------+--------------
        zcrm_101  | Ann Example | New         | 2026-03-01 10:00:00 | z@example.com
    """
    own = {"Record Id", "Lead Owner", "Lead Status", "Created Time", "Email"}
    drop = golden("hubspot", {"contacts.csv": HUBSPOT, "Leads_001.csv": zoho}, own=own)
    assert drop.column("lead", "lead_id") == ["101", "102", "103", "hubspot:101"]
    assert "hubspot:101" in drop.column("touch", "lead_id")
