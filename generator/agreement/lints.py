"""Contradictions that no single value shows: what one file says against another, or against itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .calendars import CalendarsFile
from .channels import ChannelsFile
from .lifecycle import Lifecycle
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


@dataclass(frozen=True)
class Finding:
    """A contradiction: the file, the path in it as laid over, what is wrong and what to do."""

    file: str
    path: Keys
    what: str
    next: str


@dataclass(frozen=True)
class Lint:
    """One rule, and the files it needs to be sound."""

    needs: tuple[str, ...]
    find: Callable[[Files], Iterator[Finding]]


LINTS: tuple[Lint, ...] = ()
