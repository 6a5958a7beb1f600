"""What recurring revenue was at two days: the bridge between them, and who stayed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from models_bench import fill, of_period, packaged_agreement, same

from generator import models

RATES = """
    currency  rate_date   rate
    EUR       2025-10-01  1.00
    EUR       10-01       1.10
"""

#: A year in which everything happens: growth, leaving, coming back, netting, edges and a currency that rose.
YEAR = """
    account_id  subscription_id  start_date  end_date    mrr   currency
    A1          s1               2024-01-01  -           1000  USD
    A1          s2               05-01       -           500   USD
    A2          s3               2024-01-01  06-01       2000  USD
    A3          s4               2024-01-01  03-01       500   USD
    A3          s5               08-01       -           700   USD
    A4          s6               2024-01-01  -           1000  EUR
    A5          s7               2024-01-01  02-01       300   USD
    A5          s8               2024-01-01  -           600   USD
    A5          s9               02-01       -           100   USD
    A6          s10              07-01       -           250   USD
    A7          s11              2024-01-01  2025-11-01  400   USD
    A8          s12              2025-11-01  -           500   USD
    A9          s13              2024-01-01  11-01       200   USD
"""


def retained(facts, label="2026-10"):
    columns = "sum(last_mrr), sum(kept_mrr), sum(first_mrr), sum(is_kept::int), count(*)"
    rows = facts.rows(f"select {columns} from retention where {of_period(label)}")
    return tuple(int(value) for value in rows[0])


def retention(**said):
    base = packaged_agreement().settings.retention
    return {"retention": base.model_copy(update=said)}


def test_retention_follows_the_accounts_that_paid_a_year_ago(build):
    facts = build(subscription=YEAR, fx_rate=RATES)
    assert retained(facts) == (4400, 3700, 6100, 5, 7)


def test_strictly_read_who_came_back_stays_lost(build):
    facts = build(subscription=YEAR, fx_rate=RATES, settings=retention(reactivation="strict"))
    assert retained(facts) == (3700, 3200, 6100, 4, 7)


@pytest.mark.parametrize(
    ("account", "edge"),
    [
        ("A7", "it ended on the first day of the window"),
        ("A6", "it began within the window"),
    ],
)
def test_who_is_no_customer_at_the_start_of_the_window_never_enters(build, account, edge):
    facts = build(subscription=YEAR, fx_rate=RATES)
    assert account not in facts.draw("retention", "account_id", of_period("2026-10")), edge


def test_retention_at_dated_rates_keeps_what_currencies_did(build):
    facts = build(subscription=YEAR, fx_rate=RATES, settings=retention(fx="dated"))
    assert retained(facts)[:3] == (4500, 3700, 6100)


def test_each_subscription_for_itself_hides_no_loss(build):
    facts = build(subscription=YEAR, fx_rate=RATES, settings=retention(grr_grain="subscription"))
    # A3 left one subscription for a dearer one, A5 one of its two for a cheaper one.
    assert retained(facts)[:3] == (4400, 3100, 6100)


def test_before_the_data_begin_nothing_is_said_about_retention(build):
    facts = build(subscription="account_id  start_date  mrr\n A1  2026-03-01  50")
    assert facts.draw("retention", "account_id gap", of_period("2026-06")) == "-  missing_input"
    assert facts.draw("retention", "account_id gap", of_period("2026-01")) == ""


def test_an_account_stands_where_it_paid_most(build):
    facts = build(
        subscription="""
        account_id  product  segment  start_date  mrr
        A1          addon    SMB      2025-01-01  10
        A1          core     ENT      2025-01-01  90
        """
    )
    assert facts.draw("retention", "product segment first_mrr", of_period("2026-09")) == "core  ENT  100"


def test_one_who_leaves_several_products_on_one_day_is_lost_once(build):
    facts = build(
        subscription="""
        account_id  product  start_date  end_date  mrr
        A1          addon    05-01       08-01     10
        A1          core     05-01       08-01     90
        """
    )
    assert facts.draw("churn", "account_id product") == "A1  core"
    assert facts.draw("customer_month", "month product") == same("05-01  core\n06-01  core\n07-01  core")


BRIDGE_RATES = RATES.rstrip() + "\n    EUR       2026-01-01  1.00\n"


def bridge(facts, label="2026", pair="period"):
    where = f"{of_period(label)} and pair = '{pair}'"
    rows = facts.rows(f"select step, sum(amount) from mrr_step where {where} group by step")
    return {step: int(amount) for step, amount in rows}


def test_the_bridge_leads_from_the_opening_to_the_closing_figure(build):
    facts = build(subscription=YEAR, fx_rate=BRIDGE_RATES)
    assert bridge(facts) == {
        "opening": 6100, "new": 250, "expansion": 700, "contraction": -200, "churn": -2200, "fx": 100,
    }  # fmt: skip
    assert facts.rows(f"select sum(mrr) from account_mrr where {of_period('2026')}") == [(4750,)]


def test_by_subscription_a_change_of_contract_is_a_loss_and_a_win(build):
    facts = build(subscription=YEAR, fx_rate=BRIDGE_RATES, settings={"movement_grain": "subscription"})
    assert bridge(facts) == {"opening": 6100, "new": 1550, "churn": -3000, "fx": 100}


def test_who_paid_before_and_nothing_at_the_start_comes_back(build):
    facts = build(
        subscription="""
        account_id  start_date  end_date  mrr
        back        05-01       08-01     50
        back        10-05       -         60
        first       10-05       -         70
        """
    )
    assert bridge(facts, "2026-10") == {"reactivation": 60, "new": 70}
    assert bridge(facts, "2026") == {"new": 130}


def test_without_a_rate_every_step_it_may_fall_into_is_open(build):
    facts = build(subscription="account_id  start_date  mrr  currency\n A1  08-01  50  GBP")
    steps = facts.draw("mrr_step", "step gap", of_period("2026-10") + " and pair = 'period'")
    assert steps == same("opening  missing_fx\nexpansion  missing_fx\ncontraction  missing_fx\nfx  missing_fx")


def test_plan_rates_hold_on_every_day_where_the_policy_is_constant(build):
    fx = packaged_agreement().settings.fx.model_copy(update={"policy": "constant", "constant": {"EUR": 2}})
    facts = build(subscription=YEAR, fx_rate=BRIDGE_RATES, settings={"fx": fx})
    assert bridge(facts)["opening"] == 7100
    assert "fx" not in bridge(facts)


def test_a_customer_begins_with_what_it_pays_on_its_first_day(build):
    facts = build(
        subscription="""
        account_id  start_date  end_date  mrr  currency
        A1          08-01       09-01     50   USD
        A1          08-01       -         20   EUR
        A1          09-01       -         90   USD
        A2          12-01       -         30   USD
        """,
        fx_rate="currency  rate_date  rate\n EUR  07-15  1.10",
    )
    assert facts.draw("first_mrr", "account_id started_on mrr") == same("A1  08-01  72\nA2  12-01  30")


START = st.integers(0, 20)
SUBSCRIPTION = st.tuples(
    st.sampled_from(["A", "B", "C"]),
    START,
    st.none() | st.integers(1, 12),
    st.integers(0, 900),
    st.sampled_from(["USD", "EUR"]),
)


@given(st.lists(SUBSCRIPTION, max_size=8), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bridges_close_gross_is_below_net_and_order_means_nothing(monthly, rows, random):
    found = monthly(rows)
    for opening, moved, closing in found.bridges:
        assert opening + moved == closing
    for first, last, kept in found.retained:
        assert 0 <= kept <= min(first, last)
    random.shuffle(rows)
    again = monthly(rows)
    assert (again.bridges, again.retained) == (found.bridges, found.retained)


@pytest.fixture
def monthly(build):
    """Build only the facts of subscriptions, from rows as they are drawn by chance."""
    rates = "\n".join(["currency  rate_date  rate", *(f"EUR  {month(n)}  1.{n:02}" for n in range(25))])
    engine, folder = build(fx_rate=rates).holding(SUBSCRIPTIONS), Path(models.__file__).parent

    def run(rows):
        fill(engine, "subscription", drawing(rows))
        for fact in SUBSCRIPTIONS:
            engine.run(f"create or replace table {fact} as {(folder / f'{fact}.sql').read_text()}")
        return SimpleNamespace(bridges=engine.rows(BRIDGES), retained=engine.rows(RETAINED))

    return run


SUBSCRIPTIONS = ("day_start", "snapshot_day", "account_mrr", "subscription_pair", "mrr_step", "churn", "retention")


def drawing(rows):
    lines = [
        f"{account}  {account}{mrr}{first}{length}{currency}  {month(first)}"
        f"  {month(first + length) if length else '-'}  {mrr}  {currency}"
        for account, first, length, mrr, currency in rows
    ]
    return "\n".join(["account_id  subscription_id  start_date  end_date  mrr  currency", *dict.fromkeys(lines)])


BRIDGES = """
    with moved as (select * from mrr_step where pair = 'period')
    select
        (select coalesce(sum(amount), 0) from moved where moved.period = p.period and step = 'opening'),
        (select coalesce(sum(amount), 0) from moved where moved.period = p.period and step <> 'opening'),
        (select coalesce(sum(mrr), 0) from account_mrr where account_mrr.period = p.period)
    from period as p where grain in ('month', 'quarter', 'year') and role = 'own' order by p.period
