"""A made-up drop for the pages: results that no query computed, in the shape of the contract."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from generator.agreement import Agreement, load_agreement
from generator.canonical import TABLES
from generator.kpis.kpi import Figure, Kind, Kpi
from generator.measures.intervals import wilson
from generator.measures.results import CELL_COLUMNS, COMPARISON_COLUMNS, CURVE_COLUMNS, Results
from generator.project import PACKAGED, Project
from generator.report import Report
from generator.sources.report import (
    Drop,
    Finding,
    LedgerLine,
    LoadReport,
    Outcome,
    Reason,
    Severity,
    SourceFile,
    TableLoad,
)

AS_OF = datetime(2026, 11, 21)
MEMBERS = {
    "channel": ["webinar", "paid_search", "referral", "event", None],
    "region": ["EMEA", "Americas"],
    "tier": ["A", "B", "C"],
    "team": ["sales", "marketing"],
    "commitment": ["c.sm.first_response", "c.ms.delivery"],
}


def kpi(name: str, kind: Kind = Kind.COUNT, **given: object) -> Kpi:
    """Return a KPI with sensible facts for its kind."""
    share = kind in (Kind.RATE, Kind.COHORT)
    unit = str(given.pop("unit", "ratio" if share else "count"))
    by = tuple(given.pop("by", ("channel",)))  # type: ignore[call-overload]
    grains = tuple(given.pop("grains", ("week", "month", "quarter", "year", "all")))  # type: ignore[call-overload]
    title = str(given.pop("title", name.replace("_", " ").capitalize()))
    sentence = str(given.pop("sentence", f"What {title.lower()} means in a sentence."))
    head = Figure("", title, kind, "" if kind is Kind.FORMULA else "select 1 as unit", "", unit, by, grains)
    facts = {
        "section": "top", "better": "higher", "basis": "cohort" if kind is Kind.COHORT else "event",
        "target": "level" if share else "flow", "compare": ("mom", "yoy"), "pages": ("monthly",),
        "roles": {"sales": "work every lead", "marketing": "let through what fits"}, "needs": ("lead",),
        "settings": ("min_n_rate",), "neighbours": (), "band": None, "sources": (),
    }  # fmt: skip
    return Kpi(
        id=name, title=title, unit=unit, by=by, sentence=sentence, figures=(head,), path=f"content/kpis/{name}.md",
        prose=f"{sentence}\n\nThe rule in *full*.", **{**facts, **given},
    )  # fmt: skip


def periods(first: date = date(2024, 11, 1), as_of: datetime = AS_OF) -> pd.DataFrame:
    """Return the own periods that touch [first, as_of]."""
    last = as_of.date() - timedelta(days=1)
    rows = [*_spans("week", first, last), *_spans("month", first, last), *_spans("quarter", first, last)]
    rows += _spans("year", first, last)
    frame = [_period(label, grain, start, end, last) for label, grain, start, end in rows]
    frame.append(("all", "all", first, last + timedelta(days=1), last + timedelta(days=1), False, 500, 500))
    names = ["period", "grain", "starts_on", "ends_on", "cut_on", "is_part", "days_done", "days_total"]
    return pd.DataFrame(frame, columns=names)


def _period(label: str, grain: str, start: date, end: date, last: date) -> tuple[object, ...]:
    is_part = end > last + timedelta(days=1)
    cut = last + timedelta(days=1) if is_part else end
    return (label, grain, start, end, cut, is_part, _weekdays(start, cut), _weekdays(start, end))


def _weekdays(start: date, end: date) -> int:
    return sum((start + timedelta(days=day)).weekday() < 5 for day in range((end - start).days))


def _spans(grain: str, first: date, last: date) -> Iterator[tuple[str, str, date, date]]:
    start = {
        "week": first - timedelta(days=first.weekday()),
        "month": first.replace(day=1),
        "quarter": date(first.year, (first.month - 1) // 3 * 3 + 1, 1),
        "year": date(first.year, 1, 1),
    }[grain]
    while start <= last:
        if grain == "week":
            end, label = start + timedelta(days=7), f"{start.isocalendar().year}-W{start.isocalendar().week:02}"
        else:
            months = {"month": 1, "quarter": 3, "year": 12}[grain]
            count = start.year * 12 + start.month - 1 + months
            end = date(count // 12, count % 12 + 1, 1)
            label = {
                "month": f"{start:%Y-%m}",
                "quarter": f"{start.year}Q{(start.month - 1) // 3 + 1}",
                "year": f"{start.year}",
            }[grain]
        yield label, grain, start, end
        start = end


def cells(
    kpis: Iterable[Kpi], frame: pd.DataFrame, members: Mapping[str, Sequence[str | None]] = MEMBERS
) -> pd.DataFrame:
    """Return cells for every KPI, period and member: numbers that wander, the same on every run."""
    rows: list[dict[str, object]] = []
    for place, one in enumerate(kpis):
        rows += _cells_of(one, place, frame, members)
    return shaped(rows)


def shaped(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return rows as the contract of the cells wants them."""
    frame = pd.DataFrame(rows, columns=list(CELL_COLUMNS))
    floats = ["value", "numerator", "denominator", "low", "high", "target", "attainment"]
    frame[floats] = frame[floats].astype("float64")
    frame["n"] = frame["n"].fillna(0).astype("Int64")
    for name in ("status", "target_status", "cut"):
        frame[name] = frame[name].astype(object).fillna("").astype(str)
    return frame.sort_values(["metric_id", "period", "scope"], ignore_index=True)


