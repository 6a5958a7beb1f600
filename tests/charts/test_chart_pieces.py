from xml.etree import ElementTree

import pytest

from generator.charts import attainment, figure, sparkline, write_drawings


def test_a_sparkline_lifts_the_pen_at_gaps_and_says_what_it_shows():
    svg = sparkline([1, 2, None, 3, 4], title='Leads <b>"x"</b>', target=2.5, is_part=True)
    tree = ElementTree.fromstring(svg)
    assert tree.get("aria-label") == 'Leads <b>"x"</b>'
    line = tree.find("path[@class='of-spark__line']").get("d")
    assert line.count("M") == 2
    assert tree.find("path[@class='of-spark__part']") is not None
    assert tree.find("path[@class='of-spark__target']") is not None


@pytest.mark.parametrize("values", [[], [None], [5], [5, 5, 5], [float("nan"), 1]])
def test_a_sparkline_of_little_or_nothing_is_still_a_picture(values):
    assert ElementTree.fromstring(sparkline(values, title="t")).tag.endswith("svg")


@pytest.mark.parametrize("value", [None, -0.2, 0.0, 0.6, 9.0, float("nan")])
def test_attainment_stays_inside_its_bar(value):
    tree = ElementTree.fromstring(attainment(value, title="t", paced=0.8))
    bar = tree.find("rect[@class='of-bullet__bar']")
    assert bar is None or 0 <= float(bar.get("width")) <= 240


def test_a_figure_is_one_line_that_keeps_the_place_of_its_chart(charts):
    text = figure(
        "kpi-trend", charts["trend"], title="A <finding>", note="of\nnote", table="<table></table>", links="x"
    )
    assert "\n" not in text
    assert 'data-of-chart="kpi-trend"' in text
    assert "A &lt;finding&gt;" in text
    ElementTree.fromstring(text)


def test_a_figure_refuses_a_name_that_could_be_a_path(charts):
    with pytest.raises(ValueError, match="chart name"):
        figure("../x", charts["trend"], title="t")


def test_drawings_of_charts_that_are_gone_are_gone(charts, tmp_path):
    docs, cache = tmp_path / "docs", tmp_path / "cache"
    assert write_drawings(charts, docs, cache).drawn == len(charts)
    again = write_drawings({"trend": charts["trend"]}, docs, cache)
    assert (again.drawn, again.reused) == (0, 1)
    assert [path.name for path in (docs / ".charts").iterdir()] == ["trend.html"]


def test_the_pace_is_marked_where_the_bar_should_be_by_now():
    tree = ElementTree.fromstring(attainment(0.6, title="t", paced=1.2))
    marks = {kind: tree.find(f"path[@class='of-bullet__{kind}']").get("d") for kind in ("paced", "target")}
    assert marks == {"paced": "M96,0V14", "target": "M192,0V14"}  # half of the target was due
