"""content/annotations.yml: what people noted on a day, to be marked on the charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from generator.errors import Mistake, SiteError
from generator.project import Project
from generator.texts import text_of, yaml_of

FILE = "annotations.yml"


@dataclass(frozen=True)
class Note:
    """Something that happened on a day and may explain a figure."""

    on: date
    text: str
    kpis: tuple[str, ...] = ()  # empty: every KPI


def read_notes(project: Project) -> tuple[Note, ...]:
    """Return the notes, a project's own in place of the packaged ones; SiteError where they cannot be read."""
    path = project.files("content", FILE).get(FILE)
    if path is None:
        return ()
    try:
        entries = yaml_of(text_of(path)) or []
        return tuple(sorted((_note(entry) for entry in entries), key=lambda note: (note.on, note.text)))
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        mend = "Write a list of entries like: - {day: 2026-05-01, text: Price list changed, kpis: [deal_size]}"
        raise SiteError("The notes cannot be read.", [Mistake(project.shown(path), str(error), mend)]) from error


def _note(entry: dict[str, object]) -> Note:
    if unknown := sorted(set(entry) - {"day", "text", "kpis"}):
        raise ValueError(f"unknown key '{unknown[0]}'")
    on = entry["day"]
    if not isinstance(on, date):
        raise ValueError(f"'{on}' is not a date")
    kpis = entry.get("kpis") or ()
    if not isinstance(kpis, (list, tuple)):
        raise ValueError("kpis is not a list")
    return Note(on, str(entry["text"]), tuple(str(kpi) for kpi in kpis))
