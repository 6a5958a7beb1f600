"""Checks of the data: what reading the drop found, as rows, and what the facts say, as findings."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from generator.engine import Engine
from generator.sources.report import Finding, LoadReport, Outcome, Reason, Severity

#: What is counted of every table that was read, whether a row fails or not.
_OF_EVERY_TABLE = {
    Reason.MISSING_REQUIRED: (Severity.TAINTS, "rows without one of the fields that they need"),
    Reason.DUPLICATE_KEY: (Severity.NOTES, "rows that repeat the key of a row that was kept"),
    Reason.ORPHAN: (Severity.TAINTS, "rows whose parent is not in the drop"),
    Reason.FUTURE_DATED: (Severity.NOTES, "rows dated after the drop was taken"),
}
_COLUMNS = {
    "id": "varchar",
    "severity": "varchar",
    "name": "varchar",
    "text": "varchar",
    "failing": "bigint",
    "checked": "bigint",
}


def load_checks(engine: Engine, load: LoadReport) -> None:
    """Create the table `load_check`: what reading found, by check and table."""
    rows = [*_of_tables(load), *(_of_finding(finding, load) for finding in load.findings if finding.failing)]
    engine.load("load_check", pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object), _COLUMNS)


def _of_tables(load: LoadReport) -> list[tuple[str, str, str, str, int, int]]:
    failing: Counter[tuple[str, Reason]] = Counter()
    read: Counter[str] = Counter()
    for line in load.ledger:
        if line.outcome is Outcome.READ:
            read[line.table] += line.rows
        else:
            failing[line.table, line.reason] += line.rows
    return [
        (reason.value, severity.value, table, text, failing[table, reason], read[table])
        for table in sorted(read.keys() & load.tables)
        for reason, (severity, text) in _OF_EVERY_TABLE.items()
    ]


def _of_finding(finding: Finding, load: LoadReport) -> tuple[str, str, str, str, int, int]:
    """Return what a finding counted; where it does not say of how many, of all rows of its tables."""
    rows = sum(load.tables[table].rows for table in finding.tables if table in load.tables)
    table = finding.tables[0] if finding.tables else ""
    checked = max(finding.checked or rows, finding.failing)
    return finding.id, finding.severity.value, table, finding.text, finding.failing, checked


def run_checks(engine: Engine) -> tuple[Finding, ...]:
    """Return the checks of the facts that fail, worst and largest first."""
    sql = "select id, severity, name, text, failing, checked from data_check where failing > 0 and not is_of_load"
    found = [
        Finding(name, Severity(severity), text, int(failing), int(checked), (table,))
        for name, severity, table, text, failing, checked in engine.rows(sql)
    ]
    order = list(Severity)
    return tuple(
        sorted(found, key=lambda finding: (order.index(finding.severity), -finding.failing, finding.id, finding.tables))
    )
