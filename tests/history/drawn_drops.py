"""Drops of a small company that keeps no history, and what truly happened between them."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

#: When the drops are taken: not always a week apart.
TAKEN = tuple(datetime(2026, 10, day, 18) for day in (2, 9, 16, 30))
STAGES = ("lead", "mql", "sal", "sql")
DEAL_STAGES = ("prospecting", "proposal", "negotiation")
OWNERS = ("rep1", "rep2")


@dataclass(frozen=True)
class Life:
    """An object and what it became when: (moment, word), the first at its creation."""

    id: str
    steps: tuple[tuple[datetime, str], ...]

    def at(self, moment: datetime) -> str | None:
        """What it was at a moment; None before it was there."""
        return next((word for when, word in reversed(self.steps) if when <= moment), None)


@dataclass(frozen=True)
class Company:
    """Everything that truly happened."""

    leads: tuple[Life, ...]
    owners: tuple[Life, ...]  # of the leads
    deals: tuple[Life, ...]

    @classmethod
    def drawn(cls, seed: int = 1, leads: int = 60, deals: int = 40) -> Company:
        """Draw lives that begin before and between the drops."""
        draw = random.Random(seed)

        def life(name: str, words: tuple[str, ...]) -> Life:
            moment = datetime(2026, 9, 20) + timedelta(hours=draw.randrange(24 * 39))
            steps = [(moment, words[0])]
            for word in words[1 : draw.randrange(1, len(words) + 1)]:
                moment += timedelta(hours=draw.randrange(1, 24 * 12))
                steps.append((moment, word))
            return Life(name, tuple(steps))

        people = tuple(life(f"L{nth}", STAGES) for nth in range(leads))
        given = tuple(life(person.id, OWNERS) for person in people)
        return cls(people, given, tuple(life(f"D{nth}", DEAL_STAGES) for nth in range(deals)))

    def drop(self, folder: Path, taken: datetime) -> Path:
        """Write the drop of a moment: how things stand, and no history."""
        place = folder / f"{taken:%Y-%m-%d}"
        place.mkdir(parents=True)
        there = [one for one in self.leads if one.at(taken)]
        owners = {one.id: one.at(taken) for one in self.owners}
        _write(place / "lead.csv", "lead_id created_at owner_id channel", [
            (one.id, _stamp(one.steps[0][0]), owners[one.id] or OWNERS[0], "web") for one in there
        ])  # fmt: skip
        _write(place / "lifecycle_event.csv", "event_id lead_id occurred_at to_stage provenance precision", [
            (f"{one.id}:now", one.id, _stamp(one.steps[0][0]), one.at(taken), "current_only", "unknown") for one in there
        ])  # fmt: skip
        _write(place / "owner.csv", "owner_id team", [(one, "sales") for one in OWNERS])
        columns = "opportunity_id account_id created_at type amount currency stage close_date is_closed is_won"
        _write(place / "opportunity.csv", columns, [
            (one.id, f"A{one.id}", _stamp(one.steps[0][0]), "new_business", 100, "USD", one.at(taken), "2026-12-01", 0, 0)
            for one in self.deals if one.at(taken)
        ])  # fmt: skip
        (place / "manifest.json").write_text(json.dumps({"as_of": _stamp(taken)}))
        return place

    def changes(self, lives: tuple[Life, ...], drops: tuple[datetime, ...] = TAKEN) -> set[tuple[str, str, datetime]]:
        """What comparing `drops` can show: (id, word, the drop that shows it first); how all began is none."""
        found = set()
        for one in lives:
            for before, now in pairwise(drops):
                if one.at(now) not in (None, one.at(before)):
                    found.add((one.id, one.at(now), now))
        return found


def _stamp(moment: datetime) -> str:
    return f"{moment.isoformat()}Z"


def _write(path: Path, columns: str, rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns.split())
        writer.writerows(rows)
