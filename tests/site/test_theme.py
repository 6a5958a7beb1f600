import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THEME = ROOT / "site_templates" / "theme"
ALLOWED = {"www.w3.org", "www.sitemaps.org"}  # names of XML vocabularies, never fetched


def hosts(text: str) -> set[str]:
    return set(re.findall(r"(?:https?:)?//([a-z0-9-]+(?:\.[a-z0-9-]+)+)", text)) - ALLOWED


@pytest.mark.parametrize("path", sorted(p for p in THEME.rglob("*") if p.is_file()), ids=lambda p: p.name)
def test_no_file_of_the_theme_names_another_host(path):
    assert not hosts(path.read_text())


def test_no_page_asks_another_host_for_anything(toy_site):
    asked = r'<(?:script|link|img|iframe|source|use|image)\b[^>]*?(?:src|href)="([^"]+)"'
    for path in toy_site.rglob("*.html"):
        for address in re.findall(asked, path.read_text()):
            assert "//" not in address or address.startswith("http://localhost:1/sub/"), (path.name, address)


def test_style_sheets_import_and_fetch_nothing(toy_site):
    for path in (toy_site / "assets" / "onefunnel").glob("*.css"):
        text = path.read_text()
        assert "@import" not in text
        assert "url(" not in text


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def tokens() -> dict[str, dict[str, str]]:
    light, dark = (THEME / "assets/onefunnel/tokens.css").read_text().split("@media screen", 1)
    found = {
        name: dict(re.findall(r"--(of-[a-z0-9-]+): (#[0-9a-f]{6});", text))
        for name, text in (("light", light), ("dark", dark))
    }
    return {"light": found["light"], "dark": found["light"] | found["dark"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_status_stand_out_enough_in_both_schemes(scheme):
    colour = tokens()[scheme]
    page = {"light": "#ffffff", "dark": "#12161d"}[scheme]
    for text in ("of-ink", "of-quiet", "of-good", "of-warn", "of-bad", *(f"of-chart-{n}" for n in range(2, 7))):
        for ground in (page, colour["of-card"]):
            assert contrast(colour[text], ground) >= 4.5, (text, ground)
    for status in ("good", "warn", "bad"):
        assert contrast(colour[f"of-{status}"], colour[f"of-{status}-wash"]) >= 4.5, status
    assert contrast(colour["of-quiet"], colour["of-none-wash"]) >= 4.5
