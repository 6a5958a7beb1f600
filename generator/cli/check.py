"""Mistakes, and what was read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from generator.cli.group import main
from generator.cli.session import Session, drop_options, print_json, request_of
from generator.errors import AgreementError, ExportError, KpiError, ReportError, printable
from generator.project import Project

if TYPE_CHECKING:
    from generator.sources.report import LoadReport


@main.command()
@drop_options
@click.option("--json", "as_json", is_flag=True, help="Print mistakes and load report as JSON.")
@click.pass_obj
def check(session: Session, /, as_json: bool, **options: Any) -> None:
    """Find every mistake in agreement, KPI files, profiles and exports; then report what was read."""
    from generator.build import check

    problems, load = check(session.project, request_of(options), session.progress)
    unclaimed = load.unclaimed if load else ()
    if as_json:
        print_json(_check_record(problems, load))
    else:
        for problem in problems:
            click.echo(f"Error: {problem.message}", err=True)
        if load:
            click.echo(_load_text(load))
        for line in _unclaimed_lines(session.project, unclaimed):
            click.echo(f"Error: {line}", err=True)
    if problems:
        sys.exit(problems[0].exit_code)
    if unclaimed:
        sys.exit(ExportError.exit_code)


def _unclaimed_lines(project: Project, files: Sequence[str]) -> list[str]:
    """Return what is said of the files that no profile claims."""
    from generator.sources import load_profiles
    from generator.sources.telling import unclaimed_line

    return [printable(unclaimed_line(file, load_profiles(project))) for file in files]


def _load_text(load: LoadReport) -> str:
    from generator.sources.telling import quarantine_lines

    lines = [f"{'file':44} {'table':24} {'read':>8} {'kept':>8} {'left out':>8} {'unusable':>8}"]
    rows: dict[tuple[str, str], dict[str, int]] = {}
    for line in load.ledger:
        counts = rows.setdefault((line.file, line.table), {})
        counts[line.outcome.value] = counts.get(line.outcome.value, 0) + line.rows
    for (file, table), counts in sorted(rows.items()):
        numbers = " ".join(f"{counts.get(name, 0):>8}" for name in ("read", "kept", "excluded", "quarantined"))
        lines.append(f"{file:44} {table:24} {numbers}")
    for finding in load.findings:
        count = f" ({finding.failing} of {finding.checked})" if finding.checked else ""
        lines.append(f"{finding.severity.value}: {finding.text}{count}")
        if finding.snippet:
            lines.extend(f"    {line}" for line in finding.snippet.splitlines())
    lines.extend(quarantine_lines(load))
    return printable("\n".join(lines))


def _check_record(problems: list[ReportError], load: LoadReport | None) -> dict[str, Any]:
    kinds = {AgreementError: "agreement", ExportError: "exports", KpiError: "kpi"}
    return {
        "problems": [
            {
                "kind": kinds.get(type(problem), "other"),
                "exit_code": problem.exit_code,
                "summary": problem.summary,
                "mistakes": [{"where": m.where, "what": m.what, "next": m.next} for m in problem.mistakes],
            }
            for problem in problems
        ],
        "unclaimed": list(load.unclaimed) if load else [],
        "quarantine": [
            {"file": x.file, "line": x.line, "table": x.table, "reason": x.reason, "column": x.column}
            for x in (load.quarantine if load else ())
        ],
        "ledger": [
            {"file": x.file, "table": x.table, "outcome": x.outcome, "reason": x.reason, "rows": x.rows}
            for x in (load.ledger if load else ())
        ],
        "findings": [
            {"id": x.id, "severity": x.severity, "text": x.text, "failing": x.failing, "checked": x.checked}
            for x in (load.findings if load else ())
        ],
    }
