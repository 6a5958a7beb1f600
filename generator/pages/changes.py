"""What changed since the version before: which closed figures moved, why, and what was agreed otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from generator.history import Cause, Changes, Part, Split, key_of
from generator.kpis.kpi import Kpi
from generator.measures.scopes import ALL
from generator.pages import formats, words
from generator.pages.context import Context, kpi_page
from generator.pages.headline import GRAINS, best_grain
from generator.pages.markup import Trusted
from generator.pages.tables import html_table

PAGE = "changes.md"
#: So many figures stand on the home page.
FOREMOST = 3
PART_WORDS: dict[Part, str] = {
    "restated": "restated history",
    "new_activity": "new activity",
    "definition": "changed definition",
}
_KINDS = {
    "definition": "Definitions",
    "kpi": "KPIs",
    "sla": "Promises",
    "target": "Targets",
    "mapping": "How exports are read",
    "setting": "Settings",
    "calendar": "Calendars",
    "wording": "Wording only",
    "file": "Files",
}
_CAUSES = {
    "merged": ("{} merged", "lead", "leads"),
    "reopened": ("{} reopened", "deal", "deals"),
    "rate": ("{} changed", "exchange rate", "exchange rates"),
    "late": ("{} came late", "row of {table}", "rows of {table}"),
    "corrected": ("{} corrected", "row of {table}", "rows of {table}"),
    "deleted": ("{} deleted", "row of {table}", "rows of {table}"),
}


@dataclass(frozen=True)
class Moved:
    """One figure that is not what it was, as it is printed."""

    kpi: Kpi | None  # None: there is no such KPI any more
    title: str
    period: str
    before: str
    now: str
    parts: dict[Part, str]
    why: str

    @property
    def page(self) -> str:
        """The KPI's page, below docs."""
        return kpi_page(self.kpi.id) if self.kpi else ""


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
            "told": list(told(context)),
            "agreed": [
                (_KINDS[kind], [one.text for one in found.differences if one.kind == kind])
                for kind in _KINDS
                if found and any(one.kind == kind for one in found.differences)
            ],
            "running": list(_running(context)),
            "grown": _grown(found) if found else 0,
            "part_words": PART_WORDS,
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
        moved = [moved_of(context, found, split) for split in shown]
        yield Told(moved[0], len(shown) - 1, _table(moved) if len(shown) > 1 else Trusted(""))


def _of_one_grain(context: Context, metric: str, splits: list[Split]) -> list[Split]:
    """Return the splits of the grain at which the KPI is usually told, else of the finest that has any."""
    usual = best_grain(context, context.kpis[metric]) if metric in context.kpis else None
    for grain in (*([usual] if usual else []), *GRAINS):
        labels = {period.label for period in context.cells.of_grain(grain)}
        if found := [split for split in splits if split.period in labels]:
            return found
    return splits


def moved_of(context: Context, found: Changes, split: Split) -> Moved:
    """Return a difference as pages print it."""
    kpi = context.kpis.get(split.metric)
    title, unit = found.named.get(split.metric, (split.metric, "count"))
    scope = "" if split.scope == ALL else f", {context.scope_label(split.scope)}"
    return Moved(
        kpi,
        title,
        formats.period(split.period) + scope,
        _value(context, split.before.value, split.before.status, unit),
        _value(context, split.now.value, split.now.status, unit),
        {name: _signed(context, split.part(name), unit) for name in PART_WORDS},
        why(found, split),
    )


def why(found: Changes, split: Split) -> str:
    """Return why a figure moved, in words: the parts that moved it, and what is known of the rows behind it."""
    said = []
    if split.turn is not None:
        how = "appeared" if split.before.value is None else "vanished"
        said.append(f"the value {how} by {PART_WORDS[split.turn]}")
    elif split.restated is None:
        said.append("it had no value on the way")
    if split.turn == "restated" or split.restated:
        said.append(_rows(found, split))
    if split.turn == "definition" or split.definition:
        named = any(split.metric in one.kpis for one in found.differences if one.kind == "kpi")
        said.append("its own rule changed" if named else "what was agreed changed")
    if split.new_activity and not split.restated and not split.definition:
        said.append("only what happened since")
    return "; ".join(said)


def _rows(found: Changes, split: Split) -> str:
    if not found.rows_kept:
        return "rows not kept"
    causes = found.causes.get(key_of(split), ())
    return ", ".join(map(cause_text, causes)) or "no changed row bears on this period by its date"


def cause_text(cause: Cause) -> str:
    """Return a cause in words: `3 rows of touch came late`."""
    pattern, one, many = (text.replace("{table}", cause.table) for text in _CAUSES[cause.kind])
    return pattern.format(formats.several(cause.rows, one, many))


def _value(context: Context, value: Decimal | None, status: str, unit: str) -> str:
    if value is not None:
        return context.number(float(value), unit)
    return "not there" if status == "absent" else words.STATUS_WORDS.get(status, status).partition(":")[0] or "n/a"


def _signed(context: Context, value: Decimal | None, unit: str) -> str:
    """Return a difference with its sign; shares in percentage points."""
    if value is None:
        return "–"
    if not value:
        return "0"
    if unit == "ratio":
        text = f"{formats.rounded(float(abs(value)) * 100, 1)} pts"
    else:
        text = context.number(float(abs(value)), unit)
    return f"{'+' if value > 0 else formats.MINUS}{text}"


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
                yield moved_of(context, found, split)


def _grown(found: Changes) -> int:
    """Return how many closed figures only what happened since has moved, such as cohorts that came of age."""
    return sum(one.is_closed and key_of(one) not in set(found.told) for one in found.splits)
