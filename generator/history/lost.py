"""Tables that lost their rows since an earlier drop: an export that is missing, or was cut short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.sources.report import Finding, LoadReport, Severity

#: A table that lost more than this share of its rows is named: exports grow, or lose a few rows to merging.
SHRUNK = 0.1


def losses(load: LoadReport, before: Mapping[str, int]) -> Iterator[Finding]:
    """Yield a finding for each table that has no rows any more, or far fewer; `before`: rows kept earlier, by table."""
    for table, earlier in sorted(before.items()):
        now = load.tables[table].rows if table in load.tables else 0
        lost = earlier - now
        if earlier and not now:
            text = f"{table} has no rows; the drop before had {earlier:,}. Is an export missing?"
            yield Finding("vanished_table", Severity.TAINTS, text, lost, earlier, (table,))
        elif lost > SHRUNK * earlier:
            text = f"{table} has {now:,} rows; the drop before had {earlier:,}. Was it exported whole?"
            yield Finding("shrunk_table", Severity.TAINTS, text, lost, earlier, (table,))
