"""Which folder is read, and as of when."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime
from pathlib import Path

import click
import pytest

from generator.agreement import Settings, load_agreement
from generator.engine import open_engine
from generator.errors import ExportError
from generator.project import PACKAGED, Project
from generator.sources import open_drop, read_exports

LEADS = "lead_id,created_at\nL1,2026-03-01T09:30:00Z\nL2,2026-03-04T09:30:00Z\n"


def _settings(zone: str = "America/New_York") -> Settings:
    return Settings.model_validate({"schema": 1, "reporting_timezone": zone})


def _folder(tmp_path: Path, name: str = "drop", manifest: dict[str, object] | None = None) -> Path:
    folder = tmp_path / name
    folder.mkdir(parents=True)
    (folder / "lead.csv").write_text(LEADS)
    if manifest is not None:
        (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize(
    ("as_of", "moment", "day"),
    [
        ("2026-11-20", datetime(2026, 11, 21, 5), "2026-11-20"),
        ("2026-11-20T06:00:00Z", datetime(2026, 11, 20, 6), "2026-11-20"),
        ("2026-11-20T00:00:00-05:00", datetime(2026, 11, 20, 5), "2026-11-19"),
        ("2026-11-20 00:00", datetime(2026, 11, 20, 5), "2026-11-19"),
        ("2026-03-08", datetime(2026, 3, 9, 4), "2026-03-08"),
    ],
)
def test_the_instant_of_a_drop_and_its_name(tmp_path, as_of, moment, day):
    drop = open_drop(_folder(tmp_path), as_of, Project(PACKAGED), _settings())
    assert (drop.as_of, drop.id) == (moment, day)


def test_the_option_goes_before_the_manifest_and_the_manifest_before_the_name(tmp_path):
    folder = _folder(tmp_path, "exports-2026-03-09", {"as_of": "2026-03-08T00:00:00Z"})
    assert open_drop(folder, "2026-03-07", Project(PACKAGED), _settings("UTC")).id == "2026-03-07"
    assert open_drop(folder, None, Project(PACKAGED), _settings("UTC")).as_of == datetime(2026, 3, 8)
    (folder / "manifest.json").unlink()
    assert open_drop(folder, None, Project(PACKAGED), _settings("UTC")).as_of == datetime(2026, 3, 10)


@pytest.mark.parametrize("as_of", ["yesterday", "2026-13-01", "20.11.2026", "2026", ""])
def test_an_unreadable_instant_is_a_usage_error(tmp_path, as_of):
    with pytest.raises(click.UsageError, match="neither a date"):
        open_drop(_folder(tmp_path), as_of, Project(PACKAGED), _settings())


def test_without_any_instant_the_newest_event_is_named(tmp_path):
    with pytest.raises(click.UsageError, match="newest event in it is from 2026-03-04 09:30:00 UTC") as caught:
        open_drop(_folder(tmp_path), None, Project(PACKAGED), _settings())
    assert caught.value.exit_code == 2


def test_the_newest_folder_of_the_project_is_taken(tmp_path):
    for name in ("2026-01-31", "export 20260228", "2025-12-31", ".hidden-2027-01-01"):
        _folder(tmp_path / "exports", name)
    assert open_drop(None, None, Project(tmp_path), _settings()).path.name == "export 20260228"
    with pytest.raises(click.UsageError, match="no exports"):
        open_drop(None, None, Project(tmp_path / "elsewhere"), _settings())


@pytest.mark.parametrize("shape", ["sha256", "files", "list"])
def test_a_checksum_that_differs_stops_the_build(tmp_path, shape):
    digest = hashlib.sha256(LEADS.encode()).hexdigest()

    def manifest(name: str, value: str) -> dict[str, object]:
        shapes: dict[str, dict[str, object]] = {
            "sha256": {"sha256": {name: value}},
            "files": {"files": {name: {"sha256": value, "rows": 2}}},
            "list": {"files": [{"name": name, "sha256": value}]},
        }
        return {"as_of": "2026-03-08", **shapes[shape]}

    assert open_drop(
        _folder(tmp_path, "a", manifest("lead.csv", digest)), None, Project(PACKAGED), _settings()
    ).manifest
    for n, (name, value) in enumerate([("lead.csv", "0" * 64), ("touch.csv", digest)]):
        with pytest.raises(ExportError, match=name):
            open_drop(_folder(tmp_path, f"b{n}", manifest(name, value)), None, Project(PACKAGED), _settings())


def test_a_manifest_that_is_no_json_is_named(tmp_path):
    folder = _folder(tmp_path)
    (folder / "manifest.json").write_text("{")
    with pytest.raises(ExportError, match=r"manifest\.json"):
        open_drop(folder, None, Project(PACKAGED), _settings())


DIGEST = hashlib.sha256(LEADS.encode()).hexdigest()


@pytest.mark.parametrize(
    ("manifest", "places"),
    [
        ('{"as_of": "2026-03-08", "as_of": "2026-03-09"}', ["manifest.json: as_of"]),
        ('{"sha256": {"lead.csv": "a", "lead.csv": "b"}}', ["manifest.json: lead.csv"]),
        ('{"sha256": ["lead.csv"]}', ["manifest.json: sha256"]),
        ('{"sha256": {"lead.csv": "abc", "b.csv": null}}', ["manifest.json: sha256.b.csv", "manifest.json: sha256.lead.csv"]),
        ('{"files": {"lead.csv": {"sha256": 12}}}', ["manifest.json: files[0]"]),
        (f'{{"files": [{{"sha256": "{DIGEST}"}}]}}', ["manifest.json: files[0]"]),
        ('{"as_of": "2026-03-08",\n "sha256"}', ["manifest.json, line 2"]),
        ('{"as_of": 20260308}', ["manifest.json: as_of"]),
        ("[]", ["manifest.json"]),
    ],
)  # fmt: skip
def test_a_manifest_that_vouches_for_nothing_is_a_mistake(tmp_path, manifest, places):
    folder = _folder(tmp_path)
    (folder / "manifest.json").write_text(manifest)
    with pytest.raises(ExportError) as caught:
        open_drop(folder, None, Project(PACKAGED), _settings())
    assert sorted(mistake.where for mistake in caught.value.mistakes) == places
    assert all(mistake.next for mistake in caught.value.mistakes)


def test_rows_of_files_in_a_manifest_are_no_checksums(tmp_path):
    manifest = {"as_of": "2026-03-08", "files": {"lead.csv": 2, "more.csv": {"rows": 3}}}
    assert open_drop(_folder(tmp_path, "drop", manifest), None, Project(PACKAGED), _settings()).manifest == manifest


@pytest.mark.parametrize(("as_of", "year"), [("9999-12-31", 9999), ("0001-01-01T00:00+14:00", 1), ("2500-01-01", 2500)])
def test_a_year_that_makes_no_sense_is_named(tmp_path, as_of, year):
    with pytest.raises(click.UsageError, match=rf"in the year {year}: only 1980 to 2200"):
        open_drop(_folder(tmp_path), as_of, Project(PACKAGED), _settings())


def test_names_of_files_reach_no_terminal_as_they_are(tmp_path):
    folder = _folder(tmp_path)
    for name in (b"a\x1b[31mred\nname.csv", b"caf\xe9.csv", "right\u202eleft.csv".encode()):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("a,b\n1,2\n")
    drop = open_drop(folder, "2026-03-08", Project(PACKAGED), _settings())
    with open_engine() as engine:
        unclaimed = read_exports(drop, Project(PACKAGED), load_agreement(Project(PACKAGED)), engine).unclaimed
    assert unclaimed == ("a\\x1b[31mred\\nname.csv", "caf\\xe9.csv", "right\\u202eleft.csv")
