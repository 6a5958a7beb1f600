"""Every kind, over random unit rows, against slow exact arithmetic that knows nothing of SQL."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

BY = ("channel", "region")
AS_OF = datetime(2026, 11, 20, 23)
MEMBERS = {"channel": ["webinar", "paid;x", "Unknown", "unknown", None], "region": ["EMEA", None]}
PRINTED = {"paid;x": "paid%3Bx", "Unknown": "unknown (recorded)", "unknown": "unknown (recorded)", None: "Unknown"}


def random_units(seed, size=400, named=0):
    draw = random.Random(seed)
    units = []
    for number in range(size):
        moment = datetime(2025, 3, 1) + timedelta(seconds=draw.randrange(0, 640 * 86400))
        done = moment + timedelta(seconds=draw.randrange(0, 60 * 86400)) if draw.random() < 0.6 else None
        units.append(
            {
                "unit": f"u{number}",
                "moment": moment,
                "period": draw.randrange(1, 60) if draw.random() < named else None,
                "value": Decimal(draw.randrange(0, 40)) / 4 if draw.random() < 0.95 else None,
                "num": Decimal(draw.randrange(-500, 5000)) / 100,
                "den": Decimal(draw.choice([0, 0, 1, 3, 10])) / 10,
                "hit": draw.random() < 0.4,
                "observed": draw.random() < 0.7,
                "done_at": done if done and done <= AS_OF else None,
                "excluded": "test" if draw.random() < 0.1 else None,
                **{dim: draw.choice(members) for dim, members in MEMBERS.items()},
            }
        )
    return units


def cells_by_hand(bench, units):
    """Return (period id, scope) -> units that fall there, for own periods and twins."""
    periods = bench.engine.rows("select period, starts_on, cut_on from period")
    cells = defaultdict(list)
    for unit in units:
        if unit["excluded"]:
            continue
        day = unit["moment"].date()
        ids = [unit["period"]] if unit["period"] else [p for p, start, cut in periods if start <= day < cut]
        for period in ids:
            cells[period, "all"].append(unit)
            for dim in BY:
                cells[period, f"{dim}={PRINTED.get(unit[dim], unit[dim])}"].append(unit)
    return cells


def percentile(values, above, below):
    whole, part = divmod((len(values) - 1) * above, below)
    ordered = sorted(values)
    low, high = ordered[whole], ordered[min(whole + 1, len(values) - 1)]
    return low + (high - low) * Fraction(part, below)


def km_median(units):
    alive, share = len(units), Fraction(1)
    for time in sorted({unit["value"] for unit in units}):
        there = [unit for unit in units if unit["value"] == time]
        share *= 1 - Fraction(sum(unit["observed"] for unit in there), alive)
        if share <= Fraction(1, 2):
            return Fraction(time)
        alive -= len(there)
    return None


def by_hand(kind, units):
    """Return what one cell must hold: metric suffix -> (value, n)."""
    valued = [Fraction(unit["value"]) for unit in units if unit["value"] is not None]
    match kind:
        case "count":
            return {"": (Fraction(len(units)), len(units))}
        case "sum":
            return {"": (sum(valued), len(valued))} if valued else {}
        case "rate":
            return {"": (Fraction(sum(unit["hit"] for unit in units), len(units)), len(units))}
        case "ratio":
            num, den = (sum((Fraction(unit[side]) for unit in units), Fraction()) for side in ("num", "den"))
            return {"": (num / den if den else None, sum(unit["den"] != 0 for unit in units))}
        case "mean":
            n = len(valued)
            return {
                "": (sum(valued) / n if n else None, n),
                ".median": (percentile(valued, 1, 2) if n else None, n),
                ".p90": (percentile(valued, 9, 10) if n else None, n),
            }
        case "cohort":
            window = timedelta(days=30)
            mature = [unit for unit in units if unit["moment"] + window <= AS_OF]
            hits = sum(unit["done_at"] is not None and unit["done_at"] - unit["moment"] <= window for unit in mature)
            young = Fraction(len(mature), len(units)) < Fraction(8, 10)
            return {"": (None if young else Fraction(hits, len(mature)), len(mature))}
        case "survival":
            known = [unit for unit in units if unit["value"] is not None]
            answered = [Fraction(unit["value"]) for unit in known if unit["observed"]]
            n = len(answered)
            return {
                "": (km_median(known), len(known)),
                ".mean_responders": (sum(answered) / n if n else None, n),
                ".median_responders": (percentile(answered, 1, 2) if n else None, n),
                ".p90_responders": (percentile(answered, 9, 10) if n else None, n),
            }
        case "ranking":
            known = [unit for unit in units if unit["value"] is not None]
            good = [unit["value"] for unit in known if unit["hit"]]
            bad = [unit["value"] for unit in known if not unit["hit"]]
            wins = sum((Fraction(2 * (g > b) + (g == b), 2) for g in good for b in bad), Fraction())
            return {"": (wins / (len(good) * len(bad)) if good and bad else None, len(known))}
    raise AssertionError(kind)


NEEDS = {
    "count": [], "sum": ["value"], "rate": ["hit"], "ratio": ["num", "den"], "mean": ["value"],
    "cohort": ["done_at"], "survival": ["value", "observed"], "ranking": ["value", "hit"],
}  # fmt: skip


def measured_cells(bench, kind, units):
    wanted = ["unit", "moment", "excluded", *NEEDS[kind], *BY]
    wanted += ["period"] if any(unit["period"] for unit in units) else []
    frame = pd.DataFrame(units)[wanted]
    measured = bench.measure(kind, frame, by=BY, window="mql_to_sql" if kind == "cohort" else None)
    return measured.frame


# A cohort goes by the moment of entry; every other unit may name its period instead.
@pytest.mark.parametrize(
    ("kind", "named"),
    [(kind, named) for kind in sorted(NEEDS) for named in (0, 0.3) if (kind, named) != ("cohort", 0.3)],
)
def test_every_cell_of_every_kind_is_what_slow_exact_arithmetic_says(november, kind, named):
    units = random_units(f"{kind}{named}", named=named)
    expected = {
        (period, scope, f"metric{suffix}"): pair
        for (period, scope), members in cells_by_hand(november, units).items()
        for suffix, pair in by_hand(kind, members).items()
    }
    frame = measured_cells(november, kind, units)
    frame = frame[frame["metric_id"].isin({metric for _, _, metric in expected})]  # what stands beside has its own test
    found = {
        (period, scope, metric): (value, n)
        for period, scope, metric, value, n in frame[["period_id", "scope", "metric_id", "value", "n"]].itertuples(
            index=False
        )
    }
    for key, (value, n) in expected.items():
        got, got_n = found.pop(key, (float("nan"), 0))
        assert got_n == n, key
        if value is None:
            assert pd.isna(got), key
        else:
            assert got == pytest.approx(float(value), rel=1e-13, abs=1e-13), key
    # What is left had no unit: a real 0 for what adds up, no value for the rest.
    assert all(n == 0 for _, n in found.values())
    left = {value for value, _ in found.values()}
    assert left <= {0.0} if kind in ("count", "sum") else all(pd.isna(value) for value in left)


@pytest.mark.parametrize("kind", sorted(NEEDS))
def test_the_order_of_the_rows_changes_no_bit(november, kind):
    units = random_units(kind, named=0)
    shuffled = random.Random(1).sample(units, len(units))
    one, two = (measured_cells(november, kind, rows) for rows in (units, shuffled))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
