import pandas as pd
import pytest

from generator.charts import Mark, bars, curve, distribution, funnel, lines, trend

PERIODS = [f"2026-{month:02d}" for month in range(1, 13)]


@pytest.fixture(scope="session")
def charts():
    """One chart of each kind, with all that a kind can show."""
    frame = pd.DataFrame(
        {
            "period": PERIODS,
            "value": [0.30, 0.31, None, 0.33, 0.35, 0.34, 0.36, 0.31, 0.30, 0.38, 0.35, 0.39],
            "low": [0.25] * 12,
            "high": [0.45] * 12,
            "target": [0.36] * 6 + [0.4] * 6,
            "is_part": [False] * 11 + [True],
            "n": pd.array([120] * 12, dtype="Int64"),
        }
    )
    members = pd.DataFrame(
        {"member": ["Webinar", "Paid search"], "value": [0.41, 0.38], "low": [0.3, 0.3], "high": [0.5, 0.9]}
    )
    days = pd.DataFrame([{"day": day, "share": day / 200, "series": "2026Q1"} for day in range(0, 91, 3)])
    series = pd.DataFrame([{"period": p, "series": s, "value": 1000.0} for p in PERIODS for s in ("Sales", "Partner")])
    stages = pd.DataFrame({"stage": ["MQL", "SQL"], "count": [100, 30], "rate": [0.3, None], "is_bottleneck": [1, 0]})
    buckets = pd.DataFrame({"bucket": ["≤ 5 min", "no response"], "share": [0.8, 0.2], "count": [8, 2]})
    return {
        "trend": trend(frame, unit="ratio", subject="Acceptance by month", marks=[Mark("2026-06", "MQL v2")]),
        "bars": bars(members, unit="ratio", subject="Acceptance by channel", total=0.35),
        "distribution": distribution(buckets, subject="Speed to lead"),
        "funnel": funnel(stages, subject="The funnel"),
        "curve": curve(days, subject="MQL to SQL"),
        "lines": lines(series, unit="currency", subject="Revenue by team"),
    }
