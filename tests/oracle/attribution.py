"""Figures of attribution, a second time: each deal's touches one by one, each model by its words."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from . import figures as fig
from .clock import DAY, Span, midnight
from .figures import Cell, Unit

if TYPE_CHECKING:
    from .oracle import Oracle
    from .story import Deal, Lead

#: What is compared, by the names of the results.
METRICS = [
    "originated_revenue", "influenced_revenue", "attributed_revenue", "attributed_revenue.finance", "attribution_coverage", "sourced_gap",
    "sourced_gap.lead_origin", "sourced_gap.first_touch", "sourced_gap.pre_sales_touch", "mkt_quota_share.originated",
    "mql_to_won", "mql_to_pipeline", "mql_to_pipeline.value", "pipeline_nurture", "marketing_roi",
    "marketing_roi.attributed", "marketing_roi.spend",
]  # fmt: skip

NOBODY = "(no marketing touch)"
MODELS = ("first", "last", "linear", "u", "w", "z", "time_decay", "position", "shapley")
YEAR = timedelta(days=365)


def add(oracle: Oracle) -> None:
    """Add the figures of this file to `oracle.figures`."""
    credits = _Credits(oracle)
    won = [deal for deal in oracle.won_deals if deal.row["type"] in oracle.settings.revenue_types]
    units = [(deal, *oracle.amount(deal, deal.book_date)) for deal in won]
    units = [one for one in units if one[1] is not None or one[2]]
    new = [(deal, amount, gap) for deal, amount, gap in units if deal.row["type"] == "new_business"]
    mine = [one for one in new if oracle.origin(one[0]) == "marketing"]
    originated = [Unit(deal.book_date, oracle._deal_dims(deal), amount, gap=gap) for deal, amount, gap in mine]
    oracle._add("originated_revenue", originated, "region segment channel product", fig.total)
    oracle.figures["mkt_quota_share.originated"] = lambda span: (
        {} if span.grain == "all" else fig.measured(originated, span, ["region", "owner", "team"], fig.total)
    )
    oracle.figures["influenced_revenue"] = lambda span: _influenced(oracle, credits, units, span)
    oracle.figures["attributed_revenue"] = lambda span: _attributed(oracle, credits, units, span)
    oracle.figures["attributed_revenue.finance"] = lambda span: _finance(oracle, credits, units, span)
    _shares(oracle, credits, units)
    _conversions(oracle)
    oracle.figures["pipeline_nurture"] = lambda span: _nurture(oracle, credits, span)
    _returns(oracle, credits, units)


class _Credits:
    """Journeys of deals and what each model gives to their touches."""

    def __init__(self, oracle: Oracle):
        self.oracle, self.settings, self.story = oracle, oracle.settings.attribution, oracle.story
        self.by_account = defaultdict(list)
        for lead in self.story.leads.values():
            if lead.row["account_id"] and not lead.is_test and not lead.row["exclude_reason"]:
                self.by_account[lead.row["account_id"]].append(lead)
        self.by_role = defaultdict(list)
        for row in oracle.tables["contact_role"]:
            lead = self.story.leads.get(self.story.survivor_of.get(row["lead_id"], row["lead_id"]))
            if lead and not lead.is_test and not lead.row["exclude_reason"]:
                self.by_role[row["opportunity_id"]].append(lead)
        known = {lead.id for deal in self.story.deals for lead in self.people(deal)}
        self.nameless = defaultdict(list)
        for row in oracle.tables["touch"]:
            if self.story.survivor_of.get(row["lead_id"], row["lead_id"]) not in known and row["account_id"]:
                self.nameless[row["account_id"]].append(row)
        self.touches = {deal.id: self._touches(deal) for deal in self.story.deals}
        self.journeys = {deal.id: self._journey(deal) for deal in self.story.deals}
        self._parts: dict[tuple[str, str], dict[str, Fraction]] = {}

    def people(self, deal: Deal) -> list[Lead]:
        found = {}
        if self.settings.journey_scope == "account":
            found = {lead.id: lead for lead in self.by_account[deal.row["account_id"]]}
        if self.settings.journey_scope == "contact_roles":
            found = {lead.id: lead for lead in self.by_role[deal.id]}
        if deal.lead:
            found[deal.lead.id] = deal.lead
        return list(found.values())

    def end(self, deal: Deal) -> datetime:
        if not deal.row["is_closed"]:
            return self.oracle.as_of
        next_day = midnight(deal.row["close_date"] + DAY, self.story.zone)
        return deal.row["closed_at"] or next_day - timedelta(microseconds=1)

    def start(self, deal: Deal) -> datetime:
        begin = deal.row["created_at"] - timedelta(days=self.settings.lookback_days)
        account = deal.row["account_id"]
        if self.settings.journey_reset and account:
            before = [
                self.end(other)
                for other in self.story.deals
                if other.row["account_id"] == account and other.row["is_closed"] and self.end(other) < self.end(deal)
            ]
            if before:
                begin = max(begin, max(before) + timedelta(microseconds=1))
        return begin

    def _touches(self, deal: Deal) -> list[dict]:
        """Return the touches of a deal's people until its end, repeats gone, in order."""
        rows = [row for lead in self.people(deal) for row in self.once(lead.touches)]
        if self.settings.journey_scope == "account":
            rows += self.once(self.nameless[deal.row["account_id"]])
        rows.sort(key=lambda row: (row["occurred_at"], row["touch_id"]))
        return [row for row in rows if row["occurred_at"] <= self.end(deal)]

    def once(self, rows: list[dict]) -> list[dict]:
        kept, last = [], {}
        gap = timedelta(minutes=self.oracle.settings.touch_dedupe_minutes)
        for row in sorted(rows, key=lambda row: (row["occurred_at"], row["touch_id"])):
            who = self.story.survivor_of.get(row["lead_id"], row["lead_id"])
            kind = (who, row["channel"], row["campaign_id"], row["type"], row["is_marketing"])
            if kind not in last or row["occurred_at"] - last[kind] > gap:
                kept.append(row)
                last[kind] = row["occurred_at"]
        return kept

    def _journey(self, deal: Deal) -> list[dict]:
        usable = [row for row in self.touches[deal.id] if row["occurred_at"] >= self.start(deal)]
        return [row for row in usable if row["is_marketing"] or self.settings.include_sales_touches]

    def parts(self, deal: Deal, model: str) -> dict[str, Fraction]:
        """Return the share of a deal by channel."""
        key = (deal.id, model)
        if key not in self._parts:
            self._parts[key] = self._divided(deal, model)
        return self._parts[key]

    def _divided(self, deal: Deal, model: str) -> dict[str, Fraction]:
        journey = self.journeys[deal.id]
        if not journey:
            return {NOBODY: Fraction(1)}
        found: dict[str, Fraction] = defaultdict(Fraction)
        weights = self._weights(deal, journey, model)
        for row, weight in zip(journey, weights, strict=True):
            found[row["channel"]] += weight / sum(weights)
        return {channel: share for channel, share in found.items() if share}

    def _weights(self, deal: Deal, journey: list[dict], model: str) -> list[Fraction]:
        n = len(journey)
        if model == "shapley":
            counts = Counter(row["channel"] for row in journey)
            return [Fraction(1, counts[row["channel"]]) for row in journey]
        if model == "time_decay":
            life = 86_400 * self.settings.half_life_days
            ages = [(self.end(deal) - row["occurred_at"]).total_seconds() for row in journey]
            return [Fraction(0.5 ** ((age - min(ages)) / life)) for age in ages]
        if model == "position" and n == 2:
            return [Fraction(1), Fraction(1)]
        return self._by_milestones(deal, journey, model)

    def _by_milestones(self, deal: Deal, journey: list[dict], model: str) -> list[Fraction]:
        made = deal.lead.created_at + timedelta(minutes=5) if deal.lead else None
        lead = max((n for n, row in enumerate(journey) if made and row["occurred_at"] <= made), default=None)
        before = [n for n, row in enumerate(journey) if row["occurred_at"] <= deal.row["created_at"]]
        opened, last = max(before, default=None), len(journey) - 1
        tenth = Fraction(1, 10)
        shares, middle, reach = {
            "first": ([(0, Fraction(1))], 0, last),
            "last": ([(last, Fraction(1))], 0, last),
            "linear": ([], Fraction(1), last),
            "u": self._u(lead),
            "w": ([(0, 3 * tenth), (lead, 3 * tenth), (opened, 3 * tenth)], tenth, opened),
            "z": ([(at, 9 * tenth / 4) for at in (0, lead, opened, last)], tenth, last),
            "position": self._position(last),
        }[model]
        reach = 0 if reach is None else reach
        found = [Fraction()] * len(journey)
        marked = set()
        for at, share in shares:
            if at is not None and at <= reach and share:
                found[at] += share
                marked.add(at)
        between = [at for at in range(reach + 1) if at not in marked]
        if not (between and (reach or not marked)):
            return found
        for at in between:
            found[at] += Fraction(middle) / len(between)
        return found

    def _u(self, lead: int | None):
        if self.settings.u_variant == "50_50":
            return [(0, Fraction(1, 2)), (lead, Fraction(1, 2))], 0, lead
        return [(0, Fraction(2, 5)), (lead, Fraction(2, 5))], Fraction(1, 5), lead

    def _position(self, last: int):
        weights = self.settings.position
        first, end, middle = (Fraction(str(share)) for share in (weights.first, weights.last, weights.middle))
        return [(0, first), (last, end)], middle, last

    def lost_or_won(self, deal: Deal) -> bool:
        if not deal.row["is_closed"] or deal.row["type"] not in self.oracle.settings.revenue_types:
            return False
        return deal.row["is_won"] or deal.row["loss_reason"] not in self.oracle.settings.exclude_loss_reasons

    def paths(self, span: Span) -> list[tuple[list[str], bool]]:
        """Return the journeys that were decided in `span`, and whether they were won."""
        if not hasattr(self, "_decided"):
            self._decided = [*self._deal_paths(), *self._lead_paths()]
        return [(path, won) for day, path, won in self._decided if span.has(day) and path]

    def _deal_paths(self):
        for deal in self.story.deals:
            if self.lost_or_won(deal):
                path = _collapsed(row["channel"] for row in self.journeys[deal.id])
                yield deal.book_date, path, bool(deal.row["is_won"])

    def _lead_paths(self):
        taken = {lead.id for deal in self.story.deals for lead in self.people(deal)}
        window = timedelta(days=self.oracle.settings.windows.lead_to_customer)
        for lead in self.story.known:
            stage = lead.entries[-1] if lead.entries else None
            if lead.id in taken or (stage and stage.stage == "customer"):
                continue
            gone = stage is not None and stage.stage in ("recycled", "disqualified")
            decided = stage.at if gone else lead.created_at + window
            if decided > self.oracle.as_of:
                continue
            rows = self.once(lead.touches)
            rows = [row for row in rows if row["is_marketing"] or self.settings.include_sales_touches]
            path = _collapsed(row["channel"] for row in rows if row["occurred_at"] <= decided)
            yield self.story.day(decided), path, False

    def removal_shares(self, span: Span) -> dict[str, float | None]:
        """Return each channel's share of all removal effects, None where too few journeys tell."""
        paths = self.paths(span)
        won = sum(hit for _, hit in paths)
        channels = sorted({name for path, _ in paths for name in path})
        if won < self.settings.min_won or len(paths) < self.settings.min_journeys:
            return dict.fromkeys(channels)
        whole = _chance(paths, None)
        effects = {name: 1 - _chance(paths, name) / whole for name in channels} if whole else {}
        total = sum(effects.values())
        return {name: effect / total for name, effect in effects.items()}


