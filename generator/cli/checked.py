"""The outcome of a check in the order in which an analyst acts on it, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from generator.errors import AgreementError, ExportError, KpiError, ReportError

if TYPE_CHECKING:
    from generator.checking import Checked
    from generator.sources.report import LoadReport

_KINDS = {AgreementError: "agreement", ExportError: "exports", KpiError: "kpi"}


def text_of(checked: Checked) -> str:
    """Return what was read and what it lacks, section by section; the last line is the verdict."""
    load, lines = checked.load, []
    if load:
        from generator.sources.telling import quarantine_lines

        for title, section in (
            (_headline(checked), _tables(checked)),
            ("Files", _files(load)),
            ("Rows set aside", quarantine_lines(load)),
            ("Money without a rate", _rates(checked)),
            ("Findings", _findings(load)),
        ):
            if told := list(section):
                lines += [title, *(f"  {line}" for line in told), ""]
    return "\n".join([*lines, verdict(checked)])


def verdict(checked: Checked) -> str:
    """Return whether the drop will build, in a line."""
    if checked.mistakes:
        return f"This drop will not build: {_several(checked.mistakes, 'mistake')}."
    if not checked.load:
        return "There is no drop to build."
    from generator.sources.report import Severity

    weighed = {
        "blocks": checked.weighing(Severity.BLOCKS),
        "taints": checked.weighing(Severity.TAINTS),
        "notes": checked.weighing(Severity.NOTES),
    }
    words = {"blocks": "finding that blocks figures", "taints": "that taints figures", "notes": "note"}
    several = {"blocks": "findings that block figures", "taints": "that taint figures", "notes": "notes"}
    told = [f"{count} {words[one] if count == 1 else several[one]}" for one, count in weighed.items() if count]
    unread = len(checked.load.unclaimed)
    without = f", without {_several(unread, 'file')} that no profile claims" if unread else ""
    return f"This drop will build{without}: {', '.join(told) or 'nothing to say'}."


def _several(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _headline(checked: Checked) -> str:
    drop, last = checked.drop, checked.last
    taken = f"Drop {drop.id}, taken {drop.as_of:%Y-%m-%d %H:%M} UTC" if drop else ""
    return (
        f"{taken}, beside the drop {last.id} ({last.place})" if last else f"{taken}; no earlier build to compare with"
    )


def _tables(checked: Checked) -> Iterator[str]:
    rows = _table_records(checked)
    compared = checked.last is not None
    yield f"{'table':24} {'rows':>10}{' before'.rjust(11) if compared else ''}  first day   last day"
    for row in rows:
        before = f" {row['before'] if row['before'] is not None else '-':>10}" if compared else ""
        days = f"{row['first'] or '':10}  {row['last'] or '':10}"
        yield f"{row['table']:24} {row['rows']:>10}{before}  {days}  {_remark(row)}".rstrip()


def _remark(row: dict[str, Any]) -> str:
    if not row["stopped"]:
        return ""
    return f"silent for {row['silent_hours']:.0f} open hours, usually at most {row['usual_hours']:.0f}: stopped?"


def _table_records(checked: Checked) -> list[dict[str, Any]]:
    """Return the tables that this drop fills, and those that the last one did."""
    assert checked.load is not None
    before = checked.last.rows if checked.last else {}
    spans = {span.table: span for span in checked.survey.spans}
    feeds = {feed.table: feed for feed in checked.survey.feeds}
    found = []
    for name, table in checked.load.tables.items():
        span, feed = spans.get(name), feeds.get(name)
        if table.present or before.get(name):
            found.append(
                {
                    "table": name,
                    "rows": table.rows,
                    "before": before.get(name) if checked.last else None,
                    "first": span.first.isoformat() if span else None,
                    "last": span.last.isoformat() if span else None,
                    "stopped": bool(feed and feed.is_stopped),
                    "silent_hours": round(feed.silent_h, 1) if feed else None,
                    "usual_hours": round(feed.usual_h, 1) if feed and feed.usual_h is not None else None,
                }
            )
    return found


def _files(load: LoadReport) -> Iterator[str]:
    yield f"{'file':44} {'table':24} {'read':>8} {'kept':>8} {'left out':>8} {'unusable':>8}"
    rows: dict[tuple[str, str], dict[str, int]] = {}
    for line in load.ledger:
        counts = rows.setdefault((line.file, line.table), {})
        counts[line.outcome.value] = counts.get(line.outcome.value, 0) + line.rows
    for (file, table), counts in sorted(rows.items()):
        numbers = " ".join(f"{counts.get(name, 0):>8}" for name in ("read", "kept", "excluded", "quarantined"))
        yield f"{file:44} {table:24} {numbers}"


def _rates(checked: Checked) -> Iterator[str]:
    for gap in checked.survey.rate_gaps:
        days = f"on {gap.first}" if gap.first == gap.last else f"between {gap.first} and {gap.last}"
        yield f"{gap.currency}: {_several(gap.rows, 'row')} of {gap.table}, {_money(gap.amount)} {gap.currency}, {days}"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}".removesuffix(".00")


def _findings(load: LoadReport) -> Iterator[str]:
    for finding in load.findings:
        count = f" ({finding.failing} of {finding.checked})" if finding.checked else ""
        yield f"{finding.severity.value}: {finding.text}{count}"
        yield from (f"    {line}" for line in finding.snippet.splitlines())


def record_of(checked: Checked) -> dict[str, Any]:
    """Return all of it for machines."""
    load, last = checked.load, checked.last
    return {
        "verdict": verdict(checked),
        "builds": bool(load) and not checked.mistakes,
        "problems": _problems(checked.problems),
        "drop": checked.drop.id if checked.drop else None,
        "against": {"drop": last.id, "place": str(last.place)} if last else None,
        "tables": _table_records(checked) if load else [],
        "rates": [{**gap._asdict(), "amount": str(gap.amount)} for gap in checked.survey.rate_gaps],
        "unclaimed": list(load.unclaimed) if load else [],
        "quarantine": _records(checked.set_aside, "file", "line", "table", "reason", "column"),
        "ledger": _records(load.ledger if load else (), "file", "table", "outcome", "reason", "rows"),
        "findings": _records(
            load.findings if load else (), "id", "severity", "text", "failing", "checked", "tables", "snippet"
        ),
    }


def _problems(problems: Sequence[ReportError]) -> list[dict[str, Any]]:
    return [
        {
            "kind": next((name for kind, name in _KINDS.items() if isinstance(problem, kind)), "other"),
            "exit_code": problem.exit_code,
            "summary": problem.summary,
            "mistakes": _records(problem.mistakes, "where", "what", "next"),
        }
        for problem in problems
    ]


def _records(items: Iterable[object], *names: str) -> list[dict[str, Any]]:
    return [{name: getattr(item, name) for name in names} for item in items]
