"""Draws charts at build time, each distinct one once, and keeps the drawings by the hash of what they show."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generator.charts import layout
from generator.charts.chart import Chart, page_safe
from generator.charts.look import CONFIG
from generator.charts.pen import Pen

_HERE = Path(__file__).parent
#: What Vega writes and the style sheet gives better, or nobody reads: most of a drawing's bytes.
_NOISE = re.compile(
    r' (?:font-family="[^"]*"|font-size="0px"|opacity="1"|stroke-miterlimit="10"|aria-hidden="true"|version="1\.1"'
    r'|pointer-events="none"|aria-roledescription="[^"]*"|role="[^"]*"|xmlns:xlink="[^"]*")'
)
_EMPTY = re.compile(r'<path class="(?:background|foreground)"[^>]*/>')
_LONG = re.compile(r"(\d+\.\d\d)\d+")
_TAG = re.compile(r"<[^>]*>")  # what exports say stands between tags, and must come out as it went in
_IDS = re.compile(r'\bid="([^"]+)"|url\(#([^)]+)\)')


@dataclass(frozen=True)
class Drawing:
    """One chart, drawn: the same picture for a wide and for a narrow column, and its live specification."""

    wide: str  # <svg>, ids not yet made unique
    narrow: str
    spec: str  # Vega-Lite as JSON that may stand in a page
    reused: bool


@dataclass(frozen=True)
class Drawn:
    """How many charts were drawn anew and how many came from the cache."""

    drawn: int
    reused: int


def draw(charts: Mapping[str, Chart], cache: Path, pen: Pen | None = None) -> dict[str, Drawing]:
    """Return the drawing of every chart by its name; what was drawn before comes from the folder `cache`.

    The folder is created where it is missing. The same charts give the same bytes, in any process and on any machine:
    no text is measured, so no font has a say. A second `pen` takes over half of the work.
    """
    cache.mkdir(parents=True, exist_ok=True)
    missing = [name for name in sorted(charts) if not _place(charts[name], cache).is_file()]
    if pen is not None and missing:
        pen.draw([charts[name] for name in missing])
    # From the end, since the other pen begins at the beginning: what it has drawn is found.
    made = {name: drawing_of(charts[name], cache) for name in sorted(charts, reverse=True)}
    return {name: replace(made[name], reused=made[name].reused and name not in missing) for name in sorted(made)}


def warm_up() -> None:
    """Load what drawing needs, before there is anything to draw."""
    import vl_convert

    _shape("trend")
    vl_convert.vega_to_svg({}, allowed_base_urls=[])


def _place(chart: Chart, cache: Path) -> Path:
    return cache / f"{hashlib.sha256((_edition() + chart.digest).encode()).hexdigest()[:32]}.json"


def drawing_of(chart: Chart, cache: Path) -> Drawing:
    """Return the drawing of one chart, from the folder `cache` or newly drawn into it."""
    kept = _place(chart, cache)
    try:
        found = json.loads(kept.read_text(encoding="utf-8"))
        return Drawing(found["wide"], found["narrow"], found["spec"], reused=True)
    except (OSError, ValueError, KeyError):
        pass  # not drawn yet, or cut off while it was written: draw it again
    made = Drawing(_svg(chart, layout.WIDE), _svg(chart, layout.NARROW), page_safe(live_spec(chart)), reused=False)
    text = json.dumps({"wide": made.wide, "narrow": made.narrow, "spec": made.spec})
    half = kept.with_suffix(f".{os.getpid()}.part")
    half.write_text(text, encoding="utf-8")
    half.replace(kept)
    return made


@functools.cache
def _edition() -> str:
    """Return what changes every drawing: the code of the shapes, this file and the drawing library."""
    import vl_convert

    code = "".join(
        (_HERE / name).read_text(encoding="utf-8") for name in ("shapes.py", "drawing.py", "look.py", "layout.py")
    )
    return f"{vl_convert.get_vega_version()} {vl_convert.get_vegalite_versions()[-1]} {code}"


@functools.cache
def _shape(name: str) -> dict[str, Any]:
    """Return the Vega-Lite specification of a shape, without data."""
    from generator.charts import shapes  # Altair takes half a second to import, and a warm cache never needs it

    return shapes.SHAPES[name]()


@functools.cache
def _compiled(name: str, params: tuple[str, ...]) -> dict[str, Any]:
    """Return a shape as Vega; Vega-Lite never looks at the data, so compiling once serves every chart of it."""
    import vl_convert

    spec = _shape(name) | {"params": [{"name": param, "value": 0} for param in params], "config": CONFIG}
    compiled: dict[str, Any] = vl_convert.vegalite_to_vega(spec)
    return compiled


def live_spec(chart: Chart) -> dict[str, Any]:
    """Return the Vega-Lite specification that the page brings to life; its width is the page's to set."""
    return _shape(chart.shape) | {
        "height": chart.height,
        "padding": chart.margin.as_padding(),
        "params": [{"name": name, "value": value} for name, value in sorted(chart.params.items())],
        "datasets": {name: chart.rows.get(name, []) for name in _datasets(chart.shape)},
    }


@functools.cache
def _datasets(shape: str) -> tuple[str, ...]:
    return tuple(sorted({layer["data"]["name"] for layer in _shape(shape)["layer"]}))


def _svg(chart: Chart, width: int) -> str:
    import vl_convert

    compiled = _compiled(chart.shape, tuple(sorted(chart.params)))
    margin = chart.margin
    # The columns that a pointer finds cannot be seen, and the drawing has no pointer.
    shown = {name for name, rows in chart.rows.items() if rows and name != "hits"}
    filled = compiled | {
        "width": width - margin.left - margin.right,
        "height": chart.height,
        "padding": margin.as_padding(),
        "data": [_filled(source, chart) for source in compiled["data"]],
        "marks": [mark for mark in compiled["marks"] if _dataset_of(mark) in shown],
        "signals": [
            signal | {"value": chart.params[signal["name"]]} if signal["name"] in chart.params else signal
            for signal in compiled.get("signals", [])
        ],
    }
    return _slim(vl_convert.vega_to_svg(json.dumps(filled), allowed_base_urls=[]))


def _filled(source: dict[str, Any], chart: Chart) -> dict[str, Any]:
    """Return a Vega data source with the chart's rows, unless it is derived from another."""
    return source if "source" in source else source | {"values": chart.rows.get(source["name"], [])}


def _dataset_of(mark: dict[str, Any]) -> str:
    """Return the dataset that a compiled mark shows: layers bear its name, and Vega-Lite adds an ending."""
    return str(mark["name"]).rsplit("_", 1)[0]


def _slim(svg: str) -> str:
    return _TAG.sub(lambda tag: _LONG.sub(r"\1", _NOISE.sub("", tag.group())), _EMPTY.sub("", svg))


def with_ids(svg: str, prefix: str) -> str:
    """Return `svg` with its ids, which Vega counts per process, numbered from one below `prefix`."""
    numbers: dict[str, str] = {}

    def renamed(match: re.Match[str]) -> str:
        old = match.group(1) or match.group(2)
        new = numbers.setdefault(old, f"{prefix}-{len(numbers) + 1}")
        return f'id="{new}"' if match.group(1) else f"url(#{new})"

    return _TAG.sub(lambda tag: _IDS.sub(renamed, tag.group()), svg)
