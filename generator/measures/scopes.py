"""The text of a scope: `all`, `channel=webinar`, `channel=webinar;region=EMEA`."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from urllib.parse import unquote

ALL = "all"
UNKNOWN = "Unknown"  # nothing was recorded
RECORDED_UNKNOWN = "unknown (recorded)"  # somebody recorded the word


def scope_text(members: Mapping[str, str | None]) -> str:
    """Return the scope that takes these members, dimension -> member; `all` for none."""
    parts = sorted(f"{_encoded(dim)}={_encoded(member_name(member))}" for dim, member in members.items())
    return ";".join(parts) or ALL


def scope_members(scope: str) -> dict[str, str]:
    """Return dimension -> member as printed; the way back from `scope_text`."""
    if scope == ALL:
        return {}
    pairs = (part.partition("=") for part in scope.split(";"))
    return {unquote(dim): unquote(member) for dim, _, member in pairs}


def member_name(member: str | None) -> str:
    """Return `member` as results name it: a missing one and the recorded word unknown are two members."""
    if member is None or member == "":
        return UNKNOWN
    return RECORDED_UNKNOWN if member.casefold() == "unknown" else member


def _encoded(text: str) -> str:
    if text.isprintable() and not any(mark in text for mark in "%;="):
        return text
    return "".join(_percent(char) if char in "%;=" or unicodedata.category(char) == "Cc" else char for char in text)


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode())
