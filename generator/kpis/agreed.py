"""The agreed targets: which one holds for a period and scope, and their cells, so that formulas can name them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from generator.engine import Engine
from generator.measures import Measured, Periods
from generator.measures.grid import sorted_grid
from generator.measures.measured import cells_of
from generator.measures.periods import Indices
from generator.measures.scopes import scope_text

SUFFIX = ".target"

_SCOPE_COLUMNS = ("team", "region", "segment", "owner")
#: Where a metric has targets by team only, this team's is the target of the whole: Sales carries all revenue,
#: Marketing's target is for the part of it that its leads bring.
CARRIER = {"revenue_won": "sales"}


@dataclass(frozen=True)
class Aim:
    """What decides which targets of a metric hold: what it is split by, and whether it adds up over time."""

    by: frozenset[str]
    is_flow: bool


def chosen_targets(engine: Engine, aims: Mapping[str, Aim], periods: Periods) -> pd.DataFrame:
    """Return at most one target per metric, own period and scope.

    Columns: metric_id, period_id, scope, key (the scope casefolded, as members are compared), target (NaN where `gap`
    says why), gap. The target of a period is that of the whole of it, however far it has run.
    """
    agreed = _spoken_for(_agreed(engine, aims), aims)
    start, end = (pd.to_datetime(agreed[column]) for column in ("span_start", "span_end"))
    begins, ends = (agreed["period_id"].map(periods.frame[column]) for column in ("starts_on", "ends_on"))
    flow = agreed["metric_id"].map({metric: aim.is_flow for metric, aim in aims.items()}).astype("bool")
    # A flow is reached by its parts together and is not shared out over a shorter period; a level holds at any time
    # inside its span and cannot be added up.
    fits = np.where(flow, ((start == begins) & (end == ends)) | agreed["summed"], ~agreed["summed"])
    rank = np.where(flow, agreed["summed"].astype("int64"), (end - start).dt.days)
    return _best(agreed.assign(rank=rank)[fits.astype(bool)])


def target_cells(metric_id: str, aim: Aim, engine: Engine, periods: Periods, scopes: Collection[str]) -> Measured:
    """Return the targets of `metric_id` as the cells of `<metric_id>.target`, for own periods and their twins.

    scopes: those of the metric, as they are written in its results.
    """
    chosen = chosen_targets(engine, {metric_id: aim}, periods)
    if chosen.empty:
        return Measured({}, periods)
    written = {scope.casefold(): scope for scope in scopes}
    named = [written.get(key, scope) for key, scope in zip(chosen["key"], chosen["scope"], strict=True)]
    known = sorted(set(named))
    row, period = _own_and_twins(periods.position(chosen["period_id"]), periods)
    scope = np.array([known.index(text) for text in named], dtype="int64")[row]
    grid, order = sorted_grid(period, scope, known)
    gap, value = (chosen[name].to_numpy()[row][order] for name in ("gap", "target"))
    metric = cells_of(grid, gap.astype(object), value.astype("float64"), np.zeros(len(grid)))
    return Measured({f"{metric_id}{SUFFIX}": metric}, periods)


def agreed_metrics(engine: Engine) -> frozenset[str]:
    """Return the metrics for which any target was agreed."""
    return frozenset(str(metric) for (metric,) in engine.rows("select distinct metric from target"))


def _agreed(engine: Engine, metrics: Collection[str]) -> pd.DataFrame:
    agreed = engine.frame(
        "select metric as metric_id, period as period_id, team, region, segment, owner,"
        " cast(value as double) as target, coalesce(currency_gap, '') as gap, version, agreed_on, span_start, span_end,"
        " summed from target"
    )
    agreed = agreed[agreed["metric_id"].isin(list(metrics))].reset_index(drop=True)
    agreed["target"] = agreed["target"].mask(agreed["gap"] != "")
    return agreed


def _spoken_for(agreed: pd.DataFrame, aims: Mapping[str, Aim]) -> pd.DataFrame:
    """Return a row for each scope that a target speaks for, with the team that it folds in, if any."""
    spoken = [
        (row, scope, team)
        for row, (metric_id, *members) in enumerate(agreed[["metric_id", *_SCOPE_COLUMNS]].itertuples(index=False))
        for scope, team in _scopes_of(metric_id, tuple(members), aims[metric_id].by)
    ]
    rows, scopes, teams = zip(*spoken, strict=True) if spoken else ((), (), ())
    texts = {"scope": pd.Series(scopes, dtype="str"), "folded": pd.Series(teams, dtype="str")}
    found = agreed.iloc[list(rows)].reset_index(drop=True).assign(**texts)
    return found.assign(key=found["scope"].str.casefold(), folds=found["folded"] != "")


@cache  # the same few members have a target in every period
def _scopes_of(metric_id: str, members: tuple[object, ...], by: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Return the scopes that a target speaks for, and the team where it stands for the whole of its teams.

    members: one for each of `_SCOPE_COLUMNS`.
    Only a team may fall away: marketing's MQL target is that of all MQLs, for these are not split by team. A region's
    target says nothing about the whole.
    """
    named = {dim: str(member) for dim, member in zip(_SCOPE_COLUMNS, members, strict=True) if _is_named(member)}
    team = named.get("team", "")
    found = []
    if not team or "team" in by:
        found.append((scope_text(named), ""))
    carrier = CARRIER.get(metric_id)
    if team and (carrier == team.casefold() if carrier else "team" not in by):
        found.append((scope_text({dim: member for dim, member in named.items() if dim != "team"}), team))
    return tuple(found)


def _is_named(member: object) -> bool:
    return isinstance(member, str) and member != "" and member.casefold() != "all"


def _best(agreed: pd.DataFrame) -> pd.DataFrame:
    """Return of several targets for one cell the narrowest, then that for everybody, then the one agreed last."""
    key = ["metric_id", "period_id", "key"]
    agreed = agreed.sort_values(
        [*key, "rank", "folds", "agreed_on", "version", "target"],
        ascending=[True, True, True, True, True, False, False, True],
        kind="stable",
    )
    best = agreed.drop_duplicates(key)
    # Two teams' targets for one undivided number: neither is the target of the whole, nor is their sum.
    tied = agreed[agreed["folds"]].groupby([*key, "rank"])["folded"].nunique().rename("teams").reset_index()
    best = best.merge(tied, on=[*key, "rank"], how="left")
    return best[~(best["folds"] & (best["teams"] > 1))][[*key, "scope", "target", "gap"]].reset_index(drop=True)


def _own_and_twins(own: Indices, periods: Periods) -> tuple[Indices, Indices]:
    """Return each own period and the twins that are cut from it, as positions, with the row of `own` it belongs to."""
    whole = {(grain, label): at for at, grain, label in zip(own, periods.grains[own], periods.labels[own], strict=True)}
    of_own = np.array([whole.get(key, -1) for key in zip(periods.grains, periods.labels, strict=True)], dtype="int64")
    pairs = [(row, at) for row, mine in enumerate(own) for at in np.flatnonzero(of_own == mine)]
    rows, found = zip(*pairs, strict=True)
    return np.array(rows, dtype="int64"), np.array(found, dtype="int64")
