"""How values are written in the agreement files: ids, clock times, zones, currencies; and the frozen base model."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

#: The version of the files' schema that this code reads.
SCHEMA: Literal[1] = 1

_ID = r"[A-Za-z0-9][A-Za-z0-9_.\-]*"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d|24:00"
_CURRENCY = r"[A-Z]{3}"

Team = Literal["marketing", "sales", "joint"]


class Frozen(BaseModel):
    """A value of the agreement: immutable, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)


class AgreementFile(Frozen):
    """What a whole file holds; `identity` names the keys by which an item of a list is the same item."""

    identity: ClassVar[dict[str, tuple[str, ...]]] = {}

    schema_: Literal[1] = Field(SCHEMA, alias="schema", description="Version of the file format; always 1 for now.")


def mistake(what: str, next_step: str = "") -> PydanticCustomError:
    """Return an error for a validator to raise; `next_step` says what to do about it."""
    # The text travels in the context: as a template its braces would be read as fields.
    return PydanticCustomError("agreement", "{what}", {"what": what, "next": next_step})


def folded(text: str) -> str:
    """Return `text` as spellings are compared: NFC, without case, outer and repeated blanks gone."""
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def _id(text: str) -> str:
    if not re.fullmatch(_ID, text):
        raise mistake(f"'{text}' is not an id", "Use letters, digits, _ . and -, beginning with a letter or digit.")
    return text


def _text(text: str) -> str:
    if not text:
        raise mistake("the text is empty", "Write something, or leave the key out.")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError only where the key is well formed
        raise _unknown_zone(text) from None
    except KeyError:
        raise _unknown_zone(text) from None
    return text


def _unknown_zone(text: str) -> PydanticCustomError:
    return mistake(f"'{text}' is not a time zone", "Use an IANA name such as UTC, America/New_York, Europe/Berlin.")


def minutes_of(clock: str) -> int:
    """Return the minutes after midnight of a checked clock time; 24:00 is 1440."""
    return int(clock[:2]) * 60 + int(clock[3:])


def _clock(text: str) -> str:
    if not re.fullmatch(_CLOCK, text):
        raise mistake(f"'{text}' is not a time of day", 'Write "HH:MM" between 00:00 and 24:00, such as "08:30".')
    return text


def _currency(text: str) -> str:
    if not re.fullmatch(_CURRENCY, text):
        raise mistake(f"'{text}' is not a currency", "Use the three capital letters of ISO 4217, such as USD.")
    return text


def _day(value: Any) -> Any:
    # pydantic would also read 20260501 (as seconds) and 2026-05-01T00:00; a date in the agreement has one form.
    if isinstance(value, (int, float)) or (
        isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip())
    ):
        raise mistake(f"'{value}' is not a date", "Write dates as YYYY-MM-DD, such as 2026-05-01.")
    return value


def _schema(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$"})


Id = Annotated[str, AfterValidator(_id), _schema(_ID)]
Text = Annotated[str, AfterValidator(_text)]
Zone = Annotated[str, AfterValidator(_zone)]
Clock = Annotated[str, AfterValidator(_clock), _schema(_CLOCK)]
Currency = Annotated[str, AfterValidator(_currency), _schema(_CURRENCY)]
Day = Annotated[date, BeforeValidator(_day)]
Share = Annotated[float, Field(ge=0, le=1)]
