"""What the facts say about the quality of the data: one finding per check of check.sql that fails."""

from __future__ import annotations

from pathlib import Path

from generator.engine import Engine
from generator.sources.report import Finding, Severity

#: The query of all checks.
CHECKS = (Path(__file__).parent / "check.sql").read_text(encoding="utf-8")


def run_checks(engine: Engine) -> tuple[Finding, ...]:
    """Return the failing checks, worst and largest first."""
    found = [
        Finding(name, Severity(severity), text, int(failing), int(checked), (table,))
        for name, severity, table, text, failing, checked in engine.rows(CHECKS)
        if failing
    ]
    order = list(Severity)
    return tuple(sorted(found, key=lambda finding: (order.index(finding.severity), -finding.failing, finding.id)))
