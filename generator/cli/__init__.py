"""The command line: options in, one function called, its outcome printed. One module a command.

Rooms are imported inside the commands: pandas, DuckDB and Altair take longer to import than `--help` may take.
"""

from generator.cli import build, check, compare, demo, digest, explain, measure, new, profile, publish, serve
from generator.cli.group import main

__all__ = [
    "build",
    "check",
    "compare",
    "demo",
    "digest",
    "explain",
    "main",
    "measure",
    "new",
    "profile",
    "publish",
    "serve",
]
