"""The script that brings charts to life, written once per site from the bundle that the drawing library carries."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from generator.charts.look import CONFIG

NAME = "vega.js"


def write_bundle(folder: Path, cache: Path) -> Path:
    """Write `vega.js` (Vega, Vega-Lite, embed, and the look of all charts) into `folder`; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / NAME
    place.write_bytes(kept_bundle(cache).read_bytes())
    return place


def kept_bundle(cache: Path) -> Path:
    """Return the bundle's path in `cache`, where it is kept under the hash of what goes into it: it takes seconds."""
    import vl_convert

    snippet = f"window.onefunnelCharts = {{ embed: vegaEmbed, config: {json.dumps(CONFIG, sort_keys=True)} }};"
    edition = f"{vl_convert.get_vega_embed_version()} {vl_convert.get_vegalite_versions()[-1]} {snippet}"
    kept = cache / f"vega-{hashlib.sha256(edition.encode()).hexdigest()[:16]}.js"
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        half = kept.with_suffix(f".{os.getpid()}.part")
        half.write_text(vl_convert.javascript_bundle(snippet), encoding="utf-8")
        half.replace(kept)
    return kept
