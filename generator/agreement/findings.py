"""What a lint sees, the values of all files, and what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..errors import with_hint
from .calendars import CalendarsFile
from .channels import ChannelsFile
from .forms import folded
from .lifecycle import LEAD_ATTRIBUTES, Lifecycle
from .owners import OwnersFile
from .pipeline import Pipeline
from .settings import Settings
from .sla import Sla
from .targets import TargetsFile
from .yaml_reading import Keys


@dataclass(frozen=True)
class Files:
    """The values of all files; an unsound one is empty, and no lint that needs it runs."""

    settings: Settings = field(default_factory=Settings)
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    sla: Sla = field(default_factory=Sla)
    calendars: CalendarsFile = field(default_factory=CalendarsFile)
    targets: TargetsFile = field(default_factory=TargetsFile)
    channels: ChannelsFile = field(default_factory=ChannelsFile)
    pipeline: Pipeline = field(default_factory=Pipeline)
    owners: OwnersFile = field(default_factory=OwnersFile)

    @property
    def attributes(self) -> list[str]:
        """Columns of a lead or account that criteria may read."""
        return [*LEAD_ATTRIBUTES, *(a.id for a in self.lifecycle.attributes if a.id not in LEAD_ATTRIBUTES)]

    @property
    def reasons(self) -> list[str]:
        """Codes of the closed list."""
        return [reason.code for reason in self.lifecycle.reasons]


@dataclass(frozen=True)
class Finding:
    """A contradiction: the file, the path in it as laid over, what is wrong and what to do."""

    file: str
    path: Keys
    what: str
    next: str


def unknown(file: str, path: Keys, kind: str, name: str, known: Iterable[str]) -> Iterator[Finding]:
    """Find fault with `name` unless it is one of `known`; `kind` says in words what it should be."""
    allowed = list(known)
    if name not in allowed:
        next_step = "Known: " + ", ".join(allowed) + "." if allowed else "There is none yet; add it first."
        yield Finding(file, path, f"unknown {kind} {with_hint(name, allowed)}", next_step)


def spelled_twice(file: str, key: str, values: Iterable[tuple[str, str, tuple[str, ...]]]) -> Iterator[Finding]:
    """Find spellings that two of `values` (id, title, native) claim: an export that has one fits both."""
    claimed: dict[str, str] = {}
    for index, (name, title, native) in enumerate(values):
        for spelling in dict.fromkeys(folded(text) for text in (name, title, *native)):
            holder = claimed.setdefault(spelling, name)
            if holder != name:
                what = f"'{name}' and '{holder}' both claim the spelling '{spelling}'"
                yield Finding(file, (key, index), what, "Keep it with one of them.")
