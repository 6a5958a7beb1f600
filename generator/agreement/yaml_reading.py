"""Reads a YAML or JSON text into plain values with the line of each key; every fault is a mistake, not an exception."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ..errors import Mistake

Keys = tuple[str | int, ...]

# Aliases can make a small file huge; no agreement comes near this.
_MAX_NODES = 200_000


@dataclass
class Reading:
    """A file as read: `data` is None where nothing could be read, `mistakes` then says why."""

    label: str  # how messages name the file
    text: str = ""
    key: str = ""  # how the agreement names it, where not by its label
    data: Any = None
    lines: dict[Keys, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def where(self, path: Keys) -> str:
        """Return file, path and line as messages print them."""
        shown = dotted(path)
        line = self.line(path)
        return self.label + (f": {shown}" if shown else "") + (f" (line {line})" if line else "")

    def line(self, path: Keys) -> int | None:
        """Return the line of `path`, or of the nearest thing around it; None where nothing is known."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path) if path else None

    def fault(self, path: Keys, what: str, next_step: str) -> None:
        """Note a mistake at `path`."""
        self.mistakes.append(Mistake(self.where(path), what, next_step))


def dotted(path: Keys) -> str:
    """Return `path` as text: commitments[2].goal."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


# The resolvers of YAML 1.2 instead of 1.1: `on`, `no` and 17:00 stay text, and dates are read by the models.
class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def read_text(path: Path, label: str) -> Reading:
    """Read and parse `path` by its ending: .json as JSON, everything else as YAML."""
    reading = Reading(label)
    try:
        raw = path.read_bytes()
    except OSError as error:
        reading.fault((), f"cannot be read: {error.strerror}", "Check that the file is there and readable.")
        return reading
    try:
        reading.text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        reading.fault(
            (), f"line {line} is not UTF-8", "Save the file as UTF-8 (in Excel or Notepad: 'Save as', encoding UTF-8)."
        )
        return reading
    _parse_json(reading) if path.suffix.casefold() == ".json" else _parse_yaml(reading)
    if not reading.mistakes and not isinstance(reading.data, dict):
        empty = reading.data is None
        what = "the file is empty" if empty else f"the file holds {_kind_of(reading.data)}, not keys with values"
        reading.fault((), what, "Begin with `schema: 1`, followed by the keys of this file.")
    return reading


def _kind_of(value: Any) -> str:
    return "a list" if isinstance(value, list) else "a single value"


def _parse_json(reading: Reading) -> None:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in items]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            reading.fault((), f"the key '{key}' stands twice", "Keep one of them.")
        return dict(items)

    try:
        reading.data = json.loads(reading.text, object_pairs_hook=pairs) if reading.text.strip() else None
    except (json.JSONDecodeError, RecursionError) as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        reading.fault((), f"this is not JSON{line}: {error}", "Correct the brackets, quotes and commas there.")


def _parse_yaml(reading: Reading) -> None:
    try:
        loader = _Loader(reading.text)
        try:
            node = loader.get_single_node()
            reading.data = _Plain(loader, reading).value(node, ()) if node is not None else None
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        reading.mistakes.append(_broken(reading.label, error))
    except RecursionError:
        reading.fault(
            (), "the file is nested too deeply", "An agreement needs a few levels only; check the indentation."
        )


def _broken(label: str, error: yaml.YAMLError) -> Mistake:
    mark = getattr(error, "problem_mark", None)
    place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return Mistake(
        label + place, f"this is not YAML: {problem}", "Check indentation (blanks, no tabs), colons and quotes there."
    )


class _Plain:
    """Turns YAML nodes into plain values, noting lines and doubled keys."""

    def __init__(self, loader: Any, reading: Reading) -> None:
        self.loader, self.reading, self.count = loader, reading, 0
        self.open: set[int] = set()

    def value(self, node: yaml.Node, path: Keys) -> Any:
        self.count += 1
        if self.count > _MAX_NODES or id(node) in self.open:
            raise yaml.YAMLError("aliases make the file endless")
        self.reading.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        self.open.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            result: Any = [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        else:
            result = dict(self.pairs(node, path))
        self.open.discard(id(node))
        return result

    def pairs(self, node: yaml.Node, path: Keys) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            here = (*path, key)
            if key in seen:
                line = key_node.start_mark.line + 1
                self.reading.mistakes.append(
                    Mistake(
                        f"{self.reading.label}: {dotted(here)} (line {line})",
                        "the key stands twice",
                        "Keep one of them.",
                    )
                )
            seen.add(key)
            self.reading.lines[here] = key_node.start_mark.line + 1
            yield key, self.value(value_node, here)

    def scalar(self, node: yaml.ScalarNode) -> Any:
        # Our resolvers know only these tags; a tag written by hand (!!python/..., !!binary) is read as its text.
        kind, text = str(node.tag).rpartition(":")[2], str(node.value)
        if kind == "null":
            return None
        if kind == "bool":
            return text.casefold() == "true"
        try:
            return int(text) if kind == "int" else _float(text) if kind == "float" else text
        except ValueError:  # a tag written by hand, or a number of thousands of digits
            return text


def _float(text: str) -> float:
    return float(text.casefold().replace(".inf", "inf").replace(".nan", "nan"))
