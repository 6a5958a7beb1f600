"""data/digest.json: what the message about a drop says, in words that the pages use."""

from __future__ import annotations

import json

from generator.pages import attainment, attention
from generator.pages.changes import PAGE, foremost
from generator.pages.context import Context, kpi_page

FILE = "digest.json"


def write_digest(context: Context) -> None:
    """Write the file; texts in it are plain, pages are named by their address below the version."""
    found = {
        "company": context.report.agreement.settings.company,
        "drop": context.report.drop.id,
        "stamp": context.stamp,
        "goals": _goals(context),
        "changes": _changes(context),
        "attention": [
            {"state": one.chip.word, "subject": one.subject, "text": str(one.text), "page": _address(one.page)}
            for one in attention.notices(context)
        ],
    }
    folder = context.docs / "data"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _goals(context: Context) -> list[dict[str, object]]:
    return [
        {
            "state": one.chip.word,
            "tone": one.chip.tone,
            "subject": one.name,
            "value": one.value,
            "period": one.period + (" to date" if one.is_part else ""),
            "lines": [*(["sample target"] if one.is_sample else []), *one.lines],
            "page": _address(one.page),
            "picture": str(one.bullet),
        }
        for one in attainment.goals(context)
    ]


def _changes(context: Context) -> dict[str, object] | None:
    """Return what changed since the version before; None where there is none."""
    found = context.report.changes
    if found is None or found.before is None:
        return None
    return {
        "before": found.before.version,
        "page": _address(PAGE),
        "moved": [
            {
                "subject": f"{one.title}, {one.period}",
                "text": f"{one.before} became {one.now}: {one.why}",
                "page": _address(kpi_page(one.metric) if one.metric in context.kpis else PAGE),
            }
            for one in foremost(context)
        ],
        "agreed": [one.text for one in found.differences if one.kind != "wording"],
    }


def _address(page: str) -> str:
    """Return where a page is found in the site: `kpis/cac.md#splits` is `kpis/cac.html#splits`."""
    path, sign, part = page.partition("#")
    return f"{path.removesuffix('.md')}.html{sign}{part}"
