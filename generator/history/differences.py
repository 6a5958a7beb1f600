"""What is different between two agreements, as sentences made from both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from generator.agreement import Agreement, Commitment
from generator.agreement.promises import (
    commitment_sentence,
    definition_changes,
    opening_hours,
    target_sentences,
)
from generator.history.formulas import kpi_differences
from generator.history.sentence import Difference, differing
from generator.kpis import Kpi
from generator.texts import yaml_of


class _Spelled(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def native(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Side:
    """One of the two agreements."""

    agreement: Agreement
    kpis: tuple[Kpi, ...]
    profiles: Mapping[str, str]  # file name -> text


def differences(old: Side, new: Side) -> tuple[Difference, ...]:
    """Return everything that was agreed otherwise, what moves numbers first."""
    return (
        *_definitions(old.agreement, new.agreement),
        *kpi_differences(old.kpis, new.kpis),
        *_promises(old, new),
        *_targets(old.agreement, new.agreement),
        *_mappings(old.agreement, new.agreement),
        *_profiles(old.profiles, new.profiles),
        *_settings(old.agreement, new.agreement),
        *_calendars(old.agreement, new.agreement),
        *_owners(old.agreement, new.agreement),
        *_rest(old.agreement, new.agreement),
    )


def differing_files(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return which files differ between two records, for agreements that can no longer be read."""
    names: set[str] = set()
    for part in ("agreement", "kpis", "profiles"):
        one, other = old.get(part, {}), new.get(part, {})
        names |= {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    return tuple(Difference("file", f"{name} differs.") for name in sorted(names))


def _definitions(old: Agreement, new: Agreement) -> Iterator[Difference]:
    before = {(one.id, one.version): one for one in old.lifecycle.definitions}
    after = {(one.id, one.version): one for one in new.lifecycle.definitions}
    titles = {stage.id: stage.title for stage in (*old.lifecycle.stages, *new.lifecycle.stages)}
    for (stage, version), one in after.items():
        name = f"The definition of {titles.get(stage, stage)} {version}"
        if (stage, version) not in before:
            earlier = [other for other in new.versions_of(stage) if other.effective_from < one.effective_from]
            told = definition_changes(new, earlier[-1], one) if earlier else ()
            yield Difference("definition", _said(f"{name} is new, in force from {one.effective_from}.", told))
        elif one != before[stage, version]:
            was = before[stage, version]
            moved = (
                []
                if was.effective_from == one.effective_from
                else [f"In force from {one.effective_from}, was {was.effective_from}."]
            )
            told = (*moved, *definition_changes(new, was, one))
            yield Difference("definition", _said(f"{name} was rewritten.", told or ("Only its wording differs.",)))
    for stage, version in before.keys() - after.keys():
        yield Difference("definition", f"The definition of {titles.get(stage, stage)} {version} is gone.")


def _said(first: str, then: Sequence[str]) -> str:
    return " ".join((first, *then))


def _promises(old_side: Side, new_side: Side) -> Iterator[Difference]:
    old, new = old_side.agreement, new_side.agreement
    titles = {kpi.id: kpi.title for kpi in (*old_side.kpis, *new_side.kpis)}
    before = {(one.id, one.version): one for one in old.sla.commitments}
    after = {(one.id, one.version): one for one in new.sla.commitments}
    for key, one in after.items():
        now = commitment_sentence(new, one, titles)
        if key not in before:
            yield Difference("sla", f"The promise “{one.title}” {one.version} is new, from {one.effective_from}. {now}")
        elif one != before[key]:
            was = commitment_sentence(old, before[key], titles)
            how = f"Was: {was} Is: {now}" if was != now else _unsaid(before[key], one)
            yield Difference("sla", f"The promise “{one.title}” {one.version} changed. {how}")
    for key in before.keys() - after.keys():
        yield Difference("sla", f"The promise “{before[key].title}” {before[key].version} is gone.")


def _unsaid(was: Commitment, now: Commitment) -> str:
    """Return what changed of a promise that its sentence does not say; most often a newer version follows it."""
    if now.effective_to and was.model_copy(update={"effective_to": now.effective_to}) == now:
        return f"It ends where the next version begins, on {now.effective_to}."
    return f"Its {', '.join(differing(was, now))} changed."


def _targets(old: Agreement, new: Agreement) -> Iterator[Difference]:
    before, after = _plans(old), _plans(new)
    for plan, (metric, now) in after.items():
        if plan not in before:
            yield Difference("target", f"Target new. {now}", (metric,))
        elif before[plan][1] != now:
            yield Difference("target", f"Target changed. Was: {before[plan][1]} Is: {now}", (metric,))
    for plan in sorted(before.keys() - after.keys()):
        yield Difference("target", f"Target dropped. {before[plan][1]}", (before[plan][0],))


def _plans(agreement: Agreement) -> dict[str, tuple[str, str]]:
    """Return metric and sentence of each entry of the targets."""
    metrics = {target.plan: target.metric for target in agreement.targets}
    return {plan: (metrics[plan], said) for plan, said in zip(metrics, target_sentences(agreement), strict=False)}


def _mappings(old: Agreement, new: Agreement) -> Iterator[Difference]:
    kinds: tuple[tuple[str, Mapping[str, _Spelled], Mapping[str, _Spelled]], ...] = (
        ("channel", {one.id: one for one in old.channels}, {one.id: one for one in new.channels}),
        ("reason", {one.code: one for one in old.lifecycle.reasons}, {one.code: one for one in new.lifecycle.reasons}),
        ("stage", {one.id: one for one in old.lifecycle.stages}, {one.id: one for one in new.lifecycle.stages}),
        ("deal stage", {one.id: one for one in old.pipeline.stages}, {one.id: one for one in new.pipeline.stages}),
    )
    spelled = {
        "reason": (old.lifecycle.reason_spellings, new.lifecycle.reason_spellings),
        "stage": (old.lifecycle.stage_spellings, new.lifecycle.stage_spellings),
        "deal stage": (old.pipeline.stage_spellings, new.pipeline.stage_spellings),
    }
    for word, before, after in kinds:
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                yield Difference("mapping", _mapping(word, before.get(name), after.get(name)))
        yield from _spellings(word, before, after, *spelled.get(word, ({}, {})))


def _spellings(
    word: str,
    old: Mapping[str, _Spelled],
    new: Mapping[str, _Spelled],
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> Iterator[Difference]:
    """Yield which further spellings mean something else than they did; before, after: spelling -> id."""
    for text in sorted(before.keys() | after.keys()):
        was, now = before.get(text), after.get(text)
        if was == now:
            continue
        if now is None:
            yield Difference("mapping", f"“{text}” no longer counts as the {word} “{old[was or ''].title}”.")
        else:
            instead = f", no longer as “{old[was].title}”" if was else ""
            yield Difference("mapping", f"“{text}” now counts as the {word} “{new[now].title}”{instead}.")


def _mapping(word: str, was: _Spelled | None, now: _Spelled | None) -> str:
    if was is None or now is None:
        one = was or now
        return f"The {word} “{one.title if one else ''}” is {'new' if was is None else 'gone'}."
    added = [f"“{text}” now counts as it" for text in now.native if text not in was.native]
    removed = [f"“{text}” no longer counts as it" for text in was.native if text not in now.native]
    others = [name for name in differing(was, now) if name != "native"]
    changed = [f"its {', '.join(others)} changed"] if others else []
    return f"The {word} “{now.title}”: {'; '.join([*added, *removed, *changed])}."


def _profiles(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) == new.get(name):
            continue
        if name not in old or name not in new:
            yield Difference("mapping", f"The source profile {name} is {'new' if name not in old else 'gone'}.")
            continue
        before, after = (yaml_of(text).get("tables", {}) for text in (old[name], new[name]))
        tables = sorted(table for table in {**before, **after} if before.get(table) != after.get(table))
        where = f"the tables {', '.join(tables)} are read otherwise" if tables else "no table is read otherwise"
        yield Difference("mapping", f"The source profile {name} changed: {where}.")


def _settings(old: Agreement, new: Agreement) -> Iterator[Difference]:
    before, after = old.setting_rows(), new.setting_rows()
    for key in after:
        if before.get(key) != after[key]:
            was, now = before.get(key) or "none", after[key] or "none"
            yield Difference("setting", f"The setting {key} is {now}; it was {was}.")


def _calendars(old: Agreement, new: Agreement) -> Iterator[Difference]:
    before = {one.id: one for one in old.calendars}
    for one in new.calendars:
        was = before.get(one.id)
        if was is None:
            yield Difference("calendar", f"The calendar “{one.title}” is new: {opening_hours(one)}.")
        elif was != one:
            hours = opening_hours(was), opening_hours(one)
            told = [f"open {hours[1]}, was {hours[0]}"] if hours[0] != hours[1] else []
            added, removed = set(one.holidays) - set(was.holidays), set(was.holidays) - set(one.holidays)
            told += [f"{len(added)} holidays new"] if added else []
            told += [f"{len(removed)} holidays gone"] if removed else []
            yield Difference("calendar", f"The calendar “{one.title}” changed: {'; '.join(told) or 'its regions'}.")
    for name in sorted(before.keys() - {one.id for one in new.calendars}):
        yield Difference("calendar", f"The calendar “{before[name].title}” is gone.")


def _owners(old: Agreement, new: Agreement) -> Iterator[Difference]:
    before, after = ({one.id: one for one in side.owners} for side in (old, new))
    changed = sum(before.get(name) != after.get(name) for name in before.keys() | after.keys())
    if changed:
        yield Difference("setting", f"{changed} entries of the list of owners changed.")


def _rest(old: Agreement, new: Agreement) -> Iterator[Difference]:
    """Yield what has no sentence of its own: by file, the parts that differ."""
    told = {"stages", "reasons", "definitions", "commitments", "stage spellings", "reason spellings"}
    for name, was, now in (("lifecycle.yml", old.lifecycle, new.lifecycle), ("sla.yml", old.sla, new.sla)):
        parts = [part for part in differing(was, now) if part not in told]
        if parts:
            yield Difference("setting", f"In {name} changed: {', '.join(parts)}.")
    if old.reviews.held != new.reviews.held:
        yield Difference("setting", "The list of reviews that were held changed.")
