"""The KPIs a second time: from the canonical tables and the agreement, one card after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction

from . import attribution, middle, money, pipeline
from . import figures as fig
from .clock import DAY, Periods, Span, midnight
from .figures import Cell, Unit
from .promises import Promises
from .story import EXITS, FORWARD, Deal, Handoff, Lead, Story

Cells = dict[tuple[str, str, str], Cell]


class Oracle:
    """All cells of a drop, and those of the earlier periods that part periods are compared with."""

    def __init__(self, tables: dict[str, list[dict]], agreement, as_of: datetime, first: date):
        self.story = Story(tables, agreement, as_of)
        self.tables, self.as_of, self.settings = tables, as_of, agreement.settings
        self.zone = self.story.zone
        business = self.story.calendars[self.settings.reporting_calendar]
        self.periods = Periods(first, as_of, self.zone, self.settings.fiscal_year_start_month, business)
        self.won_deals = [deal for deal in self.story.deals if deal.row["is_won"] and deal.row["is_closed"]]
        self.customer_since = self._customer_since()
        self.figures: dict[str, Callable[[Span], dict[str, Cell]]] = {}
        self._top()
        self._middle()
        self._bottom()
        self._economics()
        self._formulas()
        for cards in (middle, pipeline, money, attribution):
            cards.add(self)

    def cells(self) -> Cells:
        """Return every cell of every own month, quarter, year and `all`."""
        return {
            (metric, label, scope): cell
            for metric, figure in self.figures.items()
            for label, span in self.periods.own.items()
            for scope, cell in figure(span).items()
        }

    def befores(self) -> dict[tuple[str, str, str, str], Cell]:
        """Return what each cell is compared with, by metric, period, scope and comparison."""
        found = {}
        for metric, figure in self.figures.items():
            for label in self.periods.own:
                for comparison in ("mom", "qoq", "yoy"):
                    span = self.periods.before(label, comparison)
                    if span is not None:
                        for scope, cell in figure(span).items():
                            found[metric, label, scope, comparison] = cell
        return found

    def _add(self, metric: str, units: list[Unit], dims: str, measure: Callable[[list[Unit]], Cell]) -> None:
        self.figures[metric] = lambda span: fig.measured(units, span, dims.split(), measure)

    # --------------------------------------------------------------------------------------------- members

    def _lead_dims(self, lead: Lead) -> dict[str, str | None]:
        row = lead.row
        return {
            "channel": row["channel"], "region": row["region"], "segment": row["segment"], "tier": row["tier"],
            "product": row["product"], "campaign": row["campaign_id"], "origin": row["origin_team"],
            "owner": row["owner_id"],
        }  # fmt: skip

    def _deal_dims(self, deal: Deal) -> dict[str, str | None]:
        row = deal.row
        owner = self.story.owners.get(row["owner_id"] or "")
        return {
            "region": row["region"], "segment": row["segment"], "product": row["product"], "type": row["type"],
            "owner": row["owner_id"], "origin": self.origin(deal), "team": owner["team"] if owner else None,
            "channel": deal.lead.row["channel"] if deal.lead else None,
        }  # fmt: skip

    def origin(self, deal: Deal) -> str | None:
        """Return who produced the deal: the team of its lead, else what the deal says."""
        if deal.lead and deal.lead.row["origin_team"]:
            return deal.lead.row["origin_team"]
        return deal.row["source_team"]

    def _customer_since(self) -> dict[str, list[tuple[date, Deal]]]:
        since: dict[str, list[tuple[date, Deal]]] = defaultdict(list)
        for deal in self.won_deals:
            if deal.row["account_id"]:
                since[deal.row["account_id"]].append((deal.book_date, deal))
        return since

    def was_customer(self, lead: Lead) -> bool:
        """Whether the lead's account had been won through another deal before the lead was created."""
        day = self.story.day(lead.created_at)
        won = self.customer_since.get(lead.row["account_id"] or "", [])
        return any(since < day and deal.lead is not lead for since, deal in won)

    def amount(self, deal: Deal, day: date) -> tuple[Fraction | None, str | None]:
        """Return amount and gap: both None where the deal carries no amount."""
        if deal.row["amount"] is None:
            return None, None
        amount = self.story.rates.convert(deal.row["amount"], deal.row["currency"], day)
        return amount, None if amount is not None else "missing_fx"

    # ------------------------------------------------------------------------------------------------- top

    def _top(self) -> None:
        day, leads = self.story.day, self.story.known
        created = [Unit(day(lead.created_at), self._lead_dims(lead)) for lead in leads]
        self._add("lead_volume", created, "channel region origin segment", fig.count)
        self.figures["channel_share"] = lambda span: self._channel_share(created, span)
        self._add("mql_count", self._first("mql"), "channel region origin tier segment", fig.count)
        again = [
            Unit(day(entry.at), self._lead_dims(lead))
            for lead in leads
            for entry in [entry for entry in lead.entries if entry.stage == "mql"][1:]
        ]
        self._add("mql_count.requalified", again, "channel region origin tier", fig.count)
        self._add("sql_count", self._first("sql"), "channel region origin tier segment", fig.count)
        window = self.settings.windows.mql_to_sql
        converted = []
        for lead in leads:
            mql, sql = lead.first("mql"), lead.first("sql")
            if mql is None or (sql is not None and sql < mql):
                continue
            mature = mql + timedelta(days=window) <= self.as_of
            hit = fig.within_days(mql, sql, window)
            converted.append(Unit(day(mql), self._lead_dims(lead), hit=hit, mature=mature))
        self._add("mql_to_sql", converted, "channel region origin tier segment", self._cohort())

    def _cohort(self) -> Callable[[list[Unit]], Cell]:
        return fig.cohort(Fraction(str(self.settings.min_mature_share)))

    def _first(self, stage: str) -> list[Unit]:
        found = [(lead, lead.first(stage)) for lead in self.story.known]
        return [Unit(self.story.day(at), self._lead_dims(lead)) for lead, at in found if at is not None]

    def _channel_share(self, created: list[Unit], span: Span) -> dict[str, Cell]:
        mine = [unit for unit in created if span.has(unit.day) and unit.dims["origin"] == "marketing"]
        found = {}
        for scope, some in fig.by_scope(mine, ["region", "segment"]).items():
            channels = [fig.member(unit.dims["channel"]) for unit in some]
            for channel in set(channels):
                key = f"channel={fig.escaped(channel)}" + (f";{scope}" if scope != "all" else "")
                k, n = channels.count(channel), len(channels)
                found[key] = Cell(Fraction(k, n), "ok", k, n, n)
        return found

    # ---------------------------------------------------------------------------------------------- middle

    def _middle(self) -> None:
        story = self.story
        self.promises = Promises(self)
        waits, in_time, decided = [], [], []
        for handoff in story.handoffs:
            dims = self._handoff_dims(handoff)
            end = handoff.response_at or (handoff.exit.at if handoff.exit else self.as_of)
            seconds = handoff.calendar.seconds(handoff.at, end)
            observed = handoff.response_at is not None
            waits.append(Unit(story.day(handoff.at), dims, Fraction(seconds, 60), observed=observed))
            due = self._due(handoff)
            if due is not None and due <= self.as_of:
                in_time.append(Unit(story.day(handoff.at), dims, hit=observed and handoff.response_at <= due))
            if (hit := self._decision(handoff)) is not None:
                decided.append(Unit(story.day(handoff.at), dims, hit=hit))
        dims = "channel region tier"
        self._add("lead_response_time", waits, dims, fig.kaplan_meier_median)
        self._add("lead_response_time.mean_responders", waits, dims, fig.answered(fig.mean))
        self._add("lead_response_time.median_responders", waits, dims, fig.answered(fig.MEDIAN))
        self._add("lead_response_time.p90_responders", waits, dims, fig.answered(fig.P90))
        self._add("speed_to_lead_dist", in_time, dims, fig.rate)
        self._add("speed_to_lead_dist.bucket", self._buckets(), "bucket", fig.count)
        self._add("sal_acceptance", decided, "channel region tier segment", fig.rate)
        dims = "commitment direction channel region tier"
        crossed = "channel region tier direction"
        self.figures["sla_attainment"] = lambda span: _crossed(self.promises.units, span, dims, "commitment", crossed)
        followed = self._followups()
        share = Fraction(str(self.settings.min_mature_share))
        for suffix, measure in (("", fig.mean), (".median", fig.MEDIAN), (".p90", fig.P90)):
            self._add(f"followups_per_sql{suffix}", followed, "region tier segment", _mature(measure, share))
        self._exits()

    def _handoff_dims(self, handoff: Handoff) -> dict[str, str | None]:
        return self._lead_dims(handoff.lead)

    def _due(self, handoff: Handoff) -> datetime | None:
        """Return when Sales promised to have answered; None where nothing was promised."""
        promise = self.story.agreement.commitment_at("c.sm.first_response", self.story.day(handoff.at))
        if promise is None:
            return None
        tier = handoff.lead.row["tier"]
        fitting = [one for one in promise.per_tier if one.tier in (None, tier)]
        if not fitting:
            return None
        return self.promises.deadline(promise, fitting[0], handoff.lead, handoff.at, handoff.calendar)

    def _buckets(self) -> list[Unit]:
        units = []
        for handoff in self.story.handoffs:
            due = self._due(handoff)
            if handoff.response_at is not None:
                seconds = handoff.calendar.seconds(handoff.at, handoff.response_at)
                edges = ((300, "le_5m"), (3600, "le_1h"), (14400, "le_4h"), (86400, "le_24h"))
                bucket = next((name for edge, name in edges if seconds <= edge), "gt_24h")
            elif due is not None and due <= self.as_of:
                bucket = "no_response"
            else:
                bucket = "pending"
            units.append(Unit(self.story.day(handoff.at), {"bucket": bucket}))
        return units

    def _decision(self, handoff: Handoff) -> bool | None:
        """Whether the hand-over was accepted; None where nobody decided or the reason takes it out."""
        if handoff.exit and handoff.exit.reason in self.settings.exclude_reasons:
            return None
        if handoff.accepted_at is not None:
            return True
        return False if handoff.exit else None

    def attempts(self, lead: Lead) -> list[dict]:
        """Return human outbound activity on the lead or its deals, each burst of one kind and owner once."""
        if not hasattr(lead, "attempts_"):
            rows = [row for row in lead.activities + lead.deal_activities
                    if row["direction"] == "outbound" and not row["is_automated"]]  # fmt: skip
            rows.sort(key=lambda row: (row["occurred_at"], row["activity_id"]))
            kept, last = [], {}
            gap = timedelta(minutes=self.settings.attempt_dedupe_minutes)
            for row in rows:
                kind = (row["owner_id"], row["type"])
                if kind in last and row["occurred_at"] - last[kind] <= gap:
                    continue
                last[kind] = row["occurred_at"]
                kept.append(row)
            lead.attempts_ = kept
        return lead.attempts_

    def _followups(self) -> list[Unit]:
        window = timedelta(days=self.settings.windows.followups)
        units = []
        for lead in self.story.known:
            sql = lead.first("sql")
            if sql is None:
                continue
            ends = [sql + window]
            ends += [deal.row["created_at"] for deal in lead.deals if deal.row["created_at"] >= sql]
            ends += [entry.at for entry in lead.entries if entry.stage in EXITS and entry.at >= sql]
            ends += [entry.at for entry in lead.entries if entry.stage == "opportunity" and entry.at >= sql]
            end = min(ends)
            tries = sum(sql <= row["occurred_at"] < end for row in self.attempts(lead))
            units.append(Unit(self.story.day(sql), self._lead_dims(lead), Fraction(tries), mature=end <= self.as_of))
        return units

    def _new_business(self) -> list[tuple[Lead, int | None]]:
        """Return leads that can become new customers, with the days from creation to their first win."""
        found = []
        for lead in self.story.known:
            if self.was_customer(lead):
                continue
            won = [deal.book_date for deal in lead.deals
                   if deal.row["is_won"] and deal.row["is_closed"] and deal.row["type"] == "new_business"]  # fmt: skip
            days = (min(won) - self.story.day(lead.created_at)).days if won else None
            if days is None or days >= 0:
                found.append((lead, days))
        return found

    def _exits(self) -> None:
        window = self.settings.windows.lead_to_customer
        bought, left, still = [], [], []
        for lead, days in self._new_business():
            end = lead.created_at + timedelta(days=window)
            mature = end <= self.as_of
            purchased = days is not None and days <= window
            gone = mature and not purchased and self._is_gone(lead, end)
            for units, hit in ((bought, purchased), (left, gone), (still, mature and not purchased and not gone)):
                units.append(Unit(self.story.day(lead.created_at), self._lead_dims(lead), hit=hit, mature=mature))
        dims = "channel region origin tier segment"
        self._add("lead_to_customer", bought, dims, self._cohort())
        self._add("exit_no_purchase.purchased", bought, dims, self._cohort())
        self._add("exit_no_purchase", left, dims, self._cohort())
        self._add("exit_no_purchase.open", still, dims, self._cohort())

    def _is_gone(self, lead: Lead, end: datetime) -> bool:
        past = [entry for entry in lead.entries if entry.at <= end]
        if past and past[-1].stage in EXITS:
            return True
        deals = [deal for deal in lead.deals if deal.row["created_at"] <= end]
        outcomes = [self._outcome_at(deal, end) for deal in deals]
        if "lost" in outcomes and "open" not in outcomes:
            return True
        if not self.tables["activity"] and not self.tables["touch"]:
            return False
        silent = end - timedelta(days=self.settings.inactive_days)
        heard = lead.activities + lead.deal_activities + lead.touches
        return not any(silent < row["occurred_at"] <= end for row in heard) and lead.created_at <= silent

    def _outcome_at(self, deal: Deal, moment: datetime) -> str:
        state = deal.state_before(moment + timedelta(seconds=1))
        if state is None:
            return "open"
        stage = self.story.ranks.get(state["stage"])
        return stage.outcome if stage else "open"

    # ---------------------------------------------------------------------------------------------- bottom

    def _booked(self, deals: list[Deal], types: tuple[str, ...]) -> list[tuple[Deal, Unit]]:
        """Return the closed deals of some types with their unit; its value is None without an amount."""
        found = []
        for deal in deals:
            if deal.row["type"] in types and deal.row["is_closed"]:
                value, gap = self.amount(deal, deal.book_date)
                unit = Unit(deal.book_date, self._deal_dims(deal), value, hit=bool(deal.row["is_won"]), gap=gap)
                found.append((deal, unit))
        return found

    def _bottom(self) -> None:
        valued = lambda pairs: [unit for _, unit in pairs if unit.value is not None or unit.gap]  # noqa: E731
        revenue = valued(self._booked(self.won_deals, tuple(self.settings.revenue_types)))
        self._add("revenue_won", revenue, "region team owner segment origin type product", fig.total)
        renewed = valued(self._booked(self.won_deals, ("renewal",)))
        self._add("revenue_won.renewed", renewed, "region team owner segment product", fig.total)
        new = valued(self._booked(self.won_deals, ("new_business",)))
        sized = [unit for unit in new if unit.gap or unit.value > 0]
        for suffix, measure in (("", fig.mean), (".median", fig.MEDIAN), (".p90", fig.P90)):
            self._add(f"deal_size{suffix}", sized, "region owner segment product origin", measure)
            for team in ("sales", "marketing"):
                mine = [unit for unit in sized if unit.dims["origin"] == team]
                self._add(f"deal_size_{team}{suffix}", mine, "region segment product", measure)
            self._add(f"sales_cycle{suffix}", self._cycles(True), "region segment owner product origin", measure)
            self._add(f"sales_cycle.opp_cycle{suffix}", self._cycles(False), "region segment owner product", measure)
        excluded = self.settings.exclude_loss_reasons
        closed = [
            (deal, unit)
            for deal, unit in self._booked(self.story.deals, tuple(self.settings.win_types))
            if deal.row["is_won"] or deal.row["loss_reason"] not in excluded
        ]
        self.decided = valued(closed)
        dims = "region segment product owner origin"
        self._add("win_rate_count", [unit for _, unit in closed], dims, fig.rate)
        self._add("win_rate_value", self.decided, dims, _value_rate)
        originated = [unit for unit in new if unit.dims["origin"] == "marketing"]
        self.originated = lambda span: fig.measured(originated, span, [], fig.total)

    def _cycles(self, from_lead: bool) -> list[Unit]:
        units = []
        for deal in self.won_deals:
            if deal.row["type"] != "new_business" or (from_lead and deal.lead is None):
                continue
            start = deal.lead.created_at if from_lead else deal.row["created_at"]
            days = (deal.book_date - self.story.day(start)).days
            if days >= 0:
                units.append(Unit(deal.book_date, self._deal_dims(deal), Fraction(days)))
        return units

    # ------------------------------------------------------------------------------------------- economics

    def _economics(self) -> None:
        self._spend = self._spend_days()
        self._customers = self._new_customers()
        self.figures["cac"] = self._cac
        self.figures["cac.trailing_quarter"] = lambda span: (
            self._cac(self._quarter_to(span)) if span.grain == "month" else {}
        )
        self.figures["sm_cost_ratio"] = self._cost_ratios
        for name in ("clv", "clv.arpa", "clv.churn"):
            self.figures[name] = lambda span, name=name: self._clv(span, name)

    def _spend_days(self) -> dict[date, list[tuple[dict, Fraction | None]]]:
        found = defaultdict(list)
        last = self.periods.today
        for row in self.tables["spend"]:
            days = (row["period_end"] - row["period_start"]).days
            for n in range(days):
                day = row["period_start"] + DAY * n
                if day > last:
                    break
                daily = self.story.rates.convert(Fraction(row["amount"]) / days, row["currency"], day)
                found[day].append((row, daily))
        return found

    def _spent(self, span: Span, wanted: Callable[[dict], bool]) -> dict[str | None, Fraction]:
        """Return spend by region, and under None in all."""
        found: dict[str | None, Fraction] = defaultdict(Fraction)
        for n in range((span.cut - span.start).days):
            for row, daily in self._spend.get(span.start + DAY * n, ()):
                if wanted(row):
                    found[None] += daily
                    found[f"region={fig.escaped(fig.member(row['region']))}"] += daily
        return found

    def _new_customers(self) -> list[Unit]:
        first: dict[str, Deal] = {}
        won = [deal for deal in self.won_deals if deal.row["type"] == "new_business" and deal.row["account_id"]]
        for deal in sorted(won, key=lambda deal: (deal.book_date, deal.id)):
            first.setdefault(deal.row["account_id"], deal)
        return [
            Unit(deal.book_date, self._deal_dims(deal))
            for deal in first.values()
            if deal.lead is None or not self.was_customer(deal.lead)
        ]

    def _cac(self, span: Span) -> dict[str, Cell]:
        purposes = self.settings.cac.purposes
        spent = self._spent(span, lambda row: row["purpose"] in purposes)
        counts = fig.measured(self._customers, span, ["region"], fig.count)
        found = {}
        for scope in {"all", *counts, *(key for key in spent if key)}:
            money = spent.get(None if scope == "all" else scope)
            customers = int(counts[scope].value) if scope in counts else 0
            found[scope] = _quotient(money, customers)
        return found

    @staticmethod
    def _quarter_to(span: Span) -> Span:
        """Return the three months of which `span` is the last."""
        return Span(span.label, "quarter", _months_before(span.start, 2), span.end, span.cut, span.is_part)

    def _cost_ratios(self, span: Span) -> dict[str, Cell]:
        """Return both teams' cost together and apart; the ledger tells no regions."""
        both = self._cost_ratio(span, None)["all"]
        teams = {f"team={team}": self._cost_ratio(span, team)["all"] for team in ("sales", "marketing")}
        return {"all": both, "region=Unknown": both, **teams}

    def _cost_ratio(self, span: Span, team: str | None) -> dict[str, Cell]:
        months = {row["month"].replace(day=1) for row in self.tables["revenue"]}
        revenue = [row for row in self.tables["revenue"] if span.has(row["month"])]
        whole = [row for row in revenue if row["account_id"] == "*"] or revenue
        earned = sum(
            (self.story.rates.convert(row["amount"], row["currency"], row["month"]) for row in whole), Fraction()
        )
        money = Fraction()
        for n in range((span.cut - span.start).days):
            day = span.start + DAY * n
            if day.replace(day=1) in months:
                money += sum(
                    (daily for row, daily in self._spend.get(day, ()) if team in (None, row["team"])), Fraction()
                )
        return {"all": _quotient(money if money else None, earned)}

    def _clv(self, span: Span, name: str) -> dict[str, Cell]:
        if span.grain == "all":
            return {}
        found = {}
        segments = {row["segment"] for row in self.tables["subscription"]}
        for scope, rows in [("all", self.tables["subscription"])] + [
            (f"segment={fig.escaped(fig.member(one))}", [r for r in self.tables["subscription"] if r["segment"] == one])
            for one in segments
        ]:
            arpa, churn = self._arpa(rows, span.cut), self._churn(rows, span.cut)
            young = min(row["start_date"] for row in rows) > _months_before(
                span.cut, self.settings.clv.churn_window_months
            )
            found[scope] = {"clv.arpa": arpa, "clv.churn": churn}.get(name) or self._lifetime(arpa, churn, young)
        return found

    @staticmethod
    def _active(rows: list[dict], day: date) -> dict[str, list[dict]]:
        found = defaultdict(list)
        for row in rows:
            if row["start_date"] <= day and (row["end_date"] is None or day < row["end_date"]) and row["mrr"] > 0:
                found[row["account_id"]].append(row)
        return found

    def _arpa(self, rows: list[dict], day: date) -> Cell:
        active = self._active(rows, day)
        amounts = [
            self.story.rates.convert(row["mrr"], row["currency"], day) for some in active.values() for row in some
        ]
        return _quotient(sum(amounts, Fraction()), len(active))

    def _churn(self, rows: list[dict], day: date) -> Cell:
        """Return customers lost in the last twelve months over the customers at the month starts in them."""
        begin = _months_before(day, self.settings.clv.churn_window_months)
        marks = [begin + DAY * n for n in range((day - begin).days) if (begin + DAY * n).day == 1]
        months = sum(len(self._active(rows, mark)) for mark in marks)
        ends = {row["end_date"] for row in rows if row["end_date"] and begin < row["end_date"] <= day}
        lost = sum(len(set(self._active(rows, end - DAY)) - set(self._active(rows, end))) for end in ends)
        return _quotient(Fraction(lost), months)

    def _lifetime(self, arpa: Cell, churn: Cell, young: bool) -> Cell:
        if arpa.value is None or churn.value is None:
            return Cell(None, "missing_input")
        cap = self.settings.clv.lifetime_cap_months
        capped = churn.value == 0 or 1 / churn.value > cap
        months = cap if capped else 1 / churn.value
        return Cell(arpa.value * months, "provisional" if young else "capped" if capped else "ok")

    # -------------------------------------------------------------------------------------------- formulas

    def _formulas(self) -> None:
        self.figures["revenue_growth"] = lambda span: self._growth(
            "revenue_won", span, "month quarter year", "region segment product type"
        )
        self.figures["sql_growth_mom"] = lambda span: self._growth(
            "sql_count", span, "month", "region segment channel origin"
        )
        self.figures["sql_growth_qoq"] = lambda span: self._growth(
            "sql_count", span, "quarter", "region segment channel origin"
        )
        self.figures["revenue_attainment"] = self._attainment
        self.figures["team_attainment"] = self._team_attainment
        for metric, team in (("mql_count", "marketing"), ("sql_count", "all"), ("revenue_won", "all")):
            for name in ("paced_target", "paced_attainment", "gap", "required_per_business_day"):
                self.figures[f"{metric}.{name}"] = lambda span, given=(metric, team, name): self._paced(span, *given)
        self.figures["pipeline_coverage"] = self._coverage
        self.figures["pipeline_coverage.open"] = self._open
        self.figures["pipeline_coverage.win_rate"] = self._trailing_win_rate

    def _previous(self, span: Span) -> Span | None:
        step = {"month": "mom", "quarter": "qoq", "year": "yoy"}[span.grain]
        own = self.periods.own.get(span.label)
        return self.periods.before(span.label, step) if own == span else None

    def _growth(self, metric: str, span: Span, grains: str, dims: str) -> dict[str, Cell]:
        wanted = {"all", *dims.split()}
        if span.grain not in grains.split() or (before := self._previous(span)) is None:
            return {}
        now, then = self.figures[metric](span), self.figures[metric](before)
        found = {}
        for scope in now.keys() | then.keys():
            if scope.partition("=")[0] not in wanted:
                continue
            new, old = now.get(scope, Cell(Fraction(0))), then.get(scope, Cell(Fraction(0)))
            if new.value is None or old.value is None:
                found[scope] = Cell(None, "missing_fx")
            elif old.value <= 0:
                found[scope] = Cell(None, "zero_denominator")
            else:
                found[scope] = Cell(new.value / old.value - 1, "ok", new.value, old.value)
        return found

    def target(self, metric: str, label: str, **scope: str) -> Fraction | None:
        """Return the agreed value of a period; months sum up to a quarter or year that nobody agreed as such."""
        own = self.periods.own[label]
        newest = self._plans(metric, **scope)
        exact = newest.get((own.start, own.end))
        parts = [exact] if exact else self._tiles(newest, own)
        if not parts:
            return None
        return sum((self.story.rates.convert(plan[6], plan[7], plan[0]) for plan in parts), Fraction())

    def is_agreed(self, metric: str, label: str, team: str) -> bool:
        """Whether somebody agreed a value for just this period."""
        own = self.periods.own[label]
        return (own.start, own.end) in self._plans(metric, team=team)

    def _plans(self, metric: str, **scope: str) -> dict[tuple[date, date], tuple]:
        """Return the targets of a scope by their span; of several versions the newest."""
        source = self.tables["target"]
        if source:
            plans = [
                (row["period_start"], row["period_end"], row["team"], row["region"], row["segment"], row["owner_id"],
                 Fraction(row["value"]), row["currency"], (row["agreed_on"] or date.min, row["version"]))
                for row in source
                if row["metric_id"] == metric
            ]  # fmt: skip
        else:
            plans = [
                (one.period_start, one.period_end, one.team, one.region, one.segment, one.owner,
                 Fraction(one.value), one.currency, (one.agreed_on or date.min, one.version))
                for one in self.story.agreement.targets
                if one.metric == metric
            ]  # fmt: skip
        fitting = [
            plan for plan in plans
            if (plan[2] or "all") == scope.get("team", "all") and plan[3] == scope.get("region")
            and plan[4] is None and plan[5] is None
        ]  # fmt: skip
        newest: dict[tuple[date, date], tuple] = {}
        for plan in sorted(fitting, key=lambda plan: plan[8]):
            newest[plan[0], plan[1]] = plan
        return newest

    @staticmethod
    def _tiles(plans: dict[tuple[date, date], tuple], own: Span) -> list[tuple]:
        inside = sorted(key for key in plans if own.start <= key[0] and key[1] <= own.end)
        months = [key for key in inside if (key[1] - key[0]).days <= 31]
        at, parts = own.start, []
        for key in months:
            if key[0] == at:
                parts.append(plans[key])
                at = key[1]
        return parts if at == own.end else []

    def _whole_target(self, label: str) -> Fraction | None:
        whole = self.target("revenue_won", label)
        return whole if whole is not None else self.target("revenue_won", label, team="sales")

    def _paced(self, span: Span, metric: str, team: str, name: str) -> dict[str, Cell]:
        if not span.is_part or (target := self.target(metric, span.label, team=team)) is None:
            return {}
        actual = self.figures[metric](span)["all"].value
        done = self.periods.business_days(span.start, span.cut)
        days = self.periods.business_days(span.start, span.end)
        paced = target * Fraction(done, days)
        values = {
            "paced_target": Cell(paced),
            "paced_attainment": _quotient(actual, paced),
            "gap": Cell(target - actual),
            "required_per_business_day": _quotient(target - actual, days - done)
            if target > actual
            else Cell(Fraction(0), "target_met"),
        }
        return {"all": values[name]}

    def _attainment(self, span: Span) -> dict[str, Cell]:
        if span.grain == "all" or self.periods.own.get(span.label) != span:
            return {}
        won = self.figures["revenue_won"](span)
        found = {"all": _quotient(won["all"].value, self._whole_target(span.label), won["all"])}
        for scope, cell in won.items():
            dim, _, name = scope.partition("=")
            if dim == "region":
                agreed = self.target("revenue_won", span.label, **{dim: name})
                found[scope] = _quotient(cell.value, agreed, cell)
        return found

    def _team_attainment(self, span: Span) -> dict[str, Cell]:
        if span.grain == "all" or self.periods.own.get(span.label) != span:
            return {}
        mine = self.originated(span)["all"]
        ours = self.figures["revenue_won"](span)["all"]
        agreed = self.target("originated_revenue", span.label, team="marketing")
        if agreed is None:
            agreed = self.target("revenue_won", span.label, team="marketing")
        sales = self.target("revenue_won", span.label, team="sales")
        return {"team=marketing": _quotient(mine.value, agreed, mine), "team=sales": _quotient(ours.value, sales, ours)}

    # -------------------------------------------------------------------------------------------- pipeline

    def _moment(self, span: Span) -> date:
        """Return the day at whose beginning the pipeline is counted: the period's start, or where it is cut."""
        return span.cut if span.is_part or span.cut < span.end else span.start

    def _open_units(self, span: Span) -> list[Unit]:
        day = self._moment(span)
        moment = midnight(day, self.zone)
        lowest = self.story.ranks[self.settings.min_qualified_stage].rank
        units = []
        for deal in self.story.deals:
            state, stage = deal.state_before(moment), self._stage_before(deal, moment)
            if (
                state is None
                or stage is None
                or stage.outcome != "open"
                or stage.rank < lowest
                or state["close_date"] is None
            ):
                continue
            if deal.row["type"] not in self.settings.revenue_types or state["amount"] is None:
                continue
            if day <= state["close_date"] < span.end:
                value = self.story.rates.convert(state["amount"], state["currency"], day)
                gap = None if value is not None else "missing_fx"
                units.append(Unit(day, self._deal_dims(deal), value, gap=gap))
        return units

    def _stage_before(self, deal: Deal, moment: datetime):
        """Return the stage of a deal; in one that the agreement does not know it stands where it stood before."""
        past = [self.story.ranks.get(state["stage"]) for state in deal.states if state["occurred_at"] < moment]
        return next((stage for stage in reversed(past) if stage), None)

    def _open(self, span: Span) -> dict[str, Cell]:
        if span.grain == "all":
            return {}
        units = self._open_units(span)
        return {scope: fig.total(some) for scope, some in fig.by_scope(units, ["region", "owner", "segment"]).items()}

    def _coverage(self, span: Span) -> dict[str, Cell]:
        if span.grain == "all" or self.periods.own.get(span.label) != span:
            return {}
        have = self._open(span)
        day = self._moment(span)
        won = self.figures["revenue_won"](Span(span.label, span.grain, span.start, span.end, day))
        found = {}
        begun = any(
            state["occurred_at"] < midnight(day, self.zone) for deal in self.story.deals for state in deal.states
        )
        for scope in {"all", *(scope for scope in have if scope.startswith("region="))} if begun else ():
            target = self._whole_target(span.label) if scope == "all" else self.target(
                "revenue_won", span.label, region=scope.partition("=")[2])  # fmt: skip
            if target is None:
                found[scope] = Cell(None, "missing_input")
                continue
            missing = target - (won.get(scope, Cell(Fraction(0))).value or 0)
            met = missing <= 0
            found[scope] = Cell(None, "target_met") if met else Cell(have[scope].value / missing, have[scope].status)
        return found

    def _trailing_win_rate(self, span: Span) -> dict[str, Cell]:
        if span.grain == "all":
            return {}
        day = self._moment(span)
        year = Span("", "", day - timedelta(days=365), day, day)
        return fig.measured(self.decided, year, ["region", "owner"], _value_rate)


