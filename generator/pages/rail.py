"""What stands at the left of a page beside the short navigation: the KPIs that belong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape

from generator.kpis.kpi import Kpi
from generator.pages.context import Context, address, kpi_page
from generator.pages.markup import Trusted
from generator.pages.outline import PARTS


def rail_of_part(context: Context, kpi: Kpi) -> Trusted:
    """Return the KPIs of the same part, as front matter of a KPI's page."""
    page = kpi_page(kpi.id)
    part = next((one for one in PARTS if one.section == kpi.section), None)
    above = (part.title, address(page, part.page)) if part else ("KPIs", address(page, "kpis/index.md"))
    return _front(page, above, context.kpis_of(kpi.section), kpi)


def rail_of_review(context: Context, page: str, review: str) -> Trusted:
    """Return the KPIs that name `review` in their `pages`, as front matter of `page`."""
    kpis = [kpi for kpi in context.report.kpis if review in kpi.pages]
    return _front(page, ("KPIs that belong here", address(page, "kpis/index.md")), kpis) if kpis else Trusted("null")


def _front(page: str, above: tuple[str, str], kpis: Iterable[Kpi], here: Kpi | None = None) -> Trusted:
    # JSON is YAML; MkDocs prints front matter as it stands, so texts are encoded for HTML here.
    items = [[escape(kpi.title), address(page, kpi_page(kpi.id)), kpi is here] for kpi in kpis]
    return Trusted(json.dumps({"title": escape(above[0]), "to": above[1], "items": items}, ensure_ascii=False))
