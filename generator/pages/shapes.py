"""How a KPI's cases lie: companions counted in buckets, and how fast a cohort converts."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from generator import charts
from generator.kpis.kpi import Kind
from generator.pages import formats, words
from generator.pages.cells import Period, member_of
from generator.pages.context import Context
from generator.pages.headline import Headline, period_text
from generator.pages.markup import Trusted
from generator.pages.tables import html_table

BUCKET, REASON = "bucket", "reason"
#: Cohorts drawn in one picture, the newest ones.
CURVES = 3
#: Points of a curve in its table.
POINTS = (1, 3, 7, 14, 30, 60, 90, 120, 180)


def distributions(context: Context, stand: Headline) -> Iterator[Trusted]:
    """Yield a figure for each companion that is counted in buckets, or by reason first, in the headline's period."""
    for metric in context.companions.get(stand.kpi.id, ()):
        figure = context.figure(metric)
        # Where the KPI itself is split by reason, its splits show them.
        by_reason = figure.kind is Kind.COUNT and figure.by[:1] == (REASON,) and REASON not in stand.kpi.by
        counts = (_reasons if by_reason else _buckets)(context, metric, stand.period.label)
        total = sum(counts.values())
        if len(counts) < 2 or not total:
            continue
        title, when = context.figure(metric).title, period_text(stand.period)
        frame = pd.DataFrame(
            {"bucket": list(counts), "share": [n / total for n in counts.values()], "count": list(counts.values())}
        )
        name = f"{metric}-shape".replace("_", "-")
        context.charts[name] = chart = charts.distribution(frame, subject=f"{title}, {when}")
        rows = [[bucket, formats.counted(n), formats.percent(n / total)] for bucket, n in counts.items()]
        table = html_table(["", "Cases", "Share"], rows)
        note = f"{when}, n = {formats.counted(total)}"
        yield Trusted(charts.figure(name, chart, title=title, note=note, table=table))


def _buckets(context: Context, metric: str, period: str) -> dict[str, float]:
    """Return the cases by bucket in their own order; buckets that nobody fell into are kept between others."""
    found = {
        member_of(scope): context.cells.cell(metric, period, scope) for scope in context.cells.members(metric, BUCKET)
    }
    order = [*words.MEMBERS[BUCKET], *sorted(set(found) - set(words.MEMBERS[BUCKET]))]
    known = {name: cell.value if (cell := found.get(name)) else 0.0 for name in order}
    return {context.label(BUCKET, name): float(value or 0) for name, value in known.items()} if found else {}


def _reasons(context: Context, metric: str, period: str) -> dict[str, float]:
    """Return the cases by reason, the most frequent first."""
    scopes = context.cells.members(metric, REASON)
    found = {
        context.scope_label(scope): cell for scope in scopes if (cell := context.cells.cell(metric, period, scope))
    }
    named = sorted(found, key=lambda name: (-(found[name].value or 0), name))
    return {name: float(found[name].value or 0) for name in named if found[name].value}


def curves(context: Context, stand: Headline) -> Iterator[Trusted]:
    """Yield the share that converted by day since entry, for the newest cohorts, when the KPI follows cohorts."""
    own = context.curves.get(stand.kpi.id, {})
    rows = [row for row in _closed(context) if row.label in own][-CURVES:]
    if not rows:
        return
    parts = [own[row.label].assign(series=formats.period(row.label)) for row in rows]
    name = f"{stand.kpi.id}-curve".replace("_", "-")
    subject = f"{stand.kpi.title} by days since entry"
    context.charts[name] = chart = charts.curve(pd.concat(parts)[["day", "share", "series"]], subject=subject)
    points = [day for day in POINTS if day <= parts[0]["day"].max()]
    body = [
        [formats.period(row.label), *(_at(part, day) for day in points)] for row, part in zip(rows, parts, strict=True)
    ]
    table = html_table(["Entered in", *(f"day {day}" for day in points)], body)
    note = "open cases count as far as they have come; those who left count as not converted"
    yield Trusted(charts.figure(name, chart, title=subject, note=note, table=table))


def _closed(context: Context) -> list[Period]:
    """Return the closed quarters: a cohort that people still enter would seem to convert slowly."""
    return [row for row in context.cells.of_grain("quarter") if not row.is_part]


def _at(part: pd.DataFrame, day: int) -> str:
    """Return the share reached by `day`."""
    reached = int(part["day"].searchsorted(day, side="right"))
    return formats.percent(float(part["share"].iloc[reached - 1])) if reached else formats.percent(0.0)
