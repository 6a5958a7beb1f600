"""Journeys: which touches belong to a deal, in what order, who made the deal, and what each model gives."""

from __future__ import annotations

import pytest
from models_bench import same

from generator.agreement.settings import Attribution

LEAD = "lead_id  account_id  created_at\n L1  A1  10-10 08:00"
WON = """
    opportunity_id  account_id  primary_lead_id  created_at   closed_at    close_date  is_closed  is_won
    O1              A1          L1               11-01 08:00  11-10 12:00  11-10       true       true
"""


def agreed(**said) -> dict[str, object]:
    return {"attribution": Attribution(**said)}


def journey(build, touch, columns="touch_id position", lead=LEAD, opportunity=WON, **more):
    return build(lead=lead, opportunity=opportunity, touch=touch, **more).draw("journey", columns)


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        ("2025-11-01 08:00:00", True),  # just as long before the deal as agreed
        ("2025-11-01 07:59:59", False),
        ("11-10 12:00", True),  # in the very moment of the close
        ("11-10 12:00:01", False),
    ],
)
def test_a_journey_runs_from_the_look_back_to_the_close(build, at, counts):
    assert (journey(build, f"touch_id  lead_id  occurred_at\n T1  L1  {at}") != "") == counts


def test_the_look_back_is_agreed(build):
    touch = "touch_id  lead_id  occurred_at\n T1  L1  10-21 08:00\n T2  L1  10-22 08:00"
    assert journey(build, touch, "touch_id", settings=agreed(lookback_days=10)) == "T2"


def test_a_deal_that_says_only_its_day_ends_with_that_day(build):
    day_only = WON.replace("11-10 12:00  11-10 ", "-  11-10 ")
    touch = "touch_id  lead_id  occurred_at\n T1  L1  11-10 23:59:59\n T2  L1  11-11 00:00"
    assert journey(build, touch, "touch_id", opportunity=day_only) == "T1"


def test_the_same_touch_again_within_half_an_hour_of_the_kept_one_is_one(build):
    touch = """
    touch_id  lead_id  occurred_at  channel  campaign_id  type
    T1        L1       11-02 08:00  email    C1           click
    T2        L1       11-02 08:20  email    C1           click
    T3        L1       11-02 08:40  email    C1           click
    T4        L1       11-02 09:10  email    C1           click
    T5        L1       11-02 08:10  email    C2           click
    T6        L1       11-02 08:10  email    C1           form
    """
    assert journey(build, touch) == "T1  1\nT3  4\nT5  2\nT6  3"  # T4 is thirty minutes after T3
    found = journey(build, touch, "touch_id", settings={"touch_dedupe_minutes": 15})
    assert found == "T1\nT2\nT3\nT4\nT5\nT6"


def test_touches_at_one_instant_follow_their_ids(build):
    touch = "touch_id  lead_id  occurred_at  channel\n Tb  L1  11-02 08:00  email\n Ta  L1  11-02 08:00  event"
    assert journey(build, touch) == "Ta  1\nTb  2"


PEOPLE = """
    lead_id  account_id  created_at   merged_into_lead_id  is_test
    L1       A1          10-10 08:00  -                    false
    L2       A1          10-11 08:00  -                    false
    L3       A1          10-12 08:00  L1                   false
    L4       A1          10-13 08:00  -                    true
    L5       A2          10-14 08:00  -                    false
"""
BY_PEOPLE = """
    touch_id  lead_id  account_id  occurred_at
    T1        L1       -           11-02 08:00
    T2        L2       -           11-03 08:00
    T3        L3       -           11-04 08:00
    T4        L4       -           11-05 08:00
    T5        L5       -           11-06 08:00
    T6        -        A1          11-07 08:00
"""


@pytest.mark.parametrize(("scope", "expected"), [("account", "T1\nT2\nT3\nT6"), ("primary_lead", "T1\nT3")])
def test_the_touches_of_a_deal_are_those_of_its_people(build, scope, expected):
    found = journey(build, BY_PEOPLE, "touch_id", lead=PEOPLE, settings=agreed(journey_scope=scope))
    assert found == expected


