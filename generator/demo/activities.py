"""Calls, mails and meetings that sales logs on leads and deals, and the mails a machine sends."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.demo.company import Array, Plan
from generator.demo.people import AUTOMATION

MINUTE, DAY = 60, 86_400
CALL, MAIL, MEETING = 0, 1, 2
CONNECTED, REPLIED, NO_ANSWER, VOICEMAIL, HELD, NO_SHOW, NOTHING = range(7)


def make_activities(plan: Plan, handoffs: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Return one activity a row, in order of time.

    lead (row number, -1 for deals of customers), deal (row number, -1 before there is one), owner (number in staff),
    at: datetime64[s] UTC; kind: CALL, MAIL or MEETING; outcome: one of the seven; automated.
    """
    rng = plan.stream("activities")
    parts = [
        _tries(rng, handoffs),
        _chasing(rng, handoffs),
        _meetings(rng, handoffs),
        _auto_replies(rng, handoffs),
        _on_deals(plan, rng, deals),
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table[table["at"] <= plan.as_of]
    return table.sort_values(["at", "lead", "deal", "kind"], kind="stable", ignore_index=True)


def _repeat(table: pd.DataFrame, times: Array) -> tuple[pd.DataFrame, Array]:
    """Return `table` with each row repeated `times`, and the turn of each copy, from 0."""
    rows = np.repeat(np.arange(len(table)), times)
    turn = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
    return table.iloc[rows].reset_index(drop=True), turn


def _rows(
    table: pd.DataFrame, at: Array, kind: Array | int, outcome: Array | int, automated: bool = False
) -> pd.DataFrame:
    deal = table["deal"].to_numpy() if "deal" in table else -1
    owner = AUTOMATION if automated else table["owner"].to_numpy()
    columns = {
        "lead": table["lead"].to_numpy(),
        "deal": deal,
        "owner": owner,
        "at": at,
        "kind": kind,
        "outcome": outcome,
    }
    return pd.DataFrame(columns).assign(automated=automated)


def _tries(rng: np.random.Generator, handoffs: pd.DataFrame) -> pd.DataFrame:
    """The first answer and the tries after it, until somebody decided."""
    table = handoffs[handoffs["answered_at"].notna()]
    first = table["answered_at"].to_numpy()
    until = np.where(table["decided_at"].isna(), first + np.timedelta64(4 * DAY, "s"), table["decided_at"].to_numpy())
    span = (until - first).astype("int64")
    # Two tries of one kind within minutes would be one try; leave room between them.
    times = np.clip(np.minimum(table["attempts"].to_numpy(), span // (12 * MINUTE)), 1, None)
    spread, turn = _repeat(table.assign(first=first, gap=span // times), times)
    at = spread["first"].to_numpy() + (spread["gap"].to_numpy() * turn).astype("timedelta64[s]")
    last = turn == np.repeat(times, times) - 1
    reached = last & (spread["reason"] != "unable_to_reach").to_numpy()
    kind = np.where(rng.random(len(spread)) < 0.6, CALL, MAIL)
    heard = np.where(kind == CALL, CONNECTED, REPLIED)
    unheard = np.where(kind == CALL, np.where(rng.random(len(spread)) < 0.5, NO_ANSWER, VOICEMAIL), NOTHING)
    return _rows(spread, at, kind, np.where(reached, heard, unheard))


def _chasing(rng: np.random.Generator, handoffs: pd.DataFrame) -> pd.DataFrame:
    """Follow-ups between qualification and the deal, or for two weeks where none came of it."""
    table = handoffs[handoffs["sql_at"].notna()]
    begin = table["sql_at"].to_numpy()
    span = np.where(
        table["converted_at"].isna(), 14 * DAY, (table["converted_at"] - table["sql_at"]).dt.total_seconds()
    )
    times = np.minimum(table["chased"].to_numpy(), (span // (20 * MINUTE)).astype("int64"))
    spread, turn = _repeat(table.assign(begin=begin, span=span), times)
    share = (turn + 0.5) / np.repeat(np.maximum(times, 1), times)
    at = spread["begin"].to_numpy() + (spread["span"].to_numpy() * share).astype("timedelta64[s]")
    kind = np.where(rng.random(len(spread)) < 0.45, CALL, MAIL)
    outcome = np.where(kind == CALL, np.where(rng.random(len(spread)) < 0.6, CONNECTED, VOICEMAIL), NOTHING)
    return _rows(spread, at, kind, outcome)


def _meetings(rng: np.random.Generator, handoffs: pd.DataFrame) -> pd.DataFrame:
    """The conversation on which a lead was qualified, half an hour before."""
    table = handoffs[handoffs["sql_at"].notna()]
    table = table[rng.random(len(table)) < 0.85]
    at = np.maximum(table["sql_at"].to_numpy() - np.timedelta64(30 * MINUTE, "s"), table["sal_at"].to_numpy())
    return _rows(table, at, MEETING, np.where(rng.random(len(table)) < 0.93, HELD, NO_SHOW))


def _auto_replies(rng: np.random.Generator, handoffs: pd.DataFrame) -> pd.DataFrame:
    """A thank-you mail that a machine sends within a minute: nobody's answer."""
    table = handoffs[~handoffs["own"]]
    table = table[rng.random(len(table)) < 0.4]
    at = table["given_at"].to_numpy() + rng.integers(20, 60, len(table)).astype("timedelta64[s]")
    return _rows(table, at, MAIL, NOTHING, automated=True)


def _on_deals(plan: Plan, rng: np.random.Generator, deals: pd.DataFrame) -> pd.DataFrame:
    """Work on deals: something every eight days or so until they close."""
    end = np.minimum(deals["closed_at"].to_numpy(), plan.as_of)
    span = np.maximum((end - deals["created"].to_numpy()).astype("int64"), 0)
    times = np.maximum(rng.poisson(span / (8 * DAY)), 1)
    table = deals.assign(deal=np.arange(len(deals)), span=span)
    spread, turn = _repeat(table, times)
    share = (turn + rng.uniform(0.2, 0.8, len(spread))) / np.repeat(times, times)
    at = spread["created"].to_numpy() + (spread["span"].to_numpy() * share).astype("timedelta64[s]")
    kind = np.where(rng.random(len(spread)) < 0.35, MEETING, np.where(rng.random(len(spread)) < 0.5, CALL, MAIL))
    outcome = np.array([CONNECTED, REPLIED, HELD])[kind]
    return _rows(spread, at, kind, outcome)
