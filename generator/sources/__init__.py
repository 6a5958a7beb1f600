"""Exports of other systems as canonical tables: profiles, reading, quarantine and the load ledger."""

from .drop import open_drop, read_moment
from .profile import Profile
from .profiles import load_profiles
from .reading import read_exports

__all__ = ["Profile", "load_profiles", "open_drop", "read_exports", "read_moment"]
