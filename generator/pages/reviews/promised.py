"""How both teams kept their word in the period of a review: every promise in one form, in both directions."""

from __future__ import annotations

from collections.abc import Iterator

from generator.agreement import Commitment
from generator.measures.scopes import ALL, scope_text
from generator.pages import formats
from generator.pages.attention import SLA, commitment_goals
from generator.pages.cells import Cell, Period
from generator.pages.context import address
from generator.pages.evidence import HELD
from generator.pages.headline import paced, period_text
from generator.pages.markup import Trusted, encoded
from generator.pages.reviews.cadence import View
from generator.pages.tables import chip_html, html_table
from generator.pages.words import MEMBERS, Chip

#: Months told of where both directions are followed over time.
MONTHS = 6
_WIDER = {"week": ("week", "month", "quarter"), "month": ("month", "quarter"), "quarter": ("quarter",)}


def promise_table(view: View) -> Trusted:
    """Return a row for each promise in force: how much of it was kept, of how many, against its goal."""
    agreement = view.whole.report.agreement
    goals = commitment_goals(agreement)
    rows = [
        [Trusted(_link(view, one)), MEMBERS["team"][one.accountable], *cells]
        for one in agreement.commitments_at(view.today)
        if (cells := _kept(view, one, goals.get(one.id)))
    ]
    return html_table(["Promise", "Owed by", "Kept", "Of", "Goal", ""], rows, texts=2) if rows else Trusted("")


def _link(view: View, commitment: Commitment) -> str:
    anchor = commitment.id.replace(".", "-").replace("_", "-")
    return f'<a href="{address(view.page, "sla.md")}#{anchor}">{encoded(commitment.title)}</a>'


def _kept(view: View, commitment: Commitment, goal: float | None) -> list[object] | None:
    """Return kept, of how many, goal and status; None where nothing came due by the end of the period."""
    if commitment.kind == "metric":
        return _reached(view, commitment)
    metric, scope = (HELD, ALL) if commitment.kind == "review" else (SLA, scope_text({"commitment": commitment.id}))
    cell = view.context.cells.cell(metric, view.row.label, scope)
    if cell is None or cell.value is None or not cell.denominator:
        return None
    share = formats.percent(cell.value) if cell.n >= formats.SMALL else ""
    wanted = formats.percent(goal, 0) if goal is not None else ""
    return [share, formats.of(cell.numerator or 0, cell.denominator), wanted, _state(view, cell, goal)]


def _state(view: View, cell: Cell, goal: float | None) -> Trusted:
    """Return whether the goal was met; nothing without a goal, or where the cases are too few to say."""
    if goal is None or cell.n < view.context.min_n:
        return Trusted("")
    return chip_html("kept", "good") if (cell.value or 0) >= goal else chip_html("under the goal", "bad")


def _reached(view: View, commitment: Commitment) -> list[object] | None:
    """Return how far the figure that shows a promise got: against its target, or the level that was promised."""
    metric, promised = commitment.metric or "", commitment.per_tier[0]
    found = _figure(view, metric)
    if found is None:
        return None
    row, cell = found
    when = "" if row.label == view.row.label else f" in {period_text(row)}"
    figure = view.context.figure(metric)
    value = view.context.number(cell.value, figure.unit)
    if promised.unit == "ratio":
        goal = float(promised.value)
        return [
            value,
            f"n = {formats.counted(cell.n)}{when}",
            formats.percent(goal, 0),
            _state(view, cell, goal),
        ]
    if cell.target is None:
        return None
    pace = paced(view.context, cell) if row.is_part else None
    reached = pace.value if pace and pace.value is not None else cell.attainment
    told = f"{value} of {view.context.number(cell.target, figure.unit)}{when}"
    if reached is None:
        return ["", told, "", ""]
    status = Chip("kept", "good") if reached >= 1 else Chip("at risk" if reached >= 0.9 else "under the goal", "bad")
    of_pace = " of pace" if pace else ""
    return [f"{formats.percent(reached)}{of_pace}", told, formats.percent(float(promised.value), 0), chip_html(*status)]


def _figure(view: View, metric: str) -> tuple[Period, Cell] | None:
    """Return the figure of the narrowest period around the review's that has one, cut as this drop knows it."""
    for grain in _WIDER[view.cadence.grain]:
        for row in view.whole.cells.of_grain(grain):
            if row.starts_on <= view.row.starts_on < row.ends_on:
                cell = view.whole.cells.cell(metric, row.label)
                if cell and cell.value is not None and (cell.target is not None or grain == view.cadence.grain):
                    return row, cell
    return None


def both_directions(view: View) -> Trusted:
    """Return the share of promises kept in each direction, month by month up to the review."""
    rows = view.context.cells.of_grain("month")[-MONTHS:]
    body = [[context_label, *(_share(view, row, scope) for row in rows)] for scope, context_label in _directions(view)]
    return html_table(["", *(formats.period(row.label) for row in rows)], body) if body and rows else Trusted("")


def _directions(view: View) -> Iterator[tuple[str, str]]:
    for direction, title in MEMBERS["direction"].items():
        scope = scope_text({"direction": direction})
        if scope in view.context.cells.members(SLA, "direction"):
            yield scope, title


def _share(view: View, row: Period, scope: str) -> str:
    cell = view.context.cells.cell(SLA, row.label, scope)
    return formats.percent(cell.value) if cell and cell.value is not None and cell.n >= formats.SMALL else ""
