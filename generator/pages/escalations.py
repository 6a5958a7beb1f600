"""Broken promises and those that soon will be: who has to look at them, as tables and as files for other tools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pandas as pd

from generator.kpis import csv_text
from generator.models.practice import Obligation
from generator.pages import formats
from generator.pages.context import Context
from generator.pages.markup import Trusted, encoded
from generator.pages.tables import chip_html, html_table, record_html

#: So many records of a commitment are listed on its page; the file has them all.
LISTED = 25
#: An owner with more open breaches than this is pointed out.
MANY = 3
#: Fewer people than this are not told apart.
FEW = 3
OPEN, LATE, SOON = "breached_open", "breached_late", "due_soon"
_COLUMNS = (
    "commitment", "record", "link", "owner", "tier", "region", "channel", "triggered_at", "due_at", "stopped_at",
    "state", "share_of_time", "level",
)  # fmt: skip


def write_escalations(context: Context) -> None:
    """Write data/breaches.csv and data/due_soon.csv, so that another tool can notify whom it concerns."""
    folder = context.docs / "data"
    folder.mkdir(parents=True, exist_ok=True)
    found = context.report.practice.obligations
    for name, some in (
        ("breaches", [one for one in found if one.state != SOON]),
        ("due_soon", [one for one in found if one.state == SOON]),
    ):
        rows = [_line(context, one) for one in some]
        frame = pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object)
        (folder / f"{name}.csv").write_bytes(csv_text(frame).encode("utf-8"))


def _line(context: Context, one: Obligation) -> tuple[object, ...]:
    return (
        one.commitment,
        one.record,
        record_url(context, one.record),
        owner_label(context, one.owner),
        one.tier or "",
        one.region or "",
        one.channel or "",
        f"{one.triggered_at.isoformat()}Z",
        f"{one.due_at.isoformat()}Z",
        f"{one.stopped_at.isoformat()}Z" if one.stopped_at else "",
        one.state,
        "" if one.used is None else f"{one.used:.4g}",
        level(context, one),
    )


def record_url(context: Context, record: str) -> str:
    """Return where a record stands in the CRM; empty where the settings link none."""
    pattern = context.report.agreement.settings.record_links
    return pattern.replace("{id}", record) if pattern else ""


def record_name(context: Context, record: str) -> Trusted:
    """Return a record as pages name it: a link into the CRM, or a pseudonym."""
    url = record_url(context, record)
    return record_html(Trusted(f'<a href="{encoded(url)}" rel="noreferrer">{encoded(record)}</a>') if url else record)


def owner_label(context: Context, owner: str | None) -> str:
    """Return an owner as pages print them; empty for nobody."""
    return context.label("owner", owner) if owner else ""


def level(context: Context, one: Obligation) -> str:
    """Return who has to look: the owner before the deadline, then the manager, then the head of the team."""
    if one.state == SOON:
        return "due soon"
    stuck = one.state == OPEN and one.used is not None and one.used >= context.report.agreement.sla.stuck_at
    return "stuck" if stuck else "breached"


_TONES = {"due soon": "warn", "breached": "bad", "stuck": "bad"}
_WHO = {"due soon": "owner", "breached": "manager", "stuck": "head of the team"}


def escalation_table(context: Context, found: Sequence[Obligation]) -> Trusted:
    """Return what is open or soon due, most of its time gone first; nothing where there is none."""
    alive = [one for one in found if one.state in (OPEN, SOON) and one.used is not None]
    rows = [
        (
            record_name(context, one.record),
            chip_html(word := level(context, one), _TONES[word]),
            _WHO[word],
            owner_label(context, one.owner) or "nobody",
            context.label("tier", one.tier) if one.tier else "",
            context.label("channel", one.channel) if one.channel else "",
            formats.day(one.due_at.date()),
            _used(one.used or 0),
        )
        for one in alive[:LISTED]
    ]
    head = ["Record", "Level", "For", "Owner", "Tier", "Channel", "Deadline", "Time used"]
    return html_table(head, rows, texts=7) if rows else Trusted("")


def _used(share: float) -> str:
    """Return how much of its time is used: as a share, from ten times on in times."""
    return formats.percent(share, 0) if share < 10 else f"{formats.counted(round(share))} times"


def overloaded(context: Context) -> Iterator[tuple[str, int]]:
    """Yield the owners with more than three open breaches, worst first; people of tiny teams are one."""
    people = context.report.practice.people
    tiny = sum(people.values()) < FEW
    open_of = Counter(one.owner for one in context.report.practice.obligations if one.state == OPEN and one.owner)
    for owner, count in sorted(open_of.items(), key=lambda item: (-item[1], item[0] or "")):
        if count > MANY:
            yield ("Other" if tiny else owner_label(context, owner)), count
