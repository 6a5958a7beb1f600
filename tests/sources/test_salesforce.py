"""What the rows of Salesforce objects mean, with no mapping written."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal

import pytest


def _table(drawn: str) -> str:
    """Turn a drawn table into CSV; the line of dashes goes away."""
    lines = [line for line in drawn.strip().splitlines() if "-+-" not in line]
    return "".join(",".join(cell.strip() for cell in line.split("|")) + "\n" for line in lines)


def _id(prefix: str, number: int) -> str:
    return f"{prefix}{number:012d}AAA"


LEADS = _table("""
    Id                 | CreatedDate              | LeadSource | Status    | OwnerId            | IsDeleted | MasterRecordId
    -------------------+--------------------------+------------+-----------+--------------------+-----------+---------------
    00Q000000000001AAA | 2026-03-02T09:00:00.000Z | Web        | Recycled  | 005000000000001AAA | false     |
    00Q000000000002AAA | 2026-03-03T09:00:00.000Z | PPC        | MQL       | 005000000000002AAA | 0         |
    00Q000000000003AAA | 2026-03-03T09:00:00.000Z | PPC        | New       | 005000000000002AAA | true      |
    00Q000000000004AAA | 2026-03-03T09:00:00.000Z | PPC        | New       | 005000000000002AAA | true      | 00Q000000000002AAA
    00Q000000000005    | 2026-01-01T09:00:00.000Z | Web        | MQL       | 00G000000000001AAA |           |
""")
HISTORY = _table("""
    Id                 | LeadId             | CreatedDate              | Field               | OldValue | NewValue
    -------------------+--------------------+--------------------------+---------------------+----------+---------
    017000000000000AAA | 00Q000000000001AAA | 2026-03-01T00:00:00.000Z | created             |          |
    017000000000001AAA | 00Q000000000001AAA | 2026-03-02T10:00:00.000Z | Status              | New      | MQL
    017000000000002AAA | 00Q000000000001AAA | 2026-03-04T10:00:00.000Z | Status              | MQL      | Recycled
    017000000000003AAA | 00Q000000000001AAA | 2026-03-04T10:00:00.000Z | Rejection_Reason__c |          | Bad Timing
    017000000000004AAA | 00Q000000000001AAA | 2026-03-05T10:00:00.000Z | Status              | Recycled | Odd One
    017000000000005AAA | 00Q000000000001AAA | 2026-03-02T10:05:00.000Z | Owner               | 00G000000000001AAA | 005000000000001AAA
    017000000000006AAA | 00Q000000000001AAA | 2026-03-02T10:05:00.000Z | Owner               | Queue    | Ann Example
