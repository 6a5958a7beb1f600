"""What a head of sales would look for before believing the demo."""

from datetime import date

import numpy as np
import pytest

from generator.agreement import load_agreement
from generator.demo.company import CHANNELS, REGION_CALENDAR, SEGMENTS, Plan
from generator.demo.deals import EXPANSION, NEW, RENEWAL
from generator.demo.hours import region_hours
from generator.demo.money import in_dollars
from generator.demo.people import LEAVER, REPS
from generator.demo.salesforce.spelling import DEAL_STAGES, STATUS
from generator.demo.story import tell
from generator.project import find_project

pytestmark = pytest.mark.xdist_group("story")

CHANGE = np.datetime64("2026-05-01", "s")


@pytest.fixture(scope="module", params=[7, 1])
def story(request):
    return tell(Plan(5000, request.param, 24, date(2026, 11, 20)))


@pytest.fixture(scope="module")
def agreement():
    return load_agreement(find_project())


def won(story):
    deals = story.deals[(story.deals["closed_at"] <= story.plan.as_of) & (story.deals["kind"] == NEW)]
    usd = in_dollars(
        story.rates,
        deals["amount"].to_numpy(),
        deals["euro"].to_numpy(),
        deals["closed_at"].to_numpy().astype("datetime64[D]"),
    )
    return deals.assign(usd=usd)


def handoffs(story):
    table = story.handoffs[~story.handoffs["own"] & (story.handoffs["cycle"] == 1)]
    return table.assign(accepted=table["sal_at"].notna(), new=table["given_at"] >= CHANGE)


def test_volume_grows_and_dips_in_summer(story):
    months = story.leads.groupby(story.leads["created"].dt.to_period("M")).size()
    assert months["2025-12":"2026-10"].sum() > 1.08 * months["2024-12":"2025-10"].sum()
    assert months["2026-08"] < 0.85 * months["2026-09"]
    assert months["2025-08"] < 0.9 * months["2025-10"]


def test_after_the_change_fewer_leads_qualify_and_sales_takes_more_of_them(story):
    leads = story.leads[story.leads["channel"] < len(CHANNELS) - 1]
    share = leads["mql_at"].notna().groupby(leads["created"] >= CHANGE).mean()
    assert 0.36 < share[False] < 0.52
    assert share[True] < 0.88 * share[False]
    accepted = handoffs(story).groupby("new")["accepted"].mean()
    assert accepted[True] > accepted[False] + 0.06


def test_two_reps_keep_leads_waiting_and_nobody_else(story):
    table = handoffs(story)
    usual = {"A": 1.5, "B": 9, "C": 18}
    hours = (table["answered_at"] - table["assigned_at"]).dt.total_seconds() / 3600
    late = (~(hours < table["tier"].map(usual) * 3)).groupby(table["owner"]).mean()
    slow = {rep.number for rep in REPS if rep.pace > 2}
    assert len(slow) == 2
    assert set(late.nlargest(2).index) == slow


def test_a_rep_who_left_gets_no_lead_afterwards(story):
    hers = story.handoffs[story.handoffs["owner"] == LEAVER]
    assert len(hers) > 50
    assert hers["given_at"].max() < np.datetime64("2026-07-01")


def test_deals_are_of_the_size_length_and_luck_that_was_agreed(story):
    decided = won(story)
    wins = decided[decided["won"]]
    assert 0.24 < decided["won"].mean() < 0.36
    assert 8_500 < wins["usd"].mean() < 13_000
    cycle = (wins["closed_at"] - wins["lead"].map(story.leads["created"])).dt.days
    assert 38 < cycle.mean() < 56
    assert 0.035 < len(wins) / len(story.leads) < 0.075
    sizes = wins.groupby("segment")["usd"].median()
    assert sizes[0] < sizes[1] < sizes[2]


def test_channels_differ_in_volume_quality_and_cost(story):
    wins = won(story)
    share = wins[wins["won"]].groupby("channel").size() / story.leads.groupby("channel").size()
    share.index = [CHANNELS[index].id for index in share.index]
    assert share["referral"] > 3 * share["paid_social"]
    assert share["organic_search"] > share["webinar"]


