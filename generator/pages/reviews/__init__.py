"""The reviews: weekly, monthly and quarterly pages for the current and past periods, and what the teams wrote down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from generator.agreement import Action, Decision, Reviews
from generator.pages.block import Block
from generator.pages.context import Context
from generator.pages.headline import period_text
from generator.pages.reviews import agenda, monthly, quarterly, weekly
from generator.pages.reviews.cadence import CADENCES, INDEX, Cadence, View, views

_FILLED_BY: Mapping[str, Callable[[View], Iterator[Block]]] = {
    "weekly": weekly.blocks,
    "monthly": monthly.blocks,
    "quarterly": quarterly.blocks,
}


@dataclass(frozen=True)
class Shelf:
    """The reviews of one cadence, newest first."""

    cadence: Cadence
    views: tuple[View, ...]


def write_reviews(context: Context) -> None:
    """Write reviews/index.md and a page for each of the newest periods of every cadence."""
    shelves = list(kept(context))
    for shelf in shelves:
        for place, view in enumerate(shelf.views):
            later = shelf.views[place - 1] if place else None
            earlier = shelf.views[place + 1] if place + 1 < len(shelf.views) else None
            _write(view, earlier, later)
    newest = next((shelf.views[0] for shelf in shelves), None)
    reviews = context.report.agreement.reviews
    context.write(
        INDEX,
        "reviews.md.j2",
        {
            "shelves": shelves,
            "period_text": period_text,
            "open": _open(newest, reviews) if newest else [],
            "has_entries": bool(reviews.decisions or reviews.actions),
        },
    )


def kept(context: Context) -> Iterator[Shelf]:
    """Yield the reviews that have pages; none where the drop holds nothing."""
    if not any(table.rows for table in context.report.load.tables.values()):
        return
    for cadence in CADENCES:
        found = tuple(views(context, cadence))
        if found:
            yield Shelf(cadence, found)


def latest(context: Context) -> list[View]:
    """Return the newest review of each cadence."""
    return [shelf.views[0] for shelf in kept(context)]


def _write(view: View, earlier: View | None, later: View | None) -> None:
    view.whole.write(
        view.page,
        "review.md.j2",
        {
            "view": view,
            "period": period_text(view.row),
            "decisions": agenda.decisions(view),
            "actions": agenda.actions(view),
            "callouts": agenda.callouts(view),
            "blocked": agenda.blocked(view),
            "restated": agenda.restated(view),
            "changes": view.whole.report.changes,
            "in_force": agenda.in_force(view),
            "blocks": list(_FILLED_BY[view.cadence.id](view)),
            "earlier": earlier,
            "later": later,
            "index": INDEX,
        },
    )


def _open(view: View, reviews: Reviews) -> list[agenda.Item]:
    """Return every decision and action that is open now, of whatever review."""
    entries: tuple[Decision | Action, ...] = (*reviews.decisions, *reviews.actions)
    return [
        agenda.item(one, view.today) for one in entries if one.is_raised_by(view.today) and one.is_open_at(view.today)
    ]
