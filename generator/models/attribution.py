"""What the models of attribution weigh, as tables: milestones by model, and how a touch loses weight as it ages."""

from __future__ import annotations

from math import ceil

import numpy as np
import pandas as pd

from generator.agreement.settings import Attribution
from generator.engine import Engine

_MODEL = {
    "model": "varchar", "reach": "varchar", "first_weight": "bigint", "lead_weight": "bigint",
    "opportunity_weight": "bigint", "won_weight": "bigint", "between_weight": "bigint",
}  # fmt: skip
_DECAY = {"part": "varchar", "steps": "bigint", "weight": "decimal(18,0)"}

#: Of the first and of the last touch, of the last one until the lead and until the deal were created, and of all
#: others together: whole numbers, of which only the ratios count. `reach` is the last touch that may get credit.
_U = {"40_40_20": ("u", "lead", 4, 4, 0, 0, 2), "50_50": ("u", "lead", 1, 1, 0, 0, 0)}
_FIXED = (
    ("first", "won", 1, 0, 0, 0, 0),
    ("last", "won", 0, 0, 0, 1, 0),
    ("linear", "won", 0, 0, 0, 0, 1),
    ("w", "opportunity", 3, 3, 3, 0, 1),
    ("z", "won", 9, 9, 9, 9, 4),
)

_WHOLE = 10**17  # the weight of a touch of age 0; products of two fit 38 digits, and so do sums of 10,000 of them
_NOTHING = 57  # half-lives after which less than one part of `_WHOLE` is left
_REST_S = 21_600

_BROKEN = """
    select count(*)
    from (
        select deal.deal_id
        from deal
        left join (
            select deal_id, model, max(total) as total, max(total) - min(total) as spread, sum(weight) as weight
            from credit
            group by deal_id, model
        ) as credited on credited.deal_id = deal.deal_id
        where deal.is_won and deal.excluded is null
        group by deal.deal_id
        having
            count(distinct credited.model) <> (select count(*) + 2 from attribution_model)
            or sum(case when credited.weight = credited.total and credited.spread = 0 then 0 else 1 end) > 0
    ) as broken
"""


def load_attribution_tables(engine: Engine, attribution: Attribution) -> None:
    """Create the tables `attribution_model` and `decay` in `engine`."""
    shares = attribution.position
    first, last, middle = (round(share * 10_000) for share in (shares.first, shares.last, shares.middle))
    models = [*_FIXED, _U[attribution.u_variant], ("position", "won", first, 0, 0, last, middle)]
    engine.load("attribution_model", pd.DataFrame(models, columns=list(_MODEL)), _MODEL)
    engine.load("decay", _decay(attribution.half_life_days * 86_400), _DECAY)


def assert_whole_credits(engine: Engine) -> None:
    """Each model must divide each won deal into parts of one whole, no more and no less; else the bug is ours."""
    broken = engine.rows(_BROKEN)[0][0]
    assert not broken, f"{broken} deals are not credited in whole by some model"


def _decay(half_life_s: int) -> pd.DataFrame:
    """Return integer weights of an age that is so many long steps (of six hours) and so many seconds of the rest."""
    long = np.arange(ceil(_NOTHING * half_life_s / _REST_S) + 1)
    rest = np.arange(_REST_S)
    parts = [
        pd.DataFrame({"part": part, "steps": steps, "weight": np.rint(_WHOLE * 0.5**age).astype("int64")})
        for part, steps, age in (("long", long, long * _REST_S / half_life_s), ("rest", rest, rest / half_life_s))
    ]
    return pd.concat(parts, ignore_index=True)
