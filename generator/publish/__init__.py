"""Versions on disk: the only room that knows how they are added, named, found again and pruned."""

from generator.publish.aliases import Kind
from generator.publish.publishing import Edition, Outcome, Ways, publish
from generator.publish.versions import Version, inputs_of, versions_of

__all__ = ["Edition", "Kind", "Outcome", "Version", "Ways", "inputs_of", "publish", "versions_of"]
