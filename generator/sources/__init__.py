"""Exports of other systems as canonical tables: profiles, reading, quarantine and the load ledger."""

from .drop import open_drop, read_moment
from .kept import read_kept, reading_key
from .profile import Profile
from .profiles import load_profiles, profile_texts
from .reading import read_exports

__all__ = [
    "Profile",
    "load_profiles",
    "open_drop",
    "profile_texts",
    "read_exports",
    "read_kept",
    "read_moment",
    "reading_key",
]
