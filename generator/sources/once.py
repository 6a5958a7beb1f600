"""Files whose rows are looked at but once: they become canonical rows as they are read, with no copy in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from .claims import Claim
from .profile import Profile, Rule, kind_of
from .profiles import read_by

#: The place of a row in its file. Rows of a file that is read once stand in their table as they stand in the file.
ROW = "coalesce(_row, rowid)"


def read_once(claims: Mapping[str, Claim | None]) -> frozenset[str]:
    """Return the labels of files that fill a canonical table alone, through one block that needs a single look."""
    claimed = {label: claim for label, claim in claims.items() if claim}
    profiles = {claim.profile.system: claim.profile for claim in claimed.values()}
    fillers = Counter(
        table.name
        for profile in profiles.values()
        for table, block, source in profile.blocks()
        for claim in claimed.values()
        if claim.profile is profile and (source.sql is not None or claim.source == block.from_)
    )
    return frozenset(label for label, claim in claimed.items() if _is_read_once(claim.profile, claim.source, fillers))


def _is_read_once(profile: Profile, name: str, fillers: Mapping[str, int]) -> bool:
    source = profile.sources[name]
    if source.columns or source.key or source.families or profile.written(source, "current"):
        return False
    selects = [other.sql for other in profile.sources.values() if other.sql is not None]
    named = [members.from_ for members in profile.members.values()]
    if name in named or any(name in read_by(sql) for sql in selects):
        return False
    blocks = [(table, block) for table, block, _ in profile.blocks() if block.from_ == name]
    if len(blocks) != 1 or fillers[blocks[0][0].name] != 1:
        return False
    table, block = blocks[0]
    dates, numbers = profile.written(source, "dates") or ("iso",), profile.written(source, "numbers")
    return not block.where and not any(
        _is_looked_at(rule, kind_of(rule, table.column(column)), rule.form or dates, rule.numbers or numbers)
        for column, rule in block.columns.items()
    )


def _is_looked_at(rule: Rule, kind: str, dates: tuple[str, ...], numbers: str | None) -> bool:
    """Whether cells are looked at before or after they are read: to prove their form, or to count what is assumed."""
    if rule.default not in (None, "by_stage"):
        return True
    if kind in ("instant", "date"):
        return dates != ("iso",)
    return kind in ("number", "integer", "money", "rate") and numbers == "proven"
