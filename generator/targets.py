"""Targets beside the results: attainment, how much of a target is due by now, and what is left to do."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

import numpy as np
import pandas as pd

from generator.agreement import Settings
from generator.engine import Engine
from generator.kpis.agreed import Aim, chosen_targets
from generator.kpis.kpi import Kpi
from generator.measures import Measured, earlier_course
from generator.measures.intervals import Numbers
from generator.measures.periods import OWN, Indices, Periods
from generator.measures.results import CELL_COLUMNS, Status
from generator.measures.samples import fewest_to_judge

ON_TARGET, AT_RISK, OFF_TARGET = "on_target", "at_risk", "off_target"
_ENOUGH, _NEARLY = 1.0, 0.9  # attainment from which a metric is on target, or at risk
_HAIR = 1e-12  # 0.27 of 0.3 is 0.9, whatever floats make of it
_NUMBERS = ("value", "numerator", "denominator", "low", "high", "target", "attainment")
_JUDGED = ("target", "attainment", "target_status")
_METRIC_COLUMNS = ["metric_id", "flow", "better", "fewest", "low_band", "high_band"]


def add_targets(
    cells: pd.DataFrame,
    kpis: Iterable[Kpi],
    engine: Engine,
    periods: Periods,
    settings: Settings,
    measured: Measured | None = None,
) -> pd.DataFrame:
    """Return `cells` (CELL_COLUMNS) with target, attainment and target_status, and companion rows.

    In a part period a flow target gets `<metric>.paced_target`, `.paced_attainment`, `.gap` and
    `.required_per_business_day`; a level target is never paced and its `.paced_target` is the target itself.
    Where targets are paced by history (`pacing: history_curve`), `measured` holds the earlier periods that show how.
    Reads table `target`: one row per own period and agreed target that speaks of it.
    """
    known = tuple(kpis)
    metrics = _metrics(known, settings.min_n_rate)
    aims = {kpi.id: Aim(frozenset(kpi.headline.by), kpi.target == "flow") for kpi in known if kpi.target != "none"}
    chosen = _with_own_levels(chosen_targets(engine, aims, periods), cells, known, periods)
    # Most metrics have neither target nor band, and their cells stay as they are.
    judges = metrics["metric_id"].isin(chosen["metric_id"]) | metrics["low_band"].notna()
    places = np.flatnonzero(cells["metric_id"].isin(metrics.loc[judges, "metric_id"]))
    of_metric = cells.iloc[places].merge(metrics, on="metric_id", how="left")
    flows = [kpi.id for kpi in known if kpi.target == "flow"]
    course = earlier_course(measured or Measured({}, periods), flows if settings.pacing == "history_curve" else ())
    judged = _judged(_beside(of_metric, chosen, periods, settings, course))
    filled = cells.assign(**{name: _with(cells[name], places, judged[name]) for name in _JUDGED})
    beside = pd.concat(_companions(judged), ignore_index=True)
    return _in_order(filled, beside) if len(beside) else filled


def _in_order(cells: pd.DataFrame, beside: pd.DataFrame) -> pd.DataFrame:
    """Return `cells`, which stand metric by metric in order, with the new metrics of `beside` among them."""
    places, known = pd.factorize(cells["metric_id"])
    ends = [0, *np.cumsum(np.bincount(places, minlength=len(known))).tolist()]
    names = list(known)
    parts, done = [], 0
    for metric_id, rows in beside.groupby("metric_id", sort=True):
        at = ends[bisect_left(names, str(metric_id))]
        parts += [cells.iloc[done:at], rows.sort_values(["period", "scope"])]
        done = at
    return pd.concat([*parts, cells.iloc[done:]], ignore_index=True)


def _with(column: pd.Series, places: Indices, values: pd.Series) -> pd.Series:
    """Return `column` with `values` at these places."""
    filled = column.copy()
    filled.iloc[places] = values.to_numpy()
    return filled


def _with_own_levels(chosen: pd.DataFrame, cells: pd.DataFrame, kpis: Iterable[Kpi], periods: Periods) -> pd.DataFrame:
    """Return the agreed targets and, where there is none, what another figure of the same cell says is enough."""
    judges = {kpi.judged_by: kpi.id for kpi in kpis if kpi.judged_by}
    enough = cells[cells["metric_id"].isin(list(judges)) & cells["value"].notna()]
    own = periods.frame[periods.frame["role"] == OWN].rename_axis("period_id").reset_index()
    enough = enough.merge(own[["period_id", "label"]], left_on="period", right_on="label")
    levels = pd.DataFrame(
        {
            "metric_id": enough["metric_id"].map(judges).astype("str"),
            "period_id": enough["period_id"],
            "key": enough["scope"].str.casefold(),
            "scope": enough["scope"],
            "target": enough["value"],
            "gap": "",
        }
    )
    if levels.empty:
        return chosen
    return pd.concat([chosen, levels], ignore_index=True).drop_duplicates(["metric_id", "period_id", "key"])


def _metrics(kpis: tuple[Kpi, ...], min_n_rate: int) -> pd.DataFrame:
    """Return what decides about the status of each headline."""
    rows = [
        (
            kpi.id,
            kpi.target == "flow",
            kpi.better,
            fewest_to_judge(kpi.headline.kind, kpi.target == "flow", min_n_rate),
            *(kpi.band or (np.nan, np.nan)),
        )
        for kpi in kpis
        if kpi.target != "none" or kpi.band
    ]
    types = {"metric_id": "str", "flow": "bool", "better": "str", "fewest": "int64"}
    return pd.DataFrame(rows, columns=_METRIC_COLUMNS).astype({**types, "low_band": "float64", "high_band": "float64"})


def _beside(
    cells: pd.DataFrame, chosen: pd.DataFrame, periods: Periods, settings: Settings, course: pd.DataFrame
) -> pd.DataFrame:
    """Return `cells` with their target and how much of it is due: the part `due_done` of `due_whole`."""
    own = periods.frame[periods.frame["role"] == OWN].rename_axis("period_id").reset_index()
    days = own[["period_id", "label", "is_part"]].rename(columns={"label": "period"})
    days["days_left"] = own["days_total"] - own["days_done"]
    if settings.pacing == "calendar_days":
        days["due_done"] = (own["cut_on"] - own["starts_on"]).dt.days
        days["due_whole"] = (own["ends_on"] - own["starts_on"]).dt.days
    elif settings.pacing == "business_days":
        days["due_done"], days["due_whole"] = own["days_done"], own["days_total"]
    cells = cells.drop(columns="target").merge(days, on="period", how="left")
    if settings.pacing == "history_curve":
        follows = course.rename(columns={"reached": "due_done", "whole": "due_whole"})
        cells = cells.merge(follows, on=["metric_id", "period_id"], how="left")
    cells["key"] = cells["scope"].str.casefold()
    targets = chosen[["metric_id", "period_id", "key", "target"]]
    return cells.merge(targets, on=["metric_id", "period_id", "key"], how="left")


def _judged(cells: pd.DataFrame) -> pd.DataFrame:
    """Return `cells` with attainment, pacing and status."""
    paced = cells["is_part"] & cells["flow"]
    share_done = np.where(paced, _over(cells["due_done"], cells["due_whole"]), 1.0)
    # Multiply before dividing: 500 * 14 / 19 keeps the last digits that 500 * (14 / 19) loses.
    pace = np.where(paced, _over(cells["target"] * cells["due_done"], cells["due_whole"]), cells["target"])
    cells = cells.assign(
        paced=paced,
        paced_target=np.where(np.isnan(share_done), np.nan, pace),
        attainment=_attainment(cells, cells["target"]),
    )
    cells["paced_attainment"] = _attainment(cells, cells["paced_target"])
    return cells.assign(target_status=_status(cells))


def _attainment(cells: pd.DataFrame, target: pd.Series) -> Numbers:
    value = cells["value"]
    higher, lower = cells["better"] == "higher", cells["better"] == "lower"
    attained = np.where(higher, _over(value, target), np.where(lower, _over(target, value), np.nan))
    return np.where(target == 0, np.nan, attained)


def _over(above: pd.Series, below: pd.Series) -> Numbers:
    top, bottom = above.to_numpy(dtype="float64"), below.to_numpy(dtype="float64")
    return np.asarray(np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom != 0))


def _status(cells: pd.DataFrame) -> pd.Series:
    driving = np.where(cells["paced"], cells["paced_attainment"], cells["attainment"]) + _HAIR
    by_target = np.where(driving >= _ENOUGH, ON_TARGET, np.where(driving >= _NEARLY, AT_RISK, OFF_TARGET))
    by_target = np.where(np.isnan(driving), "", by_target)
    inside = (cells["value"] >= cells["low_band"] - _HAIR) & (cells["value"] <= cells["high_band"] + _HAIR)
    by_band = np.where(inside, ON_TARGET, OFF_TARGET)
    by_band = np.where(cells["value"].isna() | cells["low_band"].isna(), "", by_band)
    status = np.where(cells["better"] == "band", by_band, by_target)
    too_few = (cells["n"] < cells["fewest"]).fillna(False)
    return pd.Series(np.where(too_few, "", status), index=cells.index, dtype="str")


def _companions(judged: pd.DataFrame) -> list[pd.DataFrame]:
    part = judged[judged["is_part"].fillna(False).astype(bool) & judged["target"].notna()]
    flow = part[part["flow"]]
    gap = flow["target"] - flow["value"]
    met = gap <= 0
    required = np.where(met, 0.0, _over(gap, flow["days_left"]))
    return [
        _companion(part, "paced_target", value=part["paced_target"]),
        _companion(
            flow,
            "paced_attainment",
            value=flow["paced_attainment"],
            numerator=flow["value"],
            denominator=flow["paced_target"],
        ),
        _companion(flow, "gap", value=gap),
        _companion(
            flow,
            "required_per_business_day",
            value=pd.Series(required, index=flow.index).mask(flow["value"].isna()),
            numerator=gap,
            denominator=flow["days_left"],
            status=pd.Series(np.where(met, Status.TARGET_MET.value, Status.OK.value), index=flow.index),
        ),
    ]


def _companion(cells: pd.DataFrame, name: str, **columns: pd.Series) -> pd.DataFrame:
    """Return rows of `<metric>.<name>`.

    One without a value has its metric's reason; else nothing tells how much is due, or there is nothing to divide by.
    """
    blank = pd.Series(np.nan, index=cells.index)
    given = {"status": pd.Series(Status.OK.value, index=cells.index, dtype="str"), **columns}
    rows = cells.assign(**{**dict.fromkeys(_NUMBERS, blank), **given}, target_status="")
    rows["metric_id"] = rows["metric_id"] + f".{name}"
    untold = cells["flow"] & cells["due_whole"].isna()
    no_reason = np.where(untold, Status.MISSING_INPUT.value, Status.ZERO_DENOMINATOR.value)
    reason = cells["status"].where(cells["value"].isna(), no_reason)
    rows["status"] = rows["status"].where(rows["value"].notna(), reason)
    texts = dict.fromkeys(("metric_id", "status", "target_status"), "str")
    return rows[list(CELL_COLUMNS)].astype({**dict.fromkeys(_NUMBERS, "float64"), **texts})
