"""Which pages there are beside the KPIs' own: the parts of the funnel, and the pages that look across KPIs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A part of the funnel with a page of its own: the KPIs of one section."""

    section: str
    page: str
    title: str
    question: str


PARTS = (
    Part("north_star", "funnel/revenue.md", "Revenue", "Are we winning what we set out to win?"),
    Part("top", "funnel/top.md", "Top of the funnel", "Does enough come in, and from where?"),
    Part("middle", "funnel/middle.md", "Middle of the funnel", "Do we keep our word, and do leads move on?"),
    Part("bottom", "funnel/bottom.md", "Bottom of the funnel", "Do we win, how much, and how fast?"),
    Part("economics", "funnel/economics.md", "Unit economics", "What does growth cost, and what is it worth?"),
    Part("retention", "funnel/retention.md", "Retention", "Do customers stay, and do they grow?"),
    Part("trust", "funnel/trust.md", "Trust in the data", "How far do these figures carry?"),
)


@dataclass(frozen=True)
class Insight:
    """A page that lays several KPIs side by side."""

    page: str
    title: str
    question: str
    sections: tuple[str, ...]  # the parts that lead to it
    kpis: tuple[str, ...]  # KPIs that it tells of, whose pages lead to it


INSIGHTS = (
    Insight(
        "insights/plan.md",
        "Plan",
        "What does the revenue target ask of every step before it?",
        ("north_star", "top"),
        ("revenue_won", "deal_size", "mql_to_won", "mql_to_sql", "lead_to_mql", "lead_to_customer", "cac"),
    ),
    Insight(
        "insights/cohorts.md",
        "Cohorts",
        "Of those who entered together, how many get there, and how fast?",
        ("top", "middle", "bottom"),
        (
            "lead_to_mql",
            "mql_to_sql",
            "stage_conversion",
            "mql_to_pipeline",
            "exit_no_purchase",
            "lead_to_customer",
            "mql_to_won",
        ),
    ),
    Insight(
        "insights/pipeline.md",
        "Pipeline",
        "Is enough open, is it moving, and does it keep its dates?",
        ("north_star", "bottom"),
        (
            "pipeline_coverage",
            "pipeline_open",
            "pipeline_bridge",
            "pipeline_growth",
            "pipeline_created",
            "pipeline_velocity",
            "slippage",
            "forecast_accuracy",
            "pipeline_nurture",
        ),
    ),
    Insight(
        "insights/attribution.md",
        "Attribution",
        "Which channels stand behind the revenue that was won?",
        ("top", "bottom"),
        (
            "attributed_revenue",
            "originated_revenue",
            "influenced_revenue",
            "sourced_gap",
            "attribution_coverage",
            "marketing_roi",
            "mkt_quota_share",
        ),
    ),
)
