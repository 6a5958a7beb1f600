"""Deals: their state at the instant of the drop, their worth, and the pipeline of then."""

import pytest
from models_bench import of_period, same

RATES = """
    currency  rate_date  rate
    EUR       10-01      1.10
    EUR       11-01      1.20
"""


def deals(build, text, columns, **more):
    return build(opportunity=text, **more).draw("deal", columns)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("11-09 23:59", "no  no  -"),
        ("11-10 00:00", "yes  yes  11-10"),  # a date is past as soon as its day begins
        ("11-20 18:00", "yes  yes  11-10"),
    ],
)
def test_a_deal_that_closed_after_the_drop_is_open(build, as_of, expected):
    text = "opportunity_id  is_closed  is_won  close_date\n O1  true  true  11-10"
    assert deals(build, text, "is_closed is_won booked_on", as_of=as_of) == expected


def test_the_instant_of_closing_goes_before_the_date(build):
    text = "opportunity_id  is_closed  is_won  close_date  closed_at\n O1  true  true  11-10  11-12 15:00"
    assert deals(build, text, "is_closed", as_of="11-12 14:59") == "no"
    assert deals(build, text, "is_closed booked_on", as_of="11-12 15:00") == "yes  11-10"


def test_a_deal_created_after_the_drop_is_not_there(build):
    assert deals(build, "opportunity_id  created_at\n O1  11-12 08:00", "deal_id", as_of="11-12 07:59") == ""


def test_a_reopened_deal_is_open_and_has_no_outcome(build):
    facts = build(
        opportunity="opportunity_id  is_closed  is_won  stage      close_date\n O1  false  false  qualified  12-20",
        opportunity_stage_event="""
        opportunity_id  occurred_at  stage
        O1              11-02 08:00  qualified
        O1              11-05 08:00  closed_lost
        O1              11-09 08:00  qualified
        """,
    )
    assert facts.draw("deal", "is_closed is_won booked_on due_on") == "no  no  -  12-20"
    assert facts.draw("deal_state", "from_at to_at stage") == same("""
        11-02 08:00  11-05 08:00       qualified
        11-05 08:00  11-09 08:00       closed_lost
        11-09 08:00  9999-12-31 00:00  qualified
    """)


@pytest.mark.parametrize(("setting", "day"), [("close_date", "10-31"), ("closed_at_local", "11-02")])
def test_the_booking_day_is_the_agreed_one(build, setting, day):
    text = "opportunity_id  is_closed  is_won  close_date  closed_at\n O1  true  true  10-31  11-02 15:00"
    assert deals(build, text, "booked_on", settings={"booking_date": setting}) == day


@pytest.mark.parametrize(
    ("currency", "day", "expected"),
    [
        ("USD", "11-10", "1000  -"),
        ("EUR", "11-01", "1200  -"),  # a rate holds from its own day on
        ("EUR", "10-31", "1100  -"),
        ("EUR", "09-30", "-  missing_fx"),  # before the first rate
        ("GBP", "11-10", "-  missing_fx"),
        ("-", "11-10", "1000  -"),  # no currency: the reporting one
    ],
)
def test_money_is_exchanged_at_the_booking_day(build, currency, day, expected):
    text = f"opportunity_id  is_closed  is_won  close_date  currency  created_at\n O1  true  true  {day}  {currency}  09-01"
    assert deals(build, text, "amount gap", fx_rate=RATES) == expected


@pytest.mark.parametrize(("day", "expected"), [("11-30", "1100  -"), ("12-01", "-  missing_fx")])
def test_a_rate_older_than_agreed_is_missing(build, day, expected):
    text = f"opportunity_id  is_closed  is_won  close_date  currency\n O1  true  true  {day}  EUR"
    rates = "currency  rate_date  rate\n EUR  10-01  1.10"
    assert deals(build, text, "amount gap", fx_rate=rates, as_of="12-20 18:00") == expected


def test_an_open_deal_is_worth_what_it_is_worth_today(build):
    assert deals(build, "opportunity_id  currency\n O1  EUR", "amount gap", fx_rate=RATES) == "1200  -"


def test_the_currency_of_a_source_stands_for_a_missing_one(build):
    found = deals(build, "opportunity_id\n O1", "amount", fx_rate=RATES, settings={"source_currency": "EUR"})
    assert found == "1200"


@pytest.mark.parametrize(
    ("basis", "months", "worth"),
    [("as_recorded", "36", "1000"), ("acv", "40", "300"), ("acv", "12", "1000"), ("acv", "-", "1000")],
)
def test_the_annual_value_of_a_longer_contract(build, basis, months, worth):
    text = f"opportunity_id  contract_months\n O1  {months}"
    assert deals(build, text, "amount", settings={"amount_basis": basis}) == worth


def test_a_deal_without_an_amount_is_known_by_that_and_lacks_no_rate(build):
    text = "opportunity_id  amount  currency  is_closed  close_date\n O1  -  GBP  true  11-10"
    facts = build(opportunity=text)
    assert facts.draw("deal", "amount is_amount_known gap") == "-  no  -"
    assert facts.found("missing_amount") == 1


