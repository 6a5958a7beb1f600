"""MQLs as recorded and as each version of the definition would have them, with the leads that go in and out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from generator.agreement.sentences import words
from generator.kpis import csv_text
from generator.models.practice import Evidence, Example, Restated
from generator.pages import formats
from generator.pages.context import Context
from generator.pages.escalations import record_name, record_url
from generator.pages.markup import Trusted, encoded
from generator.pages.tables import record_html

#: Months that the page shows, the newest first; the file has all that are listed.
_SHOWN = 13


@dataclass(frozen=True)
class Month:
    """The MQLs of a month in each view."""

    month: str
    recorded: str
    views: tuple[str, ...]  # one a version: how many, and how many go in and out
    begins: str  # the version that came into force in this month


def versions(context: Context) -> tuple[str, ...]:
    """Return the versions of the definition of an MQL, oldest first."""
    return tuple(one.version for one in context.report.agreement.versions_of("mql"))


def months(context: Context) -> Iterator[Month]:
    """Yield the newest months, as recorded and restated by every version."""
    rows = {(one.month, one.version): one for one in context.report.practice.restated}
    known = sorted({month for month, _ in rows}, reverse=True)
    begun = {one.effective_from.replace(day=1): one for one in context.report.agreement.versions_of("mql")}
    for month in known[:_SHOWN]:
        found = [rows.get((month, version)) for version in versions(context)]
        recorded = max((one.recorded for one in found if one), default=0)
        version = begun.get(month)
        yield Month(
            month=formats.period(f"{month:%Y-%m}"),
            recorded=formats.counted(recorded),
            views=tuple(_view(one) for one in found),
            begins=f"{version.version} in force from {formats.day(version.effective_from)}" if version else "",
        )


def _view(one: Restated | None) -> str:
    if one is None:
        return formats.counted(0)
    moved = f" ({one.came_in} in, {one.went_out} out)" if one.came_in or one.went_out else ""
    return f"{formats.counted(one.restated)}{moved}"


def reads_today(context: Context) -> bool:
    """Whether a view reads attributes at their value of today, for want of a history."""
    return any(one.reads_today for one in context.report.practice.restated)


def write_in_out(context: Context) -> None:
    """Write data/mql_restated.csv: each lead that a version counts in another month than was recorded, or never."""
    rows = [
        (f"restated:{one.version}", f"{one.month:%Y-%m}", one.way, one.record, record_url(context, one.record))
        for one in context.report.practice.in_out
    ]
    frame = pd.DataFrame(rows, columns=["view", "month", "way", "record", "link"], dtype=object)
    folder = context.docs / "data"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mql_restated.csv").write_bytes(csv_text(frame).encode("utf-8"))


def examples(context: Context, version: str) -> Iterator[tuple[Trusted, str]]:
    """Yield leads that were handed over under `version`: what was known of each, and what the rule says."""
    for one in context.report.practice.examples:
        if one.version == version and one.evidence:
            told = formats.listed([_told(context, fact) for fact in one.evidence])
            yield Trusted(f"Lead {_masked(context, one)}: {encoded(told)}"), _outcome(context, one)


def _masked(context: Context, one: Example) -> str:
    linked = context.report.agreement.settings.record_links
    return record_name(context, one.record) if linked else record_html(f"…{one.record[-4:]}")


def _told(context: Context, fact: Evidence) -> str:
    if fact.done_at is not None:
        return f"{words(fact.name)} on {formats.day(fact.done_at.date())}"
    lifecycle = context.report.agreement.lifecycle
    known = next((one for one in lifecycle.attributes if one.id == fact.name), None)
    computed = next((one.title for one in lifecycle.scores if one.id == fact.name), None)
    title = known.title if known else computed or words(fact.name)
    value = fact.value or ""
    if known and known.type == "boolean":
        return f"{title}: {'no' if value in ('0', '0.0', 'false') else 'yes'}"
    return f"{title} {value.removesuffix('.0')}"


def _outcome(context: Context, one: Example) -> str:
    when = formats.day(one.handed_at.date())
    if one.is_met:
        tier = f", {context.label('tier', one.tier)}" if one.tier else ""
        return f"MQL on {when}{tier}"
    return f"handed over on {when}, though the criteria did not hold"
