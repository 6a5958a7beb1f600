"""Templates that this process compiled, for the next environment that asks for the same source."""

from __future__ import annotations

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Compiled(BytecodeCache):
    """Keeps compiled templates by name and place; Jinja takes one only for the very source that it was compiled from.

    Environments that share one must have the same settings.
    """

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill `bucket` with what is kept."""
        if known := self._kept.get(bucket.key):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what `bucket` holds."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


PAGES, THEME = Compiled(), Compiled()