def _collapsed(names) -> list[str]:
    found: list[str] = []
    for name in names:
        if not found or found[-1] != name:
            found.append(name)
    return found


def _chance(paths: list[tuple[list[str], bool]], removed: str | None) -> float:
    """Return the chance to win of a walk from step to step, by elimination of one unknown after the other."""
    steps: dict[str, Counter] = defaultdict(Counter)
    for path, won in paths:
        for source, target in zip(["start", *path], [*path, "won" if won else "lost"], strict=True):
            steps["c " + source if source in path else source]["c " + target if target in path else target] += 1
    names = sorted(steps)
    rows = {}
    for name in names:
        whole = sum(steps[name].values())
        rows[name] = {to: -times / whole for to, times in steps[name].items() if to in steps and to != f"c {removed}"}
        rows[name][name] = rows[name].get(name, 0.0) + 1.0
        rows[name]["="] = steps[name]["won"] / whole
    for pivot in names:
        scale = rows[pivot][pivot]
        rows[pivot] = {key: value / scale for key, value in rows[pivot].items()}
        for other in names:
            factor = rows[other].get(pivot, 0.0)
            if other != pivot and factor:
                for key, value in rows[pivot].items():
                    rows[other][key] = rows[other].get(key, 0.0) - factor * value
    return rows["start"]["="]


