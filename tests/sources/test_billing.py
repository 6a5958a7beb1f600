"""Exports of billing systems as they write them, and the subscriptions and revenue they become."""

from __future__ import annotations

from decimal import Decimal

import pytest

STRIPE = """
    id    | Customer ID | Customer Email | Plan | Quantity | Currency | Interval | Amount  | Status   | Start Date (UTC) | Trial End (UTC)  | Canceled At (UTC) | Ended At (UTC)   | Cancellation Reason
    ------+-------------+----------------+------+----------+----------+----------+---------+----------+------------------+------------------+-------------------+------------------+--------------------
    sub_1 | cus_1       | a@example.com  | pro  | 2        | eur      | month    | 50,00   | active   | 2026-01-05 10:00 |                  | 2026-10-01 09:00  |                  |
    sub_2 | cus_2       | b@example.com  | pro  | 1        | eur      | year     | 1200,00 | canceled | 2025-01-05 10:00 | 2025-01-19 10:00 | 2025-06-01 09:00  | 2026-01-19 10:00 | too_expensive
    sub_3 | cus_3       | c@example.com  | pro  | 1        | eur      | year     | 1200,00 | trialing | 2026-11-05 10:00 | 2026-12-19 10:00 |                   |                  |
"""
INVOICES = """
    id   | Number | Customer | Subscription | Status | Currency | Amount Due | Total  | Tax   | Date (UTC)       | Minimum Line Item Period Start (UTC) | Maximum Line Item Period End (UTC)
    -----+--------+----------+--------------+--------+----------+------------+--------+-------+------------------+--------------------------------------+-----------------------------------
    in_1 | A-1    | cus_1    | sub_1        | paid   | eur      | 119.00     | 119.00 | 19.00 | 2026-01-05 10:00 | 2026-01-05 10:00                     | 2026-02-05 10:00
    in_2 | A-2    | cus_1    |              | paid   | eur      | 100.00     | 100.00 |       | 2026-01-08 10:00 |                                      |
    in_3 | A-3    | cus_1    | sub_1        | void   | eur      | 119.00     | 119.00 | 19.00 | 2026-01-05 10:00 | 2026-01-05 10:00                     | 2026-02-05 10:00
"""
CHARGEBEE = """
    subscriptions.id | customers.id | customers.email | subscriptions.plan_id | subscriptions.plan_quantity | subscriptions.plan_unit_price | subscriptions.status | subscriptions.started_at | subscriptions.current_term_start | subscriptions.current_term_end | subscriptions.cancelled_at
    -----------------+--------------+-----------------+-----------------------+-----------------------------+-------------------------------+----------------------+--------------------------+----------------------------------+--------------------------------+---------------------------
    cb1              | c1           | a@example.com   | gold                  | 2                           | 300.00                        | Active               | 2026-01-14               | 2026-04-14                       | 2026-07-14                     |
    cb2              | c2           | b@example.com   | gold                  | 1                           | 1200.00                       | Non Renewing         | 2026-01-14               | 2026-01-14                       | 2027-01-14                     | 2027-01-14
"""
ADDONS = """
    Subscription Id | Addon Id | Addon Quantity | Addon Unit Price
    ----------------+----------+----------------+-----------------
    cb1             | extra    | 3              | 10.00
"""
MONTHLY = """
    id | customer_id | subscription_id | reporting_month | status | billing_currency_code | mrr_billing_currency
    ---+-------------+-----------------+-----------------+--------+-----------------------+---------------------
    1  | c1          | cb1             | 2026-01-01      | Active | EUR                   | 100.00
    2  | c1          | cb1             | 2026-02-01      | Active | EUR                   | 120.00
    3  | c1          | cb1             | 2026-03-01      | Ended  | EUR                   | 0
"""
SUBSCRIPTIONS = (
    "select subscription_id, cast(start_date as varchar), cast(end_date as varchar), mrr, currency"
    " from canonical.subscription order by all"
)


def test_a_stripe_subscription_pays_by_the_month_from_its_trial_to_its_end(golden):
    drop = golden("stripe", {"subscriptions.csv": STRIPE})
    assert drop.rows(SUBSCRIPTIONS) == [
        ("sub_1", "2026-01-05", None, Decimal(100), "EUR"),
        ("sub_2", "2025-01-19", "2026-01-19", Decimal(100), "EUR"),
    ]
    assert drop.outcomes("subscription") == {"read": 3, "kept": 2, "not_selected": 1}


def test_stripe_invoices_are_spread_over_the_days_they_are_for_without_tax(golden):
    drop = golden("stripe", {"unified_payments.csv": INVOICES})
    found = drop.rows("select cast(month as varchar), kind, amount from canonical.revenue order by all")
    assert found == [
        ("2026-01-01", "one_time", Decimal(100)),
        ("2026-01-01", "recurring", Decimal("87.096774")),
        ("2026-02-01", "recurring", Decimal("12.903226")),
    ]
    assert sum(amount for _, _, amount in found) == 200


def test_a_chargebee_subscription_pays_by_the_month_of_its_term_with_its_addons(golden):
    drop = golden("chargebee", {"Subscriptions.csv": CHARGEBEE, "SubscriptionAddons.csv": ADDONS})
    assert drop.rows(SUBSCRIPTIONS) == [
        ("cb1", "2026-01-14", None, Decimal(210), None),
        ("cb2", "2026-01-14", "2027-01-14", Decimal(100), None),
    ]


