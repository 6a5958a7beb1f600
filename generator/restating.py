"""A drop measured again, as an earlier version would have seen it, to tell the two apart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pandas as pd

from generator.agreement import Agreement
from generator.history import Agreed, Changes, Earlier, RowBook, Snapshots, Today, explain_changes, read_earlier
from generator.kpis import Kpi, MeasuredKpis
from generator.kpis.totals import headlines_only
from generator.project import Project
from generator.report import Report
from generator.sources.report import Drop

#: Reads a drop under an agreement and measures KPIs over it.
Measured = Callable[[Project, Agreement, tuple[Kpi, ...], Drop], AbstractContextManager[MeasuredKpis]]


@dataclass(frozen=True)
class Since:
    """What a new version is held against."""

    earlier: Earlier | None = None
    book: RowBook | None = None  # the private record of rows; None: nobody keeps one
    snapshots: Snapshots | None = None  # None: nobody keeps this drop for the next

    def keep(self) -> None:
        """Leave the rows of this drop behind, and how things stood, once what was built of it stands."""
        for kept in (self.book, self.snapshots):
            if kept:
                kept.keep()


def since(before: Path | None, private: Path | None, snapshots: Path | None = None) -> Since:
    """Return what the folders `before` and `private` hold; PublishError where `before` holds no version.

    snapshots: where those are kept, by default in `private`.
    """
    earlier = read_earlier(before) if before else None
    album = snapshots or private
    return Since(
        earlier, RowBook(private, earlier) if private else None, Snapshots(album, keeps=True) if album else None
    )


def changes(report: Report, project: Project, held: Since, measured: Measured) -> Changes:
    """Return what is different from the earlier version; see `explain_changes` for what that costs."""

    def again(old: Agreed | None, as_of: datetime) -> pd.DataFrame:
        by = old or Agreed(project, report.agreement, report.kpis)
        drop = replace(report.drop, as_of=as_of, taken_at=report.drop.taken)
        with measured(by.project, by.agreement, headlines_only(by.kpis), drop) as found:
            return found.measured.cells

    today = Today(
        drop=report.drop.id,
        as_of=report.drop.as_of,
        generator=report.version,
        exports={file.path: file.sha256 for file in report.load.files},
        record=report.agreed,
        agreement=report.agreement,
        kpis=report.kpis,
        cells=report.results.cells,
        periods=report.results.periods,
    )
    return explain_changes(today, held.earlier, again, held.book.changed if held.book else None)
