"""Money in and out: exchange rates, spend and the recognised revenue of the ledger."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.demo.company import CHANNELS, REGIONS, SEGMENTS, Array, Plan, next_month
from generator.demo.customers import Customers

#: Dollars a month where the plan's scale is one: (team, category, purpose, amount, share spent in the first region).
_MONTHLY = (
    ("sales", "people", "acquisition", 61_000, 0.58),
    ("sales", "people", "expansion", 11_000, 0.58),
    ("sales", "people", "retention", 7_000, 0.58),
    ("sales", "tools", "acquisition", 4_200, 0.60),
    ("sales", "overhead", "unallocated", 3_000, 0.55),
    ("marketing", "people", "acquisition", 25_000, 0.60),
    ("marketing", "people", "retention", 2_500, 0.60),
    ("marketing", "agency", "acquisition", 5_200, 0.62),
    ("marketing", "tools", "unallocated", 3_600, 0.60),
    ("marketing", "program", "brand", 3_000, 0.55),
)
_PAY_RISE = 0.10  # a year, people and new heads together
_COMMISSION = 0.09  # of new and expansion bookings
_RATES_SINCE = 40  # months of exchange rates before the start


def exchange_rates(plan: Plan) -> pd.DataFrame:
    """Return the dollar rate of the euro from the first of each month on: currency, rate_date, rate (text)."""
    rng = plan.stream("rates")
    months = plan.months + _RATES_SINCE
    first = np.datetime64(plan.start, "M") - np.timedelta64(_RATES_SINCE, "M")
    days = (first + np.arange(months)).astype("datetime64[D]")
    drift = np.cumsum(rng.normal(0, 0.011, months))
    rate = 1.10 + 0.05 * np.tanh(drift - drift.mean()) + 0.015 * np.sin(np.arange(months) / 5)
    return pd.DataFrame({"currency": "EUR", "rate_date": days, "rate": [f"{value:.4f}" for value in rate]})


def in_dollars(rates: pd.DataFrame, amount: Array, euro: Array, day: Array) -> Array:
    """Return `amount` (whole units) in dollars at the rate of `day` (datetime64[D])."""
    at = np.searchsorted(rates["rate_date"].to_numpy().astype("datetime64[D]"), day, side="right") - 1
    rate = rates["rate"].astype(float).to_numpy()[np.maximum(at, 0)]
    return np.asarray(amount * np.where(euro, rate, 1.0))


def make_spend(plan: Plan, leads: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Return what sales and marketing spent, a row a month, region and purpose; programmes by channel.

    Columns as in the plain `spend` table; the month of the drop is booked whole, as a budget holder would.
    """
    rng = plan.stream("spend")
    rows: list[tuple[object, ...]] = []
    for nth, month in enumerate(plan.first_days()):
        end, rise = next_month(month), (1 + _PAY_RISE) ** (nth / 12)
        for team, category, purpose, amount, share in _MONTHLY:
            for region, part in zip(REGIONS, (share, 1 - share), strict=True):
                value = amount * part * plan.scale * rise * rng.normal(1, 0.015)
                rows.append((month, end, team, category, purpose, "", region, value))
    rows += _programmes(plan, rng, leads) + _commissions(plan, deals)
    table = pd.DataFrame(
        rows, columns=["period_start", "period_end", "team", "category", "purpose", "channel", "region", "amount"]
    )
    # Two thirds of what EMEA spends is paid in euros.
    euro = (table["region"] == REGIONS[1]) & (table["category"] != "tools") & (rng.random(len(table)) < 0.66)
    return table.assign(
        currency=np.where(euro, "EUR", "USD"), amount=np.where(euro, table["amount"] / 1.1, table["amount"])
    )


def _programmes(plan: Plan, rng: np.random.Generator, leads: pd.DataFrame) -> list[tuple[object, ...]]:
    months = leads["created"].to_numpy().astype("datetime64[M]")
    rows: list[tuple[object, ...]] = []
    usual = plan.leads / plan.months
    counts = leads.groupby([months, "region", "channel"]).size()
    for month in plan.first_days():
        for region, name in enumerate(REGIONS):
            for index, channel in enumerate(CHANNELS):
                came = int(counts.get((np.datetime64(month, "M"), region, index), 0))
                # Money is planned ahead: half follows what came, half what was expected.
                expected = 0.5 * came + 0.5 * usual * channel.share / 2
                if expected > 0:
                    value = expected * channel.cost * rng.normal(1, 0.07)
                    team = "sales" if channel.team == "sales" else "marketing"
                    rows.append((month, next_month(month), team, "program", "acquisition", channel.id, name, value))
    return rows


def _commissions(plan: Plan, deals: pd.DataFrame) -> list[tuple[object, ...]]:
    won = deals[deals["won"] & (deals["closed_at"] <= plan.as_of) & (deals["kind"] < 2)]
    months = won["closed_at"].to_numpy().astype("datetime64[M]")
    grouped = won.assign(month=months, is_new=won["kind"] == 0).groupby(["month", "region", "is_new"])["amount"]
    booked = grouped.sum().reset_index()
    rows: list[tuple[object, ...]] = []
    for month, region, is_new, amount in booked.itertuples(index=False):
        first = month.date()
        purpose = "acquisition" if is_new else "expansion"
        value = _COMMISSION * float(amount)
        rows.append((first, next_month(first), "sales", "commission", purpose, "", REGIONS[region], value))
    return rows


def make_ledger(plan: Plan, customers: Customers, rates: pd.DataFrame) -> pd.DataFrame:
    """Return recognised revenue in dollars by month, segment and kind; the running month is accrued so far."""
    rows: list[tuple[object, ...]] = []
    subscriptions, accounts = customers.subscriptions, customers.accounts
    account = accounts.iloc[subscriptions["customer"]]
    begin = subscriptions["start"].to_numpy().astype("datetime64[D]")
    until = np.where(subscriptions["end"].isna(), np.datetime64("2200-01-01"), subscriptions["end"]).astype(
        "datetime64[D]"
    )
    for month in plan.first_days():
        end = min(next_month(month), plan.end)
        days = (next_month(month) - month).days
        served = (np.minimum(until, np.datetime64(end)) - np.maximum(begin, np.datetime64(month))).astype("int64")
        earned = subscriptions["mrr"].to_numpy() * np.maximum(served, 0) / days
        usd = in_dollars(rates, earned, account["euro"].to_numpy(), np.full(len(earned), np.datetime64(month, "D")))
        begun = (begin >= np.datetime64(month)) & (begin < np.datetime64(end)) & ~account["is_base"].to_numpy()
        for index, segment in enumerate(SEGMENTS):
            mine = account["segment"].to_numpy() == index
            recurring = float(usd[mine].sum())
            services = 900.0 * (index + 1) * int((mine & begun).sum()) + 0.035 * recurring
            rows.append((segment.id, month, "recurring", recurring, recurring * (0.215 - 0.01 * index)))
            rows.append((segment.id, month, "services", services, services * 0.64))
    return pd.DataFrame(rows, columns=["segment", "month", "kind", "amount", "cogs"])


def money_text(amount: pd.Series | Array) -> list[str]:
    """Return amounts as plain decimals of two places."""
    return [f"{value:.2f}" for value in np.asarray(amount, dtype=float)]
