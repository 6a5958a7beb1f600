"""Contradictions that no single value shows: the list of lints, and the files each needs to be sound."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from . import lint_calendars, lint_lifecycle, lint_references, lint_sla, lint_targets
from .findings import Files, Finding

_Lint = Callable[[Files], Iterator[Finding]]

#: A new lint is a function and one line here. It runs only when the files beside it are sound, so that one mistake
#: does not show as three.
LINTS: tuple[tuple[_Lint, tuple[str, ...]], ...] = (
    (lint_lifecycle.stages_nobody_can_enter, ("lifecycle",)),
    (lint_lifecycle.ranks_out_of_order, ("lifecycle",)),
    (lint_lifecycle.spellings_of_stages, ("lifecycle",)),
    (lint_lifecycle.unknown_stages, ("lifecycle",)),
    (lint_lifecycle.versions_that_begin_together, ("lifecycle",)),
    (lint_lifecycle.tier_rules, ("lifecycle", "sla")),
    (lint_lifecycle.criteria_that_read_the_unknown, ("lifecycle", "sla")),
    (lint_lifecycle.scores_that_cannot_be_computed, ("lifecycle",)),
    (lint_lifecycle.scores_asked_for_in_vain, ("lifecycle",)),
    (lint_sla.two_deadlines, ("sla",)),
    (lint_sla.versions_that_overlap, ("sla",)),
    (lint_sla.two_promises_of_one_thing, ("sla",)),
    (lint_sla.unknown_references, ("sla", "lifecycle", "calendars", "pipeline")),
    (lint_sla.kinds_that_lack_something, ("sla",)),
    (lint_calendars.calendars_without_hours, ("calendars",)),
    (lint_calendars.windows_over_midnight, ("calendars",)),
    (lint_calendars.overlapping_windows, ("calendars",)),
    (lint_calendars.holidays, ("calendars",)),
    (lint_calendars.regions_of_two_calendars, ("calendars",)),
    (lint_calendars.owners_without_ground, ("owners", "calendars")),
    (lint_targets.targets_without_team, ("targets",)),
    (lint_targets.targets_without_a_period, ("targets", "settings")),
    (lint_targets.overlapping_targets, ("targets", "settings")),
    (lint_targets.targets_out_of_order, ("targets",)),
    (lint_references.spellings_of_channels, ("channels",)),
    (lint_references.spellings_of_deal_stages, ("pipeline",)),
    (lint_references.further_spellings_of_lifecycle, ("lifecycle",)),
    (lint_references.further_spellings_of_deal_stages, ("pipeline",)),
    (lint_references.pipelines_nobody_can_win, ("pipeline",)),
    (lint_references.unknown_deal_stage, ("settings", "pipeline")),
    (lint_references.unknown_paid_channels, ("settings", "channels")),
    (lint_references.unknown_words_of_settings, ("settings", "lifecycle")),
)


def contradictions(files: Files, sound: Collection[str]) -> Iterator[Finding]:
    """Return what contradicts what; `sound` names the files whose values can be relied on."""
    for name in sound:
        yield from lint_references.items_that_stand_twice(name, getattr(files, name))
    for lint, needs in LINTS:
        if all(name in sound for name in needs):
            yield from lint(files)
