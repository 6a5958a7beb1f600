"""Runs portable SQL: a small protocol, and DuckDB behind it."""

from generator.engine.duckdb import Connection, DuckDbEngine, open_engine
from generator.engine.protocol import Engine

__all__ = ["Connection", "DuckDbEngine", "Engine", "open_engine"]
