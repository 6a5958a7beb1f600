"""A page gets the lines of the glossary that its prose needs."""

import pytest

from generator.site.glossary import explained, explaining

LINE = "*[MQL]: Marketing-qualified lead."
MQL = '<abbr title="Marketing-qualified lead.">MQL</abbr>'


@pytest.mark.parametrize(
    "page",
    [
        "The MQL.",
        "| MQL |\n| --- |",
        "<p>No.</p>\n\nThe MQL.",
        "<p>Of an</p> MQL",
        '<div markdown="1">The MQL.</div>',
        "<span>MQL</span>",
    ],
)
def test_a_word_in_prose_is_explained(page):
    assert explaining(page, {"MQL": LINE}) == f"\n\n{LINE}"


@pytest.mark.parametrize("page", ["The lead.", '<p class="of-lede">The MQL.</p>', "<figure><p>MQL</p></figure>\n\nNo."])
def test_a_word_that_markdown_passes_by_needs_no_line(page):
    assert explaining(page, {"MQL": LINE}) == ""


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<td>MQL</td>", f"<td>{MQL}</td>"),
        ("<p>The MQL, and the MQL</p><p>MQL</p>", f"<p>The {MQL}, and the MQL</p><p>{MQL}</p>"),
        ("<table><td>MQL</td><td>MQL</td></table>", f"<table><td>{MQL}</td><td>MQL</td></table>"),
        ("a &gt; MQL &amp; b", f"a &gt; {MQL} &amp; b"),
        ("<h3>MQL</h3> MQL", f"<h3>MQL</h3> {MQL}"),
        ("<article>MQL</article>", f"<article>{MQL}</article>"),
    ],
)
def test_the_first_use_in_a_block_of_html_is_explained(html, shown):
    assert explained(html, {"MQL": LINE}) == shown


@pytest.mark.parametrize(
    "html",
    [
        '<a href="x">The <b>MQL</b></a>',
        "<h2>MQL</h2>",
        "<h3 id='x'><span>MQL</span></h3>",
        "<code>MQL</code>",
        "<svg><text>MQL</text></svg>",
        "<script>MQL</script>",
        "<button>MQL</button>",
        "<summary>MQL</summary>",
        '<abbr title="x">MQL</abbr>',
        '<img alt="MQL">',
        '<img alt="a > MQL">',
        '<img alt="MQL < b">',
        "the mql",
        "MQLs, XMQL, MQL_2 and &MQL;",
        "<MQL>",
    ],
)
def test_links_headings_code_attributes_and_other_words_are_not(html):
    assert explained(html, {"MQL": LINE}) == html


def test_of_two_terms_at_one_place_the_longer_is_explained():
    longer = "*[MQL rate]: The share."
    assert explained("<p>MQL rate</p>", {"MQL": LINE, "MQL rate": longer}) == (
        '<p><abbr title="The share.">MQL rate</abbr></p>'
    )


def test_a_meaning_stays_text_whatever_it_says():
    hostile = '*[MQL]: "><script>alert(1)</script> MQL & SQL'
    assert explained("<p>MQL</p>", {"MQL": hostile, "SQL": "*[SQL]: x"}) == (
        '<p><abbr title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; MQL &amp; SQL">MQL</abbr></p>'
    )


def test_terms_in_tiles_and_tables_are_explained_on_the_page_and_search_does_not_notice(build, docs):
    out = build()
    before = (out / "search/search_index.json").read_text()
    foot = '<figure><div class="of-figure__foot" data-search-exclude="true"><p>MQL</p></div></figure>'
    home = docs / "index.md"
    home.write_text(home.read_text().replace("34 %", "34 % of MQL") + f"\n{foot}\n")
    page = (build() / "index.html").read_text()
    assert f"34 % of {MQL}" in page
    assert f"<p>{MQL}</p>" in page
    after = (out / "search/search_index.json").read_text()
    assert after.replace("34 % of MQL", "34 %") == before