def _influenced(oracle: Oracle, credits: _Credits, units, span: Span) -> dict[str, Cell]:
    back = timedelta(days=oracle.settings.influence_lookback_days)
    whole, by_channel = [], []
    for deal, amount, gap in units:
        since = deal.row["created_at"] - back
        rows = [row for row in credits.touches[deal.id] if row["is_marketing"] and row["occurred_at"] >= since]
        channels = {row["channel"] for row in rows}
        dims = oracle._deal_dims(deal)
        if not channels and deal.row["type"] == "new_business" and dims["origin"] == "marketing":
            channels = {dims["channel"]}
        if channels:
            whole.append(Unit(deal.book_date, dims, amount, gap=gap))
        by_channel += [Unit(deal.book_date, {"channel": name}, amount, gap=gap) for name in channels]
    found = fig.measured(whole, span, ["region", "segment"], fig.total)
    split = fig.measured(by_channel, span, ["channel"], fig.total)
    return found | {scope: cell for scope, cell in split.items() if scope != "all"}


def _attributed(oracle: Oracle, credits: _Credits, units, span: Span) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    inside = [one for one in units if span.has(one[0].book_date)]
    for model in MODELS:
        split = [
            Unit(deal.book_date, oracle._deal_dims(deal) | {"channel": name}, amount and amount * share, gap=gap)
            for deal, amount, gap in inside
            for name, share in credits.parts(deal, model).items()
        ]
        cells = fig.measured(split, span, ["channel", "region", "segment"], _sum)
        if model == oracle.settings.attribution.default_model:
            found |= cells
        found |= _under(cells, model)
    return found | _under(_removal(oracle, credits, inside, span), "markov")


