"""Figures of the top of the funnel, a second time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

from . import figures as fig
from .clock import Span
from .figures import Cell, Unit
from .members import Members


class Top(Members):
    """Figures of the top of the funnel, a second time."""

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
