"""What a drop covers: days and age of each table, money without a rate, and books that are held against one another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from generator.canonical import TABLES
from generator.engine import Engine
from generator.sources.report import LoadReport

#: The first and the last day of a row, in SQL, of tables whose rows carry no moment.
_DAYS = {
    "spend": ("period_start", "period_end - 1"),
    "vendor_invoice": ("period_start", "period_end - 1"),
    "subscription": ("start_date", "start_date"),
    "revenue": ("month", "month"),
    "target": ("period_start", "period_end - 1"),
    "fx_rate": ("rate_date", "rate_date"),
    "holiday": ("date", "date"),
    "sla_pause": ("cast(start_at as date)", "cast(start_at as date)"),
    "review_log": ("held_on", "held_on"),
}
#: Closed months for which the CRM is held against the ledger.
_MONTHS = 12


class Span(NamedTuple):
    """The days (UTC) that the rows of a table speak of."""

    table: str
    first: date
    last: date


class Feed(NamedTuple):
    """How long a table has been silent, in open hours of the reporting calendar."""

    table: str
    silent_h: float
    usual_h: float | None  # 99 of 100 gaps between its rows are shorter; None: too few to say
    is_stopped: bool


class RateGap(NamedTuple):
    """Rows of a table whose currency has no rate on days from `first` to `last`."""

    currency: str
    table: str
    rows: int
    amount: Decimal  # in that currency
    first: date
    last: date


class BookedMonth(NamedTuple):
    """A closed month: what the CRM says was won and what the ledger says was earned, in reporting currency."""

    month: date
    won: Decimal | None  # None: an amount has no rate
    earned: Decimal | None
    is_apart: bool  # by more than was agreed


class BilledMonth(NamedTuple):
    """A closed month of a channel: what was spent on it and what its vendors billed, in reporting currency."""

    month: date
    channel: str  # of what belongs to none, the category
    spent: Decimal | None  # None: no rate, or no spend is recorded
    billed: Decimal | None  # None: no rate, or nobody billed any
    has_gap: bool  # an amount has no rate


@dataclass(frozen=True)
class Survey:
    """What pages and `check` tell of a drop besides its load."""

    spans: tuple[Span, ...] = ()
    feeds: tuple[Feed, ...] = ()
    rate_gaps: tuple[RateGap, ...] = ()  # most rows first
    months: tuple[BookedMonth, ...] = ()  # the last closed ones, newest first
    systems: tuple[str, ...] = ()  # that tell of stages: crm, map
    billed: tuple[BilledMonth, ...] = ()  # the last closed months that vendors billed, newest first
    tolerance: float = 0.0  # how far two books may be apart, as a share

    @property
    def months_apart(self) -> tuple[date, ...]:
        """The months in which spend is further from the invoices than was agreed."""
        return tuple(month for month in self.billed_months if self.is_apart(month))

    @property
    def billed_months(self) -> tuple[date, ...]:
        """The months that vendors billed, newest first."""
        return tuple(dict.fromkeys(one.month for one in self.billed))

    def totals(self, month: date) -> tuple[Decimal | None, Decimal | None]:
        """Return what was spent and what was billed in a month; nothing where an amount has no rate."""
        rows = [one for one in self.billed if one.month == month]
        if any(one.has_gap for one in rows):
            return None, None
        zero = Decimal(0)
        return sum((one.spent or zero for one in rows), zero), sum((one.billed or zero for one in rows), zero)

    def is_apart(self, month: date) -> bool:
        """Whether spend and invoices of a month are further apart than was agreed."""
        spent, billed = self.totals(month)
        return spent is not None and billed is not None and abs(spent - billed) > billed * Decimal(str(self.tolerance))


def before_facts(engine: Engine, load: LoadReport) -> Survey:
    """Return what only the canonical tables say, some of which are gone when the facts stand."""
    systems = engine.rows(
        "select distinct source_system from canonical.lifecycle_event where source_system is not null order by 1"
    )
    return Survey(tuple(_spans(engine, load)), systems=tuple(str(name) for (name,) in systems))


def _spans(engine: Engine, load: LoadReport) -> Iterator[Span]:
    for name, table in TABLES.items():
        moment = f"cast({table.moment} as date)"
        days = (moment, moment) if table.moment else _DAYS.get(name)
        if days and load.tables[name].rows:
            first, last = engine.rows(f"select min({days[0]}), max({days[1]}) from canonical.{name}")[0]
            if first is not None and last is not None:
                yield Span(name, first, last)


def surveyed(engine: Engine, begun: Survey) -> Survey:
    """Return the whole survey once the facts stand; `begun` is what was seen before."""
    feeds = engine.rows("select name, silent_s / 3600.0, usual_s / 3600.0, is_stopped from feed order by name")
    gaps = engine.rows(
        "select currency, name, count(*), sum(amount), min(first_on), max(last_on) from rate_gap"
        " group by currency, name order by 3 desc, 1, 2"
    )
    return Survey(
        begun.spans,
        tuple(Feed(str(name), float(silent or 0), usual, bool(stopped)) for name, silent, usual, stopped in feeds),
        tuple(RateGap(*row) for row in gaps),
        tuple(BookedMonth(*row) for row in engine.rows(_BOOKED)),
        begun.systems,
        tuple(BilledMonth(*row) for row in engine.rows(_BILLED)),
        float(engine.rows("select cast(value as double) from setting where key = 'ledger_tolerance'")[0][0]),
    )


#: Months that the ledger knows, by the same rule as the check `ledger_gap`.
_BOOKED = f"""
select
    earned.month,
    case when won.gaps > 0 then null else coalesce(won.amount, 0) end,
    case when earned.gaps > 0 then null else earned.amount end,
    coalesce(
        abs(coalesce(won.amount, 0) - earned.amount)
        > earned.amount * (select cast(value as double) from setting where key = 'ledger_tolerance'), false
    )
