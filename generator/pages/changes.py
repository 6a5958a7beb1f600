"""What changed since the version before: which closed figures moved, why, and what was agreed otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generator.history import Changes, Split, key_of
from generator.measures.scopes import ALL
from generator.pages import formats
from generator.pages.context import Context, kpi_page
from generator.pages.headline import GRAINS, best_grain
from generator.pages.markup import Trusted
from generator.pages.moved import KINDS, PART_WORDS, Moved, moved_of
from generator.pages.tables import html_table

PAGE = "changes.md"
#: So many figures stand on the home page.
FOREMOST = 3


@dataclass(frozen=True)
class Told:
    """A KPI whose closed figures moved: the one that moved most, and all of the same grain."""

    most: Moved
    others: int
    table: Trusted  # "" where there is nothing more


def write_changes(context: Context) -> None:
    """Write changes.md."""
    found = context.report.changes
    context.write(
        PAGE,
        "changes.md.j2",
        {
            "changes": found,
            "before": found.before if found else None,
            "remarks": found.remarks if found else (),
            "ledger": list(_ledger(context, found)) if found else [],
            "told": list(told(context)),
            "agreed": [
                (KINDS[kind], [one.text for one in found.differences if one.kind == kind])
                for kind in KINDS
                if found and any(one.kind == kind for one in found.differences)
            ],
            "running": list(_running(context)),
            "grown": _grown(found) if found else 0,
            "pages": {name: kpi_page(name) for name in context.kpis},
        },
    )


def foremost(context: Context) -> list[Moved]:
    """Return the figures that moved most, one a KPI: what the home page says of changes."""
    return [one.most for one in told(context)][:FOREMOST]


def told(context: Context) -> Iterator[Told]:
    """Yield the KPIs whose closed figures moved further than is tolerated, the largest effect first."""
    found = context.report.changes
    if found is None:
        return
    by_metric: dict[str, list[Split]] = {}
    for key in found.told:
        by_metric.setdefault(key[0], []).append(found.by_key[key])
    for metric, splits in by_metric.items():
        shown = _of_one_grain(context, metric, splits)
        moved = [_moved(context, found, split) for split in shown]
        yield Told(moved[0], len(shown) - 1, _table(moved) if len(shown) > 1 else Trusted(""))


def _of_one_grain(context: Context, metric: str, splits: list[Split]) -> list[Split]:
    """Return the splits of the grain at which the KPI is usually told, else of the finest that has any."""
    usual = best_grain(context, context.kpis[metric]) if metric in context.kpis else None
    for grain in (*([usual] if usual else []), *GRAINS):
        labels = {period.label for period in context.cells.of_grain(grain)}
        if found := [split for split in splits if split.period in labels]:
            return found
    return splits


def _moved(context: Context, found: Changes, split: Split) -> Moved:
    scope = "" if split.scope == ALL else context.scope_label(split.scope)
    return moved_of(found, split, context.currency, scope)


def _table(moved: Iterable[Moved]) -> Trusted:
    head = ["Period", "Was", "Is", *(word.capitalize() for word in PART_WORDS.values()), "Why"]
    rows = [[one.period, one.before, one.now, *one.parts.values(), one.why] for one in moved]
    return html_table(head, rows, texts=1)


def _running(context: Context) -> Iterator[Moved]:
    """Yield how the figures of periods that were still running have moved on, in the order of the report."""
    found = context.report.changes
    splits = [one for one in found.splits if not one.is_closed and one.period != ALL] if found else []
    for kpi in context.report.kpis:
        grain = best_grain(context, kpi)
        labels = {period.label for period in context.cells.of_grain(grain)} if grain else set()
        for split in splits:
            if found and split.metric == kpi.id and split.period in labels and split.before.value is not None:
                yield _moved(context, found, split)


@dataclass(frozen=True)
class Line:
    """What one version restated, as it is printed."""

    drop: str
    version: str
    figures: str
    differences: str
    most: str


def _ledger(context: Context, found: Changes) -> Iterator[Line]:
    """Yield what versions restated, the newest first."""
    for entry in reversed(found.ledger):
        title = found.named[entry.foremost].title if entry.foremost in found.named else entry.foremost
        most = f"{title}, {formats.period(entry.period)}: {formats.percent(entry.effect)}" if entry.figures else ""
        figures = (
            f"{formats.counted(entry.figures)} of {formats.several(entry.kpis, 'KPI')}" if entry.figures else "none"
        )
        yield Line(entry.drop, entry.version, figures, formats.counted(entry.differences), most)


def _grown(found: Changes) -> int:
    """Return how many closed figures only what happened since has moved, such as cohorts that came of age."""
    return sum(one.is_closed and key_of(one) not in set(found.told) for one in found.splits)
