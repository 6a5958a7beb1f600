"""What a KPI file may say, and how its mistakes are told."""

from __future__ import annotations

import pytest
from kpi_bench import agreement, kpi_text, read

from generator import project as project_module
from generator.errors import KpiError
from generator.kpis.kpi import Kind
from generator.kpis.reading import load_kpis, read_kpis
from generator.project import Project

COUNT_SQL = "select handoff_id as unit, handed_at as moment, region, channel from handoff"


def mistakes(*texts, **changes):
    with pytest.raises(KpiError) as told:
        read(*texts, **changes)
    assert told.value.exit_code == 12
    return [str(mistake) for mistake in told.value.mistakes]


def test_a_file_becomes_a_kpi_with_its_sentence_and_its_question():
    (kpi,) = read(kpi_text(prose="# A heading\n\nOf the leads,\nthe share.\n\nMore."))
    assert kpi.sentence == "Of the leads, the share."
    assert kpi.prose.endswith("More.")
    assert "select" not in kpi.prose
    assert (kpi.headline.kind, kpi.headline.grains) == (Kind.RATE, ("week", "month", "quarter", "year", "all"))
    assert kpi.headline.sql.startswith("select handoff_id")
    assert kpi.path == "content/kpis/sal_acceptance.md"


def test_the_line_of_the_sql_is_kept_for_messages():
    (kpi,) = read(text := kpi_text())
    assert text.splitlines()[kpi.headline.line - 1] == kpi.headline.sql.splitlines()[0]


def test_a_kpi_is_judged_only_by_a_companion_of_its_own_and_only_as_a_level():
    enough = {"companions": {"enough": {"title": "Enough", "measure": "rate"}}}
    (kpi,) = read(kpi_text(judged_by="sal_acceptance.enough", **enough))
    assert kpi.judged_by == "sal_acceptance.enough"
    (mistake,) = mistakes(kpi_text(judged_by="sal_acceptance.enuogh", **enough))
    assert "did you mean 'sal_acceptance.enough'?" in mistake
    (mistake,) = mistakes(kpi_text(judged_by="sal_acceptance.enough", target="flow", **enough))
    assert "only a KPI with `target: level`" in mistake


def test_a_companion_takes_what_it_does_not_say_from_the_kpi():
    blocks = f"\n```sql handed\n{COUNT_SQL}\n```\n"
    (kpi,) = read(kpi_text(companions={"handed": {"measure": "count", "unit": "count"}}, blocks=blocks))
    _, handed = kpi.figures
    assert kpi.metric_id(handed) == "sal_acceptance.handed"
    assert (handed.kind, handed.unit, handed.by) == (Kind.COUNT, "count", ("region", "channel"))
    assert handed.title == "Acceptance (handed)"
    assert handed.sql == COUNT_SQL


def test_a_companion_without_a_block_counts_the_rows_of_the_headline():
    (kpi,) = read(kpi_text(companions={"handed": {"measure": "count", "unit": "count", "by": []}}))
    assert kpi.figures[1].sql == kpi.figures[0].sql
    assert kpi.figures[1].by == ()


