"""No name, address or free text of a person passes the reading, whatever the system: not into tables, not into messages."""

from __future__ import annotations

import pytest

from generator.canonical import TABLES
from generator.project import PACKAGED, Project
from generator.sources.profiles import load_profiles
from tests.sources.canaries import CANARY, DROPS, marked_files


def test_every_profile_has_its_canary():
    assert set(DROPS) == {profile.system for profile in load_profiles(Project(PACKAGED))}


@pytest.mark.parametrize(("system", "kind"), [(system, kind) for system, kinds in DROPS.items() for kind in kinds])
def test_personal_cells_stay_in_the_room_that_reads(read, system, kind):
    drop = read(marked_files(system, kind))
    assert {file.profile for file in drop.report.files} == {system}
    assert any(load.rows for load in drop.report.tables.values())
    for name, table in TABLES.items():
        # Names of owners pass to the engine; settings decide whether a page shows them.
        columns = [column.name for column in table.columns if column.name != "display_name"]
        text = " || '|' || ".join(f"coalesce(cast({column} as varchar), '')" for column in columns)
        found = drop.rows(f"select count(*) from canonical.{name} where contains(lower({text}), '{CANARY}')")
        assert found == [(0,)], name
    assert CANARY not in repr(drop.report).lower()
    leftovers = drop.rows("select count(*) from information_schema.tables where table_schema = 'raw'")
    assert leftovers == [(0,)]
