"""KPIs of money: what it costs to win customers, what they are worth, and what is left."""

from __future__ import annotations

import pytest
from models_bench import packaged_agreement


def of(block: str, **said):
    """Return the settings with some keys of a block said otherwise."""
    return {block: getattr(packaged_agreement().settings, block).model_copy(update=said)}


def about(number: float):
    return pytest.approx(number, rel=1e-9)


SPEND = """
    period_start  period_end  team       category  purpose      channel      region  segment  amount
    07-01         10-01       marketing  program   acquisition  paid_search  EMEA    SMB      1000
    07-01         10-01       marketing  people    acquisition  -            EMEA    SMB      900
    07-01         10-01       sales      people    acquisition  -            AMER    SMB      1600
    07-01         10-01       sales      people    expansion    -            AMER    SMB      300
    07-01         10-01       marketing  program   brand        display      EMEA    SMB      100
    09-16         10-16       marketing  program   acquisition  event        EMEA    SMB      200
"""

WON = """
    opportunity_id  account_id  primary_lead_id  is_closed  is_won  close_date  region  segment  type          amount
    O1              A1          L1               true       true    09-10       EMEA    SMB      new_business  1200
    O2              A2          L2               true       true    09-10       AMER    SMB      new_business  1200
    O3              A3          -                true       true    09-10       APAC    ENT      new_business  12000
    O4              A3          -                true       true    09-20       APAC    ENT      new_business  500
    O5              A1          -                true       true    09-20       EMEA    SMB      expansion     800
"""

LEADS = """
    lead_id  account_id  created_at        channel      region  segment  origin_team
    L1       A1          2026-08-01 08:00  paid_search  EMEA    SMB      marketing
    L2       A2          2026-08-01 08:00  outbound     AMER    SMB      sales
"""


def test_a_customer_costs_what_both_teams_spent_to_win_it(measure):
    found = measure("cac", spend=SPEND, opportunity=WON)
    assert found.of("cac", "2026Q3") == about(3600 / 3)
    assert found.of("cac", "2026Q3", "region=EMEA") == about(2000)
    assert found.of("cac", "2026Q3", "region=APAC") == "missing_input"


@pytest.mark.parametrize(("scope", "spent"), [("fully_loaded", 3600), ("program_only", 1100), ("all_sm", 4000)])
def test_which_spend_counts_is_agreed(measure, scope, spent):
    found = measure("cac", spend=SPEND, opportunity=WON, settings=of("cac", scope=scope))
    assert found.of("cac", "2026Q3") == about(spent / 3)


def test_spend_may_be_held_against_later_wins(measure):
    spend = "period_start  period_end  amount\n 08-11  09-10  300"
    found = measure("cac", spend=spend, opportunity=WON, settings=of("cac", lag_days=21))
    assert found.of("cac", "2026-09") == about(300 / 3)
    assert found.of("cac", "2026-08") is None


def test_paid_channels_are_held_against_the_customers_they_brought(measure):
    found = measure("cac_paid", spend=SPEND, opportunity=WON, lead=LEADS)
    assert found.of("cac_paid", "2026Q3") == about(1100 / 1)
    assert found.of("cac_paid", "2026Q3", "channel=paid_search") == about(1000)
    assert found.of("cac_paid", "2026Q3", "channel=event") == "zero_denominator"


def test_which_channels_are_paid_is_agreed(measure):
    found = measure("cac_paid", spend=SPEND, opportunity=WON, lead=LEADS, settings={"paid_channels": ("outbound",)})
    assert found.of("cac_paid", "2026Q3") == 0
    assert found.of("cac_paid", "2026Q3", "channel=outbound") == "missing_input"


LEDGER = """
    account_id  segment  month  kind       amount  cogs
    *           -        07-01  recurring  3000    600
    *           -        08-01  recurring  3500    700
    *           -        09-01  recurring  3500    700
    *           -        08-01  services   2500    2000
"""


