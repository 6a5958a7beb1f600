"""Tells in two minutes whether a new drop will build, and what it lacks."""

from generator.checking.last_drop import LastDrop
from generator.checking.whole import Checked, check

__all__ = ["Checked", "LastDrop", "check"]
