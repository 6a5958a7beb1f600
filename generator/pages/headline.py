"""Where a KPI stands: which period speaks for it, how its value is printed, and what may be said about it."""

from __future__ import annotations

from dataclasses import dataclass

from generator.kpis.kpi import Figure, Kind, Kpi
from generator.measures.samples import fewest_to_print
from generator.measures.scopes import ALL
from generator.pages import formats, words
from generator.pages.cells import Cell, Comparison, Period
from generator.pages.context import Context
from generator.pages.samples import is_sample
from generator.pages.words import Chip

#: Shares of units, to which the rules for small samples apply.
SHARES = frozenset({Kind.RATE, Kind.COHORT})
#: Figures that grow case by case; all others are levels, which a handful of cases cannot settle.
ADDS_UP = frozenset({Kind.COUNT, Kind.SUM})
#: The order in which grains are tried for the figure that stands for a KPI.
GRAINS = ("month", "quarter", "year", "week", "all")
#: A young period says nothing yet; the newest one that can speak does.
_NOT_YET = frozenset({"maturing", "pending"})


@dataclass(frozen=True)
class Headline:
    """The figure that stands for a KPI on tiles and at the top of its page."""

    kpi: Kpi
    grain: str
    period: Period
    cell: Cell
    is_behind: bool  # newer periods exist but have no value yet
    newest_status: str  # of the newest period, which may be maturing


def headline(context: Context, kpi: Kpi) -> Headline | None:
    """Return where `kpi` stands, or None when no cell of it is in the results."""
    grain = best_grain(context, kpi)
    return headline_of(context, kpi, grain) if grain else None


def best_grain(context: Context, kpi: Kpi) -> str | None:
    """Return the finest grain at which the KPI has had a target lately, else the finest that has values."""
    scope = context.cells.speaker(kpi.id)
    runs = {grain: context.cells.run(kpi.id, grain, scope) for grain in GRAINS if grain in kpi.headline.grains}
    for wanted in ("target", "value"):
        for grain, run in runs.items():
            if grain != "week" and any(getattr(cell, wanted) is not None for cell in run[-4:]):
                return grain
    return next((grain for grain, run in runs.items() if run), None)


def headline_of(context: Context, kpi: Kpi, grain: str, scope: str = ALL) -> Headline | None:
    """Return the newest cell of `grain` that can speak; when none can, the newest.

    A KPI that has no figure of the whole is spoken for by one of its members: its period is that of all of them.
    """
    series = context.cells.series(kpi.id, context.cells.speaker(kpi.id) if scope == ALL else scope)
    begun = [row for row in context.cells.of_grain(grain) if row.days_done or not row.is_part]
    rows = [row for row in begun if row.label in series]
    if not rows:
        return None
    newest = series[rows[-1].label].status
    for row in reversed(rows):
        cell = series[row.label]
        if not _waits(row, cell):
            return Headline(kpi, grain, row, cell, row is not rows[-1], newest)
    return Headline(kpi, grain, rows[-1], series[rows[-1].label], False, newest)


def _waits(row: Period, cell: Cell) -> bool:
    """Whether a newer period should leave the word to an older one: it is too young, or nothing happened in it yet."""
    return cell.value is None and (cell.status in _NOT_YET or (row.is_part and cell.status != "missing_fx"))


def printed(context: Context, figure: Figure, cell: Cell | None) -> str:
    """Return a cell's value as the rules for small samples allow it: a number, `3 of 4`, `too few` or `n/a`."""
    if cell is None or cell.value is None:
        return formats.NOT_AVAILABLE
    if figure.kind in SHARES and cell.n < formats.SMALL:
        return formats.of(cell.numerator or 0, cell.denominator or cell.n)
    if is_too_few(figure, cell):
        return f"too few (n = {cell.n})"
    return context.number(cell.value, figure.unit)


def is_too_few(figure: Figure, cell: Cell) -> bool:
    """Whether a percentage, an average or a percentile rests on too few units to be printed."""
    return cell.n < fewest_to_print(figure.kind, figure.unit, figure.name)


def is_small(context: Context, figure: Figure, cell: Cell) -> bool:
    """Whether the sample is too small for a status or a direction."""
    few = context.min_n if figure.kind in SHARES else 0 if figure.kind in ADDS_UP else formats.SMALL
    return cell.n < few or is_too_few(figure, cell)


def paced(context: Context, cell: Cell) -> Cell | None:
    """Return the paced attainment beside a cell, where its target is paced."""
    return context.cells.cell(f"{cell.metric}.paced_attainment", cell.period, cell.scope)


def chip(context: Context, figure: Figure, cell: Cell) -> Chip:
    """Return the status of a cell as a word and a tone."""
    if cell.value is None:
        return Chip(short_status(cell.status), "none")
    if cell.target is None and not cell.target_status:
        return Chip("no target", "none")
    if is_small(context, figure, cell):
        return Chip("small sample", "none")
    known = words.BAND_CHIPS if cell.target is None else words.TARGET_CHIPS
    return known.get(cell.target_status, Chip("no status", "none"))


