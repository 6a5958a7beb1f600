"""What was planted in a drop, so that whoever reads it can be asked to find it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Defect:
    """One kind of planted defect, and where it is."""

    name: str
    rule: str  # the global rule that says what becomes of it
    file: str  # where the planted rows stand
    ids: tuple[str, ...]  # of the rows, or of the leads or deals meant; sorted
    count: int  # rows planted
    note: str  # what was done, and what must come of it


@dataclass(frozen=True)
class Answers:
    """The known answers of one drop."""

    folder: Path
    as_of: datetime  # naive UTC
    rows: Mapping[str, int]  # file -> rows that a reader meets
    defects: Mapping[str, Defect]

    def ids(self, name: str) -> tuple[str, ...]:
        """Return the ids planted as `name`; KeyError where nothing of that name was."""
        return self.defects[name].ids

    def write(self, path: Path) -> None:
        """Write the answers as JSON; never into the drop itself, which must not explain itself."""
        content = {
            "as_of": f"{self.as_of.isoformat()}Z",
            "rows": dict(self.rows),
            "defects": {name: asdict(defect) for name, defect in sorted(self.defects.items())},
        }
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
