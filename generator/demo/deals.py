"""Deals from qualified leads: how large, how long, won or lost and why, and every change on the way."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.demo.company import (
    CHANNEL_INDEX,
    EURO_SHARE,
    Array,
    Plan,
    of_channel,
    of_segment,
    pick,
)
from generator.demo.hours import DAY_SECONDS, add_open_time, region_hours
from generator.demo.people import LEAVER, STAFF, owners_at

DAY = 86_400
NEVER = np.datetime64("NaT", "s")
NEW, EXPANSION, RENEWAL = 0, 1, 2
#: Stages by number; the first is before qualification, the last two close.
PROSPECTING, QUALIFIED, PROPOSAL, NEGOTIATION, WON, LOST = range(6)
_REACHED_AFTER = (0.0, 0.10, 0.42, 0.74)  # share of a deal's life at which each open stage begins
LOSSES = ("price", "lost_to_competitor", "no_decision", "went_dark", "product_gap")
_LOSS_SHARE = (0.27, 0.22, 0.24, 0.18, 0.09)
#: Dollars for a euro that the company's price list assumes.
LIST_RATE = 1.10


def new_deals(plan: Plan, leads: pd.DataFrame, handoffs: pd.DataFrame) -> pd.DataFrame:
    """Return the first deals of leads, one a row, in order of creation.

    lead, account, owner, region, segment, product, kind: numbers; created, closed_at: datetime64[s] UTC (closed_at
    NaT while open); won; reach: the last open stage; euro: whether it is in euros; amount, list_amount: whole units
    of its own currency; loss: reason of a lost deal; planned: days expected at the start.
    """
    rng = plan.stream("deals")
    source = handoffs[handoffs["converted_at"] <= plan.as_of].drop_duplicates("lead")
    source = source.sort_values(["converted_at", "lead"], ignore_index=True)
    lead = leads.iloc[source["lead"]]
    count, segment, region = len(source), lead["segment"].to_numpy(), source["region"].to_numpy()
    channel = lead["channel"].to_numpy()
    size = of_segment("size")[segment] * rng.lognormal(0, 0.42, count)
    size *= np.where(channel == CHANNEL_INDEX["outbound"], 1.35, 1.0) * np.where(region == 0, 1.04, 0.96)
    deals = pd.DataFrame(
        {
            "lead": source["lead"],
            "account": source["lead"],
            "owner": source["owner"],
            "region": region,
            "segment": segment,
            "product": lead["product"].to_numpy(),
            "channel": channel,
            "kind": NEW,
            "created": source["converted_at"],
            "euro": rng.random(count) < np.array(EURO_SHARE)[region],
        }
    )
    chance = (
        of_channel("win")[channel] * (0.72 + 0.5 * lead["intent"].to_numpy()) * np.array([1.06, 1.0, 0.86])[segment]
    )
    deals["won"] = rng.random(count) < chance
    return _priced(rng, _lived(plan, rng, deals), size)


def _lived(plan: Plan, rng: np.random.Generator, deals: pd.DataFrame) -> pd.DataFrame:
    count, created, won = len(deals), deals["created"].to_numpy(), deals["won"].to_numpy()
    days = of_segment("days")[deals["segment"]] * rng.lognormal(0, 0.5, count) * np.where(won, 0.95, 1.15)
    closed = add_open_time(region_hours(plan), deals["region"].to_numpy(), created, days * DAY_SECONDS * 5 / 7)
    closed = _pushed_to_quarter_end(rng, created, closed)
    reach = np.where(won, NEGOTIATION, pick(rng, (0.22, 0.33, 0.30, 0.15), count))
    return deals.assign(
        closed_at=closed,
        reach=reach,
        planned=np.maximum(days * rng.lognormal(0.02, 0.3, count), 4).astype("int64"),
        loss=np.where(won, "", np.array(LOSSES)[pick(rng, _LOSS_SHARE, count)]),
        owner=_still_here(plan, deals, closed),
    )


def _pushed_to_quarter_end(rng: np.random.Generator, created: Array, closed: Array) -> Array:
    """Pull deals that would close in the first days of a quarter into the last days of the one before."""
    month = closed.astype("datetime64[M]").astype("int64") % 12
    early = (month % 3 == 0) & ((closed - closed.astype("datetime64[M]")).astype("int64") < 10 * DAY)
    pulled = closed - np.timedelta64(11 * DAY, "s")
    return np.where(early & (pulled > created) & (rng.random(len(closed)) < 0.45), pulled, closed)


def _still_here(plan: Plan, deals: pd.DataFrame, closed: Array) -> Array:
    """Return the owner at the end: colleagues take over what a rep who left had open."""
    left = STAFF[LEAVER].active_to
    owner = deals["owner"].to_numpy()
    open_then = (owner == LEAVER) & (closed >= np.datetime64(left, "s"))
    heirs = owners_at(plan, plan.stream("heirs"), deals["region"].to_numpy(), closed)
    return np.where(open_then, heirs, owner)


def _priced(rng: np.random.Generator, deals: pd.DataFrame, size: Array) -> pd.DataFrame:
    own = np.where(deals["euro"], size / LIST_RATE, size)
    amount = np.maximum(np.round(own / 50) * 50, 600).astype("int64")
    given = np.where(rng.random(len(deals)) < 0.45, rng.integers(2, 22, len(deals)), 0)
    return deals.assign(amount=amount, list_amount=np.round(amount / (1 - given / 100) / 10).astype("int64") * 10)


def deal_changes(plan: Plan, deals: pd.DataFrame) -> pd.DataFrame:
    """Return the tracked state of every deal after each change up to the drop, in order of deal and time.

    deal: row number in `deals`; at: datetime64[s] UTC; stage; amount; due: datetime64[D], the expected or real close.
    """
    rng = plan.stream("deal changes")
    begun, ended = deals["created"].to_numpy(), deals["closed_at"].to_numpy()
    number, life = np.arange(len(deals)), (ended - begun).astype("int64")
    revised = np.where(rng.random(len(deals)) < 0.25, rng.integers(85, 125, len(deals)), 100)
    first_amount = np.maximum(deals["amount"].to_numpy() * revised // 100 // 50 * 50, 500)
    parts = []
    for stage, share in enumerate(_REACHED_AFTER):
        rows = deals["reach"].to_numpy() >= stage
        at = begun + (life * share).astype("timedelta64[s]")
        amount = first_amount if stage < PROPOSAL else deals["amount"].to_numpy()
        parts.append(pd.DataFrame({"deal": number, "at": at, "stage": stage, "amount": amount})[rows])
    last = np.where(deals["won"], WON, LOST)
    parts.append(pd.DataFrame({"deal": number, "at": ended, "stage": last, "amount": deals["amount"]}))
    planned = begun.astype("datetime64[D]") + deals["planned"].to_numpy().astype("timedelta64[D]")
    late = planned < ended.astype("datetime64[D]")
    parts.append(_pushes(rng, deals, planned, late))
    changes = pd.concat(parts, ignore_index=True).sort_values(["deal", "at", "stage"], kind="stable", ignore_index=True)
    # A push keeps the stage and the amount that the deal had.
    changes[["stage", "amount"]] = changes.groupby("deal")[["stage", "amount"]].ffill().astype("int64")
    changes["due"] = _due(changes, planned, ended)
    return changes[changes["at"] <= plan.as_of].reset_index(drop=True)


def _pushes(rng: np.random.Generator, deals: pd.DataFrame, planned: Array, late: Array) -> pd.DataFrame:
    """Return the moments at which reps moved an overrun close date; some never do."""
    rows = np.flatnonzero(late & (rng.random(len(deals)) < 0.85))
    at = planned[rows].astype("datetime64[s]") - np.timedelta64(9 * 3600, "s")
    at = np.maximum(at, deals["created"].to_numpy()[rows] + np.timedelta64(3600, "s"))
    return pd.DataFrame({"deal": rows, "at": at, "stage": np.nan, "amount": np.nan, "pushed": 1.0})


def _due(changes: pd.DataFrame, planned: Array, ended: Array) -> Array:
    deal = changes["deal"].to_numpy()
    pushed = np.asarray(changes.groupby("deal")["pushed"].ffill().notna())
    closing = ended.astype("datetime64[D]")
    # A pushed date is the real one rounded up to a fortnight: reps guess, but not wildly.
    overrun = (closing - planned).astype("int64")
    moved = planned + ((np.maximum(overrun, 1) + 13) // 14 * 14).astype("timedelta64[D]")
    due = np.where(pushed, moved[deal], planned[deal])
    return np.asarray(np.where(changes["stage"].to_numpy() >= WON, closing[deal], due))
