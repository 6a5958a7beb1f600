import click
import pytest

from generator.agreement import load_agreement
from generator.errors import AgreementError
from generator.project import Project

COMMITMENT = """commitments:
  - id: c.sm.first_response
    title: First response
    direction: sales_to_marketing
    accountable: sales
    kind: clock
    promise: Somebody answers.
    trigger: mql
    stop: [first_response]
    effective_from: 2024-01-01
    per_tier:
      - {tier: A, value: 60, unit: business_minutes, goal: 0.9}
"""


@pytest.mark.parametrize(
    ("file", "text", "where", "what"),
    [
        # keys
        ("settings", "compny: X", "settings.yml: compny (line 2)", "unknown key 'compny' (did you mean 'company'?)"),
        ("settings", "windows: {mql_sql: 3}", "windows.mql_sql (line 2)", "did you mean 'mql_to_sql'?"),
        ("sla", COMMITMENT.replace("goal", "gaol"), "per_tier[0].gaol (line 13)", "did you mean 'goal'?"),
        ("sla", COMMITMENT.replace("    title: First response\n", ""), "commitments[0].title", "`title` is missing"),
        ("channels", "channels:\n  - {id: a, title: A, enabled: maybe}", "channels[0].enabled", "unknown key"),
        # values
        ("settings", "pacing: busines_days", "pacing (line 2)", "'busines_days' (did you mean 'business_days'?)"),
        ("settings", "reporting_timezone: Mars/Base", "reporting_timezone", "'Mars/Base' is not a time zone"),
        ("settings", "reporting_timezone: ../../etc/passwd", "reporting_timezone", "is not a time zone"),
        ("settings", "reporting_timezone: Europe", "reporting_timezone", "'Europe' is not a time zone"),
        ("settings", "reporting_currency: usd", "reporting_currency", "'usd' is not a currency"),
        ("settings", "stale_days: -1", "stale_days", "'-1' must be at least 0"),
        ("settings", "stale_days: 1.5", "stale_days", "'1.5' is not a whole number"),
        ("settings", "min_mature_share: 80 %", "min_mature_share", "'80 %' is not a number"),
        ("settings", "min_mature_share: .nan", "min_mature_share", "is not a finite number"),
        ("settings", "owner_names: perhaps", "owner_names", "'perhaps' is not true or false"),
        ("settings", "company: 2026", "company", "'2026' is not text"),
        ("settings", 'company: "  "', "company", "the text is empty"),
        ("settings", "company:", "company", "nothing is written, where text must stand"),
        ("settings", "revenue_types: new_business", "revenue_types", "'new_business' is not a list"),
        ("settings", "revenue_types: []", "revenue_types", "the list is empty"),
        ("settings", "windows: 30", "windows", "'30' is not keys with values"),
        ("settings", "sm_cost_band: [0.4, 0.3]", "sm_cost_band", "the band ends below its beginning"),
        ("settings", "sm_cost_band: [0.3, 0.4, 0.5]", "sm_cost_band", "the list is too long"),
        ("settings", "sm_cost_band: [0.3]", "sm_cost_band", "no value number 2"),
        ("settings", "record_links: http://crm.example.com/{id}", "record_links", "no https URL with {id}"),
        ("settings", "record_links: 'https://{id}.example.com/'", "record_links", "no https URL with {id}"),
        ("settings", "record_links: 'https://crm.example.com/{id}\"><b>'", "record_links", "no https URL with {id}"),
        ("settings", "locale: english", "locale", "'english' is not of the form"),
        ("sla", COMMITMENT.replace("2024-01-01", "2024-02-30"), "commitments[0].effective_from", "is not a date"),
        ("sla", COMMITMENT.replace("2024-01-01", "20240101"), "commitments[0].effective_from", "is not a date"),
        ("sla", COMMITMENT.replace("0.9}", "90}"), "commitments[0].per_tier[0].goal", "'90' must be at most 1"),
        ("sla", COMMITMENT.replace("60,", "1\u202f000,"), "commitments[0].per_tier[0].value", "is not a number"),
        ("sla", COMMITMENT.replace("id: c.sm", "id: c sm"), "commitments[0].id", "is not an id"),
        ("calendars", "calendars:\n  - {id: x, title: X, timezone: UTC, hours: [{days: mon-fry, open: '09:00', "
         "close: '17:00'}]}", "calendars[0].hours[0].days", "'mon-fry' are not weekdays"),
        ("calendars", "calendars:\n  - {id: x, title: X, timezone: UTC, hours: [{days: mon-fri, open: 9:00, "
         "close: '17:00'}]}", "calendars[0].hours[0].open", "'9:00' is not a time of day"),
        # whole blocks
        ("channels", "channels: {webinar: Webinar}", "channels", "a block of keys is not a list"),
        ("channels", "channels: [webinar]", "channels[0]", "'webinar' is not keys with values"),
        ("channels", "channels:", "channels", "nothing is written, where a list must stand"),
    ],
)  # fmt: skip
def test_a_mistake_names_file_key_line_and_what_is_wrong(only_mistake, file, text, where, what):
    found = only_mistake(**{file: text})
    assert f"content/agreement/{file}.yml: " in found
    assert where in found
    assert what in found
    assert "\n    " in found  # what to do next


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ("{attr: icp_fit, op: '=', value: 1}", "'=' (did you mean '>='?) is not allowed"),
        ("{attr: icp_fit, value: 1}", "`op` is missing"),
        ("{attr: icp_fit, op: '==', value: 1, within: 3}", "unknown key 'within'"),
        ("{attr: icp_fit, op: in, value: 1}", "`in` needs a list of values"),
        ("{attr: icp_fit, op: '==', value: [1, 2]}", "`==` needs one value"),
        ("{attr: icp_fit, op: is_null, value: 1}", "`is_null` takes no value"),
        ("{touch: demo_request, min: 0}", "'0' must be at least 1"),
        ("{activity: [calls]}", "'calls' (did you mean 'call'?) is not allowed"),
        ("{tuch: demo_request}", "unknown key 'tuch' (did you mean 'touch'?)"),
        ("demo_request", "'demo_request' is not a condition"),
        ("{all: []}", "the criteria are empty"),
        ("{any: [{all: [{score: score_fit, op: '>=', valu: 3}]}]}", "unknown key 'valu' (did you mean 'value'?)"),
    ],
)
def test_a_mistake_in_a_condition_speaks_of_that_kind_of_condition(mistakes, condition, what):
    text = f"""definitions:
  - id: mql
    version: v3
    effective_from: 2027-01-01
    criteria:
      all:
        - {{touch: demo_request}}
        - {condition}
"""
    found = mistakes(lifecycle=text)
    assert all("definitions[0].criteria.all[1]" in line for line in found), found
    assert any(what in line for line in found), found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
        ("- a\n- b\n", "the file holds a list"),
        ("just words\n", "the file holds a single value"),
        ("schema: 1\nwindows: [1, 2\n", "this is not YAML"),
        ("schema: 1\nwindows:\n\tmql_to_sql: 3\n", "this is not YAML"),
        ("schema: 1\ncompany: a\ncompany: b\n", "settings.yml: company (line 3): the key stands twice"),
        ("schema: 1\na: &a [*a]\n", "this is not YAML"),
        ("company: X\n", "`schema` is missing"),
        ("schema: one\n", "'one' is no schema"),
        ("schema: true\n", "'True' is no schema"),
        ("schema: 2\ncompany: X\nwhat_is_this: new\n", "has schema 2; this version of onefunnel reads up to 1"),
        ("schema: 1\n? [a, b]\n: c\n", "unknown key '?'"),
        ("schema: 1\ncompany: !!python/object/apply:os.system [x]\n", "is not text"),
        (b"schema: 1\ncompany: M\xfcller\n", "line 2 is not UTF-8"),
        ("schema: 1\ncompany: X\n".encode("utf-16"), "is not UTF-8"),
        (b"schema: 1\ncompany: \x07\n", "this is not YAML"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_mistake(project, only_mistake, text, what):
    project(settings=b"" if text == "" else text.encode() if isinstance(text, str) else text)
    assert what in only_mistake()


def test_a_small_file_of_aliases_cannot_become_a_huge_one(only_mistake):
    lines = ["schema: 1", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "aliases make the file endless" in only_mistake(settings="\n".join(lines))


def test_a_byte_order_mark_is_no_mistake(agreed):
    assert agreed(settings="\ufeffschema: 1\ncompany: Müller".encode()).settings.company == "Müller"


def test_words_that_older_yaml_takes_for_truth_values_or_numbers_stay_text(agreed):
    text = """definitions:
  - id: mql
    version: v3
    effective_from: 2027-01-01
    agreed: {on: 2026-12-01}
    criteria: {none: [{attr: country, op: in, value: [NO, on, 12:30, 010]}]}
"""
    definition = agreed(lifecycle=text).versions_of("mql")[-1]
    assert definition.criteria.none[0].value == ("NO", "on", "12:30", 10)
    assert definition.agreed.on.isoformat() == "2026-12-01"


def test_the_mistakes_of_all_files_are_listed_at_once(mistakes):
    found = mistakes(
        settings="locale: english\nstale_days: many",
        channels="channels:\n  - {id: webinar}",
        calendars="calendars:\n  - {id: company, title: Company, timezone: UTC}",
        slas="",
    )
    assert len(found) == 5
    assert {line.partition(":")[0] for line in found} == {
        f"content/agreement/{name}.yml" for name in ("slas", "settings", "channels", "calendars")
    }


@pytest.mark.parametrize(
    ("name", "next_step"), [("slas.yml", "sla.yml"), ("sla.yaml", "sla.yml"), ("x.json", "Known: ")]
)
def test_a_file_that_nothing_reads_is_named(only_mistake, name, next_step):
    found = only_mistake(**{name: "schema: 1"})
    assert f"content/agreement/{name}: no agreement file has this name" in found
    assert next_step in found


def test_a_broken_json_settings_file_is_a_mistake(only_mistake, tmp_path):
    path = tmp_path / "extra.json"
    path.write_text('{"company": }')
    assert "this is not JSON (line 1)" in only_mistake(path)
    path.write_text('{"company": "a", "company": "b"}')
    assert "the key 'company' stands twice" in only_mistake(path)
    path.write_text('{"compny": "a"}')
    assert "extra.json: compny: unknown key 'compny' (did you mean 'company'?)" in only_mistake(path)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: path.symlink_to("nowhere.yml"), "No such file"),
        (lambda path: path.write_bytes("schema: 1\ncompany: café\n".encode("latin-1")), "line 2 is not UTF-8"),
        (lambda path: path.write_text("schema: 1\n\tcompany: x\n"), "line 2, column 1"),
    ],
)
def test_what_stands_in_the_place_of_a_file_is_never_passed_over(tmp_path, make, said):
    path = tmp_path / "content/agreement/settings.yml"
    path.parent.mkdir(parents=True)
    make(path)
    with pytest.raises(AgreementError, match=said):
        load_agreement(Project(tmp_path))


@pytest.mark.parametrize("make", [lambda path: path.write_text("x"), lambda path: path.symlink_to("nowhere")])
def test_a_file_in_the_place_of_a_folder_is_never_passed_over(tmp_path, make):
    (tmp_path / "content").mkdir()
    make(tmp_path / "content/agreement")
    with pytest.raises(click.UsageError, match="content/agreement is no folder"):
        load_agreement(Project(tmp_path))
