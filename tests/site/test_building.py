import json
import re
from pathlib import Path

import pytest

from generator.errors import SiteError
from generator.site import building


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_pages_are_built_and_charts_stand_in_them(toy_site):
    page = (toy_site / "kpis" / "acceptance.html").read_text()
    assert page.count("<svg role=") == 2
    assert '<template class="of-chart__spec">{' in page
    assert (toy_site / "kpis" / "other.html").is_file()
    assert not (toy_site / "_glossary.html").exists()
    assert not (toy_site / ".charts").exists()


def test_terms_explain_themselves_on_every_page(toy_site):
    for name in ("index.html", "definitions.html", "kpis/acceptance.html"):
        assert '<abbr title="Marketing-qualified lead.">MQL</abbr>' in (toy_site / name).read_text()


def test_table_cells_are_aligned_by_class_and_never_by_style(toy_site):
    page = (toy_site / "definitions.html").read_text()
    assert '<td class="of-right">1,200</td>' in page
    assert '<th class="of-center">Yes</th>' in page
    for path in toy_site.rglob("*.html"):
        assert not re.search(r"<[^>]+ style=", path.read_text()), path.name


def test_search_knows_the_prose_and_not_the_drawings(toy_site):
    index = json.loads((toy_site / "search" / "search_index.json").read_text())
    text = " ".join(entry["text"] for entry in index["docs"])
    assert "marketing hands to sales" in text
    assert "2026-11" not in text
    assert {entry["location"]: entry.get("boost") for entry in index["docs"]}["definitions.html"] == 3
    script = (toy_site / "search" / "search_index.js").read_text()
    assert json.loads(script.removeprefix("var __index = ")) == index


def test_the_same_docs_give_the_same_bytes(build, tmp_path):
    one, other = build(out=tmp_path / "one"), build(out=tmp_path / "other")
    assert contents(one) == contents(other)


@pytest.mark.parametrize(
    ("page", "text", "said"),
    [
        ("index.md", "[gone](nowhere.md)", "nowhere.md"),
        ("kpis/other.md", "[gone](../definitions.md#nothing)", "#nothing"),
        ("kpis/other.md", '<div class="of-chart" data-of-chart="never"></div>', "never"),
    ],
)
def test_a_fault_names_its_page_and_the_previous_site_stays(build, docs, page, text, said):
    out = build()
    before = contents(out)
    (docs / page).write_text(f"# Changed\n\n{text}\n")
    with pytest.raises(SiteError) as caught:
        build()
    assert caught.value.exit_code == 14
    assert page in [mistake.where for mistake in caught.value.mistakes]
    assert said in caught.value.format_message()
    assert contents(out) == before
    assert [path.name for path in out.parent.iterdir() if path.name.startswith(".out")] == []


def test_all_faults_are_named_together(build, docs):
    (docs / "kpis" / "other.md").write_text("# Other\n\n[a](x.md) [b](y.md)\n")
    (docs / "definitions.md").write_text("# Definitions\n\n[c](z.md)\n")
    with pytest.raises(SiteError) as caught:
        build()
    assert len(caught.value.mistakes) == 3


def test_a_page_in_the_navigation_that_is_missing_is_a_fault(build):
    with pytest.raises(SiteError, match=r"gone\.md"):
        build(nav=[{"Home": "index.md"}, {"Gone": "gone.md"}])


def test_an_extension_that_stumbles_names_the_page(build, docs):
    (docs / "kpis" / "other.md").write_text('# Other\n\n--8<-- "missing.md"\n')
    with pytest.raises(SiteError, match=r"kpis/other\.md"):
        build()


def test_snippets_cannot_leave_the_docs(build, docs, tmp_path):
    (tmp_path / "secret.txt").write_text("top secret")
    (docs / "kpis" / "other.md").write_text('# Other\n\n--8<-- "../secret.txt"\n')
    with pytest.raises(SiteError):
        build()


def test_a_crash_on_the_way_leaves_the_previous_site(build, docs, monkeypatch):
    out = build()
    before = contents(out)
    monkeypatch.setattr(building, "apply_policy", lambda _: (_ for _ in ()).throw(RuntimeError("power cut")))
    (docs / "index.md").write_text("# New\n")
    with pytest.raises(RuntimeError):
        build()
    assert contents(out) == before