def test_sales_and_marketing_cost_about_a_third_of_revenue(story):
    usd = story.spend["amount"] * np.where(story.spend["currency"] == "EUR", 1.1, 1.0)
    months = np.array([month < date(2026, 11, 1) for month in story.spend["period_start"]])
    revenue = story.ledger[[month < date(2026, 11, 1) for month in story.ledger["month"]]]["amount"].sum()
    assert 0.28 < usd[months].sum() / revenue < 0.40


def test_customers_leave_at_a_rate_that_a_lifetime_can_be_told_from(story):
    table = story.customers.subscriptions
    left = table[(table["reason"] != "price_change") & (table["end"] > np.datetime64("2025-11-20"))]
    active = story.customers.accounts["is_base"].sum()
    assert 0.012 < len(left) / 12 / active < 0.03


def test_periods_of_a_subscription_follow_one_another_without_gap(story):
    table = story.customers.subscriptions.sort_values(["customer", "start"])
    following = table["customer"].eq(table["customer"].shift(-1))
    assert (table.loc[following, "end"] == table["start"].shift(-1)[following]).all()
    assert (table["mrr"] > 0).all()
    assert (table["end"].isna() | (table["end"] > table["start"])).all()


def test_nothing_happens_before_what_it_follows_from(story):
    table = story.handoffs
    for before, after in (
        ("given_at", "assigned_at"),
        ("assigned_at", "answered_at"),
        ("given_at", "decided_at"),
        ("sal_at", "sql_at"),
        ("sql_at", "converted_at"),
    ):
        both = table[before].notna() & table[after].notna()
        assert (table.loc[both, before] <= table.loc[both, after]).all(), (before, after)
    assert (story.leads["created"] <= story.plan.as_of).all()
    assert (story.deals["created"] <= story.deals["closed_at"]).all()
    assert (story.touches.members["at"] <= story.plan.as_of).all()
    assert (story.changes.groupby("deal")["at"].diff().dropna().dt.total_seconds() >= 0).all()


def test_every_lead_has_about_ten_responses(story):
    assert 9 < len(story.touches.members) / len(story.leads) < 12


def test_all_kinds_of_deals_are_there(story):
    kinds = story.deals["kind"].value_counts()
    assert kinds[NEW] > 500
    assert kinds[EXPANSION] > 100
    assert kinds[RENEWAL] > 300


def test_the_demo_speaks_the_words_of_the_agreement(agreement):
    def spellings(items):
        return {word.casefold() for item in items for word in (item.id, item.title, *item.native)}

    stages = spellings(agreement.lifecycle.stages)
    assert {name.casefold() for name in STATUS.values()} <= stages
    assert {name.casefold() for name in DEAL_STAGES} <= spellings(agreement.pipeline.stages)
    assert {channel.source.casefold() for channel in CHANNELS} <= spellings(agreement.channels)
    assert {channel.id for channel in CHANNELS} <= {channel.id for channel in agreement.channels}
    assert set(REGION_CALENDAR) <= {calendar.id for calendar in agreement.calendars}


def test_hours_pass_only_while_the_office_is_open():
    americas, emea = region_hours(Plan(1, 7, 24, date(2026, 11, 20)))
    friday = np.array(["2026-11-13T21:30:00"], dtype="datetime64[s]")  # half an hour before closing in New York
    assert americas.add(friday, np.array([3600]))[0] == np.datetime64("2026-11-16T14:30:00")
    assert emea.add(friday, np.array([60]))[0] == np.datetime64("2026-11-16T07:31:00")
    eve = np.array(["2026-11-25T21:00:00"], dtype="datetime64[s]")  # Thanksgiving is closed
    assert americas.add(eve, np.array([7200]))[0] == np.datetime64("2026-11-27T15:00:00")


def test_scale_follows_the_number_of_leads():
    small = tell(Plan(500, 7, 24, date(2026, 11, 20)))
    assert (
        0.05 < small.ledger["amount"].sum() / tell(Plan(5000, 7, 24, date(2026, 11, 20))).ledger["amount"].sum() < 0.2
    )
    assert {segment.id for segment in SEGMENTS} == {"SMB", "MID", "ENT"}
