"""What sales does with the leads it is given: answering, deciding, qualifying, handing back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.demo.company import CHANNEL_INDEX, Array, Plan, pick
from generator.demo.hours import DAY_SECONDS, Hours, add_open_time, region_hours
from generator.demo.people import owners_at, staff_numbers

MINUTE, HOUR, DAY = 60, 3600, 86_400
NEVER = np.datetime64("NaT", "s")

_FIT_REASONS = ("not_icp", "wrong_persona", "student", "wrong_region", "competitor")
_FIT_SHARE = (0.50, 0.25, 0.10, 0.09, 0.06)
_INTENT_REASONS = ("no_timing", "no_intent", "no_budget", "unable_to_reach", "bad_contact_data")
_INTENT_SHARE = (0.34, 0.24, 0.18, 0.16, 0.08)
#: Handed back for another day; whoever leaves for any other reason is out for good.
RECYCLED_REASONS = ("no_timing", "no_budget", "no_intent", "unable_to_reach")
#: Attempts that sales promises by tier before it gives up.
_PERSISTENCE = {"A": 6, "B": 5, "C": 3}
_USUAL_ANSWER = {"A": 15 * MINUTE, "B": 105 * MINUTE, "C": 230 * MINUTE}


def make_handoffs(plan: Plan, leads: pd.DataFrame) -> pd.DataFrame:
    """Return one row per lead and round of qualification; the second round is of leads that came back.

    lead: row number in `leads`; cycle; owner; given_at (mql, or for leads that sales found itself: creation);
    assigned_at, answered_at, decided_at, sal_at, sql_at, converted_at, exit_at (datetime64[s] UTC, NaT where not);
    reason of the exit; attempts: number of tries until the decision; chased: tries between sql and the deal.
    """
    rng = plan.stream("handoffs")
    hours = region_hours(plan)
    own = leads["channel"].to_numpy() == CHANNEL_INDEX["outbound"]
    worked_by_sales = own & (rng.random(len(leads)) < 0.7)
    given = np.where(worked_by_sales, leads["created"].to_numpy(), leads["mql_at"].to_numpy())
    first = _work(plan, rng, hours, leads, np.flatnonzero(~np.isnat(given)), given[~np.isnat(given)], 1)
    back = _returning(plan, rng, first)
    again = _work(plan, rng, hours, leads, back["lead"].to_numpy(), back["returned_at"].to_numpy(), 2)
    return pd.concat([first, again], ignore_index=True)


def _returning(plan: Plan, rng: np.random.Generator, first: pd.DataFrame) -> pd.DataFrame:
    gone = first[first["reason"].isin(RECYCLED_REASONS) & (first["exit_at"] <= plan.as_of)]
    back = gone[rng.random(len(gone)) < 0.2]
    wait = rng.integers(25 * DAY, 170 * DAY, len(back)).astype("timedelta64[s]")
    back = back.assign(returned_at=back["exit_at"].to_numpy() + wait)
    return back[back["returned_at"] <= plan.as_of]


def _work(
    plan: Plan,
    rng: np.random.Generator,
    hours: tuple[Hours, ...],
    leads: pd.DataFrame,
    rows: Array,
    given: Array,
    cycle: int,
) -> pd.DataFrame:
    """Let sales work the leads in `rows`, given to it at `given`; times later than the drop stay in, cut by others."""
    lead = leads.iloc[rows]
    own = lead["channel"].to_numpy() == CHANNEL_INDEX["outbound"]
    region = lead["region"].to_numpy()
    owner = owners_at(plan, rng, region, given)
    routing = np.where(
        rng.random(len(rows)) < 0.035, rng.lognormal(11.9, 0.4, len(rows)), rng.lognormal(5.4, 0.8, len(rows))
    )
    table = pd.DataFrame(
        {
            "lead": rows,
            "cycle": cycle,
            "own": own,
            "owner": owner,
            "region": region,
            "tier": lead["tier"].to_numpy(),
            "given_at": given,
            "assigned_at": np.where(own, given, given + routing.astype("timedelta64[s]")),
        }
    )
    table = _decided(rng, hours, _answered(rng, hours, table), lead, cycle)
    return _qualified(rng, hours, table, lead)


def _answered(rng: np.random.Generator, hours: tuple[Hours, ...], table: pd.DataFrame) -> pd.DataFrame:
    count, owner = len(table), table["owner"].to_numpy()
    usual = table["tier"].map(_USUAL_ANSWER).to_numpy()
    wait = usual * staff_numbers("pace")[owner] * rng.lognormal(0, 0.65, count)
    answered = add_open_time(hours, table["region"].to_numpy(), table["assigned_at"].to_numpy(), wait)
    silent = rng.random(count) < staff_numbers("silence")[owner]
    return table.assign(answered_at=np.where(silent, NEVER, answered), pace=staff_numbers("pace")[owner])


def _decided(
    rng: np.random.Generator, hours: tuple[Hours, ...], table: pd.DataFrame, lead: pd.DataFrame, cycle: int
) -> pd.DataFrame:
    """Add sal_at or a rejection (exit_at, reason), or neither where nobody decided."""
    count, fit, intent = len(table), lead["fit"].to_numpy(), lead["intent"].to_numpy()
    own = table["own"].to_numpy()
    accepted = rng.random(count) < np.where(own, 0.72, 0.30 + 0.40 * fit + 0.24 * intent + 0.08 * (cycle - 1))
    reason = np.where(
        fit | (cycle > 1),
        np.array(_INTENT_REASONS)[pick(rng, _INTENT_SHARE, count)],
        np.where(
            rng.random(count) < 0.8,
            np.array(_FIT_REASONS)[pick(rng, _FIT_SHARE, count)],
            np.array(_INTENT_REASONS)[pick(rng, _INTENT_SHARE, count)],
        ),
    )
    answered = table["answered_at"].to_numpy()
    silent = np.isnat(answered)
    thinks = 3.6 * HOUR * np.minimum(table["pace"].to_numpy(), 2.6) * rng.lognormal(0, 0.7, count)
    gives_up = ~accepted & (reason == "unable_to_reach")
    promised = table["tier"].map(_PERSISTENCE).to_numpy()
    # One in eight gives up early, which the persistence figure must show.
    attempts = np.where(gives_up, promised - (rng.random(count) < 0.12) * 2, 1 + rng.poisson(0.8, count))
    thinks = np.where(gives_up, (0.85 * attempts + rng.random(count)) * DAY_SECONDS, thinks)
    since = np.where(silent, table["given_at"].to_numpy(), answered)
    decided = add_open_time(hours, table["region"].to_numpy(), since, thinks)
    undecided = silent | (rng.random(count) < 0.025)
    return table.assign(
        decided_at=np.where(undecided, NEVER, decided),
        sal_at=np.where(accepted & ~undecided, decided, NEVER),
        exit_at=np.where(~accepted & ~undecided, decided, NEVER),
        reason=np.where(accepted | undecided, "", reason),
        attempts=np.where(silent, 0, attempts),
    )


def _qualified(
    rng: np.random.Generator, hours: tuple[Hours, ...], table: pd.DataFrame, lead: pd.DataFrame
) -> pd.DataFrame:
    """Take accepted leads on to sql and to a deal, or hand them back with a reason."""
    count, region, sal = len(table), table["region"].to_numpy(), table["sal_at"].to_numpy()
    taken = ~np.isnat(sal)
    base = np.where(taken, sal, table["given_at"].to_numpy())
    chance = 0.34 + 0.34 * lead["intent"].to_numpy() + 0.16 * lead["fit"].to_numpy()
    good = taken & (rng.random(count) < chance)
    sql = add_open_time(hours, region, base, DAY_SECONDS * 2.6 * rng.lognormal(0, 0.7, count))
    deal = add_open_time(hours, region, sql, DAY_SECONDS * 3.2 * rng.lognormal(0, 0.6, count))
    opens = good & (rng.random(count) < 0.93)
    leaves = add_open_time(hours, region, base, DAY_SECONDS * rng.triangular(3, 9, 19, count))
    # Two in three qualified leads without a deal, and most accepted ones without a case, are handed back in time.
    handed_back = taken & ~opens & (rng.random(count) < np.where(good, 0.7, 0.9))
    leaves = np.where(good, add_open_time(hours, region, deal, np.full(count, DAY_SECONDS)), leaves)
    reasons = np.array(_INTENT_REASONS)[pick(rng, (0.45, 0.2, 0.3, 0, 0), count)]
    return table.assign(
        sql_at=np.where(good, sql, NEVER),
        converted_at=np.where(opens, deal, NEVER),
        exit_at=np.where(handed_back, leaves, table["exit_at"].to_numpy()),
        reason=np.where(handed_back, reasons, table["reason"].to_numpy()),
        chased=np.where(opens, np.clip(rng.poisson(3.6, count), 0, 9), np.where(good, rng.poisson(3.0, count), 0)),
    )