def test_margins_of_kinds_stand_apart(measure):
    found = measure("gross_margin", revenue=LEDGER)
    assert found.of("gross_margin", "2026Q3") == about(0.8)
    assert found.of("gross_margin.total", "2026Q3") == about(0.68)
    assert found.members("gross_margin.total", "type", "2026Q3") == {"recurring": about(0.8), "services": about(0.2)}
    assert found.of("gross_margin.assumed", "2026Q3") == 0


@pytest.mark.parametrize(("kind", "margin"), [("services", 0.2), ("all", 0.68)])
def test_the_kind_of_the_headline_is_agreed(measure, kind, margin):
    assert measure("gross_margin", revenue=LEDGER, settings={"gross_margin_kind": kind}).of(
        "gross_margin", "2026Q3"
    ) == about(margin)


COSTLESS = "account_id  month  kind  amount  cogs\n *  08-01  recurring  100  -\n *  09-01  recurring  300  90"


def test_without_a_cost_there_is_no_margin_unless_one_is_assumed(measure):
    assert measure("gross_margin", revenue=COSTLESS).of("gross_margin", "2026Q3") == "missing_input"
    assumed = measure("gross_margin", revenue=COSTLESS, settings={"gross_margin_assumed": 0.5})
    cell = assumed.cell("gross_margin", "2026Q3")
    assert (cell.value, cell.status) == (about((50 + 210) / 400), "provisional")
    assert assumed.of("gross_margin.assumed", "2026Q3") == about(0.25)


def test_without_a_ledger_an_assumed_margin_is_all_there_is(measure):
    found = measure("gross_margin", settings={"gross_margin_assumed": 0.75})
    assert found.of("gross_margin", "2026Q3") == 0.75
    assert found.of("gross_margin.assumed", "2026Q3") == 1


def test_contribution_is_what_cost_and_spend_leave(measure):
    spend = "period_start  period_end  team  purpose  amount\n 07-01  10-01  sales  brand  4000"
    ledger = "account_id  month  kind  amount  cogs\n *  07-01  recurring  10000  2000\n *  08-01  services  2500  2000"
    ledger += "\n *  09-01  services  0  0"
    found = measure("sm_contribution", revenue=ledger, spend=spend)
    assert found.of("sm_contribution", "2026Q3") == about(4500)
    assert found.of("sm_contribution.share", "2026Q3") == about(0.36)


def test_a_segment_without_spend_of_its_own_is_no_cheap_one(measure):
    spend = "period_start  period_end  segment  amount\n 09-01  10-01  SMB  10\n 09-01  10-01  -  5"
    ledger = "account_id  segment  month  kind  amount  cogs\n *  SMB  09-01  recurring  100  20\n *  ENT  09-01  recurring  50  0"
    found = measure("sm_contribution", revenue=ledger, spend=spend)
    assert found.members("sm_contribution", "segment", "2026-09") == {"SMB": about(70), "Unknown": about(45)}


def test_new_business_is_held_against_all_that_was_won(measure):
    deals = """
        opportunity_id  type          is_closed  is_won  close_date  amount
        O1              new_business  true       true    09-10       400000
        O2              expansion     true       true    09-10       100000
        O3              renewal       true       true    09-10       300000
        O4              new_business  true       false   09-10       900000
    """
    assert measure("revenue_mix", opportunity=deals).of("revenue_mix", "2026-09") == 0.5


def test_expansion_is_money_won_from_customers_and_how_much_marketing_touched(measure):
    deals = """
        opportunity_id  account_id  primary_lead_id  type       is_closed  is_won  close_date  closed_at    amount  created_at
        O1              A1          L1               expansion  true       true    09-10       09-10 08:00  30000   2026-09-01 08:00
        O2              A2          L2               expansion  true       true    09-10       09-10 08:00  20000   2026-09-01 08:00
    """
    found = measure("expansion_revenue", opportunity=deals, lead=LEADS, touch="lead_id  occurred_at\n L1  08-20 08:00")
    assert found.of("expansion_revenue", "2026-09") == 50000
    assert found.of("expansion_revenue.touched", "2026-09") == 0.6
    without = measure("expansion_revenue", opportunity=deals, lead=LEADS)
    assert without.of("expansion_revenue.touched", "2026-09") == "missing_input"