ROLES = "opportunity_id  lead_id  role\n O1  L5  influencer\n O1  L3  user\n O1  L4  user\n O2  L2  user"


def test_the_touches_of_a_deal_may_be_those_of_who_has_a_role_in_it(build):
    scope = agreed(journey_scope="contact_roles")
    found = journey(build, BY_PEOPLE, "touch_id", lead=PEOPLE, settings=scope, contact_role=ROLES)
    assert found == "T1\nT3\nT5"  # L1 is the main contact, L3 was merged into it, L5 is of another account


def test_roles_that_no_export_tells_of_leave_nobody(build):
    assert journey(build, BY_PEOPLE, "touch_id", lead=PEOPLE, settings=agreed(journey_scope="contact_roles")) == ""


TWO_DEALS = """
    opportunity_id  account_id  primary_lead_id  created_at   closed_at    close_date  is_closed  is_won
    O1              A1          L1               10-01 08:00  10-20 12:00  10-20       true       false
    O2              A1          L1               10-15 08:00  11-10 12:00  11-10       true       true
"""
ACROSS = "touch_id  lead_id  occurred_at\n T1  L1  10-19 08:00\n T2  L1  10-20 12:00\n T3  L1  10-20 13:00"


@pytest.mark.parametrize(("reset", "expected"), [(True, "T3"), (False, "T1\nT2\nT3")])
def test_the_end_of_a_deal_ends_the_journey_of_its_account(build, reset, expected):
    settings = agreed(journey_reset=reset)
    assert journey(build, ACROSS, "touch_id", opportunity=TWO_DEALS, settings=settings) == expected


@pytest.mark.parametrize(("included", "expected"), [(False, "T1"), (True, "T1\nT2")])
def test_touches_of_sales_get_credit_only_where_agreed(build, included, expected):
    touch = "touch_id  lead_id  occurred_at  is_marketing\n T1  L1  11-02 08:00  true\n T2  L1  11-03 08:00  false"
    assert journey(build, touch, "touch_id", settings=agreed(include_sales_touches=included)) == expected


def test_milestones_are_the_last_touches_until_the_lead_and_the_deal_were_made(build):
    touch = """
    touch_id  lead_id  occurred_at
    T1        L1       10-01 08:00
    T2        L1       10-10 08:05
    T3        L1       10-10 08:40
    T4        L1       11-01 08:00
    T5        L1       11-05 08:00
    """
    found = journey(build, touch, "touches lead_position opportunity_position")
    assert set(found.splitlines()) == {"5  2  4"}


SHORT = """
    touch_id  lead_id  occurred_at  channel
    T1        L1       10-01 08:00  email
    T2        L1       10-05 08:00  event
    T3        L1       10-10 08:00  email
    T4        L1       10-20 08:00  webinar
    T5        L1       11-05 08:00  email
"""


@pytest.mark.parametrize(
    ("model", "expected", "settings"),
    [
        ("first", "T1  1  1", {}),
        ("last", "T5  1  1", {}),
        ("linear", "T1  1  5\nT2  1  5\nT3  1  5\nT4  1  5\nT5  1  5", {}),
        ("u", "T1  4  10\nT2  2  10\nT3  4  10", {}),
        ("u", "T1  1  2\nT3  1  2", {"u_variant": "50_50"}),
        ("w", "T1  3  10\nT2  1  10\nT3  3  10\nT4  3  10", {}),
        ("z", "T1  9  40\nT2  4  40\nT3  9  40\nT4  9  40\nT5  9  40", {}),
        ("position", "T1  12000  30000\nT2  2000  30000\nT3  2000  30000\nT4  2000  30000\nT5  12000  30000", {}),
        (
            "position",
            "T1  20000  40000\nT2  5000  40000\nT3  5000  40000\nT4  5000  40000\nT5  5000  40000",
            {"position": {"first": 0.5, "last": 0, "middle": 0.5}},
        ),
        ("shapley", "T1  1  3\nT2  1  3\nT4  1  3", {}),
    ],
)
def test_a_model_weighs_the_touches_in_whole_numbers(build, model, expected, settings):
    facts = build(lead=LEAD, opportunity=WON, touch=SHORT, settings=agreed(**settings))
    found = facts.draw("credit", "touch_id weight total", f"model = '{model}'")
    assert found == expected


