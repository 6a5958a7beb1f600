"""A version that somebody edited, or that was copied in part."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from generator.errors import PublishError
from generator.history.earlier import read_earlier
from generator.measures.results import CELL_COLUMNS

BUILD = {"drop": "1", "as_of": "2026-11-20T18:00:00Z", "generator": "0.1.0", "exports": {"a.csv": {"sha256": "0"}}}


@pytest.fixture
def version(tmp_path):
    (tmp_path / "build.json").write_text(json.dumps(BUILD))
    (tmp_path / "agreement.json").write_text("{}")
    pd.DataFrame(columns=CELL_COLUMNS).to_parquet(tmp_path / "kpis.parquet")
    return tmp_path


def test_a_whole_version_is_read(version):
    assert read_earlier(version).drop == "1"


@pytest.mark.parametrize("wrong", [{"as_of": 3}, {"as_of": "soon"}, {"exports": []}, {"exports": {"a.csv": {}}}])
def test_a_record_that_says_nothing_of_its_build_is_named(version, wrong):
    (version / "build.json").write_text(json.dumps(BUILD | wrong))
    with pytest.raises(PublishError, match=r"build\.json: does not say what it was built from"):
        read_earlier(version)


@pytest.mark.parametrize("spoil", [b"", b"x", b"PAR1 cut off PAR1"])
def test_results_that_are_cut_off_are_named(version, spoil):
    (version / "kpis.parquet").write_bytes(spoil)
    with pytest.raises(PublishError, match=r"kpis\.parquet: cannot be read"):
        read_earlier(version)


def test_results_without_a_column_are_named(version):
    pd.DataFrame(columns=CELL_COLUMNS).drop(columns="value").to_parquet(version / "kpis.parquet")
    with pytest.raises(PublishError, match=r"kpis\.parquet: has no column value"):
        read_earlier(version)
