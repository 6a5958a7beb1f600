"""Pipedrive, Dynamics 365 and Zoho as they export their lists."""

from __future__ import annotations

from decimal import Decimal

PIPEDRIVE = """
    Deal - ID | Deal - Title | Deal - Owner | Deal - Value | Deal - Currency of Value | Deal - Organization ID | Deal - Stage | Deal - Status | Deal - Deal created | Deal - Last stage change | Deal - Won time     | Deal - Lost time    | Deal - Lost reason | Deal - Expected close date
    ----------+--------------+--------------+--------------+--------------------------+------------------------+--------------+---------------+---------------------+--------------------------+---------------------+---------------------+--------------------+---------------------------
    1         | Example      | Ann Example  | 1200.50      | EUR                      | 7                      | Demo         | Won           | 2026-04-01 09:00:00 | 2026-04-20 09:00:00      | 2026-05-01 09:00:00 |                     |                    | 2026-05-15
    2         | Other        | Ann Example  | 100          | EUR                      | 8                      | Demo         | Lost          | 2026-04-01 09:00:00 |                          |                     | 2026-06-01 09:00:00 | Price              |
    3         | Third        | Ben Example  | 300          | EUR                      | 9                      | Proposal     | Open          | 2026-04-01 09:00:00 |                          |                     |                     |                    | 2026-12-15
"""
PIPEDRIVE_API = """
    id | title   | owner_id | value | currency | org_id | stage_id | status | add_time            | won_time            | is_deleted
    ---+---------+----------+-------+----------+--------+----------+--------+---------------------+---------------------+-----------
    1  | Example | 55       | 100   | EUR      | 7      | 12       | won    | 2026-04-01 09:00:00 | 2026-05-01 09:00:00 | 0
    2  | Gone    | 55       | 100   | EUR      | 7      | 12       | open   | 2026-04-01 09:00:00 |                     | 1
"""
PIPEDRIVE_STAGES = """
    id | order_nr | name | pipeline_id
    ---+----------+------+------------
    11 | 1        | Open | 1
    12 | 2        | Demo | 1
"""
PIPEDRIVE_FLOW = """
    item_id | field_key | old_value | new_value | log_time
    --------+-----------+-----------+-----------+--------------------
    1       | stage_id  | 11        | 12        | 2026-04-05 09:00:00
    1       | value     | 10        | 12        | 2026-04-06 09:00:00
"""
DYNAMICS_LEADS = """
    (Do Not Modify) Lead | (Do Not Modify) Row Checksum | (Do Not Modify) Modified On | Name        | Topic | Lead Source | Industry | Status    | Email         | Owner       | Created On
    ---------------------+------------------------------+-----------------------------+-------------+-------+-------------+----------+-----------+---------------+-------------+-----------------
    l1                   | abc                          | 2026-04-01 10:00            | Ann Example | x     | Trade Show  | Retail   | Qualified | a@example.com | Ben Example | 2026-03-01 10:00
"""
DYNAMICS_DEALS = """
    (Do Not Modify) Opportunity | (Do Not Modify) Modified On | Topic | Est. Revenue | Actual Revenue | Est. Close Date | Actual Close Date | Status | Status Reason | Pipeline Phase | Created On       | Owner
    ----------------------------+-----------------------------+-------+--------------+----------------+-----------------+-------------------+--------+---------------+----------------+------------------+------------
    o1                          | 2026-04-01 10:00            | x     | 1.000,00     | 900,50         | 2026-05-01      | 2026-04-28        | Won    | Won           | 3-Propose      | 2026-03-01 10:00 | Ben Example
    o2                          | 2026-04-01 10:00            | y     | 500,00       |                | 2026-12-01      |                   | Open   | In Progress   | 1-Qualify      | 2026-03-01 10:00 | Ben Example
    o3                          | 2026-04-01 10:00            | z     | 500,00       | 0,00           | 2026-12-01      | 2026-06-01        | Lost   | Price         | 2-Develop      | 2026-03-01 10:00 | Ben Example
"""
ZOHO_LEADS = """
    Record Id  | Lead Owner.id | Lead Owner  | Is Converted | Email         | Lead Source | Lead Status | Created Time        | Converted Date Time | Converted Deal.id | Converted Account.id
    -----------+---------------+-------------+--------------+---------------+-------------+-------------+---------------------+---------------------+-------------------+---------------------
    zcrm_10    | zcrm_5        | Ann Example | true         | a@example.com | Trade Show  | Qualified   | 2026-03-01 10:00:00 | 2026-04-01 10:00:00 | zcrm_90           | zcrm_70
    zcrm_11    | zcrm_5        | Ann Example | false        |               | Web         | New         | 2026-03-01 10:00:00 |                     |                   |
"""
ZOHO_DEALS = """
    Record Id | Deal Owner.id | Deal Owner  | Deal Name | Account Name.id | Amount | Stage      | Closing Date | Created Time        | Reason For Loss | Currency
    ----------+---------------+-------------+-----------+-----------------+--------+------------+--------------+---------------------+-----------------+---------
    zcrm_90   | zcrm_5        | Ann Example | x         | zcrm_70         | 100.5  | Closed Won | 2026-05-01   | 2026-04-01 10:00:00 |                 | EUR
"""
CREATED = {"Created On", "Owner"}


