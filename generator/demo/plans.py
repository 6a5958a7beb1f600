"""What was promised: targets, forecasts, pauses of clocks and the log of reviews."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from generator.demo.company import DEFINITION_CHANGE, REGIONS, SEASON, YEARLY_GROWTH, Plan, next_month

#: Monthly promises at scale one, before season and growth: before and after the definition changed.
_MQLS = (84.0, 59.0)
_SQLS = 40.0
#: New and expansion bookings a month at scale one, dollars; how they are to grow a year; marketing's part of them.
_BOOKINGS = 150_000.0
_GOAL_GROWTH = 0.10
_FIRST_MONTHS = (0.25, 0.6)
_MARKETING_PART = 0.56
_REGION_PART = (0.6, 0.4)
#: Levels agreed for a whole year: metric, team, and the value of the first year and of later ones.
_LEVELS = (
    ("lead_to_customer", "all", "0.055", "0.055"),
    ("deal_size", "sales", "10000", "10500"),
    ("sales_cycle", "sales", "45", "45"),
    ("cac", "all", "12500", "12000"),
    ("clv", "all", "55000", "60000"),
    ("sal_acceptance", "marketing", "0.70", "0.80"),
    ("mql_to_sql", "all", "0.42", "0.50"),
    ("win_rate_count", "sales", "0.28", "0.30"),
    ("lead_response_time", "sales", "240", "180"),
    ("sla_attainment", "all", "0.90", "0.90"),
)
_IN_DOLLARS = ("deal_size", "cac", "clv")
_GROWTH_PER_QUARTER = "0.05"


def _pace(plan: Plan, month: date) -> float:
    """The expected size of a month: season times growth times the plan's scale."""
    years = (month - plan.start).days / 365
    return SEASON[month.month - 1] * (1 + YEARLY_GROWTH * years) * plan.scale


def _planned_months(plan: Plan) -> list[date]:
    """Promises are made for whole years, so they run on to the December after the drop."""
    months = plan.first_days()
    while months[-1].month < 12:
        months.append(next_month(months[-1]))
    return months


