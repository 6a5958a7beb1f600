"""Text that reaches a page: everything dynamic stays text, whatever it says; markup is opted into by type."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Self

from markupsafe import Markup

#: Control characters, zero-width and bidi marks, line separators, surrogates, tags: nothing that a reader could see.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_SPACES = re.compile("[ \t\n\x0b\x0c\r\u2028\u2029]+")
#: What Markdown, its extensions or HTML could obey. Where a sign only reads as punctuation (a full stop after a word, a
#: hyphen inside one, a colon before a space), it stays, so that the pages' source can be read and compared.
_MARKUP = re.compile(
    r"""[!"\#$&'*<=>@\[\\\]^_`{|}~]"""
    r"|\+(?!\d)|(?<!\w)-|-(?!\w)"
    r"|(?<=\d)\.(?!\d)|\.(?=[^\W\d])"
    r"|(?<!\w):|:(?=\S)|\?(?=\?)|(?<=\?)\?|/(?=/)|(?<=/)/"
)


class Trusted(Markup):
    """Markup that the generator wrote itself; what is formatted or joined into it is encoded like any other text."""

    @classmethod
    def escape(cls, s: object, /) -> Self:
        """Return `s` as it may stand in a page: as it is when it is markup, else encoded."""
        return cls(s) if hasattr(s, "__html__") else cls(encoded(str(s)))


@lru_cache(maxsize=16384)
def encoded(text: str) -> str:
    """Return `text` such that Markdown, HTML and their attributes show it and never obey it."""
    visible = _SPACES.sub(" ", _INVISIBLE.sub("", text))
    return _MARKUP.sub(lambda match: f"&#{ord(match.group())};", visible)


def finalize(value: object) -> Trusted:
    """Return what a template prints for `value`; this is Jinja's `finalize`, so no expression escapes it."""
    return Trusted("") if value is None else Trusted.escape(value)
