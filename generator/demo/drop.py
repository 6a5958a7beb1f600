"""A drop of the made-up company: the files, and what was planted in them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from generator.demo.answers import Answers
from generator.demo.company import Plan
from generator.demo.defects import Draft, plant_defects
from generator.demo.plain import plain_tables
from generator.demo.salesforce import salesforce_tables
from generator.demo.story import tell
from generator.demo.writing import Sheet, Written, write_manifest, write_sheets

END = date(2026, 11, 20)


def make_demo(
    folder: Path, leads: int = 5000, seed: int = 7, months: int = 24, end: date = END, hostile: bool = False
) -> Answers:
    """Write a made-up company's exports into `folder` and return what was planted in them.

    `leads` over `months` calendar months, the last being that of `end`; the drop is taken at 18:00 UTC on `end`.
    With `hostile`, names also carry texts that try to be more than text. The same arguments give the same bytes.
    """
    draft = drafted(Plan(leads, seed, months, end))
    plant_defects(draft, hostile)
    written = write_sheets(folder, sheets_of(draft))
    sign(written, end)
    return Answers(folder, _as_of(end), written.files, draft.defects)


def make_small(folder: Path, leads: int = 600, seed: int = 7) -> None:
    """Write the two exports that a very small company has, leads and deals, with no history and nothing planted."""
    draft = drafted(Plan(leads, seed, 24, END))
    sheets = [sheet for sheet in sheets_of(draft) if sheet.name in ("Lead.csv", "Opportunity.csv")]
    sign(write_sheets(folder, sheets), END)


def make_empty(folder: Path) -> None:
    """Write every export with its header and no row, as a system does in which nothing has happened yet."""
    draft = drafted(Plan(60, 7, 2, END))
    sheets = [Sheet(sheet.name, (sheet.parts[0].iloc[:0],), sheet.bom) for sheet in sheets_of(draft)]
    sign(write_sheets(folder, sheets), END)


def drafted(plan: Plan) -> Draft:
    """Return the tables of the story of `plan`, to which records may be added."""
    story = tell(plan)
    return Draft(plan, salesforce_tables(story) | plain_tables(story))


def sheets_of(draft: Draft) -> list[Sheet]:
    """Return the files of `draft`; those of the CRM begin with a byte order mark, as its loader writes them."""
    return [
        Sheet(f"{name}.csv", draft.parts(name), bom=name[0].isupper(), raw=tuple(draft.raw[name]))
        for name in sorted(draft.tables)
    ]


def _as_of(end: date) -> datetime:
    return datetime(end.year, end.month, end.day, 18)


def sign(written: Written, end: date) -> None:
    """Write the manifest of a drop that is taken at 18:00 UTC on `end`."""
    sources = {"crm": "Salesforce data export", "finance": "plain tables"}
    write_manifest(written, end.isoformat(), f"{_as_of(end).isoformat()}Z", sources)
