"""Any two versions beside each other: the changes of all versions between them, added up."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from generator.agreement import Settings
from generator.errors import ReportError
from generator.history.agreed import Agreed, restored
from generator.history.causes import Cause, Kind
from generator.history.changes import Changes, Key, Named, Version, key_of, ranked, worth_telling
from generator.history.differences import Side, differences, differing_files
from generator.history.earlier import Earlier, read_earlier
from generator.history.parts import PARTS, Runs, Split, closed_cells, headline_cells, splits_of
from generator.history.restatements import RESTATEMENT
from generator.history.sentence import Difference
from generator.history.writing import read_changes


class Compared(NamedTuple):
    """Two versions told apart, and the settings by which the later one counts."""

    changes: Changes
    settings: Settings


def compare_versions(one: Path, other: Path) -> Compared:
    """Return what is different between the versions of two data folders; the earlier of them comes first.

    The parts of all versions between them are added up. Where one of those is not there, differences are told and not
    split. PublishError where a folder holds no version.
    """
    before, now = sorted((read_earlier(one), read_earlier(other)), key=lambda version: (version.as_of, version.version))
    links = _between(before, now)
    with tempfile.TemporaryDirectory(prefix="onefunnel-agreed-") as folder:
        old, new = _restored(before, Path(folder, "old")), _restored(now, Path(folder, "new"))
        told = _differences(before, old, now, new)
        settings = new.agreement.settings if new else Settings(schema=1)
        named = {kpi.id: Named(kpi.title, kpi.unit) for side in (old, new) if side for kpi in side.kpis}
    splits = _added_up(links, before) if links is not None else _unsplit(before, now)
    causes = _causes(links or [])
    news = [
        one for one in splits if worth_telling(one, named[one.metric].unit if one.metric in named else "", settings)
    ]
    changes = Changes(
        before=_version(before),
        now=_version(now),
        splits=splits,
        told=ranked(news, named, settings.min_n_rate),
        causes=causes,
        differences=told,
        named=named,
        rows_kept=bool(links) and all(link.rows_kept for link in links or ()),
        remarks=_remarks(links),
    )
    return Compared(changes, settings)


def _between(before: Earlier, now: Earlier) -> list[Changes] | None:
    """Return the changes from `before` to `now`, version by version; None where one of them is not there."""
    links: list[Changes] = []
    folder = now.folder
    while folder != before.folder:
        try:
            link = read_changes(folder)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if link.before is None:
            return None
        links.insert(0, link)
        folder = folder.parent.parent / link.before.version / folder.name
        if len(links) > 10_000 or (link.before.as_of < _instant(before)):
            return None  # `before` is none of its forebears
    return links


def _instant(version: Earlier) -> str:
    return f"{version.as_of.isoformat()}Z"


def _version(version: Earlier) -> Version:
    return Version(version.version, version.drop, _instant(version), version.generator)


def _restored(version: Earlier, folder: Path) -> Agreed | None:
    try:
        return restored(version.record, folder)
    except (ReportError, KeyError, TypeError, AttributeError):
        return None


def _differences(before: Earlier, old: Agreed | None, now: Earlier, new: Agreed | None) -> tuple[Difference, ...]:
    if before.record == now.record:
        return ()
    if old is None or new is None:
        return differing_files(before.record, now.record)
    sides = (
        Side(side.agreement, side.kpis, version.record.get("profiles", {}))
        for side, version in ((old, before), (new, now))
    )
    return differences(*sides)


def _added_up(links: Iterable[Changes], before: Earlier) -> tuple[Split, ...]:
    """Return what is different over all `links`; a link that says nothing of a cell left it as it was."""
    closed = closed_cells(before.cells)
    found: dict[Key, Split] = {}
    for link in links:
        for split in link.splits:
            key = key_of(split)
            found[key] = _joined(found[key], split) if key in found else replace(split, is_closed=key in closed)
    moved = (one for one in found.values() if one.before.value != one.now.value or any(map(one.part, PARTS)))
    return tuple(sorted(moved, key=key_of))


def _joined(first: Split, then: Split) -> Split:
    """Return one difference after the other as one."""
    if first.restated is None or then.restated is None:
        turn = then.turn or first.turn
        if first.before.value is not None and then.now.value is not None:
            turn = None  # it came and went
        return Split(*key_of(first), first.is_closed, first.before, then.now, turn=turn)
    restated, active, defined = (_sum(first.part(name), then.part(name)) for name in PARTS)
    return Split(*key_of(first), first.is_closed, first.before, then.now, restated, active, defined)


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal:
    return (one or Decimal(0)) + (other or Decimal(0)) or Decimal(0)


def _unsplit(before: Earlier, now: Earlier) -> tuple[Split, ...]:
    """Return the differences between what was published, without parts."""
    old, new = headline_cells(before.cells), headline_cells(now.cells)
    found = splits_of(Runs(old, new, new, new))
    return tuple(
        replace(one, restated=None, new_activity=None, definition=None, turn=None)
        for one in found
        if one.metric != RESTATEMENT
    )


def _causes(links: Iterable[Changes]) -> Mapping[Key, tuple[Cause, ...]]:
    """Return the causes of all `links`, rows of one kind and table added up."""
    counted: dict[Key, Counter[tuple[Kind, str]]] = {}
    for link in links:
        for key, causes in link.causes.items():
            for cause in causes:
                counted.setdefault(key, Counter())[cause.kind, cause.table] += cause.rows
    return {key: tuple(Cause(kind, table, rows) for (kind, table), rows in of.items()) for key, of in counted.items()}


def _remarks(links: list[Changes] | None) -> tuple[str, ...]:
    if links is None:
        return ("The versions between the two are not all there, so the differences are told and not split.",)
    return tuple(dict.fromkeys(remark for link in links for remark in link.remarks))
