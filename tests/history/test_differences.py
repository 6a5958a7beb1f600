"""What was agreed otherwise, in sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from generator.agreement import load_agreement
from generator.history.differences import Side, differences, differing_files
from generator.kpis import load_kpis
from generator.project import PACKAGED, Project


@pytest.fixture(scope="module")
def side():
    agreement = load_agreement(Project(PACKAGED))
    return Side(
        agreement, load_kpis(Project(PACKAGED), agreement), {"canonical.yml": "system: canonical\ntables: {}\n"}
    )


@pytest.fixture
def told(side):
    """Return what is said of a side with other parts of the agreement, other KPIs or profiles."""

    def tell(kpis=None, profiles=None, **parts):
        new = Side(replace(side.agreement, **parts), kpis or side.kpis, profiles or side.profiles)
        return [(one.kind, one.text) for one in differences(side, new)]

    return tell


def changed(items, name, **update):
    """Return `items` with the one of that id replaced."""
    return tuple(one.model_copy(update=update) if one.id == name else one for one in items)


def test_the_same_agreement_has_no_differences(told):
    assert told() == []


def test_a_setting_says_what_it_is_and_was(told, side):
    settings = side.agreement.settings.model_copy(update={"min_n_rate": 50})
    assert told(settings=settings) == [("setting", "The setting min_n_rate is 50; it was 30.")]


def test_a_new_version_of_a_definition_says_from_when_and_what_differs(told, side):
    lifecycle = side.agreement.lifecycle
    v2 = side.agreement.versions_of("mql")[-1]
    v9 = v2.model_copy(
        update={"version": "v9", "effective_from": date(2027, 1, 1), "required_fields": ("interest_level",)}
    )
    ((kind, text),) = told(lifecycle=lifecycle.model_copy(update={"definitions": (*lifecycle.definitions, v9)}))
    assert kind == "definition"
    assert "v9 is new, in force from 2027-01-01. No longer required at handover: timeframe." in text


def test_a_promise_says_what_it_was_and_is(told, side):
    sla = side.agreement.sla
    first = next(one for one in sla.commitments if one.kind == "clock")
    tier = first.per_tier[0].model_copy(update={"value": Decimal(7777)})
    one = first.model_copy(update={"per_tier": (tier, *first.per_tier[1:])})
    others = tuple(one if other is first else other for other in sla.commitments)
    ((kind, text),) = told(sla=sla.model_copy(update={"commitments": others}))
    assert kind == "sla"
    assert f"The promise “{first.title}”" in text
    assert "7,777" in text.partition(" Is: ")[2]
    assert "7,777" not in text.partition(" Is: ")[0]


def test_a_promise_that_a_newer_version_follows_says_where_it_ends(told, side):
    sla = side.agreement.sla
    first = sla.commitments[0]
    ended = first.model_copy(update={"effective_to": date(2026, 11, 1)})
    ((_, text),) = told(sla=sla.model_copy(update={"commitments": (ended, *sla.commitments[1:])}))
    assert text.endswith("changed. It ends where the next version begins, on 2026-11-01.")


def test_a_target_says_what_it_was_and_is_and_names_its_kpi(told, side):
    target = side.agreement.targets[0]
    moved = tuple(
        one.model_copy(update={"value": one.value + 1}) if one.plan == target.plan else one
        for one in side.agreement.targets
    )
    ((kind, text),) = told(targets=moved)
    assert kind == "target"
    assert text.startswith("Target changed. Was: ")
    assert target.metric in text


def test_a_spelling_says_what_now_counts_as_what(told, side):
    channel = side.agreement.channels[0]
    found = told(channels=changed(side.agreement.channels, channel.id, native=(*channel.native[1:], "Neue Messe")))
    ((kind, text),) = found
    assert kind == "mapping"
    assert "“Neue Messe” now counts as it" in text
    assert f"“{channel.native[0]}” no longer counts as it" in text


def test_further_spellings_say_what_they_mean_now_and_meant_before(told, side):
    pipeline = side.agreement.pipeline.model_copy(update={"stage_spellings": {"Offer out": "proposal"}})
    first = told(pipeline=pipeline)
    assert first == [("mapping", f"“Offer out” now counts as the deal stage “{_title(side, 'proposal')}”.")]
    lifecycle = side.agreement.lifecycle.model_copy(update={"stage_spellings": {"Hot": "mql"}})
    moved = lifecycle.model_copy(update={"stage_spellings": {"Hot": "sql"}})
    before, after, gone = (
        Side(replace(side.agreement, lifecycle=one), side.kpis, side.profiles)
        for one in (lifecycle, moved, side.agreement.lifecycle)
    )
    assert [one.text for one in differences(before, after)] == [
        "“Hot” now counts as the stage “Sales qualified lead”, no longer as “Marketing qualified lead”."
    ]
    assert [one.text for one in differences(after, gone)] == [
        "“Hot” no longer counts as the stage “Sales qualified lead”."
    ]


def _title(side, deal_stage):
    return next(one.title for one in side.agreement.pipeline.stages if one.id == deal_stage)


def test_opening_hours_say_what_they_were(told, side):
    calendar = side.agreement.calendars[0]
    found = told(calendars=(replace_windows(calendar), *side.agreement.calendars[1:]))
    ((kind, text),) = found
    assert kind == "calendar"
    assert ", was " in text


def replace_windows(calendar):
    windows = calendar.windows[:-1]
    return (
        calendar.model_copy(update={"windows": windows})
        if hasattr(calendar, "model_copy")
        else replace(calendar, windows=windows)
    )


def test_a_formula_says_what_it_was_and_wording_is_told_apart(told, side):
    coverage, volume = (next(kpi for kpi in side.kpis if kpi.id == name) for name in ("revenue_growth", "lead_volume"))
    head = replace(coverage.headline, formula="revenue_won")
    kpis = tuple(
        {
            coverage.id: replace(coverage, figures=(head, *coverage.figures[1:])),
            volume.id: replace(volume, text="other"),
        }.get(kpi.id, kpi)
        for kpi in side.kpis
    )
    first, second = told(kpis=kpis)
    assert first[0] == "kpi"
    assert f"the formula is revenue_won, was {coverage.headline.formula}" in first[1]
    assert second == ("wording", "The page of “New leads” reads otherwise; what it counts is the same.")


def test_new_and_gone_kpis_are_named(told, side):
    gone, kept = side.kpis[0], side.kpis[1:]
    assert told(kpis=kept) == [("kpi", f"The KPI “{gone.title}” is gone.")]
    new = differences(Side(side.agreement, kept, side.profiles), side)
    assert [one.text.partition(".")[0] for one in new] == [f"The KPI “{gone.title}” is new"]
    assert new[0].kpis == (gone.id,)


def test_a_profile_names_the_tables_that_are_read_otherwise(told):
    text = "system: canonical\ntables: {lead: {files: [x.csv]}}\n"
    assert told(profiles={"canonical.yml": text}) == [
        ("mapping", "The source profile canonical.yml changed: the tables lead are read otherwise."),
    ]


def test_what_has_no_sentence_of_its_own_is_named_by_its_file(told, side):
    sla = side.agreement.sla.model_copy(update={"max_pause_business_days": 99})
    assert told(sla=sla) == [("setting", "In sla.yml changed: max pause business days.")]


def test_records_that_cannot_be_read_differ_by_file():
    found = differing_files(
        {"agreement": {"a": "1", "b": "2"}}, {"agreement": {"a": "1", "b": "3"}, "kpis": {"c": "4"}}
    )
    assert [one.text for one in found] == ["b differs.", "c differs."]
