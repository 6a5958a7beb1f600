"""Tells a new version from an earlier one: measures what must be measured again, and splits every difference."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from generator.agreement import Agreement
from generator.errors import ReportError
from generator.history.agreed import Agreed, restored
from generator.history.causes import Cause, causes_of, looking_back, money_kpis, tables_behind
from generator.history.changes import Changes, Entry, Key, Named, Version, entry_of, key_of, ranked, worth_telling
from generator.history.differences import Side, differences, differing_files
from generator.history.earlier import Earlier
from generator.history.parts import Runs, Split, headline_cells, splits_of
from generator.history.restatements import RESTATEMENT
from generator.history.sentence import Difference
from generator.history.writing import read_changes
from generator.kpis import Kpi


@dataclass(frozen=True)
class Today:
    """The version that is being made."""

    drop: str
    as_of: datetime
    generator: str
    exports: Mapping[str, str]  # path -> sha256
    record: Mapping[str, Any]  # the whole agreement, as `record_of` returns it
    agreement: Agreement
    kpis: tuple[Kpi, ...]
    cells: pd.DataFrame
    periods: pd.DataFrame  # as Results has them

    @property
    def version(self) -> Version:
        """Its name; where it will be published is not known yet."""
        return Version(self.drop, self.drop, f"{self.as_of.isoformat()}Z", self.generator)


_EVER = date(1900, 1, 1)
#: Measures the new data as of an instant, under an earlier agreement or (None) today's; headline cells at least.
Measure = Callable[[Agreed | None, datetime], pd.DataFrame]


def explain_changes(
    today: Today, earlier: Earlier | None, measure: Measure, changed: pd.DataFrame | None = None
) -> Changes:
    """Return what is different from `earlier`, every difference split in three.

    `measure` is called at most twice, and not at all where neither data nor agreement differ. changed: the rows that
    changed, as `causes.changed_rows` returns them; None where nobody kept them.
    """
    if earlier is None:
        return Changes(None, today.version)
    version = Version(earlier.version, earlier.drop, f"{earlier.as_of.isoformat()}Z", earlier.generator)
    with tempfile.TemporaryDirectory(prefix="onefunnel-agreed-") as folder:
        old, told, remarks = _old_rules(today, earlier, Path(folder))
        runs, more = _runs(today, earlier, old, measure)
    splits = tuple(split for split in splits_of(runs) if split.metric != RESTATEMENT)
    named = _named((*today.kpis, *(old.kpis if old else ())))
    settings = today.agreement.settings
    news = [one for one in splits if worth_telling(one, _unit(one, named), settings)]
    order = ranked(news, named, settings.min_n_rate)
    causes = {} if changed is None else _causes(today, news, changed)
    remarks = (*remarks, *more, *_other_code(today, earlier))
    found = Changes(version, today.version, splits, order, causes, told, named, changed is not None, remarks)
    return replace(found, ledger=(*_ledger(earlier), entry_of(found)))


def _ledger(earlier: Earlier) -> tuple[Entry, ...]:
    """Return what earlier versions restated; none where they kept no account."""
    try:
        return read_changes(earlier.folder).ledger
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _unit(split: Split, named: Mapping[str, Named]) -> str:
    return named[split.metric].unit if split.metric in named else "count"


def _named(kpis: tuple[Kpi, ...]) -> dict[str, Named]:
    """Return the KPIs by id, those of today first, then those that are gone."""
    found: dict[str, Named] = {}
    for kpi in kpis:
        found.setdefault(kpi.id, Named(kpi.title, kpi.unit))
    return found


def _old_rules(
    today: Today, earlier: Earlier, folder: Path
) -> tuple[Agreed | None, tuple[Difference, ...], tuple[str, ...]]:
    """Return the agreement as it was where it was another one, what differs, and what stands in the way."""
    if earlier.record == today.record:
        return None, (), ()
    try:
        old = restored(earlier.record, folder)
        sides = (
            Side(old.agreement, old.kpis, earlier.record.get("profiles", {})),
            Side(today.agreement, today.kpis, today.record["profiles"]),
        )
        return old, differences(*sides), ()
    except (ReportError, KeyError, TypeError, AttributeError) as problem:
        return None, differing_files(earlier.record, today.record), (_unreadable(problem),)


def _unreadable(problem: Exception) -> str:
    why = problem.summary if isinstance(problem, ReportError) else "its record is not whole"
    return (
        f"The agreement as it was cannot be measured by any more ({why.rstrip('.')}): what it changed stands among"
        " restated history."
    )


def _runs(today: Today, earlier: Earlier, old: Agreed | None, measure: Measure) -> tuple[Runs, tuple[str, ...]]:
    """Return the four runs; what is the same by construction is not measured again."""
    before, now = headline_cells(earlier.cells), headline_cells(today.cells)
    same_data = dict(today.exports) == earlier.exports and today.generator == earlier.generator
    same_time = today.as_of == earlier.as_of
    is_readable = old is not None or earlier.record == today.record
    restated = before if same_data and is_readable else None
    try:
        if old is None:
            old_rules = now
        elif same_time and restated is not None:
            old_rules = restated
        else:
            old_rules = headline_cells(measure(old, today.as_of))
        if restated is None:
            restated = old_rules if same_time else headline_cells(measure(old, earlier.as_of))
    except ReportError as problem:
        return Runs(before, now, now, now), (_unreadable(problem),)
    return Runs(before, restated, old_rules, now), ()


def _other_code(today: Today, earlier: Earlier) -> tuple[str, ...]:
    if today.generator == earlier.generator:
        return ()
    return (
        f"The earlier version was computed by onefunnel {earlier.generator}, this one by {today.generator}: what the"
        " program itself counts otherwise stands among restated history.",
    )


def _causes(today: Today, news: list[Split], changed: pd.DataFrame) -> dict[Key, tuple[Cause, ...]]:
    """Return what rows can have moved each of `news`; those that only a rule moved have no cause among rows."""
    tables, money, back = tables_behind(today.kpis), money_kpis(today.kpis), looking_back(today.kpis)
    states = {kpi.id for kpi in today.kpis if kpi.basis == "snapshot"}
    rate_days = today.agreement.settings.fx.max_age_days
    spans = {
        str(label): (_day(starts), _day(ends))
        for label, starts, ends in zip(
            today.periods["period"], today.periods["starts_on"], today.periods["ends_on"], strict=True
        )
    }
    found = {}
    for split in news:
        moved = split.turn == "restated" if split.restated is None else split.restated != 0
        if moved and split.metric in tables and split.period in spans:
            days = rate_days if split.metric in money else None
            starts, ends = spans[split.period]
            if split.metric in states:
                starts = _EVER  # a state follows from all that was before it
            elif split.metric in back:
                starts -= ends - starts
            found[key_of(split)] = causes_of(changed, tables[split.metric], (starts, ends), days)
    return found


def _day(value: object) -> date:
    return date.fromisoformat(str(value)[:10])