def test_chargebees_monthly_summary_goes_before_the_state_of_today(golden):
    drop = golden("chargebee", {"Subscriptions.csv": CHARGEBEE, "mrr.csv": MONTHLY})
    assert [row for row in drop.rows(SUBSCRIPTIONS) if row[0] == "cb1"] == [
        ("cb1", "2026-01-01", "2026-02-01", Decimal(100), "EUR"),
        ("cb1", "2026-02-01", "2026-03-01", Decimal(120), "EUR"),
    ]


def test_what_stripe_invoices_and_what_its_subscriptions_pay_by_the_month_agree_over_the_term(golden):
    invoices = INVOICES.replace(
        "2026-01-05 10:00                     | 2026-02-05 10:00", "2025-01-19 10:00 | 2026-01-19 10:00"
    )
    invoices = invoices.replace("119.00 | 19.00", "1428.00 | 228.00").replace("sub_1        | paid", "sub_2 | paid")
    drop = golden("stripe", {"subscriptions.csv": STRIPE, "invoices.csv": invoices})
    paid = drop.rows(
        "select sum(mrr * date_diff('month', start_date, end_date)) from canonical.subscription where subscription_id = 'sub_2'"
    )
    earned = drop.rows("select sum(amount) from canonical.revenue where kind = 'recurring'")
    assert paid == earned == [(Decimal(1200),)]


@pytest.mark.parametrize(
    ("was", "now", "reason"),
    [
        ("100.00     | 100.00", "100.00     | 1OO.00", "unreadable"),
        ("100.00     | 100.00", "100.00     |       ", "missing_required"),
        ("2026-01-08 10:00", "8 Jan 2026", "missing_required"),
    ],
)
def test_an_invoice_that_cannot_be_read_is_set_aside_and_never_left_out_of_a_sum(golden, was, now, reason):
    drop = golden("stripe", {"invoices.csv": INVOICES.replace(was, now)})
    assert [(line, found) for _, line, found, _ in drop.quarantined()] == [(3, reason)]
    assert drop.rows("select sum(amount) from canonical.revenue") == [(Decimal(100),)]


def test_invoices_that_do_not_say_what_they_are_for_count_in_their_month_and_that_is_said(golden):
    text = INVOICES.replace("Maximum Line Item Period End (UTC)", "Due Date (UTC)                    ")
    drop = golden("stripe", {"invoices.csv": text})
    assert drop.column("revenue", "amount") == [Decimal(100), Decimal(100)]
    losses = [finding.text for finding in drop.report.findings if finding.id == "source_loss"]
    assert any("which days they are for" in text for text in losses)


def test_a_subscription_whose_end_cannot_be_read_is_set_aside(golden):
    drop = golden("stripe", {"a.csv": STRIPE.replace("2026-01-19 10:00 | too", "next January     | too")})
    assert [(line, reason) for _, line, reason, _ in drop.quarantined()] == [(3, "unreadable")]


@pytest.mark.parametrize(
    ("status", "term", "ended", "mrr"),
    [
        ("Active", ("2026-04-14", "2026-07-14"), "", Decimal(100)),
        ("Active", ("2026-07-01", "2026-07-08"), "", Decimal("1303.571429")),  # a week
        ("Cancelled", ("2026-04-14", "2026-04-30"), "2026-04-30", Decimal(25)),  # cut short: the plan has years
        ("Paused", ("2026-04-14", "2026-07-14"), "", Decimal(100)),
        ("Active", ("", ""), "", None),  # quarantined: the price may be for a month or for a year
    ],
)
def test_the_price_of_a_term_is_spread_over_what_it_is_for(read, status, term, ended, mrr):
    header = (
        "subscriptions.id,customers.id,subscriptions.plan_id,subscriptions.plan_quantity,subscriptions.plan_unit_price,"
        "subscriptions.status,subscriptions.started_at,subscriptions.current_term_start,subscriptions.current_term_end,"
        "subscriptions.cancelled_at,subscriptions.pause_date\n"
    )
    asked = f"a,c,gold,1,300.00,{status},2026-01-14,{term[0]},{term[1]},{ended},2026-05-01\n"
    yearly = "b,c,gold,1,1200.00,Active,2026-01-14,2026-01-14,2027-01-14,,\n"
    drop = read({"Subscriptions.csv": header + asked + yearly})
    found = drop.rows("select mrr, cast(end_date as varchar) from canonical.subscription where subscription_id = 'a'")
    assert found == ([(mrr, ended or ("2026-05-01" if status == "Paused" else None))] if mrr else [])
    assert [(line, column) for _, line, _, column in drop.quarantined()] == ([] if mrr else [(2, "mrr")])


def test_chargebees_rows_of_months_without_a_subscription_take_nothing_from_the_others(golden):
    monthly = MONTHLY + "    4 | c9 | | 2026-03-01 | Ended | EUR | 5\n"
    drop = golden("chargebee", {"Subscriptions.csv": CHARGEBEE, "mrr.csv": monthly})
    assert "cb2" in drop.column("subscription", "subscription_id")


def test_an_addon_whose_price_cannot_be_read_sets_its_subscription_aside(golden):
    drop = golden("chargebee", {"Subscriptions.csv": CHARGEBEE, "addons.csv": ADDONS.replace("10.00", "ten  ")})
    assert drop.column("subscription", "subscription_id") == ["cb2"]
    assert [(line, column) for _, line, _, column in drop.quarantined()] == [(2, "mrr")]


@pytest.mark.parametrize(("system", "text"), [("stripe", STRIPE), ("chargebee", CHARGEBEE)])
def test_what_billing_does_not_tell_is_said(golden, system, text):
    losses = [
        finding.text for finding in golden(system, {"a.csv": text}).report.findings if finding.id == "source_loss"
    ]
    assert any("as it is today" in text for text in losses)
