"""What is done to a file takes the memory of a part of it, however large it is."""

from __future__ import annotations

import gzip
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from generator.sources.containers import Unpacking
from generator.sources.contents import fault_of
from generator.sources.delimited import clean_copy
from generator.sources.layouts import Expected, layout_of

_MB = 1 << 20
_LINE = "L{:07},2026-01-01T00:00:00Z,webinar,EU\n"


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Path:
    """A table of 20 MB."""
    path = tmp_path_factory.mktemp("large") / "lead.csv"
    with path.open("w") as out:
        out.write("lead_id,created_at,channel,region\n")
        for first in range(0, 500_000, 10_000):
            out.write("".join(_LINE.format(n) for n in range(first, first + 10_000)))
    assert path.stat().st_size > 19 * _MB
    return path


def _peak(task: Callable[[], object]) -> float:
    """Return the most MB that Python and NumPy held at one time during `task`."""
    tracemalloc.start()
    try:
        task()
        return tracemalloc.get_traced_memory()[1] / _MB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("ending", ["gz", "zst", "zip"])
def test_archives_are_unpacked_part_by_part(large, tmp_path, ending):
    packed = tmp_path / f"lead.csv.{ending}"
    if ending == "zip":
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(large, "lead.csv")
    else:
        content = large.read_bytes()
        packed.write_bytes(gzip.compress(content, 1) if ending == "gz" else zstandard.compress(content, 1))
    found = []
    unpacking = Unpacking(tmp_path, tmp_path, 100 * _MB)
    assert _peak(lambda: found.extend(unpacking.members(packed))) < 8
    assert [member.size for member in found] == [large.stat().st_size]


def test_how_a_file_is_written_is_told_part_by_part(large):
    assert _peak(lambda: fault_of("lead.csv", large, ("utf-8",))) < 8
    assert _peak(lambda: layout_of(large, Expected(("utf-8",)))) < 16


def test_records_are_copied_one_by_one(large, tmp_path):
    short = tmp_path / "short.csv"
    with large.open() as lines:
        short.write_text("".join(line for _, line in zip(range(10_000), lines, strict=False)) + "L1,ragged\n")
    layout = layout_of(short, Expected(("utf-8",)))
    assert _peak(lambda: clean_copy(short, layout, tmp_path / "copy.csv")) < short.stat().st_size / _MB / 2
