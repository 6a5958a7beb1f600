"""KPI files as texts, and a sealed database with a calendar in which drawn tables stand for facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace

import pandas as pd

from generator.agreement.settings import Settings
from generator.calendar import build_calendar
from generator.canonical import TABLES as CANONICAL
from generator.kpis.explaining import explain
from generator.kpis.reading import read_kpis
from generator.kpis.running import measure_kpis

AS_OF = datetime(2026, 5, 20, 12)
FIRST_DAY = date(2026, 1, 1)

ACCEPTANCE_SQL = """
select handoff_id as unit, handed_at as moment, accepted as hit,
       coalesce(excluded, case when not decided then 'undecided' end) as excluded, region, channel
from handoff
""".strip()


def settings(**changes) -> Settings:
    return Settings.model_validate({"schema": 1, **changes})


def agreement(**changes) -> SimpleNamespace:
    windows = tuple(SimpleNamespace(weekday=day, open="09:00", close="17:00") for day in range(5))
    company = SimpleNamespace(id="company", timezone="UTC", windows=windows, holidays=())
    return SimpleNamespace(settings=settings(**changes), calendars=(company,))


def kpi_text(sql: str | None = ACCEPTANCE_SQL, prose: str = "", blocks: str = "", **front) -> str:
    """Return a whole KPI file; a key given as None is left out."""
    usual = {
        "id": "sal_acceptance",
        "title": "Acceptance",
        "section": "middle",
        "unit": "ratio",
        "better": "higher",
        "basis": "event",
        "measure": "rate",
        "target": "level",
        "by": ["region", "channel"],
        "compare": ["mom"],
        "roles": {"sales": "reject with the true reason", "marketing": "fix the source"},
    }
    keys = {key: value for key, value in {**usual, **front}.items() if value is not None}
    prose = prose or "Of the leads handed over, the share that sales took on."
    lines = "\n".join(
        f"{key}: {value!r}" if isinstance(value, str) else f"{key}: {_flow(value)}" for key, value in keys.items()
    )
    fence = f"\n```sql\n{sql}\n```\n" if sql is not None else ""
    return f"---\n{lines}\n---\n{prose}\n{fence}{blocks}"


def _flow(value) -> str:
    """Return `value` as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_flow(part) for part in value) + "]"
    return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, str) else str(value)


def read(*texts: str, **changes):
    """Read KPI texts as files that bear the ids they say."""
    return read_kpis({f"content/kpis/{_id(text)}.md": text for text in texts}, agreement(**changes))


def _id(text: str) -> str:
    line = next(line for line in text.splitlines() if line.startswith("id:"))
    return line.partition(":")[2].strip().strip("'")


@dataclass(frozen=True)
class Bench:
    """A sealed database whose calendar ends on 2026-05-20, noon."""

    engine: object

    def facts(self, **tables: str) -> Bench:
        """Fill facts from drawn tables whose header says `name` or `name:type`."""
        for name, drawn in tables.items():
            self.engine.load(f'"{name}"', *_drawn(drawn))
        return self

    def measure(self, *texts: str, lacking: tuple[str, ...] = (), **changes):
        return measure_kpis(read(*texts, **changes), self.engine, agreement(**changes), Load(lacking), AS_OF)

    def explain(self, metric_id: str, period: str, *texts: str, **where):
        return explain(metric_id, period, where, read(*texts), self.engine, agreement())


@dataclass(frozen=True)
class Load:
    """A load report that only knows what is lacking."""

    lacking: tuple[str, ...] = ()
    rows: int = 0
    compared: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)

    def has(self, table: str, *columns: str) -> bool:
        names = {table, *(f"{table}.{column}" for column in columns)}
        return not names & set(self.lacking)


def _drawn(text: str) -> tuple[pd.DataFrame, dict[str, str]]:
    lines = [line for line in text.strip().splitlines() if not set(line.strip()) <= set("-+")]
    header = [cell.strip().partition(":") for cell in lines[0].split("|")]
    types = {name: kind or "varchar" for name, _, kind in header}
    rows = [[cell.strip() or None for cell in line.split("|")] for line in lines[1:]]
    return pd.DataFrame(rows, columns=list(types), dtype="object"), types


def load_calendar(engine) -> None:
    for name in ("calendar", "holiday"):
        types = {column.name: column.type.value for column in CANONICAL[name].columns}
        engine.load(f"canonical.{name}", pd.DataFrame(columns=list(types)), types)
    build_calendar(engine, agreement(), AS_OF, FIRST_DAY)
