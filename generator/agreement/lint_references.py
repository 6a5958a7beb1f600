"""Contradictions of channels, deal stages and settings; and items that stand twice in any file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .criteria import AttributeCondition, conditions
from .findings import Files, Finding, spelled_twice, unknown
from .forms import AgreementFile, folded


def items_that_stand_twice(name: str, file: AgreementFile) -> Iterator[Finding]:
    """An item of a list is known by its id (and version); a second one of it contradicts the first."""
    aliases = {"from": "from_stage", "to": "to_stage"}
    for key, identity in file.identity.items():
        seen = set()
        for index, item in enumerate(getattr(file, key)):
            same = tuple(str(getattr(item, aliases.get(part, part))) for part in identity)
            if same in seen:
                what = f"'{' '.join(same)}' stands twice"
                yield Finding(name, (key, index), what, f"Keep one; {' and '.join(identity)} must be unique.")
            seen.add(same)


def spellings_of_channels(files: Files) -> Iterator[Finding]:
    """No spelling stands for two channels."""
    channels = files.channels.channels
    yield from spelled_twice("channels", "channels", ((c.id, c.title, c.native) for c in channels))


def spellings_of_deal_stages(files: Files) -> Iterator[Finding]:
    """No spelling stands for two deal stages."""
    stages = files.pipeline.stages
    yield from spelled_twice("pipeline", "stages", ((s.id, s.title, s.native) for s in stages))


def further_spellings_of_lifecycle(files: Files) -> Iterator[Finding]:
    """What a further spelling means is there, and nothing else is meant by it."""
    life = files.lifecycle
    stages = [(s.id, s.title, s.native) for s in life.stages]
    reasons = [(r.code, r.title, r.native) for r in life.reasons]
    yield from _further("lifecycle", "stage_spellings", "stage", life.stage_spellings, stages)
    yield from _further("lifecycle", "reason_spellings", "reason", life.reason_spellings, reasons)


def further_spellings_of_deal_stages(files: Files) -> Iterator[Finding]:
    """What a further spelling means is there, and nothing else is meant by it."""
    stages = [(s.id, s.title, s.native) for s in files.pipeline.stages]
    yield from _further("pipeline", "stage_spellings", "deal stage", files.pipeline.stage_spellings, stages)


def _further(
    file: str, key: str, kind: str, spellings: Mapping[str, str], entries: Sequence[tuple[str, str, tuple[str, ...]]]
) -> Iterator[Finding]:
    meant: dict[str, str] = {}
    for ident, title, native in entries:
        for text in (ident, title, *native):
            meant.setdefault(folded(text), ident)
    for text, ident in spellings.items():
        yield from unknown(file, (key, text), kind, ident, [known for known, _, _ in entries])
        if (holder := meant.setdefault(folded(text), ident)) != ident:
            yield Finding(file, (key, text), f"'{text}' stands for '{holder}' already", "Keep one of the two.")


def pipelines_nobody_can_win(files: Files) -> Iterator[Finding]:
    """A pipeline has a won stage, and open stages have places of their own."""
    stages = files.pipeline.stages
    if not any(stage.outcome == "won" for stage in stages):
        what = "no deal stage has the outcome won"
        yield Finding("pipeline", ("stages",), what, "Mark the stage of won deals with outcome: won.")
    seen: dict[int, str] = {}
    for index, stage in enumerate(stages):
        if stage.outcome == "open" and seen.setdefault(stage.rank, stage.id) != stage.id:
            what = f"'{stage.id}' and '{seen[stage.rank]}' have the same rank {stage.rank}"
            yield Finding("pipeline", ("stages", index, "rank"), what, "Give each its own place on the way.")


def unknown_deal_stage(files: Files) -> Iterator[Finding]:
    """Pipeline counts from a deal stage that exists."""
    known = [stage.id for stage in files.pipeline.stages if stage.outcome != "lost"]
    stage = files.settings.min_qualified_stage
    yield from unknown("settings", ("min_qualified_stage",), "deal stage", stage, known)


def unknown_paid_channels(files: Files) -> Iterator[Finding]:
    """Paid channels are channels."""
    known = [channel.id for channel in files.channels.channels]
    for index, channel in enumerate(files.settings.paid_channels or ()):
        yield from unknown("settings", ("paid_channels", index), "channel", channel, known)


def unknown_words_of_settings(files: Files) -> Iterator[Finding]:
    """Settings name reasons and attributes that exist."""
    for key in ("exclude_reasons", "exclude_loss_reasons"):
        for index, reason in enumerate(getattr(files.settings, key)):
            yield from unknown("settings", (key, index), "reason", reason, files.reasons)
    for condition in conditions(files.settings.icp_rule) if files.settings.icp_rule else ():
        if isinstance(condition, AttributeCondition):
            yield from unknown("settings", ("icp_rule",), "attribute", condition.attr, files.attributes)
