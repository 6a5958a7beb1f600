"""changes.json: what changed, for machines, and the way back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from generator.history.causes import Cause
from generator.history.changes import Changes, Entry, Named, Version, key_of
from generator.history.parts import PARTS, Reading, Split
from generator.history.sentence import Difference

FILE = "changes.json"


def changes_json(changes: Changes) -> str:
    """Return `changes` as JSON, one change a line; numbers are plain decimals in texts, so that none is rounded."""
    places = {key: place for place, key in enumerate(changes.told, start=1)}
    head = {
        "before": changes.before._asdict() if changes.before else None,
        "now": changes.now._asdict(),
        "rows_kept": changes.rows_kept,
        "remarks": list(changes.remarks),
        "ledger": [entry._asdict() for entry in changes.ledger],
        "agreement": [asdict(one) for one in changes.differences],
        "metrics": {name: list(named) for name, named in sorted(changes.named.items())},
    }
    lines = []
    for split in changes.splits:
        key = key_of(split)
        told = {"rank": places.get(key), "causes": [asdict(one) for one in changes.causes.get(key, ())]}
        lines.append(json.dumps({**_split(split), **told}, ensure_ascii=False))
    body = json.dumps(head, indent=1, ensure_ascii=False, sort_keys=True).removesuffix("\n}")
    return f'{body},\n "changes": [' + ",".join(f"\n  {line}" for line in lines) + "\n ]\n}\n"


def read_changes(folder: Path) -> Changes:
    """Return what the data folder of a version says of its changes.

    OSError, ValueError or KeyError where it says none.
    """
    data = json.loads((folder / FILE).read_text(encoding="utf-8"))
    splits = tuple(_read_split(entry) for entry in data["changes"])
    entries = list(zip(data["changes"], splits, strict=True))
    told = sorted((entry["rank"], key_of(split)) for entry, split in entries if entry["rank"])
    return Changes(
        before=Version(**data["before"]) if data["before"] else None,
        now=Version(**data["now"]),
        splits=splits,
        told=tuple(key for _, key in told),
        causes={
            key_of(split): tuple(Cause(**one) for one in entry["causes"]) for entry, split in entries if entry["causes"]
        },
        differences=tuple(Difference(one["kind"], one["text"], tuple(one["kpis"])) for one in data["agreement"]),
        named={name: Named(*said) for name, said in data["metrics"].items()},
        rows_kept=data["rows_kept"],
        remarks=tuple(data["remarks"]),
        ledger=tuple(Entry(**entry) for entry in data["ledger"]),
    )


def _split(split: Split) -> dict[str, Any]:
    return {
        "metric_id": split.metric,
        "period": split.period,
        "scope": split.scope,
        "is_closed": split.is_closed,
        "before": _reading(split.before),
        "now": _reading(split.now),
        **{name: _text(split.part(name)) for name in PARTS},
        "turn": split.turn,
    }


def _read_split(entry: Mapping[str, Any]) -> Split:
    return Split(
        entry["metric_id"],
        entry["period"],
        entry["scope"],
        entry["is_closed"],
        _read_reading(entry["before"]),
        _read_reading(entry["now"]),
        _number(entry["restated"]),
        _number(entry["new_activity"]),
        _number(entry["definition"]),
        entry["turn"],
    )


def _read_reading(entry: Mapping[str, Any]) -> Reading:
    return Reading(_number(entry["value"]), entry["status"], entry["n"])


def _reading(reading: Reading) -> dict[str, Any]:
    return {"value": _text(reading.value), "status": reading.status, "n": reading.n}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
