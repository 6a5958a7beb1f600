"""The whole story of the company, part by part, as typed tables; nothing of it is written yet."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from generator.demo.activities import make_activities
from generator.demo.company import Plan
from generator.demo.customers import Customers, make_customers
from generator.demo.deals import deal_changes, new_deals
from generator.demo.handoffs import make_handoffs
from generator.demo.leads import make_leads
from generator.demo.money import exchange_rates, in_dollars, make_ledger, make_spend
from generator.demo.people import make_buyers
from generator.demo.plans import make_forecasts, make_reviews, make_targets
from generator.demo.touches import Touches, make_touches


@dataclass(frozen=True)
class Story:
    """Everything that happened, by numbers; the modules that make the tables say what their columns hold."""

    plan: Plan
    leads: pd.DataFrame
    handoffs: pd.DataFrame
    deals: pd.DataFrame
    changes: pd.DataFrame
    customers: Customers
    activities: pd.DataFrame
    touches: Touches
    buyers: pd.DataFrame  # by account number: leads first, then customers of old
    rates: pd.DataFrame
    spend: pd.DataFrame
    ledger: pd.DataFrame
    targets: pd.DataFrame
    forecasts: pd.DataFrame
    reviews: pd.DataFrame


def tell(plan: Plan) -> Story:
    """Let the months of `plan` pass and return what happened."""
    leads = make_leads(plan)
    handoffs = make_handoffs(plan, leads)
    first = new_deals(plan, leads, handoffs)
    customers = make_customers(plan, first)
    deals = pd.concat([first, customers.deals], ignore_index=True)
    deals = deals.sort_values(["created", "account", "kind"], kind="stable", ignore_index=True)
    rates = exchange_rates(plan)
    return Story(
        plan=plan,
        leads=leads,
        handoffs=handoffs,
        deals=deals,
        changes=deal_changes(plan, deals),
        customers=customers,
        activities=make_activities(plan, handoffs, deals),
        touches=make_touches(plan, leads, handoffs, deals),
        buyers=make_buyers(plan, plan.leads + int(customers.accounts["is_base"].sum())),
        rates=rates,
        spend=make_spend(plan, leads, deals),
        ledger=make_ledger(plan, customers, rates),
        targets=make_targets(plan),
        forecasts=make_forecasts(plan, _bookings(plan, deals, rates)),
        reviews=make_reviews(plan),
    )


def _bookings(plan: Plan, deals: pd.DataFrame, rates: pd.DataFrame) -> pd.Series:
    """Return dollars won with new and expansion deals by first day of the quarter."""
    won = deals[deals["won"] & (deals["closed_at"] <= plan.as_of) & (deals["kind"] < 2)]
    day = won["closed_at"].to_numpy().astype("datetime64[D]")
    usd = pd.Series(in_dollars(rates, won["amount"].to_numpy(), won["euro"].to_numpy(), day))
    quarter = won["closed_at"].dt.to_period("Q").dt.to_timestamp()
    return usd.groupby(quarter.to_numpy()).sum()
