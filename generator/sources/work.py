"""The blocks of all profiles that have something to read in a drop, ready to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache

import pandas as pd

from ..canonical import TABLES, Table
from ..engine import Engine
from ..errors import ExportError, Mistake
from .cells import quoted
from .mapping import Context, Mapped, folded, map_block
from .profile import Loss, Profile
from .profiles import AGREED
from .raw import RawFile
from .relations import Relation, Relations
from .report import Drop
from .terms import Terms
from .zones import ZoneDay, zone_days


@dataclass(frozen=True)
class Part:
    """A block ready to run."""

    profile: Profile
    table: Table
    relation: Relation
    mapped: Mapped
    present: str  # whether the block answers for its table: always, rows (when it has any) or never
    defaults: Mapping[str, str]  # column -> what the profile assumes


@dataclass(frozen=True)
class Work:
    """Everything that the files of a drop turned into before rows were judged."""

    parts: tuple[Part, ...]  # in the order of the canonical tables
    names: Mapping[str, Mapping[str, str]]  # dimension -> id -> readable name
    losses: tuple[Loss, ...]

    @property
    def loaded(self) -> tuple[str, ...]:
        """The canonical tables that some file was read into, in their order."""
        return tuple(dict.fromkeys(part.table.name for part in self.parts))

    def of(self, table: str) -> tuple[Part, ...]:
        """Return the blocks that fill a table."""
        return tuple(part for part in self.parts if part.table.name == table)


def named_zones(terms: Terms, profiles: tuple[Profile, ...]) -> list[str]:
    """Return every time zone that settings or profiles name, sorted."""
    zones = {terms.source_zone, terms.reporting_zone}
    for profile in profiles:
        blocks = [block for _, block, _ in profile.blocks()]
        rules = [rule for block in blocks for rule in block.columns.values()]
        written = [profile, *profile.sources.values(), *blocks]
        named = [*(part.zone for part in written), *(rule.zone for rule in rules)]
        zones |= {zone for zone in named if zone}
    return sorted(zones)


def context_of(engine: Engine, drop: Drop, terms: Terms, profiles: tuple[Profile, ...]) -> Context:
    """Return what cells depend on beside their profiles, and put its tables into the schema `raw`."""
    native, outcomes = terms.native, terms.stage_outcomes
    _agreed(engine, "stage_spelling", [(folded(text), ident) for text, ident in native["stage"].items()])
    deal_stages = [(folded(text), ident, outcomes[ident]) for text, ident in native["deal_stage"].items()]
    _agreed(engine, "deal_stage_spelling", deal_stages)
    return Context(
        f"timestamp '{drop.as_of:%Y-%m-%d %H:%M:%S.%f}'",
        terms.source_zone,
        terms.reporting_zone,
        {
            zone: _zone_table(engine, n, zone)
            for n, zone in enumerate(named_zones(terms, profiles))
            if zone not in ("UTC", "Etc/UTC")
        },
        {name: frozenset(folded(text) for text in known) for name, known in native.items()},
        {folded(text): outcomes[ident] for text, ident in native["deal_stage"].items()},
    )


def _agreed(engine: Engine, name: str, rows: Sequence[tuple[str, ...]]) -> None:
    """Give profiles a list of the agreement to read in their SQL."""
    columns = AGREED[name]
    frame = pd.DataFrame(sorted(set(rows)), columns=list(columns))
    engine.load(f"raw.{name}", frame, dict.fromkeys(columns, "varchar"))


def _zone_table(engine: Engine, number: int, zone: str) -> str:
    table = f"raw.zone{number}"
    types = {"local_date": "date", "is_twice": "boolean"}
    types |= dict.fromkeys(("before_s", "switch_s", "after_s", "odd_from_s", "odd_to_s"), "integer")
    engine.load(table, _zone_frame(zone), types)
    return table


@lru_cache(maxsize=32)
def _zone_frame(zone: str) -> pd.DataFrame:
    # Moments outside of these years are read as UTC; no export of a funnel has any.
    days = zone_days(zone, date(1990, 1, 1), date(2059, 12, 31))
    names = [field.name for field in fields(ZoneDay)]
    frame = pd.DataFrame({name: [getattr(day, name) for day in days] for name in names})
    frame["local_date"] = pd.to_datetime(frame["local_date"])
    return frame


def prepare(
    engine: Engine, profiles: tuple[Profile, ...], files: tuple[RawFile, ...], context: Context, terms: Terms
) -> Work:
    """Return the blocks that have files to read; ExportError for uncertain dates and conflicting keys."""
    mistakes: list[Mistake] = []
    conflicts: list[Mistake] = []
    found: list[Part] = []
    losses: list[Loss] = []
    names: dict[str, dict[str, str]] = {}
    for number, profile in enumerate(profiles):
        own = tuple(file for file in files if file.claim.profile is profile)
        if not own:
            continue
        relations = Relations(engine, profile, number, own, terms.takes_first)
        for table, block, _ in profile.blocks():
            relation = relations.build(block.from_ or "")
            if relation.files:
                mapped = map_block(profile, table, block, relation, context)
                defaults = {name: rule.default for name, rule in block.columns.items() if rule.default is not None}
                found.append(Part(profile, table, relation, mapped, block.present, defaults))
        for dimension, members in profile.members.items():
            known = _readable(engine, relations.build(members.from_), members.key, members.name)
            names[dimension] = names.get(dimension, {}) | known
        there = {column for file in own for column in file.columns}
        losses += [
            loss
            for loss in profile.loses
            if not any(relations.build(name).files for name in loss.without)
            and (not loss.given or there & set(loss.given))
            and not there & set(loss.lacks)
        ]
        mistakes += relations.mistakes
        conflicts += relations.conflicts
    if mistakes:
        raise ExportError("Some dates or numbers cannot be read with certainty.", mistakes)
    if conflicts:
        raise ExportError("Some rows contradict one another.", conflicts)
    order = list(TABLES)
    return Work(tuple(sorted(found, key=lambda part: order.index(part.table.name))), names, tuple(losses))


def _readable(engine: Engine, relation: Relation, key: str, name: str) -> dict[str, str]:
    """Return the readable names that a look-up file gives to ids."""
    columns = relation.column(key), relation.column(name)
    if not relation.files or None in columns:
        return {}
    cells = ", ".join(f"clean_cell({quoted(str(column))})" for column in columns)
    return {
        ident: text
        for ident, text in engine.rows(f"select {cells} from {relation.name} order by all")
        if ident and text
    }
