"""Measures the demo of 5,000 leads: every KPI, all grains and splits, once everything is imported."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from bench.timing import Run, print_table, run
from generator.demo import make_demo


def main(leads: int = 5_000, exports: Path | None = None) -> None:
    """Print what reading, facts and measuring took, against merely importing what they need; `exports` is kept."""
    with tempfile.TemporaryDirectory() as scratch:
        drop = exports or Path(scratch) / "drop"
        if not drop.exists():
            make_demo(drop, leads=leads)
        imported = run("-c", "import bench.stages")
        out = Path(scratch) / "stages.json"
        measured = run("-m", "bench.stages", str(drop), "", str(out))
        stages = json.loads(out.read_text(encoding="utf-8"))["stages"]
    _report(leads, imported, measured, stages)


def _report(leads: int, imported: Run, measured: Run, stages: dict[str, tuple[float, float]]) -> None:
    print(f"measure: the demo of {leads:,} leads, all KPIs")
    rows = [
        ("imports", imported.seconds, imported.cpu_seconds),
        *((name, *took) for name, took in stages.items()),
        ("in all", measured.seconds, measured.cpu_seconds),
    ]
    print_table(("", "seconds", "CPU s"), ((name, f"{clock:.1f}", f"{cpu:.1f}") for name, clock, cpu in rows))
    print(f"peak {measured.peak_mb:,.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=5_000)
    parser.add_argument("--exports", type=Path, help="where the demo is kept for the next run")
    arguments = parser.parse_args()
    main(arguments.leads, arguments.exports)
