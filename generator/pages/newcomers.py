"""What a new colleague reads first: five minutes, one lead's life, and ten questions; all of it from the agreement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.agreement.promises import commitment_sentence, tier_target_text
from generator.agreement.sentences import bullets, clauses
from generator.pages import formats
from generator.pages.context import Context
from generator.pages.definitions import TEAMS, agreed_text, field_title, stage_name
from generator.pages.headline import headline, period_text, tile_target
from generator.pages.markup import Trusted, encoded
from generator.pages.one_lead import PAGE as LIFE
from generator.pages.one_lead import Life, life_of_a_lead

START, CHECK = "guide/start.md", "guide/self-check.md"
#: The pages in the order of the navigation, with their titles.
NEWCOMERS = ((START, "New here"), (LIFE, "The life of one lead"), (CHECK, "Do I know it?"))
_QUALIFIED = "mql"


@dataclass(frozen=True)
class Promise:
    """A promise in a line."""

    title: str
    anchor: str
    owed_by: str
    promise: str
    levels: str


@dataclass(frozen=True)
class Question:
    """A question that unfolds into its answer."""

    asks: str
    answer: Trusted  # Markdown
    page: str
    reads: str  # how the link to the page reads


def write_newcomers(context: Context) -> None:
    """Write the start page, the life of one lead and the self-check."""
    agreement = context.report.agreement
    day = context.report.drop.as_of.date()
    life = life_of_a_lead(context)
    stages = [stage for stage in agreement.lifecycle.stages if stage.kind == "forward"]
    shared: dict[str, object] = {"life": life, "pages": dict(NEWCOMERS)}
    context.write(
        START,
        "start.md.j2",
        {
            **shared,
            "stages": [(stage, stage_name(stage), TEAMS[stage.owner]) for stage in stages],
            "promises": list(_promises(context)),
            "agreed": _agreed_by(context),
            "min_n": context.min_n,
            "is_sample": context.came_with_the_product("sla.yml"),
        },
    )
    qualified = agreement.definition_at(_QUALIFIED, day)
    context.write(
        LIFE,
        "one_lead.md.j2",
        {
            **shared,
            "fields": [field_title(agreement, name) for name in qualified.required_fields] if qualified else [],
        },
    )
    context.write(CHECK, "self_check.md.j2", {**shared, "questions": list(questions(context, life))})


def _promises(context: Context) -> Iterator[Promise]:
    agreement = context.report.agreement
    for one in agreement.commitments_at(context.report.drop.as_of.date()):
        yield Promise(
            title=one.title,
            anchor=one.id.replace(".", "-").replace("_", "-"),
            owed_by=TEAMS[one.accountable],
            promise=one.promise,
            levels="; ".join(tier_target_text(one, target) for target in one.per_tier),
        )


def _agreed_by(context: Context) -> str:
    """Return who agreed on the newest promises: whom to ask when a rule should change."""
    known = [one.agreed for one in context.report.agreement.sla.commitments if one.agreed.sales or one.agreed.marketing]
    newest = known[-1] if known else None
    return agreed_text(newest.sales, newest.marketing, None) if newest else ""


def questions(context: Context, life: Life | None) -> Iterator[Question]:
    """Yield the ten questions; what depends on the agreement is answered from it."""
    agreement = context.report.agreement
    day = context.report.drop.as_of.date()
    qualified = agreement.definition_at(_QUALIFIED, day)
    name = _QUALIFIED.upper()
    criteria = bullets(clauses(agreement, qualified.criteria), encoded) if qualified else ""
    yield _question(
        f"When is a lead an {name} here?",
        Trusted(f"When all of this holds:\n\n{criteria}") if criteria else "Nobody has agreed on it yet.",
        f"definitions.md#{_QUALIFIED}",
        "The definition",
    )
    fields = [field_title(agreement, field) for field in qualified.required_fields] if qualified else []
    yield _question(
        "What has to travel with a lead that is handed over?",
        formats.sentence(formats.listed(fields)) if fields else "Nothing is asked for.",
        f"definitions.md#{_QUALIFIED}",
        "The definition",
    )
    owners = [f"{stage_name(stage)}: {TEAMS[stage.owner]}" for stage in agreement.lifecycle.stages]
    yield _question(
        "Who answers for a lead in each stage?", formats.sentence("; ".join(owners)), "definitions.md", "All stages"
    )
    yield from _about_promises(context, life)
    yield from _about_figures(context)


def _about_promises(context: Context, life: Life | None) -> Iterator[Question]:
    agreement = context.report.agreement
    if life and life.first_due:
        lead = f"A lead of {life.tier}" if life.tier else "A lead"
        yield _question(
            f"{lead} comes on {life.events[0].when}. When must Sales have called?",
            f"By {life.first_due}: only the open hours of {life.calendar} ({life.zone}) count.",
            LIFE,
            "The life of one lead",
        )
    codes = [reason.title for reason in agreement.lifecycle.reasons if reason.family in ("fit", "intent", "reach")]
    yield _question(
        "Sales does not want a lead. What does it take to send it back?",
        f"A reason from the closed list, or it does not count as a decision: {formats.listed(codes, 'or')}.",
        "definitions.md#reasons",
        "All reasons",
    )
    day = context.report.drop.as_of.date()
    back = next((one for one in agreement.commitments_at(day) if one.trigger == "recycled"), None)
    yield _question(
        "What happens to a lead that comes back?",
        commitment_sentence(agreement, back)
        if back
        else "It goes back to Marketing; nobody promised by when it hears from us.",
        "sla.md",
        "The SLA",
    )


def _about_figures(context: Context) -> Iterator[Question]:
    kpi = context.kpis.get("mql_count")
    stand = headline(context, kpi) if kpi and not context.is_missing(kpi) else None
    if kpi and stand and stand.cell.value is not None:
        told = tile_target(context, kpi, stand.cell, stand.period) or "there is no target for it"
        answer = f"{context.number(stand.cell.value, kpi.unit)} in {period_text(stand.period)}: {told}."
        yield _question(
            "How many leads did Marketing hand over lately, and is that enough?", answer, "kpis/mql_count.md", kpi.title
        )
    yield _question(
        "The month is half over and a count stands at half its target. Are we off target?",
        "No. While a period runs, a count is held against the part that is due by now, in business days: that is “of "
        "pace”. On target is 100 % or more of it, at risk is from 90 %.",
        "guide/reading.md#targets",
        "Targets and pace",
    )
    yield _question(
        "A rate is printed as “3 of 4”, without a colour. Why?",
        f"Under {formats.SMALL} cases there is no percentage, and under {context.min_n} no status and no direction: "
        "so few cases say nothing.",
        "guide/reading.md#small-samples",
        "Small samples",
    )
    yield _question(
        "The newest months of a conversion rate are missing. Is the data late?",
        "No. Everybody who entered is followed for the same number of days, and the newest have not had theirs yet: "
        "the month is maturing.",
        "guide/reading.md#cohorts",
        "Conversion follows people",
    )


def _question(asks: str, answer: str, page: str, reads: str) -> Question:
    return Question(asks, Trusted.escape(answer), page, reads)
