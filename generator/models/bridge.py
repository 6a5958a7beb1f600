"""The pipeline bridge closes: what stood there and what moved is what stands there."""

from __future__ import annotations

from pathlib import Path

from generator.engine import Engine

_GAP = Path(__file__).with_name("bridge_gap.sql").read_text(encoding="utf-8")


def assert_bridge_closes(engine: Engine) -> None:
    """AssertionError when a deal leaves the pipeline otherwise than by its moves: that would be our bug."""
    (open_ends,) = engine.rows(f"select count(*) from ({_GAP}) as gap")[0]
    assert not open_ends, f"the pipeline bridge does not close for {open_ends} deals"
