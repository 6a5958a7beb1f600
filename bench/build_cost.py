"""Measures `onefunnel build` of the demo, with cold caches and again, against what no builder can do without.

That is: MkDocs and Material building the same Markdown and downloads, with the same extensions of Markdown and search,
but without our hook, theme and settings; and drawing the same charts once, by our own drawing with an empty cache, in
one process. What both have to import is part of them. A second processor helps a build on the clock alone.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from bench.timing import first_line, print_table, run
from generator.build import measure
from generator.charts import write_drawings
from generator.data import write_data
from generator.demo import make_demo
from generator.pages import write_pages
from generator.prepare import Request
from generator.progress import Quiet
from generator.project import PACKAGED, find_project

#: What changes how Markdown is read; everything else in mkdocs.yml is ours.
_KEPT = ("site_name", "use_directory_urls", "markdown_extensions")


Seconds = tuple[float, float]  # on the clock, and of the processors


def bare_seconds(exports: Path, work: Path) -> dict[str, Seconds]:
    """Write the pages of `exports` below `work`, then time the drawing of their charts and a bare MkDocs build."""
    project = find_project()
    docs = work / "docs"
    report = measure(project, Request(exports=exports), Quiet())
    pages = write_pages(report, project, docs)
    write_data(report, docs / "data")
    return {
        "draw": _timed(partial(write_drawings, pages.charts, docs, work / "cache")),
        "build": _timed(partial(_build_bare, docs, list(pages.nav), work)),
    }


def _timed(call: Callable[[], object]) -> Seconds:
    clock, processor = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - clock, time.process_time() - processor


def _build_bare(docs: Path, nav: list[Any], work: Path) -> None:
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    config = yaml.safe_load((PACKAGED / "mkdocs.yml").read_text(encoding="utf-8"))
    bare = {key: config[key] for key in _KEPT}
    bare |= {
        "docs_dir": str(docs),
        "site_dir": str(work / "bare"),
        "nav": nav,
        "not_in_nav": "*\n",
        "theme": "material",
    }
    bare["markdown_extensions"].pop("pymdownx.snippets")
    file = work / "bare.yml"
    file.write_text(yaml.safe_dump(bare), encoding="utf-8")
    build(load_config(str(file)))


def main(leads: int = 5_000) -> None:
    """Print both, and the ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        exports = folder / "company" / "exports" / "2026-11-20"
        make_demo(exports, leads=leads)
        _cold_project(folder / "company")
        command = ("--project", str(folder / "company"), "build", "--out", str(folder / "site"))
        first = first_line("-m", "generator.cli", *command)
        cold, again = (run("-m", "generator.cli", "-q", *command) for _ in range(2))
        out = folder / "bare.json"
        run("-m", "bench.build_cost", "--bare", str(exports), str(folder / "work"), str(out))
        bare = json.loads(out.read_text(encoding="utf-8"))
    draw, plain = bare["draw"], bare["build"]
    least = (draw[0] + plain[0], draw[1] + plain[1])
    print(f"build: the demo of {leads:,} leads")
    print_table(
        ("", "seconds", "x bare", "CPU s", "x bare"),
        [
            _row("draw the charts", draw, least),
            _row("bare MkDocs and Material build", plain, least),
            _row("both", least, least),
            _row("onefunnel build, cold caches", (cold.seconds, cold.cpu_seconds), least),
            _row("the same again", (again.seconds, again.cpu_seconds), least),
        ],
    )
    print(f"first line of output after {first:.2f} s")


def _row(name: str, one: Seconds, least: Seconds) -> tuple[str, ...]:
    return name, *(cell for own, other in zip(one, least, strict=True) for cell in (f"{own:.1f}", f"{own / other:.2f}"))


def _cold_project(folder: Path) -> None:
    """Make `folder` a project of its own, so that nothing of an earlier build lies beside it."""
    shutil.copy(PACKAGED / "mkdocs.yml", folder / "mkdocs.yml")
    (folder / "content").mkdir()


if __name__ == "__main__":
    if "--bare" in sys.argv:
        exports, work, out = (Path(one) for one in sys.argv[2:])
        out.write_text(json.dumps(bare_seconds(exports, work)), encoding="utf-8")
    else:
        parser = argparse.ArgumentParser()
        parser.add_argument("--leads", type=int, default=5_000)
        main(parser.parse_args().leads)
