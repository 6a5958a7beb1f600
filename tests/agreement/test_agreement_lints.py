import pytest

from generator.agreement.lints import LINTS


def commitment(**changes):
    keys = {
        "id": "c.new", "title": "New", "direction": "sales_to_marketing", "accountable": "sales", "kind": "clock",
        "promise": "Soon.", "trigger": "mql", "stop": "[sal]", "effective_from": "2024-01-01",
        "per_tier": "[{value: 2, unit: business_days, goal: 0.9}]", **changes,
    }  # fmt: skip
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in keys.items() if value is not None) + "}\n"


def sla(*commitments):
    return "commitments:\n" + "".join(commitments)


def score(name="score_own", rules="[{if: {touch: demo_request}, points: 50}]", **changes):
    more = "".join(f", {key}: {value}" for key, value in changes.items())
    return f"scores:\n  - {{id: {name}, title: own score, rules: {rules}{more}}}\n"


LOW_SCORE = """definitions:
  - {id: mql, version: v9, effective_from: 2027-01-01, criteria: {none: [{score: score_own, op: ">=", value: 9}]}}
"""


def target(name="ours", **changes):
    keys = {"metric": "win_rate_count", "team": "sales", "value": "0.3", "from": "2026-01-01", "to": "2026-04-01",
            "version": "v1", **changes}  # fmt: skip
    return f"  - {{id: {name}, " + ", ".join(f"{key}: {value}" for key, value in keys.items() if value) + "}\n"


def targets(*lines):
    return "targets:\n" + "".join(lines)


def calendar(rest, name="spare"):
    return f"calendars:\n  - {{id: {name}, title: Spare, timezone: UTC, {rest}}}"


HOURS = "hours: [{days: mon-fri, open: '09:00', close: '17:00'}]"

