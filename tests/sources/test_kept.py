"""A reading that was kept is taken only where a new one would say the same."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from generator.agreement import Agreement, Settings
from generator.engine import open_engine
from generator.project import PACKAGED, Project
from generator.sources import kept, open_drop, read_kept
from generator.sources.report import LoadReport

LEADS = "lead_id,created_at,channel\nL1,2026-03-01T09:30:00Z,webinar\nL2,2026-03-04T09:30:00Z,Webinar\nL3,soon,web\n"

TOUCHES = "touch_id,lead_id,occurred_at,type,channel,is_marketing\nT1,L1,2026-03-02T10:00:00Z,form,web,true\n"


@dataclass
class Desk:
    """A drop, read through one shelf; `readings` counts those that were not taken from it."""

    folder: Path
    agreement: Agreement
    shelf: Path
    project: Project
    readings: list[Path] = field(default_factory=list)
    as_of: str = "2026-11-20"

    def read(self, **settings: Any) -> tuple[LoadReport, list[Any]]:
        known = self.agreement.settings.model_dump(by_alias=True) | {"max_quarantine_share": 1.0}
        agreement = replace(self.agreement, settings=Settings.model_validate(known | settings))
        drop = open_drop(self.folder, self.as_of, self.project, agreement.settings)
        with open_engine() as engine:
            load = read_kept(drop, self.project, agreement, engine, self.shelf)
            types = engine.rows("describe canonical.lead")
            return load, [types, *engine.rows("select * from canonical.lead"), *engine.rows("from canonical.touch")]

    @property
    def times(self) -> int:
        return len(self.readings)


@pytest.fixture
def desk(tmp_path, sample_agreement, monkeypatch) -> Desk:
    made = Desk(tmp_path / "drop", sample_agreement, tmp_path / "shelf", Project(PACKAGED))
    made.folder.mkdir()
    (made.folder / "lead.csv").write_text(LEADS)
    read = kept.read_exports

    def counted(drop, *others):
        made.readings.append(drop.path)
        return read(drop, *others)

    monkeypatch.setattr(kept, "read_exports", counted)
    return made


def test_what_is_taken_from_the_shelf_is_what_was_read(desk):
    assert desk.read() == desk.read()
    assert desk.times == 1


def test_a_drop_that_lies_elsewhere_is_the_same_drop(desk, tmp_path):
    desk.read()
    desk.folder = desk.folder.rename(tmp_path / "moved")
    desk.read()
    assert desk.times == 1


@pytest.mark.parametrize(
    "text", [LEADS.replace("L2", "L9"), LEADS.replace("soon", "2026-03-05"), LEADS + "L4,2026-03-06,x\n"]
)
def test_one_changed_cell_is_read_anew(desk, text):
    before, _ = desk.read()
    (desk.folder / "lead.csv").write_text(text)
    after, rows = desk.read()
    assert desk.times == 2
    assert after != before
    assert desk.read() == (after, rows)


def test_one_more_file_is_read_anew(desk):
    desk.read()
    (desk.folder / "touch.csv").write_text(TOUCHES)
    load, _ = desk.read()
    assert (desk.times, load.tables["touch"].rows) == (2, 1)


def test_a_renamed_file_is_read_anew(desk):
    desk.read()
    (desk.folder / "lead.csv").rename(desk.folder / "lead_2.csv")
    assert desk.read()[0].files[0].path == "lead_2.csv"


@pytest.mark.parametrize(
    "setting",
    [
        {"source_timezone": "Asia/Tokyo"},
        {"reporting_timezone": "Asia/Tokyo"},
        {"on_conflict": "first_sorted"},
        {"max_quarantine_share": 0.9},
        {"max_unpacked_bytes": 10_000},
    ],
)
def test_a_setting_that_reading_asks_for_makes_it_read_anew(desk, setting):
    desk.read()
    desk.read(**setting)
    assert desk.times == 2


def test_a_setting_that_reading_never_sees_does_not(desk):
    desk.read()
    desk.read(company="Example Inc", min_n_rate=5)
    assert desk.times == 1


def test_a_spelling_that_the_agreement_learns_is_read_anew(desk):
    desk.read()
    first, *others = desk.agreement.channels
    learned = first.model_copy(update={"native": (*first.native, "web")})
    desk.agreement = replace(desk.agreement, channels=(learned, *others))
    desk.read()
    assert desk.times == 2


def test_another_instant_is_read_anew(desk):
    desk.read()
    desk.as_of = "2026-11-19"
    desk.read()
    assert desk.times == 2


def test_a_changed_profile_is_read_anew(desk, tmp_path):
    packaged = (PACKAGED / "generator/sources/canonical.yml").read_text()
    desk.project = Project(tmp_path / "project")
    mine = desk.project.root / "content/sources/canonical.yml"
    mine.parent.mkdir(parents=True)
    mine.write_text(packaged)
    desk.read()
    mine.write_text(packaged.replace("title:", "zone: Asia/Tokyo\ntitle:", 1))
    desk.read()
    assert desk.times == 2


def test_other_code_reads_anew(desk, monkeypatch):
    desk.read()
    monkeypatch.setattr(kept, "_edition", lambda: "another")
    desk.read()
    assert desk.times == 2


def test_another_rule_of_a_time_zone_reads_anew(desk, monkeypatch):
    desk.read()
    monkeypatch.setattr(kept, "_zone_rules", lambda zone: "another")
    desk.read()
    assert desk.times == 2


@pytest.mark.parametrize("name", ["lead.parquet", "report.json"])
@pytest.mark.parametrize("damage", [Path.unlink, lambda file: file.write_bytes(file.read_bytes()[:40])])
def test_what_is_damaged_on_the_shelf_is_read_anew(desk, name, damage):
    before = desk.read()
    damage(next(desk.shelf.glob(f"*/{name}")))
    assert desk.read() == before
    assert desk.times == 2


def test_a_file_exchanged_while_it_is_read_is_not_kept(desk, monkeypatch):
    read = kept.read_exports

    def exchanged(*given):
        load = read(*given)
        (desk.folder / "lead.csv").write_text(LEADS.replace("L2", "L9"))
        return load

    monkeypatch.setattr(kept, "read_exports", exchanged)
    desk.read()
    assert not list(desk.shelf.glob("*"))


def test_the_oldest_readings_go(desk):
    for days in range(6):
        desk.as_of = f"2026-11-{10 + days}"
        desk.read()
    assert len(list(desk.shelf.iterdir())) == 4
    desk.read()
    assert desk.times == 6


def test_a_shelf_that_cannot_be_written_is_done_without(desk):
    desk.shelf.write_text("a file")
    assert desk.read()[0].tables["lead"].rows == 2


def test_nobody_else_may_look_at_the_shelf(desk):
    desk.read()
    assert desk.shelf.stat().st_mode & 0o077 == 0