def _finance(oracle: Oracle, credits: _Credits, units, span: Span) -> dict[str, Cell]:
    model = oracle.settings.attribution.finance_model
    cells = _attributed(oracle, credits, units, span)
    plain = {
        scope.replace(f"model={model}", "").strip(";") or "all": scope for scope in cells if f"model={model}" in scope
    }
    return {scope: cells[named] for scope, named in plain.items()}


def _removal(oracle: Oracle, credits: _Credits, inside, span: Span) -> dict[str, Cell]:
    shares = credits.removal_shares(span)
    split = []
    for deal, amount, gap in inside:
        dims = oracle._deal_dims(deal)
        if not credits.journeys[deal.id]:
            split.append(Unit(deal.book_date, dims | {"channel": NOBODY}, amount, gap=gap))
        for name, share in shares.items() if credits.journeys[deal.id] else ():
            value = None if share is None or amount is None else amount * Fraction(share)
            split.append(
                Unit(
                    deal.book_date, dims | {"channel": name}, value, gap=gap or (share is None and "suppressed") or None
                )
            )
    return fig.measured(split, span, ["channel", "region", "segment"], _sum) if split else {}


def _under(cells: dict[str, Cell], model: str) -> dict[str, Cell]:
    named = f"model={model}"
    return {named if scope == "all" else ";".join(sorted((named, scope))): cell for scope, cell in cells.items()}


def _sum(units: list[Unit]) -> Cell:
    """Return a sum without its n: how many rows a credit is kept in is no figure."""
    gap = min((unit.gap for unit in units if unit.gap), default=None)
    return Cell(None, gap) if gap else Cell(sum((unit.value for unit in units), Fraction(0)))


def _shares(oracle: Oracle, credits: _Credits, units) -> None:
    def share(hits, dims: str):
        rows = [
            Unit(deal.book_date, oracle._deal_dims(deal), (hits(deal), amount), gap=gap) for deal, amount, gap in units
        ]
        return lambda span: fig.measured(rows, span, dims.split(), _share)

    new = "new_business"
    oracle.figures["attribution_coverage"] = share(
        lambda deal: any(row["is_marketing"] for row in credits.journeys[deal.id]), "region segment"
    )
    readings = {
        "lead_origin": lambda deal: oracle.origin(deal) == "marketing" and deal.row["type"] == new,
        "first_touch": lambda deal: _by_first(credits, deal) and deal.row["type"] == new,
        "pre_sales_touch": lambda deal: deal.row["type"] == new and _by_pre_sales(oracle, credits, deal),
    }
    for name, reading in readings.items():
        oracle.figures[f"sourced_gap.{name}"] = share(reading, "region")
    oracle.figures["sourced_gap"] = lambda span: _gap(oracle, span)