def test_a_touch_counts_half_for_each_half_life_before_the_last(build):
    touch = "touch_id  lead_id  occurred_at\n T1  L1  10-25 08:00\n T2  L1  11-01 08:00\n T3  L1  11-08 08:00"
    facts = build(lead=LEAD, opportunity=WON, touch=touch, settings=agreed(half_life_days=7))
    rows = facts.rows("select touch_id, weight / total from credit where model = 'time_decay' order by 1")
    assert [round(share, 12) for _, share in rows] == [round(part / 7, 12) for part in (1, 2, 4)]


def test_a_deal_without_a_touch_credits_nobody_in_every_model(build):
    facts = build(lead=LEAD, opportunity=WON)
    rows = facts.rows("select distinct channel, weight, total from credit")
    assert rows == [("(no marketing touch)", 1, 1)]
    assert len(facts.rows("select distinct model from credit")) == 9


def test_only_won_deals_that_are_no_test_have_credit(build):
    deals = WON + "O2  A1  L1  11-01 08:00  11-10 12:00  11-10  true  false\n"
    deals += "O3  A1  L1  11-01 08:00  11-10 12:00  11-10  false  false\n"
    facts = build(lead=LEAD, opportunity=deals, touch=SHORT)
    assert facts.draw("credit", "deal_id", "model = 'first'") == "O1"


ORIGINS = [
    # touch, activity, by lead, by first touch, by pre-sales touch
    ("T1  L1  10-20 08:00  true", None, "no", "yes", "yes"),
    ("T1  L1  11-02 08:00  true", None, "no", "no", "no"),  # after the deal was made
    ("T1  L1  10-20 08:00  true", "10-19 08:00  false", "no", "yes", "no"),
    ("T1  L1  10-20 08:00  true", "10-20 08:00  false", "no", "yes", "no"),  # not before
    ("T1  L1  10-20 08:00  true", "10-19 08:00  true", "no", "yes", "yes"),  # nobody did it
    ("T1  L1  10-20 08:00  false", None, "no", "no", "no"),
]


@pytest.mark.parametrize(("touch", "activity", "by_lead", "by_first", "by_pre_sales"), ORIGINS)
def test_three_readings_of_who_made_a_deal(build, touch, activity, by_lead, by_first, by_pre_sales):
    done = {"activity": f"lead_id  occurred_at  is_automated\n L1  {activity}"} if activity else {}
    lead = "lead_id  account_id  created_at  origin_team\n L1  A1  10-10 08:00  sales"
    touched = f"touch_id  lead_id  occurred_at  is_marketing\n {touch}"
    facts = build(lead=lead, opportunity=WON, touch=touched, **done)
    found = facts.draw("deal_origin", "by_lead_origin by_first_touch by_pre_sales_touch")
    assert found == f"{by_lead}  {by_first}  {by_pre_sales}"


def test_what_marketing_did_is_no_act_of_sales(build):
    facts = build(
        lead=LEAD,
        opportunity=WON,
        touch="touch_id  lead_id  occurred_at\n T1  L1  10-20 08:00",
        activity="lead_id  occurred_at  owner_id\n L1  10-19 08:00  M1",
        owner="owner_id  team\n M1  marketing",
    )
    assert facts.draw("deal_origin", "by_pre_sales_touch") == "yes"


