"""How much memory the database may take of what is allowed."""

import pytest

from generator.engine import open_engine


@pytest.mark.parametrize(("allowed", "taken"), [("1GiB", "768.0 MiB"), ("2 GiB", "1.5 GiB"), ("0.5GiB", "384.0 MiB")])
def test_a_quarter_is_left_for_what_is_worked_out_beside_it(allowed, taken):
    with open_engine(memory_limit=allowed) as engine:
        assert engine.rows("select current_setting('memory_limit')") == [(taken,)]
