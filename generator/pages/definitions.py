"""The lead definitions: what each stage means here, what it takes to enter it, and how that came about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from generator.agreement import Agreement, Definition, Move, Reason, Stage
from generator.agreement.promises import definition_changes
from generator.agreement.sentences import bullets, clauses, score_sentences, tier_sentences
from generator.models.attributes import NOT_CARRIED
from generator.pages import formats
from generator.pages.context import Context
from generator.pages.lifecycle_practice import conflicts, moves, write_lists
from generator.pages.markup import Trusted, encoded
from generator.pages.rail import rail_of_review
from generator.pages.restated import examples, months, reads_today, versions, write_in_out

TEAMS = {"marketing": "Marketing", "sales": "Sales", "joint": "Both teams", "ops": "Operations"}
FAMILIES = {
    "fit": "the wrong people",
    "intent": "the right people, not buying",
    "reach": "nobody answered",
    "admin": "not a lead at all",
    "outcome": "why a deal was lost",
}


@dataclass(frozen=True)
class Version:
    """One version of a definition, with what it changed."""

    name: str
    since: str
    until: str  # the day before the next version; empty while it is in force
    agreed: str
    why: str
    changes: tuple[str, ...]
    is_current: bool


@dataclass(frozen=True)
class Entry:
    """A stage as the reference shows it."""

    stage: Stage
    name: str  # MQL, or the title where there is no abbreviation
    owner: str
    criteria: Trusted  # a nested Markdown list; empty where no definition is in force
    tiers: tuple[str, ...]
    required: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]
    leads_to: tuple[str, ...]
    current: Version | None
    versions: tuple[Version, ...]  # newest first


def write_definitions(context: Context) -> None:
    """Write definitions.md."""
    agreement = context.report.agreement
    day = context.report.drop.as_of.date()
    entries = [entry(agreement, stage, day) for stage in agreement.lifecycle.stages]
    current = agreement.definition_at("mql", day)
    write_lists(context)
    write_in_out(context)
    context.write(
        "definitions.md",
        "definitions.md.j2",
        {
            "entries": entries,
            "stages": [stage for stage in agreement.lifecycle.stages if stage.kind != "end"],
            "matrix": _matrix(agreement),
            "scores": [(score, score_sentences(agreement, score)) for score in agreement.lifecycle.scores],
            "seen": {"mql": list(examples(context, current.version))} if current else {},
            "moves": list(moves(context)),
            "odd_moves": len(context.report.practice.odd_moves),
            "retention": agreement.settings.record_retention_days,
            "conflicts": list(conflicts(context)) if context.report.practice.moves else [],
            "versions": versions(context),
            "months": list(months(context)),
            "reads_today": reads_today(context),
            "reasons": _reasons(agreement),
            "families": FAMILIES,
            "name_of": stage_name,
            "rail": rail_of_review(context, "definitions.md", "definitions"),
            "is_sample": context.came_with_the_product("lifecycle.yml"),
            "not_carried": [one.text for one in context.report.findings if one.id == NOT_CARRIED],
        },
    )


def stage_name(stage: Stage) -> str:
    """Return what a stage is called for short: `MQL`, or its title."""
    return stage.id.upper() if len(stage.id) <= 3 else stage.title


def entry(agreement: Agreement, stage: Stage, day: date) -> Entry:
    """Return a stage with the definition in force on `day` and its history."""
    current = agreement.definition_at(stage.id, day)
    versions = tuple(reversed([*_versions(agreement, stage.id, current)]))
    return Entry(
        stage=stage,
        name=stage_name(stage),
        owner=TEAMS[stage.owner],
        criteria=Trusted(bullets(clauses(agreement, current.criteria), encoded) if current else ""),
        tiers=tier_sentences(agreement, current) if current else (),
        required=tuple(field_title(agreement, name) for name in current.required_fields) if current else (),
        examples=tuple((example.text, example.outcome) for example in current.examples) if current else (),
        leads_to=tuple(_leads_to(agreement, stage)),
        current=next((version for version in versions if version.is_current), None),
        versions=versions,
    )


def field_title(agreement: Agreement, name: str) -> str:
    """Return how sentences call a field; `name=1` asks for that value."""
    field, _, value = name.partition("=")
    known = next((one for one in agreement.lifecycle.attributes if one.id == field), None)
    title = known.title if known else field.replace("_", " ")
    if not value:
        return title
    return f"{title}: yes" if known and known.type == "boolean" and value == "1" else f"{title}: {value}"


def _versions(agreement: Agreement, stage: str, current: Definition | None) -> Iterator[Version]:
    versions = agreement.versions_of(stage)
    for place, version in enumerate(versions):
        before = versions[place - 1] if place else None
        after = versions[place + 1] if place + 1 < len(versions) else None
        yield Version(
            name=version.version,
            since=formats.day(version.effective_from),
            until=f"until the day before {formats.day(after.effective_from)}" if after else "",
            agreed=agreed_text(version.agreed.sales, version.agreed.marketing, version.agreed.on),
            why=version.why or "",
            changes=definition_changes(agreement, before, version) if before else (),
            is_current=version is current,
        )


def agreed_text(sales: str | None, marketing: str | None, on: date | None) -> str:
    """Return who agreed and when: `Sales (CRO) and Marketing (CMO) on 20 Apr 2026`."""
    who = [f"{team} ({name})" for team, name in (("Sales", sales), ("Marketing", marketing)) if name]
    if not who:
        return "nobody is named"
    return f"{formats.listed(who)}{f' on {formats.day(on)}' if on else ''}"


_EFFECTS = {
    "counted": "yes",
    "skip": "yes, skipping",
    "back": "back",
    "no_op": "–",
    "new_deal": "another deal",
    "not_allowed": "no",
}


def _matrix(agreement: Agreement) -> list[tuple[str, list[str]]]:
    """Return a row per stage: what a move from it to each other stage means."""
    stages = [stage for stage in agreement.lifecycle.stages if stage.kind != "end"]
    found = {(move.from_stage, move.to_stage): move for move in agreement.lifecycle.moves}
    return [(stage_name(row), [_move_word(found.get((row.id, column.id))) for column in stages]) for row in stages]


def _move_word(move: Move | None) -> str:
    if move is None:
        return "–"
    extras = [
        "rejection" if move.rejection else "",
        "new round" if move.new_cycle else "",
        "flagged" if move.flagged else "",
        f"only as {move.reason}" if move.reason else "",
    ]
    told = ", ".join(extra for extra in extras if extra)
    return f"{_EFFECTS[move.effect]} ({told})" if told else _EFFECTS[move.effect]


def _leads_to(agreement: Agreement, stage: Stage) -> Iterator[str]:
    names = {other.id: stage_name(other) for other in agreement.lifecycle.stages}
    for move in agreement.lifecycle.moves:
        if move.from_stage == stage.id and move.effect == "counted" and move.to_stage in names:
            reason = ", with a reason" if move.reason_required else ""
            yield f"{names[move.to_stage]}{' (a rejection' + reason + ')' if move.rejection else ''}"


def _reasons(agreement: Agreement) -> list[tuple[str, list[Reason]]]:
    """Return the reasons by family, in the order of the file."""
    families: dict[str, list[Reason]] = {}
    for reason in agreement.lifecycle.reasons:
        families.setdefault(reason.family, []).append(reason)
    return list(families.items())
