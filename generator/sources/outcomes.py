"""The one number that each loaded row carries while it is being judged: 0 is kept, others say why it is not."""

from __future__ import annotations

from ..canonical import Table
from .report import Outcome, Reason

#: Reasons that name a column; the code is 1 + place in this list + 10 x place of the column.
CELL_REASONS = (
    Reason.UNREADABLE,
    Reason.NOT_A_CHOICE,
    Reason.MISSING_REQUIRED,
    Reason.UNMAPPED_STAGE,
    Reason.IMPOSSIBLE_DATE,
)
_ROW_REASONS = (Reason.INCONSISTENT, Reason.FUTURE_DATED, Reason.DUPLICATE_KEY, Reason.ORPHAN)
_FIRST_ROW_CODE = 1001

EXCLUDED = frozenset({Reason.NOT_SELECTED, Reason.FUTURE_DATED, Reason.DUPLICATE_KEY, Reason.UNDATED, Reason.ORPHAN})


def code_of(table: Table, reason: Reason, column: str = "") -> int:
    """Return the code for a reason, and the column where it is about one."""
    if reason in _ROW_REASONS:
        return _FIRST_ROW_CODE + _ROW_REASONS.index(reason)
    place = [known.name for known in table.columns].index(column)
    return 1 + CELL_REASONS.index(reason) + 10 * place


def meaning_of(table: Table, code: int) -> tuple[Reason, str]:
    """Return the reason and the column (or "") of a code."""
    if code == 0:
        return Reason.NONE, ""
    if code >= _FIRST_ROW_CODE:
        return _ROW_REASONS[code - _FIRST_ROW_CODE], ""
    return CELL_REASONS[(code - 1) % 10], table.columns[(code - 1) // 10].name


def outcome_of(reason: Reason) -> Outcome:
    """Return what becomes of a row for this reason."""
    if reason is Reason.NONE:
        return Outcome.KEPT
    return Outcome.EXCLUDED if reason in EXCLUDED else Outcome.QUARANTINED
