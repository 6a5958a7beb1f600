"""Versions on disk: the only room that knows how they are added, named, found again and pruned."""

from generator.publish.aliases import Kind
from generator.publish.branch import publish_to_branch
from generator.publish.edition import Edition, named
from generator.publish.publishing import Outcome, Ways, publish
from generator.publish.versions import Version, inputs_of, versions_of

__all__ = [
    "Edition",
    "Kind",
    "Outcome",
    "Version",
    "Ways",
    "inputs_of",
    "named",
    "publish",
    "publish_to_branch",
    "versions_of",
]
