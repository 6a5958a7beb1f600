"""Drafts of profiles: what is sure is written, what is not is asked, and nothing that the rows say stands in them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from generator.errors import ExportError
from generator.sources.drafting import draft_profile

LEADS = """\
Person ID,First contact date,Origin,Full name,E-mail adress,Country,Favourite colour
a,31.01.2026,Web,qzxcanary One,qzxcanary@example.com,DE,red
b,01.02.2026,PPC,qzxcanary Two,,DE,red
"""
DEALS = """\
deal_id;deal_name;sales_agent;deal_stage;engage_date;close_value;close_date
1;qzxcanary;x;Won;2026-01-05;1.234,50;2026-02-01
2;qzxcanary;y;Demo;2026-01-06;20,00;2026-12-01
"""


@pytest.fixture
def drafted(tmp_path):
    def drafting(**files: str) -> str:
        paths = []
        for name, text in files.items():
            path = tmp_path / f"{name}.csv"
            path.write_text(text)
            paths.append(path)
        return draft_profile(paths, "acme")

    return drafting


def _line(text: str, start: str) -> str:
    return next(line.strip() for line in text.splitlines() if line.strip().startswith(start))


def test_what_other_systems_call_so_is_sure_and_what_is_only_like_it_is_asked(drafted):
    text = drafted(leads=LEADS)
    assert _line(text, "created_at") == "created_at: First contact date"
    assert _line(text, "channel") == "channel: {from: Origin, map: channel}"
    assert _line(text, "lead_id").endswith("# ?")
    assert "Favourite colour" in _line(text, "# not read")


def test_values_are_looked_at_whether_cells_stand_in_quotes_or_not(drafted):
    quoted = "".join(",".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in LEADS.splitlines())
    assert drafted(leads=quoted) == drafted(leads=LEADS)


def test_a_draft_reads_the_files_it_was_made_from(drafted, read):
    text = drafted(deals_2026=DEALS)
    drop = read({"deals_2027.csv": DEALS}, profiles={"acme.yml": text})
    amounts = drop.rows("select opportunity_id, amount, is_won from canonical.opportunity order by 1")
    assert [(ident, float(amount), won) for ident, amount, won in amounts] == [("1", 1234.5, True), ("2", 20.0, False)]


def test_a_column_whose_values_say_something_else_is_not_taken_for_it(drafted):
    text = drafted(leads=LEADS.replace("31.01.2026", "soon").replace("01.02.2026", "later"))
    assert "First contact date" not in _line(text, "# ? created_at")
    assert yaml.safe_load(text)["tables"]["lead"][0]["columns"].get("created_at") is None


def test_nothing_that_rows_say_stands_in_a_draft(drafted):
    assert "qzxcanary" not in drafted(leads=LEADS, deals=DEALS)


def test_a_file_that_is_like_nothing_is_named(drafted):
    assert "# ? nothing known in colours.csv" in drafted(colours="Colour,Taste\nred,sweet\n")


def test_a_file_without_rows_is_refused(drafted):
    with pytest.raises(ExportError, match=r"empty\.csv: cannot be drafted from"):
        drafted(empty="")


def test_the_command_prints_the_draft(command, tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS)
    said = command("profile", tmp_path / "deals.csv", "--system", "acme").output
    assert said.splitlines()[3] == "system: acme"


def test_a_file_may_be_named_from_where_one_stands(tmp_path, monkeypatch):
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop/deals.csv").write_text(DEALS)
    monkeypatch.chdir(tmp_path)
    assert draft_profile([Path("drop/deals.csv")], "acme").startswith("# Drafted from deals.csv.")


def test_names_of_files_and_systems_stay_on_their_lines(tmp_path):
    path = tmp_path / 'a\ny: "z.csv'
    path.write_text("Lead ID,[x]\n1,2\n")
    found = yaml.safe_load(draft_profile([path], "b: [\nc"))
    assert found["system"] == "b: [\nc"
    assert set(found) <= {"system", "title", "encodings", "dates", "numbers", "tables"}


@pytest.mark.parametrize("header", [",".join(f"c{n}" for n in range(2_001)), "x" * 5_000 + ",b"])
def test_what_is_no_header_is_told_at_once(tmp_path, header):
    path = tmp_path / "wide.csv"
    path.write_text(f"{header}\n1,2\n")
    with pytest.raises(ExportError, match=r"wide\.csv: its first row has"):
        draft_profile([path], "acme")