def test_a_folder_with_other_things_in_it_is_not_overwritten(build, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(SiteError, match="not a site"):
        build(out=tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").is_file()


def test_nothing_is_printed(build, capfd):
    build()
    assert capfd.readouterr() == ("", "")


def test_a_dirty_build_renders_only_what_changed_and_keeps_search_whole(build, docs):
    out = build()
    untouched = (out / "definitions.html").stat().st_mtime_ns
    (docs / "kpis" / "other.md").write_text("# Other\n\nA zebra.\n")
    for path in docs.rglob("*.md"):
        path.write_bytes(path.read_bytes())  # the pages are written anew; only one says something else
    build(dirty=True)
    assert "A zebra" in (out / "kpis" / "other.html").read_text()
    assert (out / "definitions.html").stat().st_mtime_ns == untouched
    locations = {
        entry["location"]: entry["text"] for entry in json.loads((out / "search/search_index.json").read_text())["docs"]
    }
    assert "A zebra" in locations["kpis/other.html"]
    assert "definitions.html" in locations


def test_a_dirty_build_equals_a_whole_one(build, docs, tmp_path):
    build()
    (docs / "kpis" / "other.md").write_text("# Other\n\nA zebra. The MQL.\n")
    assert contents(build(dirty=True)) == contents(build(out=tmp_path / "whole"))


@pytest.mark.parametrize("change", ["title", "new page", "glossary", "chart"])
def test_a_dirty_build_notices_what_other_pages_depend_on(build, docs, change):
    out = build()
    if change == "title":
        (docs / "kpis" / "acceptance.md").write_text("# Renamed\n")
    elif change == "new page":
        (docs / "new.md").write_text("# New\n")
    elif change == "glossary":
        (docs / "_glossary.md").write_text("*[MQL]: Another meaning.\n")
    else:
        (docs / ".charts" / "acceptance.html").write_text("<svg>another</svg>")
    build(dirty=True)
    shown = {
        "title": "Renamed" in (out / "kpis/acceptance.html").read_text(),
        "new page": (out / "new.html").is_file(),
        "glossary": "Another meaning" in (out / "definitions.html").read_text(),
        "chart": "<svg>another</svg>" in (out / "kpis/acceptance.html").read_text(),
    }
    assert shown[change]


def test_a_changed_term_renders_only_the_pages_that_use_it(build, docs):
    out = build()
    untouched = (out / "kpis/other.html").stat().st_mtime_ns
    (docs / "_glossary.md").write_text("*[MQL]: Another meaning.\n")
    build(dirty=True)
    assert "Another meaning" in (out / "definitions.html").read_text()
    assert (out / "kpis/other.html").stat().st_mtime_ns == untouched


@pytest.mark.parametrize("line", ["*[MQL]: Another & better meaning.", "*[SQL]: A new word."])
def test_terms_in_tiles_are_explained_anew_where_pages_stay(build, docs, tmp_path, line):
    (docs / "kpis" / "other.md").write_text('# Other\n\n<p class="of-tile">One MQL and one SQL.</p>\n')
    glossary = docs / "_glossary.md"
    build()
    glossary.write_text(f"{glossary.read_text().splitlines()[0]}\n{line}\n" if "SQL]" in line else f"{line}\n")
    assert contents(build(dirty=True)) == contents(build(out=tmp_path / "whole"))


def test_downloads_that_stay_the_same_are_not_copied_again_and_changed_ones_are(build, docs):
    (docs / "data").mkdir()
    for name in ("same.csv", "other.csv"):
        (docs / "data" / name).write_text("1\n")
    out = build()
    inode = (out / "data/same.csv").stat().st_ino
    for name, text in (("same.csv", "1\n"), ("other.csv", "2\n")):
        (docs / "data" / name).write_text(text)
    build(dirty=True)
    assert (out / "data/same.csv").stat().st_ino == inode
    assert (out / "data/other.csv").read_text() == "2\n"


def test_tables_below_figures_stand_in_the_page_and_not_in_search(build, docs):
    foot = '<div class="of-figure__foot" data-search-exclude="true"><table><tr><td>512</td></tr></table></div>'
    (docs / "kpis" / "other.md").write_text(f"# Other\n\n<figure>{foot}</figure>\n\n```sql\nselect gnu\n```\n")
    out = build()
    page, search = (out / "kpis/other.html").read_text(), (out / "search/search_index.json").read_text()
    assert "<td>512</td>" in page
    assert "gnu" in page
    assert "data-of-kept" not in page
    assert "512" not in search
    assert "gnu" not in search


def test_a_table_on_one_line_is_read_by_search_and_a_folded_list_that_says_so_is_not(build, docs):
    table = '<div class="of-table"><table><tr><td>aye&amp;</td></tr></table></div>'
    fold = '<details class="of-fold" data-search-exclude="true"><summary>nay</summary><svg class="of-spark"></svg></details>'
    open_ended = '<div class="of-frame"><div class="of-inner">bee</div>'
    lines = [
        "# Other",
        table,
        '<section class="of-block" markdown="1">',
        table,
        fold,
        "</section>",
        open_ended,
        "</div>",
    ]
    (docs / "kpis" / "other.md").write_text("\n\n".join(lines) + "\n")
    out = build()
    page, search = (out / "kpis/other.html").read_text(), (out / "search/search_index.json").read_text()
    assert page.count(table) == 2
    assert '<summary>nay</summary><svg class="of-spark"></svg></details>' in page
    assert open_ended in page
    assert "data-of-kept" not in page
    assert "data-of-laid" not in page
    assert search.count("aye") == 2
    assert "bee" in search
    assert "nay" not in search


def test_search_forgets_what_pages_said_before(build, docs):
    out = build()
    for word in ("zebra", "gnu"):
        for name in ("definitions.md", "kpis/other.md"):
            (docs / name).write_text(f"# Other\n\nA {word}.\n")
        build(dirty=True)
    search = (out / "search/search_index.json").read_text()
    assert search.count("A gnu") == 2
    assert "zebra" not in search