def test_cost_to_convert_is_what_sales_spent_to_acquire(measure):
    events = "\n".join(
        ["lead_id  occurred_at  to_stage", *(f"L{n}  08-0{n} 10:00  sql" for n in range(1, 5)), "L9  09-30 23:30  mql"]
    )
    leads = "\n".join(["lead_id  region", *(f"L{n}  AMER" for n in range(1, 5)), "L9  AMER"])
    found = measure("cost_to_convert", spend=SPEND, opportunity=WON, lead=leads, lifecycle_event=events)
    assert found.of("cost_to_convert", "2026Q3") == about(400)
    assert found.of("cost_to_convert", "2026Q3", "region=AMER") == about(400)
    assert found.of("cost_to_convert.win", "2026Q3") == about(1600 / 4)


SUBSCRIPTIONS = """
    account_id  product  segment  start_date  end_date  mrr
    A1          core     SMB      09-15       -         100
    A2          core     SMB      10-05       -         100
    A3          core     ENT      09-15       -         1000
    B1          core     SMB      2024-01-01  -         100
    B2          core     SMB      2024-01-01  -         100
    B3          core     SMB      2024-01-01  -         100
    B4          core     SMB      2024-01-01  -         100
    B5          core     SMB      2024-01-01  04-01     100
    B6          core     ENT      2024-01-01  -         1000
"""
WORTH = ("clv", "gross_margin", "cac", "ltv_cac", "cac_payback")


def test_new_customers_pay_back_what_they_cost(measure):
    found = measure(*WORTH, spend=SPEND, opportunity=WON, subscription=SUBSCRIPTIONS, revenue=LEDGER)
    # One of the three begins to pay only in the next quarter; it counts all the same.
    assert found.of("cac_payback", "2026Q3") == about(3600 / (1200 * 0.8))
    assert found.of("cac_payback", "2026Q3", "segment=ENT") == "missing_input"


def test_lifetime_value_in_margin_covers_the_cost_of_winning(measure):
    found = measure(*WORTH, spend=SPEND, opportunity=WON, subscription=SUBSCRIPTIONS, revenue=LEDGER)
    assert found.of("clv.gross_margin", "2026Q3") == about(found.of("clv", "2026Q3") * 0.8)
    assert found.of("ltv_cac", "2026Q3") == about(found.of("clv.gross_margin", "2026Q3") / 1200)
    assert found.cell("ltv_cac", "2026Q3").status == "capped"


def test_without_a_margin_nothing_that_needs_one_is_said(measure):
    revenue = LEDGER.replace("700", "-")
    found = measure(*WORTH, spend=SPEND, opportunity=WON, subscription=SUBSCRIPTIONS, revenue=revenue)
    assert found.of("clv", "2026Q3") > 0
    assert [found.of(name, "2026Q3") for name in ("clv.gross_margin", "ltv_cac", "cac_payback")] == [
        "missing_input"
    ] * 3


def clv(measure, scope="all", **said):
    found = measure("clv", "gross_margin", subscription=SUBSCRIPTIONS, revenue=LEDGER, settings=of("clv", **said))
    return found.of("clv", "2026Q3", scope)


def test_the_headline_of_lifetime_value_is_revenue_or_margin(measure):
    # Four of SMB's old customers pay for twelve months, one for six, and left; A1 pays on no first of a month.
    assert clv(measure, "segment=SMB") == about(100 * 54)
    assert clv(measure, "segment=SMB", basis="gross_margin") == about(100 * 54 * 0.8)
    assert clv(measure, "segment=ENT") == 1000 * 60


def test_later_months_may_be_worth_less(measure):
    months = sum((1 / 1.1) ** (month / 12) for month in range(1, 61))
    assert clv(measure, "segment=ENT", discount_annual=0.1) == about(1000 * months)


