"""Measures how CSV becomes canonical tables, against the database reading the same text with types that it is given."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from bench.large_drop import AS_OF, make_drop
from bench.timing import Run, print_table, run
from generator.canonical import TABLES

#: What `memory_limit` is set to: what does not fit waits on disk, and the whole process stays below 1 GB.
_MEMORY = "680MB"


def main(leads: int = 1_000_000, folder: Path | None = None, memory: str = _MEMORY) -> None:
    """Print what the parts of reading took; `folder` keeps the drop."""
    with tempfile.TemporaryDirectory() as scratch:
        drop = folder or Path(scratch) / "drop"
        if not drop.exists():
            drop.mkdir(parents=True)
            make_drop(drop, leads, "csv")
        given = run("-c", f"import duckdb; c = duckdb.connect(); {_reading(drop)}")
        out = Path(scratch) / "parts.json"
        read = run("-m", "bench.reading_parts", str(drop), AS_OF, memory, str(out))
        _report(leads, drop, given, read, json.loads(out.read_text(encoding="utf-8")))


def _report(leads: int, drop: Path, given: Run, read: Run, took: dict[str, tuple[float, float]]) -> None:
    size = sum(file.stat().st_size for file in drop.iterdir()) / 1e6
    print(f"CSV: {leads:,} leads, {leads * 10:,} touches, {leads * 2:,} activities, {size:,.0f} MB")
    rows = [
        _row("the database, given the types", (given.seconds, given.cpu_seconds), given),
        *(_row(f"  {part}", seconds, given) for part, seconds in took.items() if part != "in all"),
        _row("canonical tables, checks included", took["in all"], given),
    ]
    peaks = {0: f"{given.peak_mb:,.0f}", len(rows) - 1: f"{read.peak_mb:,.0f}"}
    header = ("", "seconds", "x database", "CPU s", "x database", "peak MB")
    print_table(header, ((*row, peaks.get(at, "")) for at, row in enumerate(rows)))


def _row(name: str, took: tuple[float, float], given: Run) -> tuple[str, ...]:
    clock, processors = took
    ratios = f"{clock / given.seconds:.2f}", f"{processors / given.cpu_seconds:.2f}"
    return name, f"{clock:.1f}", ratios[0], f"{processors:.1f}", ratios[1]


def _reading(drop: Path) -> str:
    return "; ".join(f'c.execute("{_typed(file)}")' for file in sorted(drop.glob("*.csv")))


def _typed(file: Path) -> str:
    """Return SQL that reads a canonical file as its types say, and looks for nothing itself."""
    names = file.open(encoding="utf-8").readline().strip().split(",")
    types = ", ".join(f"'{name}': '{TABLES[file.stem].column(name).type.value}'" for name in names)
    return f"create table {file.stem} as from read_csv('{file}', header = true, delim = ',', columns = {{{types}}})"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the drop is kept for the next run")
    parser.add_argument("--memory", default=_MEMORY, help="the setting memory_limit")
    arguments = parser.parse_args()
    main(arguments.leads, arguments.folder, arguments.memory)
