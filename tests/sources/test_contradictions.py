"""Tables of a drop that contradict themselves, and documents that must stay true."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import ExportError
from generator.sources.members import looks_personal
from generator.sources.profile import Block, Loss, Profile, Rule, Source
from generator.sources.report import Reason

CALENDAR = "calendar_id,timezone,weekday,open,close\n"
TARGET = "target_id,metric_id,period_start,period_end,team,value,version\n"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("X,Europe/Berlin,0,09:00,12:00\nX,Europe/Berlin,0,11:00,17:00\n", "opening windows overlap"),
        ("X,Europe/Berlin,0,22:00,06:00\n", "crosses midnight"),
        ("X,Europe/Berlin,7,09:00,17:00\n", "weekday 7 does not exist"),
        ("X,Mars/Base,0,09:00,17:00\n", "'Mars/Base' is not a time zone"),
        ("X,Europe/Berlin,0,9,17:00\n", "'9' is not a time of day"),
        ("X,Europe/Berlin,0,09:00,17:00\nX,UTC,1,09:00,17:00\n", "several time zones"),
    ],
)
def test_calendars_that_contradict_themselves_stop_the_build(read, rows, words):
    with pytest.raises(ExportError, match=words):
        read({"calendar.csv": CALENDAR + rows})


def test_calendars_may_pause_at_noon_and_run_to_midnight(read):
    rows = "X,Europe/Berlin,0,09:00,12:00\nX,Europe/Berlin,0,13:00,24:00\nY,UTC,0,00:00,24:00\n"
    assert read({"calendar.csv": CALENDAR + rows}).outcomes("calendar") == {"read": 3, "kept": 3}


def test_targets_may_nest_but_not_overlap_in_one_version(read):
    nested = "T1,mql_count,2026-01-01,2026-04-01,,30,v1\nT2,mql_count,2026-01-01,2026-02-01,,10,v1\n"
    newer = "T3,mql_count,2026-01-15,2026-02-15,,10,v2\nT4,mql_count,2026-02-01,2026-03-01,marketing,10,v1\n"
    assert read({"target.csv": TARGET + nested + newer}).outcomes("target") == {"read": 4, "kept": 4}
    for twice in ("T9,mql_count,2026-01-01,2026-02-01,,11,v1\n", "T9,mql_count,2026-01-15,2026-04-15,,11,v1\n"):
        with pytest.raises(ExportError, match="'T9' of mql_count overlap in one version"):
            read({"target.csv": TARGET + nested + twice})


@pytest.mark.parametrize("member", ["EMEA", "2026-03-01", "Webinar 2026", "A/B test", "C-1234", "2026", "ISO 9001"])
def test_ordinary_members_are_not_taken_for_persons(member):
    assert not looks_personal(member)


def test_the_document_names_every_key_and_every_reason():
    text = (Path(__file__).parents[2] / "docs/sources.md").read_text()
    for model in (Profile, Source, Block, Rule, Loss):
        for name, field in model.model_fields.items():
            assert f"`{field.alias or name}`" in text or f"{field.alias or name}:" in text, (model.__name__, name)
    assert not [reason for reason in Reason if reason and f"`{reason}`" not in text]