""")


def test_lead_history_becomes_stages_with_reasons_and_creation_status(read):
    drop = read({"Lead.csv": LEADS, "LeadHistory.csv": HISTORY})
    rows = drop.rows(
        "select lead_id, occurred_at, to_stage, reason_code, precision, provenance from canonical.lifecycle_event order by 1, 2"
    )
    one, two, four = _id("00Q", 1), _id("00Q", 2), _id("00Q", 4)
    assert rows == [
        (one, datetime(2026, 3, 2, 9), "lead", None, "instant", "history"),
        (one, datetime(2026, 3, 2, 10), "mql", None, "instant", "history"),
        (one, datetime(2026, 3, 4, 10), "recycled", "no_timing", "instant", "history"),
        # Younger than the history and never changed: the present status is the one it was created with.
        (two, datetime(2026, 3, 3, 9), "mql", None, "instant", "history"),
        (four, datetime(2026, 3, 3, 9), "lead", None, "instant", "history"),
    ]
    assert drop.outcomes("lifecycle_event")["unmapped_stage"] == 1
    assert '"Odd One"' in drop.finding("unmapped_stage").snippet


def test_deleted_leads_go_merged_ones_stay_and_short_ids_are_widened(read):
    drop = read({"Lead.csv": LEADS})
    rows = drop.rows("select lead_id, channel, merged_into_lead_id from canonical.lead order by 1")
    assert [row[0] for row in rows] == [*(_id("00Q", n) for n in (1, 2, 4)), "00Q000000000005EAA"]
    assert rows[2] == (_id("00Q", 4), "paid_search", _id("00Q", 2))
    assert drop.outcomes("lead") == {"read": 5, "kept": 4, "not_selected": 1}


def test_assignments_come_from_history_by_id_and_queues_are_no_owner(read):
    drop = read({"Lead.csv": LEADS, "LeadHistory.csv": HISTORY})
    assert drop.rows("select lead_id, occurred_at, owner_id from canonical.assignment order by 1, 2") == [
        (_id("00Q", 1), datetime(2026, 3, 2, 10, 5), _id("005", 1)),
        (_id("00Q", 2), datetime(2026, 3, 3, 9), _id("005", 2)),
        (_id("00Q", 4), datetime(2026, 3, 3, 9), _id("005", 2)),
    ]


def test_a_reason_given_later_counts_from_its_own_instant_and_one_on_the_lead_for_its_last_exit(read):
    leads = _table("""
        Id                 | CreatedDate              | Status   | Recycle_Reason__c
        00Q000000000001AAA | 2026-03-02T09:00:00.000Z | Recycled | Budget
        00Q000000000002AAA | 2026-03-02T09:00:00.000Z | Recycled | Budget
    """)
    history = _table("""
        Id                 | LeadId             | CreatedDate              | Field               | OldValue | NewValue
        017000000000001AAA | 00Q000000000001AAA | 2026-03-04T10:00:00.000Z | Status              | MQL      | Recycled
        017000000000002AAA | 00Q000000000001AAA | 2026-03-05T10:00:00.000Z | Recycle_Reason__c   |          | Not ICP
        017000000000003AAA | 00Q000000000002AAA | 2026-03-03T10:00:00.000Z | Status              | New      | Recycled
        017000000000004AAA | 00Q000000000002AAA | 2026-03-04T10:00:00.000Z | Status              | Recycled | MQL
        017000000000005AAA | 00Q000000000002AAA | 2026-03-05T10:00:00.000Z | Status              | MQL      | Recycled
    """)
    drop = read({"Lead.csv": leads, "LeadHistory.csv": history})
    assert drop.rows(
        "select lead_id, occurred_at, reason_code from canonical.lifecycle_event where to_stage = 'recycled' order by 1, 2"
    ) == [
        (_id("00Q", 1), datetime(2026, 3, 4, 10), None),
        (_id("00Q", 1), datetime(2026, 3, 5, 10), "not_icp"),
        (_id("00Q", 2), datetime(2026, 3, 3, 10), None),
        (_id("00Q", 2), datetime(2026, 3, 5, 10), "no_budget"),
    ]


def test_conversion_is_a_day_unless_the_deal_it_made_knows_the_moment(read):
    leads = _table("""
        Id                 | CreatedDate              | IsConverted | ConvertedDate | ConvertedOpportunityId | ConvertedAccountId
        00Q000000000001AAA | 2026-03-02T09:00:00.000Z | true        | 2026-03-09    | 006000000000001AAA     | 001000000000001AAA
        00Q000000000002AAA | 2026-03-02T09:00:00.000Z | 1           | 2026-03-10    |                        |
        00Q000000000003AAA | 2026-03-02T09:00:00.000Z | false       |               |                        |
    """)
    deals = "Id,StageName,CreatedDate\n006000000000001AAA,Prospecting,2026-03-09T15:00:00.000Z\n"
    drop = read({"Lead.csv": leads, "Opportunity.csv": deals}, reporting_timezone="America/New_York")
    rows = drop.rows(
        "select lead_id, occurred_at, to_stage, precision, provenance from canonical.lifecycle_event order by 1"
    )
    assert rows == [
        (_id("00Q", 1), datetime(2026, 3, 9, 15), "opportunity", "instant", "conversion_date"),
        (_id("00Q", 2), datetime(2026, 3, 10, 4), "sql", "day", "conversion_date"),
    ]
    assert drop.column("opportunity", "primary_lead_id") == [_id("00Q", 1)]
    # Conversions alone do not answer for the stages before them.
    assert not drop.report.has("lifecycle_event")
    assert any("LeadHistory is not in the drop" in finding.text for finding in drop.report.findings)


def test_stage_date_columns_serve_where_history_has_no_such_event(read):
    leads = _table("""
        Id                 | CreatedDate              | MQL_Date__c | SQL_Date__c
        00Q000000000001AAA | 2026-03-02T09:00:00.000Z | 2026-03-03  | 2026-03-05T10:00:00.000Z
    """)
    drop = read({"Lead.csv": leads})
    assert drop.rows("select to_stage, precision, provenance from canonical.lifecycle_event order by 1") == [
        ("mql", "day", "stage_date_column"),
        ("sql", "instant", "stage_date_column"),
    ]
    assert drop.report.has("lifecycle_event")


def test_responses_become_touches_under_their_campaigns_names(read):
    members = _table("""
        Id                 | CampaignId         | LeadId             | ContactId          | HasResponded | FirstRespondedDate | CreatedDate
        00v000000000001AAA | 701000000000001AAA | 00Q000000000001AAA |                    | true         | 2026-03-05         | 2026-03-02T09:00:00.000Z
        00v000000000002AAA | 701000000000001AAA |                    | 003000000000001AAA | 1            | 2026-03-02         | 2026-03-02T09:00:00.000Z
        00v000000000003AAA | 701000000000001AAA | 00Q000000000001AAA |                    | false        |                    | 2026-03-02T09:00:00.000Z
    """)
    files = {
        "CampaignMember.csv": members,
        "Campaign.csv": "Id,Name,Type\n701000000000001AAA,Spring Show,Trade Show\n",
        "Contact.csv": "Id,AccountId\n003000000000001AAA,001000000000001AAA\n",
        "Lead.csv": "Id,CreatedDate,ConvertedContactId\n00Q000000000007AAA,2026-01-01T00:00:00Z,003000000000001AAA\n",
        "spend.csv": "spend_id,period_start,period_end,team,category,purpose,campaign_id,amount\n"
        "S,2026-01-01,2026-02-01,marketing,program,acquisition,701000000000001AAA,1\n",
    }
    drop = read(files)
    assert drop.rows(
        "select lead_id, account_id, occurred_at, channel, campaign_id, type, is_marketing from canonical.touch order by touch_id"
    ) == [
        (_id("00Q", 1), None, datetime(2026, 3, 5), "event", "Spring Show", "Trade Show", True),
        (_id("00Q", 7), _id("001", 1), datetime(2026, 3, 2, 9), "event", "Spring Show", "Trade Show", True),
    ]
    assert drop.column("spend", "campaign_id") == ["Spring Show"]


def test_done_tasks_and_meetings_become_activities(read):
    tasks = _table("""
        Id                 | WhoId              | WhatId             | OwnerId            | Status      | IsClosed | CreatedDate              | CompletedDateTime        | TaskSubtype | CallType | CallDisposition
        00T000000000001AAA | 00Q000000000001AAA |                    | 005000000000001AAA | Completed   | true     | 2026-03-02T09:00:00.000Z | 2026-03-02T10:00:00.000Z | Call        | Outbound | Left Message
        00T000000000002AAA | 003000000000001AAA | 006000000000001AAA | 005000000000001AAA | Completed   | true     | 2026-03-02T09:00:00.000Z |                          | Email       |          |
        00T000000000003AAA | 00Q000000000001AAA |                    | 005000000000001AAA | Completed   | true     | 2026-03-02T09:00:00.000Z |                          | ListEmail   |          | Something Odd
        00T000000000004AAA | 00Q000000000001AAA |                    | 005000000000001AAA | Not Started | false    | 2026-03-02T09:00:00.000Z |                          | Call        | Inbound  |
        00T000000000005AAA | 00Q000000000001AAA |                    | 005000000000001AAA | Completed   | true     | 2026-03-02T09:00:00.000Z |                          | Call        | Inbound  | Connected
    """)
    events = _table("""
        Id                 | WhoId              | OwnerId            | StartDateTime            | IsChild | Outcome__c
        00U000000000001AAA | 00Q000000000001AAA | 005000000000001AAA | 2026-03-06T14:00:00.000Z | false   | No Show
        00U000000000002AAA | 00Q000000000001AAA | 005000000000001AAA | 2026-03-06T14:00:00.000Z | true    |
        00U000000000003AAA | 00Q000000000001AAA | 005000000000001AAA | 2027-03-06T14:00:00.000Z | false   |
    """)
    leads = "Id,CreatedDate,ConvertedContactId\n00Q000000000001AAA,2026-01-01T00:00:00Z,003000000000001AAA\n"
    drop = read({"Task.csv": tasks, "Event.csv": events, "Lead.csv": leads})
    lead, deal = _id("00Q", 1), _id("006", 1)
    assert drop.rows(
        "select lead_id, opportunity_id, type, direction, is_automated, outcome, occurred_at from canonical.activity"
        " order by activity_id"
    ) == [
        (lead, None, "call", "outbound", False, "voicemail", datetime(2026, 3, 2, 10)),
        (lead, deal, "email", "outbound", False, None, datetime(2026, 3, 2, 9)),
        (lead, None, "email", "outbound", True, None, datetime(2026, 3, 2, 9)),
        (lead, None, "call", "inbound", False, "connected", datetime(2026, 3, 2, 9)),
        (lead, None, "meeting", "outbound", False, "no_show", datetime(2026, 3, 6, 14)),
    ]
    assert drop.outcomes("activity") == {"read": 8, "kept": 5, "not_selected": 2, "future_dated": 1}


@pytest.mark.parametrize("flags", [True, False])
def test_deals_know_their_state_their_lead_and_when_they_closed(read, flags):
    deals = _table("""
        Id                 | StageName   | Type                        | Amount  | CurrencyIsoCode | CloseDate  | IsClosed | IsWon | ContactId          | CreatedDate
        006000000000001AAA | Closed Won  | Existing Customer - Upgrade | 1000.50 | EUR             | 2026-03-09 | 1        | 1     |                    | 2026-03-01T09:00:00.000Z
        006000000000002AAA | Closed Lost |                             |         | EUR             | 2026-03-09 | 1        |       | 003000000000001AAA | 2026-03-01T09:00:00.000Z
        006000000000003AAA | Proposal    | New Business                | 5       | EUR             | 2026-04-09 |          |       |                    | 2026-03-01T09:00:00.000Z
    """)
    if not flags:
        deals = deals.replace("IsClosed,IsWon", "Ignored,Ignored2")
    history = _table("""
        Id                 | OpportunityId      | CreatedDate              | StageName   | Amount  | CloseDate
        008000000000001AAA | 006000000000001AAA | 2026-03-01T09:00:00.000Z | Prospecting | 900     | 2026-03-20
        008000000000002AAA | 006000000000001AAA | 2026-03-02T09:00:00.000Z | Closed Won  | 900     | 2026-03-20
        008000000000003AAA | 006000000000001AAA | 2026-03-03T09:00:00.000Z | Proposal    | 900     | 2026-03-20
        008000000000004AAA | 006000000000001AAA | 2026-03-03T10:00:00.000Z | Proposal    | 900     | 2026-03-20
        008000000000005AAA | 006000000000001AAA | 2026-03-08T09:00:00.000Z | Closed Won  | 900     | 2026-03-20
        008000000000006AAA | 006000000000001AAA | 2026-03-09T09:00:00.000Z | Closed Won  | 1000.50 | 2026-03-09
    """)
    leads = "Id,CreatedDate,ConvertedContactId\n00Q000000000001AAA,2026-01-01T00:00:00Z,003000000000001AAA\n"
    drop = read({"Opportunity.csv": deals, "OpportunityHistory.csv": history, "Lead.csv": leads})
    assert drop.rows(
        "select type, stage, amount, close_date, is_closed, is_won, closed_at, primary_lead_id from canonical.opportunity"
        " order by opportunity_id"
    ) == [
        ("expansion", "closed_won", Decimal("1000.5"), date(2026, 3, 9), True, True, datetime(2026, 3, 8, 9), None),
        ("new_business", "closed_lost", None, date(2026, 3, 9), True, False, None, _id("00Q", 1)),
        ("new_business", "proposal", Decimal(5), date(2026, 4, 9), False, False, None, None),
    ]
    events = drop.rows("select stage, amount, currency from canonical.opportunity_stage_event order by event_id")
    assert [row[0] for row in events] == ["prospecting", "closed_won", "proposal", "closed_won", "closed_won"]
    assert events[-1] == ("closed_won", Decimal("1000.5"), "EUR")
    assert drop.finding("assumed_default").failing == 1


def test_tracked_fields_tell_the_way_of_a_deal_where_its_history_is_not_exported(read):
    deals = _table("""
        Id                 | StageName  | Amount | CurrencyIsoCode | CloseDate  | IsClosed | IsWon | CreatedDate
        006000000000001AAA | Closed Won | 900    | EUR             | 2026-03-09 | 1        | 1     | 2026-03-01T09:00:00.000Z
        006000000000002AAA | Proposal   | 5      | EUR             | 2026-04-09 | 0        | 0     | 2026-03-01T09:00:00.000Z
    """)
    fields = _table("""
        Id                 | OpportunityId      | CreatedDate              | Field     | OldValue    | NewValue
        017000000000001AAA | 006000000000001AAA | 2026-03-02T09:00:00.000Z | StageName | Prospecting | Proposal
        017000000000002AAA | 006000000000001AAA | 2026-03-03T09:00:00.000Z | CloseDate | 2026-03-20  | 2026-03-09
        017000000000003AAA | 006000000000001AAA | 2026-03-09T09:00:00.000Z | StageName | Proposal    | Closed Won
        017000000000004AAA | 006000000000001AAA | 2026-03-09T09:00:00.000Z | Amount    | 700         | 900
        017000000000005AAA | 006000000000001AAA | 2026-03-09T10:00:00.000Z | Owner     | Ann         | Bo
    """)
    drop = read({"Opportunity.csv": deals, "OpportunityFieldHistory.csv": fields})
    assert drop.rows(
        "select occurred_at, stage, amount, close_date, currency from canonical.opportunity_stage_event"
        " order by occurred_at, event_id"
    ) == [
        (datetime(2026, 3, 1, 9), "prospecting", Decimal(700), date(2026, 3, 20), "EUR"),
        (datetime(2026, 3, 2, 9), "proposal", Decimal(700), date(2026, 3, 20), "EUR"),
        (datetime(2026, 3, 3, 9), "proposal", Decimal(700), date(2026, 3, 9), "EUR"),
        (datetime(2026, 3, 9, 9), "closed_won", Decimal(900), date(2026, 3, 9), "EUR"),
    ]
    closed = drop.rows("select closed_at from canonical.opportunity where opportunity_id like '%1AAA'")
    assert closed == [(datetime(2026, 3, 9, 9),)]


def test_users_become_owners_without_the_automated_ones(read):
    users = "Id,Name,Department,ManagerId,UserType\n005000000000001AAA,Ann Example,Marketing,,Standard\n005000000000002AAA,Bot,,,AutomatedProcess\n005000000000003AAA,Bo Example,,005000000000001AAA,\n"
    drop = read({"User.csv": users})
    assert drop.rows("select display_name, team, manager_id from canonical.owner order by owner_id") == [
        ("Ann Example", "marketing", None),
        ("Bo Example", "sales", _id("005", 1)),
    ]


PERSONAL = {
    "Lead": "Name FirstName LastName Email Phone MobilePhone Fax Company Title Description Street City PostalCode Website Salutation",
    "Contact": "Name FirstName LastName Email Phone MobilePhone HomePhone Title Description MailingStreet Birthdate",
    "Account": "Name Phone Website Description BillingStreet",
    "Opportunity": "Name Description NextStep",
    "CampaignMember": "Name FirstName LastName Email Phone CompanyOrAccount Title Description",
    "Task": "Subject Description CallObject",
    "Event": "Subject Description Location",
    "User": "Email Username Phone",
    "LeadHistory": "",
    "lead": "email name first_name phone company notes",
}


def test_nothing_that_names_a_person_leaves_the_reading(read, caplog):
    secrets: list[str] = []

    def with_canaries(name: str, table: str) -> str:
        lines = table.strip().splitlines()
        extra = PERSONAL[name].split()
        out = [",".join([lines[0], *extra])]
        for n, line in enumerate(lines[1:]):
            values = []
            for column in extra:
                secrets.append(f"canary-{name}-{column}-{n}@example.com")
                values.append(secrets[-1])
            out.append(",".join([line, *values]))
        return "\n".join(out) + "\n"

    history = (
        HISTORY
        + "017000000000009AAA,00Q000000000001AAA,2026-03-06T10:00:00.000Z,Owner,canary-old-owner,canary-new-owner\n"
    )
    secrets += ["canary-old-owner", "canary-new-owner", "Ann Example"]
    files = {
        "Lead.csv": with_canaries("Lead", LEADS) + "00Q,nonsense,canary ragged\n",
        "LeadHistory.csv": history,
        "Contact.csv": with_canaries("Contact", "Id,AccountId\n003000000000001AAA,001000000000001AAA\n"),
        "Account.csv": with_canaries("Account", "Id\n001000000000001AAA\n"),
        "Opportunity.csv": with_canaries("Opportunity", "Id,StageName\n006000000000001AAA,Odd Stage\n"),
        "CampaignMember.csv": with_canaries(
            "CampaignMember", "Id,CampaignId,LeadId,HasResponded,CreatedDate\n00v,701,00Q,1,2026-01-01T00:00:00Z\n"
        ),
        "Task.csv": with_canaries("Task", "Id,OwnerId,Status,CreatedDate\n00T,005,Completed,2026-01-01T00:00:00Z\n"),
        "Event.csv": with_canaries("Event", "Id,OwnerId,StartDateTime\n00U,005,canary not a time\n"),
        "User.csv": with_canaries("User", "Id,Name\n005000000000001AAA,Kim\n"),
        "more/lead.csv": with_canaries(
            "lead", "lead_id,created_at,email_hash\nX1,2026-01-01T00:00:00Z,canary-hash@example.com\n"
        ),
    }
    secrets += ["canary ragged", "canary not a time", "canary-hash@example.com"]
    drop = read(files)
    everything = repr(drop.report) + caplog.text
    for table in drop.report.tables:
        everything += repr(drop.rows(f"select * from canonical.{table}"))
    assert not [secret for secret in secrets if secret in everything]
    assert drop.rows("select count(*) from information_schema.tables where table_schema = 'raw'") == [(0,)]
    hashes = [value for value in drop.column("lead", "email_hash") if value]
    assert len(set(hashes)) == len(hashes) == 5
    plain = hashlib.sha256(b"canary-lead-email-0@example.com").hexdigest()
    assert plain not in hashes


def test_without_a_history_the_present_status_is_known_and_not_since_when(read):
    drop = read({"Lead.csv": LEADS})
    found = drop.rows("select lead_id, to_stage, precision, provenance from canonical.lifecycle_event order by 1")
    assert (_id("00Q", 2), "mql", "unknown", "current_only") in found
    assert {provenance for *_, provenance in found} == {"current_only"}
    assert not drop.report.tables["lifecycle_event"].present