def test_a_longer_window_of_churn_counts_more_months(measure):
    assert clv(measure, "segment=SMB", churn_window_months=6) == 100 * 60  # the loss lies before it


def test_under_a_window_of_history_the_lifetime_value_is_provisional(measure):
    young = "account_id  segment  start_date  mrr\n A1  SMB  2026-05-01  100\n A2  ENT  2024-05-01  100"
    found = measure("clv", "gross_margin", subscription=young, revenue=LEDGER)
    statuses = {scope: found.cell("clv", "2026Q3", scope).status for scope in ("all", "segment=SMB", "segment=ENT")}
    assert statuses == {"all": "capped", "segment=SMB": "provisional", "segment=ENT": "capped"}


def test_an_account_with_two_products_is_one_customer(measure):
    both = "account_id  product  start_date  mrr\n A1  core  2024-05-01  90\n A1  addon  2024-05-01  30"
    found = measure("clv", "gross_margin", subscription=both, revenue=LEDGER)
    assert found.of("clv.arpa", "2026Q3") == 120
    assert found.members("clv.arpa", "product", "2026Q3") == {"core": 120}


def test_without_subscriptions_orders_say_what_a_customer_is_worth(measure):
    orders = """
        opportunity_id  account_id  is_closed  is_won  close_date  amount  created_at
        O1              A1          true       true    2024-10-01  600     2024-09-01 08:00
        O2              A1          true       true    2026-09-30  600     2026-09-01 08:00
        O3              A2          true       true    2026-05-01  1800    2026-04-01 08:00
    """
    found = measure("clv", "gross_margin", opportunity=orders, revenue=LEDGER, settings=of("clv", method="purchase"))
    assert found.of("clv.arpa", "2026Q3") == about((600 + 1800) / 2 / 12)
    months = (729 * 12 / 365.25 + 12) / 2  # two years and a day less; one window for who ordered once
    assert found.of("clv", "2026Q3") == about(100 * months)


QUARTERS = "account_id  month  kind  amount\n" + "\n".join(
    f"*  {month:02}-01  recurring  {amount}"
    for month, amount in zip(range(1, 10), [2000] * 3 + [3000] * 3 + [3000, 3500, 3500], strict=True)
)


def test_the_magic_number_is_growth_over_the_spend_before(measure):
    spend = "period_start  period_end  purpose  amount\n 04-01  07-01  brand  5000"
    found = measure("magic_number", revenue=QUARTERS, spend=spend)
    assert found.of("magic_number", "2026Q3") == about(0.8)
    assert found.of("magic_number", "2026Q2") == "zero_denominator"  # nothing was spent before
    assert found.of("magic_number", "2026-09") is None


def test_shrinking_shows_as_less_than_nothing(measure):
    spend = "period_start  period_end  amount\n 04-01  07-01  3000"
    found = measure("magic_number", revenue=QUARTERS.replace("3500", "2500"), spend=spend)
    assert found.of("magic_number", "2026Q3") == about(-1000 * 4 / 3000)


def test_a_quarter_of_which_the_ledger_lacks_a_month_has_no_growth(measure):
    spend = "period_start  period_end  amount\n 04-01  07-01  3000"
    lacking = "\n".join(line for line in QUARTERS.splitlines() if "08-01" not in line)
    assert measure("magic_number", revenue=lacking, spend=spend).of("magic_number", "2026Q3") == "missing_input"


def test_recurring_revenue_may_be_read_from_subscriptions(measure):
    paid = "account_id  start_date  mrr\n A1  2025-01-01  800\n A2  08-01  100"
    spend = "period_start  period_end  amount\n 04-01  07-01  3000"
    found = measure("magic_number", subscription=paid, spend=spend, settings={"magic_basis": "arr"})
    assert found.of("magic_number", "2026Q3") == about(100 * 12 / 3000)


