"""The quarterly insights: results against plan, cohorts, levers, worth and cost, and what to agree on next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from generator.measures.scopes import ALL
from generator.pages import formats
from generator.pages.agreed_targets import NAMES, following
from generator.pages.attribution import withheld
from generator.pages.block import Block
from generator.pages.cells import Cell
from generator.pages.context import address
from generator.pages.headline import period_text, printed, short_status
from generator.pages.markup import Trusted
from generator.pages.plan import chain
from generator.pages.reviews.cadence import View
from generator.pages.reviews.figures import by_member, cell_text, link, of_member, stand_in
from generator.pages.reviews.monthly import PARTS, part, promises, rules
from generator.pages.tables import chip_html, html_table

_COHORTS = ("mql_to_sql", "mql_to_pipeline", "lead_to_customer", "mql_to_won")
_QUARTERS = 5
_LEVERS = (
    ("more_deals", "10 % more open deals"),
    ("larger_deals", "10 % larger deals"),
    ("more_wins", "10 % more wins"),
    ("faster_deals", "10 % faster deals"),
)
_SEGMENTS = (
    ("revenue_won", "Revenue won"),
    ("mql_count", "MQLs"),
    ("win_rate_count", "Win rate"),
    ("deal_size", "Deal size"),
    ("sales_cycle", "Sales cycle"),
    ("cac", "CAC"),
    ("nrr", "Net retention"),
)
#: From how well a score sorts: no better than dice is one half.
_SORTS = 0.6


def blocks(view: View) -> Iterator[Block]:
    """Yield the sections of quarterly insights."""
    yield from part(view, PARTS[0], "Against plan")
    yield from _balance(view)
    for section in PARTS[1:4]:
        yield from part(view, section)
    yield from _cohorts(view)
    yield from _levers(view)
    yield from _attribution(view)
    for section in PARTS[4:]:
        yield from part(view, section)
    if segments := by_member(view, _SEGMENTS, "segment", 6):
        yield Block("Segments side by side", "segments", figures=(segments,))
    if lost := by_member(view, (("loss_reasons", "Deals"), ("loss_reasons.value", "Worth")), "reason", 6):
        yield Block("Why deals were lost", "losses", figures=(lost,))
    yield from _score(view)
    yield from promises(view)
    yield rules(view)
    yield _renewal(view)
    yield from _next_targets(view)


def _balance(view: View) -> Iterator[Block]:
    """Yield the short term beside the long one: what this quarter won, and what is open for the next ones."""
    known = [name for name in ("revenue_attainment", "pipeline_created", "pipeline_open") if name in view.whole.kpis]
    rows = [[link(view, name), cell_text(view, name)] for name in known]
    if "pipeline_open" in known:
        due = ("next_quarter", "quarter_after")
        rows += [[view.whole.label("type", name), of_member(view, "pipeline_open.due", type=name)] for name in due]
    told = [row for row in rows if row[1]]
    if len(told) > 1:
        when = ("Won this quarter, and open at its end for the next two.",)
        yield Block("Now and later", "balance", when, (html_table(["", period_text(view.row)], told),))


def _cohorts(view: View) -> Iterator[Block]:
    """Yield conversion by quarter of entry; quarters that are not mature say so."""
    rows = view.context.cells.of_grain("quarter")[-_QUARTERS:]
    body = [
        [link(view, name), *(_cohort(view, name, row.label) for row in rows)]
        for name in _COHORTS
        if name in view.context.kpis and view.context.cells.has(name)
    ]
    if body and rows:
        table = html_table(["Entered in", *(formats.period(row.label) for row in rows)], body)
        yield Block("Cohorts", "cohorts", figures=(table,))


def _cohort(view: View, metric: str, label: str) -> str:
    cell = view.context.cells.cell(metric, label)
    if cell is None:
        return ""
    return (
        printed(view.context, view.context.figure(metric), cell)
        if cell.value is not None
        else short_status(cell.status)
    )


def _levers(view: View) -> Iterator[Block]:
    base = cell_text(view, "pipeline_velocity")
    rows = [[title, text] for name, title in _LEVERS if (text := cell_text(view, f"pipeline_velocity.{name}"))]
    if base and rows:
        said = (f"The pipeline yields {base}. What one lever would make of it, all else alike:",)
        yield Block("Levers", "levers", said, (html_table(["", "Would be"], rows),))


def _attribution(view: View) -> Iterator[Block]:
    """Yield who stands behind the revenue that was won, one model a column, and what the readings disagree on."""
    models = ("first", "last", "linear", "w", "markov")
    channels = _by_channel(view, models)
    if channels:
        gap = cell_text(view, "sourced_gap")
        said = (
            (f"Marketing's share of revenue differs by {gap} between the readings of who produced a deal.",)
            if gap
            else ()
        )
        roi = stand_in(view, "marketing_roi")
        returned = (
            (f"{roi.kpi.title}: {printed(view.context, roi.kpi.headline, roi.cell)} in {period_text(roi.period)}.",)
            if roi
            else ()
        )
        missing = tuple(withheld(view.context, view.row.label))
        yield Block("Attribution, model beside model", "attribution", (*said, *returned), (channels,), missing)


def _by_channel(view: View, models: tuple[str, ...]) -> Trusted:
    """Return the revenue that each model gives to each channel, without models that lack journeys."""
    metric, cells = "attributed_revenue", view.context.cells
    found: dict[str, dict[str, str]] = {}
    lacking: set[str] = set()
    worth: dict[str, float] = {}
    for model, channel, scope in cells.pairs(metric, "model", "channel"):
        cell = cells.cell(metric, view.row.label, scope) if model in models else None
        if cell and cell.value != 0:
            found.setdefault(channel, {})[model] = _credited(view, cell)
            lacking |= {model} if cell.value is None else set()
            worth[channel] = max(worth.get(channel, 0.0), cell.value or 0.0)
    order = sorted((name for name in found if worth[name]), key=lambda name: (-worth[name], name))[:10]
    shown = [model for model in models if model not in lacking]
    rows = [[view.context.label("channel", name), *(found[name].get(model, "") for model in shown)] for name in order]
    heads = ["Channel", *(view.context.label("model", model) for model in shown)]
    return html_table(heads, rows) if rows else Trusted("")


def _credited(view: View, cell: Cell) -> str:
    return short_status(cell.status) if cell.value is None else view.context.number(cell.value, "currency")


def _score(view: View) -> Iterator[Block]:
    """Yield whether the score sorts leads well enough to keep the threshold, as a proposal with its numbers."""
    stand = stand_in(view, "score_calibration")
    if stand is None or stand.cell.value is None:
        return
    falls = view.context.cells.cell("score_calibration.violations", stand.period.label)
    steps = int(falls.value or 0) if falls else 0
    keep = stand.cell.value >= _SORTS and steps == 0
    down = (
        f"the rate falls at {formats.several(steps, 'step')} to a higher band"
        if steps
        else "every band converts at least as well as the one below"
    )
    said = (
        f"Proposal: {'keep the threshold' if keep else 'look at the threshold, and at what earns points'}.",
        f"In {period_text(stand.period)} the score puts a lead that converts before one that does not in "
        f"{formats.percent(stand.cell.value)} of pairs (n = {formats.counted(stand.cell.n)}); {down}.",
    )
    yield Block("The score", "score", said)


def _renewal(view: View) -> Block:
    """Return the versions in force with the day from which each would be renewed, or its successor that is agreed."""
    agreement = view.whole.report.agreement
    after = date.fromisoformat(view.row.ends_on)
    rows: list[list[object]] = []
    for stage in agreement.lifecycle.stages:
        if now := agreement.definition_at(stage.id, view.today):
            later = [one.effective_from for one in agreement.versions_of(stage.id) if one.effective_from > view.today]
            rows.append(
                [f"Definition of {stage.title}", now.version, formats.day(now.effective_from), _from(later, after)]
            )
    starts = {one.effective_from for one in agreement.sla.commitments}
    since = max((day for day in starts if day <= view.today), default=None)
    if since:
        rows.append(
            ["SLA, newest change", "", formats.day(since), _from([day for day in starts if day > view.today], after)]
        )
    table = html_table(["", "Version", "In force since", "Proposal"], rows, texts=4)
    return Block("Definitions and SLA for the next quarter", "renewal", figures=(table,))


def _from(later: list[date], after: date) -> str:
    return (
        f"new version from {formats.day(min(later))}, agreed" if later else f"renew unchanged from {formats.day(after)}"
    )


def _next_targets(view: View) -> Iterator[Block]:
    """Yield both teams' targets for the next quarter, in the order in which they are agreed, and what they take."""
    ahead = following(view.context)
    if ahead is None:
        return
    rows = [[NAMES[side.team], side.value, side.agreed, chip_html(*side.chip)] for side in ahead.sides]
    said = tuple(formats.sentence(fault) for fault in ahead.faults)
    needed = _needed(view)
    yield Block(
        f"Targets of both teams for {ahead.label}",
        "targets",
        said,
        (html_table(["", "Revenue", "Agreed", ""], rows),),
        needed,
    )


def _needed(view: View) -> tuple[str, ...]:
    """Return what the target takes in qualified leads by the rates that held, so that a volume can be judged."""
    cell = view.context.cells.cell("revenue_won", view.row.label, ALL)
    steps = {step.link.name: step for step in chain(view.context, cell.target)} if cell and cell.target else {}
    if "mqls" not in steps or cell is None:
        return ()
    mqls = formats.counted(round(steps["mqls"].value))
    target = view.context.number(cell.target, "currency")
    plan = address(view.page, "insights/plan.md")
    text = f"At the rates that held, {target} a quarter takes {mqls} qualified leads."
    return (Trusted(f'{Trusted.escape(text)} <a href="{plan}">The chain</a>'),)
