"""Runs portable SQL: a small protocol, and DuckDB behind it."""

from generator.engine.duckdb import Connection, DuckDbEngine, open_engine
from generator.engine.hands import Hands, hands_for
from generator.engine.protocol import Engine

__all__ = ["Connection", "DuckDbEngine", "Engine", "Hands", "hands_for", "open_engine"]
