"""Figures of hand-overs and what becomes of them, a second time."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from . import figures as fig
from .figures import Unit
from .members import Members
from .promises import Promises
from .story import EXITS, Deal, Handoff, Lead


class Handoffs(Members):
    """Figures of hand-overs and what becomes of them, a second time."""

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
        self.figures["sla_attainment"] = lambda span: fig.crossed(
            self.promises.units, span, dims, "commitment", crossed
        )
        followed = self._followups()
        share = Fraction(str(self.settings.min_mature_share))
        for suffix, measure in (("", fig.mean), (".median", fig.MEDIAN), (".p90", fig.P90)):
            self._add(f"followups_per_sql{suffix}", followed, "region tier segment", fig.of_the_mature(measure, share))
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
