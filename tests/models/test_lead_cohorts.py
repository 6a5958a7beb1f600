"""Leads followed until their window ends: who bought, who left, who is still there."""

import pytest

LEADS = """
    lead_id   account_id  created_at
    edge      A1          2026-04-01 23:30
    early     A2          2026-04-10 08:00
    out       A3          2026-04-10 08:00
    lost      A4          2026-04-10 08:00
    late      A5          2026-04-10 08:00
    back      A6          2026-04-10 08:00
    filed     A7          2026-05-10 08:00
    again     A2          2026-05-10 08:00
    y1        B1          2026-07-01 08:00
    y2        B2          2026-09-01 08:00
    y3        B3          2026-09-01 08:00
    y4        B4          2026-09-01 08:00
"""
DEALS = """
    opportunity_id  primary_lead_id  account_id  created_at        close_date  closed_at         is_closed  is_won
    D1              edge             A1          2026-04-20 08:00  2026-06-30  2026-06-30 08:00  true       true
    D2              early            A2          2026-04-20 08:00  2026-04-30  2026-04-30 08:00  true       true
    D4              lost             A4          2026-04-20 08:00  2026-05-30  2026-05-30 08:00  true       false
    D5              late             A5          2026-04-20 08:00  2026-07-10  2026-07-10 08:00  true       true
    D7              filed            A7          2026-04-20 08:00  2026-05-01  2026-05-01 08:00  true       true
    D9              y2               B2          2026-09-05 08:00  2026-09-20  2026-09-20 08:00  true       true
"""
EVENTS = """
    lead_id  occurred_at       to_stage      reason_code
    out      2026-05-10 08:00  disqualified  not_icp
    back     2026-04-20 08:00  recycled      no_timing
    back     2026-06-20 08:00  mql           -
"""


@pytest.fixture
def found(measure):
    """The figures of a second quarter that is over and a third one that is not old enough."""
    return measure("lead_to_customer", "exit_no_purchase", lead=LEADS, opportunity=DEALS, lifecycle_event=EVENTS)


def test_a_win_on_the_last_day_of_the_window_counts_and_one_a_day_later_does_not(found):
    cell = found.cell("lead_to_customer", "2026Q2")
    assert (cell.numerator, cell.n, cell.value) == (2, 6, pytest.approx(1 / 3))
    assert (cell.low, cell.high) == (pytest.approx(0.0967714072), pytest.approx(0.7000066777))


def test_bought_left_and_open_add_up_to_one(found):
    shares = [found.of(f"exit_no_purchase{name}", "2026Q2") for name in (".purchased", "", ".open")]
    assert shares == pytest.approx([1 / 3, 1 / 3, 1 / 3])  # a lead sent back that returned in time is open


def test_an_early_win_of_a_young_lead_waits_with_its_cohort(found):
    cell = found.cell("lead_to_customer", "2026Q3")
    assert (found.of("lead_to_customer", "2026Q3"), cell.n) == ("maturing", 1)
    assert found.of("exit_no_purchase", "2026Q3") == "maturing"


def test_who_lost_a_deal_and_returned_in_time_is_open(measure):
    returned = """
    lead_id  occurred_at       to_stage  reason_code
    lost     2026-06-01 08:00  recycled  no_budget
    lost     2026-06-20 08:00  mql       -
    """
    figures = {"lead": LEADS, "opportunity": DEALS}
    gone = measure("exit_no_purchase", **figures, lifecycle_event=EVENTS)
    back = measure("exit_no_purchase", **figures, lifecycle_event=EVENTS + "\n".join(returned.splitlines()[2:]))
    assert [found.cell("exit_no_purchase", "2026Q2").numerator for found in (gone, back)] == [2, 1]


def test_why_leads_left_is_counted_by_reason(measure):
    talks = "lead_id  occurred_at\nback  2026-06-25 08:00\nlate  2026-06-25 08:00"
    drop = {"lead": LEADS, "opportunity": DEALS, "lifecycle_event": EVENTS, "touch": talks}
    found = measure("exit_no_purchase", **drop)
    assert found.members("exit_no_purchase.reasons", "reason", "2026Q2") == {"not_icp": 1, "Unknown": 1}
    assert found.of("exit_no_purchase.reasons", "2026Q2") == found.cell("exit_no_purchase", "2026Q2").numerator


FAMILIES = """
    lead_id  account_id  created_at
    a1       A           2026-04-02 08:00
    a2       A           2026-05-20 08:00
    b1       B           2026-04-02 08:00
    c1       C           2026-04-02 08:00
    c2       C           2026-04-03 08:00
    d1       -           2026-04-02 08:00
"""
SECOND_LEADS = """
    opportunity_id  primary_lead_id  account_id  created_at        close_date  is_closed  is_won
    D1              a2               A           2026-06-01 08:00  2026-06-20  true       true
    D2              c2               C           2026-04-20 08:00  2026-07-20  true       true
"""


@pytest.mark.parametrize(("unit", "converted", "of"), [("lead", 1, 6), ("account", 1, 3)])
def test_accounts_become_customers_with_any_of_their_leads(measure, unit, converted, of):
    # A buys through its second lead within the window of its first; C does so too late; d1 has no account.
    found = measure(
        "lead_to_customer", lead=FAMILIES, opportunity=SECOND_LEADS, settings={"conversion_unit": unit}
    ).cell("lead_to_customer", "2026Q2")
    assert (found.numerator, found.denominator) == (converted, of)
