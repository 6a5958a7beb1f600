"""Tables of every key of the agreement files, made from the models, for the documentation."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from .loading import MODELS
from .schemas import file_schema

_BLOCK = re.compile(r"(<!-- keys of (\w+) -->\n).*?(<!-- end -->)", re.S)


def filled(text: str) -> str:
    """Return `text` with the block between `<!-- keys of NAME -->` and `<!-- end -->` written anew for each file."""
    return _BLOCK.sub(lambda block: f"{block[1]}\n{key_tables(block[2])}\n{block[3]}", text)


def key_tables(name: str) -> str:
    """Return one Markdown table for the file `name`, and one for each kind of block in it."""
    schema = file_schema(name, MODELS[name])
    blocks = schema.get("$defs", {})
    parts = [_table(schema, blocks)]
    for title, block in blocks.items():
        is_condition = title == "Criteria" or title.endswith("Condition")
        if "properties" in block and (name == "lifecycle" or not is_condition):
            parts.append(f"**{_spoken(title)}**: {_meaning(block, {})}\n\n{_table(block, blocks)}")
    return "\n".join(parts)


def _spoken(title: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", title.removesuffix("Entry")).capitalize()


def _table(block: dict[str, Any], blocks: dict[str, Any]) -> str:
    required = block.get("required", ())
    rows = ["| key | meaning | allowed | default |", "| --- | --- | --- | --- |"]
    for key, field in block["properties"].items():
        default = "required" if key in required else _default(field)
        rows.append(f"| `{key}` | {_meaning(field, blocks)} | {_allowed(field)} | {default} |")
    return "\n".join(rows) + "\n"


def _meaning(field: dict[str, Any], blocks: dict[str, Any]) -> str:
    # A description that only repeats its block's is left out of the schema.
    block = blocks.get(str(field.get("$ref", "")).rpartition("/")[2], {})
    text = str(field.get("description") or block.get("description") or "")
    return text.partition("\n")[0].replace("|", "\\|")


def _default(field: dict[str, Any]) -> str:
    value = field.get("default")
    if "$ref" in field:
        return "see there"
    if value in (None, [], {}, ""):
        return "none"
    if isinstance(value, list):
        return "`[" + ", ".join(map(str, value)) + "]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _allowed(field: dict[str, Any]) -> str:
    if "enum" in field or "const" in field:
        return ", ".join(f"`{one}`" for one in field.get("enum", [field.get("const")]))
    if "$ref" in field:
        return _spoken(field["$ref"].rpartition("/")[2])
    if "anyOf" in field or "oneOf" in field:
        return _one_of(field.get("anyOf") or field["oneOf"])
    if field.get("type") == "array":
        inner = field.get("items") or (field.get("prefixItems") or [{}])[0]
        return f"list of {_allowed(inner)}"
    return _simple(field)


def _one_of(forms: list[dict[str, Any]]) -> str:
    # The form of a list item that takes a packaged item away is explained once, for every list.
    kinds = [_allowed(one) for one in forms if "enabled" not in one.get("properties", ())]
    if "Criteria" in kinds and len(kinds) > 2:
        return "conditions"
    if {"text", "number"} <= set(kinds):
        return "text, number, true, false" + (", or a list of them" if any("list" in kind for kind in kinds) else "")
    return " or ".join(dict.fromkeys(kind for kind in kinds if kind != "null"))


def _simple(field: dict[str, Any]) -> str:
    if field.get("format") == "date":
        return "date"
    names = {"integer": "whole number", "boolean": "true, false", "object": "keys", "string": "text"}
    kind = str(field.get("type", "text"))
    low, high = field.get("minimum", field.get("exclusiveMinimum")), field.get("maximum")
    more = "above" if "exclusiveMinimum" in field else "from"
    bounds = (f" {more} {low:g}" if low is not None else "") + (f" to {high:g}" if high is not None else "")
    return names.get(kind, kind) + bounds


if __name__ == "__main__":  # python -m generator.agreement.reference docs/agreement.md
    page = Path(sys.argv[1])
    page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