@pytest.mark.parametrize(
    ("rule", "origins"),
    [
        ("lead_origin", "O1  sales\nO2  marketing\nO3  partner"),
        ("first_touch", "O1  marketing\nO2  -\nO3  partner"),
        ("pre_sales_touch", "O1  -\nO2  -\nO3  partner"),
    ],
)
def test_the_origin_of_a_deal_follows_the_agreed_rule(build, rule, origins):
    facts = build(
        lead="""
        lead_id  account_id  created_at   origin_team
        L1       A1          10-10 08:00  sales
        L2       A2          10-10 08:00  marketing
        L3       A3          10-10 08:00  partner
        """,
        opportunity="""
        opportunity_id  account_id  primary_lead_id  created_at   closed_at    close_date  is_closed  is_won
        O1              A1          L1               11-01 08:00  11-10 12:00  11-10       true       true
        O2              A2          L2               11-01 08:00  11-10 12:00  11-10       true       true
        O3              A3          L3               11-01 08:00  11-10 12:00  11-10       true       true
        """,
        touch="touch_id  lead_id  occurred_at\n T1  L1  10-20 08:00",
        activity="lead_id  occurred_at\n L1  10-15 08:00",
        settings={"originated_rule": rule},
    )
    expected = origins.replace("O1  -", "O1  sales") if rule == "pre_sales_touch" else origins
    assert facts.draw("deal", "deal_id origin") == same(expected)


CHAIN = """
    opportunity_id  account_id  primary_lead_id  created_at   closed_at    close_date  is_closed  is_won
    O1              A1          L1               11-01 08:00  11-10 12:00  11-10       true       true
    O2              A2          L2               11-01 08:00  11-10 12:00  11-10       true       false
"""
CHAIN_LEADS = """
    lead_id  account_id  created_at
    L1       A1          10-10 08:00
    L2       A2          10-10 08:00
    L3       A3          07-01 08:00
    L4       A4          11-10 08:00
    L5       A5          11-10 08:00
"""
CHAIN_TOUCHES = """
    touch_id  lead_id  occurred_at  channel
    T1        L1       11-02 08:00  email
    T2        L1       11-03 08:00  email
    T3        L1       11-04 08:00  event
    T4        L2       11-04 08:00  event
    T5        L3       07-02 08:00  email
    T6        L3       11-02 08:00  webinar
    T7        L4       11-11 08:00  email
    T8        L5       11-11 08:00  email
    T9        L5       11-13 08:00  event
"""
GONE = "lead_id  occurred_at  to_stage  reason_code\n L5  11-12 08:00  disqualified  not_icp"


def test_decided_are_closed_deals_and_leads_that_left_or_did_not_buy_in_time(build):
    facts = build(
        lead=CHAIN_LEADS, opportunity=CHAIN, touch=CHAIN_TOUCHES, lifecycle_event=GONE,
        settings=agreed(min_won=1, min_journeys=4),
    )  # fmt: skip
    rows = "channel won journeys gap"
    where = "span = 'period' and period in (select period from period where grain = 'all')"
    # L3 waited until its window had ended, L5 until it left, L4 is undecided; a channel after that is none.
    assert facts.draw("channel_credit", rows, where) == "email  1  4  -\nevent  1  4  -"
    shares = facts.rows(f"select share, low, high from channel_credit where {where} order by channel")
    assert sum(share for share, _, _ in shares) == pytest.approx(1)
    assert all(0 <= low <= high <= 1 for _, low, high in shares)


@pytest.mark.parametrize("least", [{"min_won": 2, "min_journeys": 0}, {"min_won": 0, "min_journeys": 5}])
def test_removal_effects_are_withheld_where_too_few_journeys_tell(build, least):
    facts = build(
        lead=CHAIN_LEADS, opportunity=CHAIN, touch=CHAIN_TOUCHES, lifecycle_event=GONE, settings=agreed(**least)
    )
    where = "period in (select period from period where grain = 'all')"
    assert set(facts.draw("channel_credit", "gap share", where).splitlines()) == {"suppressed  -"}


def test_touches_after_the_close_are_counted(build):
    touch = "touch_id  lead_id  occurred_at\n T1  L1  11-02 08:00\n T2  L1  11-11 08:00\n T3  L1  11-12 08:00"
    assert build(lead=LEAD, opportunity=WON, touch=touch).found("touch_after_close") == 2
    open_again = WON + "O2  A1  L1  11-11 08:00  -  12-20  false  false\n"
    assert build(lead=LEAD, opportunity=open_again, touch=touch).found("touch_after_close") == 0
