"""What needs attention in the data itself: feeds that fell silent, rows that are missing, checks that failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from generator.pages import formats
from generator.pages.context import Context
from generator.pages.ledger import differences, quarantined
from generator.pages.notice import Notice
from generator.pages.words import MEMBERS, Chip
from generator.sources.report import Severity

#: So many findings that taint figures are told one by one.
TOLD = 3
#: A table without a new row for longer than a long weekend may have lost its feed.
SILENCE = timedelta(days=4)
#: Tables in which something happens on most working days, and what a row of them is.
FEEDS = {"lead": "lead", "lifecycle_event": "change of stage", "activity": "activity", "opportunity": "deal"}


def stale_feeds(context: Context) -> Iterator[str]:
    """Yield a sentence for each table whose newest row is old for a drop of that day."""
    as_of = context.report.drop.as_of
    for table, row in FEEDS.items():
        load = context.report.load.tables.get(table)
        if load and load.rows and load.newest and as_of - load.newest > SILENCE:
            days = formats.several((as_of - load.newest).days, "day")
            yield f"No {row} is newer than {formats.day(load.newest.date())}, {days} before the data ends."


def silent_feeds(context: Context) -> Iterator[Notice]:
    """Point out tables that have had no new row for days: newer periods look emptier than they are."""
    for sentence in stale_feeds(context):
        text = f"{sentence} Did a feed stop? Figures since then may be too low"
        yield Notice("silent_feed", Chip("stale", "warn"), "Age of the data", "trust.md#files", text)


def load_problems(context: Context) -> Iterator[Notice]:
    """Point out a load ledger that does not add up, rows set aside and files that nobody reads."""
    load = context.report.load
    for line in differences(load):
        state = Chip("ledger gap", "bad")
        yield Notice("ledger", state, line.file, "trust.md#ledger", f"read {line.read} rows, accounted for {line.told}")
    rows, read = quarantined(load)
    if rows:
        share = formats.small_percent(rows / read)
        text = f"{formats.several(rows, 'row')} of {formats.counted(read)} could not be used ({share})"
        yield Notice("quarantine", Chip("set aside", "warn"), "Rows in quarantine", "trust.md#quarantine", text)
    if load.unclaimed:
        text = f"{formats.several(len(load.unclaimed), 'file')} that no profile reads"
        yield Notice("unclaimed", Chip("not read", "warn"), "Files left over", "trust.md#unclaimed", text)


def data_problems(context: Context) -> Iterator[Notice]:
    """Point out the findings that block figures, and those that taint most rows; the trust page has them all."""
    blocking = [finding for finding in context.report.findings if finding.severity is Severity.BLOCKS]
    tainting = [finding for finding in context.report.findings if finding.severity is Severity.TAINTS]
    tainting.sort(key=lambda finding: (-finding.failing, finding.id, finding.text))
    for finding in [*blocking, *tainting[:TOLD]]:
        blocks = finding.severity is Severity.BLOCKS
        state = Chip("blocks figures", "bad") if blocks else Chip("taints figures", "warn")
        share = f" ({formats.of(finding.failing, finding.checked)})" if finding.checked else ""
        subject = MEMBERS["type"].get(finding.id, finding.id.replace("_", " ").capitalize())
        yield Notice("finding", state, subject, "trust.md#findings", f"{finding.text}{share}")

    if len(tainting) > TOLD:
        text = f"{formats.several(len(tainting) - TOLD, 'more finding')} on the trust page"
        yield Notice("finding", Chip("taints figures", "warn"), "Data", "trust.md#findings", text)
