"""Removal effects: how much less would be won without a channel, by a chain of order one over decided journeys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from generator.agreement.settings import Attribution
from generator.engine import Engine

Ints = npt.NDArray[np.signedinteger[Any]]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: Journeys are dealt into so many groups; a resample draws groups, which costs the same however many journeys are.
GROUPS = 200
RESAMPLES = 400
_BAND = (0.025, 0.975)
_TYPES = {
    "period": "integer", "span": "varchar", "channel": "varchar", "share": "double", "low": "double", "high": "double",
    "removal_effect": "double", "won": "bigint", "journeys": "bigint", "gap": "varchar",
}  # fmt: skip

_STEPS = """
    select
        journey,
        cast(date_diff('day', date '1970-01-01', ended_on) as bigint) as day,
        cast(case when is_won then 1 else 0 end as bigint) as won,
        channel
    from path_step
    where ended_on is not null
    order by journey, occurred_at, touch_id
"""
_PERIODS = """
    select period, grain,
        date_diff('day', date '1970-01-01', starts_on) as start, date_diff('day', date '1970-01-01', cut_on) as cut
    from period
    where grain in ('month', 'quarter', 'year', 'all')
    order by period
"""


@dataclass(frozen=True, eq=False)
class Moves:
    """Every step of every journey, entry i being the same one, sorted by the day on which the journey was decided.

    States are numbered: 0 is the start, then the channels in order of name, then won, then lost.
    """

    channels: tuple[str, ...]
    journey: Ints
    day: Ints  # since 1970-01-01
    source: Ints
    target: Ints

    @property
    def states(self) -> int:
        """How many states there are."""
        return len(self.channels) + 3

    def between(self, start: int, cut: int) -> Moves:
        """Return the moves of journeys decided on the days [start, cut)."""
        first, end = np.searchsorted(self.day, (start, cut))
        here = slice(int(first), int(end))
        return Moves(self.channels, self.journey[here], self.day[here], self.source[here], self.target[here])

    def counts(self, groups: int = 1) -> Floats:
        """Return how often each state followed each, group x source x target; journeys are dealt out in turn."""
        key = (self.journey % groups * self.states + self.source) * self.states + self.target
        found = np.bincount(key, minlength=groups * self.states**2)
        return np.asarray(found.reshape(groups, self.states, self.states), dtype="float64")


def load_channel_credit(engine: Engine, attribution: Attribution, drop_id: str) -> None:
    """Create the table `channel_credit` from `path_step`: a row per period, span and channel."""
    moves = read_moves(engine)
    seed = int.from_bytes(sha256(drop_id.encode()).digest()[:8])
    rows = [row for one in engine.rows(_PERIODS) for row in _of_period(moves, one, attribution, seed)]
    frame = pd.DataFrame(rows, columns=list(_TYPES)).astype({"channel": object, "gap": object})
    engine.load("channel_credit", frame.astype(object).where(frame.notna(), None), _TYPES)


def read_moves(engine: Engine) -> Moves:
    """Return the steps of `path_step` as moves from state to state, the first from the start, the last to the end."""
    places: dict[str, int] = {}
    nothing = np.zeros((4, 0), dtype="int32")
    parts = [nothing, *(_compact(batch, places) for batch in engine.batches(_STEPS))]
    journey, day, won, channel = np.concatenate(parts, axis=1)
    is_new = journey[1:] != journey[:-1]
    is_start = np.concatenate([np.ones(min(len(journey), 1), dtype=bool), is_new])
    return moves_of(is_start, day, won, pa.DictionaryArray.from_arrays(channel, pa.array(list(places), pa.string())))


def _compact(batch: pa.RecordBatch, places: dict[str, int]) -> Ints:
    """Return journey, day, won and channel of some steps; `places` numbers the channels as they come."""
    channel = batch.column("channel").dictionary_encode()
    numbers = [places.setdefault(name, len(places)) for name in channel.dictionary.to_pylist()]
    codes = np.array(numbers, dtype="int32")[channel.indices.to_numpy()]
    told = (batch.column(name).to_numpy() for name in ("journey", "day", "won"))
    return np.stack([*(column.astype("int32") for column in told), codes])


def moves_of(is_start: Flags, day: Ints, won: Ints, channel: Any) -> Moves:
    """Return moves from the steps of journeys, one journey after the other, each in order; `channel`: Arrow text.

    A channel that follows itself is one step.
    """
    encoded = pc.dictionary_encode(channel)
    known = encoded.dictionary.to_pylist()
    names = sorted(known)
    states = np.array([names.index(name) + 1 for name in known], dtype="int32")
    state = states[encoded.indices.to_numpy()]
    journey = np.cumsum(is_start, dtype="int32") - 1
    before = np.where(is_start, 0, np.roll(state, 1))
    kept = state != before
    state, before, journey, day, won = state[kept], before[kept], journey[kept], day[kept], won[kept]
    is_last = np.append(journey[1:] != journey[:-1], True)[: len(state)]
    end = len(names) + 1 + (1 - won[is_last])
    days = np.concatenate([day, day[is_last]])
    order = np.argsort(days, kind="stable")
    return Moves(
        tuple(names),
        np.concatenate([journey, journey[is_last]])[order],
        days[order],
        np.concatenate([before, state[is_last]])[order],
        np.concatenate([state, end])[order],
    )


def removal_effects(counts: Floats) -> tuple[Floats, Floats]:
    """Return by chain (counts: chain x source x target) the probability to win, and by channel what its removal costs.

    A channel that is removed sends every arrow into it to the end without a win. Of the chain's fundamental matrix
    N = (I - Q)^-1 that is: the chance ever to come there, N[start, c] / N[c, c], times the chance to win from there.
    """
    transient = counts.shape[-1] - 2
    leaving = counts.sum(axis=-1, keepdims=True)
    chance = np.divide(counts, leaving, out=np.zeros_like(counts), where=leaving > 0)[:, :transient, :]
    steps, win = chance[:, :, :transient], chance[:, :, transient]
    visits = np.linalg.solve(np.eye(transient) - steps, np.broadcast_to(np.eye(transient), steps.shape))
    to_win = np.einsum("kij,kj->ki", visits, win)
    reached = visits[:, 0, 1:] / np.diagonal(visits, axis1=1, axis2=2)[:, 1:]
    total = to_win[:, :1]
    effect = np.divide(reached * to_win[:, 1:], total, out=np.zeros_like(reached), where=total > 0)
    return to_win[:, 0], effect


def shares_of(effects: Floats) -> Floats:
    """Return removal effects as shares that add to one in each chain; none where nothing is won."""
    whole = effects.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(effects, whole, out=np.full_like(effects, np.nan), where=whole > 0))


def band(moves: Moves, seed: int) -> tuple[Floats, Floats]:
    """Return by channel the ends of the 95 % band of its share, from resampled journeys."""
    counts = moves.counts(GROUPS)
    drawn = np.random.default_rng(seed).multinomial(GROUPS, np.full(GROUPS, 1 / GROUPS), RESAMPLES)
    shares = shares_of(removal_effects(np.tensordot(drawn.astype("float64"), counts, axes=1))[1])
    shares = shares[~np.isnan(shares).any(axis=1)]
    if not len(shares):
        nothing = np.full(len(moves.channels), np.nan)
        return nothing, nothing
    low, high = np.quantile(shares, _BAND, axis=0)
    return low, high


def _of_period(
    moves: Moves, period: tuple[int, str, int, int], attribution: Attribution, seed: int
) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a period: of the journeys decided in it, and for quarters and years in the year to its cut."""
    number, grain, start, cut = period
    yield from _of_span(moves.between(start, cut), number, "period", attribution, seed)
    if grain in ("quarter", "year"):
        yield from _of_span(moves.between(cut - 365, cut), number, "year", attribution, seed)


def _of_span(moves: Moves, period: int, span: str, attribution: Attribution, seed: int) -> Iterator[tuple[object, ...]]:
    won = int((moves.target == moves.states - 2).sum())
    journeys = won + int((moves.target == moves.states - 1).sum())
    there = sorted({int(state) for state in np.unique(moves.target)} & set(range(1, len(moves.channels) + 1)))
    if not won:
        return  # nothing to give credit for
    if won < attribution.min_won or journeys < attribution.min_journeys:
        for state in there:
            yield (period, span, moves.channels[state - 1], None, None, None, None, won, journeys, "suppressed")
        return
    effect = removal_effects(moves.counts())[1][0]
    share, (low, high) = shares_of(effect[None])[0], band(moves, seed)
    for state in there:
        at = state - 1
        yield (
            period, span, moves.channels[at], float(share[at]), float(low[at]), float(high[at]), float(effect[at]),
            won, journeys, None,
        )  # fmt: skip
