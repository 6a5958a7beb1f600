"""Contradictions within lifecycle.yml and of it with the other files."""

from __future__ import annotations

from collections.abc import Iterator

from .criteria import AttributeCondition, Condition, Criteria, ManualCondition, ScoreCondition, conditions
from .findings import Files, Finding, spelled_twice, unknown
from .lifecycle import Definition
from .yaml_reading import Keys

FILE = "lifecycle"


def stages_nobody_can_enter(files: Files) -> Iterator[Finding]:
    """A stage needs a definition or a move into it; a way begins at its lowest rank, and merging ends it."""
    life = files.lifecycle
    entered = {definition.id for definition in life.definitions}
    entered |= {
        m.to_stage for m in life.moves if m.from_stage != m.to_stage and m.effect not in ("not_allowed", "no_op")
    }
    first = min((stage.rank for stage in life.stages if stage.rank is not None), default=0)
    for index, stage in enumerate(life.stages):
        if stage.kind != "end" and stage.rank != first and stage.id not in entered:
            what = f"nobody can enter the stage '{stage.id}': it has no definition and no move leads to it"
            yield Finding(FILE, ("stages", index), what, "Add a definition or a move, or remove the stage.")


def ranks_out_of_order(files: Files) -> Iterator[Finding]:
    """Forward stages have ranks of their own; the others have none."""
    seen: dict[int, str] = {}
    for index, stage in enumerate(files.lifecycle.stages):
        if (stage.kind == "forward") != (stage.rank is not None):
            what = f"'{stage.id}' is {stage.kind} and has {'no' if stage.rank is None else 'a'} rank"
            yield Finding(FILE, ("stages", index), what, "Give forward stages a rank, and only those.")
        elif stage.rank is not None and seen.setdefault(stage.rank, stage.id) != stage.id:
            what = f"'{stage.id}' and '{seen[stage.rank]}' have the same rank {stage.rank}"
            yield Finding(FILE, ("stages", index, "rank"), what, "Give each its own place on the way.")


def spellings_of_stages(files: Files) -> Iterator[Finding]:
    """No spelling stands for two stages or two reasons."""
    life = files.lifecycle
    yield from spelled_twice(FILE, "stages", ((s.id, s.title, s.native) for s in life.stages))
    yield from spelled_twice(FILE, "reasons", ((r.code, r.title, r.native) for r in life.reasons))


def unknown_stages(files: Files) -> Iterator[Finding]:
    """Definitions and moves speak of stages, and moves of reasons, that exist."""
    stages = [stage.id for stage in files.lifecycle.stages]
    for index, definition in enumerate(files.lifecycle.definitions):
        yield from unknown(FILE, ("definitions", index, "id"), "stage", definition.id, stages)
    for index, move in enumerate(files.lifecycle.moves):
        yield from unknown(FILE, ("moves", index, "from"), "stage", move.from_stage, stages)
        yield from unknown(FILE, ("moves", index, "to"), "stage", move.to_stage, stages)
        if move.reason is not None:
            yield from unknown(FILE, ("moves", index, "reason"), "reason", move.reason, files.reasons)


def versions_that_begin_together(files: Files) -> Iterator[Finding]:
    """On every day one version of a definition is in force."""
    begun: dict[tuple[str, object], str] = {}
    for index, definition in enumerate(files.lifecycle.definitions):
        first = begun.setdefault((definition.id, definition.effective_from), definition.version)
        if first != definition.version:
            what = f"versions {first} and {definition.version} of '{definition.id}' begin on the same day"
            yield Finding(FILE, ("definitions", index, "effective_from"), what, "Give each its own first day.")


