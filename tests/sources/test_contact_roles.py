"""Who takes part in a deal, and in which role, as each system writes it."""

from __future__ import annotations

LEAD = """
    Id                 | IsDeleted | LastName | Status    | IsConverted | ConvertedContactId | CreatedDate
    -------------------+-----------+----------+-----------+-------------+--------------------+---------------------
    00Q000000000001AAA | false     | One      | Qualified | true        | 003000000000001AAA | 2026-01-05T10:00:00Z
    00Q000000000002AAA | false     | Two      | Qualified | true        | 003000000000002AAA | 2026-01-06T10:00:00Z
"""
OPPORTUNITY = """
    Id                 | IsDeleted | AccountId          | Name | StageName | CloseDate  | IsClosed | IsWon | OwnerId            | CreatedDate
    -------------------+-----------+--------------------+------+-----------+------------+----------+-------+--------------------+---------------------
    006000000000001AAA | false     | 001000000000001AAA | Deal | Proposal  | 2026-12-01 | false    | false | 005000000000001AAA | 2026-02-05T10:00:00Z
"""
ROLES = """
    Id                 | OpportunityId      | ContactId          | Role           | IsPrimary | CreatedDate          | IsDeleted
    -------------------+--------------------+--------------------+----------------+-----------+----------------------+----------
    00K000000000001AAA | 006000000000001AAA | 003000000000001AAA | Decision Maker | true      | 2026-02-05T10:00:00Z | false
    00K000000000002AAA | 006000000000001AAA | 003000000000002AAA |                | false     | 2026-02-06T10:00:00Z | false
    00K000000000003AAA | 006000000000001AAA | 003000000000002AAA | Evaluator      | false     | 2026-02-07T10:00:00Z | true
    00K000000000004AAA | 006000000000001AAA | 003000000000009AAA | Evaluator      | false     | 2026-02-07T10:00:00Z | false
    00K000000000005AAA | 006000000000009AAA | 003000000000001AAA | Evaluator      | false     | 2026-02-07T10:00:00Z | false
"""
FOUND = (
    "select opportunity_id[15:15], lead_id[15:15], role, is_primary, cast(since as date)::varchar"
    " from canonical.contact_role order by all"
)


def test_roles_of_salesforce_contacts_are_roles_of_the_leads_they_came_from(golden):
    drop = golden("salesforce", {"a.csv": LEAD, "b.csv": OPPORTUNITY, "c.csv": ROLES})
    assert drop.rows(FOUND) == [
        ("1", "1", "Decision Maker", True, "2026-02-05"),
        ("1", "2", None, False, "2026-02-06"),
    ]
    assert drop.outcomes("contact_role") == {"read": 5, "kept": 2, "orphan": 1, "not_selected": 2}


def test_a_role_given_after_the_drop_was_taken_is_left_out(golden):
    drop = golden("salesforce", {"a.csv": LEAD, "b.csv": OPPORTUNITY, "c.csv": ROLES}, as_of="2026-02-05")
    assert drop.rows(FOUND) == [("1", "1", "Decision Maker", True, "2026-02-05")]


def test_a_copy_in_a_warehouse_says_the_same(read):
    files = {
        "lead.csv": "id,status,is_converted,converted_contact_id,created_date,owner_id,last_name,_fivetran_synced\n"
        "00Q000000000001AAA,Qualified,true,003000000000001AAA,2026-01-05 10:00:00,005000000000001AAA,x,2026-11-01\n",
        "roles.csv": "id,opportunity_id,contact_id,role,is_primary,created_date,is_deleted,_dlt_load_id,_dlt_id\n"
        "00K000000000001AAA,006000000000001AAA,003000000000001AAA,Evaluator,true,2026-02-05 10:00:00,false,1,a\n",
    }
    assert read(files).rows(FOUND) == [("1", "1", "Evaluator", True, "2026-02-05")]


def test_pairs_of_hubspot_count_once_wherever_they_are_named(read):
    files = {
        "contacts.csv": "Record ID,Create Date,Lifecycle Stage,Email,Associated Deal IDs\n"
        "1,2026-01-01 09:00,Lead,,10;11\n2,2026-01-02 09:00,Lead,,\n",
        "deals.csv": "Record ID,Deal Stage,Create Date,Amount,Associated Contact IDs\n"
        "10,Proposal,2026-01-05 09:00,5,1;2\n11,Proposal,2026-01-05 09:00,5,1\n",
        "between.csv": "deal_id,contact_id,_fivetran_synced\n11,1,2026-11-01\n11,2,2026-11-01\n",
    }
    drop = read(files)
    assert drop.rows("select opportunity_id, lead_id from canonical.contact_role order by all") == [
        ("10", "1"), ("10", "2"), ("11", "1"), ("11", "2"),
    ]  # fmt: skip
    assert drop.rows("select opportunity_id, primary_lead_id from canonical.opportunity order by all") == [
        ("10", "1"), ("11", "1"),
    ]  # fmt: skip


def test_prospects_of_a_pardot_deal_take_part_in_it(golden):
    prospects = """
        id | created_at          | email         | grade | score | crm_lead_fid       | updated_at
        ---+---------------------+---------------+-------+-------+--------------------+--------------------
        1  | 2026-01-01 10:00:00 | a@example.com | A     | 10    | 00Q000000000001AAA | 2026-01-02 10:00:00
        2  | 2026-01-01 10:00:00 | b@example.com | A     | 10    |                    | 2026-01-02 10:00:00
    """
    pairs = """
        opportunity_id | prospect_id | updated_at
        ---------------+-------------+--------------------
        77             | 1           | 2026-01-02 10:00:00
        77             | 2           | 2026-01-02 10:00:00
    """
    drop = golden("pardot", {"a.csv": prospects, "b.csv": pairs})
    found = drop.rows("select opportunity_id, lead_id from canonical.contact_role order by all")
    assert found == [("77", "00Q000000000001AAA"), ("77", "2")]


def test_two_roles_of_one_person_are_two_rows_of_a_canonical_file(read):
    drop = read(
        {"contact_role.csv": "opportunity_id,lead_id,role,is_primary,since\nd,l,Buyer,true,2026-01-01\nd,l,User,,\n"}
    )
    assert drop.rows("select role, is_primary from canonical.contact_role order by all") == [
        ("Buyer", True), ("User", None),
    ]  # fmt: skip


def test_an_invoice_for_no_time_at_all_is_set_aside(read):
    rows = (
        "invoice_id,period_start,period_end,team,category,channel,amount,currency\n"
        "A-1,2026-01-01,2026-02-01,marketing,program,Google Ads,100.50,EUR\n"
        "A-2,2026-01-01,2026-01-01,marketing,program,Google Ads,1,EUR\n"
    )
    drop = read({"vendor_invoice.csv": rows})
    assert drop.rows("select invoice_id, channel, cast(amount as varchar) from canonical.vendor_invoice") == [
        ("A-1", "paid_search", "100.500000")
    ]
    assert drop.outcomes("vendor_invoice") == {"read": 2, "kept": 1, "inconsistent": 1}
