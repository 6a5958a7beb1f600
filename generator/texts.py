"""Texts that users write: UTF-8, and YAML that is what it seems to be; what is wrong is said with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

#: Safe, and in C where the machine has it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: Aliases can make a small file huge; no text that people write comes near this.
_MOST_VALUES = 100_000


def text_of(path: Path) -> str:
    """Return the text of a file; ValueError says why it cannot be read."""
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise ValueError(f"cannot be read: {problem.strerror}") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ValueError(not_utf8(problem)) from None


def not_utf8(problem: UnicodeDecodeError) -> str:
    """Return which line of a text is not UTF-8."""
    line = problem.object.count(b"\n", 0, problem.start) + 1
    return f"line {line} is not UTF-8: save the file in that encoding"


def yaml_of(text: str, loader_type: Any = _LOADER) -> Any:
    """Return the plain values of a YAML text; ValueError says what is wrong, and in which line of `text`.

    A key that stands twice is a mistake, and so are aliases that stand for more than a file of this kind can hold.
    """
    loader = loader_type(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _measure(node, {})
        return loader.construct_document(node)
    except yaml.YAMLError as problem:
        raise ValueError(_yaml_words(problem)) from None
    except RecursionError:
        raise ValueError("nested too deeply: check the indentation") from None
    finally:
        loader.dispose()


def _measure(node: yaml.Node, known: dict[int, int]) -> int:
    """Return how many values a node stands for once its aliases are written out; `known` holds those of its parts."""
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = _MOST_VALUES  # what holds itself has no end
    total = 1
    if isinstance(node, yaml.MappingNode):
        _refuse_doubled(node)
        total += sum(_measure(value, known) for _, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        total += sum(_measure(value, known) for value in node.value)
    if total > _MOST_VALUES:
        raise ValueError(f"line {node.start_mark.line + 1}: aliases make the file endless; write out what is meant")
    known[id(node)] = total
    return total


def _refuse_doubled(node: yaml.MappingNode) -> None:
    seen = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value != "<<":
            if key.value in seen:
                raise ValueError(
                    f"line {key.start_mark.line + 1}: the key '{key.value}' stands twice; keep one of them"
                )
            seen.add(key.value)


def _yaml_words(problem: Exception) -> str:
    mark = getattr(problem, "problem_mark", None)
    what = getattr(problem, "problem", None) or getattr(problem, "reason", None) or "a sign that YAML does not allow"
    tab = " (YAML is indented with blanks)" if "\\t" in str(what) else ""
    return f"line {mark.line + 1} is not YAML: {what}{tab}" if mark else f"not YAML: {what}"
