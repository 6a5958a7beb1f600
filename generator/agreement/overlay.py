"""A project's agreement file laid over the packaged one, by id, remembering where each value stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..errors import with_hint
from .forms import AgreementFile
from .yaml_reading import Keys, Reading


@dataclass
class Overlaid:
    """The values of one kind of file after laying all its layers over one another."""

    name: str  # such as sla.yml
    readings: list[Reading]
    data: dict[str, Any] = field(default_factory=dict)
    origin: dict[Keys, tuple[Reading, Keys]] = field(default_factory=dict)

    @property
    def is_readable(self) -> bool:
        """Whether every layer could be read and belongs to this version of the schema."""
        return not any(reading.mistakes for reading in self.readings)

    def where(self, path: Keys) -> str:
        """Return the place of `path` (as laid over) as messages print it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.origin:
                reading, keys = self.origin[path[:length]]
                return reading.where((*keys, *path[length:]))
        return self.readings[-1].where(path) if self.readings else f"{self.name}: {path}"


def lay_over(name: str, readings: list[Reading], model: type[AgreementFile]) -> Overlaid:
    """Lay `readings` over one another, packaged first.

    Lists whose items have an identity are joined item by item: an item replaces the one of the same identity where
    that stood, new ones follow, `enabled: false` removes. Mappings are joined key by key, all else is replaced.
    A layer with `replace: true` begins anew.
    """
    result = Overlaid(name, readings)
    for reading in readings:
        if not isinstance(reading.data, dict):
            continue
        if reading.data.get("replace") is True:
            result.data, result.origin = {}, {}
        for key, value in reading.data.items():
            if key in model.identity and isinstance(value, list):
                _join_items(result, reading, key, value, model.identity[key])
            elif key != "replace" or not isinstance(value, bool):
                _join_keys(result.data, result, reading, (key,), value)
    return result


def _join_keys(target: dict[str, Any], result: Overlaid, reading: Reading, path: Keys, value: Any) -> None:
    key = str(path[-1])
    result.origin[path] = (reading, path)
    if isinstance(value, dict) and isinstance(target.get(key), dict):
        target[key] = dict(target[key])
        for inner, part in value.items():
            _join_keys(target[key], result, reading, (*path, inner), part)
    else:
        target[key] = value


def _join_items(result: Overlaid, reading: Reading, key: str, items: list[Any], identity: tuple[str, ...]) -> None:
    held = result.data.get(key)
    merged = list(held) if isinstance(held, list) else []
    origins = [result.origin.pop((key, index), (reading, (key, index))) for index in range(len(merged))]
    below = {_identity(item, identity): index for index, item in enumerate(merged)}
    removed: set[int] = set()
    for index, item in enumerate(items):
        here: tuple[Reading, Keys] = (reading, (key, index))
        same = below.get(_identity(item, identity)) if isinstance(item, dict) else None
        if isinstance(item, dict) and "enabled" in item and isinstance(item["enabled"], bool):
            if not item["enabled"]:
                _remove(removed, same, reading, here[1], item, identity, merged)
                continue
            item = {name: value for name, value in item.items() if name != "enabled"}
        if same is not None and origins[same][0] is not reading:
            merged[same], origins[same] = item, here
        else:
            merged.append(item)
            origins.append(here)
    kept = [index for index in range(len(merged)) if index not in removed]
    result.data[key] = [merged[index] for index in kept]
    result.origin[(key,)] = (reading, (key,))
    result.origin.update({(key, new): origins[old] for new, old in enumerate(kept)})


def _identity(item: Any, identity: tuple[str, ...]) -> tuple[str, ...] | None:
    # A left-out version of a commitment is its default, v1.
    return (
        tuple(str(item.get(key, "v1" if key == "version" else "")) for key in identity)
        if isinstance(item, dict)
        else None
    )


def _remove(
    removed: set[int],
    same: int | None,
    reading: Reading,
    path: Keys,
    item: dict[str, Any],
    identity: tuple[str, ...],
    merged: list[Any],
) -> None:
    """Remove the item that `enabled: false` names; without a version, every version of it."""
    named = [key for key in identity if key in item]
    hidden = [
        index
        for index, other in enumerate(merged)
        if named and isinstance(other, dict) and all(str(other.get(key)) == str(item[key]) for key in named)
    ]
    removed.update([same] if same is not None else hidden)
    if same is None and not hidden:
        known = sorted({str(other.get(identity[0])) for other in merged if isinstance(other, dict)})
        name = with_hint(str(item.get(identity[0], "")), known)
        reading.fault(
            path, f"`enabled: false` hides {name}, which is not there", "Correct the id, or remove this entry."
        )
