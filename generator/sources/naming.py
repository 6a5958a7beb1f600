"""Names of columns: as a profile means them and as headers spell them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from .profile import Profile, Source

#: Header lines of reports stand below titles and dates of the report, never further down.
MOST_TITLES = 15


def folded_name(name: str) -> str:
    """Return `name` as headers are compared: blanks as one, without case."""
    return " ".join(name.split()).casefold()


def _letters(name: str, prefixes: Iterable[str]) -> str:
    """Return the letters and digits of `name`: `Created Date`, `CreatedDate` and `created_date` are one."""
    return re.sub(r"[\W_]", "", _without(name, prefixes))


def _without(name: str, prefixes: Iterable[str]) -> str:
    return next((name.removeprefix(prefix) for prefix in prefixes if name.startswith(prefix)), name)


def header_as(names: Iterable[str], profile: Profile, source: Source) -> Header:
    """Return the names of a file's columns as a source of a profile compares them."""
    prefixes = tuple(prefix.casefold() for prefix in profile.written(source, "prefixes") or ())
    if profile.written(source, "repeated") == "numbered":
        names = _numbered(names)
    return _header(tuple(names), profile.written(source, "names") == "letters", prefixes)


def _numbered(names: Iterable[str]) -> Iterator[str]:
    """Yield names with which time they stand there behind them, from the second time on."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[folded_name(name)] += 1
        times = seen[folded_name(name)]
        yield f"{name} {times}" if name and times > 1 else name


class Header:
    """The names of a file's columns, found as the source of a profile spells them."""

    def __init__(self, names: Iterable[str], is_loose: bool, prefixes: tuple[str, ...]) -> None:
        self.names, self._is_loose, self._prefixes = tuple(names), is_loose, prefixes
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._loose: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(self.names):
            if not name:
                continue
            self._exact[folded_name(name)].append(place)
            if self._is_loose and (letters := _letters(folded_name(name), self._prefixes)):
                self._loose[letters].append(place)

    def places(self, spellings: Iterable[str]) -> list[int]:
        """Return where the first of `spellings` that the header has stands; more than once where it is repeated."""
        for spelling in spellings:
            name = folded_name(spelling)
            if found := self._exact.get(name):
                return found
            if self._is_loose and (found := self._loose.get(_letters(name, self._prefixes))):
                return found
        return []

    def has_all(self, groups: Iterable[Iterable[str]]) -> bool:
        """Whether the header has a spelling of every group."""
        return all(self.places(group) for group in groups)

    def family(self, patterns: Iterable[str]) -> dict[str, list[int]]:
        """Return the columns that fit a pattern by what its first group holds, those of earlier patterns first.

        Of columns with one name the first counts: those of associated records stand behind the record's own.
        """
        found: dict[str, list[int]] = defaultdict(list)
        for pattern in patterns:
            for place, name in enumerate(self.names):
                if name and self._exact[folded_name(name)][0] != place:
                    continue
                fit = re.fullmatch(pattern, _without(folded_name(name), self._prefixes), re.IGNORECASE)
                if fit and place not in found[fit[1]]:
                    found[fit[1]].append(place)
        return dict(found)


# Dozens of sources look at the same lines, and nearly all compare them alike.
_header = lru_cache(maxsize=256)(Header)
