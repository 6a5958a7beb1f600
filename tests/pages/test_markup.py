import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest
import yaml

from generator.pages.markup import Trusted, encoded, finalize
from generator.pages.tables import html_table

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "[click](javascript:alert(1))",
    "[click](javascript&#58;alert(1))",
    "![x](https://evil.example.com/x.png)",
    "<https://evil.example.com>",
    "<javascript:alert(1)>",
    "https://evil.example.com and www.evil.example.com",
    "mail@evil.example.com",
    "# heading",
    "1. item",
    "- item",
    "+ item",
    "> quote",
    "    code",
    "```\ncode\n```",
    "a | b | c",
    "**bold** _it_ ~~no~~ ^up^ ==mark==",
    "`code` \\*literal\\*",
    "[^1]: note",
    "*[MQL]: not what you think",
    "[ref]: javascript:alert(1)",
    "{: onclick=alert(1) }",
    "{#mql .of-chip}",
    "--8<-- \"/etc/passwd\"",
    "!!! danger",
    "??? note",
    "/// details",
    ": definition",
    "---",
    "===",
    "&lt;b&gt; &amp; &copy; &#60;i&#62;",
    "{{ report.drop }} {% raw %} {# c #}",
    "=HYPERLINK(\"https://evil.example.com\")",
    "<!-- comment -->",
    "</table></div>",
    "<![CDATA[x]]> <?php x ?>",
    "\u202egnp.exe",
    "zero\u200bwidth \x00\x02\x03 \x1b[31m",
    "two\nlines\r\nof\u2028text",
]  # fmt: skip

_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def visible(text: str) -> str:
    return " ".join(_INVISIBLE.sub("", text).split())


class Elements(HTMLParser):
    """Collects the elements, attributes and text of HTML."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.attributes, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.found.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        self.found.append("comment")


def parsed(html: str) -> Elements:
    elements = Elements()
    elements.feed(html)
    return elements


@pytest.fixture(scope="module")
def to_html():
    config = yaml.safe_load((Path(__file__).parents[2] / "mkdocs.yml").read_text())["markdown_extensions"]
    config = {name: options for name, options in config.items() if name != "pymdownx.snippets"}

    def convert(source: str) -> str:
        return markdown.markdown(
            source, extensions=list(config), extension_configs={n: o or {} for n, o in config.items()}
        )

    return convert


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    ("place", "elements"),
    [
        ("{}", ["p"]),
        ("before {} after", ["p"]),
        ("- {}", ["ul", "li"]),
        ("[{}](kpis/cac.md)", ["p", "a"]),
        ("| a | b |\n| :--- | ---: |\n| {} | x |", ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"]),
        ('<p class="of-lede">{}</p>', ["p"]),
        ('<div class="x" title="{}">x</div>', ["div"]),
        ("*[XYZ]: meaning\n\n{}", ["p"]),
    ],
)
def test_text_from_exports_stays_text_wherever_it_stands(text, place, elements, to_html):
    found = parsed(to_html(place.replace("{}", finalize(text))))
    assert found.found == elements
    assert {name for name, _ in found.attributes} <= {"class", "title", "href", "style"}
    shown = visible(" ".join(found.text)) + " ".join(
        value for name, value in found.attributes if name == "title" and value
    )
    assert visible(text) in visible(shown)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_heading_keeps_its_own_id_and_shows_the_text(text, to_html):
    found = parsed(to_html(f"## x {finalize(text)} {{:#mine}}"))
    assert found.found[0] == "h2"
    assert set(found.found[1:]) <= {"a"}
    assert ("id", "mine") in found.attributes
    assert visible(text) in visible("".join(found.text))


@pytest.mark.parametrize("text", HOSTILE)
def test_tables_of_charts_keep_text_as_text(text):
    found = parsed(html_table([text, "n"], [[text, text]], caption=text))
    assert found.found == ["div", "table", "caption", "thead", "tr", "th", "th", "tbody", "tr", "th", "td"]
    assert visible("".join(found.text)).count(visible(text)) >= 1


def test_nothing_invisible_reaches_a_page():
    assert unescape(encoded("a\u202eb\u200bc\x00d\nE")) == "abcd E"


def test_ordinary_text_and_numbers_stay_readable():
    for text in (
        "Nov 2026 to date: 21.7 % (10 of 46); off target.",
        "2026-04",
        "self-service",
        "up, down, or flat?",
        "1,280,000",
    ):
        assert encoded(text) == text


def test_markup_is_opted_into_by_type_and_encodes_what_is_put_into_it():
    assert finalize(Trusted("<b>bold</b>")) == "<b>bold</b>"
    assert Trusted("<b>{}</b>").format("*x*") == "<b>&#42;x&#42;</b>"
    assert Trusted(", ").join(["<i>", Trusted("<i>")]) == "&#60;i&#62;, <i>"
    assert finalize(None) == ""
