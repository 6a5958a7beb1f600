"""Public data sets on attribution with known figures; read where they are present, never copied."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from generator.models.removal import Moves, moves_of, removal_effects, shares_of

DATA = Path(__file__).parent.parent.parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not here")

SETTINGS = "schema: 1\ntouch_dedupe_minutes: 0\nattribution: {lookback_days: 30}\n"


@pytest.fixture
def credited(command, project, tmp_path):
    """Return a function that measures deals and touches; it gives what each model credits to each channel."""

    def measure(deals: pd.DataFrame, touches: pd.DataFrame, as_of: str) -> dict[tuple[str, str], float]:
        drop = tmp_path / "drop"
        drop.mkdir()
        common = {"type": "new_business", "stage": "closed_won", "is_closed": 1, "is_won": 1, "currency": "USD"}
        deals.assign(closed_at=deals["created_at"], **common).to_csv(drop / "opportunity.csv", index=False)
        touches.assign(type="visit", is_marketing=1).to_csv(drop / "touch.csv", index=False)
        leads = deals[["primary_lead_id", "created_at"]].drop_duplicates("primary_lead_id")
        leads.rename(columns={"primary_lead_id": "lead_id"}).to_csv(drop / "lead.csv", index=False)
        agreement = project / "content" / "agreement"
        agreement.mkdir()
        (agreement / "settings.yml").write_text(SETTINGS, encoding="utf-8")
        out = tmp_path / "kpis.parquet"
        command("--project", project, "measure", "--exports", drop, "--as-of", as_of, "--out", out)
        cells = pd.read_parquet(out).query("metric_id == 'attributed_revenue' and period == 'all'")
        named = {scope: dict(part.split("=") for part in scope.split(";")) for scope in cells["scope"] if "=" in scope}
        return {
            (named[row.scope]["model"], named[row.scope]["channel"]): row.value
            for row in cells.itertuples()
            if row.scope in named and set(named[row.scope]) == {"model", "channel"}
        }

    return measure


def test_first_last_and_linear_conversions_of_the_playbook_come_out(credited):
    folder = DATA / "dbt_attribution_playbook"
    conversions = pd.read_csv(folder / "customer_conversions.csv", dtype=str)
    sessions = pd.read_csv(folder / "sessions.csv", dtype=str)
    deals = pd.DataFrame(
        {
            "opportunity_id": [f"C{number}" for number in range(len(conversions))],
            "primary_lead_id": conversions["customer_id"],
            "created_at": pd.to_datetime(conversions["converted_at"]).dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "amount": 1,
        }
    )
    touches = pd.DataFrame(
        {
            "touch_id": sessions["session_id"].str.zfill(4),
            "lead_id": sessions["customer_id"],
            "occurred_at": pd.to_datetime(sessions["started_at"]).dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            # Under names of their own, so that the agreement's channels do not take two for one.
            "channel": "from " + sessions["utm_source"],
        }
    )
    touches = touches[touches["lead_id"].isin(deals["primary_lead_id"])]
    found = credited(deals, touches, "2020-03-01")
    known = {
        "direct": (11, 11, 10.976), "facebook_ads": (7, 4, 5.393), "adwords": (1, 1, 1.369), "google": (2, 3, 2.786),
        "bing": (0, 2, 0.476),
    }  # fmt: skip
    for channel, figures in known.items():
        for model, figure in zip(("first", "last", "linear"), figures, strict=True):
            assert found.get((model, f"from {channel}"), 0) == pytest.approx(figure, abs=0.0006), (model, channel)


def paths() -> list[tuple[list[str], int, int]]:
    """Return channels, conversions and journeys without one, by path."""
    with (DATA / "channelattribution_pathdata" / "Data.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return [(row["path"].split(" > "), int(row["total_conversions"]), int(row["total_null"])) for row in rows]


def test_first_last_and_linear_conversions_of_ten_thousand_paths_come_out(credited):
    start = datetime(2026, 1, 1)
    won = [(number, names, times) for number, (names, times, _) in enumerate(paths()) if times]
    closed = f"{start + timedelta(days=20):%Y-%m-%dT%H:%M:%SZ}"
    deals = pd.DataFrame(
        [(f"D{number}", f"L{number}", closed, times) for number, _, times in won],
        columns=["opportunity_id", "primary_lead_id", "created_at", "amount"],
    )
    touches = pd.DataFrame(
        [
            (f"T{number}-{place:03}", f"L{number}", f"{start + timedelta(hours=place):%Y-%m-%dT%H:%M:%SZ}", name)
            for number, names, _ in won
            for place, name in enumerate(names)
        ],
        columns=["touch_id", "lead_id", "occurred_at", "channel"],
    )
    found = credited(deals, touches, "2026-02-01")
    published = {
        "alpha": (6308, 8447, 7574.72), "iota": (4606, 3355, 3857.10), "eta": (3164, 4167, 3539.95),
        "beta": (2831, 989, 2083.50),
    }  # fmt: skip
    for channel, figures in published.items():
        for model, figure in zip(("first", "last", "linear"), figures, strict=True):
            assert found[model, channel] == pytest.approx(figure, abs=0.006), (model, channel)
    for model in ("first", "last", "linear", "u", "w", "z", "time_decay", "position", "shapley"):
        assert sum(value for (name, _), value in found.items() if name == model) == pytest.approx(19_785, abs=1e-4)


def moves_of_paths() -> Moves:
    """Return the chain's moves: each path as often as it was gone, in one channel only once in a row."""
    steps: list[tuple[int, int, str]] = []
    for names, won, lost in paths():
        alone = [name for place, name in enumerate(names) if place == 0 or names[place - 1] != name]
        for hit, times in ((1, won), (0, lost)):
            steps += [(int(place == 0), hit, name) for place, name in enumerate(alone)] * times
    start, hit, channel = (np.array(column) for column in zip(*steps, strict=True))
    return moves_of(start == 1, np.zeros(len(steps), dtype="int64"), hit, pa.array(channel))


def test_removal_effects_of_ten_thousand_paths_are_those_of_walking_the_chain():
    moves = moves_of_paths()
    counts = moves.counts()
    probability, effects = removal_effects(counts)
    assert probability[0] == pytest.approx(19_785 / (19_785 + 68_602), rel=1e-12)
    walked = [_walked(counts[0], removed) for removed in range(1, len(moves.channels) + 1)]
    assert effects[0] == pytest.approx([1 - chance / probability[0] for chance in walked], rel=1e-9)
    shares = dict(zip(moves.channels, shares_of(effects)[0].tolist(), strict=True))
    assert sum(shares.values()) == pytest.approx(1)
    assert sorted(shares, key=shares.__getitem__)[-3:] == ["eta", "iota", "alpha"]


def _walked(counts: np.ndarray, removed: int) -> float:
    """Return the chance to win when no arrow into a channel counts, by walking until nobody is under way."""
    chance = np.divide(counts, counts.sum(axis=1, keepdims=True), out=np.zeros_like(counts), where=counts > 0)
    chance[:, removed] = 0
    won = len(counts) - 2
    here, arrived = np.zeros(len(counts)), 0.0
    here[0] = 1
    while here[:won].sum() > 1e-16:
        here = here @ chance
        arrived += here[won]
        here[won:] = 0
    return arrived
