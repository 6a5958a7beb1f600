import math

import pandas as pd

from generator.charts import Mark, bars, curve, distribution, funnel, lines, trend


def trend_of(values, **columns):
    frame = pd.DataFrame({"period": [f"p{i}" for i in range(len(values))], "value": values, **columns})
    return trend(frame, unit="ratio", subject="Something")


def test_a_gap_breaks_the_line():
    runs = [row["run"] for row in trend_of([0.1, 0.2, None, 0.3]).rows["line"]]
    assert runs == ["0", "0", "1"]


def test_a_gap_breaks_the_band():
    chart = trend_of([0.1, None, 0.3], low=[0.0, 0.1, 0.2], high=[0.2, 0.3, 0.4])
    assert [(row["x"], row["run"]) for row in chart.rows["band"]] == [(0, "0"), (2, "1")]


def test_a_part_period_is_dashed_and_hollow():
    chart = trend_of([0.1, 0.2, 0.3], is_part=[False, False, True])
    assert [row["x"] for row in chart.rows["line"]] == [0, 1]
    assert [row["x"] for row in chart.rows["part"]] == [1, 2]
    assert chart.rows["dots"][-1]["fill"] != chart.rows["dots"][0]["fill"]


def test_a_target_that_changes_is_drawn_as_steps():
    chart = trend_of([0.1, 0.2, 0.3], target=[0.2, 0.2, 0.4])
    assert [(row["x"], row["x2"], row["y"]) for row in chart.rows["target"]] == [(-0.5, 1.5, 0.2), (1.5, 2, 0.4)]


def test_marks_of_one_period_share_a_line_and_marks_of_other_times_are_left_out():
    frame = pd.DataFrame({"period": ["a", "b"], "value": [1, 2]})
    chart = trend(frame, unit="count", subject="s", marks=[Mark("b", "x"), Mark("b", "y"), Mark("z", "late")])
    assert [row["text"] for row in chart.rows["marknames"]] == ["x, y"]
    assert len(chart.rows["marks"]) == 1


def test_the_description_says_where_it_stands():
    chart = trend_of([0.1, 0.2, 0.3], target=[0.2, 0.2, 0.4], is_part=[False, False, True])
    assert "Latest, p2 to date: 30.0\u202f%. Target 40.0\u202f%." in chart.description


def test_nothing_at_all_is_still_a_chart():
    empty = pd.DataFrame({"period": [], "value": []})
    assert "No value" in trend(empty, unit="ratio", subject="s").description
    assert trend_of([math.nan, None]).rows["line"] == []
    nobody = pd.DataFrame({"member": [], "value": []})
    assert bars(nobody, unit="count", subject="s", total=math.nan).height > 0
    assert funnel(pd.DataFrame({"stage": [], "count": []}), subject="s").height > 0
    assert distribution(pd.DataFrame({"bucket": [], "share": []}), subject="s").height > 0
    assert curve(pd.DataFrame({"day": [], "share": []}), subject="s").height > 0
    assert lines(pd.DataFrame({"period": [], "series": [], "value": []}), unit="count", subject="s").height > 0


def test_equal_charts_have_equal_digests_and_other_values_another():
    assert trend_of([0.1, 0.2]).digest == trend_of([0.1, 0.2]).digest != trend_of([0.1, 0.3]).digest


def test_one_wide_interval_does_not_squeeze_the_bars():
    frame = pd.DataFrame({"member": ["a", "b"], "value": [0.1, 0.1], "low": [0.05, 0.0], "high": [0.15, 0.98]})
    chart = bars(frame, unit="ratio", subject="s")
    assert chart.params["x1"] == 0.2
    assert max(row["x2"] for row in chart.rows["spans"]) == 0.2


def test_at_most_twenty_bars_are_drawn():
    frame = pd.DataFrame({"member": [str(i) for i in range(50)], "value": range(50)})
    assert len(bars(frame, unit="count", subject="s").rows["names"]) == 20


def test_a_member_with_its_own_text_prints_that_and_not_its_value():
    frame = pd.DataFrame({"member": ["a", "b"], "value": [0.5, None], "text": ["2 of 4", None]})
    figures = [row["text"] for row in bars(frame, unit="ratio", subject="s").rows["figures"]]
    assert figures == ["2 of 4", "n/a"]


def test_the_bottleneck_is_named_in_words():
    frame = pd.DataFrame(
        {"stage": ["MQL", "SQL"], "count": [9, 3], "rate": [1 / 3, None], "is_bottleneck": [True, False]}
    )
    chart = funnel(frame, subject="s")
    assert "the bottleneck" in chart.rows["labels"][0]["text"]
    assert "the bottleneck" in chart.description


def test_a_curve_ends_where_it_is_no_longer_known():
    days = [(0, 0.0, "Q1"), (7, 0.3, "Q1"), (90, 0.4, "Q1"), (0, 0.0, "Q2"), (30, 0.2, "Q2")]
    chart = curve(pd.DataFrame(days, columns=["day", "share", "series"]), subject="s")
    assert max(row["x"] for row in chart.rows["line"] if row["run"] == "Q2") == 30
    assert [row["x"] for row in chart.rows["labels"]] == [90, 30]
    tips = {row["x"]: row["tip"] for row in chart.rows["hits"]}
    assert tips[7] == "after 7 days\nQ1: 30.0\u202f%\nQ2: 0.0\u202f%"
    assert "Q2" not in tips[90]
