"""The funnel and its parts: one page with the counts and the bottleneck, one per part with its KPIs."""

from __future__ import annotations

from dataclasses import dataclass

from generator.kpis.kpi import Kpi
from generator.pages import formats
from generator.pages.both_counts import both_counts
from generator.pages.context import Context, kpi_page
from generator.pages.funnel import bottleneck_text, drawing, funnel_of, stop_text
from generator.pages.headline import Headline, chip, headline, interval_text, is_judged, period_text, printed
from generator.pages.history import trend_figure
from generator.pages.home import absence
from generator.pages.kpi_pages import finding
from generator.pages.markup import Trusted
from generator.pages.outline import INSIGHTS, PARTS
from generator.pages.overview import overview
from generator.pages.words import Chip


@dataclass(frozen=True)
class Card:
    """A KPI on the page of its part."""

    kpi: Kpi
    page: str
    finding: str
    chip: Chip | None
    trend: Trusted


def write_parts(context: Context) -> None:
    """Write funnel/index.md and funnel/<part>.md."""
    _write_funnel(context)
    for part in PARTS:
        kpis = context.kpis_of(part.section)
        cards = [_card(context, stand) for kpi in kpis if (stand := _stand(context, kpi))]
        values = {
            "part": part,
            "cards": cards,
            "insights": [one for one in INSIGHTS if part.section in one.sections],
            "overview": overview(context, part.section),
            "parts": PARTS,
            **absence(context, kpis),
        }
        context.write(part.page, "part.md.j2", values)


def _stand(context: Context, kpi: Kpi) -> Headline | None:
    known = not context.is_missing(kpi) and context.cells.has(kpi.id)
    return headline(context, kpi) if known else None


def _card(context: Context, stand: Headline) -> Card:
    state = chip(context, stand.kpi.headline, stand.cell) if is_judged(stand.cell) else None
    page = kpi_page(stand.kpi.id)
    return Card(stand.kpi, page, finding(context, stand), state, trend_figure(context, stand))


def _write_funnel(context: Context) -> None:
    funnel = funnel_of(context)
    conversions = [
        (kpi, stand, printed(context, kpi.headline, stand.cell), interval_text(context, kpi.headline, stand.cell))
        for name in (
            "lead_to_mql",
            "sal_acceptance",
            "mql_to_sql",
            "lead_to_customer",
            "win_rate_count",
            "win_rate_value",
        )
        if (kpi := context.kpis.get(name)) and (stand := _stand(context, kpi)) and stand.cell.value is not None
    ]
    context.write(
        "funnel/index.md",
        "funnel.md.j2",
        {
            "funnel": funnel,
            "drawing": drawing(context, funnel) if funnel else Trusted(""),
            "bottleneck": bottleneck_text(funnel.bottleneck) if funnel and funnel.bottleneck else "",
            "stop": stop_text(context, funnel.stop) if funnel and funnel.stop else "",
            "conversions": conversions,
            "parts": [(part, context.kpis_of(part.section)) for part in PARTS],
            "insights": INSIGHTS,
            "both_counts": both_counts(context),
            "period_text": period_text,
            "formats": formats,
        },
    )
