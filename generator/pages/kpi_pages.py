"""One page per KPI, and the page that lists them all."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from generator.kpis.kpi import Figure, Kind, Kpi
from generator.measures.results import CONCENTRATED, EXHAUSTED
from generator.measures.scopes import UNKNOWN
from generator.pages import formats, words
from generator.pages.bridges import bridge_of
from generator.pages.cells import Cell, member_of
from generator.pages.composed import dimension_of, member_cells, members_text
from generator.pages.context import Context, address, kpi_page
from generator.pages.downloads import csv_path
from generator.pages.evidence import no_evidence
from generator.pages.headline import (
    SHARES,
    Headline,
    Trend,
    chip,
    headline,
    interval_text,
    is_judged,
    is_small,
    period_text,
    printed,
    target_text,
    trends,
)
from generator.pages.history import trend_figure
from generator.pages.markup import Trusted
from generator.pages.outline import INSIGHTS
from generator.pages.rail import rail_of_part
from generator.pages.samples import is_sample
from generator.pages.shapes import curves, distributions
from generator.pages.splits import splits
from generator.pages.touching import touching
from generator.pages.words import Chip

BETTER = {
    "higher": "higher is better",
    "lower": "lower is better",
    "band": "best within a range",
    "none": "neither up nor down is better",
}
BASIS = {
    "event": "counts what happened in the period",
    "cohort": "follows those who entered in the period for a fixed time",
    "snapshot": "describes the moment at the end of the period",
}


@dataclass(frozen=True)
class Beside:
    """A companion figure in the headline's period."""

    title: str
    value: str
    n: str


def write_kpi_pages(context: Context) -> None:
    """Write kpis/<id>.md for every KPI and kpis/index.md."""
    for kpi in context.report.kpis:
        context.write(kpi_page(kpi.id), "kpi.md.j2", kpi_values(context, kpi))
    context.write("kpis/index.md", "kpis.md.j2", {"sections": _sections(context)})


def kpi_values(context: Context, kpi: Kpi) -> dict[str, object]:
    """Return what the page of a KPI is filled with."""
    page = kpi_page(kpi.id)
    stand = None if context.is_missing(kpi) else headline(context, kpi)
    if stand and not context.cells.has(kpi.id):
        stand = None
    return {
        "kpi": kpi,
        "missing": context.report.missing.get(kpi.id, ()),
        "lacks": formats.lacks(context.report.missing.get(kpi.id, ())),
        "stand": stand,
        "finding": finding(context, stand) if stand else "",
        "chip_state": _chip(context, stand) if stand else None,
        "caveats": caveats(context, stand) if stand else [],
        "touched": touching(context, kpi),
        "better": BETTER.get(kpi.better, kpi.better),
        "basis": BASIS.get(kpi.basis, kpi.basis),
        "band": _band(context, kpi),
        "rule": Trusted(_after_first_paragraph(kpi.prose)),
        "queries": [(figure.title, Trusted(_fenced(figure))) for figure in kpi.figures if figure.sql],
        "formulas": [(figure.title, figure.formula) for figure in kpi.figures if figure.formula],
        "in_force": _in_force(context, kpi),
        "neighbours": [context.kpis[name] for name in kpi.neighbours if name in context.kpis],
        "needs": kpi.needs,
        "section": words.SECTIONS.get(kpi.section, kpi.section),
        "download": address(page, csv_path(kpi.id)),
        "rail": rail_of_part(context, kpi),
        **_figures(context, stand, page),
    }


def _figures(context: Context, stand: Headline | None, page: str) -> dict[str, object]:
    """Return the drawings and tables of a KPI; all empty where it has no value."""
    if stand is None:
        return {
            "trend": Trusted(""),
            "splits": [],
            "unsplit": [],
            "beside": [],
            "shapes": [],
            "insights": [],
            "period": "",
        }
    made, alone = splits(context, stand)
    return {
        "trend": trend_figure(context, stand, download=address(page, csv_path(stand.kpi.id))),
        "splits": made,
        "insights": [one for one in INSIGHTS if stand.kpi.id in one.kpis],
        "unsplit": [words.dimension(dimension) for dimension in alone],
        "beside": _beside(context, stand),
        "shapes": [*_bridge(context, stand), *distributions(context, stand), *curves(context, stand)],
        "period": period_text(stand.period),
    }


