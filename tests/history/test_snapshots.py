"""Where exports bring no history, changes are told by comparing drops: as the truth has it, to the drop."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drawn_drops import TAKEN, Company, Life

from generator.agreement import load_agreement
from generator.calendar.zones import local_date, start_of_day
from generator.engine import open_engine
from generator.errors import PublishError
from generator.history import Snapshots, digests, snapshot_files
from generator.project import PACKAGED, Project
from generator.sources import open_drop
from generator.sources.reading import read_exports

pytestmark = pytest.mark.xdist_group("snapshots")

MICROSECOND = timedelta(microseconds=1)
PROJECT = Project(PACKAGED)
ZONE = "UTC"  # as the packaged agreement has it


@pytest.fixture(scope="module")
def agreement():
    return load_agreement(PROJECT)


@pytest.fixture(scope="module")
def company():
    return Company.drawn()


@pytest.fixture(scope="module")
def drops(tmp_path_factory, company):
    folder = tmp_path_factory.mktemp("exports")
    return [company.drop(folder, moment) for moment in TAKEN]


@pytest.fixture
def private(tmp_path):
    return tmp_path / ".onefunnel"


@pytest.fixture
def dated(agreement, private):
    """Read a drop and date its changes, and keep it unless told otherwise."""

    @contextmanager
    def read(path: Path, keeps: bool = True, as_of: datetime | None = None):
        drop = open_drop(path, None, PROJECT, agreement.settings)
        if as_of:
            drop = replace(drop, as_of=as_of, taken_at=drop.as_of)
        with open_engine(threads=1) as engine:
            load = read_exports(drop, PROJECT, agreement, engine)
            snapshots = Snapshots(private, keeps=keeps)
            load = snapshots.date(engine, drop, load, agreement)
            snapshots.keep()
            yield engine, load

    return read


STAGES = "select lead_id, to_stage, occurred_at from canonical.lifecycle_event"
DEALS = "select opportunity_id, stage, occurred_at from canonical.opportunity_stage_event where provenance = 'snapshot_diff'"
OWNERS = "select lead_id, owner_id, occurred_at from canonical.assignment"


def of(engine, sql):
    """Return (id, word, the drop by which it is dated): the last whole day before it, or its own instant."""
    drops = {start_of_day(local_date(taken, ZONE), ZONE): taken for taken in TAKEN}
    found = ((name, word, moment + MICROSECOND) for name, word, moment in engine.rows(sql))
    return {(name, word, drops.get(moment, moment)) for name, word, moment in found}


def test_the_changes_of_four_drops_are_the_true_ones_to_the_drop(dated, drops, company):
    for path in drops[:-1]:
        with dated(path):
            pass
    with dated(drops[-1]) as (engine, load):
        # A lead that is new begins where all begin, which is no change.
        wanted = {one for one in company.changes(company.leads) if one[1] != "lead"}
        assert of(engine, STAGES) == wanted
        assert len(wanted) >= 40
        assert of(engine, DEALS) == company.changes(company.deals)
        assert load.tables["lifecycle_event"].rows == len(wanted)
        assert load.tables["lifecycle_event"].present
        assert load.compared == {"lifecycle_event": TAKEN, "opportunity_stage_event": TAKEN}
        told = next(one for one in load.findings if one.tables == ("opportunity_stage_event",))
        assert (told.id, told.failing) == ("snapshot_history", len(company.changes(company.deals)))
        assert "4 drops since 2026-10-02" in told.text
        assert "14 days late" in told.text


def test_a_lead_that_was_given_on_has_both_owners_from_when_they_were_seen(dated, tmp_path):
    there = datetime(2026, 9, 25)
    later = (there, "rep1"), (datetime(2026, 10, 12), "rep2")
    lead = Life("L1", ((there, "mql"),))
    few = Company((lead, Life("L2", lead.steps)), (Life("L1", later), Life("L2", later[:1])), ())
    for moment in TAKEN:
        with dated(few.drop(tmp_path / "given", moment)) as (engine, load):
            last = of(engine, OWNERS)
    assert last == {("L1", "rep1", TAKEN[0]), ("L1", "rep2", TAKEN[2])}
    assert not load.tables["assignment"].present


def test_an_event_says_how_wide_the_gap_is_in_which_it_lies(dated, drops):
    for path in drops:
        with dated(path) as (engine, _):
            pass
    with dated(drops[-1]) as (engine, _):
        precise = dict(engine.rows("select provenance, max(precision) from canonical.lifecycle_event group by 1"))
        assert precise == {"snapshot_diff": "month"}


def test_the_first_drop_tells_of_no_change_and_says_that_the_next_one_will(dated, drops):
    with dated(drops[0]) as (engine, load):
        assert engine.rows(STAGES) == []
        assert not load.tables["lifecycle_event"].present
        assert {one.id for one in load.findings if one.id.startswith("snapshot")} == {"snapshot_begun"}


def test_the_same_drop_twice_shows_no_change(dated, drops):
    with dated(drops[0]):
        pass
    with dated(drops[0]) as (engine, _):
        assert of(engine, STAGES) == set()


def test_an_earlier_drop_built_again_never_sees_later_ones(dated, drops, private):
    for path in drops[:2]:
        with dated(path) as (engine, _):
            before = of(engine, STAGES)
    kept = {path.name: path.read_bytes() for path in private.rglob("*.parquet")}
    for path in drops[2:]:
        with dated(path):
            pass
    with dated(drops[1]) as (engine, _):
        assert of(engine, STAGES) == before
    # The same bytes again.
    assert {name: (private / "snapshots" / name).read_bytes() for name in kept} == kept


def test_a_later_drop_looked_at_as_of_an_earlier_day_shows_what_was_known_then(dated, drops, company, private):
    for path in drops[:3]:
        with dated(path):
            pass
    with dated(drops[3], as_of=TAKEN[2]) as (engine, _):
        wanted = {one for one in company.changes(company.leads, TAKEN[:3]) if one[1] != "lead"}
        assert of(engine, STAGES) == wanted
    assert len(list(private.rglob("*.parquet"))) == 3


def test_snapshots_that_were_deleted_leave_a_wider_gap(dated, drops, company, private):
    for path in drops[:3]:
        with dated(path):
            pass
    shutil.rmtree(private / "snapshots")
    with dated(drops[3]) as (engine, load):
        assert of(engine, STAGES) == set()
        assert "snapshot_begun" in {one.id for one in load.findings}


def _other(column, cell):
    """Return what writes a snapshot anew, with another cell throughout one of its columns."""

    def write(path):
        table = pq.read_table(path)
        cells = pa.array([cell] * table.num_rows)
        pq.write_table(table.set_column(table.column_names.index(column), column, cells), path)

    return write


@pytest.mark.parametrize(
    "spoil",
    [_other("amount", "many"), _other("amount", 7), _other("close_date", "2026-99-99"), _other("stage", ["won"])],
)
def test_a_snapshot_with_cells_of_another_kind_is_left_out(dated, drops, private, spoil):
    for path in drops[:2]:
        with dated(path):
            pass
    first = min(private.rglob("*.parquet"))
    spoil(first)
    with dated(drops[2]) as (_, load):
        told = [one for one in load.findings if one.id == "snapshot_spoilt"]
        assert [first.name in one.text for one in told] == [True]
        assert load.compared["opportunity_stage_event"] == TAKEN[1:3]


def test_a_snapshot_that_cannot_be_read_keeps_nobody_from_publishing(private):
    folder = private / "snapshots"
    folder.mkdir(parents=True)
    names = [f"2026-10-0{n}T180000000000Z.parquet" for n in (1, 2, 3)]
    (folder / names[0]).mkdir()
    (folder / names[1]).symlink_to("nowhere")
    (folder / names[2]).symlink_to(names[2])
    assert list(digests(snapshot_files(private, datetime(2026, 11, 1)))) == [[name, ""] for name in names]


def test_a_file_whose_name_is_no_day_of_a_drop_is_no_snapshot(tmp_path):
    (tmp_path / "snapshots").mkdir()
    for name in ("0001-01-01T000000000000Z", "notes", "2026-10-02T180000000000Z"):
        (tmp_path / "snapshots" / f"{name}.parquet").touch()
    found = snapshot_files(tmp_path, datetime(2026, 11, 1))
    assert [path.stem for path in found] == ["2026-10-02T180000000000Z"]


@pytest.mark.parametrize("spoil", [b"", b"PAR1 cut off", None])
def test_a_spoilt_snapshot_is_told_and_left_out(dated, drops, company, private, spoil):
    for path in drops[:3]:
        with dated(path):
            pass
    second = sorted(private.rglob("*.parquet"))[1]
    second.write_bytes(second.read_bytes()[:-20] if spoil is None else spoil)
    with dated(drops[3]) as (engine, load):
        left = (TAKEN[0], TAKEN[2], TAKEN[3])
        assert of(engine, DEALS) == company.changes(company.deals, left)
        told = [one for one in load.findings if one.id == "snapshot_spoilt"]
        assert second.name in told[0].text


def test_under_another_key_snapshots_say_nothing(dated, drops, private):
    with dated(drops[0]):
        pass
    (private / "key").write_text("0" * 64)
    with dated(drops[1]) as (engine, load):
        assert of(engine, STAGES) == set()
        assert {one.id for one in load.findings if one.id.startswith("snapshot")} == {
            "snapshot_begun",
            "snapshot_spoilt",
        }


def test_a_key_that_is_none_is_named(dated, drops, private):
    private.mkdir()
    (private / "key").write_text("short")
    with pytest.raises(PublishError, match="key: is no key"), dated(drops[0]):
        pass


def test_reading_alone_leaves_nothing_behind(dated, drops, private):
    with dated(drops[0], keeps=False):
        pass
    assert not private.exists()


def test_what_is_kept_names_nobody(dated, drops, private):
    with dated(drops[0]):
        pass
    kept = pd.read_parquet(next(private.rglob("*.parquet")))
    assert not set(kept["key"]) & {f"L{nth}" for nth in range(60)}
    assert not set(kept["owner"].dropna()) & {"rep1", "rep2"}
    assert {path.stat().st_mode & 0o077 for path in private.rglob("*.parquet")} == {0}
