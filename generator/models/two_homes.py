"""What stands both in the agreement and in the drop, so that an edit which changes nothing is no riddle."""

from __future__ import annotations

from generator.engine import Engine
from generator.sources.report import Finding, Severity

#: Also the reason that the command line prints for it.
OVERRULED = "targets_overruled"


def overruled_targets(engine: Engine) -> tuple[Finding, ...]:
    """Return a note naming the metrics whose targets in targets.yml are out of force because the drop has its own.

    Reads `own_target` (the agreement's), `canonical.target` (the drop's) and nothing of what follows from them. Of
    two that speak of one span and scope the one agreed last is in force.
    """
    rows = engine.rows(
        "select distinct own.metric_id from own_target as own"
        " inner join canonical.target as target on target.metric_id = own.metric_id"
        " where target.target_id = own.target_id"
        " or own.version = 'sample' and target.version <> 'sample'"
        " or target.period_start = own.period_start and target.period_end = own.period_end"
        " and coalesce(nullif(lower(target.team), 'all'), '') = coalesce(nullif(lower(own.team), 'all'), '')"
        " and coalesce(target.region, '') = coalesce(own.region, '')"
        " and coalesce(target.segment, '') = coalesce(own.segment, '')"
        " and coalesce(target.owner_id, '') = coalesce(own.owner_id, '')"
        " and target.agreed_on > coalesce(own.agreed_on, date '0001-01-01') order by 1"
    )
    if not rows:
        return ()
    metrics = ", ".join(str(metric) for (metric,) in rows)
    text = f"the drop has targets of its own; those in content/agreement/targets.yml are out of force for {metrics}"
    return (Finding(OVERRULED, Severity.NOTES, text, tables=("target",)),)


def overruled_reviews(engine: Engine) -> tuple[Finding, ...]:
    """Return a note naming the reviews of content/reviews of which the drop says something else.

    The same review is one of the same id, or of the same kind on the same day. Reads `own_review` and the log.
    """
    rows = engine.rows(
        "select distinct own.held_on, own.kind from own_review as own"
        " inner join canonical.review_log as logged"
        " on logged.review_id = own.review_id or logged.kind = own.kind and logged.held_on = own.held_on"
        " where logged.kind <> own.kind or logged.held_on <> own.held_on"
        " or logged.attended_sales <> own.attended_sales or logged.attended_marketing <> own.attended_marketing"
        " order by 1, 2"
    )
    if not rows:
        return ()
    named = ", ".join(f"the {kind} one of {day}" for day, kind in rows)
    text = f"the drop's log of reviews differs from content/reviews and rules: {named}"
    return (Finding("reviews_overruled", Severity.NOTES, text, tables=("review_log",)),)
