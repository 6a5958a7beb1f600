"""The canonical tables: what every source is turned into (column, type, meaning).

All instants are naive UTC inside; dates have no zone; money is exact decimal in the row's own currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

#: Events that say where a lead stands and not since when, in SQL: they are there to be compared with other drops.
UNDATED: Final = "provenance = 'current_only'"


class Type(Enum):
    """What a canonical column holds; the value is its SQL type."""

    TEXT = "varchar"
    INSTANT = "timestamp"  # naive UTC
    DATE = "date"
    BOOLEAN = "boolean"
    INTEGER = "bigint"
    NUMBER = "double"
    MONEY = "decimal(18,6)"
    RATE = "decimal(18,9)"


@dataclass(frozen=True)
class Column:
    """One column of a canonical table."""

    name: str
    type: Type = Type.TEXT
    required: bool = False  # without it the row means nothing
    dimension: bool = False  # members are trimmed, NFC-normalised and folded by case
    choices: tuple[str, ...] = ()  # the closed list of values, where there is one


@dataclass(frozen=True)
class Table:
    """One canonical table; one row is what `meaning` says."""

    name: str
    key: tuple[str, ...]
    meaning: str
    columns: tuple[Column, ...]
    moment: str | None = None  # the instant after which a row is too young for an as-of

    def column(self, name: str) -> Column:
        """Return the column called `name`; KeyError where there is none."""
        return {column.name: column for column in self.columns}[name]


def _columns(spec: str) -> tuple[Column, ...]:
    """Read the compact notation below: `name[:type][*][~]`, `*` required, `~` dimension, `{a|b}` choices."""
    columns = []
    for word in spec.split():
        word, _, choices = word.partition("{")
        required, dimension = "*" in word, "~" in word
        name, _, kind = word.replace("*", "").replace("~", "").partition(":")
        columns.append(
            Column(
                name,
                Type[kind.upper()] if kind else Type.TEXT,
                required,
                dimension,
                tuple(choices.rstrip("}").split("|")) if choices else (),
            )
        )
    return tuple(columns)


#: What a KPI names beside the columns of a table with a precision, when it counts hours and not days.
MOMENTS = "moments"

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "lead",
            ("lead_id",),
            "a person known to us",
            _columns(
                "lead_id* account_id created_at:instant* origin_team~{marketing|sales|partner|customer_success|unknown}"
                " channel~ campaign_id~ region~ segment~ product~ tier~ owner_id score_fit:number"
                " score_engagement:number icp_fit:boolean interest_level timeframe decision_maker_access:boolean"
                " employee_count:integer industry country merged_into_lead_id is_test:boolean exclude_reason email_hash"
            ),
            moment="created_at",
        ),
        Table(
            "lead_attribute",
            ("lead_id", "attribute"),
            "what a lead is by an attribute that the agreement declares; read from columns of leads, not a file",
            _columns("lead_id* attribute* value number:number"),
        ),
        Table(
            "lifecycle_event",
            ("event_id",),
            "a lead entered a stage",
            _columns(
                "event_id* lead_id* occurred_at:instant* to_stage* source_system actor_owner_id reason_code~"
                " score:number definition_version precision{instant|day|month|unknown}"
                " provenance{history|stage_date_column|conversion_date|snapshot_diff|current_only}"
            ),
            moment="occurred_at",
        ),
        Table(
            "assignment",
            ("assignment_id",),
            "a lead was given to an owner",
            _columns("assignment_id* lead_id* occurred_at:instant* owner_id*"),
            moment="occurred_at",
        ),
        Table(
            "activity",
            ("activity_id",),
            "somebody called, wrote or met",
            _columns(
                "activity_id* lead_id opportunity_id owner_id* occurred_at:instant*"
                " type*{call|email|sms|social|meeting|task} direction*{outbound|inbound} is_automated:boolean"
                " outcome{connected|replied|held|no_answer|voicemail|bounced|no_show}"
            ),
            moment="occurred_at",
        ),
        Table(
            "touch",
            ("touch_id",),
            "a response by the buyer, or a logged marketing contact",
            _columns(
                "touch_id* lead_id account_id occurred_at:instant* channel*~ campaign_id~ type~ is_marketing:boolean*"
            ),
            moment="occurred_at",
        ),
        Table(
            "opportunity",
            ("opportunity_id",),
            "a deal in its current state",
            _columns(
                "opportunity_id* account_id primary_lead_id owner_id created_at:instant"
                " type*{new_business|expansion|renewal} source_team~ amount:money list_amount:money currency"
                " contract_months:integer stage*~ forecast_category~ close_date:date closed_at:instant"
                " is_closed:boolean* is_won:boolean* loss_reason~ region~ segment~ product~ campaign_id~"
                " is_test:boolean"
            ),
            moment="created_at",
        ),
        Table(
            "opportunity_stage_event",
            ("event_id",),
            "the state of a deal after a change",
            _columns(
                "event_id* opportunity_id* occurred_at:instant* stage*~ amount:money currency close_date:date"
                " forecast_category~ precision{instant|day|month|unknown}"
                " provenance{history|stage_date_column|conversion_date|snapshot_diff|current_only}"
            ),
            moment="occurred_at",
        ),
        Table(
            "contact_role",
            ("opportunity_id", "lead_id", "role"),
            "a person takes part in a deal, in one role",
            _columns("opportunity_id* lead_id* role~ is_primary:boolean since:instant"),
            moment="since",
        ),
        Table(
            "spend",
            ("spend_id",),
            "money spent over [period_start, period_end)",
            _columns(
                "spend_id* period_start:date* period_end:date* team*{marketing|sales}"
                " category*{program|people|commission|tools|agency|overhead}"
                " purpose*{acquisition|expansion|retention|brand|unallocated}"
                " channel~ campaign_id~ region~ segment~ amount:money* currency"
            ),
        ),
        Table(
            "vendor_invoice",
            ("invoice_id",),
            "a line of a vendor's invoice, without tax, for [period_start, period_end): spend is held against it",
            _columns(
                "invoice_id* period_start:date* period_end:date* team*{marketing|sales}"
                " category{program|people|commission|tools|agency|overhead} channel~ amount:money* currency"
            ),
        ),
        Table(
            "subscription",
            ("subscription_id", "start_date"),
            "constant MRR over [start_date, end_date)",
            _columns(
                "subscription_id* account_id* product~ segment~ region~ start_date:date* end_date:date mrr:money*"
                " currency end_reason"
            ),
        ),
        Table(
            "revenue",
            ("account_id", "segment", "month", "kind"),
            "recognised revenue of a month; account '*' is the company total",
            _columns(
                "account_id* segment~ month:date* kind*{recurring|services|one_time} amount:money* cogs:money currency"
            ),
        ),
        Table(
            "target",
            ("target_id",),
            "a value agreed for a metric and a span; an empty scope column means all",
            _columns(
                "target_id* metric_id* period_start:date* period_end:date* team~ region~ segment~ owner_id"
                " value:money* currency version* agreed_on:date"
            ),
        ),
        Table(
            "owner",
            ("owner_id",),
            "somebody who owns leads or deals",
            _columns(
                "owner_id* display_name team*~ role manager_id region~ calendar_id active_from:date active_to:date"
            ),
        ),
        Table(
            "fx_rate",
            ("currency", "rate_date"),
            "one unit of `currency` is `rate` units of the reporting currency from rate_date on",
            _columns("currency* rate_date:date* rate:rate*"),
        ),
        Table(
            "calendar",
            ("calendar_id", "weekday", "open"),
            "one opening window of a weekday (0 = Monday), local time HH:MM",
            _columns("calendar_id* timezone* weekday:integer* open* close*"),
        ),
        Table(
            "holiday",
            ("calendar_id", "date"),
            "a closed day, or with times a short one",
            _columns("calendar_id* date:date* name open close"),
        ),
        Table(
            "sla_pause",
            ("pause_id",),
            "a clock that stood still; an empty commitment means every clock of the lead",
            _columns("pause_id* lead_id* commitment_id start_at:instant* end_at:instant reason*"),
        ),
        Table(
            "forecast_snapshot",
            ("snapshot_at", "period_start", "period_end", "team", "region", "segment", "category"),
            "what was forecast for a span",
            _columns(
                "snapshot_at:instant* period_start:date* period_end:date* team~ region~ segment~"
                " category*{commit|best_case|pipeline|weighted} amount:money* currency"
            ),
            moment="snapshot_at",
        ),
        Table(
            "review_log",
            ("review_id",),
            "a review that took place",
            _columns(
                "review_id* kind{weekly|monthly|quarterly} held_on:date attended_sales:boolean"
                " attended_marketing:boolean actions_open:integer actions_closed:integer"
            ),
        ),
    )
}
