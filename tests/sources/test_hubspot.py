"""HubSpot's exports as it writes them: by label, by internal name, and as a warehouse copies them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.engine import open_engine
from generator.sources.cells import MACROS
from tests.sources.conftest import drawn

CONTACTS = """
    Record ID | Create Date      | Email         | Lifecycle Stage | Original Traffic Source | Contact owner | Owner assigned date | Date entered "Marketing Qualified Lead (Lifecycle Stage Pipeline)" | Became a Marketing Qualified Lead Date | Date entered 'Customer (Lifecycle Stage Pipeline)' | Became an Evangelist Date | First Conversion Date | Recent Conversion Date | Latest Traffic Source | Create Date
    ----------+------------------+---------------+-----------------+-------------------------+---------------+---------------------+--------------------------------------------------------------------+----------------------------------------+----------------------------------------------------+---------------------------+-----------------------+------------------------+-----------------------+------------
    101       | 2026-03-02 09:00 | a@example.com | Customer        | Paid Search             | Ann Example   | 2026-03-03 10:00    | 2026-03-04 08:00                                                   | 2026-03-03 08:00                       | 2026-06-01 12:00                                   | 2026-07-01 12:00          | 2026-03-02 09:00      | 2026-03-20 09:00       | Email Marketing       | 1999-01-01
    102       | 2026-03-05 09:00 |               | Lead            | Organic Search          |               |                     |                                                                    | 2026-03-09 08:00                       |                                                    |                           |                       |                        |                       |
"""
CONTACTS_BY_NAME = """
    hs_object_id | createdate           | email         | lifecyclestage | hs_analytics_source | hubspot_owner_id | hubspot_owner_assigneddate | hs_v2_date_entered_marketingqualifiedlead | hs_lifecyclestage_marketingqualifiedlead_date | hs_v2_date_entered_customer | hs_v2_date_entered_evangelist | first_conversion_date | recent_conversion_date | hs_latest_source
    -------------+----------------------+---------------+----------------+---------------------+------------------+----------------------------+-------------------------------------------+-----------------------------------------------+-----------------------------+-------------------------------+-----------------------+------------------------+-----------------
    101          | 2026-03-02T09:00:00Z | a@example.com | customer       | PAID_SEARCH         | 77               | 2026-03-03T10:00:00Z       | 2026-03-04T08:00:00Z                      | 2026-03-03T08:00:00Z                          | 2026-06-01T12:00:00Z        | 2026-07-01T12:00:00Z          | 2026-03-02T09:00:00Z  | 2026-03-20T09:00:00Z   | EMAIL_MARKETING
    102          | 2026-03-05T09:00:00Z |               | lead           | ORGANIC_SEARCH      |                  |                            |                                           | 2026-03-09T08:00:00Z                          |                             |                               |                       |                        |
"""
DEALS = """
    Record ID | Deal Name    | Create Date      | Deal Stage     | Amount   | Currency | Close Date       | Deal Type         | Is Deal Closed? | Is Closed Won | Deal owner  | Associated Contact IDs | Date entered "Appointment Scheduled (Sales Pipeline)" | Date entered "Closed Won (Sales Pipeline)" | Closed Lost Reason
    ----------+--------------+------------------+----------------+----------+----------+------------------+-------------------+-----------------+---------------+-------------+------------------------+-------------------------------------------------------+--------------------------------------------+-------------------
    900       | Example deal | 2026-04-01 09:00 | Closed Won     | 1200.50  | EUR      | 2026-06-01 00:00 | New Business      | True            | true          | Ann Example | 101;102                | 2026-04-01 09:00                                      | 2026-05-30 15:00                           |
    901       | Other deal   | 2026-04-02 09:00 | Contract Sent  |          | EUR      | 2026-12-01 00:00 | Existing Business | False           | No            | Ann Example | 102                    | 2026-04-02 09:00                                      |                                            |
"""
CALLS = """
    Record ID | Activity date    | Activity assigned to | Call outcome   | Call direction | Associated Contact IDs
    ----------+------------------+----------------------+----------------+----------------+-----------------------
    500       | 2026-03-03 11:00 | Ann Example          | Left voicemail | Outbound       | 101
    501       | 2026-03-04 11:00 | Ben Example          | Connected      | Inbound        | 102
