"""What measuring a figure yields, and how placed sums become cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from generator.measures.periods import OWN, Periods
from generator.measures.results import CELL_COLUMNS, CURVE_COLUMNS, Status

_NUMBERS = ("value", "numerator", "denominator", "low", "high", "target", "attainment")
_TYPES: dict[str, str] = {
    **dict.fromkeys(CELL_COLUMNS, "str"),
    **dict.fromkeys(_NUMBERS, "float64"),
    "n": "Int64",
    "comparison": "str",
    "period_id": "int64",
}


@dataclass(frozen=True, eq=False)
class Measured:
    """The cells of one or more figures.

    frame: CELL_COLUMNS, `comparison` ("" for own periods; else the row is the like-for-like twin that the part
        period `period` is compared with) and `period_id`.
    curves: CURVE_COLUMNS.
    """

    frame: pd.DataFrame
    curves: pd.DataFrame

    @property
    def cells(self) -> pd.DataFrame:
        """Cells of own periods, CELL_COLUMNS."""
        return self.frame.loc[self.frame["comparison"] == "", list(CELL_COLUMNS)].reset_index(drop=True)

    @property
    def twins(self) -> pd.DataFrame:
        """Twins of part periods, CELL_COLUMNS and `comparison`."""
        rows = self.frame["comparison"] != ""
        return self.frame.loc[rows, [*CELL_COLUMNS, "comparison"]].reset_index(drop=True)

    def only(self, metric_id: str) -> Measured:
        """Return the part that bears this id."""
        return self._where(self.frame["metric_id"] == metric_id, self.curves["metric_id"] == metric_id)

    def without(self, metric_id: str) -> Measured:
        """Return everything but the part that bears this id."""
        return self._where(self.frame["metric_id"] != metric_id, self.curves["metric_id"] != metric_id)

    def _where(self, cells: pd.Series, curves: pd.Series) -> Measured:
        return Measured(self.frame[cells].reset_index(drop=True), self.curves[curves].reset_index(drop=True))


def together(parts: Iterable[Measured]) -> Measured:
    """Return the parts as one."""
    kept = list(parts)
    frames = [part.frame for part in kept if len(part.frame)]
    curves = [part.curves for part in kept if len(part.curves)]
    return Measured(
        pd.concat(frames, ignore_index=True) if frames else no_cells(),
        pd.concat(curves, ignore_index=True) if curves else no_curves(),
    )


def no_cells() -> pd.DataFrame:
    """Return an empty frame of cells."""
    return _NO_CELLS.copy()


def no_curves() -> pd.DataFrame:
    """Return an empty frame of curves."""
    return _NO_CURVES.copy()


def cells_of(metric_id: str | pd.Series, placed: pd.DataFrame, periods: Periods) -> pd.DataFrame:
    """Return placed cells as results; `metric_id` is one for all rows, or one a row.

    placed: period (id), scope, gap, and any of value, numerator, denominator, n, low, high, status. A gap blocks its
    cell: no number but n, and the gap as its status. Without a status, a missing value is `zero_denominator`.
    """
    about = periods.frame.reindex(placed["period"])
    own = (about["role"] == OWN).to_numpy()
    shown = periods.frame["label"].reindex(about["of_period"].where(~own, about.index)).to_numpy()
    cells = placed.rename(columns={"period": "period_id"}).assign(
        metric_id=metric_id,
        period=shown,
        comparison=np.where(own, "", about["role"].to_numpy()),
        cut=about["cut"].to_numpy(),
        target_status="",
    )
    return _typed(_blocked(_with_status(cells)))


def _with_status(cells: pd.DataFrame) -> pd.DataFrame:
    missing = cells["value"].isna()
    default = np.where(missing, Status.ZERO_DENOMINATOR.value, Status.OK.value)
    given = cells["status"].fillna("").to_numpy() if "status" in cells else np.full(len(cells), "", dtype=object)
    return cells.assign(status=np.where(given == "", default, given))


def _blocked(cells: pd.DataFrame) -> pd.DataFrame:
    blocked = (cells["gap"] != "").to_numpy()
    cells = cells.assign(status=np.where(blocked, cells["gap"].to_numpy(), cells["status"].to_numpy()))
    for name in _NUMBERS:
        if name in cells:
            cells[name] = cells[name].astype("float64").mask(blocked)
    return cells


def _typed(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.reindex(columns=list(_TYPES)).astype(_TYPES).reset_index(drop=True)


_NO_CELLS = _typed(pd.DataFrame(columns=list(_TYPES)))
_NO_CURVES = pd.DataFrame(columns=list(CURVE_COLUMNS)).astype(
    {"metric_id": "str", "period": "str", "scope": "str", "day": "int64", "share": "float64", "at_risk": "int64"}
)
