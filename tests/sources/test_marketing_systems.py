"""Marketo and Account Engagement (Pardot) as they extract their rows."""

from __future__ import annotations

import pytest

LEADS = """
    id | createdAt            | updatedAt            | email         | leadStatus | leadSource  | isAnonymous | acquisitionProgramId | leadScore
    ---+----------------------+----------------------+---------------+------------+-------------+-------------+----------------------+----------
    1  | 2026-03-02T09:00:00Z | 2026-03-02T09:00:00Z | a@example.com | MQL        | Trade Show  | false       | 1001                 | 40
    2  | 2026-03-03T09:00:00Z | 2026-03-03T09:00:00Z | null          | null       | null        | false       | null                 | null
    3  | 2026-03-03T09:00:00Z | 2026-03-03T09:00:00Z | null          | null       | null        | true        | null                 | null
"""
ACTIVITIES = """
    marketoGUID | leadId | activityDate         | activityTypeId | campaignId | primaryAttributeValueId | primaryAttributeValue | attributes
    ------------+--------+----------------------+----------------+------------+-------------------------+-----------------------+-----------
    g1          | 1      | 2026-03-04T09:00:00Z | 104            | 77         | 1001                    | Fair                  | {"New Status": "Attended", "Success": true}
    g2          | 1      | 2026-03-05T09:00:00Z | 104            | 77         | 1001                    | Fair                  | {"New Status": "Attended", "Success": true}
    g3          | 2      | 2026-03-05T09:00:00Z | 104            | 77         | 1001                    | Fair                  | {"New Status": "Invited", "Success": false}
    g4          | 1      | 2026-03-06T09:00:00Z | 13             | 77         | 12                      | Lead Status           | {"Old Value": "New", "New Value": "MQL", "Reason": "x"}
    g5          | 1      | 2026-03-07T09:00:00Z | 13             | 77         | 13                      | Phone                 | {"New Value": "MQL"}
    g6          | 1      | 2026-03-08T09:00:00Z | 13             | 77         | 12                      | Lead Status           | not JSON
"""
PROGRAMS = """
    id   | name         | type  | channel    | sfdcId | status
    -----+--------------+-------+------------+--------+-------
    1001 | Spring fair  | Event | Trade Show | null   | null
"""
PROSPECTS = """
    id | email         | created_at           | score | grade | source     | campaign_id | crm_lead_fid       | prospect_account_id | user_id
    ---+---------------+----------------------+-------+-------+------------+-------------+--------------------+---------------------+--------
    5  | a@example.com | 2026-03-02T09:00:00Z | 12    | B+    | Google Ads | 9           | 00Q000000000001AAA | 1                   | 55
    6  | b@example.com | 2026-03-02T09:00:00Z | 1     | D     | Webinar    | 9           |                    |                     |
"""
VISITS = """
    id | prospect_id | created_at           | type | type_name | campaign_id
    ---+-------------+----------------------+------+-----------+------------
    91 | 5           | 2026-03-03T09:00:00Z | 4    | Form      | 9
    92 | 5           | 2026-03-03T09:00:00Z | 2    | Page View | 9
    93 | 6           | 2026-03-04T09:00:00Z | 4    | Form      | 9
"""
DEALS = """
    id | name | value   | stage | status | probability | created_at           | closed_at            | type    | campaign_id
    ---+------+---------+-------+--------+-------------+----------------------+----------------------+---------+------------
    70 | x    | 50000.0 | Won   | Won    | 100         | 2026-03-10T09:00:00Z | 2026-05-10T09:00:00Z | Renewal | 9
"""


def test_marketos_word_for_nothing_is_nothing_and_anonymous_leads_are_none(golden):
    drop = golden("marketo", {"export-1.csv": LEADS})
    leads = drop.rows("select lead_id, channel, score_engagement, email_hash is null from canonical.lead order by all")
    assert leads == [("1", "event", 40, False), ("2", None, None, True)]
    assert not drop.report.quarantine


def test_a_program_counts_once_for_a_lead_when_it_first_succeeded(golden):
    drop = golden("marketo", {"leads.csv": LEADS, "activities.csv": ACTIVITIES, "programs.csv": PROGRAMS})
    touches = drop.rows("select lead_id, channel, campaign_id, strftime(occurred_at, '%m-%d') from canonical.touch")
    assert touches == [("1", "event", "Spring fair", "03-04")]
    assert drop.rows("select campaign_id from canonical.lead where lead_id = '1'") == [("Spring fair",)]


def test_changes_of_the_lead_status_are_the_history_of_its_stages(golden):
    drop = golden("marketo", {"leads.csv": LEADS, "activities.csv": ACTIVITIES})
    found = drop.rows(
        "select lead_id, to_stage, provenance, strftime(occurred_at, '%m-%d') from canonical.lifecycle_event"
    )
    assert found == [("1", "mql", "history", "03-06")]


def test_a_year_of_extracts_is_one_table(golden):
    files = {f"leads_{month:02}.csv": LEADS.replace("2026-03", f"2026-{month:02}") for month in (3, 4)}
    drop = golden("marketo", files)
    assert drop.outcomes("lead") == {"read": 6, "kept": 2, "duplicate_key": 3, "not_selected": 1}
    assert {str(at)[:7] for at in drop.column("lead", "created_at")} == {"2026-04"}


def test_forms_are_the_touches_of_a_pardot_prospect_and_the_crms_id_is_its_own(golden):
    drop = golden("pardot", {"prospect.csv": PROSPECTS, "visitor_activity.csv": VISITS, "opportunity.csv": DEALS})
    assert drop.rows("select lead_id, channel from canonical.touch order by all") == [
        ("00Q000000000001AAA", "paid_search"),
        ("6", "webinar"),
    ]
    assert drop.rows("select type, stage, is_won, close_date || '' from canonical.opportunity") == [
        ("renewal", "closed_won", True, "2026-05-10")
    ]


@pytest.mark.parametrize(
    ("system", "tables"), [("marketo", {"lead": 100}), ("pardot_source", {"lead": 22, "opportunity": 100})]
)
def test_the_real_copies_by_fivetran_read_without_a_mapping(read, shared, system, tables):
    drop = read(folder=shared / f"data/fivetran_seeds/dbt_{system}")
    assert {name: load.rows for name, load in drop.report.tables.items() if load.rows} == tables
    assert not drop.report.quarantine
