"""A drop of the made-up company: the files, and what was planted in them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from generator.demo.answers import Answers
from generator.demo.company import Plan
from generator.demo.plain import plain_tables
from generator.demo.salesforce import salesforce_tables
from generator.demo.story import tell
from generator.demo.writing import Sheet, write_manifest, write_sheets

END = date(2026, 11, 20)


def make_demo(folder: Path, leads: int = 5000, seed: int = 7, months: int = 24, end: date = END) -> Answers:
    """Write a made-up company's exports into `folder` and return what was planted in them.

    `leads` over `months` calendar months, the last being that of `end`; the drop is taken at 18:00 UTC on `end`.
    The same arguments give the same bytes.
    """
    story = tell(Plan(leads, seed, months, end))
    sheets = [Sheet(f"{name}.csv", table, bom=True) for name, table in salesforce_tables(story).items()]
    sheets += [Sheet(f"{name}.csv", table, bom=False) for name, table in plain_tables(story).items()]
    written = write_sheets(folder, sheets)
    write_manifest(written, end.isoformat(), f"{end.isoformat()}T18:00:00Z", {"crm": "Salesforce, made up"})
    return Answers(folder, datetime(end.year, end.month, end.day, 18), written.files, {})