def test_bookings_are_held_against_the_ledger_both_ways(measure):
    deals = "opportunity_id  is_closed  is_won  close_date  amount\n O1  true  true  09-10  1000000\n O2  true  true  08-10  980100"
    ledger = "account_id  month  kind  amount\n *  09-01  recurring  990000\n *  08-01  recurring  990000"
    found = measure("ledger_recon", "revenue_won", opportunity=deals, revenue=ledger)
    assert found.of("ledger_recon", "2026-09") == about(10_000 / 990_000)
    assert found.of("ledger_recon", "2026-08") == about(0.01)


@pytest.mark.parametrize(("tolerance", "months"), [(0.005, 1), (0.02, 0)])
def test_a_gap_above_the_tolerance_is_a_finding(build, tolerance, months):
    facts = build(
        opportunity="opportunity_id  is_closed  is_won  close_date  amount\n O1  true  true  09-10  1000\n O2  true  true  08-10  500",
        revenue="account_id  month  kind  amount\n *  09-01  recurring  990\n *  08-01  recurring  500\n *  11-01  recurring  5",
        settings={"ledger_tolerance": tolerance},
    )
    assert facts.found("ledger_gap") == months


def test_cost_of_both_teams_is_taken_of_the_whole_revenue(measure):
    spend = SPEND.replace("-        SMB", "-        -")
    ledger = LEDGER.replace("3000    600", "6000    600")
    found = measure("sm_cost_ratio", spend=spend, revenue=ledger)
    assert found.of("sm_cost_ratio", "2026Q3") == about(4000 / 15500)
    assert found.of("sm_cost_ratio", "2026Q3", "team=sales") == about(1900 / 15500)
    assert found.of("sm_cost_ratio", "2026Q3", "team=marketing") == about(2100 / 15500)
    assert found.of("sm_cost_ratio", "2026Q3", "region=Unknown") == about(4000 / 15500)
    assert found.of("sm_cost_ratio", "2026Q3", "region=EMEA") is None


def test_a_region_stands_for_itself_where_the_ledger_tells_accounts_apart(measure):
    ledger = "account_id  month  kind  amount\n A1  09-01  recurring  1000\n A2  09-01  recurring  2000\n A9  09-01  recurring  500"
    spend = "period_start  period_end  region  amount\n 09-01  10-01  EMEA  100"
    found = measure("sm_cost_ratio", spend=spend, revenue=ledger, opportunity=WON)
    assert found.of("sm_cost_ratio", "2026-09") == about(100 / 3500)
    assert found.of("sm_cost_ratio", "2026-09", "region=EMEA") == about(0.1)
    assert found.of("sm_cost_ratio", "2026-09", "region=AMER") == "missing_input"


# ------------------------------------------------------------------------------------------- spend on leads

CAMPAIGNS = """
    period_start  period_end  category  purpose      channel      region  campaign_id  amount
    09-01         10-01       program   acquisition  paid_search  EMEA    C1           300
    09-01         10-01       program   acquisition  event        -       -            500
    09-01         10-01       program   unallocated  -            -       -            50
    09-01         10-01       program   brand        display      -       -            999
    09-01         10-01       program   acquisition  display      -       -            70
    09-01         10-01       people    acquisition  -            -       -            400
"""
CAME = """
    lead_id  created_at        origin_team  channel      region  campaign_id
    P1       2026-09-02 08:00  marketing    paid_search  EMEA    C1
    P2       2026-09-02 08:00  marketing    paid_search  EMEA    C1
    P3       2026-09-02 08:00  marketing    paid_search  APAC    C2
    E1       2026-09-02 08:00  marketing    event        EMEA    -
    E2       2026-09-02 08:00  marketing    event        EMEA    -
"""
DECIDED = """
    lead_id  occurred_at  to_stage      reason_code
    P1       09-03 08:00  mql           -
    P1       09-04 08:00  disqualified  not_icp
    P2       09-03 08:00  mql           -
    P2       09-04 08:00  disqualified  unable_to_reach
    P3       09-03 08:00  mql           -
    E1       09-03 08:00  mql           -
    E1       09-04 08:00  recycled      no_intent
    E1       10-04 08:00  mql           -
    E1       10-05 08:00  sal           -
    E2       09-03 08:00  mql           -
    E2       09-04 08:00  recycled      no_budget
    E2       10-04 08:00  mql           -
"""
SPENT_ON_LEADS = {"spend": CAMPAIGNS, "lead": CAME, "lifecycle_event": DECIDED}


