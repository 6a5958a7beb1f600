"""Which runs are measured again, and what is said where something stands in the way."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest

from generator.agreement import load_agreement
from generator.errors import KpiError
from generator.history import Today, explain_changes, read_earlier, record_of
from generator.kpis import load_kpis
from generator.measures.results import CELL_COLUMNS
from generator.project import PACKAGED, Project

OLD, NEW = datetime(2026, 6, 1), datetime(2026, 6, 8)


def cells(value, period="2026-04"):
    """One closed cell of the MQLs."""
    row = dict.fromkeys(CELL_COLUMNS) | {
        "metric_id": "mql_count", "period": period, "scope": "all", "value": value, "n": 40, "status": "ok", "cut": "",
    }  # fmt: skip
    return pd.DataFrame([row]).astype({"n": "Int64"})


@pytest.fixture(scope="module")
def today():
    """A version of 8 June, counted by the packaged agreement."""
    project = Project(PACKAGED)
    agreement = load_agreement(project)
    kpis = load_kpis(project, agreement)
    periods = pd.DataFrame({"period": ["2026-04"], "starts_on": ["2026-04-01"], "ends_on": ["2026-05-01"]})
    record = json.loads(json.dumps(record_of(project, agreement, kpis)))
    return Today("2026-06-07", NEW, "1", {"lead.csv": "b"}, record, agreement, kpis, cells(9.0), periods)


@pytest.fixture
def version(today, tmp_path):
    """Return a function that writes an earlier version and reads it; it differs from today by what it is given."""

    def write(value=10.0, as_of=OLD, exports="a", record=None, generator="1"):
        folder = tmp_path / "2026-05-31" / "data"
        folder.mkdir(parents=True)
        cells(value).to_parquet(folder / "kpis.parquet", index=False)
        build = {
            "drop": "2026-05-31", "as_of": f"{as_of.isoformat()}Z", "generator": generator,
            "exports": {"lead.csv": {"sha256": exports, "rows": 3}},
        }  # fmt: skip
        (folder / "build.json").write_text(json.dumps(build))
        (folder / "agreement.json").write_text(json.dumps(record or today.record))
        return read_earlier(folder)

    return write


@pytest.fixture
def measured():
    """A measuring that gives 12 and 11, and keeps what it was asked."""
    asked = []

    def measure(old, as_of):
        asked.append((old is not None, as_of))
        return cells({OLD: 12.0, NEW: 11.0}[as_of])

    measure.asked = asked
    return measure


def stricter(record):
    files = dict(record["agreement"])
    name = next(name for name in files if name.endswith("settings.yml"))
    return {**record, "agreement": {**files, name: files[name] + "\nquery_seconds: 99\n"}}


def parts(changes):
    (split,) = changes.splits
    return [int(split.part(name)) for name in ("restated", "new_activity", "definition")]


def test_other_data_and_rules_are_measured_twice(today, version, measured):
    changes = explain_changes(today, version(record=stricter(today.record)), measured)
    assert measured.asked == [(True, NEW), (True, OLD)]
    assert parts(changes) == [2, -1, -2]
    assert [one.text for one in changes.differences] == ["The setting query_seconds is 120; it was 99."]


def test_other_data_alone_are_measured_once(today, version, measured):
    assert parts(explain_changes(today, version(), measured)) == [2, -3, 0]
    assert measured.asked == [(False, OLD)]


def test_the_same_data_a_week_later_are_not_measured_again(today, version, measured):
    assert parts(explain_changes(today, version(exports="b"), measured)) == [0, -1, 0]
    assert measured.asked == []


def test_other_rules_alone_are_not_measured_again(today, version, measured):
    earlier = version(exports="b", as_of=NEW, record=stricter(today.record))
    assert parts(explain_changes(today, earlier, measured)) == [0, 0, -1]
    assert measured.asked == []


def test_the_same_data_are_measured_again_where_another_onefunnel_counted_them(today, version, measured):
    changes = explain_changes(today, version(exports="b", generator="0.9"), measured)
    assert measured.asked == [(False, OLD)]
    assert "onefunnel 0.9" in changes.remarks[0]


def test_an_agreement_that_is_not_whole_is_told_and_its_files_named(today, version, measured):
    record = {**today.record, "kpis": {"content/kpis/mql_count.md": "---\nid: mql_count\n---\nNothing.\n"}}
    changes = explain_changes(today, version(record=record), measured)
    assert parts(changes) == [2, -3, 0]
    assert "cannot be measured by any more" in changes.remarks[0]
    assert any(one.text == "content/kpis/mql_count.md differs." for one in changes.differences)


def test_a_measuring_that_fails_leaves_the_whole_among_restated_history(today, version):
    def fails(old, as_of):
        raise KpiError("The KPI files do not fit the facts.")

    changes = explain_changes(today, version(record=stricter(today.record)), fails)
    assert parts(changes) == [-1, 0, 0]
    assert "do not fit the facts" in changes.remarks[0]


def test_a_small_change_of_a_closed_count_is_told(today, version, measured):
    changes = explain_changes(replace(today, cells=cells(11.0)), version(), measured)
    assert changes.told == (("mql_count", "2026-04", "all"),)
    assert not changes.rows_kept
