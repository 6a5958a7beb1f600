"""The pages that look across KPIs: plan, cohorts, pipeline, attribution."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from generator.pages import attribution, cohorts, pipeline, plan
from generator.pages.block import Block, lacking
from generator.pages.context import Context
from generator.pages.outline import INSIGHTS

_FILLED_BY: dict[str, Callable[[Context], Iterator[Block]]] = {
    "Plan": plan.blocks,
    "Cohorts": cohorts.blocks,
    "Pipeline": pipeline.blocks,
    "Attribution": attribution.blocks,
}


def write_insights(context: Context) -> None:
    """Write insights/<page>.md for each; what the drop cannot answer folds into a line."""
    for insight in INSIGHTS:
        context.write(
            insight.page,
            "insight.md.j2",
            {
                "insight": insight,
                "lede": insight.question,
                "blocks": list(_FILLED_BY[insight.title](context)),
                "lacking": list(lacking(context, insight.kpis)),
                "insights": INSIGHTS,
            },
        )
