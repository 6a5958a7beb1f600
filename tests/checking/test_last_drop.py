"""What a drop is held against, and what got lost since."""

import json
from datetime import datetime
from pathlib import Path

from generator.canonical import TABLES
from generator.checking.last_drop import last_drop
from generator.history import losses
from generator.sources.report import Drop, LoadReport, TableLoad

DROP = Drop(Path("exports/2026-11-20"), "2026-11-20", datetime(2026, 11, 21))


def built(folder, drop, **tables):
    (folder / "data").mkdir(parents=True)
    record = {"drop": drop, "as_of": f"{drop}T23:00:00Z", "tables": tables}
    (folder / "data" / "build.json").write_text(json.dumps(record))
    return folder


def load(**rows):
    tables = {name: TableLoad(name, name in rows, rows.get(name, 0), frozenset()) for name in TABLES}
    return LoadReport((), tables, (), (), ())


def test_the_newest_build_of_an_older_drop_counts_wherever_it_stands(tmp_path):
    built(tmp_path / "site", "2026-11-06", lead=1)
    built(tmp_path / "public" / "2026-10-30", "2026-10-30", lead=2)
    newest = built(tmp_path / "public" / "2026-11-13", "2026-11-13", lead=3)
    built(tmp_path / "public" / "latest", "2026-11-13", lead=3)
    found = last_drop((tmp_path / "site", tmp_path / "public"), DROP)
    assert (found.id, found.place, found.rows) == ("2026-11-13", newest, {"lead": 3})


def test_a_build_of_the_same_drop_or_of_a_later_one_is_nothing_to_compare_with(tmp_path):
    built(tmp_path / "public" / "2026-11-27", "2026-11-27", lead=1)
    same = built(tmp_path / "site", "2026-11-20", lead=1) / "data" / "build.json"
    same.write_text(same.read_text().replace("T23:00:00Z", "T00:00:00Z").replace("20T", "21T"))
    assert last_drop((tmp_path / "site", tmp_path / "public"), DROP) is None


def test_a_record_that_cannot_be_read_is_passed_over(tmp_path):
    for place, text in enumerate(("", "[]", '{"drop": "x", "as_of": "soon", "tables": {}}', '{"drop": 1}')):
        (tmp_path / str(place) / "data").mkdir(parents=True)
        (tmp_path / str(place) / "data" / "build.json").write_text(text)
    assert last_drop((tmp_path, tmp_path / "nowhere"), DROP) is None


def test_a_table_that_vanished_or_lost_more_than_a_tenth_is_named_and_growth_is_not():
    found = list(
        losses(load(lead=899, touch=900, spend=1500), {"lead": 1000, "touch": 1000, "spend": 1000, "revenue": 12})
    )
    assert [(one.id, one.tables, one.failing, one.checked) for one in found] == [
        ("shrunk_table", ("lead",), 101, 1000),
        ("vanished_table", ("revenue",), 12, 12),
    ]


def test_without_an_earlier_build_nothing_is_lost():
    assert list(losses(load(lead=1), {})) == []