def test_other_fenced_blocks_stay_in_the_prose():
    (kpi,) = read(kpi_text(prose="Said.\n\n```text\nselect nothing\n```"))
    assert "select nothing" in kpi.prose


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"tilte": "x"}, "unknown key 'tilte' (did you mean 'title'?)"),
        ({"title": None}, "title: this key is missing"),
        ({"section": "midle"}, "unknown 'midle' (did you mean 'middle'?)"),
        ({"unit": "percent"}, "one of: count, ratio, ratio_x"),
        ({"better": "up"}, "one of: higher, lower, band, none"),
        ({"measure": "ration"}, "did you mean 'ratio'?"),
        ({"by": ["chanel"]}, "by.0: unknown 'chanel' (did you mean 'channel'?)"),
        ({"by": ["region", "region"]}, "named twice: region"),
        ({"by": "region"}, "valid tuple"),
        ({"pages": ["daily"]}, "one of: weekly"),
        ({"compare": ["dod"]}, "one of: wow, mom, qoq, yoy"),
        ({"grains": []}, "at least 1 item"),
        ({"needs": ["leads"]}, "unknown 'leads' (did you mean 'lead'?)"),
        ({"needs": ["lead.icp_fitt"]}, "did you mean 'icp_fit'?"),
        ({"settings": ["min_n_rat"]}, "unknown setting 'min_n_rat' (did you mean 'min_n_rate'?)"),
        ({"neighbours": ["mql_count"]}, "unknown KPI 'mql_count'"),
        ({"roles": {"sales": "x"}}, "what marketing does for this number is missing"),
        ({"roles": {"sales": "x", "marketing": "y", "finance": "z"}}, "unknown 'finance'"),
        ({"roles": {"sales": "", "marketing": "y"}}, "at least 1 character"),
        ({"better": "band"}, "a band and `better: band` belong together"),
        ({"better": "band", "band": [2, 1]}, "two numbers, the lower first"),
        ({"better": "band", "band": "sm_cost_bnd"}, "did you mean 'sm_cost_band'?"),
        ({"measure": "formula"}, "a formula figure without `formula:`"),
        ({"formula": "a / b"}, "only `measure: formula` knows this key"),
        ({"measure": "cohort"}, "a cohort needs a window"),
        ({"measure": "cohort", "window": "lead_to_mqk"}, "did you mean 'lead_to_mql'?"),
        ({"requires_both": True}, "only `measure: ratio` knows this key"),
        ({"companions": {"Bad Name": {}}}, "is no name"),
        ({"companions": {"target": {}}}, "targets give a result of this name"),
        ({"sql": 'select 1 as "a b", handoff_id as unit from handoff'}, "column 'a b' is no plain name"),
        ({"companions": {"x": {"colour": "red"}}}, "companions.x.colour: unknown key 'colour'"),
        ({"sql": None}, "no SQL"),
        ({"prose": "# Only a heading"}, "no prose"),
    ],
)  # fmt: skip
def test_a_mistake_says_where_and_what_is_allowed(change, told):
    found = mistakes(kpi_text(**change))
    assert any(told in mistake and "content/kpis/sal_acceptance.md" in mistake for mistake in found), found


def test_all_mistakes_of_a_file_are_told_at_once():
    sql = "select handoff_id as unit, now() as moment from nowhere limit 3"
    front = {"title": None, "section": "midle", "by": ["chanel"], "settings": ["min_n_rat"], "roles": {"sales": "x"}}
    found = " | ".join(mistakes(kpi_text(sql, prose="# Only a heading", **front, companions={"x": {"colour": "red"}})))
    for told in (
        "title: this key is missing",
        "did you mean 'middle'?",
        "did you mean 'channel'?",
        "did you mean 'min_n_rate'?",
        "what marketing does for this number is missing",
        "unknown key 'colour'",
        "no prose",
        "function 'now' is not allowed",
        "unknown table 'nowhere'",
        "LIMIT 3",
    ):
        assert told in found


def test_nothing_is_said_that_another_mistake_has_caused():
    window = {"window": "mql_to_sql", "measure": "kohort"}
    assert len(mistakes(kpi_text(**window))) == 1
    assert len(mistakes(kpi_text(better="bond", band=[1, 2]))) == 1
    assert len(mistakes(kpi_text(companions={"handed": {"measure": "counts", "unit": "count"}}))) == 1
    assert len(mistakes(kpi_text(id="Sal Acceptance").replace("id: 'Sal Acceptance'", "id: 'sal_acceptance!'"))) == 1


def test_a_front_matter_that_cannot_be_read_hides_no_fault_of_the_sql():
    text = "---\nid: [x\n---\nProse.\n\n```sql\nselect now() as unit from lead limit 3\n```\n\n```sql\nselect 1\n"
    with pytest.raises(KpiError) as told:
        read_kpis({"content/kpis/x.md": text}, agreement())
    found = " | ".join(map(str, told.value.mistakes))
    for one in ("the front matter cannot be read", "no end", "second sql block", "'now'", "x.md, line 7", "LIMIT 3"):
        assert one in found


def test_a_query_that_no_figure_is_for_is_read_too():
    found = mistakes(kpi_text(blocks="\n```sql more\nselect foo(1) from lead\n```\n"))
    assert any("has no entry" in one for one in found)
    assert any("'foo'" in one for one in found)


def test_a_file_is_called_as_its_kpi():
    with pytest.raises(KpiError, match="'other_id' is not the file's name"):
        read_kpis({"content/kpis/sal_acceptance.md": kpi_text(id="other_id")}, agreement())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no front matter", "Begin the file with a line `---`"),
        ("---\nid: x\n", "the front matter has no end"),
        ("---\n- a\n---\n", "not a list of `key: value`"),
        ("---\nid: x\nid: y\n---\n", "line 3: the front matter cannot be read: the key 'id' stands twice"),
        ("---\nid: [x\n---\n", "the front matter cannot be read"),
        (kpi_text(blocks="\n```sql\nselect 1\n```\n"), "a second sql block without a name"),
        (kpi_text(blocks="\n```sql more\nselect 1\n```\n"), "sql block 'more' has no entry under `companions:`"),
        (kpi_text(blocks="\n```sql\nselect 1\n"), "this fenced block has no end"),
    ],
)
def test_a_file_that_is_no_kpi_file_says_what_it_lacks(text, told):
    with pytest.raises(KpiError) as problem:
        read_kpis({"content/kpis/sal_acceptance.md": text}, agreement())
    assert told in str(problem.value)