from (
    select month, sum(amount) as amount, count(gap) as gaps from ledger where is_in_total group by month
) as earned
inner join period
    on period.grain = 'month' and period.role = 'own' and not period.is_part and period.starts_on = earned.month
left join (
    select cast(date_trunc('month', booked_on) as date) as month, sum(amount) as amount, count(gap) as gaps
    from deal
    where is_won and excluded is null and type in (select value from setting_list where key = 'revenue_types')
    group by 1
) as won on won.month = earned.month
order by earned.month desc
limit {_MONTHS}
"""
#: Spend of a month beside what vendors billed for it, each row in equal parts over its days. Wages and commissions are
#: paid, not billed. Months for which nobody billed anything are not held against spend.
_BILLED = f"""
with option as (
    select
        max(case when key = 'reporting_currency' then value end) as reporting_currency,
        nullif(max(case when key = 'source_currency' then value end), '') as source_currency
    from setting
),

every_day as (
    select distinct local_date as day from local_slot
),

billed as (
    select
        cast(date_trunc('month', every_day.day) as date) as month,
        coalesce(invoice.channel, invoice.category, 'Unknown') as channel,
        sum(
            cast(invoice.amount as decimal(24, 6)) * fx_day.rate
            / date_diff('day', invoice.period_start, invoice.period_end)
        ) as amount,
        sum(case when fx_day.rate is null then 1 else 0 end) as gaps
    from canonical.vendor_invoice as invoice
    cross join option
    inner join every_day on every_day.day >= invoice.period_start and every_day.day < invoice.period_end
    left join fx_day
        on
            fx_day.currency = coalesce(invoice.currency, option.source_currency, option.reporting_currency)
            and fx_day.day = every_day.day
    group by 1, 2
),

spent as (
    select
        cast(date_trunc('month', day) as date) as month, coalesce(channel, category, 'Unknown') as channel,
        sum(amount) as amount, count(gap) as gaps
    from spend_day
    where category not in ('people', 'commission')
    group by 1, 2
),

closed as (
    select period.starts_on as month
    from period
    where
        period.grain = 'month' and period.role = 'own' and not period.is_part
        and period.starts_on in (select month from billed)
    order by period.starts_on desc
    limit {_MONTHS}
)

select
    coalesce(billed.month, spent.month) as month,
    coalesce(billed.channel, spent.channel) as channel,
    case when spent.gaps = 0 then cast(spent.amount as decimal(38, 6)) end as spent,
    case when billed.gaps = 0 then cast(billed.amount as decimal(38, 6)) end as billed,
    coalesce(billed.gaps, 0) + coalesce(spent.gaps, 0) > 0 as has_gap
from billed
full outer join spent on spent.month = billed.month and spent.channel = billed.channel
where coalesce(billed.month, spent.month) in (select month from closed)
order by 1 desc, 2
"""