def test_a_rejected_lead_costs_its_channel_and_a_share_of_the_rest(measure):
    found = measure("leakage", **SPENT_ON_LEADS)
    assert found.members("leakage.cost_per_lead", "channel", "2026-09") == {
        "paid_search": about(110),
        "event": about(260),
    }
    # The last decision rules, and one that waits for another leaves the earlier one standing.
    assert found.of("leakage", "2026-09") == about(110 + 260)
    assert found.members("leakage", "reason", "2026-09") == {"not_icp": about(110), "no_budget": about(260)}
    assert found.of("leakage.share", "2026-09") == about(370 / 920)


def test_who_nobody_decided_on_makes_leakage_a_lower_bound(measure):
    cell = measure("leakage", **SPENT_ON_LEADS).cell("leakage.undecided", "2026-09")
    assert (cell.value, cell.n, cell.status) == (about(110), 1, "provisional")


def test_a_channel_that_brought_nobody_is_told_apart(measure):
    found = measure("leakage", **SPENT_ON_LEADS)
    assert found.members("leakage.no_lead_spend", "channel", "2026-09") == {"display": about(70)}


STAGES = ("cost_per_stage", "leakage")


def test_a_stage_costs_what_was_spent_per_lead_that_reached_it(measure):
    found = measure(*STAGES, **SPENT_ON_LEADS)
    assert found.of("cost_per_stage", "2026-09") == about(920 / 5)
    assert found.of("cost_per_stage", "2026-09", "stage=lead") == about(920 / 5)
    assert found.of("cost_per_stage", "2026-09", "stage=mql") == about(920 / 5)
    assert found.of("cost_per_stage", "2026-09", "stage=sal") == about(920 / 1)
    assert found.of("cost_per_stage", "2026-09", "channel=event;stage=sal") == about(520)
    assert found.of("cost_per_stage", "2026-09", "channel=paid_search;stage=sal") == "zero_denominator"
    assert found.of("cost_per_stage.no_lead_spend", "2026-09") == about(70)


def test_leads_too_young_for_a_stage_leave_its_cost_maturing(measure):
    found = measure(*STAGES, **SPENT_ON_LEADS)
    statuses = [found.of("cost_per_stage", "2026-09", f"stage={stage}") for stage in ("sql", "opportunity", "win")]
    assert statuses == ["zero_denominator", "maturing", "maturing"]


def test_members_under_which_nothing_was_spent_are_unknown(measure):
    found = measure(*STAGES, **SPENT_ON_LEADS)
    assert found.of("cost_per_stage", "2026-09", "region=EMEA") == about((300 + 4 * 10) / 4)
    assert found.of("cost_per_stage", "2026-09", "region=Unknown") == about(580)
    assert found.of("cost_per_stage", "2026-09", "region=APAC") is None
    assert found.of("cost_per_stage", "2026-09", "campaign=C2") is None


def test_by_event_a_stage_counts_when_it_was_reached(measure):
    found = measure(*STAGES, settings={"cost_basis": "event"}, **SPENT_ON_LEADS)
    assert found.of("cost_per_stage", "2026-09", "stage=sal") == "zero_denominator"
    assert found.cell("cost_per_stage", "2026Q4", "stage=sal").denominator == 1


def test_people_and_tools_count_where_that_is_agreed(measure):
    found = measure(*STAGES, settings={"cost_scope": "fully_loaded"}, **SPENT_ON_LEADS)
    assert found.of("cost_per_stage", "2026-09") == about(1320 / 5)
