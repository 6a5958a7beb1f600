"""The attribution page: channels by model, the readings of "originated", and how much no model can credit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from generator import charts
from generator.pages import formats, words
from generator.pages.block import Block
from generator.pages.cells import Cell
from generator.pages.context import Context
from generator.pages.headline import Headline, period_text, printed
from generator.pages.kpi_pages import finding
from generator.pages.markup import Trusted
from generator.pages.standing import stand_of
from generator.pages.tables import html_table

REVENUE, COVERAGE, GAP = "attributed_revenue", "attribution_coverage", "sourced_gap"
#: Months win too few deals to say much.
GRAIN = "quarter"
CAUTION = (
    "Models divide credit; they prove no cause. Shift money only where every model points the same way, and check it "
    "by what happens afterwards."
)


@dataclass(frozen=True)
class Credit:
    """What each model credits to one channel."""

    channel: str
    by_model: dict[str, float]

    @property
    def spread(self) -> float:
        """How far the models lie apart."""
        return max(self.by_model.values()) - min(self.by_model.values())


def blocks(context: Context) -> Iterator[Block]:
    """Yield the sections of the page that this drop can fill."""
    yield from _models(context)
    yield from _readings(context)
    yield from _coverage(context)
    yield from _return(context)


def _models(context: Context) -> Iterator[Block]:
    stand = stand_of(context, REVENUE, GRAIN)
    credits = credits_of(context, stand.period.label) if stand else []
    if stand and len(credits) > 1:
        figures = (_bars(context, credits, stand), _table(context, credits))
        said = (_spread_text(context, credits, stand), CAUTION)
        yield Block("Channels by model", "models", said, figures, tuple(withheld(context, stand.period.label)))


def credits_of(context: Context, period: str) -> list[Credit]:
    """Return the credit of each channel by model in a period, the biggest mean first; without models that are withheld.

    A channel that a model passes over gets nothing from it: the credits of each model add up to the revenue won.
    """
    models = [
        model for model, cells in _by_model(context, period).items() if all(cell.value is not None for _, cell in cells)
    ]
    found: dict[str, dict[str, float]] = {}
    for model in models:
        for channel, cell in _by_model(context, period)[model]:
            found.setdefault(channel, dict.fromkeys(models, 0.0))[model] = cell.value or 0.0
    credits = [Credit(name, given) for name, given in found.items()]
    return sorted(credits, key=lambda credit: (-sum(credit.by_model.values()), credit.channel))


def _by_model(context: Context, period: str) -> dict[str, list[tuple[str, Cell]]]:
    """Return the cells of each model by channel, models in the order in which they are told."""
    found: dict[str, list[tuple[str, Cell]]] = {model: [] for model in words.MEMBERS["model"]}
    for channel, model, scope in context.cells.pairs(REVENUE, "channel", "model"):
        if cell := context.cells.cell(REVENUE, period, scope):
            found.setdefault(model, []).append((context.label("channel", channel), cell))
    return {model: cells for model, cells in found.items() if cells}


def withheld(context: Context, period: str) -> Iterator[str]:
    """Yield why a model is not among the others."""
    for model, cells in _by_model(context, period).items():
        status = next((cell.status for _, cell in cells if cell.value is None), "")
        if status:
            yield f"{context.label('model', model)} is left out ({words.STATUS_WORDS.get(status, status)})."


def _spread_text(context: Context, credits: list[Credit], stand: Headline) -> str:
    widest = max(credits, key=lambda credit: credit.spread)
    low, high = (context.number(pick(widest.by_model.values()), "currency") for pick in (min, max))
    return (
        f"{period_text(stand.period)}: {formats.several(len(widest.by_model), 'model')} over the same won deals. They "
        f"disagree most on {widest.channel}, from {low} to {high}."
    )


def _bars(context: Context, credits: list[Credit], stand: Headline) -> Trusted:
    """Return each channel's mean credit with the range of the models as its whisker."""
    rows = [
        {
            "member": credit.channel,
            "value": sum(credit.by_model.values()) / len(credit.by_model),
            "low": min(credit.by_model.values()),
            "high": max(credit.by_model.values()),
        }
        for credit in credits
    ]
    subject = f"Credit by channel, {period_text(stand.period)}: mean of the models"
    context.charts["attribution-models"] = chart = charts.bars(
        pd.DataFrame(rows), unit="currency", subject=subject, currency=context.currency
    )
    return Trusted(
        charts.figure("attribution-models", chart, title=subject, note="line: from the lowest model to the highest")
    )


def _table(context: Context, credits: list[Credit]) -> Trusted:
    models = list(credits[0].by_model)
    body = [[credit.channel, *_amounts([*credit.by_model.values(), credit.spread])] for credit in credits]
    totals = [sum(credit.by_model[model] for credit in credits) for model in models]
    body.append(["All", *_amounts(totals), ""])
    heads = [context.label("model", model) for model in models]
    table = html_table(["Channel", *heads, "Spread"], body, caption=f"Credit in {context.currency}")
    return Trusted(f'<div class="of-dense">{table}</div>')


def _amounts(values: list[float]) -> list[str]:
    """Return amounts without their currency, which the caption names: ten models have to fit side by side."""
    return [formats.rounded(value, 0) for value in values]


def _readings(context: Context) -> Iterator[Block]:
    """Yield the readings of "originated" beside each other: shares of revenue under each rule, and their gap."""
    stand = stand_of(context, GAP, GRAIN)
    rows = []
    if stand:
        cells = ((metric, context.cells.cell(metric, stand.period.label)) for metric in context.companions.get(GAP, ()))
        rows = [
            [context.figure(metric).title, printed(context, context.figure(metric), cell)]
            for metric, cell in cells
            if cell and cell.value is not None
        ]
    said = [f"{stand.kpi.title}, {finding(context, stand)}"] if stand else []
    for name in ("originated_revenue", "influenced_revenue"):
        if other := stand_of(context, name, GRAIN):
            said.append(f"{other.kpi.title}, {finding(context, other)}")
    if not said:
        return
    table = (html_table(["Reading", period_text(stand.period)], rows),) if stand and rows else ()
    rule = context.settings.get("originated_rule", "").replace("_", " ")
    note = f"The rule in force is {rule}. " if rule else ""
    note += "Influenced revenue contains originated revenue; the two are never added."
    yield Block('Readings of "originated"', "originated", tuple(said), table, (note,))


def _coverage(context: Context) -> Iterator[Block]:
    if stand := stand_of(context, COVERAGE, GRAIN):
        note = "What no marketing touch precedes stands in the tables as such; no model hands it to a channel."
        yield Block("How much can be credited at all", "coverage", (finding(context, stand),), (), (note,))


def _return(context: Context) -> Iterator[Block]:
    stands = [stand for name in ("marketing_roi", "mkt_quota_share") if (stand := stand_of(context, name, GRAIN))]
    if stands:
        said = tuple(f"{stand.kpi.title}, {finding(context, stand)}" for stand in stands)
        by = [words.dimension(name) for name in stands[0].kpi.by]
        note = (f"By {formats.listed(by)} on its own page.",) if by else ()
        yield Block("What it returns", "return", said, (), note)