def test_the_mistakes_of_all_files_are_told_together():
    found = mistakes(kpi_text(id="a_kpi", unit="percent", section="x"), kpi_text(id="b_kpi", sql="select 1 as unit"))
    assert {mistake.split(":")[0].split(",")[0] for mistake in found} == {
        "content/kpis/a_kpi.md",
        "content/kpis/b_kpi.md",
    }
    assert len(found) >= 4


def test_a_broken_file_does_not_make_its_neighbours_mistaken():
    found = mistakes(kpi_text(id="a_kpi", unit="percent"), kpi_text(id="b_kpi", neighbours=["a_kpi"]))
    assert all("a_kpi.md" in mistake for mistake in found)


def test_a_band_may_stand_in_the_settings():
    (kpi,) = read(kpi_text(better="band", band="sm_cost_band"))
    assert kpi.band == (0.3, 0.4)


class TestOverlay:
    """A company's folder over the packaged one."""

    @pytest.fixture
    def folders(self, tmp_path, monkeypatch):
        monkeypatch.setattr(project_module, "PACKAGED", tmp_path / "packaged")

        def write(layer: str, name: str, text: str):
            path = tmp_path / layer / "content" / "kpis" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

        write("packaged", "sal_acceptance.md", kpi_text())
        write("packaged", "handed.md", kpi_text(id="handed", neighbours=["sal_acceptance"]))
        self.project = Project(tmp_path / "company")
        return write

    def load(self):
        return {kpi.id: kpi for kpi in load_kpis(self.project, agreement())}

    def test_without_a_company_folder_the_packaged_files_count(self, folders):
        assert set(self.load()) == {"sal_acceptance", "handed"}

    def test_a_company_file_replaces_the_packaged_one_of_its_id(self, folders):
        folders("company", "deeper/sal_acceptance.md", kpi_text(title="Ours"))
        assert self.load()["sal_acceptance"].title == "Ours"
        assert self.load()["sal_acceptance"].path == "content/kpis/deeper/sal_acceptance.md"

    def test_a_company_file_of_a_new_id_joins(self, folders):
        folders("company", "own_kpi.md", kpi_text(id="own_kpi"))
        assert len(self.load()) == 3

    def test_enabled_false_hides_a_kpi_and_the_links_to_it(self, folders):
        folders("company", "sal_acceptance.md", "---\nid: sal_acceptance\nenabled: false\n---\n")
        assert set(self.load()) == {"handed"}
        assert self.load()["handed"].neighbours == ()

    def test_hiding_what_is_not_there_is_a_mistake(self, folders):
        folders("company", "sal_aceptance.md", "---\nid: sal_aceptance\nenabled: false\n---\n")
        with pytest.raises(KpiError, match="hides nothing"):
            self.load()

    def test_a_kpi_of_ones_own_may_rest(self, folders):
        folders("company", "own.md", kpi_text(id="own", enabled=False))
        assert "own" not in self.load()

    def test_a_formula_over_a_hidden_kpi_is_a_mistake(self, folders):
        folders("company", "sal_acceptance.md", "---\nenabled: false\n---\n")
        folders("company", "twice.md", kpi_text(id="twice", measure="formula", formula="2 * sal_acceptance", sql=None))
        with pytest.raises(KpiError, match="'sal_acceptance' is switched off"):
            self.load()

    def test_two_files_of_one_id_in_one_folder_are_a_mistake(self, folders):
        folders("company", "a/own.md", kpi_text(id="own"))
        folders("company", "b/own.md", kpi_text(id="own"))
        with pytest.raises(KpiError, match="bears this id already"):
            self.load()

    def test_a_file_that_is_not_utf8_is_a_mistake(self, folders, tmp_path):
        (tmp_path / "packaged/content/kpis/bad.md").write_bytes(b"---\n\xff\n---\n")
        with pytest.raises(KpiError, match=r"bad\.md: line 2 is not UTF-8"):
            self.load()

    def test_a_readme_in_the_folder_is_no_kpi(self, folders):
        folders("company", "README.md", "How we write KPIs.")
        assert set(self.load()) == {"sal_acceptance", "handed"}
