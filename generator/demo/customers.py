"""Customers: subscriptions that start on won deals, renew, grow, shrink and end; with the deals this brings."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from generator.demo.company import (
    EURO_SHARE,
    PRODUCT_SHARE,
    REGION_SHARE,
    Array,
    Plan,
    of_segment,
    pick,
)
from generator.demo.deals import EXPANSION, LIST_RATE, NEGOTIATION, NEW, PROPOSAL, RENEWAL
from generator.demo.people import owners_at

DAY = 86_400
_BASE_CUSTOMERS = 430  # at the start, where the plan's scale is one
_GROWS = 0.24  # share of customers that expand within a year
_SHRINKS = 0.06
_LEAVES_FOR = ("price", "no_longer_needed", "switched_supplier", "closed_down")


@dataclass(frozen=True)
class Customers:
    """What became of all customers up to the drop."""

    accounts: pd.DataFrame  # account, segment, region, product, euro, start (datetime64[D]), mrr, is_base
    subscriptions: pd.DataFrame  # customer (row of accounts), start, end (NaT while open), mrr, reason
    deals: pd.DataFrame  # expansions and renewals, columns as in `new_deals`


@dataclass
class _Book:
    """The rows collected while the years pass."""

    periods: list[pd.DataFrame] = field(default_factory=list)
    deals: list[pd.DataFrame] = field(default_factory=list)


def make_customers(plan: Plan, deals: pd.DataFrame) -> Customers:
    """Return the customers of old and those that `deals` won, with their subscriptions year by year."""
    rng = plan.stream("customers")
    accounts = pd.concat([_base(plan, rng), _won(plan, rng, deals)], ignore_index=True)
    book = _Book()
    state = accounts.assign(customer=np.arange(len(accounts)), since=accounts["start"], year=accounts["start"])
    while len(state):
        state = _one_year(plan, rng, book, state)
    subscriptions = pd.concat(book.periods, ignore_index=True).sort_values(["customer", "start"], ignore_index=True)
    later = pd.concat(book.deals, ignore_index=True)
    later = later[later["created"] <= plan.as_of].sort_values(["created", "account", "kind"], ignore_index=True)
    return Customers(accounts, subscriptions, _owned(plan, rng, later))


def _base(plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    count = max(round(_BASE_CUSTOMERS * plan.scale), 3)
    segment, region = pick(rng, of_segment("share"), count), pick(rng, REGION_SHARE, count)
    euro = rng.random(count) < np.array(EURO_SHARE)[region]
    usd = of_segment("size")[segment] * 1.02 / 12 * rng.lognormal(0, 0.4, count)
    age = rng.integers(5, 1090, count).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "account": plan.leads + np.arange(count),
            "segment": segment,
            "region": region,
            "product": pick(rng, PRODUCT_SHARE, count),
            "euro": euro,
            "start": np.datetime64(plan.start, "D") - age,
            "mrr": np.round(np.where(euro, usd / LIST_RATE, usd)).astype("int64"),
            "is_base": True,
        }
    )


def _won(plan: Plan, rng: np.random.Generator, deals: pd.DataFrame) -> pd.DataFrame:
    won = deals[deals["won"] & (deals["closed_at"] <= plan.as_of) & (deals["kind"] == NEW)]
    begin = won["closed_at"].to_numpy().astype("datetime64[D]") + rng.integers(1, 15, len(won)).astype("timedelta64[D]")
    accounts = won[["account", "segment", "region", "product", "euro"]]
    return accounts.assign(start=begin, mrr=np.maximum(won["amount"] // 12, 40), is_base=False)


def _one_year(plan: Plan, rng: np.random.Generator, book: _Book, state: pd.DataFrame) -> pd.DataFrame:
    """Let one contract year pass for all in `state`; return those who go on beyond it before the drop."""
    today, begin = plan.as_of.astype("datetime64[D]"), np.datetime64(plan.start, "D")
    count, year = len(state), state["year"].to_numpy().astype("datetime64[D]")
    due = year + np.timedelta64(365, "D")
    # What lies before the story is settled: only survivors of it are customers at its start.
    settled = np.asarray(due < begin)
    grown_on = year + rng.integers(60, 330, count).astype("timedelta64[D]")
    grows = (rng.random(count) < _GROWS) & (grown_on >= begin) & (grown_on <= today)
    more = np.maximum(np.round(state["mrr"] * rng.integers(14, 55, count) / 100), 15).astype("int64")
    state = _repriced(book, state, grows, grown_on, more)
    _expansions(plan, rng, book, state, grown_on, more, grows)
    comes_due = ~settled & np.asarray(due <= today)
    leaves = comes_due & (rng.random(count) < of_segment("churn")[state["segment"]])
    shrinks = comes_due & ~leaves & (rng.random(count) < _SHRINKS)
    _renewals(plan, rng, book, state, due, leaves, np.asarray(due <= today + np.timedelta64(60, "D")), settled)
    less = -np.round(state["mrr"] * rng.integers(10, 35, count) / 100).astype("int64")
    state = _repriced(book, state, shrinks, due, less)
    ends = leaves | (due > today)
    reason = np.where(leaves, np.array(_LEAVES_FOR)[rng.integers(0, len(_LEAVES_FOR), count)], "")
    _close(book, state[ends], np.where(leaves, due, np.datetime64("NaT", "D"))[ends], reason[ends])
    going_on: pd.DataFrame = state.assign(year=due)[~ends]
    return going_on


def _close(book: _Book, state: pd.DataFrame, end: Array, reason: Array | str) -> None:
    rows = state[["customer", "since", "mrr"]].rename(columns={"since": "start"})
    book.periods.append(rows.assign(end=end, reason=reason))


def _repriced(book: _Book, state: pd.DataFrame, rows: Array, when: Array, by: Array) -> pd.DataFrame:
    """Close the running period of `rows` at `when` and begin the next, dearer or cheaper `by` so much."""
    _close(book, state[rows], when[rows], "price_change")
    return state.assign(since=np.where(rows, when, state["since"]), mrr=state["mrr"] + np.where(rows, by, 0))


def _expansions(
    plan: Plan, rng: np.random.Generator, book: _Book, state: pd.DataFrame, when: Array, more: Array, grows: Array
) -> None:
    """Add the deals behind growth, and some that came to nothing."""
    today, begin, count = plan.as_of.astype("datetime64[D]"), np.datetime64(plan.start, "D"), len(state)
    tried = ~grows & (rng.random(count) < 0.10) & (when >= begin) & (when <= today)
    rows = grows | tried
    _add_deals(rng, book, state, rows, EXPANSION, when, more * 12, grows, 24, begin)


def _renewals(
    plan: Plan,
    rng: np.random.Generator,
    book: _Book,
    state: pd.DataFrame,
    due: Array,
    leaves: Array,
    near: Array,
    past: Array,
) -> None:
    """Add a renewal deal for each contract that comes due within sight."""
    begin = np.datetime64(plan.start, "D")
    _add_deals(rng, book, state, near & ~past, RENEWAL, due, state["mrr"].to_numpy() * 12, ~leaves, 55, begin)


def _add_deals(
    rng: np.random.Generator,
    book: _Book,
    state: pd.DataFrame,
    rows: Array,
    kind: int,
    when: Array,
    amount: Array,
    won: Array,
    days: int,
    begin: np.datetime64,
) -> None:
    ahead = rng.integers(days // 2, days * 3 // 2, len(state)).astype("timedelta64[D]")
    second = rng.integers(9 * 3600, 16 * 3600, len(state)).astype("timedelta64[s]")
    closed = when.astype("datetime64[s]") + second[::-1]
    created = np.maximum(when - ahead, begin).astype("datetime64[s]") + second
    deals = state[["account", "region", "segment", "product", "euro"]].assign(
        lead=-1,
        channel=-1,
        kind=kind,
        created=np.minimum(created, closed - np.timedelta64(3600, "s")),
        closed_at=closed,
        won=won,
        reach=np.where(won, NEGOTIATION, PROPOSAL),
        planned=ahead.astype("int64"),
        loss=np.where(won, "", np.where(kind == RENEWAL, "went_dark", "no_decision")),
        amount=amount,
        list_amount=amount,
    )
    book.deals.append(deals[rows])


def _owned(plan: Plan, rng: np.random.Generator, deals: pd.DataFrame) -> pd.DataFrame:
    at = np.maximum(deals["created"].to_numpy().astype("datetime64[s]"), np.datetime64(plan.start, "s"))
    return deals.assign(owner=owners_at(plan, rng, deals["region"].to_numpy(), at))