def _deals(drop):
    return drop.rows(
        "select opportunity_id, amount, stage, is_closed, is_won, cast(close_date as varchar), strftime(closed_at, '%m-%d'),"
        " loss_reason from canonical.opportunity order by all"
    )


def test_a_deal_of_pipedrive_ends_as_its_status_says(golden):
    drop = golden("pipedrive", {"deals-12345.csv": PIPEDRIVE})
    deals = _deals(drop)
    assert [row[:7] for row in deals] == [
        ("1", Decimal("1200.5"), "closed_won", True, True, "2026-05-15", "05-01"),
        ("2", Decimal(100), "closed_lost", True, False, None, "06-01"),
        ("3", Decimal(300), "proposal", False, False, "2026-12-15", None),
    ]
    moves = "select opportunity_id, stage, strftime(occurred_at, '%m-%d') from canonical.opportunity_stage_event order by all"
    assert [(deal, moment) for deal, _, moment in drop.rows(moves)] == [("1", "05-01"), ("1", "04-20"), ("2", "06-01")]


def test_pipedrives_api_has_every_move_and_names_for_its_stages(golden):
    files = {"deals.csv": PIPEDRIVE_API, "stages.csv": PIPEDRIVE_STAGES, "flow.csv": PIPEDRIVE_FLOW}
    drop = golden("pipedrive", files, source_timezone="Europe/Berlin")
    assert [row[0] for row in _deals(drop)] == ["1"]
    moves = drop.rows(
        "select strftime(occurred_at, '%m-%d %H'), provenance from canonical.opportunity_stage_event order by all"
    )
    assert moves == [("04-05 09", "history"), ("05-01 09", "stage_date_column")]


def test_the_amount_and_day_of_a_dynamics_deal_depend_on_whether_it_is_closed(golden):
    drop = golden("dynamics365", {"All Opportunities.csv": DYNAMICS_DEALS}, own=CREATED)
    assert [row[:7] for row in _deals(drop)] == [
        ("o1", Decimal("900.5"), "closed_won", True, True, "2026-04-28", "04-28"),
        ("o2", Decimal(500), "Qualify", False, False, "2026-12-01", None),
        ("o3", Decimal(0), "closed_lost", True, False, "2026-06-01", "06-01"),
    ]


def test_a_lead_of_dynamics_has_its_hidden_id_and_no_name(golden):
    drop = golden("dynamics365", {"All Leads.csv": DYNAMICS_LEADS}, own=CREATED)
    assert drop.rows("select lead_id, channel, industry from canonical.lead") == [("l1", "event", "Retail")]
    assert drop.column("owner", "display_name") == ["Ben Example"]
    assert "Example" not in drop.column("lead", "owner_id")[0]


def test_zohos_ids_lose_their_prefix_and_converted_leads_know_their_deal(golden):
    drop = golden("zoho", {"Leads_2026_11_20.csv": ZOHO_LEADS, "Deals_001.csv": ZOHO_DEALS})
    assert drop.rows("select lead_id, owner_id, account_id from canonical.lead order by all") == [
        ("10", "5", "70"),
        ("11", "5", None),
    ]
    assert drop.rows("select lead_id, to_stage, provenance from canonical.lifecycle_event order by all") == [
        ("10", "opportunity", "conversion_date"),
        ("11", "lead", "current_only"),
    ]
    assert drop.rows("select primary_lead_id, owner_id, is_won, currency from canonical.opportunity") == [
        ("10", "5", True, "EUR")
    ]
    assert drop.rows("select owner_id, display_name from canonical.owner") == [("5", "Ann Example")]
