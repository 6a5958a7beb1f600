"""One difference between two agreements, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from pydantic import BaseModel

Kind = Literal["definition", "kpi", "sla", "target", "mapping", "setting", "calendar", "wording", "file"]


@dataclass(frozen=True)
class Difference:
    """Something that was agreed otherwise before."""

    kind: Kind
    text: str  # plain text, a sentence or two
    kpis: tuple[str, ...] = ()  # the KPIs that it names, where it names any


def differing(one: Any, other: Any) -> list[str]:
    """Return the names of the fields in which two values of one type differ, as words."""
    if isinstance(one, BaseModel):
        names = list(type(one).model_fields)
    else:
        names = [field.name for field in fields(one)] if is_dataclass(one) else []
    return [name.replace("_", " ") for name in names if getattr(one, name) != getattr(other, name)]
