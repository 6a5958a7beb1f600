"""The attribution page: channels by model, the readings of "originated", and how much no model can credit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from generator import charts
from generator.pages import formats, words
from generator.pages.block import Block
from generator.pages.context import Context
from generator.pages.headline import Headline, headline_of, period_text, printed
from generator.pages.kpi_pages import finding
from generator.pages.markup import Trusted
from generator.pages.standing import stand_of
from generator.pages.tables import html_table

REVENUE, COVERAGE, GAP = "attributed_revenue", "attribution_coverage", "sourced_gap"
USES = (REVENUE, "originated_revenue", "influenced_revenue", GAP, COVERAGE, "marketing_roi", "mkt_quota_share")
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
    for grain in ("quarter", "year", "all"):
        kpi = context.kpis.get(REVENUE)
        stand = headline_of(context, kpi, grain) if kpi else None
        credits = credits_of(context, stand.period.label) if stand else []
        if stand and len(credits) > 1:
            said, figures = _spread_text(context, credits, stand), (_bars(context, credits, stand),)
            yield Block("Channels by model", "models", (said, CAUTION), (*figures, _table(context, credits)))
            return


def credits_of(context: Context, period: str) -> list[Credit]:
    """Return the credit of each channel by model in a period, the biggest mean first."""
    found: dict[str, dict[str, float]] = {}
    for channel, model, scope in context.cells.pairs(REVENUE, "channel", "model"):
        cell = context.cells.cell(REVENUE, period, scope)
        if cell and cell.value is not None:
            found.setdefault(context.label("channel", channel), {})[context.label("model", model)] = cell.value
    models = list(dict.fromkeys(model for by_model in found.values() for model in by_model))
    # A channel that a model passes over gets nothing from it: the credits of each model add up to the revenue won.
    credits = [Credit(name, {model: given.get(model, 0.0) for model in models}) for name, given in found.items()]
    return sorted(credits, key=lambda credit: (-sum(credit.by_model.values()), credit.channel))


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
    body = [[credit.channel, *_amounts(context, [*credit.by_model.values(), credit.spread])] for credit in credits]
    totals = [sum(credit.by_model[model] for credit in credits) for model in models]
    body.append(["All", *_amounts(context, totals), ""])
    return html_table(["Channel", *models, "Spread"], body)


def _amounts(context: Context, values: list[float]) -> list[str]:
    return [context.number(value, "currency") for value in values]


def _readings(context: Context) -> Iterator[Block]:
    """Yield the readings of "originated" beside each other: shares of revenue under each rule, and their gap."""
    stand = stand_of(context, GAP)
    rows = []
    if stand:
        cells = ((metric, context.cells.cell(metric, stand.period.label)) for metric in context.companions.get(GAP, ()))
        rows = [
            [context.figure(metric).title, printed(context, context.figure(metric), cell)]
            for metric, cell in cells
            if cell and cell.value is not None
        ]
    said = [finding(context, stand)] if stand else []
    for name in ("originated_revenue", "influenced_revenue"):
        if other := stand_of(context, name):
            said.append(f"{other.kpi.title}, {finding(context, other)}")
    if not said:
        return
    table = (html_table(["Reading", period_text(stand.period)], rows),) if stand and rows else ()
    rule = context.settings.get("originated_rule", "").replace("_", " ")
    note = f"The rule in force is {rule}. " if rule else ""
    note += "Influenced revenue contains originated revenue; the two are never added."
    yield Block('Readings of "originated"', "originated", tuple(said), table, (note,))


def _coverage(context: Context) -> Iterator[Block]:
    if stand := stand_of(context, COVERAGE):
        note = "What no marketing touch precedes stands in the tables as such; no model hands it to a channel."
        yield Block("How much can be credited at all", "coverage", (finding(context, stand),), (), (note,))


def _return(context: Context) -> Iterator[Block]:
    stands = [stand for name in ("marketing_roi", "mkt_quota_share") if (stand := stand_of(context, name))]
    if stands:
        said = tuple(f"{stand.kpi.title}, {finding(context, stand)}" for stand in stands)
        by = [words.dimension(name) for name in stands[0].kpi.by]
        note = (f"By {formats.listed(by)} on its own page.",) if by else ()
        yield Block("What it returns", "return", said, (), note)