def _cells_of(
    one: Kpi, place: int, frame: pd.DataFrame, members: Mapping[str, Sequence[str | None]]
) -> Iterator[dict[str, object]]:
    head = one.headline
    scopes = [("all", 1.0)]
    for dimension in head.by:
        for rank, member in enumerate(members.get(dimension, ())):
            scopes.append(
                (f"{dimension}={quote(member if member is not None else 'Unknown', safe=' ._-')}", 1 / (rank + 2))
            )
    for number, row in enumerate(frame.itertuples(index=False)):
        if row.grain not in head.grains:
            continue
        for scope, part in scopes:
            yield _cell(one, row, scope, part, wave=math.sin(number * 0.7 + place + len(scope)))


def _cell(one: Kpi, row: object, scope: str, part: float, wave: float) -> dict[str, object]:
    days = {"week": 5, "month": 21, "quarter": 63, "year": 250, "all": 500}[row.grain]  # type: ignore[attr-defined]
    done = row.days_done / row.days_total if row.is_part else 1  # type: ignore[attr-defined]
    n = max(1, round(days * part * done * (4 + wave)))
    cell: dict[str, object] = {
        "metric_id": one.id, "period": row.period, "scope": scope, "n": n, "status": "ok",  # type: ignore[attr-defined]
    }  # fmt: skip
    if one.headline.kind in (Kind.RATE, Kind.COHORT):
        hits = round(n * (0.4 + 0.2 * wave))
        low, high = wilson([hits], [n])
        cell |= {"numerator": hits, "denominator": n, "value": hits / n, "low": low[0], "high": high[0]}
        target = 0.4
    else:
        scale = 25_000 if one.unit == "currency" else 1
        cell |= {"value": float(n * scale), "numerator": float(n * scale)}
        target = days * 4.0 * scale
    if one.target != "none" and scope == "all" and row.grain in ("month", "quarter"):  # type: ignore[attr-defined]
        share = float(cell["value"]) / target  # type: ignore[arg-type]
        paced = share / done if one.target == "flow" and done else share
        status = "on_target" if paced >= 1 else "at_risk" if paced >= 0.9 else "off_target"
        cell |= {"target": target, "attainment": share, "target_status": status}
    return cell


def with_pacing(frame: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """Return the cells with the paced companions of every cell that has a flow target in a part period."""
    part = spans[spans.is_part].set_index("period")
    rows = []
    for cell in frame[frame.target.notna() & frame.period.isin(part.index)].to_dict("records"):
        span = part.loc[cell["period"]]
        pace = cell["target"] * span.days_done / span.days_total
        gap = cell["target"] - cell["value"]
        for name, value in (
            ("paced_target", pace),
            ("paced_attainment", cell["value"] / pace),
            ("gap", gap),
            ("required_per_business_day", gap / (span.days_total - span.days_done)),
        ):
            named = {"metric_id": f"{cell['metric_id']}.{name}", "period": cell["period"], "scope": cell["scope"]}
            rows.append({**dict.fromkeys(CELL_COLUMNS), **named, "value": value, "n": cell["n"], "status": "ok"})
    return shaped([*frame.to_dict("records"), *rows])


def comparisons(rows: Iterable[tuple[object, ...]] = ()) -> pd.DataFrame:
    """Return comparisons in the shape of the contract, from tuples in its columns."""
    return pd.DataFrame(list(rows), columns=list(COMPARISON_COLUMNS))


def load_report(filled: Sequence[str] = ("lead", "opportunity"), **given: object) -> LoadReport:
    """Return what reading a drop found: one file per filled table, ten rows set aside in the first."""
    files, ledger = [], []
    for place, name in enumerate(filled):
        path = f"{name}.csv"
        files.append(SourceFile(path, f"{place:064x}", 1000, "canonical", name, 1000))
        aside = 10 if place == 0 else 0
        ledger += [
            LedgerLine(path, name, Outcome.READ, Reason.NONE, 1000),
            LedgerLine(path, name, Outcome.KEPT, Reason.NONE, 1000 - aside),
        ]
        if aside:
            ledger.append(LedgerLine(path, name, Outcome.QUARANTINED, Reason.UNREADABLE, aside))
    tables = {name: TableLoad(name, name in filled, 990 if name in filled else 0, frozenset()) for name in TABLES}
    report = LoadReport(tuple(files), tables, tuple(ledger), (), ())
    return replace(report, **given)  # type: ignore[arg-type]


def finding(text: str = "Twelve deals carry no amount.", severity: Severity = Severity.TAINTS) -> Finding:
    """Return a finding of the load."""
    return Finding("missing_amount", severity, text, 12, 400, ("opportunity",))


def report_of(
    kpis: Sequence[Kpi],
    frame: pd.DataFrame,
    *,
    spans: pd.DataFrame | None = None,
    changes: pd.DataFrame | None = None,
    agreement: Agreement | None = None,
    **given: object,
) -> Report:
    """Return a report around these cells."""
    results = Results(
        frame,
        comparisons() if changes is None else changes,
        pd.DataFrame(columns=list(CURVE_COLUMNS)),
        periods() if spans is None else spans,
    )
    facts: dict[str, object] = {"load": load_report(), "findings": (), "missing": {}, "labels": {}, "version": "0.1.0"}
    drop = Drop(Path("exports/2026-11-20"), "2026-11-20", AS_OF)
    agreement = agreement or load_agreement(Project(PACKAGED))
    return Report(drop=drop, agreement=agreement, kpis=tuple(kpis), results=results, **{**facts, **given})  # type: ignore[arg-type]