def _quarters(plan: Plan) -> list[date]:
    months = _planned_months(plan)
    first = date(months[0].year, (months[0].month - 1) // 3 * 3 + 1, 1)
    quarters = [first]
    while (after := _later(quarters[-1], 3)) <= months[-1]:
        quarters.append(after)
    return quarters


def _whole(plan: Plan, spans: list[date]) -> list[date]:
    """Leave out what began before the first month: nobody promised anything for it."""
    return [start for start in spans if start >= plan.start]


def _later(first: date, months: int) -> date:
    for _ in range(months):
        first = next_month(first)
    return first


def make_targets(plan: Plan) -> pd.DataFrame:
    """Return the targets that both teams agreed a month before each period, one a row."""
    rows = _monthly(plan) + _quarterly(plan) + _levels(plan)
    columns = ["metric_id", "period_start", "months", "team", "region", "value", "currency"]
    table = pd.DataFrame(rows, columns=columns)
    ends = [_later(start, months) for start, months in zip(table["period_start"], table["months"], strict=True)]
    agreed = [start - timedelta(days=24) for start in table["period_start"]]
    return table.assign(period_end=ends, agreed_on=agreed)


def _monthly(plan: Plan) -> list[tuple[object, ...]]:
    """Counts and sums are promised by the month; quarters and years are summed from them."""
    rows: list[tuple[object, ...]] = []
    for nth, month in enumerate(_planned_months(plan)):
        mqls = _MQLS[month >= DEFINITION_CHANGE] * _pace(plan, month)
        rows.append(("mql_count", month, 1, "marketing", "", _rounded(mqls, 5), ""))
        sqls = _SQLS * _pace(plan, month) * (0.5 if nth == 0 else 1)
        rows.append(("sql_count", month, 1, "all", "", _rounded(sqls, 5), ""))
        goal, part = _goal(plan, nth, month), _goal(plan, nth, month) * _MARKETING_PART
        for team, value in (("all", goal), ("sales", goal), ("marketing", part)):
            rows.append(("revenue_won", month, 1, team, "", _rounded(value, 1000), "USD"))
        for region, share in zip(REGIONS, _REGION_PART, strict=True):
            rows.append(("revenue_won", month, 1, "all", region, _rounded(goal * share, 1000), "USD"))
        rows.append(("originated_revenue", month, 1, "marketing", "", _rounded(part, 1000), "USD"))
    return rows


def _goal(plan: Plan, nth: int, month: date) -> float:
    """What is to be booked in the nth month; the first ones have no older deals to close."""
    years = (month - plan.start).days / 365
    begun = _FIRST_MONTHS[nth] if nth < len(_FIRST_MONTHS) else 1.0
    return _BOOKINGS * SEASON[month.month - 1] * (1 + _GOAL_GROWTH * years) * plan.scale * begun


def _quarterly(plan: Plan) -> list[tuple[object, ...]]:
    quarters = _whole(plan, _quarters(plan))
    return [("revenue_growth", quarter, 3, "all", "", _GROWTH_PER_QUARTER, "") for quarter in quarters]


def _levels(plan: Plan) -> list[tuple[object, ...]]:
    """Rates, averages and days are judged on every grain alike, and never added up."""
    months, quarters = _planned_months(plan), _whole(plan, _quarters(plan))
    years = _whole(plan, sorted({date(month.year, 1, 1) for month in months}))
    spans = [(day, 1) for day in months] + [(day, 3) for day in quarters] + [(day, 12) for day in years]
    rows: list[tuple[object, ...]] = []
    for metric, team, first, later in _LEVELS:
        currency = "USD" if metric in _IN_DOLLARS else ""
        for start, length in spans:
            rows.append(
                (metric, start, length, team, "", later if start.year > plan.start.year + 1 else first, currency)
            )
    return rows


def _rounded(value: float, to: int) -> str:
    return str(max(int(round(value / to) * to), to if value > to / 4 else 1))


def make_forecasts(plan: Plan, bookings: pd.Series) -> pd.DataFrame:
    """Return what sales forecast at the start and in the middle of each quarter.

    `bookings`: dollars won by first day of the quarter. Sales is cautious in spring and hopeful in autumn.
    """
    rng = plan.stream("forecasts")
    rows: list[tuple[object, ...]] = []
    for quarter in _quarters(plan):
        goal = sum(_goal(plan, 9, _later(quarter, nth)) for nth in range(3))
        plain = float(bookings.get(pd.Timestamp(quarter), 0.0))
        over = _later(quarter, 3) <= plan.end
        best = plain if over and plain else goal
        for day, spread in ((0, 0.13), (45, 0.07)):
            at = quarter + timedelta(days=day)
            if not plan.start <= at < plan.end:
                continue
            commit = best * (1 + rng.normal(0.02, spread))
            for category, share in (("commit", 1.0), ("best_case", 1.22), ("pipeline", 1.9)):
                rows.append((at, quarter, _later(quarter, 3), category, commit * share))
    return pd.DataFrame(rows, columns=["at", "period_start", "period_end", "category", "amount"])


def make_reviews(plan: Plan) -> pd.DataFrame:
    """Return the reviews that both teams held; now and then one was missed, or one side stayed away."""
    rng = plan.stream("reviews")
    days = [plan.start + timedelta(days=n) for n in range((plan.end - plan.start).days)]
    rows: list[tuple[object, ...]] = []
    for day in days:
        weekday, nth = day.weekday(), day.day
        if weekday == 1 and rng.random() < 0.94:
            rows.append(("weekly", day))
        if weekday == 3 and nth <= 7 and rng.random() < 0.97:
            rows.append(("monthly", day))
        if weekday == 3 and 8 <= nth <= 14 and day.month % 3 == 1:
            rows.append(("quarterly", day))
    table = pd.DataFrame(rows, columns=["kind", "held_on"])
    opened = rng.integers(2, 9, len(table))
    return table.assign(
        attended_sales=(rng.random(len(table)) < 0.93).astype(int),
        attended_marketing=(rng.random(len(table)) < 0.97).astype(int),
        actions_open=opened,
        actions_closed=np.minimum(rng.integers(1, 9, len(table)), opened),
    )