@pytest.mark.parametrize(("reason", "void"), [("duplicate", "yes"), ("price", "no"), ("-", "no")])
def test_losses_that_were_no_deals_are_void(build, reason, void):
    text = f"opportunity_id  is_closed  close_date  loss_reason\n O1  true  11-10  {reason}"
    assert deals(build, text, "is_void_loss") == void


def test_the_first_win_of_an_account_is_its_first_booked_new_business(build):
    found = deals(
        build,
        """
        opportunity_id  account_id  type          is_closed  is_won  close_date  is_test
        early_test      A1          new_business  true       true    11-01       true
        renewal         A1          renewal       true       true    11-02       false
        lost            A1          new_business  true       false   11-03       false
        second          A1          new_business  true       true    11-06       false
        first           A1          new_business  true       true    11-05       false
        alone           -           new_business  true       true    11-06       false
        """,
        "deal_id is_first_win",
    )
    assert found == same("""
        alone       yes
        early_test  no
        first       yes
        lost        no
        renewal     no
        second      no
    """)


def test_wins_of_one_day_are_taken_in_the_order_of_their_ids(build):
    text = """
        opportunity_id  account_id  is_closed  is_won  close_date
        b               A1          true       true    11-05
        a               A1          true       true    11-05
    """
    assert deals(build, text, "deal_id is_first_win") == same("a  yes\nb  no")


def test_the_origin_is_that_of_the_lead_else_that_of_the_deal(build):
    facts = build(
        lead="lead_id  origin_team  merged_into_lead_id\n L1  marketing  -\n L0  partner  L1\n L2  -  -",
        opportunity="""
        opportunity_id  primary_lead_id  source_team
        O1              L0               sales
        O2              L2               sales
        O3              -                -
        """,
    )
    assert facts.draw("deal", "deal_id lead_id origin") == same("""
        O1  L1  marketing
        O2  L2  sales
        O3  -   -
    """)


def test_the_campaign_is_that_of_the_lead_else_that_of_the_deal(build):
    facts = build(
        lead="lead_id  campaign_id\n L1  spring\n L2  -",
        opportunity="opportunity_id  primary_lead_id  campaign_id\n O1  L1  autumn\n O2  L2  autumn\n O3  -  -",
    )
    assert facts.draw("deal", "deal_id campaign") == same("O1  spring\nO2  autumn\nO3  -")


def october(facts, columns):
    return facts.draw("pipeline", columns, f"point = 'end' and {of_period('2026-10')}")


def test_the_pipeline_of_then_is_what_the_history_says(build):
    facts = build(
        opportunity="""
        opportunity_id  created_at   is_closed  is_won  close_date  closed_at    amount
        grew            10-01 08:00  true       true    11-10       11-10 09:00  900
        won_before      10-01 08:00  true       true    10-20       10-20 09:00  900
        later           11-05 08:00  false      false   -           -            900
        """,
        opportunity_stage_event="""
        opportunity_id  occurred_at  stage        amount  close_date
        grew            10-01 08:00  prospecting  100     10-15
        grew            10-20 08:00  qualified    500     11-30
        grew            11-10 09:00  closed_won   900     11-10
        won_before      10-01 08:00  qualified    100     10-15
        won_before      10-20 09:00  closed_won   900     10-20
        later           11-05 08:00  qualified    900     -
        """,
    )
    assert october(facts, "deal_id stage amount due_on is_past_due is_history") == (
        "grew  qualified  500  11-30  no  yes"
    )
    assert facts.found("deal_without_history") == 0


def test_without_history_the_pipeline_of_then_takes_todays_values_and_admits_it(build):
    facts = build(
        opportunity="""
        opportunity_id  created_at   stage       is_closed  is_won  close_date
        open            10-01 08:00  qualified   false      false   11-30
        past_due        10-01 08:00  qualified   false      false   10-15
        young           10-01 08:00  prospecting  false      false  11-30
        new             11-01 00:00  qualified   false      false   11-30
        closed          10-01 08:00  closed_won  true       true    10-20
        """
    )
    assert october(facts, "deal_id is_qualified is_past_due is_history") == same("""
        open      yes  no   no
        past_due  yes  yes  no
        young     no   no   no
    """)
    assert facts.found("deal_without_history") == 5
    assert facts.found("stale_deal") == 1


def test_a_deal_closed_between_snapshots_is_in_none(build):
    facts = build(
        opportunity="""
        opportunity_id  created_at   is_closed  close_date  closed_at
        O1              10-05 08:00  true       10-20       10-20 09:00
        """
    )
    assert facts.draw("pipeline", "deal_id", "period in (select period from period where grain = 'month')") == ""


def test_a_stage_that_the_agreement_does_not_know_is_open_and_not_below_the_bar(build):
    facts = build(opportunity="opportunity_id  created_at  stage\n O1  10-05 08:00  dancing")
    assert october(facts, "deal_id stage is_qualified") == "O1  dancing  yes"


def test_money_in_the_pipeline_is_exchanged_at_the_day_of_the_snapshot(build):
    facts = build(opportunity="opportunity_id  created_at  currency\n O1  10-05 08:00  EUR", fx_rate=RATES)
    assert october(facts, "amount") == "1200"