def _share(units: list[Unit]) -> Cell:
    gap = next((unit.gap for unit in units if unit.gap), None)
    if gap:
        return Cell(None, gap)
    above = sum((amount for hit, amount in (unit.value for unit in units) if hit), Fraction(0))
    below = sum((unit.value[1] for unit in units), Fraction(0))
    return Cell(above / below, "ok", above, below) if below else Cell(None, "zero_denominator", above, below)


def _gap(oracle: Oracle, span: Span) -> dict[str, Cell]:
    parts = [oracle.figures[f"sourced_gap.{name}"](span) for name in ("lead_origin", "first_touch", "pre_sales_touch")]
    found = {}
    for scope in parts[0]:
        values = [part[scope] for part in parts]
        broken = next((one for one in values if one.value is None), None)
        found[scope] = (
            Cell(None, broken.status)
            if broken
            else Cell(max(one.value for one in values) - min(one.value for one in values))
        )
    return found


def _by_first(credits: _Credits, deal: Deal) -> bool:
    before = [row for row in credits.journeys[deal.id] if row["occurred_at"] <= deal.row["created_at"]]
    return bool(before) and bool(before[0]["is_marketing"])


def _by_pre_sales(oracle: Oracle, credits: _Credits, deal: Deal) -> bool:
    since = credits.start(deal)
    rows = [row for row in credits.touches[deal.id] if row["occurred_at"] >= since]
    mine = [row["occurred_at"] for row in rows if row["is_marketing"] and row["occurred_at"] <= deal.row["created_at"]]
    people = {lead.id for lead in credits.people(deal)}
    theirs = [row["occurred_at"] for row in rows if not row["is_marketing"]]
    for row in oracle.tables["activity"]:
        owner = oracle.story.owners.get(row["owner_id"] or "")
        of_deal = oracle.story.survivor_of.get(row["lead_id"]) in people or row["opportunity_id"] == deal.id
        if of_deal and not row["is_automated"] and not (owner and owner["team"] == "marketing"):
            theirs.append(row["occurred_at"])
    theirs = [at for at in theirs if at >= since]
    return bool(mine) and (not theirs or min(mine) < min(theirs))


def _conversions(oracle: Oracle) -> None:
    story, windows = oracle.story, oracle.settings.windows
    won_on: dict[str, list] = defaultdict(list)
    for deal in oracle.won_deals:
        if deal.lead and deal.row["type"] == "new_business":
            won_on[deal.lead.id].append(deal.book_date)
    entered: dict[str, list] = defaultdict(list)
    for deal in story.deals:
        if deal.lead and (entry := _qualified(oracle, deal)):
            entered[deal.lead.id].append(entry)
    won, qualified, worth = [], [], []
    for lead in story.known:
        if (mql := lead.first("mql")) is None:
            continue
        dims, day = oracle._lead_dims(lead), story.day(mql)
        first_win = min(won_on[lead.id], default=None)
        if not oracle.was_customer(lead) and (first_win is None or first_win >= day):
            hit = first_win is not None and first_win - day <= timedelta(days=windows.mql_to_won)
            mature = mql + timedelta(days=windows.mql_to_won) <= oracle.as_of
            won.append(Unit(day, dims, hit=hit, mature=mature))
        first_entry = min((at for at, _, _ in entered[lead.id]), default=None)
        if first_entry is None or first_entry >= mql:
            limit = mql + timedelta(days=windows.mql_to_pipeline)
            mature = limit <= oracle.as_of
            qualified.append(Unit(day, dims, hit=first_entry is not None and first_entry <= limit, mature=mature))
            amounts = [(amount, gap) for at, amount, gap in entered[lead.id] if at <= limit]
            value = sum((amount for amount, _ in amounts if amount is not None), Fraction(0))
            gap = next((gap for _, gap in amounts if gap), None) if mature else None
            worth.append(Unit(day, dims, value, mature=mature, gap=gap))
    dims = "region segment channel campaign tier"
    oracle._add("mql_to_won", won, dims, oracle._cohort())
    oracle._add("mql_to_pipeline", qualified, dims, oracle._cohort())
    oracle._add("mql_to_pipeline.value", worth, dims, _per_lead(Fraction(str(oracle.settings.min_mature_share))))


