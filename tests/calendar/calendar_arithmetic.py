"""Runs the worked joins of the calendar package's docstring, so that what it says is what holds."""

from __future__ import annotations

import pandas as pd

import generator.calendar
from generator.calendar import TABLES

CLOCK = {"id": "integer", "calendar_id": "varchar", "from_at": "timestamp", "to_at": "timestamp", "days": "integer"}


def worked(words: str) -> str:
    """Return the one query of the docstring in which `words` stand."""
    blocks = [[]]
    for line in generator.calendar.__doc__.splitlines():
        if line.startswith("    "):
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    (found,) = (text for text in map("\n".join, blocks) if text.lstrip().startswith("select") and words in text)
    return found


class Arithmetic:
    """Business time as the tables answer it; instants are naive UTC."""

    def __init__(self, engine):
        self.engine = engine

    def load(self, tables):
        """Put business tables where the queries look."""
        frames = {
            "business_slot": tables.slot,
            "business_open": tables.open,
            "business_day": tables.day,
            "calendar_date": tables.date,
        }
        for name, frame in frames.items():
            self.engine.load(name, frame, TABLES[name])

    def elapsed(self, calendar_id, clocks):
        """Return the open seconds of each (start, end)."""
        self._load("clock", CLOCK, [(number, calendar_id, *clock) for number, clock in enumerate(clocks)])
        return self._answers("as elapsed_s", "elapsed_s", len(clocks))

    def after_seconds(self, calendar_id, starts, seconds):
        """Return when so many open seconds have passed since each start."""
        midnight = min(starts).replace(hour=0, minute=0, second=0)
        ((before,),) = self.engine.rows(  # at the start of a slot nothing of it has passed
            f"select open_before_s from business_slot where calendar_id = '{calendar_id}'"
            f" and slot = cast(floor(epoch(timestamp '{midnight}') / 900) as bigint)"
        )
        gone = self.elapsed(calendar_id, [(midnight, start) for start in starts])
        counts = [(number, calendar_id, before + elapsed + seconds) for number, elapsed in enumerate(gone)]
        self._load("triggered", {"id": "integer", "calendar_id": "varchar", "x": "bigint"}, counts)
        return self._answers("from triggered", "due_at", len(starts))

    def after_days(self, calendar_id, starts, count):
        """Return the close of the count-th business day after that of each start."""
        self._load("clock", CLOCK, [(number, calendar_id, start, start, count) for number, start in enumerate(starts)])
        return self._answers("business_day as due", "due_at", len(starts))

    def _load(self, table, types, rows):
        self.engine.load(table, pd.DataFrame(rows, columns=list(types)[: len(rows[0])]), types)

    def _answers(self, words, column, expected):
        found = [row[0] for row in self.engine.rows(f"select {column} from ({worked(words)}) as worked order by id")]
        assert len(found) == expected
        return found