"""
RETAINED = "select first_mrr, last_mrr, kept_mrr from retention where gap is null order by period, account_id"


def month(number):
    """Return the first day of the month that is so many after January 2025."""
    return f"{2025 + number // 12}-{number % 12 + 1:02}-01"


RETENTION = ("nrr", "grr", "logo_retention")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({}, (4400 / 6100, 3700 / 6100, 5 / 7)),
        ({"reactivation": "strict"}, (3700 / 6100, 3200 / 6100, 4 / 7)),
        ({"grr_grain": "subscription"}, (4400 / 6100, 3100 / 6100, 5 / 7)),
        ({"fx": "dated"}, (4500 / 6100, 3700 / 6100, 5 / 7)),
    ],
)
def test_net_gross_and_customer_retention(measure, said, kept):
    found = measure(*RETENTION, subscription=YEAR, fx_rate=RATES, settings=retention(**said))
    assert tuple(found.of(metric) for metric in RETENTION) == pytest.approx(kept)
    assert found.cell("logo_retention").n == 7


def test_a_customer_without_an_exchange_rate_is_a_customer(measure):
    found = measure(*RETENTION, subscription=YEAR.replace("USD", "JPY"), fx_rate=RATES)
    assert [found.of(metric) for metric in RETENTION] == ["missing_fx", "missing_fx", 5 / 7]


def test_a_shorter_window_looks_at_fewer_months(measure):
    found = measure("nrr", subscription=YEAR, fx_rate=BRIDGE_RATES, settings=retention(window_months=10))
    assert found.cell("nrr").denominator == 6100  # on the first day of the year
    assert found.of("nrr") == pytest.approx(4400 / 6100)


def test_under_a_window_of_data_there_is_no_retention(measure):
    found = measure(*RETENTION, subscription="account_id  start_date  mrr\n A1  2026-03-01  50")
    assert [found.of(metric) for metric in RETENTION] == ["missing_input"] * 3


def test_monthly_revenue_and_what_moved_it(measure):
    found = measure("mrr", subscription=YEAR, fx_rate=BRIDGE_RATES)
    assert found.of("mrr", "2026") == 4750
    assert found.of("mrr.arr", "2026") == 12 * 4750
    assert found.of("mrr.opening", "2026") == 6100
    assert found.of("mrr.movement", "2026") == 4750 - 6100
    assert found.members("mrr.movement", "step", "2026") == {
        "new": 250, "expansion": 700, "contraction": -200, "churn": -2200, "fx": 100,
    }  # fmt: skip


def test_without_a_rate_monthly_revenue_is_withheld(measure):
    found = measure(
        "mrr", subscription="account_id  start_date  mrr  currency\n A1  08-01  50  GBP\n A2  08-01  9  USD"
    )
    assert (found.of("mrr"), found.of("mrr.movement")) == ("missing_fx", "missing_fx")


def test_churn_is_lost_customers_over_customer_months(measure):
    rows = ["account_id  segment  start_date  end_date  mrr"]
    rows += [f"S{n}  SMB  2024-01-01  -  100" for n in range(4)] + ["S9  SMB  2024-01-01  2026-05-01  100"]
    rows += [f"E{n}  ENT  2024-01-01  -  1000" for n in range(2)]
    found = measure("churn_rate", subscription="\n".join(rows))
    assert found.of("churn_rate", "2026-10", "segment=SMB") == pytest.approx(1 / 54)
    assert found.of("churn_rate", "2026-10", "segment=ENT") == 0
    assert found.of("churn_rate", "2026-10") == pytest.approx(1 / 78)


def test_the_same_bridge_over_the_window_of_retention(measure):
    found = measure("mrr", subscription=YEAR, fx_rate=RATES)
    assert found.of("mrr") == 4750
    assert found.of("mrr.window_movement") == 4750 - 6100
    assert found.members("mrr.window_movement", "step") == {
        "new": 250, "expansion": 700, "contraction": -200, "churn": -2200, "fx": 100,
    }  # fmt: skip
