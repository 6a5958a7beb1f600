"""Spend, ledger, subscriptions, churn and targets."""

from datetime import date
from decimal import Decimal

import pytest
from models_bench import of_period, same

from generator.agreement import Target

RATES = """
    currency  rate_date  rate
    EUR       10-01      1.10
    EUR       11-02      1.20
"""


def test_spend_is_spread_evenly_over_its_days_at_the_rate_of_each(build):
    facts = build(
        spend="period_start  period_end  amount  currency\n 11-01  11-04  300  EUR",
        fx_rate=RATES,
    )
    assert facts.draw("spend_day", "day amount gap") == same("""
        11-01  110  -
        11-02  120  -
        11-03  120  -
    """)


def test_spend_in_an_unknown_currency_has_a_gap_on_each_day(build):
    facts = build(spend="period_start  period_end  amount  currency\n 11-01  11-03  300  GBP")
    assert facts.draw("spend_day", "day amount gap") == "11-01  -  missing_fx\n11-02  -  missing_fx"


def test_the_total_of_a_month_stands_for_its_parts(build):
    facts = build(
        revenue="""
        account_id  segment  month  kind       amount
        A1          SMB      10-01  recurring  100
        *           SMB      10-01  recurring  150
        *           -        10-01  recurring  400
        A1          SMB      10-01  services   10
        A1          SMB      11-01  recurring  100
        """
    )
    assert facts.draw("ledger", "account_id segment month kind is_in_total") == same("""
        *   -    10-01  recurring  yes
        *   SMB  10-01  recurring  no
        A1  SMB  10-01  recurring  no
        A1  SMB  10-01  services   yes
        A1  SMB  11-01  recurring  yes
    """)


def month_ends(facts, label):
    return facts.draw("account_mrr", "account_id mrr gap", of_period(label))


@pytest.mark.parametrize(
    ("start", "end", "paid"),
    [
        ("11-01", "-", True),  # begins on the very day
        ("11-02", "-", False),
        ("10-01", "11-01", False),  # ends on the very day
        ("10-01", "11-02", True),
        ("12-01", "-", False),  # scheduled
    ],
)
def test_a_subscription_counts_from_its_first_day_to_the_day_before_its_end(build, start, end, paid):
    facts = build(subscription=f"account_id  start_date  end_date  mrr\n A1  {start}  {end}  50")
    assert month_ends(facts, "2026-10") == ("A1  50  -" if paid else "")


def test_subscriptions_of_one_account_segment_and_product_are_one_row(build):
    facts = build(
        subscription="""
        account_id  product  start_date  mrr  currency
        A1          one      09-01       50   USD
        A1          one      10-01       30   EUR
        A1          two      10-01       5    GBP
        A2          one      10-01       0    USD
        """,
        fx_rate=RATES,
    )
    assert month_ends(facts, "2026-10") == same("A1  83  -\nA1  -  missing_fx")


def test_an_account_churns_on_the_day_from_which_it_pays_nothing_at_all(build):
    facts = build(
        subscription="""
        account_id  start_date  end_date  mrr
        gone        05-01       08-01     50
        renewed     05-01       08-01     50
        renewed     08-01       -         60
        two         05-01       08-01     50
        two         05-01       09-01     50
        free        05-01       08-01     50
        free        05-01       -         0
        """
    )
    assert facts.draw("churn", "account_id churned_on") == same("""
        free  08-01
        gone  08-01
        two   09-01
    """)


def test_an_account_that_comes_back_churned_once_and_pays_again(build):
    facts = build(
        subscription="""
        account_id  start_date  end_date  mrr
        A1          05-01       08-01     50
        A1          10-01       -         50
        """
    )
    assert facts.draw("churn", "account_id churned_on") == "A1  08-01"
    assert facts.draw("customer_month", "month", "month >= date '2026-07-01'") == same("07-01\n10-01\n11-01")


def test_the_month_of_a_customer_is_told_at_its_first_day(build):
    facts = build(subscription="account_id  start_date  end_date  mrr\n A1  08-02  10-01  50")
    assert facts.draw("customer_month", "account_id month") == "A1  09-01"


def targets(facts, label, columns="metric team value summed"):
    return facts.draw("target", columns, of_period(label))


MONTHS = """
    metric_id  period_start  period_end  team       value
    mql_count  07-01         08-01       marketing  10
    mql_count  08-01         09-01       marketing  20
    mql_count  09-01         10-01       marketing  30
"""


def test_months_without_a_gap_make_a_quarter(build):
    facts = build(target=MONTHS)
    assert targets(facts, "2026-08") == "mql_count  marketing  20  no"
    assert targets(facts, "2026Q3") == "mql_count  marketing  60  yes"
    assert targets(facts, "2026") == ""


def test_months_with_a_gap_make_no_quarter(build):
    facts = build(target=MONTHS.replace("mql_count  08-01", "sql_count  08-01"))
    assert targets(facts, "2026Q3") == ""


def test_a_quarter_holds_in_its_months_too_unsummed(build):
    facts = build(target="metric_id  period_start  period_end  team  value\n win_rate_count  07-01  10-01  all  0.25")
    assert targets(facts, "2026-08") == targets(facts, "2026Q3") == "win_rate_count  -  0.25  no"


def test_the_version_agreed_last_is_in_force(build):
    facts = build(
        target="""
        metric_id  period_start  period_end  team       value  version  agreed_on
        mql_count  08-01         09-01       marketing  10     v3       -
        mql_count  08-01         09-01       marketing  30     v1       07-20
        mql_count  08-01         09-01       marketing  20     v2       07-01
        """
    )
    assert targets(facts, "2026-08", "value version agreed_on") == "30  v1  07-20"


def sample(metric, version="sample"):
    first, last = date(2026, 8, 1), date(2026, 9, 1)
    return Target(
        id=f"{metric}.{version}", metric=metric, period_start=first, period_end=last, team="all",
        value=Decimal(5), version=version,
    )  # fmt: skip


def test_the_first_real_target_of_a_metric_removes_its_samples(build):
    facts = build(
        targets=(sample("mql_count"), sample("sql_count")),
        target="metric_id  period_start  period_end  team  value\n mql_count  07-01  08-01  sales  9",
    )
    assert targets(facts, "2026-08", "metric version") == "sql_count  sample"


def test_a_target_of_the_drop_goes_before_the_agreed_one_of_its_id(build):
    facts = build(
        targets=(sample("mql_count", "v1"),),
        target="target_id  metric_id  period_start  period_end  team  value\n mql_count.v1  mql_count  08-01  09-01  all  7",
    )
    assert targets(facts, "2026-08", "value") == "7"


@pytest.mark.parametrize(
    ("currency", "worth"), [("USD", "100  -"), ("-", "100  -"), ("EUR", "110  -"), ("GBP", "-  missing_fx")]
)
def test_a_target_is_exchanged_at_the_first_day_of_its_span(build, currency, worth):
    facts = build(
        target=f"metric_id  period_start  period_end  team  value  currency\n revenue_won  11-01  12-01  all  100  {currency}",
        fx_rate=RATES,
    )
    assert targets(facts, "2026-11", "value currency_gap") == worth
