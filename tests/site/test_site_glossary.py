"""A page gets the lines of the glossary that its prose needs."""

import pytest

from generator.site.glossary import explaining

LINE = "*[MQL]: Marketing-qualified lead."


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
def test_a_word_that_nobody_could_hover_over_is_not(page):
    assert explaining(page, {"MQL": LINE}) == ""
