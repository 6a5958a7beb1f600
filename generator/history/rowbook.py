"""The private record of rows over one build: opened before the facts are made, closed once the version stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pandas as pd

from generator.engine import Engine
from generator.errors import PublishError, told
from generator.history.causes import changed_rows
from generator.history.earlier import Earlier
from generator.history.rows import Kept, further_days, identity, keep_rows, kept_rows, rows_of


@dataclass
class RowBook:
    """Looks at the rows of a drop and tells how they differ from those of an earlier version."""

    folder: Path
    earlier: Earlier | None
    changed: pd.DataFrame | None = None  # as `changed_rows` returns them; None where nobody kept the earlier rows
    _seen: Kept | None = field(default=None, init=False)

    def look(self, engine: Engine, exports: Mapping[str, str], drop: str, as_of: datetime) -> None:
        """Read the rows of the canonical tables; must come before facts are built from them."""
        with told(PublishError, "The private record of rows cannot be written."):
            known = kept_rows(self.folder)
            rows = rows_of(engine, self.folder, drop, known)
            self._seen = Kept(rows, identity(exports, as_of))
            if known is None or self.earlier is None:
                return
            if known.drop != identity(self.earlier.exports, self.earlier.as_of):
                return  # they are those of another drop
            changed = changed_rows(known.rows, rows, self.earlier.as_of)
            more = further_days(engine, self.folder, changed)
        kinds = changed[["kind", "table", "key"]].drop_duplicates()
        further = kinds.merge(more, on=["table", "key"])[["kind", "table", "key", "day"]]
        self.changed = pd.concat([changed, further], ignore_index=True).drop_duplicates(ignore_index=True)

    def keep(self) -> None:
        """Leave the rows of this drop behind for the next one."""
        if self._seen is not None:
            with told(PublishError, "The private record of rows cannot be written."):
                keep_rows(self.folder, self._seen)
