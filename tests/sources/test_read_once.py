"""Files that become canonical rows as they are read: nothing is lost, and every row is still found in its file."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from generator.project import PACKAGED, Project
from generator.sources.claims import Claim
from generator.sources.layouts import Expected, layout_of
from generator.sources.once import read_once
from generator.sources.profiles import load_profiles

_HEADER = "activity_id,lead_id,owner_id,occurred_at,type,direction\n"


def _activity(n: int, moment: str = "2026-04-01 09:00:00") -> str:
    return f"V{n},L{n},R1,{moment},call,outbound\n"


def test_rows_of_a_large_file_are_named_by_their_lines_though_many_hands_read_it(read):
    bad = {2: "whenever", 90_001: "never", 250_001: "2026-13-01"}  # physical lines
    lines = [_activity(n, bad.get(n, "2026-04-01 09:00:00")) for n in range(2, 260_002)]
    drop = read({"activity.csv": _HEADER + "".join(lines)}, source_timezone="Europe/Berlin")
    assert [(line, column) for _, line, _, column in drop.quarantined()] == [(n, "occurred_at") for n in sorted(bad)]
    assert drop.outcomes("activity") == {"read": 260_000, "kept": 259_997, "unreadable": 3}


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_rows_of_a_small_file_keep_their_lines_beside_the_days_of_a_zone(read, zone):
    moments = ["2026-04-01", "soon", "2026-04-01 09:00:00", "", "2026-04-02T09:00:00Z"]
    text = _HEADER + "".join(_activity(n, moment) for n, moment in enumerate(moments, 2))
    drop = read({"activity.csv": text}, source_timezone=zone, reporting_timezone=zone)
    assert drop.quarantined() == [
        ("activity.csv", 3, "unreadable", "occurred_at"),
        ("activity.csv", 5, "missing_required", "occurred_at"),
    ]
    east = {"UTC": 0, "Europe/Berlin": 2}[zone]
    told = [datetime(2026, 4, 1) - timedelta(hours=east), datetime(2026, 4, 1, 9) - timedelta(hours=east)]
    assert drop.column("activity", "occurred_at") == [*told, datetime(2026, 4, 2, 9)]


def test_rows_that_share_a_key_and_differ_are_named_by_their_lines(read):
    text = _HEADER + _activity(1) + _activity(2) + _activity(1, "2026-04-03 09:00:00")
    with pytest.raises(Exception, match=r"activity\.csv lines 2, 4"):
        read({"activity.csv": text})


@pytest.mark.parametrize("cell", ['" call"', "call ", "\tcall", '"call\n"', "call\xa0", '"\ncall"'])
def test_blanks_around_a_cell_do_not_count_wherever_they_stand(read, cell):
    text = _HEADER + _activity(1) + f"V2,L2,R1,2026-04-01 09:00:00,{cell},outbound\n"
    assert read({"activity.csv": text}).column("activity", "type") == ["call", "call"]


@pytest.mark.parametrize("cell", ["", '""', '" "', "\xa0"])
def test_a_cell_of_nothing_is_missing(read, cell):
    text = _HEADER + f"V2,L2,R1,2026-04-01 09:00:00,call,{cell}\n"
    assert read({"activity.csv": text}).quarantined() == [("activity.csv", 2, "missing_required", "direction")]


@pytest.mark.parametrize(
    ("text", "is_trimmed"),
    [
        ("a,b\n1 x,2\n", True),
        ("a,b\n1, 2\n", False),
        ("a,b\n1 ,2\n", False),
        ("a,b\n 1,2\n", False),
        ("a,b\n1,2 ", False),
        (" a,b\n1,2\n", False),
        ("a,b\n1,2 \r\n", False),
        ('a,b\n" 1",2\n', False),
        ("a,b\n1\t,2\n", False),
    ],
)
def test_a_survey_tells_whether_blanks_stand_beside_cells(tmp_path: Path, text, is_trimmed):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    assert layout_of(path, Expected(("utf-8",))).is_trimmed is is_trimmed


@pytest.mark.parametrize("before", [(1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_a_survey_sees_blanks_where_its_parts_meet(tmp_path: Path, before):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"x" * (before - 4) + b" ,2\n")
    assert not layout_of(path, Expected(("utf-8",))).is_trimmed
    path.write_bytes(b"a,b\n" + b"x" * (before - 4) + b" x,2\n")
    assert layout_of(path, Expected(("utf-8",))).is_trimmed


def test_a_file_is_read_once_only_where_nothing_else_fills_its_table():
    profiles = {profile.system: profile for profile in load_profiles(Project(PACKAGED))}
    touch, deals = Claim(profiles["canonical"], "touch"), Claim(profiles["canonical"], "opportunity")
    assert read_once({"touch.csv": touch, "opportunity.csv": deals}) == {"touch.csv"}, "a default is counted afterwards"
    assert not read_once({"touch-1.csv": touch, "touch-2.csv": touch})
    members = Claim(profiles["salesforce"], "CampaignMember")
    assert not read_once({"touch.csv": touch, "CampaignMember.csv": members})


@pytest.mark.parametrize(
    ("moment", "utc"),
    [
        ("2026-04-01 09:00:00", datetime(2026, 4, 1, 9)),
        ("2026-04-01T09:00:00", datetime(2026, 4, 1, 9)),
        ("2026-04-01T09:00:00Z", datetime(2026, 4, 1, 9)),
        ("2026-04-01T09:00:00.250Z", datetime(2026, 4, 1, 9, 0, 0, 250_000)),
        ("2026-04-01T09:00+02:00", datetime(2026, 4, 1, 7)),
        ("2026-04-01 09:00:00-0530", datetime(2026, 4, 1, 14, 30)),
        ("2026-04-01 09:00:00 +02", datetime(2026, 4, 1, 7)),
        ("2026-04-01 09:00 UTC", datetime(2026, 4, 1, 9)),
        ("2026-04-01", datetime(2026, 4, 1)),
    ],
)
def test_every_iso_form_of_a_moment_is_read(read, moment, utc):
    assert read({"activity.csv": _HEADER + _activity(1, moment)}).column("activity", "occurred_at") == [utc]


@pytest.mark.parametrize("moment", ["2026-04-01 9:00:00.0", "2026-04-01 09:00: 0", "2026-4-01 09:00:000", "infinity"])
def test_what_only_resembles_a_moment_is_not_read(read, moment):
    drop = read({"activity.csv": _HEADER + _activity(1) + _activity(2, moment)})
    assert drop.quarantined() == [("activity.csv", 3, "unreadable", "occurred_at")]