def is_judged(cell: Cell) -> bool:
    """Whether there is a target or a wanted range to hold the cell against, or a reason why it has no value."""
    return cell.value is None or cell.target is not None or cell.target_status != ""


def short_status(status: str) -> str:
    """Return the word of a status without its explanation."""
    return words.STATUS_WORDS.get(status, status).partition(":")[0] or "no value"


def target_text(context: Context, kpi: Kpi, cell: Cell, row: Period) -> str:
    """Return the distance to the target in words, or nothing where there is none; a placeholder is called one."""
    distance = _distance(context, kpi, cell, row)
    return f"{distance}, a sample target" if distance and is_sample(context, cell) else distance


def _distance(context: Context, kpi: Kpi, cell: Cell, row: Period) -> str:
    if cell.target is None or cell.value is None:
        return ""
    target = context.number(cell.target, kpi.unit)
    if kpi.target == "flow":
        share = formats.percent(cell.attainment) if cell.attainment is not None else formats.NOT_AVAILABLE
        pace = paced(context, cell)
        if row.is_part and pace and pace.value is not None:
            return f"{formats.percent(pace.value)} of pace; {share} of {target}"
        return f"{share} of {target}"
    return f"{gap_text(context, kpi.unit, cell.value - cell.target)} against {target}"


def tile_target(context: Context, kpi: Kpi, cell: Cell, row: Period) -> str:
    """Return the distance to the target as a tile has room for it: `94.7 % of pace`, `+2.2 pts vs 32.0 %`."""
    pace = paced(context, cell) if kpi.target == "flow" and row.is_part else None
    if pace and pace.value is not None:
        return f"{formats.percent(pace.value)} of pace"
    return _distance(context, kpi, cell, row).replace(" against ", " vs ")


def gap_text(context: Context, unit: str, gap: float) -> str:
    """Return a signed distance in the unit: `+2.2 pts`, `−3.1 days`."""
    if unit == "ratio":
        return formats.difference(gap, of_rates=True)
    text = context.number(gap, unit)
    return text if gap < 0 else f"+{text}"


@dataclass(frozen=True)
class Trend:
    """A comparison in words; `direction` is set only where the change is clear."""

    text: str  # "+3.1 pts"
    before: str  # "Oct 2026"
    is_like_for_like: bool  # a part period, compared with as many business days of the earlier one
    direction: str  # up, down, flat or "" (nothing can be said)
    tone: str  # good, bad or ""
    word: str  # "up", "down", "no clear change" or ""
    note: str = ""

    @property
    def against(self) -> str:
        """What the figure is compared with: `Oct 2026`, or `the same days of Oct 2026`."""
        return f"the same days of {self.before}" if self.is_like_for_like else self.before

    @property
    def shortly(self) -> str:
        """The same as a tile has room for."""
        return f"same days of {self.before}" if self.is_like_for_like else self.before


_WORDS = {"up": "up", "down": "down", "no_clear_change": "no clear change"}


def trends(context: Context, kpi: Kpi, cell: Cell) -> list[Trend]:
    """Return the comparisons of a cell in the order in which the KPI lists them; none where it is too few to print."""
    if is_too_few(context.figure(cell.metric), cell):
        return []
    found = context.cells.comparisons(cell.metric, cell.period, cell.scope)
    order = [*kpi.compare, *sorted(set(found) - set(kpi.compare))]
    figure = context.figure(cell.metric)
    known = [found[name] for name in order if name in found and found[name].before is not None]
    return [_trend(context, kpi, figure, cell, comparison) for comparison in known]


def _trend(context: Context, kpi: Kpi, figure: Figure, cell: Cell, found: Comparison) -> Trend:
    of_rates = figure.kind in SHARES or figure.unit == "ratio"
    verdict = "" if is_small(context, figure, cell) else found.verdict
    direction = {"up": "up", "down": "down", "no_clear_change": "flat"}.get(verdict, "")
    return Trend(
        formats.difference(found.change, of_rates=of_rates),
        formats.period(found.before_period),
        context.cells.periods[cell.period].is_part,
        direction,
        tone_of(kpi.better, verdict),
        _WORDS.get(verdict, ""),
        "the earlier period was shorter" if found.note == "prior_exhausted" else "",
    )


def tone_of(better: str, verdict: str) -> str:
    """Return whether a clear change is good or bad for this KPI; nothing where neither can be said."""
    wanted = {"higher": "up", "lower": "down"}.get(better)
    if wanted is None or verdict not in ("up", "down"):
        return ""
    return "good" if verdict == wanted else "bad"


def period_text(row: Period) -> str:
    """Return a period in words, marked where it is not over: `Nov 2026 to date`."""
    return f"{formats.period(row.label)} to date" if row.is_part and row.grain != "all" else formats.period(row.label)


def interval_text(context: Context, figure: Figure, cell: Cell) -> str:
    """Return the 95 % interval of a cell in words, or nothing."""
    if cell.low is None or cell.high is None:
        return ""
    return f"{context.number(cell.low, figure.unit)} to {context.number(cell.high, figure.unit)}"
