"""Settings that name a way of counting which nothing can compute: a switch that changes no number would lie."""

from __future__ import annotations

from collections.abc import Iterator

from .findings import Files, Finding


def switches_that_change_nothing(files: Files) -> Iterator[Finding]:
    """Refuse a choice that would silently be ignored, and say what is missing to it."""
    if files.settings.attribution.journey_scope == "contact_roles":
        what = "no canonical table holds the contact roles of a deal, so 'contact_roles' could count nothing"
        mend = "Take 'account' (the touches of everybody at the account) or 'primary_lead'."
        yield Finding("settings", ("attribution", "journey_scope"), what, mend)
