"""What each setting decides, in plain words, as the models describe it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from .settings import Settings


def setting_meanings(settings: Settings) -> dict[str, str]:
    """Return dotted key and meaning of every setting; the meaning of a part names its block first."""
    return dict(_meanings("", "", settings))


def _meanings(prefix: str, said: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            meaning = (field.description or "").removesuffix(".")
            yield from _meanings(
                f"{prefix}{field.alias or name}.", f"{said}: {meaning}" if said else meaning, getattr(value, name)
            )
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _meanings(f"{prefix}{key}.", f"{said}: {key}", part)
    else:
        yield prefix.removesuffix("."), said
