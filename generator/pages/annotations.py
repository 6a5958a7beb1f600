"""Marks on a trend: new versions of definitions, promises and targets, and what people noted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from generator.charts import Mark
from generator.kpis.kpi import Kpi
from generator.pages.context import Context
from generator.pages.notes import Note


def marks(context: Context, kpi: Kpi, periods: Sequence[str]) -> list[Mark]:
    """Return the vertical marks of a KPI's trend: each at the period in which its day lies."""
    if not periods:
        return []
    spans = {label: context.cells.periods[label] for label in periods}
    first = min(row.starts_on for row in spans.values())
    found = []
    for note in sorted([*_versions(context, kpi), *_noted(context, kpi)], key=lambda note: (note.on, note.text)):
        day = note.on.isoformat()
        label = next((label for label, row in spans.items() if row.starts_on <= day < row.ends_on), None)
        if label and day > first:
            found.append(Mark(label, note.text))
    return found


def _noted(context: Context, kpi: Kpi) -> Iterator[Note]:
    return (note for note in context.notes if not note.kpis or kpi.id in note.kpis)


def _versions(context: Context, kpi: Kpi) -> Iterator[Note]:
    """Yield the starts of new versions of what the KPI counts by: stages named in its id, promises, targets."""
    agreement, named = context.report.agreement, set(kpi.id.split("_"))
    for definition in agreement.lifecycle.definitions:
        earlier = any(
            other.id == definition.id and other.effective_from < definition.effective_from
            for other in agreement.lifecycle.definitions
        )
        if earlier and definition.id in named:
            yield Note(definition.effective_from, f"{stage_word(definition.id)} {definition.version}")
    if "sla" in named:
        starts = {c.effective_from for c in agreement.sla.commitments}
        for start in sorted(starts)[1:]:
            yield Note(start, "SLA changed")
    else:
        for commitment in agreement.sla.commitments:
            starts = {c.effective_from for c in agreement.sla.commitments if c.id == commitment.id}
            if commitment.metric == kpi.id and commitment.effective_from > min(starts):
                yield Note(commitment.effective_from, f"{commitment.title} {commitment.version}")
    yield from _targets(context, kpi)


def _targets(context: Context, kpi: Kpi) -> Iterator[Note]:
    """Yield where another version of the KPI's targets begins."""
    held = [target for target in context.report.agreement.targets if target.metric == kpi.id]
    begins: dict[str, date] = {}
    for target in held:
        begins[target.version] = min(begins.get(target.version, target.period_start), target.period_start)
    first = min(begins.values(), default=None)
    yield from (Note(start, f"target {version}") for version, start in sorted(begins.items()) if start != first)


def stage_word(stage: str) -> str:
    """Return how a stage's id reads in a sentence: short ones are abbreviations."""
    return stage.upper() if len(stage) <= 3 else stage.replace("_", " ")
