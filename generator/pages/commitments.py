"""A page for each commitment: how it was kept over time, when and where it breaks, and what stands open now."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from generator import charts
from generator.agreement import Commitment
from generator.measures.scopes import scope_members, scope_text
from generator.models.practice import Hour
from generator.pages import formats
from generator.pages.attention import SLA, commitment_goals
from generator.pages.block import Block
from generator.pages.cells import Cell
from generator.pages.context import Context
from generator.pages.escalations import LISTED, OPEN, SOON, escalation_table
from generator.pages.headline import period_text
from generator.pages.history import SHOWN
from generator.pages.markup import Trusted
from generator.pages.tables import html_table
from generator.pages.volume import VOLUME, volume

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Where a commitment is looked at for its breaches, in this order.
_DIMENSIONS = ("tier", "channel", "region", "team", "owner")
_MOST = 8  # members of a dimension that are listed


def commitment_page(commitment: Commitment) -> str:
    """Return the path of a commitment's page below docs."""
    return f"sla/{anchor_of(commitment)}.md"


def anchor_of(commitment: Commitment) -> str:
    """Return the commitment's id as anchors and file names spell it."""
    return commitment.id.replace(".", "-").replace("_", "-")


def blocks(context: Context, commitment: Commitment) -> Iterator[Block]:
    """Yield what is told of a commitment: its trend, its hours, where it breaks, and what stands open."""
    if commitment.metric == VOLUME and (chain := volume(context)):
        yield Block("Is it the right volume?", "chain", (chain.sentence,))
    run = context.cells.run(SLA, "month", scope_text({"commitment": commitment.id}))[-SHOWN["month"] :]
    if trend := _trend(context, commitment, run):
        yield Block("Over time", "trend", figures=(trend,))
    if spread := _hours(context, commitment):
        said = "Of the hand-overs of the last year, by the hour in which the clock began."
        yield Block("When it breaks", "hours", (said,), (spread,))
    yield from _delays(context, commitment)
    yield from _where(context, commitment)
    yield from _open(context, commitment)


def _trend(context: Context, commitment: Commitment, run: list[Cell]) -> Trusted | None:
    if sum(cell.value is not None for cell in run) < 2:
        return None
    goal = commitment_goals(context.report.agreement).get(commitment.id, math.nan)
    frame = pd.DataFrame(
        {
            "period": [cell.period for cell in run],
            "value": [_drawn(cell) for cell in run],
            "low": [math.nan if cell.low is None else cell.low for cell in run],
            "high": [math.nan if cell.high is None else cell.high for cell in run],
            "target": [goal for _ in run],
            "is_part": [context.cells.periods[cell.period].is_part for cell in run],
            "n": [cell.n for cell in run],
            "label": [formats.period(cell.period) for cell in run],
        }
    )
    subject = f"{commitment.title}: share kept, by month of the deadline"
    name = f"sla-{anchor_of(commitment)}-trend"
    context.charts[name] = charts.trend(frame, unit="ratio", subject=subject)
    rows = [
        [period_text(context.cells.periods[cell.period]), _share(cell), formats.counted(_broken(cell)), cell.n]
        for cell in reversed(run)
    ]
    table = html_table(["Month", "Kept", "Broken", "n"], rows)
    note = "band: 95 % interval" + ("" if math.isnan(goal) else "; thin line: goal")
    return Trusted(charts.figure(name, context.charts[name], title=subject, note=note, table=table))


def _drawn(cell: Cell) -> float:
    return math.nan if cell.value is None or cell.n < formats.SMALL else cell.value


def _share(cell: Cell) -> str:
    if cell.value is None:
        return formats.NOT_AVAILABLE
    return formats.percent(cell.value) if cell.n >= formats.SMALL else formats.of(cell.n - _broken(cell), cell.n)


def _broken(cell: Cell) -> int:
    return round((cell.denominator or 0) - (cell.numerator or 0))


