"""Settings that name another reading of a figure: each changes the number."""

import pytest

WON = """
    opportunity_id  type          is_closed  is_won  created_at   close_date  amount  contract_months
    O1              new_business  true       true    09-02 08:00  10-05       100     24
    O2              expansion     true       true    10-02 08:00  10-06       40      -
    O3              new_business  true       false   10-03 08:00  10-07       60      -
    O4              new_business  false      false   10-04 08:00  12-01       20      -
    O5              new_business  true       true    10-05 08:00  10-09       0       -
"""


@pytest.mark.parametrize(
    ("basis", "september", "october"),
    [("closed", None, 2 / 3), ("created_cohort", 1, 1 / 3), ("qualified_cohort", 1, 1 / 3)],
)
def test_the_win_rate_of_what_was_decided_created_or_qualified(measure, basis, september, october):
    found = measure("win_rate_count", opportunity=WON, settings={"win_rate_basis": basis})
    assert found.of("win_rate_count", "2026-09") == september
    assert found.of("win_rate_count") == pytest.approx(october)


@pytest.mark.parametrize(("basis", "value"), [("closed", 100 / 160), ("created_cohort", 0)])
def test_the_win_rate_by_value_follows(measure, basis, value):
    found = measure("win_rate_value", opportunity=WON, settings={"win_rate_basis": basis})
    assert found.of("win_rate_value") == value


def test_a_deal_that_was_never_qualified_is_in_no_qualified_cohort(measure):
    deals = "opportunity_id  created_at  stage\n O1  10-02 08:00  prospecting\n O2  10-02 08:00  qualified"
    found = measure("win_rate_count", opportunity=deals, settings={"win_rate_basis": "qualified_cohort"})
    assert found.cell("win_rate_count").denominator == 1


LEDGER = """
    account_id  month  kind       amount  segment
    *           10-01  recurring  70      -
    A1          10-01  recurring  50      SMB
    A1          10-01  services   5       SMB
"""
SUBSCRIPTIONS = """
    subscription_id  account_id  start_date  end_date  mrr  segment
    S1               A1          10-05       -         30   SMB
    S2               A1          10-20       -         99   SMB
    S3               A2          10-20       -         10   -
"""


@pytest.mark.parametrize(("basis", "value"), [("bookings", 140), ("recognised", 75), ("new_mrr", 40)])
def test_revenue_is_what_the_company_agreed_to_call_so(measure, basis, value):
    found = measure(
        "revenue_won", opportunity=WON, revenue=LEDGER, subscription=SUBSCRIPTIONS, settings={"revenue_basis": basis}
    )
    assert found.of("revenue_won") == value
    assert sum(found.members("revenue_won", "segment").values()) == value


@pytest.mark.parametrize("basis", ["recognised", "new_mrr"])
def test_a_basis_of_which_the_drop_has_nothing_is_missing(measure, basis):
    found = measure("revenue_won", opportunity=WON, settings={"revenue_basis": basis})
    assert found.of("revenue_won") == "missing_input"


@pytest.mark.parametrize(
    ("settings", "value"),
    [
        ({}, 100),
        ({"amount_basis": "acv"}, 50),
        ({"zero_amount_in_deal_size": True}, 50),
        ({"deal_types": ("new_business", "expansion")}, 70),
    ],
)
def test_deal_size_by_type_basis_and_with_deals_worth_nothing(measure, settings, value):
    assert measure("deal_size", opportunity=WON, settings=settings).of("deal_size") == value


CYCLE = {
    "lead": "lead_id  account_id  created_at\n L1  A1  09-20 08:00",
    "opportunity": """
        opportunity_id  account_id  primary_lead_id  is_closed  is_won  created_at   close_date  closed_at
        O1              A1          L1               true       true    09-25 08:00  10-05       10-05 09:00
        O2              A2          -                true       false   09-05 08:00  10-05       10-05 09:00
    """,
    "touch": "lead_id  occurred_at\n L1  09-10 08:00\n L1  09-24 08:00",
}


@pytest.mark.parametrize(
    ("settings", "days"),
    [
        ({"cycle_start": "lead"}, 15),
        ({"cycle_start": "opportunity"}, 10),
        ({"cycle_start": "first_touch"}, 25),
        ({"cycle_start": "opportunity", "cycle_outcomes": "won_lost"}, 20),
    ],
)
def test_a_cycle_begins_and_counts_as_agreed(measure, settings, days):
    assert measure("sales_cycle", settings=settings, **CYCLE).of("sales_cycle") == days


def test_attainment_lands_where_what_is_due_will_bring_it(measure):
    found = measure(
        "revenue_attainment",
        "revenue_won",
        opportunity="""
        opportunity_id  is_closed  is_won  created_at   close_date  amount  stage        region
        won             true       true    10-01 08:00  11-05       300     closed_won   EMEA
        due             false      false   10-01 08:00  11-25       100     negotiation  EMEA
        past_due        false      false   10-01 08:00  11-10       100     proposal     AMER
        later           false      false   10-01 08:00  12-01       900     negotiation  EMEA
        before          true       true    10-01 08:00  10-05       50      closed_won   EMEA
        """,
        target="""
        metric_id    period_start  period_end  value  region  team
        revenue_won  11-01         12-01       1000   -       -
        revenue_won  10-01         11-01       500    -       -
        revenue_won  11-01         12-01       600    EMEA    -
        """,
    )
    assert found.of("revenue_attainment", "2026-11") == 0.3
    assert found.of("revenue_attainment.landing", "2026-11") == pytest.approx((300 + 90 + 75) / 1000)
    assert found.of("revenue_attainment.landing", "2026-11", "region=EMEA") == pytest.approx(390 / 600)
    assert found.of("revenue_attainment.landing", "2026-10") == 0.1  # over: what was reached
    assert found.of("revenue_attainment.before", "2026-11") == 0.1
