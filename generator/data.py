"""The files below data/: results, load ledger, what the site was built from, and what changed."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from generator.history import changes_json, write_first
from generator.kpis import csv_header, csv_text, write_results
from generator.report import Report
from generator.sources.report import LoadReport


def write_data(report: Report, folder: Path, *, results: bool = True) -> None:
    """Write results, ledger, build record and the agreement as it was into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    if results:
        (folder / "kpis.csv").write_bytes("".join((csv_header(), *report.lines)).encode("utf-8"))
        (folder / "flags.csv").write_text(csv_text(report.results.flags), encoding="utf-8")
        for name in ("kpis.json", "kpis.parquet"):
            write_results(report.results, folder / name)
    (folder / "load.csv").write_text(_ledger_csv(report.load), encoding="utf-8")
    (folder / "build.json").write_text(_json(_build_record(report)), encoding="utf-8")
    (folder / "agreement.json").write_text(_json(report.agreed), encoding="utf-8")
    if report.changes:
        (folder / "changes.json").write_text(changes_json(report.changes), encoding="utf-8")
    if report.first is not None:
        write_first(report.first, folder)


def _ledger_csv(load: LoadReport) -> str:
    lines = [(line.file, line.table, line.outcome.value, line.reason.value, line.rows) for line in load.ledger]
    return csv_text(pd.DataFrame(lines, columns=["file", "table", "outcome", "reason", "rows"]))


def _build_record(report: Report) -> dict[str, object]:
    return {
        "drop": report.drop.id,
        "as_of": f"{report.drop.as_of.isoformat()}Z",
        "generator": report.version,
        "agreement": report.agreement.digest,
        "exports": {file.path: {"sha256": file.sha256, "rows": file.rows} for file in report.load.files},
        "tables": {name: table.rows for name, table in sorted(report.load.tables.items())},
        "definitions": {f"{one.id}": one.version for one in report.agreement.lifecycle.definitions},
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
