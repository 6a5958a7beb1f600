import math

import pandas as pd

from generator import charts


def stacked(rows, unit="count"):
    return charts.stacked(pd.DataFrame(rows, columns=["period", "series", "value"]), unit=unit, subject="Open deals")


def heat(rows):
    return charts.heat(pd.DataFrame(rows, columns=["row", "column", "value"]), unit="ratio", subject="Reached")


def test_parts_stand_on_each_other_and_reach_the_sum():
    bars = stacked([("Oct", "A", 3), ("Oct", "B", 4), ("Nov", "B", 5)]).rows["bars"]
    assert [(bar["y"], bar["y2"]) for bar in bars] == [(0, 3), (3, 7), (0, 5)]


def test_a_part_keeps_its_colour_where_another_is_missing():
    bars = stacked([("Oct", "A", 3), ("Oct", "B", 4), ("Nov", "B", 5)]).rows["bars"]
    assert bars[1]["fill"] == bars[2]["fill"] != bars[0]["fill"]


def test_parts_are_named_beside_the_last_column_only():
    labels = stacked([("Oct", "A", 3), ("Nov", "A", 2), ("Nov", "B", 5)]).rows["labels"]
    assert [label["text"] for label in labels] == ["A", "B"]


def test_the_tip_of_a_column_says_the_sum_and_every_part():
    hits = stacked([("Oct", "A", 3), ("Oct", "B", 4)]).rows["hits"]
    assert hits[0]["tip"] == "Oct\nall: 7\nB: 4\nA: 3"


def test_the_axis_of_whole_things_has_no_fractions():
    ticks = [row["text"] for row in stacked([("Oct", "A", 1)]).rows["ticks"]]
    assert ticks == ["0", "1"]


def test_what_is_more_is_never_lighter_and_what_is_unknown_is_empty():
    cells = heat([("Jan", "day 1", 0.0), ("Jan", "day 2", 0.3), ("Jan", "day 3", 0.6), ("Feb", "day 1", math.nan)]).rows
    shades = [row["shade"] for row in cells["cells"]]
    assert shades == sorted(shades)
    assert len(shades) == 3
    assert [row["text"] for row in cells["names"]] == ["Jan", "Feb"]


def test_figures_stand_in_the_boxes_while_there_is_room():
    few = heat([("Jan", f"day {day}", day / 10) for day in range(8)])
    many = heat([("Jan", f"{hour}", hour / 24) for hour in range(24)])
    assert len(few.rows["labels"]) == 8
    assert many.rows["labels"] == []


def test_a_map_is_told_by_its_ends():
    told = heat([("Jan", "day 1", 0.1), ("Feb", "day 2", 0.5)]).description
    assert told == "Reached. 2 fields, from 10.0\u202f% (Jan, day 1) to 50.0\u202f% (Feb, day 2)."


def test_maps_without_a_value_say_so():
    assert heat([]).description == "Reached. No values."
    assert heat([("Jan", "day 1", 0.0)]).rows["cells"][0]["shade"] > 0