def _per_lead(least: Fraction):
    def measure(units: list[Unit]) -> Cell:
        mature = [unit for unit in units if unit.mature]
        gap = next((unit.gap for unit in mature if unit.gap), None)
        if gap:
            return Cell(None, gap)
        if units and Fraction(len(mature), len(units)) < least:
            return Cell(None, "maturing")
        return fig.mean(mature)

    return measure


def _qualified(oracle: Oracle, deal: Deal):
    """Return when a deal was first qualified, and what it was worth then."""
    lowest = oracle.story.ranks[oracle.settings.min_qualified_stage].rank
    for state in deal.states:
        stage = oracle.story.ranks.get(state["stage"])
        outcome = stage.outcome if stage else "open"
        if outcome == "won" or (outcome == "open" and (stage is None or stage.rank >= lowest)):
            amount = state["amount"] if state["amount"] is not None else deal.row["amount"]
            if amount is None:
                return state["occurred_at"], None, None
            day = oracle.story.day(state["occurred_at"])
            value = oracle.story.rates.convert(amount, state["currency"] or deal.row["currency"], day)
            return state["occurred_at"], value, None if value is not None else "missing_fx"
    return None


def _nurture(oracle: Oracle, credits: _Credits, span: Span) -> dict[str, Cell]:
    if span.grain == "all":
        return {}
    moment = midnight(span.cut, oracle.story.zone)
    units = []
    for deal in oracle.story.deals:
        state, entry = deal.state_before(moment), _qualified(oracle, deal)
        if state is None or entry is None or entry[0] >= moment:
            continue
        stage = oracle.story.ranks.get(state["stage"])
        ended = deal.row["is_closed"] and credits.end(deal) < moment
        if (stage and stage.outcome != "open") or deal.row["type"] not in oracle.settings.revenue_types or ended:
            continue
        recent = [
            row
            for row in credits.touches[deal.id]
            if row["is_marketing"] and moment - timedelta(days=30) <= row["occurred_at"] < moment
        ]
        units.append(Unit(span.cut, oracle._deal_dims(deal) | {"stage": state["stage"]}, hit=bool(recent)))
    return {scope: fig.rate(some) for scope, some in fig.by_scope(units, ["region", "segment", "owner"]).items()}


def _returns(oracle: Oracle, credits: _Credits, units) -> None:
    def year(span: Span) -> Span:
        return Span(span.label, "", span.cut - YEAR, span.cut, span.cut)

    def attributed(span: Span) -> dict[str, Cell]:
        if span.grain not in ("quarter", "year"):
            return {}
        touched = [one for one in units if credits.journeys[one[0].id]]
        cells = _attributed(oracle, credits, touched, year(span))
        return {scope: cell for scope, cell in cells.items() if "region" not in scope and "segment" not in scope}

    def spend(span: Span) -> dict[str, Cell]:
        if span.grain not in ("quarter", "year"):
            return {}
        found: dict[str, Fraction] = defaultdict(Fraction)
        for n in range(365):
            for row, daily in oracle._spend.get(year(span).start + DAY * n, ()):
                if row["team"] == "marketing" and row["purpose"] != "retention":
                    found["all"] += daily
                    found[f"channel={fig.member(row['channel'])}"] += daily
        return {scope: Cell(money) for scope, money in found.items()}

    def returned(span: Span) -> dict[str, Cell]:
        spent = spend(span).get("all")
        if spent is None or not spent.value:
            return {}
        credit, margin = attributed(span).get("all"), _margin(oracle, year(span))
        if credit is None or credit.value is None or margin is None:
            return {}
        return {"all": Cell((credit.value * margin - spent.value) / spent.value)}

    oracle.figures |= {
        "marketing_roi.attributed": attributed, "marketing_roi.spend": spend, "marketing_roi": returned,
    }  # fmt: skip


def _margin(oracle: Oracle, span: Span) -> Fraction | None:
    rows = [row for row in oracle.tables["revenue"] if span.has(row["month"]) and row["kind"] == "recurring"]
    rows = [row for row in rows if row["account_id"] == "*"] or rows
    convert = oracle.story.rates.convert
    earned = sum((convert(row["amount"], row["currency"], row["month"]) for row in rows), Fraction())
    spent = sum((convert(row["cogs"], row["currency"], row["month"]) for row in rows), Fraction())
    return 1 - spent / earned if earned else None
