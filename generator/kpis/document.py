"""A KPI file taken apart: front matter, prose and named SQL blocks."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from generator.errors import Mistake

_FENCE = re.compile(r"^(?P<marks>`{3,}|~{3,})\s*(?P<word>[\w-]*)[ \t]*(?P<name>.*?)\s*$")


@dataclass(frozen=True)
class Query:
    """One fenced `sql` block."""

    sql: str
    line: int  # of its first line in the file


@dataclass(frozen=True)
class Document:
    """What a KPI file says, before anybody asks whether it may."""

    path: str  # as messages print it
    front: Mapping[str, Any]
    prose: str  # Markdown outside the SQL blocks
    queries: Mapping[str, Query]  # "" is the headline's
    text: str  # the whole of it
    mistakes: tuple[Mistake, ...] = ()  # what keeps it from being a KPI file; the rest is what could be read

    @property
    def sentence(self) -> str:
        """The first paragraph of the prose that is not a heading, on one line."""
        for block in re.split(r"\n\s*\n", self.prose):
            lines = [line.strip() for line in block.splitlines() if line.strip() and not line.startswith("#")]
            if lines:
                return " ".join(lines)
        return ""


class _Mistaken(Exception):
    def __init__(self, *mistakes: Mistake) -> None:
        self.mistakes = mistakes


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # in C where the machine has it
    """Safe YAML in which a key given twice is a mistake, not a silent last word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build the mapping; a repeated key is a constructor error at its line."""
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key '{name}' stands twice", key.start_mark)
            seen.add(name)
        found: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return found


def take_apart(path: str, text: str) -> Document:
    """Return the parts of the file `text`, as far as they can be read, and what keeps it from being one."""
    lines = text.removeprefix("\ufeff").splitlines()
    try:
        end = _front_end(path, lines)
    except _Mistaken as found:
        return Document(path, {}, "", {}, text, found.mistakes)
    front: Mapping[str, Any] = {}
    mistakes: list[Mistake] = []
    try:
        front = _front_matter(path, "\n".join(lines[1:end]))
    except _Mistaken as found:
        mistakes += found.mistakes
    prose, queries, others = _body(path, lines[end + 1 :], end + 2)
    return Document(path, front, prose, queries, text, (*mistakes, *others))


def _front_end(path: str, lines: list[str]) -> int:
    if not lines or lines[0].rstrip() != "---":
        raise _Mistaken(Mistake(f"{path}, line 1", "no front matter", "Begin the file with a line `---`."))
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            return number
    raise _Mistaken(Mistake(f"{path}, line 1", "the front matter has no end", "Close it with a line `---`."))


def _front_matter(path: str, text: str) -> Mapping[str, Any]:
    try:
        loader = _Loader(text)
        try:
            front = loader.get_single_data()
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise _Mistaken(_yaml_mistake(path, problem)) from None
    if not isinstance(front, dict) or not all(isinstance(key, str) for key in front):
        raise _Mistaken(Mistake(f"{path}, line 2", "the front matter is not a list of `key: value`"))
    return front


def _yaml_mistake(path: str, problem: Exception) -> Mistake:
    mark = getattr(problem, "problem_mark", None)
    where = path if mark is None else f"{path}, line {mark.line + 2}"
    return Mistake(where, f"the front matter cannot be read: {getattr(problem, 'problem', None) or problem}")


def _body(path: str, lines: list[str], first: int) -> tuple[str, dict[str, Query], list[Mistake]]:
    prose: list[str] = []
    queries: dict[str, Query] = {}
    mistakes: list[Mistake] = []
    position = 0
    while position < len(lines):
        opening = _FENCE.match(lines[position])
        if opening is None:
            prose.append(lines[position])
            position += 1
            continue
        end = _fence_end(lines, position, opening["marks"])
        where = f"{path}, line {first + position}"
        if end == len(lines):
            mistakes.append(Mistake(where, "this fenced block has no end", f"Close it with {opening['marks']}."))
        if opening["word"].lower() != "sql":
            prose += lines[position : end + 1]
        elif opening["name"] in queries:
            mistakes.append(Mistake(where, f"a second sql block {_called(opening['name'])}"))
        else:
            queries[opening["name"]] = Query("\n".join(lines[position + 1 : end]), first + position + 1)
        position = end + 1
    return re.sub(r"\n{3,}", "\n\n", "\n".join(prose)).strip(), queries, mistakes


def _called(name: str) -> str:
    return f"called '{name}'" if name else "without a name"


def _fence_end(lines: list[str], opening: int, marks: str) -> int:
    for position in range(opening + 1, len(lines)):
        line = lines[position].strip()
        if line.startswith(marks) and not line.strip(marks[0]):
            return position
    return len(lines)
