"""What a review opens with: decisions that are needed, what the rules point out, and actions until they are closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from generator.agreement import Action, Decision
from generator.measures.scopes import ALL
from generator.pages import formats
from generator.pages.attention import commitment_titles, notices
from generator.pages.context import Context
from generator.pages.definitions import stage_name
from generator.pages.moved import Moved, moved_of
from generator.pages.notice import Notice
from generator.pages.reviews.cadence import View
from generator.pages.words import MEMBERS, Chip
from generator.sources.report import Severity

#: So many of the things that rules point out are put before a review.
CALLOUTS = 3
#: So many figures that are not what they were are named.
RESTATED = 5
_DATA = frozenset({"silent_feed", "ledger", "quarantine", "unclaimed", "finding"})  # for those who own the data
_BY_SECTION = {"top": "marketing", "bottom": "sales"}


@dataclass(frozen=True)
class Item:
    """An action or a decision as it stood when the review looked at it."""

    title: str
    carried_by: str
    raised: str
    due: str
    chip: Chip
    outcome: str


def decisions(view: View) -> list[Item]:
    """Return the decisions of this review that were open in its period, those that wait first."""
    return _items(view, view.whole.report.agreement.reviews.decisions)


def actions(view: View) -> list[Item]:
    """Return the actions of this review that were open in its period, those that wait first."""
    return _items(view, view.whole.report.agreement.reviews.actions)


def _items(view: View, entries: Sequence[Action] | Sequence[Decision]) -> list[Item]:
    known = [one for one in entries if one.review == view.cadence.id and one.is_raised_by(view.today)]
    alive = [one for one in known if one.is_open_at(view.starts_on)]
    order = sorted(alive, key=lambda one: (not one.is_open_at(view.today), one.due_on or date.max, one.id))
    return [item(one, view.today) for one in order]


def item(entry: Action | Decision, today: date) -> Item:
    """Return an entry as it stood when `today` began."""
    is_open = entry.is_open_at(today)
    closed = "" if is_open or entry.closed_on is None else formats.day(entry.closed_on)
    if is_open:
        late = entry.due_on is not None and entry.due_on < today
        state = Chip("overdue", "bad") if late else Chip("open", "none")
    else:
        state = Chip(f"{'decided' if isinstance(entry, Decision) else 'done'} {closed}", "good")
    team = MEMBERS["team"][entry.team]
    return Item(
        title=entry.title,
        carried_by=f"{entry.who} ({team})" if entry.who else team,
        raised=formats.day(entry.raised_on),
        due=formats.day(entry.due_on) if entry.due_on else "",
        chip=state,
        outcome="" if is_open else entry.outcome or "",
    )


@dataclass(frozen=True)
class Callout:
    """Something that a rule points out, with the team that answers for it."""

    notice: Notice
    carried_by: str


def callouts(view: View) -> list[Callout]:
    """Return the foremost of what the rules point out in this period, the bad before the doubtful."""
    found = [notice for notice in notices(view.context) if notice.rule not in _DATA]
    order = sorted(found, key=lambda notice: notice.chip.tone != "bad")
    return [Callout(notice, _carried_by(view.context, notice)) for notice in order[:CALLOUTS]]


def _carried_by(context: Context, notice: Notice) -> str:
    """Return the team that answers for it: who owes the promise, who carries the target, whose part it is."""
    agreement = context.report.agreement
    titles = commitment_titles(agreement)
    promised = [str(one.accountable) for one in agreement.sla.commitments if titles[one.id] == notice.subject]
    kpi = next((kpi for kpi in context.report.kpis if kpi.title == notice.subject), None)
    aimed = {one.team for one in context.report.targets if kpi and one.metric == kpi.id}
    if notice.rule == "promise_missed" and promised:
        team = promised[0]
    else:
        team = aimed.pop() if len(aimed) == 1 else _BY_SECTION.get(kpi.section if kpi else "", "joint")
    return MEMBERS["team"].get(team, MEMBERS["team"]["joint"])


def changed_rules(view: View) -> Iterator[str]:
    """Yield the versions of definitions and promises that came into force in the period."""
    first, after = view.starts_on, date.fromisoformat(view.row.ends_on)
    agreement = view.whole.report.agreement
    for definition in agreement.lifecycle.definitions:
        if first <= definition.effective_from < after:
            why = f": {definition.why}" if definition.why else ""
            name = definition.id.upper() if len(definition.id) <= 3 else definition.id
            yield f"{name} {definition.version} since {formats.day(definition.effective_from)}{why}"
    for promise in agreement.sla.commitments:
        if first <= promise.effective_from < after:
            yield f"{promise.title} {promise.version} since {formats.day(promise.effective_from)}"


def restated(view: View) -> list[Moved]:
    """Return the figures of the period that are not what the version before said, the largest effect first."""
    found = view.whole.report.changes
    if found is None:
        return []
    splits = [found.by_key[key] for key in found.told if found.by_key[key].period == view.row.label]
    return [
        moved_of(found, one, view.whole.currency, "" if one.scope == ALL else view.whole.scope_label(one.scope))
        for one in splits[:RESTATED]
    ]


def blocked(view: View) -> list[str]:
    """Return the findings that block figures, as sentences."""
    return [formats.sentence(one.text) for one in view.whole.report.findings if one.severity is Severity.BLOCKS]


def in_force(view: View) -> str:
    """Return the versions of the definitions in force when the review looked at things."""
    agreement = view.whole.report.agreement
    known = ((stage, agreement.definition_at(stage.id, view.today)) for stage in agreement.lifecycle.stages)
    return formats.listed([f"{stage_name(stage)} {found.version}" for stage, found in known if found])
