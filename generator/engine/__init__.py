"""Runs portable SQL: a small protocol, and DuckDB behind it."""

from generator.engine.duckdb import DuckDbEngine, open_engine
from generator.engine.protocol import Engine

__all__ = ["DuckDbEngine", "Engine", "open_engine"]
