"""The reporting periods as frames: own ones, their like-for-like twins, and what each is compared with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from generator.engine import Engine

OWN = "own"
#: The comparison that `prior` means, by grain.
PRIOR = {"week": "wow", "month": "mom", "quarter": "qoq", "year": "yoy"}
_PUBLISHED = ["period", "grain", "starts_on", "ends_on", "cut_on", "is_part", "days_done", "days_total"]
_GRAINS = ("week", "month", "quarter", "year", "all")


@dataclass(frozen=True, eq=False)
class Periods:
    """The tables `period`, `period_before` and `period_day` of one drop.

    frame: indexed by period id; the columns of table `period`, days as timestamps, sorted by id. `cut` is the last
        completed day of a part period as ISO text, else "".
    before: period, comparison, before_period (ids).
    days: day, period (id).
    """

    frame: pd.DataFrame
    before: pd.DataFrame
    days: pd.DataFrame

    @property
    def published(self) -> pd.DataFrame:
        """The own periods as the results publish them."""
        own = self.frame[self.frame["role"] == OWN].drop(columns="period", errors="ignore")
        own = own.rename(columns={"label": "period"})
        order = own["grain"].map({grain: number for number, grain in enumerate(_GRAINS)})
        own = own.assign(order=order).sort_values(["order", "starts_on"])
        return own[_PUBLISHED].reset_index(drop=True)

    @property
    def as_of(self) -> pd.Timestamp:
        """The instant of the drop, naive UTC."""
        return pd.Timestamp(self._whole["instant"])

    @property
    def as_of_day(self) -> pd.Timestamp:
        """The local day on which the drop was taken."""
        return pd.Timestamp(self._whole["cut_on"]) - pd.Timedelta(days=1)

    @property
    def _whole(self) -> pd.Series:
        return self.frame[(self.frame["role"] == OWN) & (self.frame["grain"] == "all")].iloc[0]

    def of_grains(self, grains: Iterable[str]) -> pd.DataFrame:
        """Return the rows of `frame` of these grains, twins too."""
        return self.frame[self.frame["grain"].isin(list(grains))]

    def prior(self) -> pd.Series:
        """Return period id -> id of the period before of the same grain, a part period's like-for-like twin."""
        grain = self.before["period"].map(self.frame["grain"])
        rows = self.before[grain.map(PRIOR) == self.before["comparison"]]
        return rows.set_index("period")["before_period"]


def load_periods(engine: Engine) -> Periods:
    """Read the periods of the drop from the calendar tables."""
    frame = engine.frame("select * from period order by period").set_index("period")
    for column in ("starts_on", "ends_on", "cut_on", "instant"):
        frame[column] = pd.to_datetime(frame[column])
    shown = frame["is_part"] & (frame["grain"] != "all")
    last = (frame["cut_on"] - pd.Timedelta(days=1)).dt.strftime("%Y-%m-%d")
    frame["cut"] = last.where(shown, "")
    before = engine.frame("select period, comparison, before_period from period_before order by period, comparison")
    days = engine.frame("select day, period from period_day order by period, day")
    days["day"] = pd.to_datetime(days["day"])
    return Periods(frame, before, days)
