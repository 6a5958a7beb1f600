"""Whether the score predicts, a second time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from . import figures as fig
from .clock import Span
from .figures import Cell, Unit

if TYPE_CHECKING:
    from .oracle import Oracle

#: What is compared, by the names of the results.
METRICS: list[str] = [
    "score_calibration", "score_calibration.missing_score", "score_calibration.brier", "score_calibration.rate",
    "score_calibration.lift", "score_calibration.violations",
]  # fmt: skip


def add(oracle: Oracle) -> None:
    """Add the figures of this file to `oracle.figures`."""
    story = oracle.story
    window = timedelta(days=oracle.settings.windows.mql_to_sql)
    scored: dict[tuple[str, datetime], float] = {}
    for row in story.tables["lifecycle_event"]:
        if row["to_stage"] == "mql" and row["score"] is not None:
            key = (story.survivor_of.get(row["lead_id"]), row["occurred_at"])
            scored[key] = max(row["score"], scored.get(key, row["score"]))
    missing, ranked = [], []
    for lead in story.known:
        mql, sql = lead.first("mql"), lead.first("sql")
        if mql is None:
            continue
        day, dims, score = story.day(mql), oracle._lead_dims(lead), scored.get((lead.id, mql))
        missing.append(Unit(day, dims, hit=score is None))
        if score is not None and not (sql and sql < mql):
            hit = bool(sql and sql <= mql + window)
            ranked.append(Unit(day, dims, Fraction(score), hit=hit, mature=mql + window <= oracle.as_of))
    if not scored:
        return
    oracle._add("score_calibration.missing_score", missing, "segment channel", fig.rate)
    least = Fraction(str(oracle.settings.min_mature_share))
    oracle._add("score_calibration", ranked, "segment channel", _area(least))
    is_probability = all(0 <= score <= 1 for score in scored.values())
    missed = [replace(unit, value=(unit.value - unit.hit) ** 2) for unit in ranked if is_probability]
    oracle._add("score_calibration.brier", missed, "segment channel", fig.of_the_mature(fig.mean, least))
    for name in ("rate", "lift", "violations"):
        oracle.figures[f"score_calibration.{name}"] = partial(_bands, oracle, ranked, name)


def _area(least: Fraction):
    def measure(units: list[Unit]) -> Cell:
        mature = [unit for unit in units if unit.mature]
        hits = [unit.value for unit in mature if unit.hit]
        misses = [unit.value for unit in mature if not unit.hit]
        if units and Fraction(len(mature), len(units)) < least:
            return Cell(None, "maturing", n=len(mature))
        if not hits or not misses:
            return Cell(None, "zero_denominator", n=len(mature))
        won = sum(
            Fraction(1) if hit > miss else Fraction(1, 2) if hit == miss else 0 for hit in hits for miss in misses
        )
        return Cell(won / (len(hits) * len(misses)), n=len(mature))

    return measure


def _bands(oracle: Oracle, ranked: list[Unit], name: str, span: Span) -> dict[str, Cell]:
    """Return how the mature units convert by band, that over all of them, or how often a higher band does worse."""
    units = [unit for unit in ranked if span.has(unit.day)]
    if not units:
        return {}
    whole = fig.rate([unit for unit in units if unit.mature])
    found = {f"band={band}": fig.rate(some) for band, some in _joined(oracle, units).items()}
    if name == "rate":
        return {"all": whole, **found}
    if name == "lift":
        quotients = {scope: fig.quotient(cell.value, whole.value, cell) for scope, cell in found.items()}
        return {scope: Cell(cell.value, cell.status) for scope, cell in quotients.items()}
    rates = [cell.value for cell in found.values() if cell.value is not None]
    falls = sum(later < earlier for earlier, later in pairwise(rates))
    return {"all": Cell(Fraction(falls)) if len(rates) > 1 else Cell(None, "zero_denominator")}


def _joined(oracle: Oracle, units: list[Unit]) -> dict[str, list[Unit]]:
    """Return the mature units of each band, lowest first; bands too small join the next one, what is left the last."""
    edges = [Fraction(edge) for edge in oracle.settings.score_bands]
    width = max(len(str(edge)) for edge in edges)
    named = [str(edge).rjust(width, "0") for edge in [0, *edges]]
    names = [f"{low} to {high}" for low, high in pairwise(named)] + [f"{named[-1]} and more"]
    bands: dict[int, list[Unit]] = {}
    for unit in sorted(units, key=lambda unit: unit.value):
        place = sum(unit.value >= edge for edge in edges)
        bands.setdefault(place, []).extend([unit] if unit.mature else [])
    groups: list[tuple[list[str], list[Unit]]] = []
    for place, some in bands.items():
        if groups and len(groups[-1][1]) < oracle.settings.min_n_band:
            groups[-1] = ([*groups[-1][0], names[place]], groups[-1][1] + some)
        else:
            groups.append(([names[place]], some))
    if len(groups) > 1 and len(groups[-1][1]) < oracle.settings.min_n_band:
        above = groups.pop()
        groups[-1] = (groups[-1][0] + above[0], groups[-1][1] + above[1])
    return {" + ".join(members): some for members, some in groups}
