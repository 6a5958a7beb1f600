"""The funnel and its parts: one page with the counts and the bottleneck, one per part with its KPIs."""

from __future__ import annotations

from dataclasses import dataclass

from generator.kpis.kpi import Kpi
from generator.pages import formats, words
from generator.pages.context import Context, kpi_page
from generator.pages.funnel import bottleneck_text, drawing, funnel_of
from generator.pages.headline import Headline, chip, headline, interval_text, is_judged, period_text, printed
from generator.pages.history import trend_figure
from generator.pages.home import absence
from generator.pages.kpi_pages import finding
from generator.pages.markup import Trusted
from generator.pages.words import Chip


@dataclass(frozen=True)
class Part:
    """A part of the funnel with a page of its own."""

    name: str
    title: str
    sections: tuple[str, ...]
    question: str


PARTS = (
    Part("top", "Top of the funnel", ("top",), "Does enough come in, and from where?"),
    Part("middle", "Middle of the funnel", ("middle",), "Do we keep our word, and do leads move on?"),
    Part("bottom", "Bottom of the funnel", ("north_star", "bottom"), "Do we win, how much, and how fast?"),
    Part("economics", "Unit economics", ("economics", "retention"), "What does growth cost, and what is it worth?"),
)


def part_page(part: str) -> str:
    """Return the path of a part's page below docs."""
    return f"funnel/{part}.md"


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
        kpis = [kpi for section in part.sections for kpi in context.report.kpis if kpi.section == section]
        cards = [_card(context, stand) for kpi in kpis if (stand := _stand(context, kpi))]
        absences = [absence(context, section) for section in part.sections]
        values = {"part": part, "cards": cards, "absences": absences, "parts": PARTS}
        context.write(part_page(part.name), "part.md.j2", values)


def trust_cards(context: Context) -> list[Card]:
    """Return the KPIs about the data itself, for the trust page."""
    kpis = [kpi for kpi in context.report.kpis if kpi.section == "trust"]
    return [_card(context, stand) for kpi in kpis if (stand := _stand(context, kpi))]


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
            "conversions": conversions,
            "parts": [
                (part, [k for s in part.sections for k in context.report.kpis if k.section == s]) for part in PARTS
            ],
            "period_text": period_text,
            "sections": words.SECTIONS,
            "formats": formats,
        },
    )
