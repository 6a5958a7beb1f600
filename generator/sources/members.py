"""Members of dimensions: the agreement's names for them, one spelling each, nothing that names a person."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..agreement import Agreement
from ..canonical import TABLES
from ..engine import Engine
from .cells import quoted
from .outcomes import code_of
from .profile import MAPPED, MapName
from .report import Finding, Reason, Severity

WITHHELD = "(withheld)"
_EMAIL = re.compile(r"(?<=[^@\s])@[^@\s]+\.[^@\s]")
_PHONE = re.compile(r"\+?\(?\d[\d\s().\-/]{5,}\d")
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?([ T].*)?")
_SHOWN = 8
#: What YAML takes for nothing or for a yes or no.
_NO_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
#: A longer text is no name of anything; it may be somebody's words.
_LONGEST = 200


@dataclass
class Settled:
    """What became of the members of every dimension."""

    changes: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)  # (table, column) -> as loaded -> now
    unknown_stages: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)  # lifecycle stages only
    findings: list[Finding] = field(default_factory=list)
    unmapped: dict[MapName, Counter[str]] = field(default_factory=dict)  # members that a list does not know
    set_aside: Counter[tuple[str, str]] = field(default_factory=Counter)  # (table, column) -> rows lost for their stage


def spelling(text: str) -> str:
    """Return `text` as members are compared: NFC, trimmed, without case."""
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def native_names(agreement: Agreement) -> dict[MapName, dict[str, str]]:
    """Return, for each list of the agreement, every spelling it knows and the id that it stands for."""

    def names(items: Iterable[tuple[str, str, tuple[str, ...]]]) -> dict[str, str]:
        known: dict[str, str] = {}
        for ident, title, native in items:
            known |= {spelling(name): ident for name in (title, *native) if spelling(name) not in known}
        return known | {spelling(ident): ident for ident, _, _ in items}

    def further(spellings: Mapping[str, str]) -> dict[str, str]:
        return {spelling(text): ident for text, ident in spellings.items()}

    lifecycle, pipeline = agreement.lifecycle, agreement.pipeline
    return {
        "channel": names([(c.id, c.title, c.native) for c in agreement.channels]),
        "stage": names([(s.id, s.title, s.native) for s in lifecycle.stages]) | further(lifecycle.stage_spellings),
        "reason": names([(r.code, r.title, r.native) for r in lifecycle.reasons]) | further(lifecycle.reason_spellings),
        "deal_stage": names([(s.id, s.title, s.native) for s in pipeline.stages]) | further(pipeline.stage_spellings),
    }


def settle_members(
    engine: Engine,
    tables: Iterable[str],
    native: Mapping[MapName, Mapping[str, str]],
    names: Mapping[str, Mapping[str, str]],
) -> Settled:
    """Decide the spelling of every member of the loaded tables; `names` gives readable names for ids by dimension."""
    counts: dict[str, dict[tuple[str, str], Counter[str]]] = defaultdict(dict)
    settled = Settled()
    for table in tables:
        wanted: list[str] = []
        for column in TABLES[table].columns:
            if (column.dimension and not column.choices) or (table, column.name) in MAPPED:
                wanted.append(column.name)
        for name, found in _counted(engine, table, wanted, settled.set_aside).items():
            counts[name][table, name] = found
    for dimension, members in sorted(counts.items()):
        _settle(dimension, members, native, names.get(dimension, {}), settled)
    for kind, unknown in settled.unmapped.items():
        # One list may be asked by several columns: what is to be pasted into it stands once.
        place = next(at for at, one in enumerate(settled.findings) if one.id == f"unmapped_{kind}")
        settled.findings[place] = replace(settled.findings[place], snippet=_snippet(kind, native[kind], unknown))
    return settled


def _counted(
    engine: Engine, table: str, columns: list[str], set_aside: Counter[tuple[str, str]]
) -> dict[str, Counter[str]]:
    """Return how many rows have each member, by column; those lost for it count, and are noted in `set_aside`."""
    found: dict[str, Counter[str]] = {column: Counter() for column in columns}
    selects = [
        f"select '{column}', {quoted(column)}, count(*), count(*) - count(case when _out = 0 then 1 end)"
        f" from canonical.{table} where _out in (0, {code_of(TABLES[table], Reason.UNMAPPED_STAGE, column)})"
        f" and {quoted(column)} is not null group by {quoted(column)}"
        for column in columns
    ]
    for column, member, count, lost in engine.rows(" union all ".join(selects)) if selects else []:
        found[str(column)][str(member)] = int(count)
        set_aside[table, str(column)] += int(lost)
    return found


def _settle(
    dimension: str,
    counts: dict[tuple[str, str], Counter[str]],
    native: Mapping[MapName, Mapping[str, str]],
    names: Mapping[str, str],
    settled: Settled,
) -> None:
    tidy: dict[str, str] = {}  # as loaded -> readable name, NFC and trimmed
    spelled: Counter[str] = Counter()
    for members in counts.values():
        for raw, count in members.items():
            tidy[raw] = tidied(names.get(raw.strip(), raw))
            spelled[tidy[raw]] += count
    common = _commonest(spelled)
    withheld: Counter[str] = Counter()
    merged: Counter[str] = Counter()
    unmapped: Counter[str] = Counter()
    kind: MapName | None = None
    for (table, column), members in sorted(counts.items()):
        kind = MAPPED.get((table, column))
        known = native[kind] if kind else {}
        changes = settled.changes.setdefault((table, column), {})
        for raw, count in members.items():
            key = spelling(tidy[raw])
            now = known.get(key, common.get(key, tidy[raw]))
            if key not in known and looks_personal(now, pure_digits=dimension != "campaign_id"):
                now = WITHHELD
                withheld[table] += count
            elif key not in known:
                merged[table] += count if now != tidy[raw] else 0
                unmapped[now] += count if kind else 0
            if now != raw:
                changes[raw] = now
        if kind == "stage":
            settled.unknown_stages[table, column] = tuple(
                sorted(raw for raw in members if spelling(tidy[raw]) not in known)
            )
    tables = tuple(sorted({table for table, _ in counts}))
    _note(settled, dimension, tables, kind, withheld, merged, unmapped)


def tidied(text: str) -> str:
    """Return `text` in NFC, without control characters, trimmed."""
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join(text.split())


def _commonest(spelled: Counter[str]) -> dict[str, str]:
    best: dict[str, str] = {}
    for member, _ in sorted(spelled.items(), key=lambda item: (-item[1], item[0])):
        best.setdefault(spelling(member), member)
    return best


def looks_personal(member: str, pure_digits: bool = True) -> bool:
    """Whether a member looks like an e-mail address, a phone number or free text."""
    if len(member) > _LONGEST or _EMAIL.search(member):
        return True
    if _DATE.fullmatch(member) or not _PHONE.fullmatch(member):
        return False
    return sum(sign.isdigit() for sign in member) >= 7 and (pure_digits or not member.isdigit())


def _note(
    settled: Settled,
    dimension: str,
    tables: tuple[str, ...],
    kind: MapName | None,
    withheld: Counter[str],
    merged: Counter[str],
    unmapped: Counter[str],
) -> None:
    if total := sum(withheld.values()):
        text = (
            f"Rows with a {dimension} that looks like an e-mail address, a phone number or free text: {total:,};"
            " it is not shown."
        )
        settled.findings.append(Finding("withheld_member", Severity.TAINTS, text, total, tables=_some(withheld)))
    if total := sum(merged.values()):
        text = f"Rows that spell their {dimension} in another case: {total:,}; they count under the commonest spelling."
        settled.findings.append(Finding("merged_spelling", Severity.NOTES, text, total, tables=_some(merged)))
    if kind and unmapped:
        lost = sum(settled.set_aside[table, dimension] for table in tables)
        settled.findings.append(_unmapped(dimension, kind, tables, unmapped, lost))
        settled.unmapped[kind] = settled.unmapped.get(kind, Counter()) + unmapped


def _some(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(table for table, count in counts.items() if count))


def _unmapped(dimension: str, kind: MapName, tables: tuple[str, ...], unmapped: Counter[str], lost: int) -> Finding:
    """Return what is told of members that a list does not know; lost: rows that nothing else says where they stand."""
    total = sum(unmapped.values())
    counted = sorted(unmapped.items(), key=lambda item: (-item[1], item[0]))
    shown = ", ".join(f"'{member}' {count:,}" for member, count in counted[:_SHOWN])
    shown += f" and {len(counted) - _SHOWN} more" if len(counted) > _SHOWN else ""
    kept = "quarantined" if kind == "stage" else "kept as it stands"
    if lost:
        deals = "1 deal is" if lost == 1 else f"{lost:,} deals are"
        kept = f"{deals} quarantined: nothing else says which of them are open"
    text = f"Rows whose {dimension} the agreement does not know: {total:,} ({shown}); {kept}."
    severity = Severity.TAINTS if kind == "stage" or lost else Severity.NOTES
    return Finding(f"unmapped_{kind}", severity, text, total, tables=tables)


def _snippet(kind: MapName, known: Mapping[str, str], unknown: Counter[str]) -> str:
    """Return YAML to paste: new channels as they would stand, other spellings with what they look most like.

    known: spelling -> what it means.
    """
    counted = sorted(unknown.items(), key=lambda item: (-item[1], item[0]))
    members = {
        json.dumps(member, ensure_ascii=False): (member, f"{count:,} row" + "s" * (count > 1))
        for member, count in counted
    }
    members.pop(json.dumps(WITHHELD), None)
    if kind == "channel":
        return _channels(members, frozenset(known.values()))
    file, key = {
        "stage": ("lifecycle.yml", "stage_spellings"),
        "reason": ("lifecycle.yml", "reason_spellings"),
        "deal_stage": ("pipeline.yml", "stage_spellings"),
    }[kind]
    items = "".join(f"  {text}: {_likely(member, known)}  # {rows}\n" for text, (member, rows) in members.items())
    head = f"# content/agreement/{file}, after its first line `schema: 1`"
    return f"{head}: what each looks most like; write what it means\n{key}:\n{items}"


def _channels(members: Mapping[str, tuple[str, str]], taken: frozenset[str]) -> str:
    """Return entries of channels; those whose names would make one id are spellings of one channel."""
    alike: dict[str, list[str]] = defaultdict(list)
    for text, (member, _) in members.items():
        alike[_slug(member, taken)].append(text)
    items = "".join(
        f"  - id: {ident}  # {' and '.join(members[text][1] for text in texts)}\n"
        f"    title: {texts[0]}\n    paid: false\n    native: [{', '.join(texts)}]\n"
        for ident, texts in alike.items()
    )
    return f"# content/agreement/channels.yml, after its first line `schema: 1`\nchannels:\n{items}"


def _likely(member: str, known: Mapping[str, str]) -> str:
    """Return what the known spelling that is nearest to `member` means."""
    near = difflib.get_close_matches(spelling(member), known, n=1, cutoff=0)
    return known[near[0]] if near else '""'


def _slug(member: str, taken: frozenset[str]) -> str:
    """Return an id for a member, none of `taken` and no word that YAML reads as something else than text."""
    plain = unicodedata.normalize("NFKD", member).encode("ascii", "ignore").decode().casefold()
    ident = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    is_word = ident[:1].isalpha() and ident not in _NO_TEXT and ident not in taken
    return ident if is_word else f"channel_{ident}".strip("_")
