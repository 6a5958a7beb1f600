"""The incidence curve of a cohort: who got there by which day, exits competing, the young censored (Aalen-Johansen)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.measures.cohort import entry_and
from generator.measures.figure import Figure
from generator.measures.grid import sorted_grid
from generator.measures.intervals import Numbers
from generator.measures.lag import LAG
from generator.measures.measured import Curve
from generator.measures.ordered import Groups, groups_in, sorted_units, within_groups
from generator.measures.periods import Indices, Periods
from generator.measures.rows import UnitRows
from generator.measures.survival import still_waiting
from generator.measures.units import UnitTable

_DAY = 86400
_DONE, _OUT = 1, 2


def incidence(rows: UnitRows, figure: Figure, periods: Periods, window: int) -> Curve | None:
    """Return the curve of scope `all` in every own period, and of each member in the period `all`.

    share: of the units that entered, estimated share that got there within `day` days of 24 hours; at_risk: units
    still followed at that age. rows: with the numbers of `end_terms`. None where there is no unit.
    """
    ordered = sorted_units(rows, "ends")
    own = periods.of_grains(figure.grains)
    own = own[periods.is_own[own]]
    is_whole = periods.grains[own] == "all"
    groups = [
        *groups_in(ordered, figure, periods, own[~is_whole], ()),
        *groups_in(ordered, figure, periods, own[is_whole]),
    ]
    if not groups:
        return None
    scopes = sorted({text for some in groups for text in some.scopes})
    code = {text: number for number, text in enumerate(scopes)}
    of_group = [np.array([code[text] for text in some.scopes])[some.scope] for some in groups]
    shares, at_risk = zip(*(_curve(some, window) for some in groups), strict=True)
    grid, order = sorted_grid(np.concatenate([some.period for some in groups]), np.concatenate(of_group), scopes)
    return Curve(grid, np.arange(window + 1), np.concatenate(shares)[order], np.concatenate(at_risk)[order])


def end_terms(units: UnitTable, periods: Periods, window: int) -> dict[str, str]:
    """Return SQL for when a unit's story ends, in seconds since entry, and how: got there, left, or not known yet.

    `lag`: the days it took, whatever the window, of units that entered at least two windows ago.
    """
    entry, done = entry_and(units, "done_at")
    days = units.is_date("moment") or units.is_date("done_at")
    until = periods.as_of_day if days else periods.as_of
    known = f"least(epoch(timestamp '{until}') - epoch({entry}), {window * _DAY})"
    done_s = f"epoch({done}) - epoch({entry})"
    out_s = "cast(null as double)"
    if units.has("out_at"):
        start, out = entry_and(units, "out_at")
        out_s = f"epoch({out}) - epoch({start})"
    reached, left = f"{done_s} <= {known}", f"{out_s} <= {known}"
    end = f"case when {reached} then {done_s} when {left} then {out_s} else {known} end"
    how = f"case when {reached} then {_DONE} when {left} then {_OUT} else 0 end"
    took = f"{done} <= timestamp '{until}' and {entry} <= timestamp '{until - pd.Timedelta(days=2 * window)}'"
    return {
        "ends": f"greatest({end}, 0)",
        "how": how,
        LAG: f"case when {took} then greatest({done_s}, 0) / {_DAY}.0 end",
    }


def _curve(groups: Groups, window: int) -> tuple[Numbers, Indices]:
    """Return share and at_risk, group x day."""
    ends, how = groups.values["ends"], groups.values["how"]
    ties = groups.ties("ends")
    done = ties.totals(how == _DONE)
    gone = done + ties.totals(how == _OUT)
    after = still_waiting(ties, gone)
    before = np.empty_like(after)
    before[1:], before[ties.first] = after[:-1], 0.0
    share = within_groups(done / ties.left * np.exp(before), ties.first)
    # One key for group and time, so that all days of all groups are looked up at once.
    span = (window + 1) * _DAY
    number, day = np.divmod(np.arange(len(groups.sizes) * (window + 1)), window + 1)
    asked = number * span + day * _DAY
    run = np.searchsorted(ties.group * span + ends[ties.at], asked, side="right") - 1
    found = run >= ties.first[number]
    earlier = np.searchsorted(np.repeat(np.arange(len(groups.sizes)), groups.sizes) * span + ends, asked, side="left")
    shape = (len(groups.sizes), window + 1)
    shares = np.where(found, share[run].clip(0, 1), 0.0).reshape(shape)
    return shares, (groups.starts[number] + groups.sizes[number] - earlier).reshape(shape)
