"""Figures beside others, a second time: shares, products and quotients of what stands elsewhere, and bands of scores."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from . import figures as fig
from .clock import Span
from .figures import Cell, Unit
from .story import FORWARD
from .trust import conflicts_of

if TYPE_CHECKING:
    from .oracle import Oracle

#: What is compared, by the names of the results.
METRICS: list[str] = [
    "revenue_attainment.before", "originated_revenue.share", "influenced_revenue.share", "pipeline_coverage.required",
    "pipeline_coverage.of_total", "system_conflict.share", "score_calibration.precision", "score_calibration.recall",
]  # fmt: skip


def add(oracle: Oracle) -> None:
    """Add the figures of this file to `oracle.figures`; those that they rest on stand there already."""
    figures = oracle.figures
    figures["revenue_attainment.before"] = lambda span: _before(oracle, span)
    for name in ("originated_revenue", "influenced_revenue"):
        figures[f"{name}.share"] = lambda span, name=name: _share(oracle, name, "revenue_won", span)
    figures["pipeline_coverage.required"] = lambda span: {
        scope: _divided(Cell(Fraction(1)), Cell(cell.value, cell.status))
        for scope, cell in figures["pipeline_coverage.win_rate"](span).items()
    }
    figures["pipeline_coverage.of_total"] = lambda span: _of_total(oracle, span)
    figures["system_conflict.share"] = lambda span: _in_conflict(oracle, span)
    _threshold(oracle)


def _before(oracle: Oracle, span: Span) -> dict[str, Cell]:
    """Return the attainment of the period before, as far as this one has come; where none was agreed, no base."""
    step = {"month": "mom", "quarter": "qoq", "year": "yoy"}.get(span.grain)
    earlier = oracle.periods.before(span.label, step) if step and oracle.periods.own.get(span.label) == span else None
    if earlier is None or earlier.label not in oracle.periods.own:
        return {}
    won, found = oracle.figures["revenue_won"](earlier), {}
    # A region that won nothing this time still has its target, and what it reached before.
    regions = [scope for scope in won if scope.startswith("region=")]
    aimed = [one for one in regions if oracle.target("revenue_won", span.label, region=one.partition("=")[2])]
    for scope in {*oracle.figures["revenue_attainment"](span), *aimed}:
        dim, _, name = scope.partition("=")
        whole = scope == "all"
        agreed = (
            oracle._whole_target(earlier.label) if whole else oracle.target("revenue_won", earlier.label, **{dim: name})
        )
        reached = won.get(scope, Cell(Fraction()))
        if reached.value is None or not agreed:
            found[scope] = Cell(None, "zero_denominator" if reached.value is not None else reached.status)
        else:
            found[scope] = Cell(reached.value / agreed)
    return found


def _share(oracle: Oracle, part: str, whole: str, span: Span) -> dict[str, Cell]:
    above, below = oracle.figures[part](span), oracle.figures[whole](span)
    dims = ("all", "region=", "segment=")
    return {
        scope: _divided(above.get(scope, Cell(Fraction())), cell)
        for scope, cell in below.items()
        # Before the first of them nothing is said; nor, where the whole is withheld, of members that are not there.
        if scope.startswith(dims) and (_is_there(above[scope]) if scope in above else _is_counted(above.get("all")))
    }


def _is_there(cell: Cell) -> bool:
    return cell.value is None or bool(cell.n)


def _is_counted(whole: Cell | None) -> bool:
    return whole is not None and whole.value is not None and bool(whole.n)


def _divided(above: Cell, below: Cell) -> Cell:
    gone = next((cell for cell in (above, below) if cell.value is None), None)
    return Cell(None, gone.status) if gone else fig.quotient(above.value, below.value)


def _of_total(oracle: Oracle, span: Span) -> dict[str, Cell]:
    if span.grain == "all" or oracle.periods.own.get(span.label) != span:
        return {}
    open_deals, target = oracle.figures["pipeline_coverage.open"](span).get("all"), oracle._whole_target(span.label)
    if open_deals is None or target is None or not open_deals.n:
        return {}
    return {
        "all": Cell(None, open_deals.status) if open_deals.value is None else fig.quotient(open_deals.value, target)
    }


def _in_conflict(oracle: Oracle, span: Span) -> dict[str, Cell]:
    """Return the share of the leads now in a stage of the way about which systems disagree."""
    if span.grain != "all":
        return {}
    grace = timedelta(hours=oracle.settings.conflict_grace_hours)
    units = []
    for lead in oracle.story.known:
        stage = lead.entries[-1].stage if lead.entries else "lead"
        if stage in FORWARD and stage != "customer" and lead.created_at < oracle.as_of:
            hit = any(at + grace < oracle.as_of for at, _ in conflicts_of(oracle, lead))
            units.append(Unit(span.start, oracle._lead_dims(lead), hit=hit))
    return {scope: fig.rate(some) for scope, some in fig.by_scope(units, ["region", "channel"]).items()}


def _threshold(oracle: Oracle) -> None:
    """Add what happened to the leads at or above the score from which leads qualify, and where conversions stood."""
    story, wanted = oracle.story, oracle.settings.score_threshold
    window = timedelta(days=oracle.settings.windows.mql_to_sql)
    above, converted = [], []
    for lead, score in _scored(oracle):
        mql, sql = lead.first("mql"), lead.first("sql")
        limit = wanted if wanted is not None else _needed(oracle, story.day(mql))
        if score is None or limit is None or (sql and sql < mql):
            continue
        hit, mature = bool(sql and sql <= mql + window), mql + window <= oracle.as_of
        day, dims = story.day(mql), oracle._lead_dims(lead)
        if score >= limit:
            above.append(Unit(day, dims, hit=hit, mature=mature))
        if hit and mature:
            converted.append(Unit(day, dims, hit=score >= limit))
    oracle._add("score_calibration.precision", above, "segment channel", oracle._cohort())
    oracle._add("score_calibration.recall", converted, "segment channel", fig.rate)


def _scored(oracle: Oracle):
    """Yield each lead that was handed over, with the score recorded with it or None."""
    story, scores = oracle.story, {}
    for row in story.tables["lifecycle_event"]:
        if row["to_stage"] == "mql" and row["score"] is not None:
            key = (story.survivor_of.get(row["lead_id"]), row["occurred_at"])
            scores[key] = max(row["score"], scores.get(key, row["score"]))
    for lead in story.known:
        if lead.first("mql"):
            yield lead, scores.get((lead.id, lead.first("mql")))


def _needed(oracle: Oracle, day) -> float | None:
    """Return the score that every lead needs in the definition of that day, or of the first later one that asks."""
    agreement = oracle.story.agreement
    inside = agreement.definition_at("mql", day)
    later = [one for one in agreement.versions_of("mql") if one is inside or one.effective_from > day]
    for version in sorted(later, key=lambda one: one.effective_from):
        parts = list(version.criteria.all)
        while parts:
            part = parts.pop(0)
            if hasattr(part, "all"):
                parts = [*part.all, *parts]
            elif hasattr(part, "score") and part.op in (">=", ">"):
                return float(part.value)
    return None
