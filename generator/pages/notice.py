"""A line of "what needs attention"."""

from __future__ import annotations

from dataclasses import dataclass

from generator.pages.words import Chip


@dataclass(frozen=True)
class Notice:
    """One line: what it is about, what the rule found, and where to read on."""

    rule: str
    chip: Chip
    subject: str
    page: str
    text: str
