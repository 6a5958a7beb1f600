"""One figure that is not what it was, in words: for the page, the home page and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from generator.history import Cause, Changes, Part, Split, key_of
from generator.pages import formats, words

PART_WORDS: dict[Part, str] = {
    "restated": "restated history",
    "new_activity": "new activity",
    "definition": "changed definition",
}
#: Kinds of differences between agreements, in the order in which they are told.
KINDS = {
    "definition": "Definitions",
    "kpi": "KPIs",
    "sla": "Promises",
    "target": "Targets",
    "mapping": "How exports are read",
    "setting": "Settings",
    "calendar": "Calendars",
    "wording": "Wording only",
    "file": "Files",
}
_CAUSES = {
    "merged": ("{} merged", "lead", "leads"),
    "reopened": ("{} reopened", "deal", "deals"),
    "rate": ("{} changed", "exchange rate", "exchange rates"),
    "late": ("{} came late", "row of {table}", "rows of {table}"),
    "corrected": ("{} corrected", "row of {table}", "rows of {table}"),
    "deleted": ("{} deleted", "row of {table}", "rows of {table}"),
}


@dataclass(frozen=True)
class Moved:
    """A difference as it is printed."""

    metric: str
    title: str
    period: str
    before: str
    now: str
    parts: dict[Part, str]
    why: str


def moved_of(found: Changes, split: Split, currency: str, scope: str = "") -> Moved:
    """Return a difference as it is printed; `scope` names the part of the whole that it is about."""
    title, unit = found.named.get(split.metric, (split.metric, "count"))
    return Moved(
        split.metric,
        title,
        formats.period(split.period) + (f", {scope}" if scope else ""),
        _value(split.before.value, split.before.status, unit, currency),
        _value(split.now.value, split.now.status, unit, currency),
        {name: _signed(split.part(name), unit, currency) for name in PART_WORDS},
        why(found, split),
    )


def why(found: Changes, split: Split) -> str:
    """Return why a figure moved, in words: the parts that moved it, and what is known of the rows behind it."""
    said = []
    if split.turn is not None:
        how = "appeared" if split.before.value is None else "vanished"
        said.append(f"the value {how} by {PART_WORDS[split.turn]}")
    elif split.restated is None:
        said.append("not split")
    if split.turn == "restated" or split.restated:
        said.append(_rows(found, split))
    if split.turn == "definition" or split.definition:
        named = any(split.metric in one.kpis for one in found.differences if one.kind == "kpi")
        said.append("its own rule changed" if named else "what was agreed changed")
    if split.new_activity and not split.restated and not split.definition:
        said.append("only what happened since")
    return "; ".join(said)


def _rows(found: Changes, split: Split) -> str:
    if not found.rows_kept:
        return "rows not kept"
    causes = found.causes.get(key_of(split), ())
    return ", ".join(map(cause_text, causes)) or "no changed row bears on this period by its date"


def cause_text(cause: Cause) -> str:
    """Return a cause in words: `3 rows of touch came late`."""
    pattern, one, many = (text.replace("{table}", cause.table) for text in _CAUSES[cause.kind])
    return pattern.format(formats.several(cause.rows, one, many))


def _value(value: Decimal | None, status: str, unit: str, currency: str) -> str:
    if value is not None:
        return formats.number(float(value), unit, currency)
    if status == "absent":
        return "not there"
    why_not = words.STATUS_WORDS.get(status, status).partition(":")[0]
    return f"n/a ({why_not})" if why_not else "n/a"


def _signed(value: Decimal | None, unit: str, currency: str) -> str:
    """Return a difference with its sign; shares in percentage points."""
    if value is None:
        return "–"
    if not value:
        return "0"
    if unit == "ratio":
        text = f"{formats.rounded(float(abs(value)) * 100, 1)} pts"
    else:
        text = formats.number(float(abs(value)), unit, currency)
    return f"{'+' if value > 0 else formats.MINUS}{text}"
