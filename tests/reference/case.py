"""A reference case: exports in canonical shape, settings, and the figures that must come out."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from generator.agreement.settings import Settings
from generator.project import Project

HERE = Path(__file__).parent

#: What a case calls a figure, and what the results call it.
METRICS = {
    "mql_requalified": "mql_count.requalified",
    "response_within_target": "speed_to_lead_dist",
    "disposition_rate": "disposition_rate.event",  # the case counts by the hand-over
    "lead_response_time.km_median": "lead_response_time",
}


#: Members that the agreement knows under another id.
MEMBERS = {"channel=events": "channel=event", "rule=lead_origin": "all"}

#: A case has one window: that of the conversion which it is about.
WINDOWS = ("mql_to_sql", "lead_to_customer", "mql_to_pipeline", "mql_to_won", "lead_to_mql")


@dataclass(frozen=True)
class Row:
    """One line of expected.csv."""

    metric: str
    period: str
    scope: str
    value: float | None
    numerator: str
    denominator: str
    n: str
    status: str
    note: str

    def __str__(self) -> str:
        return f"{self.metric} {self.period or 'all'} {self.scope}"


def expected(name: str) -> list[Row]:
    """Return the rows of the case called `name`."""
    with (HERE / name / "expected.csv").open(newline="", encoding="utf-8") as file:
        return [_row(line) for line in csv.DictReader(file)]


def _row(line: dict[str, str]) -> Row:
    value = float(Fraction(line["exact"])) if line["exact"] else float(line["value"]) if line["value"] else None
    return Row(
        line["metric_id"],
        line["period"],
        line["scope"],
        value,
        line["numerator"],
        line["denominator"],
        line["n"],
        line["status"],
        line["note"],
    )


def make_project(name: str, folder: Path) -> Project:
    """Write a project whose agreement is the case's, laid over the packaged one."""
    config = json.loads((HERE / name / "config.json").read_text(encoding="utf-8"))
    agreement = folder / "content" / "agreement"
    agreement.mkdir(parents=True)
    (folder / "mkdocs.yml").write_text("site_name: Reference case\n", encoding="utf-8")
    _write(agreement / "settings.yml", _settings(config))
    # Targets of the sample company have no place in a case.
    _write(agreement / "sla.yml", {"commitments": _commitments(config)})
    if "definitions" in config:
        _write(agreement / "lifecycle.yml", {"definitions": _definitions(config["definitions"])})
    return Project(folder)


def as_of(name: str) -> str:
    """Return the instant of the case."""
    return json.loads((HERE / name / "config.json").read_text(encoding="utf-8"))["as_of"]


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump({"schema": 1, **content}), encoding="utf-8")


def _settings(config: dict[str, Any]) -> dict[str, Any]:
    settings = {key: config[key] for key in Settings.model_fields if key in config and key != "sources"}
    if "window_days" in config:
        settings["windows"] = dict.fromkeys(WINDOWS, config["window_days"])
    if attribution := _attribution(config):
        settings["attribution"] = attribution
    if "fx_policy" in config:
        settings["fx"] = {
            "policy": config["fx_policy"],
            "max_age_days": config["fx_max_age_days"],
            "constant": config["fx_constant"],
        }
    return settings


def _definitions(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    agreed = {"sales": "Sales", "marketing": "Marketing", "on": "2024-01-01"}
    return [{"agreed": agreed, "why": "As the case says.", **one} for one in given]


def _attribution(config: dict[str, Any]) -> dict[str, Any]:
    same = {"include_sales_touches": "include_sales_touches", "journey_scope": "journey_scope",
            "lookback_days_before_opportunity": "lookback_days"}  # fmt: skip
    found = {key: config[name] for name, key in same.items() if name in config}
    if models := config.get("models"):
        found["position"] = models["position"]
        found["half_life_days"] = models["time_decay"]["half_life_days"]
    if "markov" in config:  # a case is small
        found |= {"min_won": 1, "min_journeys": 1}
    return found


def _commitments(config: dict[str, Any]) -> list[dict[str, Any]]:
    given = list(config.get("commitments", ()))
    if minutes := config.get("response_target_business_minutes"):
        given.append({"id": "c.sm.first_response", "value": minutes, "unit": "business_minutes"})
    return [_commitment(one) for one in given if one["id"] in ("c.sm.first_response", "c.sm.disposition")]


def _commitment(given: dict[str, Any]) -> dict[str, Any]:
    is_response = given["id"] == "c.sm.first_response"
    tiers = given.get("tiers") or {None: given}
    goal = {"goal": given["goal"]} if "goal" in given else {}
    return {
        "id": given["id"],
        "version": "v1",
        "title": "First response" if is_response else "Decision",
        "direction": "sales_to_marketing",
        "accountable": "sales",
        "kind": "clock",
        "promise": "As the case says.",
        "trigger": "mql",
        "stop": ["first_response"] if is_response else ["sal", "sql", "reasoned_exit"],
        "per_tier": [
            {"value": tier["value"], "unit": tier["unit"], **({"tier": name} if name else {}), **goal}
            for name, tier in tiers.items()
        ],
        "cancel_on": [word.partition(":")[2] for word in given.get("cancel_on", ())],
        "effective_from": "2024-01-01",
    }
