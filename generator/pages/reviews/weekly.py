"""The weekly review: promises, lists of what to mend, what came in; no attribution, no claims on few cases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from generator.calendar.zones import local_date
from generator.kpis.kpi import Kpi
from generator.models.practice import Obligation
from generator.models.records import NAMED, Record
from generator.pages import formats
from generator.pages.attainment import REVENUE
from generator.pages.block import Block
from generator.pages.cells import Period
from generator.pages.escalations import SOON, owner_label, record_name
from generator.pages.glossary import anchor
from generator.pages.headline import ADDS_UP, chip, period_text, printed, target_text, tile_target
from generator.pages.markup import Trusted, encoded
from generator.pages.reviews.cadence import View
from generator.pages.reviews.figures import by_member, cell_text, change_text, link, stand_in
from generator.pages.reviews.promised import promise_table
from generator.pages.scorecard import SHARED
from generator.pages.tables import chip_html, html_table

#: KPIs of the week that have a place of their own on the page, or on the trust page.
_TOLD = frozenset(
    {
        REVENUE,
        "revenue_attainment",
        "team_attainment",
        "sla_attainment",
        "lead_aging",
        "rejection_reasons",
        "data_quality",
        "freshness",
    }
)
_SPEED = (
    ("lead_response_time", "Median"),
    ("speed_to_lead_dist", "In time"),
    ("untouched_leads", "Untouched"),
)
_AHEAD = timedelta(weeks=2)


def blocks(view: View) -> Iterator[Block]:
    """Yield the sections of a weekly review."""
    if revenue := _revenue(view):
        yield Block("Revenue", "revenue", (revenue,))
    if promises := promise_table(view):
        yield Block("Promises that came due", "promises", figures=(promises,))
    yield from _lists(view)
    if came_in := _pace_table(view, [kpi for kpi in _weekly(view) if _is_flow(kpi)]):
        yield Block("What came in", "in", figures=(came_in,))
    if worked := _work_table(view, [kpi for kpi in _weekly(view) if not _is_flow(kpi)]):
        yield Block("How leads are worked", "work", figures=(worked,))
    speed = (by_member(view, _SPEED, "tier", 4), by_member(view, _SPEED, "owner", 6))
    if any(speed):
        yield Block("First answer by tier and owner", "speed", figures=tuple(table for table in speed if table))
    if ages := by_member(view, (("lead_aging", "Open"),), "bucket", 5, head="Business days"):
        late, oldest = cell_text(view, "lead_aging.past_deadline"), cell_text(view, "lead_aging.oldest")
        said = (f"{late} are past a deadline; the oldest waits {oldest}.",) if late and oldest else ()
        yield Block("Hand-overs still open", "aging", said, (ages,))
    yield from _rejections(view)
    yield Block("The next two weeks", "ahead", tuple(_planned(view)))


def _weekly(view: View) -> list[Kpi]:
    """Return the KPIs that name the weekly review in their `pages`, in the order of the funnel."""
    found = [kpi for section in (*SHARED, "trust") for kpi in view.whole.kpis_of(section)]
    return [
        kpi for kpi in found if view.cadence.id in kpi.pages and kpi.id not in _TOLD and not view.whole.is_missing(kpi)
    ]


def _is_flow(kpi: Kpi) -> bool:
    """Whether a KPI adds up over time, so that a week is a part of its month."""
    return kpi.target == "flow" and kpi.headline.kind in ADDS_UP


def _revenue(view: View) -> str:
    """Return the one line about revenue: of the narrowest period around the week that has a target."""
    kpi = view.whole.kpis.get(REVENUE)
    for grain in ("quarter", "month", "year"):
        row = _around(view, grain)
        cell = view.whole.cells.cell(REVENUE, row.label) if row else None
        if kpi and row and cell and cell.value is not None and cell.target is not None:
            told = target_text(view.whole, kpi, cell, row)
            return f"{printed(view.whole, kpi.headline, cell)} won in {period_text(row)}: {told}."
    return ""


def _around(view: View, grain: str) -> Period | None:
    rows = view.whole.cells.of_grain(grain)
    return next((row for row in rows if row.starts_on <= view.row.starts_on < row.ends_on), None)


def _pace_table(view: View, kpis: list[Kpi]) -> Trusted:
    """Return what came in this week, the week before and this month, the month against its pace."""
    rows = view.context.cells.of_grain("week")
    before = rows[rows.index(view.row) - 1].label if view.row in rows and rows.index(view.row) else ""
    month = _around(view, "month")
    body = [
        [
            link(view, kpi.id),
            cell_text(view, kpi.id),
            _at(view, kpi.id, before),
            *(_month(view, kpi.id, month) if month else ("", "")),
        ]
        for kpi in kpis
    ]
    head = ["", "This week", "Before", period_text(month) if month else "", "Target"]
    return html_table(head, body) if body else Trusted("")


def _at(view: View, metric: str, label: str) -> str:
    cell = view.context.cells.cell(metric, label) if label else None
    return printed(view.context, view.context.figure(metric), cell) if cell and cell.value is not None else ""


def _month(view: View, metric: str, month: Period) -> tuple[object, object]:
    kpi = view.whole.kpis[metric]
    cell = view.whole.cells.cell(metric, month.label)
    if cell is None or cell.value is None:
        return "", ""
    told = tile_target(view.whole, kpi, cell, month)
    state = chip_html(*chip(view.whole, kpi.headline, cell)) if told else ""
    return printed(view.whole, kpi.headline, cell), Trusted(f"{state} {encoded(told)}" if told else "")


def _work_table(view: View, kpis: list[Kpi]) -> Trusted:
    stands = [stand for kpi in kpis if (stand := stand_in(view, kpi.id))]
    body: list[list[object]] = [
        [
            link(view, stand.kpi.id),
            printed(view.context, stand.kpi.headline, stand.cell),
            "" if stand.period.label == view.row.label else period_text(stand.period),
            formats.counted(stand.cell.n),
            change_text(view, stand),
        ]
        for stand in stands
    ]
    return html_table(["", "Value", "Period", "n", "Change"], body) if body else Trusted("")


def _lists(view: View) -> Iterator[Block]:
    """Yield the records to mend: what broke in the week, and what stands open while the week is the newest."""
    practice = view.whole.report.practice
    broken = [one for one in practice.obligations if one.state != SOON and _is_of_week(view, one.due_at)]
    broken.sort(key=lambda one: (one.tier or "", one.due_at, one.record))
    yield from _list(view, "Broken this week", "Due", [_obligation(view, one) for one in broken])
    if not view.is_newest:
        return
    soon = [_obligation(view, one) for one in practice.obligations if one.state == SOON]
    yield from _list(view, "Due soon", "Due", soon)
    yield from _records(view, "untouched", "Overdue and untouched", "commitment")
    yield from _records(view, "past_due", "Deals past their date", "stage")
    differing: list[list[object]] = [
        [record_name(view.whole, one.record), view.whole.label("type", one.kind), "", _shortly(view, one.since_at)]
        for one in practice.conflicts
    ]
    yield from _list(view, "Systems disagree", "Since", differing)


def _is_of_week(view: View, moment: datetime) -> bool:
    day = local_date(moment, view.whole.report.agreement.settings.reporting_timezone)
    return view.starts_on <= day < view.starts_on + timedelta(weeks=1)


def _obligation(view: View, one: Obligation) -> list[object]:
    what = _what(view, "commitment", one.commitment, one.tier)
    owner = owner_label(view.whole, one.owner)
    return [record_name(view.whole, one.record), what, owner, _shortly(view, one.due_at)]


def _records(view: View, name: str, title: str, about: str) -> Iterator[Block]:
    found = view.whole.report.records.get(name, ())
    rows = [_record(view, one, about) for one in found]
    yield from _list(view, title, "Due", rows, found[0].total if found else 0)


def _record(view: View, one: Record, about: str) -> list[object]:
    worth = f", {formats.money(float(one.amount), view.whole.currency)}" if one.amount is not None else ""
    what = f"{_what(view, about, one.about, one.tier)}{worth}"
    return [record_name(view.whole, one.record), what, owner_label(view.whole, one.owner), _shortly(view, one.at)]


def _what(view: View, dimension: str, member: str | None, tier: str | None) -> str:
    known = view.whole.label(dimension, member) if member else "nothing recorded"
    return f"{known}, tier {tier}" if tier else known


def _list(view: View, title: str, when: str, rows: list[list[object]], total: int = 0) -> Iterator[Block]:
    """Yield the first rows of a list as a table, with how many there are; nothing where there are none."""
    if rows:
        count = max(total, len(rows))
        said = (f"{formats.several(count, 'entry', 'entries')} in all.",) if count > min(len(rows), NAMED) else ()
        table = html_table(["Record", "What", "Owner", when], rows[:NAMED], texts=4)
        yield Block(title, anchor(title), said, (table,))


def _shortly(view: View, moment: datetime) -> str:
    """Return a day without its year where that is the year of the review."""
    day = local_date(moment, view.whole.report.agreement.settings.reporting_timezone)
    text = formats.day(day)
    return text.removesuffix(f" {day.year}") if day.year == view.starts_on.year else text


def _rejections(view: View) -> Iterator[Block]:
    """Yield why Sales rejected in the week, with an example of each reason."""
    found = [one for one in view.whole.report.records.get("rejected", ()) if one.week == view.starts_on]
    example = {one.about: one for one in reversed(found)}
    cells = view.context.cells
    counts = {
        view.context.label("reason", member): cells.cell("rejection_reasons", view.row.label, f"reason={member}")
        for member in (scope.partition("=")[2] for scope in cells.members("rejection_reasons", "reason"))
    }
    shown = {view.context.label("reason", name or "Unknown"): one for name, one in example.items()}
    rows = [
        [
            reason,
            formats.counted(cell.value or 0),
            record_name(view.whole, shown[reason].record) if reason in shown else "",
        ]
        for reason, cell in counts.items()
        if cell and cell.value
    ]
    if rows:
        yield Block("Why Sales rejected", "rejections", figures=(html_table(["Reason", "Leads", "Such as"], rows),))


def _planned(view: View) -> Iterator[str]:
    """Yield what people noted for the two weeks after this one, campaigns above all."""
    after = view.starts_on + timedelta(weeks=1)
    notes = [note for note in view.whole.notes if after <= note.on < after + _AHEAD]
    for note in notes:
        yield f"{formats.day(note.on)}: {note.text}"
    if not notes:
        yield "Nothing is noted. Campaigns and other plans stand in content/annotations.yml, by day."