def tier_rules(files: Files) -> Iterator[Finding]:
    """Every lead falls into one tier: known tiers, and one rule without condition, at the end."""
    tiers = [tier.id for tier in files.sla.tiers]
    for index, definition in enumerate(files.lifecycle.definitions):
        path: Keys = ("definitions", index, "tier_rules")
        for number, rule in enumerate(definition.tier_rules):
            yield from unknown(FILE, (*path, number, "tier"), "tier", rule.tier, tiers)
            if rule.when is None and number < len(definition.tier_rules) - 1:
                yield Finding(FILE, (*path, number), "rules after this one are never reached", "Move it to the end.")
        if definition.tier_rules and definition.tier_rules[-1].when is not None:
            what = "the last tier rule has a condition, so some leads fall into no tier"
            yield Finding(FILE, path, what, "End with a rule without `if`, such as {tier: C}.")


def criteria_that_read_the_unknown(files: Files) -> Iterator[Finding]:
    """Criteria read known columns and scores, and name known commitments."""
    for index, definition in enumerate(files.lifecycle.definitions):
        for path, condition in _conditions_of(definition):
            yield from _unknown_in(files, ("definitions", index, path), condition)
        for number, name in enumerate(definition.required_fields):
            path_of_field = ("definitions", index, "required_fields", number)
            yield from unknown(FILE, path_of_field, "attribute", name, files.attributes)


def scores_that_cannot_be_computed(files: Files) -> Iterator[Finding]:
    """Scores read known columns, begin anew at known stages, and no export says them already."""
    stages = [stage.id for stage in files.lifecycle.stages]
    for index, score in enumerate(files.lifecycle.scores):
        if score.id in files.attributes:
            what = f"'{score.id}' is a column of the export and computed here as well"
            yield Finding(FILE, ("scores", index, "id"), what, "Give the computed score a name of its own.")
        for number, rule in enumerate(score.rules):
            if isinstance(rule.when, AttributeCondition):
                path = ("scores", index, "rules", number, "if")
                yield from unknown(FILE, path, "attribute", rule.when.attr, files.attributes)
        for number, stage in enumerate(score.reset_on):
            yield from unknown(FILE, ("scores", index, "reset_on", number), "stage", stage, stages)


def scores_asked_for_in_vain(files: Files) -> Iterator[Finding]:
    """A computed score is asked for with at least: when it falls below something no event says."""
    computed = {score.id for score in files.lifecycle.scores}
    for index, definition in enumerate(files.lifecycle.definitions):
        for condition, is_refused in _with_refusal(definition.criteria, refused=False):
            if not isinstance(condition, ScoreCondition) or condition.score not in computed:
                continue
            if is_refused or condition.op not in (">=", ">"):
                what = f"'{condition.score}' is computed, and can only be asked to be at least something"
                next_step = "Use >= or > under `all` or `any`."
                yield Finding(FILE, ("definitions", index, "criteria"), what, next_step)


def _with_refusal(condition: Condition, *, refused: bool) -> Iterator[tuple[Condition, bool]]:
    if not isinstance(condition, Criteria):
        yield condition, refused
        return
    for part in (*condition.all, *condition.any):
        yield from _with_refusal(part, refused=refused)
    for part in condition.none:
        yield from _with_refusal(part, refused=not refused)


def _conditions_of(definition: Definition) -> Iterator[tuple[str, Condition]]:
    yield from (("criteria", condition) for condition in conditions(definition.criteria))
    for rule in definition.tier_rules:
        if rule.when is not None:
            yield from (("tier_rules", condition) for condition in conditions(rule.when))


def _unknown_in(files: Files, path: Keys, condition: Condition) -> Iterator[Finding]:
    if isinstance(condition, AttributeCondition):
        yield from unknown(FILE, path, "attribute", condition.attr, files.attributes)
    elif isinstance(condition, ScoreCondition):
        declared = [a.id for a in files.lifecycle.attributes if a.type == "number"]
        computed = [score.id for score in files.lifecycle.scores]
        scores = dict.fromkeys(["score_fit", "score_engagement", *declared, *computed])
        yield from unknown(FILE, path, "score", condition.score, scores)
    elif isinstance(condition, ManualCondition) and condition.commitment is not None:
        commitments = dict.fromkeys(commitment.id for commitment in files.sla.commitments)
        yield from unknown(FILE, path, "commitment", condition.commitment, commitments)
