"""Names for records that tell nobody which record it is: the same throughout a drop, not to be guessed from an id."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256

from generator.engine import Engine

#: So many of the oldest leads make the key; whoever holds them holds the ids anyway.
_OLDEST = 10_000
_SIGNS = 12


def pseudonyms(engine: Engine) -> Callable[[str], str]:
    """Return a function from the id of a record to its pseudonym.

    The key is made of the oldest records of the drop, which nobody outside knows as a whole. So the same drop gives the
    same pseudonyms without a secret that somebody must keep, and as long as they are exported so do later drops.
    """
    leads = engine.rows(f"select lead_id, created_at from lead order by created_at, lead_id limit {_OLDEST}")
    deals = engine.rows(f"select deal_id, created_at from deal order by created_at, deal_id limit {_OLDEST}")
    key = sha256(repr((leads, deals)).encode("utf-8")).digest()
    return lambda name: hmac.new(key, name.encode("utf-8"), sha256).hexdigest()[:_SIGNS]