def _bridge(context: Context, stand: Headline) -> list[Trusted]:
    bridge = bridge_of(context, stand)
    return [bridge] if bridge else []


def finding(context: Context, stand: Headline) -> str:
    """Return the sentence under a title: the value, how it stands to its target, and what may be said of change."""
    kpi, cell, figure = stand.kpi, stand.cell, stand.kpi.headline
    when = period_text(stand.period).replace("all time", "All time")
    if cell.value is None:
        return f"{when}: no value, {words.STATUS_WORDS.get(cell.status, cell.status)}."
    if dimension_of(context, kpi):
        return f"{when}: {members_text(context, stand)}."
    told = [f"{when}: {printed(context, figure, cell)}{_base(figure, cell)}"]
    if _may_be_no_growth(figure, cell):
        told.append("no clear change")
    target = target_text(context, kpi, cell, stand.period)
    if target and not is_small(context, figure, cell):
        told.append(f"{chip(context, figure, cell).word}, {target}")
    changes = trends(context, kpi, cell)
    if changes:
        told.append(change_text(changes[0]))
    return "; ".join(told) + "."


def _may_be_no_growth(figure: Figure, cell: Cell) -> bool:
    """Whether a growth could as well be none: its interval holds nought."""
    is_bounded = figure.formula.startswith("growth(") and cell.low is not None and cell.high is not None
    return is_bounded and (cell.low or 0) <= 0 <= (cell.high or 0)


def _base(figure: Figure, cell: Cell) -> str:
    """Return on how many units a share or a ratio of sums rests, in brackets."""
    if figure.kind in SHARES and cell.n >= formats.SMALL:
        return f" ({formats.of(cell.numerator or 0, cell.denominator or cell.n)})"
    return f" (n = {formats.counted(cell.n)})" if figure.kind is Kind.RATIO and cell.n else ""


def change_text(trend: Trend) -> str:
    """Return a comparison in words, as far as the rule for changes supports one."""
    if trend.direction == "flat":
        return f"no clear change on {trend.against} ({trend.text})"
    if trend.direction:
        return f"clearly {trend.word} on {trend.against} ({trend.text})"
    return f"{trend.text} on {trend.against}"


def caveats(context: Context, stand: Headline) -> list[str]:
    """Return what a reader has to keep in mind, each as a sentence."""
    cell, figure, found = stand.cell, stand.kpi.headline, []
    if stand.is_behind and stand.newest_status == "maturing":
        found.append("Newer periods are still maturing: too few of their cases have had their full time.")
    if cell.value is not None and figure.kind in SHARES and cell.n < context.min_n:
        found.append(f"Small sample (n = {cell.n}): no status and no direction under {context.min_n}.")
    if cell.value is not None and cell.status in ("provisional", "capped"):
        found.append(f"{words.STATUS_WORDS[cell.status].capitalize()}.")
    if cell.value is not None and (interval := interval_text(context, figure, cell)):
        found.append(f"95 % interval: {interval}.")
    flags = context.cells.flags(cell.metric, cell.period, cell.scope)
    found += _of_unknown_origin(context, stand)
    found += _of_promises_untold(context, stand)
    # Where only members say something, the first of them stands here: what it rests on is no caveat of the others.
    if CONCENTRATED in flags and figure.total:
        found.append("A single row makes up more than a quarter of what is divided here.")
    if EXHAUSTED in flags or any(trend.note for trend in trends(context, stand.kpi, cell)):
        found.append("The period it is compared with was shorter, so all of it is used.")
    if any(is_sample(context, one) for one in (cell, *(held for _, held in member_cells(context, stand)))):
        found.append("The target is a sample, not yet an agreed one.")
    return found


