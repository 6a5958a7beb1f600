"""Versions beside one another: the three-way split of every change, its causes, and what was agreed otherwise."""

from generator.history.agreed import Agreed, record_of
from generator.history.between import Snapshots
from generator.history.causes import Cause, changed_rows
from generator.history.changes import Changes, Key, Version, key_of
from generator.history.comparing import Compared, compare_versions
from generator.history.earlier import Earlier, read_earlier
from generator.history.explaining import Today, explain_changes
from generator.history.first import by_metric, first_told, write_first
from generator.history.lost import losses
from generator.history.parts import PARTS, Part, Reading, Split
from generator.history.precision import with_precision
from generator.history.restatements import with_restatements
from generator.history.rowbook import RowBook
from generator.history.rows import PRIVATE
from generator.history.sentence import Difference
from generator.history.snapshots import digests, snapshot_files
from generator.history.writing import changes_json, read_changes

__all__ = [
    "PARTS",
    "PRIVATE",
    "Agreed",
    "Cause",
    "Changes",
    "Compared",
    "Difference",
    "Earlier",
    "Key",
    "Part",
    "Reading",
    "RowBook",
    "Snapshots",
    "Split",
    "Today",
    "Version",
    "by_metric",
    "changed_rows",
    "changes_json",
    "compare_versions",
    "digests",
    "explain_changes",
    "first_told",
    "key_of",
    "losses",
    "read_changes",
    "read_earlier",
    "record_of",
    "snapshot_files",
    "with_precision",
    "with_restatements",
    "write_first",
]
