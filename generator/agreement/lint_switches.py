"""Settings that name a way of counting which nothing computes yet: a switch that changes no number would lie."""

from __future__ import annotations

from collections.abc import Iterator

from .findings import Files, Finding

#: The choices that are computed, by setting; settings that stand nowhere here are computed in full.
COMPUTED: dict[str, tuple[object, ...]] = {
    "pacing": ("business_days", "calendar_days"),
    "attribution.journey_scope": ("account", "primary_lead"),
}


def switches_that_change_nothing(files: Files) -> Iterator[Finding]:
    """Refuse a choice that this version would silently ignore."""
    for name, computed in COMPUTED.items():
        value: object = files.settings
        for key in name.split("."):
            value = getattr(value, key)
        if value not in computed:
            choices = ", ".join("none" if choice is None else str(choice) for choice in computed)
            what = f"'{value}' is not computed in this version"
            yield Finding("settings", tuple(name.split(".")), what, f"Computed: {choices}.")