def _of_promises_untold(context: Context, stand: Headline) -> list[str]:
    """Return which promises count as broken although the drop cannot show whether they were kept."""
    agreed = context.report.agreement.commitments_at(context.report.drop.as_of.date())
    clocked = {member_of(scope) for scope in context.cells.members(stand.kpi.id, "commitment")}
    told = [f"{one.title}: {why}" for one in agreed if one.id in clocked and (why := no_evidence(context, one))]
    return [f"Counted as broken, although the drop cannot show it: {'; '.join(told)}."] if told else []


def _of_unknown_origin(context: Context, stand: Headline) -> list[str]:
    """Return how many leads of the period no team is known to have produced, for a figure that needs to know."""
    if stand.kpi.id != "channel_share":
        return []
    cells = [
        context.cells.cell("lead_volume", stand.period.label, scope) for scope in ("all", f"origin={quote(UNKNOWN)}")
    ]
    every, unknown = (cell.value or 0 if cell else 0 for cell in cells)
    if not unknown:
        return []
    return [f"For {formats.of(unknown, every)} new leads nobody knows which team produced them; no share counts them."]


def _chip(context: Context, stand: Headline) -> Chip | None:
    if not is_judged(stand.cell):
        return None
    return chip(context, stand.kpi.headline, stand.cell)


def _beside(context: Context, stand: Headline) -> list[Beside]:
    """Return the companions that have one figure in the period; those that only exist in splits are left out."""
    rows = []
    for metric in context.companions.get(stand.kpi.id, ()):
        cell = context.cells.cell(metric, stand.period.label)
        figure = context.figure(metric)
        if cell and cell.value is not None:
            rows.append(Beside(figure.title, printed(context, figure, cell), formats.counted(cell.n)))
    return rows


def _band(context: Context, kpi: Kpi) -> str:
    if not kpi.band:
        return ""
    low, high = (context.number(bound, kpi.unit) for bound in kpi.band)
    return f"{low} to {high}"


def _in_force(context: Context, kpi: Kpi) -> list[tuple[str, str, str]]:
    """Return meaning, value and key of the settings that change a KPI's number; a block is listed key by key."""
    rows, meanings = context.settings, context.setting_meanings
    return [
        # All parts of one block need not name it again.
        (meanings[key] if key == wanted else meanings[key].partition(": ")[2], _listed(value) or "none", key)
        for wanted in kpi.settings
        for key, value in rows.items()
        if key == wanted or key.startswith(f"{wanted}.")
    ]


def _listed(value: str) -> str:
    """Return a setting's text without the signs of a list."""
    return ", ".join(map(str, json.loads(value))) if value.startswith("[") else value


def _after_first_paragraph(prose: str) -> str:
    return prose.strip().partition("\n\n")[2].strip()


def _fenced(figure: Figure) -> str:
    """Return a figure's query as a fenced block whose fence no backticks inside can close."""
    longest = max((len(run) for run in re.findall("`+", figure.sql)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sql\n{figure.sql.strip()}\n{fence}"


@dataclass(frozen=True)
class Listed:
    """A KPI in the list of all."""

    kpi: Kpi
    value: str
    period: str
    chip: Chip | None
    target: str


def _sections(context: Context) -> Mapping[str, list[Listed]]:
    """Return the KPIs by the part of the funnel, in its order."""
    found: dict[str, list[Listed]] = {}
    for section in words.SECTIONS:
        rows = [listed(context, kpi) for kpi in context.report.kpis if kpi.section == section]
        if rows:
            found[words.SECTIONS[section]] = rows
    return found


def listed(context: Context, kpi: Kpi) -> Listed:
    """Return a KPI as a row of a list: where it stands now, and against what."""
    stand = None if context.is_missing(kpi) else headline(context, kpi)
    if stand is None or not context.cells.has(kpi.id):
        return Listed(
            kpi, formats.NOT_AVAILABLE, "not in this drop" if context.is_missing(kpi) else "no value", None, ""
        )
    target = context.number(stand.cell.target, kpi.unit) if stand.cell.target is not None else ""
    value = printed(context, kpi.headline, stand.cell)
    if dimension_of(context, kpi):
        value = members_text(context, stand, most=2)
    return Listed(kpi, value, period_text(stand.period), _chip(context, stand), target)
