"""The drop before this one, as the record of its build tells it, and what got lost since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from generator.sources.report import Drop, Finding, LoadReport, Severity

#: A table that lost more than this share of its rows is named: exports grow, or lose a few rows to merging.
SHRUNK = 0.1
#: Where builds write down what they were made from, below a site or a version.
_RECORD = "data/build.json"


@dataclass(frozen=True)
class LastDrop:
    """The newest build from a drop that was taken earlier."""

    id: str
    as_of: datetime  # naive UTC
    place: Path  # the folder of the site or the version
    rows: Mapping[str, int]  # rows kept, by table


def last_drop(folders: Iterable[Path], drop: Drop) -> LastDrop | None:
    """Return the newest build in `folders`, or one level below them, whose drop is older than `drop`; perhaps none.

    A record that cannot be read is passed over: it only serves to compare.
    """
    places = [path for folder in folders for path in sorted(folder.glob(_RECORD)) + sorted(folder.glob(f"*/{_RECORD}"))]
    earlier = [last for path in places if (last := _read(path)) and last.as_of < drop.as_of]
    return max(earlier, key=lambda last: (last.as_of, last.place.name.startswith(last.id)), default=None)


def _read(path: Path) -> LastDrop | None:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        as_of = datetime.fromisoformat(str(record["as_of"]).removesuffix("Z"))
        rows = {str(table): int(count) for table, count in record["tables"].items()}
        return LastDrop(str(record["drop"]), as_of, path.parent.parent, rows)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def losses(load: LoadReport, last: LastDrop | None) -> Iterator[Finding]:
    """Yield a finding for each table that has no rows any more, or far fewer than in the drop before."""
    for table, before in sorted(last.rows.items()) if last else ():
        now = load.tables[table].rows if table in load.tables else 0
        lost = before - now
        if before and not now:
            text = f"{table} has no rows; the drop before had {before:,}. Is an export missing?"
            yield Finding("vanished_table", Severity.TAINTS, text, lost, before, (table,))
        elif lost > SHRUNK * before:
            text = f"{table} has {now:,} rows; the drop before had {before:,}. Was it exported whole?"
            yield Finding("shrunk_table", Severity.TAINTS, text, lost, before, (table,))