def _mature(measure: Callable[[list[Unit]], Cell], share: Fraction) -> Callable[[list[Unit]], Cell]:
    def of(units: list[Unit]) -> Cell:
        mature = [unit for unit in units if unit.mature]
        found = measure(mature)
        if units and Fraction(len(mature), len(units)) < share:
            return Cell(None, "maturing", found.numerator, found.denominator, found.n)
        return found

    return of


def _crossed(units: list[Unit], span: Span, dims: str, by: str, others: str) -> dict[str, Cell]:
    """Return the rate of each member, and of each member of `by` within those of other dimensions."""
    inside = [unit for unit in units if span.has(unit.day)]
    found = {scope: fig.rate(some) for scope, some in fig.by_scope(inside, dims.split()).items()}
    for scope, some in fig.by_scope(inside, [by]).items():
        for other, few in fig.by_scope(some, others.split()).items():
            if "all" not in (scope, other):
                found[";".join(sorted((scope, other)))] = fig.rate(few)
    return found


def _value_rate(units: list[Unit]) -> Cell:
    if any(unit.gap for unit in units):
        return Cell(None, "missing_fx")
    won = sum((unit.value for unit in units if unit.hit), Fraction())
    return _quotient(won, sum((unit.value for unit in units), Fraction()), n=len(units))


def _quotient(above: Fraction | None, below, source: Cell | None = None, n: int | None = None) -> Cell:
    if above is None:
        return Cell(None, source.status if source else "missing_input")
    if below is None:
        return Cell(None, "missing_input")
    if not below:
        return Cell(None, "zero_denominator", above, below, n)
    return Cell(Fraction(above) / Fraction(below), "ok", above, below, n)


def _months_before(day: date, back: int) -> date:
    months = day.year * 12 + day.month - 1 - back
    year, month = months // 12, months % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - DAY).day
    return date(year, month, min(day.day, last))


__all__ = ["FORWARD", "Oracle"]
