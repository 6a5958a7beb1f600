from datetime import date
from decimal import Decimal

from generator.agreement import Target
from generator.models.two_homes import OVERRULED

AUGUST = (date(2026, 8, 1), date(2026, 9, 1))


def agreed(metric, name, version):
    first, last = AUGUST
    return Target(
        id=name, metric=metric, period_start=first, period_end=last, team="all", value=Decimal(5), version=version
    )


def told(facts):
    return [finding.text for finding in facts.findings if finding.id == OVERRULED]


def test_samples_that_a_target_of_the_drop_removes_are_named_once_by_metric(build):
    facts = build(
        targets=(agreed("mql_count", "m", "sample"), agreed("sql_count", "s", "sample")),
        target="metric_id  period_start  period_end  team  value\n mql_count  07-01  08-01  sales  9",
    )
    assert told(facts) == [
        "the drop has targets of its own; those in content/agreement/targets.yml are out of force for mql_count"
    ]


def test_a_target_that_the_drop_agreed_later_for_the_same_span_and_team_is_named(build):
    later = "metric_id  period_start  period_end  team  value  agreed_on\n mql_count  08-01  09-01  {}  9  {}"
    mine = (agreed("mql_count", "m", "v1").model_copy(update={"agreed_on": date(2026, 7, 10)}),)
    assert told(build(targets=mine, target=later.format("all", "07-20"))) == [
        "the drop has targets of its own; those in content/agreement/targets.yml are out of force for mql_count"
    ]
    assert told(build(targets=mine, target=later.format("sales", "07-20"))) == []
    assert told(build(targets=mine, target=later.format("all", "07-01"))) == []


def test_targets_of_other_metrics_and_versions_stay_in_force_without_a_word(build):
    facts = build(
        targets=(agreed("mql_count", "m", "v1"),),
        target="metric_id  period_start  period_end  team  value\n mql_count  07-01  08-01  sales  9",
    )
    assert told(facts) == []
    assert told(build(targets=(agreed("mql_count", "m", "sample"),))) == []