"""
STAGES = (
    "select lead_id, to_stage, strftime(occurred_at, '%m-%d %H') from canonical.lifecycle_event"
    " where provenance <> 'current_only' order by all"
)


@pytest.fixture(params=["by label", "by internal name"])
def contacts(request, golden):
    drawing = CONTACTS if request.param == "by label" else CONTACTS_BY_NAME
    return golden("hubspot", {"hubspot-crm-exports-all-contacts-2026-11-20.csv": drawing})


def test_each_generation_of_date_columns_tells_when_a_stage_was_entered_the_newest_first(contacts):
    assert contacts.rows(STAGES) == [
        ("101", "customer", "06-01 12"),
        ("101", "mql", "03-04 08"),
        ("102", "mql", "03-09 08"),
    ]
    # No date tells since when the second one is a lead, as it stands now.
    assert contacts.column("lifecycle_event", "provenance") == ["current_only"] + ["stage_date_column"] * 3


def test_a_contact_has_its_channel_creation_and_both_its_forms(contacts):
    found = contacts.rows("select lead_id, channel, strftime(created_at, '%m-%d') from canonical.lead order by all")
    assert found == [("101", "paid_search", "03-02"), ("102", "organic_search", "03-05")]
    touches = contacts.rows(
        "select touch_id, channel, strftime(occurred_at, '%m-%d') from canonical.touch order by all"
    )
    assert touches == [("101:first", "paid_search", "03-02"), ("101:recent", "email", "03-20")]
    assert not contacts.report.quarantine


def test_deals_know_their_contact_their_stages_and_when_they_closed(golden):
    drop = golden("hubspot", {"contacts.csv": CONTACTS, "deals.csv": DEALS})
    deals = drop.rows(
        "select opportunity_id, primary_lead_id, type, amount, stage, is_closed, is_won,"
        " strftime(closed_at, '%m-%d %H') from canonical.opportunity order by all"
    )
    assert deals == [
        ("900", "101", "new_business", Decimal("1200.5"), "closed_won", True, True, "05-30 15"),
        ("901", "102", "expansion", None, "negotiation", False, False, None),
    ]
    moves = "select opportunity_id, stage, provenance from canonical.opportunity_stage_event order by all"
    assert [row[:2] for row in drop.rows(moves)] == [
        ("900", "closed_won"),
        ("900", "prospecting"),
        ("901", "prospecting"),
    ]


def test_owners_that_are_known_by_name_alone_get_an_id_that_does_not_say_it(golden):
    drop = golden(
        "hubspot", {"contacts.csv": CONTACTS, "calls.csv": CALLS}, own={"Record ID", "Associated Contact IDs"}
    )
    owners = drop.rows("select owner_id, display_name from canonical.owner order by display_name")
    assert [name for _, name in owners] == ["Ann Example", "Ben Example"]
    assert not any("xample" in ident for ident, _ in owners)
    assert {row[0] for row in drop.rows("select owner_id from canonical.activity")} == {ident for ident, _ in owners}
    assert drop.rows("select activity_id, type, direction, outcome from canonical.activity order by all") == [
        ("500", "call", "outbound", "voicemail"),
        ("501", "call", "inbound", "connected"),
    ]


HISTORY = {
    "fivetran": "contact_id | timestamp | name | value | source | source_id | _fivetran_synced",
    "airbyte": "vid | timestamp | property | value | sourceType | sourceId | sourceLabel",
    "dlt": "object_id | timestamp | property_name | value | source_type | a | b",
}


@pytest.mark.parametrize("copier", HISTORY)
def test_the_history_of_a_property_goes_before_its_date_columns(golden, copier):
    history = f"""
        {HISTORY[copier]}
        101 | 2026-03-02T09:00:00Z | lifecyclestage | lead                   | x | y | z
        101 | 2026-03-03T08:00:00Z | lifecyclestage | marketingqualifiedlead | x | y | z
        101 | 2026-03-04T08:00:00Z | lifecyclestage | marketingqualifiedlead | x | y | z
        101 | 2026-03-04T08:00:00Z | jobtitle       | boss                   | x | y | z
    """
    files = {"contacts.csv": CONTACTS, "contacts_property_history.csv": history}
    drop = golden("hubspot", files, own={"a", "b", "vid", "_fivetran_synced"})
    assert drop.rows(STAGES) == [
        ("101", "customer", "06-01 12"),
        ("101", "lead", "03-02 09"),
        ("101", "mql", "03-03 08"),
        ("101", "mql", "03-04 08"),
        ("102", "mql", "03-09 08"),
    ]
    losses = [finding.text for finding in drop.report.findings if finding.id == "source_loss"]
    assert not any("date columns hold the latest entry into each stage" in text for text in losses)


#: Nobody says how HubSpot's pages name these columns; of each way that is read here the content is the same.
REVISIONS = {
    "again": "Record ID | Lifecycle Stage | Timestamp | Source | Lifecycle Stage | Timestamp | Source",
    "numbered": "Contact ID | Lifecycle Stage 1 | Date 1 | Source 1 | Lifecycle Stage 2 | Date 2 | Source 2",
    "with its name": "Record ID | Lifecycle Stage value (1) | Lifecycle Stage timestamp (1) | By | Lifecycle Stage value (2)"
    " | Lifecycle Stage timestamp (2) | By whom",
}


@pytest.mark.parametrize("form", REVISIONS)
def test_the_property_history_that_hubspots_pages_export_is_a_history_in_utc(read, form):
    rows = (
        "\n101,Marketing Qualified Lead,2026-03-04 08:00,CRM,Lead,2026-03-02 09:00,Form"
        "\n102,Other,2026-03-09 08:00,CRM,Lead,2026-03-05,Form\n103,Lead,2026-03-09 08:00,CRM,,,\n"
    )
    header = ",".join(name.strip() for name in REVISIONS[form].split("|"))
    files = {"contacts.csv": drawn(CONTACTS), "lifecycle.csv": header + rows}
    drop = read(files, source_timezone="Europe/Berlin")
    found = "select lead_id, to_stage, strftime(occurred_at, '%m-%d %H'), precision, provenance from canonical.lifecycle_event"
    assert drop.rows(f"{found} order by all") == [
        ("101", "customer", "06-01 10", "instant", "stage_date_column"),
        ("101", "lead", "03-02 09", "instant", "history"),
        ("101", "mql", "03-04 08", "instant", "history"),
        ("102", "lead", "03-05 00", "day", "history"),
        ("102", "mql", "03-09 07", "instant", "stage_date_column"),
    ]
    assert drop.outcomes("lifecycle_event")["orphan"] == 1
    losses = [finding.text for finding in drop.report.findings if finding.id == "source_loss"]
    assert any("last 45 values" in text for text in losses)
    assert not any("latest entry into each stage" in text for text in losses)


def test_the_stage_history_of_a_deal_goes_before_its_dates(read):
    rows = "\n900,Closed Won,2026-05-29 08:00,Appointment Scheduled,2026-04-01 09:00\n901,Contract Sent,2026-04-02 09:00,,\n"
    files = {"deals.csv": drawn(DEALS), "stages.csv": "Record ID,Deal Stage,Timestamp,Deal Stage,Timestamp" + rows}
    moves = "select opportunity_id, stage, strftime(occurred_at, '%m-%d'), provenance from canonical.opportunity_stage_event"
    assert read(files).rows(f"{moves} order by all") == [
        ("900", "closed_won", "05-29", "history"),
        ("900", "prospecting", "04-01", "history"),
        ("901", "negotiation", "04-02", "history"),
    ]


def test_a_date_of_an_associated_record_is_not_the_contacts_own(golden):
    again = CONTACTS.replace("First Conversion Date | ", "Date entered 'Customer (Lifecycle Stage Pipeline)' | ")
    again = again.replace("Became an Evangelist Date |", "First Conversion Date     |", 1)
    drop = golden("hubspot", {"contacts.csv": again.replace("2026-06-01 12:00 ", "                 ")})
    assert [stage for lead, stage, _ in drop.rows(STAGES) if lead == "101"] == ["mql"]


def test_a_copy_in_a_warehouse_has_its_times_in_utc_and_the_stage_history_of_deals(golden):
    contacts = """
        id  | property_createdate | property_email | property_lifecyclestage | property_hs_v2_date_entered_customer | _fivetran_synced    | _fivetran_deleted
        ----+---------------------+----------------+-------------------------+--------------------------------------+---------------------+------------------
        101 | 2026-03-02 09:00:00 | a@example.com  | customer                | 2026-06-01 12:00:00                  | 2026-11-19 00:00:00 | FALSE
        103 | 2026-03-02 09:00:00 | b@example.com  | lead                    |                                      | 2026-11-19 00:00:00 | TRUE
    """
    deals = """
        deal_id | deal_pipeline_stage_id | property_createdate | property_amount | is_deleted | owner_id | _fivetran_synced
        --------+------------------------+---------------------+-----------------+------------+----------+--------------------
        900     | 4711                   | 2026-04-01 9:00:00  | 100             | false      | 77       | 2026-11-19 00:00:00
    """
    names = """
        stage_id | label      | pipeline_id | is_closed | closed_won | _fivetran_synced
        ---------+------------+-------------+-----------+------------+--------------------
        4711     | Closed Won | default     | TRUE      | TRUE       | 2026-11-19 00:00:00
        4710     | Demo       | default     | FALSE     | FALSE      | 2026-11-19 00:00:00
    """
    stages = """
        deal_id | date_entered        | value | _fivetran_start     | _fivetran_synced
        --------+---------------------+-------+---------------------+--------------------
        900     | 2026-04-01 09:00:00 | 4710  | 2026-04-01 09:00:00 | 2026-11-19 00:00:00
        900     | 2026-05-01 6:00:00  | 4711  | 2026-05-01 06:00:00 | 2026-11-19 00:00:00
    """
    own = {"property_lifecyclestage", "property_hs_v2_date_entered_customer"}
    files = {"hs_contact.csv": contacts, "hs_deal.csv": deals, "hs_stage.csv": names, "hs_deal_stage.csv": stages}
    drop = golden("hubspot", files, own=own, source_timezone="Europe/Berlin")
    assert [str(at) for at in drop.column("lead", "created_at")] == ["2026-03-02 09:00:00"]
    assert drop.rows(STAGES) == [("101", "customer", "06-01 12")]
    assert drop.rows("select stage, is_won, strftime(closed_at, '%m-%d %H') from canonical.opportunity") == [
        ("closed_won", True, "05-01 06")
    ]
    moves = drop.rows("select stage, provenance from canonical.opportunity_stage_event order by occurred_at")
    assert [provenance for _, provenance in moves] == ["history", "history"]
    assert drop.finding("naive_time") is None


COPIES = {
    "airbyte": """
        id  | archived | properties.createdate | properties_email | properties_lifecyclestage | properties.hs_v2_date_entered_customer | _airbyte_extracted_at
        ----+----------+-----------------------+------------------+---------------------------+----------------------------------------+----------------------
        101 | false    | 2026-03-02 09:00:00   | a@example.com    | customer                  | 2026-06-01 12:00:00                    | 2026-11-19 00:00:00
        103 | true     | 2026-03-02 09:00:00   | b@example.com    | lead                      |                                        | 2026-11-19 00:00:00
    """,
    "dlt": """
        hs_object_id | is_deleted | createdate           | email         | lifecyclestage | hs_date_entered_customer | _dlt_load_id
        -------------+------------+----------------------+---------------+----------------+--------------------------+-------------
        101          | false      | 2026-03-02 09:00:00  | a@example.com | customer       | 2026-06-01 12:00:00      | 1
        103          | true       | 2026-03-02 09:00:00  | b@example.com | lead           |                          | 1
    """,
}


@pytest.mark.parametrize("copier", COPIES)
def test_each_copier_gives_the_same_contacts(golden, copier):
    own = {name for name in COPIES[copier].split() if "_" in name or "." in name}
    drop = golden("hubspot", {"copy.csv": COPIES[copier]}, own=own | {"id"}, source_timezone="Europe/Berlin")
    assert drop.rows("select lead_id, strftime(created_at, '%m-%d %H') from canonical.lead") == [("101", "03-02 09")]
    assert drop.rows(STAGES) == [("101", "customer", "06-01 12")]


@settings(max_examples=60, deadline=None)
@given(moment=st.datetimes(datetime(1990, 1, 1), datetime(2059, 1, 1)), sign=st.sampled_from("T "))
def test_a_time_of_a_warehouse_is_the_same_instant_alone_and_in_a_family(moment, sign):
    engine = open_engine()
    engine.run(MACROS)
    text = moment.isoformat(sign)
    alone, held = engine.rows(f"select instant(zoned('{text}')), zoned_values('{{\"mql\":\"{text}\"}}')")[0]
    engine.close()
    assert alone == moment
    assert held == f'{{"mql":"{text}Z"}}'


def test_the_real_copy_of_a_portal_reads_without_a_mapping(read, shared):
    drop = read(folder=shared / "data/fivetran_seeds/dbt_hubspot")
    assert drop.outcomes("lead") == {"read": 22, "kept": 22}
    claimed = {file.path for file in drop.report.files if file.profile == "hubspot"}
    assert {"contact_data.csv", "deal_data.csv", "deal_stage_data.csv", "owner_data.csv"} <= claimed
    assert not any(name.startswith("ticket") for name in claimed)