CONTRADICTIONS = {
    "two deadlines for one tier": (
        "sla", sla(commitment(per_tier="[{tier: A, value: 1, unit: hours}, {tier: A, value: 2, unit: hours}]")),
        "commitments[0].per_tier[1]", "c.new (v1) has two values for tier A",
    ),
    "a deadline for all beside one by tier": (
        "sla", sla(commitment(per_tier="[{tier: A, value: 1, unit: hours}, {value: 2, unit: hours}]")),
        "commitments[0].per_tier[1]", "two values for tier A",
    ),
    "two values for one segment, spelled in two ways": (
        "sla", sla(commitment(per_tier="[{segment: SMB, value: 1, unit: hours}, {segment: smb, value: 2, unit: hours}]")),
        "commitments[0].per_tier[1]", "two values for segment smb",
    ),
    "two commitments for one thing with different times": (
        "sla", sla(commitment(), commitment(id="c.other", per_tier="[{value: 3, unit: business_days}]")),
        "commitments[1].per_tier[0]", "promise the same thing with different times",
    ),
    "a deal stage without its trigger": (
        "sla", sla(commitment(stage="qualified")), "commitments[0].stage", "goes with the trigger deal_stage",
    ),
    "a deal stage that does not exist": (
        "sla", sla(commitment(trigger="deal_stage", stage="qualifed", stop="[stage_left]")), "commitments[0].stage",
        "unknown deal stage 'qualifed' (did you mean 'qualified'?)",
    ),
    "a deal that waits for a call": (
        "sla", sla(commitment(trigger="deal_stage", stage="qualified", stop="[first_response]")),
        "commitments[0].stop", "`stage_left` goes with the trigger deal_stage",
    ),
    "a computed score that an export has": (
        "lifecycle", score("score_fit"), "scores[0].id", "is a column of the export and computed here as well",
    ),
    "a score that forgets at an unknown stage": (
        "lifecycle", score(reset_on="[recyled]"), "scores[0].reset_on[0]", "unknown stage 'recyled' (did you mean",
    ),
    "points for an unknown attribute": (
        "lifecycle", score(rules="[{if: {attr: contry, op: not_null}, points: 5}]"), "scores[0].rules[0].if",
        "unknown attribute 'contry' (did you mean 'country'?)",
    ),
    "a computed score that must not be high": (
        "lifecycle", score() + LOW_SCORE, "definitions[", "can only be asked to be at least something",
    ),
    "two versions at one time": (
        "sla", sla(commitment(effective_to="2026-01-01"), commitment(version="v2", effective_from="2025-12-31")),
        "commitments[1].effective_from", "are in force on the same days",
    ),
    "two versions that begin together": (
        "sla", sla(commitment(), commitment(version="v2")), "commitments[1].effective_from", "on the same days",
    ),
    "a version that ends before it begins": (
        "sla", sla(commitment(effective_to="2023-01-01")), "commitments[0].effective_to", "ends before it begins",
    ),
    "an unknown tier": (
        "sla", sla(commitment(per_tier="[{tier: D, value: 1, unit: hours}]")),
        "commitments[0].per_tier[0].tier", "unknown tier 'D'",
    ),
    "an unknown reason": (
        "sla", sla(commitment(cancel_on="[spma]")), "commitments[0].cancel_on[0]", "'spma' (did you mean 'spam'?)",
    ),
    "an unknown calendar": (
        "sla", sla(commitment(calendar="emae")), "commitments[0].calendar", "'emae' (did you mean 'emea'?)",
    ),
    "an unknown field": (
        "sla", sla(commitment(kind="quality", stop=None, per_tier="[{value: 1, unit: ratio}]",
                              required_fields="[timefame=1]")),
        "commitments[0].required_fields[0]", "'timefame' (did you mean 'timeframe'?)",
    ),
    "a clock that nothing stops": (
        "sla", sla(commitment(stop=None)), "commitments[0].stop", "a clock that nothing stops",
    ),
    "a clock that begins with a month": (
        "sla", sla(commitment(trigger="month")), "commitments[0].trigger", "a clock cannot begin with 'month'",
    ),
    "a clock in shares": (
        "sla", sla(commitment(per_tier="[{value: 2, unit: ratio}]")), "commitments[0].per_tier", "unit does not fit",
    ),
    "half a business day": (
        "sla", sla(commitment(per_tier="[{value: 1.5, unit: business_days}]")), "commitments[0].per_tier", "whole",
    ),
    "a metric without its name": (
        "sla", sla(commitment(kind="metric", stop=None, trigger="month", per_tier="[{value: 1, unit: of_target}]")),
        "commitments[0].metric", "`metric` goes with kind metric",
    ),
    "attempts without a number": (
        "sla", sla(commitment(stop="[attempts]")), "commitments[0].per_tier", "`attempts` under `stop`",
    ),
    "a promise owed by the other side": (
        "sla", sla(commitment(accountable="marketing")), "commitments[0].accountable", "is owed by sales",
    ),
    "an entry that stands twice": (
        "sla", sla(commitment(), commitment(effective_from="2025-01-01")), "commitments[1]", "'c.new v1' stands twice",
    ),
    "a packaged entry replaced twice": (
        "channels", "channels:\n  - {id: webinar, title: One}\n  - {id: webinar, title: Two}",
        "channels[1]", "'webinar' stands twice",
    ),
    "a target that nobody carries": (
        "targets", targets(target(team=None)), "targets[0]", "the target 'ours' has no owner team",
    ),
    "overlapping targets": (
        "targets", targets(target(every="month"), target("too", every="month", **{"from": "2026-03-01"})),
        "targets[1]", "'ours' and 'too' overlap from 2026-03-01",
    ),
    "overlapping spans": (
        "targets", targets(target(), target("too", **{"from": "2026-01-01", "every": "quarter"})),
        "targets[1]", "overlap from 2026-01-01",
    ),
    "a target that ends before it begins": (
        "targets", targets(target(to="2025-12-01")), "targets[0].to", "ends before it begins",
    ),
    "a target that holds no whole period": (
        "targets", targets(target(every="year")), "targets[0].every", "holds no whole year",
    ),
    "a stage nobody can enter": (
        "lifecycle", "stages:\n  - {id: trial, rank: 9, title: Trial, meaning: Tries it., owner: sales}",
        "stages[0]", "nobody can enter the stage 'trial'",
    ),
    "two stages of one rank": (
        "lifecycle", "stages:\n  - {id: trial, rank: 3, title: Trial, meaning: Tries., owner: sales}\nmoves:\n"
        "  - {from: sql, to: trial, effect: counted}", "stages[0].rank", "'trial' and 'sql' have the same rank 3",
    ),
    "a side stage with a rank": (
        "lifecycle", "stages:\n  - {id: recycled, kind: side, rank: 8, title: R, meaning: Later., owner: sales}",
        "stages[0]", "'recycled' is side and has a rank",
    ),
    "a stage spelled like another": (
        "lifecycle", "stages:\n  - {id: mql, rank: 1, title: MQL, meaning: M., owner: sales, native: [' accepted ']}",
        "stages[2]", "both claim the spelling 'accepted'",
    ),
    "an unknown stage in a move": (
        "lifecycle", "moves:\n  - {from: sqll, to: sal, effect: back}", "moves[0].from", "did you mean 'sql'?",
    ),
    "an unknown reason in a move": (
        "lifecycle", "moves:\n  - {from: sql, to: sal, effect: back, reason: spma}", "moves[0].reason", "'spam'?",
    ),
    "versions that begin on one day": (
        "lifecycle", "definitions:\n  - {id: mql, version: v3, effective_from: 2026-05-01, criteria: {all: "
        "[{touch: x}]}}", "definitions[0].effective_from", "versions v2 and v3 of 'mql' begin on the same day",
    ),
    "tiers without a last rule for the rest": (
        "lifecycle", "definitions:\n  - {id: mql, version: v3, effective_from: 2027-05-01, criteria: {all: "
        "[{touch: x}]}, tier_rules: [{tier: A, if: {touch: x}}]}", "definitions[0].tier_rules", "fall into no tier",
    ),
    "a tier rule that is never reached": (
        "lifecycle", "definitions:\n  - {id: mql, version: v3, effective_from: 2027-05-01, criteria: {all: "
        "[{touch: x}]}, tier_rules: [{tier: A}, {tier: B}]}", "definitions[0].tier_rules[0]", "never reached",
    ),
    "an unknown attribute in criteria": (
        "lifecycle", "definitions:\n  - {id: mql, version: v3, effective_from: 2027-05-01, criteria: {all: "
        "[{attr: icpfit, op: '==', value: 1}]}}", "definitions[0].criteria", "did you mean 'icp_fit'?",
    ),
    "an unknown score in criteria": (
        "lifecycle", "definitions:\n  - {id: mql, version: v3, effective_from: 2027-05-01, criteria: {any: [{all: "
        "[{score: icp_fit, op: '>', value: 1}]}]}}", "definitions[0].criteria", "unknown score 'icp_fit'",
    ),
    "an unknown commitment in criteria": (
        "lifecycle", "definitions:\n  - {id: sal, version: v3, effective_from: 2027-05-01, criteria: {all: "
        "[{manual: sales, commitment: c.sm.dispo}]}}", "definitions[0].criteria", "unknown commitment 'c.sm.dispo'",
    ),
    "a calendar without opening hours": (
        "calendars", calendar("hours: []"), "calendars[0].hours", "the calendar 'spare' has no opening hours",
    ),
    "a calendar named like the clock": (
        "calendars", calendar(HOURS, "24x7"), "calendars[0].id", "has a meaning of its own",
    ),
    "a window over midnight": (
        "calendars", calendar("hours: [{days: mon, open: '22:00', close: '06:00'}]"),
        "calendars[0].hours[0]", "does not close on the day it opens",
    ),
    "overlapping windows": (
        "calendars", calendar("hours: [{days: mon-wed, open: '08:00', close: '12:00'}, {days: 'wed,fri', "
                              "open: '11:59', close: '17:00'}]"),
        "calendars[0].hours[1]", "two windows of Wed overlap",
    ),
    "a holiday that stands twice": (
        "calendars", calendar(HOURS + ", holidays: [{date: 2026-01-01}, {date: 2026-01-01}]"),
        "calendars[0].holidays[1]", "2026-01-01 stands twice",
    ),
    "a short day without an end": (
        "calendars", calendar(HOURS + ", holidays: [{date: 2026-01-01, open: '09:00'}]"),
        "calendars[0].holidays[0]", "needs both",
    ),
    "a region of two calendars": (
        "calendars", calendar(HOURS + ", regions: [emea]"), "calendars[0].regions", "both claim the region 'emea'",
    ),
    "an unknown deal stage": (
        "settings", "min_qualified_stage: qualifed", "min_qualified_stage", "did you mean 'qualified'?",
    ),
    "an unknown paid channel": (
        "settings", "paid_channels: [paid_serach]", "paid_channels[0]", "did you mean 'paid_search'?",
    ),
    "an unknown reason to exclude": (
        "settings", "exclude_reasons: [spma]", "exclude_reasons[0]", "did you mean 'spam'?",
    ),
    "an unknown attribute of the customer rule": (
        "settings", "icp_rule: {all: [{attr: employes, op: '>', value: 9}]}", "icp_rule", "unknown attribute",
    ),
    "one spelling for two channels": (
        "channels", "channels:\n  - {id: podcast, title: Podcast, native: [WEBINAR]}",
        "channels[0]", "'podcast' and 'webinar' both claim the spelling 'webinar'",
    ),
    "one spelling for two deal stages": (
        "pipeline", "stages:\n  - {id: extra, title: Extra, rank: 20, native: [Discovery]}",
        "stages[0]", "both claim the spelling 'discovery'",
    ),
    "two open deal stages of one rank": (
        "pipeline", "stages:\n  - {id: extra, title: Extra, rank: 2}", "stages[0].rank", "have the same rank 2",
    ),
    "a spelling of a deal stage that is not there": (
        "pipeline", "stage_spellings: {Handshake: wonn}", "stage_spellings", "'wonn'",
    ),
    "a spelling of a stage that is not there": (
        "lifecycle", "stage_spellings: {Parked: recycld}", "stage_spellings", "'recycld'",
    ),
    "a spelling of a reason that is not there": (
        "lifecycle", "reason_spellings: {Bad vibes: vibes}", "reason_spellings", "'vibes'",
    ),
    "a spelling that means another stage already": (
        "lifecycle", "stage_spellings: {MQL: sql}", "stage_spellings", "'MQL' stands for 'mql' already",
    ),
    "two further spellings that are one": (
        "pipeline", "stage_spellings: {In talks: prospecting, in  TALKS: closed_won}", "stage_spellings",
        "'in  TALKS' stands for 'prospecting' already",
    ),
    "a pipeline nobody can win": (
        "pipeline", "stages:\n  - {id: closed_won, enabled: false}", "stages", "no deal stage has the outcome won",
    ),
    "an owner in an unknown calendar": (
        "owners", "owners:\n  - {id: r1, team: sales, calendar: emae}", "owners[0].calendar", "did you mean 'emea'?",
    ),
    "an owner under an unknown manager": (
        "owners", "owners:\n  - {id: r1, team: sales, manager: r9}", "owners[0].manager", "unknown owner 'r9'",
    ),
    "an owner who leaves before coming": (
        "owners", "owners:\n  - {id: r1, team: sales, active_from: 2026-01-01, active_to: 2026-01-01}",
        "owners[0].active_to", "leaves before the first day of work",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_a_contradiction_is_one_mistake_at_its_place(mistakes, case):
    file, text, where, what = CONTRADICTIONS[case]
    found = mistakes(**{file: text})
    assert len(found) == 1, found
    assert found[0].startswith((f"content/agreement/{file}.yml: ", f"<packaged>/content/agreement/{file}.yml: ")), found
    assert where in found[0] or found[0].startswith("<packaged>"), found
    assert what in found[0], found


def test_every_lint_says_in_its_docstring_what_must_hold():
    assert all(lint.__doc__ for lint, _ in LINTS)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("sla", sla(commitment(), commitment(version="v2", effective_from="2025-01-01"))),
        ("sla", sla(commitment(effective_to="2025-01-01"), commitment(version="v2", effective_from="2025-01-01"))),
        ("targets", targets(target(every="month"), target("too", every="quarter"))),
        ("targets", targets(target(), target("too", version="v2"))),
        ("targets", targets(target(), target("too", team="all"), target("three", region="emea"))),
        ("calendars", calendar("hours: [{days: daily, open: '00:00', close: '24:00'}]")),
        ("calendars", calendar("hours: [{days: mon, open: '08:00', close: '12:00'}, {days: mon, open: '12:00', "
                               "close: '17:00'}]")),
        ("lifecycle", "attributes:\n  - {id: health, title: health, type: number}\ndefinitions:\n  - {id: mql, "
         "version: v3, effective_from: 2027-05-01, criteria: {all: [{score: health, op: '>', value: 1}]}}"),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_contradiction_passes(agreed, file, text):
    assert agreed(**{file: text})


def test_one_mistake_does_not_show_as_three(only_mistake):
    # The calendars cannot be relied on, so nobody complains that commitments and settings name unknown ones.
    assert "timezone" in only_mistake(calendars="replace: true\n" + calendar(HOURS).replace("UTC", "UTX"))