def _hours(context: Context, commitment: Commitment) -> Trusted | None:
    """Return the share broken by weekday and hour of the hand-over; hours with fewer than five cases stay empty."""
    found = [one for one in context.report.practice.hours if one.commitment == commitment.id]
    told = [one for one in found if one.judged >= formats.SMALL]
    if len(told) < 2:
        return None
    first, last = min(one.hour for one in told), max(one.hour for one in told)
    shares = {(one.weekday, one.hour): one for one in told}
    rows = [
        (day, f"{hour:02}", *_broken_share(shares.get((number, hour))))
        for number, day in enumerate(_WEEKDAYS)
        for hour in range(first, last + 1)
    ]
    subject = f"{commitment.title}: share broken by weekday and hour of the hand-over"
    name = f"sla-{anchor_of(commitment)}-hours"
    frame = pd.DataFrame(rows, columns=["row", "column", "value", "n"])
    context.charts[name] = charts.heat(frame, unit="ratio", subject=subject)
    by_day = [[day, *_of_day([one for one in found if one.weekday == number])] for number, day in enumerate(_WEEKDAYS)]
    zone = context.report.agreement.settings.reporting_timezone
    note = f"darker: more of them broken; empty: fewer than {formats.SMALL} cases; hours of {zone}"
    table = html_table(["Weekday", "Begun", "Broken", "Share broken"], by_day)
    return Trusted(charts.figure(name, context.charts[name], title=subject, note=note, table=table))


def _broken_share(one: Hour | None) -> tuple[float, int]:
    return ((one.judged - one.kept) / one.judged, one.judged) if one else (math.nan, 0)


def _of_day(found: list[Hour]) -> tuple[str, str, str]:
    judged, broken = sum(one.judged for one in found), sum(one.judged - one.kept for one in found)
    share = formats.percent(broken / judged) if judged >= formats.SMALL else ""
    return formats.counted(judged), formats.counted(broken), share


def _delays(context: Context, commitment: Commitment) -> Iterator[Block]:
    """Yield what the share kept does not say: whose delay it is, what grace forgave, who gave up too early."""
    practice = context.report.practice
    said = []
    if practice.routing and "first_response" in commitment.stop:
        parts = practice.routing
        said.append(
            f"Half of the {formats.counted(parts.answers)} answers of late had an owner within"
            f" {context.number(parts.routing, 'minutes')} of open time (routing), and half of the owners answered"
            f" within {context.number(parts.owner, 'minutes')} from then on."
        )
    if practice.given_up and "attempts" in commitment.stop:
        leads = formats.several(practice.given_up, "lead")
        said.append(f"{leads} given up as unable to reach before the promised attempts were made.")
    if grace := practice.in_grace.get(commitment.id):
        said.append(f"Of those kept, {formats.counted(grace)} only within the grace.")
    if said:
        days = context.report.agreement.settings.record_retention_days
        yield Block("Behind the share", "behind", (*said, f"This looks back on the last {days} days."))


def _where(context: Context, commitment: Commitment) -> Iterator[Block]:
    """Yield the members with most broken promises of the newest quarter, one table a dimension."""
    quarter = _newest_quarter(context, commitment)
    if quarter is None:
        return
    tables = [table for dim in _DIMENSIONS if (table := _by(context, commitment, dim, quarter.period))]
    if tables:
        row = context.cells.periods[quarter.period]
        said = f"{period_text(row)}: {formats.of(_broken(quarter), quarter.n)} broken."
        yield Block("Where it breaks", "where", (said,), tuple(tables))


def _newest_quarter(context: Context, commitment: Commitment) -> Cell | None:
    run = context.cells.run(SLA, "quarter", scope_text({"commitment": commitment.id}))
    return next((cell for cell in reversed(run) if cell.value is not None), None)


def _by(context: Context, commitment: Commitment, dim: str, quarter: str) -> Trusted | None:
    found = []
    for scope in context.cells.members(SLA, dim):
        (member,) = scope_members(scope).values()
        cell = context.cells.cell(SLA, quarter, scope_text({"commitment": commitment.id, dim: member}))
        if cell is not None and cell.value is not None:
            found.append((context.label(dim, member), cell))
    if len(found) < 2:
        return None
    worst = sorted(found, key=lambda one: (-_broken(one[1]), one[0]))
    rows = [[name, formats.counted(_broken(cell)), cell.n, _share(cell)] for name, cell in worst[:_MOST]]
    return html_table([dim.capitalize(), "Broken", "Came due", "Kept"], rows)


def _open(context: Context, commitment: Commitment) -> Iterator[Block]:
    found = [one for one in context.report.practice.obligations if one.commitment == commitment.id]
    table = escalation_table(context, found)
    if not table:
        return
    days = context.report.agreement.settings.record_retention_days
    counts = {state: sum(one.state == state for one in found) for state in (OPEN, SOON)}
    said = (
        f"{formats.several(counts[OPEN], 'promise')} broken and still open, {counts[SOON]} due soon;"
        f" deadlines of the last {days} days. The most overdue come first."
    )
    more = (f"The first {LISTED} stand here, all of them in the files.",) if sum(counts.values()) > LISTED else ()
    yield Block("To look at now", "open", (said,), (table,), more)
