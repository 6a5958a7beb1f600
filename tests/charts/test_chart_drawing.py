import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from generator.charts import bars, drawing, funnel, lines, trend
from generator.charts.drawing import draw, live_spec, with_ids

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def drawings(charts, tmp_path_factory):
    return draw(charts, tmp_path_factory.mktemp("cache"))


def test_every_kind_is_drawn_for_wide_and_narrow_columns(drawings):
    for made in drawings.values():
        wide, narrow = (ElementTree.fromstring(svg) for svg in (made.wide, made.narrow))
        assert float(wide.get("width")) == 720
        assert float(narrow.get("width")) == 380


def test_drawings_take_their_colours_from_the_page_and_no_style_attribute(drawings):
    for made in drawings.values():
        assert "style=" not in made.wide
        assert "var(--of-chart" in made.wide
        assert not re.search(r'(?:fill|stroke)="#', made.wide)


def test_no_text_has_been_measured(drawings):
    assert all("font-size" not in made.wide and "font-family" not in made.wide for made in drawings.values())


def test_the_trend_shows_its_gap_its_target_steps_and_what_changed(drawings):
    svg = drawings["trend"].wide
    assert "MQL v2" in svg
    assert "target 40\u202f%" in svg
    assert "39.0\u202f% to date" in svg
    assert svg.count("stroke-dasharray") >= 2  # the mark, the part period


def test_what_was_drawn_is_not_drawn_again(charts, tmp_path, monkeypatch):
    first = draw(charts, tmp_path)
    monkeypatch.setattr(drawing, "_svg", lambda *_: pytest.fail("drawn again"))
    second = draw(charts, tmp_path)
    assert all(made.reused for made in second.values())
    assert {name: made.wide for name, made in first.items()} == {name: made.wide for name, made in second.items()}


def test_a_drawing_cut_off_while_it_was_written_is_drawn_again(charts, tmp_path):
    draw({"trend": charts["trend"]}, tmp_path)
    kept = next(tmp_path.glob("*.json"))
    kept.write_text(kept.read_text()[:100])
    assert not draw({"trend": charts["trend"]}, tmp_path)["trend"].reused


_OTHER_PROCESS = """
import sys
from pathlib import Path
import pandas as pd
from generator.charts import distribution
from generator.charts.drawing import draw
frame = pd.DataFrame({"bucket": ["a", "b"], "share": [0.4, 0.6]})
made = draw({"x": distribution(frame, subject="s")}, Path(sys.argv[1]))["x"]
print("altair" in sys.modules, made.reused)
sys.stdout.write(made.wide + made.narrow + made.spec)
"""


def test_two_processes_draw_the_same_bytes_and_a_warm_cache_needs_no_altair(tmp_path):
    def told(cache):
        command = [sys.executable, "-c", _OTHER_PROCESS, str(tmp_path / cache)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\n", 1)

    one, other, warm = told("one"), told("other"), told("one")
    assert one[1] == other[1] == warm[1]
    assert warm[0] == "False True"


HOSTILE = [
    "<script>alert(1)</script>",
    "</template><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    '" onload="alert(1)',
    '\' opacity="1" role="x"',
    "]]><svg onload=alert(1)>",
    "&lt;b&gt;",
    "{{ 7*7 }} ${7*7} `x`",
    "datum.value); alert(1",
    "a\u2028b\u202ec\x00d",
    "url(#clip0)",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_exports_stay_text_in_drawing_and_specification(name, tmp_path):
    frame = pd.DataFrame({"member": [name], "value": [0.5], "n": [3], "text": [name]})
    stages = pd.DataFrame({"stage": [name], "count": [5], "rate": [0.2]})
    series = pd.DataFrame({"period": [name, "b"], "series": [name, name], "value": [1.0, 2.0]})
    periods = pd.DataFrame({"period": [name, "b"], "value": [1.0, 2.0]})
    made = draw(
        {
            "bars": bars(frame, unit="ratio", subject=name),
            "funnel": funnel(stages, subject=name),
            "lines": lines(series, unit="count", subject=name),
            "trend": trend(periods, unit="count", subject=name),
        },
        tmp_path,
    )
    for picture in made.values():
        assert not set("<>&\u2028\u2029") & set(picture.spec)
        json.loads(picture.spec)
        for svg in (picture.wide, picture.narrow):
            tree = ElementTree.fromstring(svg.replace("\x00", ""))
            tags = {element.tag.split("}")[1] for element in tree.iter()}
            assert tags <= {"svg", "g", "path", "line", "text", "rect"}
            assert not [key for element in tree.iter() for key in element.attrib if key.startswith("on")]


def test_a_short_hostile_name_is_drawn_letter_by_letter(tmp_path):
    name = ' opacity="1" 1.23456'
    made = draw({"x": bars(pd.DataFrame({"member": [name], "value": [1]}), unit="count", subject="s")}, tmp_path)["x"]
    texts = [element.text for element in ElementTree.fromstring(made.wide).iter() if element.tag.endswith("text")]
    assert name.strip() in [(text or "").strip() for text in texts]


def test_no_chart_links_anywhere_or_loads_anything(charts):
    for chart in charts.values():
        text = json.dumps(live_spec(chart))
        assert '"href"' not in text
        assert '"url"' not in text


def test_ids_are_numbered_below_the_name_of_the_chart():
    svg = '<svg><clipPath id="clip17"></clipPath><g clip-path="url(#clip17)"></g><text>url(#clip17)</text></svg>'
    assert with_ids(svg, "a") == (
        '<svg><clipPath id="a-1"></clipPath><g clip-path="url(#a-1)"></g><text>url(#clip17)</text></svg>'
    )
