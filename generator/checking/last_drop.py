"""The drop before this one, as the record of its build tells it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from generator.sources.report import Drop

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
