from pathlib import Path

import pandas as pd
import pytest

from generator.charts import figure, sparkline, trend, write_drawings
from generator.project import PACKAGED, Project
from generator.site import build_site

NAV = [{"Home": "index.md"}, {"KPIs": [{"Acceptance": "kpis/acceptance.md"}]}, {"Definitions": "definitions.md"}]

PAGES = {
    "index.md": """---
title: Home
hide: [toc, navigation]
---
# Are we on target?

<div class="of-tiles" data-search-exclude="true">
<article class="of-tile of-tile--good"><h3 class="of-tile__name"><a href="kpis/acceptance.html">Acceptance</a></h3>
<p class="of-tile__value">34 %</p>
<div class="of-tile__spark">SPARK</div>
<p class="of-tile__target"><span class="of-chip of-chip--good">on target</span></p></article>
</div>

The MQL is what marketing hands over. See [definitions](definitions.md).
""",
    "definitions.md": """---
title: Lead definitions
search: {boost: 3}
---
# Lead definitions

An MQL is a lead that marketing hands to sales.

| Criterion | Yes | Weight |
|:----------|:---:|-------:|
| Asked     | yes |  1,200 |

```sql
select 1 as one
```
""",
    "kpis/acceptance.md": """# Acceptance

FIGURE

The MQL definition changed. [Home](../index.md)
""",
    "kpis/other.md": "# Other\n\nNot in the navigation.\n",
    "_glossary.md": "*[MQL]: Marketing-qualified lead.\n",
}


def write_toy(root: Path, cache: Path) -> Path:
    """Write a docs folder with a chart, a table, a term and a page outside the navigation."""
    docs = root / "docs"
    frame = pd.DataFrame({"period": ["2026-10", "2026-11"], "value": [0.3, 0.34], "is_part": [False, True]})
    chart = trend(frame, unit="ratio", subject="Acceptance by month")
    place = figure("acceptance", chart, title="Acceptance rose", table="<table></table>")
    for name, text in PAGES.items():
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        filled = text.replace("FIGURE", place).replace("SPARK", sparkline([1, 2], title="t"))
        (docs / name).write_text(filled, encoding="utf-8")
    write_drawings({"acceptance": chart}, docs, cache)
    return docs


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def docs(tmp_path, cache):
    return write_toy(tmp_path, cache)


@pytest.fixture
def build(docs, tmp_path, cache):
    """Build the toy site (or what a test has made of it) into `out`; returns the folder."""

    def built(**options):
        out = options.pop("out", tmp_path / "out")
        settings = {"site_name": "Example Ltd", "nav": NAV, "cache": cache, "project": Project(PACKAGED)} | options
        build_site(docs, settings.pop("project"), out, **settings)
        return out

    return built


@pytest.fixture(scope="session")
def toy_site(tmp_path_factory, cache):
    """A finished site that no test changes."""
    root = tmp_path_factory.mktemp("toy")
    docs = write_toy(root, cache)
    address = "http://localhost:1/sub/"
    build_site(docs, Project(PACKAGED), root / "www" / "sub", site_name="Toy", nav=NAV, cache=cache, site_url=address)
    return root / "www" / "sub"
