"""The incidence curve of a cohort: who got there by which day, exits competing, the young censored (Aalen-Johansen)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.engine import Engine
from generator.measures.cohort import done_join, entry_and, present_sql
from generator.measures.figure import Figure
from generator.measures.measured import no_curves
from generator.measures.ordered import Cells, SortedUnits, cells_in, sorted_units, within_cells
from generator.measures.periods import OWN, Periods
from generator.measures.results import CURVE_COLUMNS
from generator.measures.survival import still_waiting
from generator.measures.units import UnitTable

_DAY = 86400
_DONE, _OUT = 1, 2


def incidence(
    engine: Engine, units: UnitTable, figure: Figure, periods: Periods, metric_id: str, window: int
) -> pd.DataFrame:
    """Return CURVE_COLUMNS: scope `all` of every own period, and each member for the period `all`.

    share: of the units that entered, estimated share that got there within `day` days of 24 hours; at_risk: units
    still followed at that age. Empty where the rows hold no times (`hit` instead of `done_at`).
    """
    if not units.has("done_at"):
        return no_curves()
    terms = _end_terms(units, periods, window)
    joins = done_join(units, "done_at", "out_at")
    ordered = sorted_units(engine, units, figure, terms, present_sql(units), joins)
    own = periods.of_grains(figure.grains)
    own = own[own["role"] == OWN]
    whole = own["grain"] == "all"
    cells = [*cells_in(ordered, (), own[~whole], periods), *cells_in(ordered, figure.by, own[whole], periods)]
    curves = [_curve(ordered, some, periods, window) for some in cells]
    if not curves:
        return no_curves()
    return pd.concat(curves, ignore_index=True).assign(metric_id=metric_id)[list(CURVE_COLUMNS)]


def _end_terms(units: UnitTable, periods: Periods, window: int) -> dict[str, str]:
    """Return SQL for when a unit's story ends, in seconds since entry, and how: got there, left, or not known yet."""
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
    return {"ends": f"greatest({end}, 0)", "how": how}


def _curve(units: SortedUnits, cells: Cells, periods: Periods, window: int) -> pd.DataFrame:
    ends, how = units.columns["ends"][cells.order], units.columns["how"][cells.order]
    ties = cells.ties(ends)
    done = ties.totals(how == _DONE)
    gone = done + ties.totals(how == _OUT)
    after = still_waiting(ties, gone)
    before = np.empty_like(after)
    before[1:], before[ties.first] = after[:-1], 0.0
    share = within_cells(done / ties.left * np.exp(before), ties.first)
    # One key for cell and time, so that all days of all cells are looked up at once.
    span = (window + 1) * _DAY
    number, day = np.divmod(np.arange(len(cells.sizes) * (window + 1)), window + 1)
    asked = number * span + day * _DAY
    run = np.searchsorted(ties.cell * span + ends[ties.at], asked, side="right") - 1
    found = run >= ties.first[number]
    earlier = np.searchsorted(np.repeat(np.arange(len(cells.sizes)), cells.sizes) * span + ends, asked, side="left")
    return pd.DataFrame(
        {
            "period": pd.Series(periods.frame["label"].reindex(cells.period[number]).to_numpy(), dtype="str"),
            "scope": pd.Series(cells.scope[number], dtype="str"),
            "day": day,
            "share": np.where(found, share[run].clip(0, 1), 0.0),
            "at_risk": cells.starts[number] + cells.sizes[number] - earlier,
        }
    )
