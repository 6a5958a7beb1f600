"""Two processes draw one set of charts, and nobody can tell which drew what."""

import subprocess
import sys
import time

import pytest

from generator.charts import second_pen
from generator.charts.drawing import draw
from generator.charts.pen import Pen


@pytest.fixture
def pen(tmp_path):
    made = Pen(tmp_path / "others")
    yield made
    made.close()


def _waited_for(condition):
    ends = time.monotonic() + 30
    while not condition() and time.monotonic() < ends:
        time.sleep(0.05)
    return condition()


def test_it_draws_what_the_first_would_have_drawn(charts, pen, tmp_path):
    mine, others = tmp_path / "mine", tmp_path / "others"
    made = draw(charts, mine)
    pen.draw(charts.values())
    assert _waited_for(lambda: len(list(others.glob("*.json"))) == len(list(mine.glob("*.json"))))
    for file in mine.glob("*.json"):
        assert (others / file.name).read_bytes() == file.read_bytes()
    assert made


def test_together_they_leave_nothing_out_and_nothing_lying_about(charts, tmp_path):
    alone = draw(charts, tmp_path / "alone")
    pen = Pen(tmp_path / "both")
    both = draw(charts, tmp_path / "both", pen)
    assert both == alone
    assert not any(drawing.reused for drawing in both.values())
    assert all(drawing.reused for drawing in draw(charts, tmp_path / "both", pen).values())
    assert _waited_for(lambda: not list((tmp_path / "both").glob("*.[0-9]*.part")))
    pen.close()
    assert {file.suffix for file in (tmp_path / "both").iterdir()} == {".json"}


def test_a_pen_that_broke_is_not_missed(charts, pen, tmp_path):
    pen._process.kill()
    pen._process.wait()
    name = next(iter(charts))
    assert draw({name: charts[name]}, tmp_path, pen).keys() == {name}


def test_where_something_was_drawn_before_there_is_none(tmp_path):
    (tmp_path / "drawn.json").write_text("{}")
    with second_pen(tmp_path) as found:
        assert found is None


def test_with_one_processor_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    with second_pen(tmp_path) as found:
        assert found is None


def test_the_second_process_loads_what_draws_and_no_data_frames():
    loaded = "import sys, generator.charts.drawing; print(sorted({'pandas', 'numpy', 'duckdb'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True).stdout == "[]\n"
