"""Publishers of small sites, in processes of their own, and a reader who trusts none of them."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

from generator.progress import Quiet
from generator.publish import Edition, Ways, publish

PAGES = ("index.html", "404.html", "kpis/mql_count.html", "kpis/cac.html", "assets/site.css", "data/kpis.csv")


def small_site(site: Path, version: str, before: Path | None, *, says: str) -> None:
    """Build a site of a few files, each of which says what was published and that it is whole."""
    for name in PAGES:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(f"{says}\n<!-- whole -->\n")


def edition(day: str, says: str = "first") -> Edition:
    """Return what is to be published of a day; other words are other inputs."""
    inputs = {"exports": hashlib.sha256(f"{day} {says}".encode()).hexdigest()}
    return Edition(day, inputs, partial(small_site, says=says))


def publish_small(target: Path, day: str, says: str, ways: Ways) -> None:
    """Publish a small site; what a process of its own runs."""
    publish(target, edition(day, says), ways, Quiet())


def publish_until(step: int, target: Path, day: str, says: str, ways: Ways) -> None:
    """Publish a small site, and be killed when the system is asked for the `step`-th thing."""
    left = step

    def count(event: str, _: object) -> None:
        nonlocal left
        if event.startswith(("os.", "open", "shutil.", "ctypes.dlsym")):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    publish_small(target, day, says, ways)


def faults(target: Path) -> list[str]:
    """Return what a reader of the target would stumble over just now."""
    if not (target / "versions.json").is_file():
        return []
    found = []
    for line in json.loads((target / "versions.json").read_text()):
        broken = _broken(target / line["version"])
        if broken and line["version"] in _listed(target):
            found.append(f"{line['version']}: {broken}")
    leads = (target / "latest/redirect.js").is_file()
    broken = _leads_nowhere(target / "latest") if leads else _broken(target / "latest", mixed=True)
    if broken and (target / "index.html").is_file():
        found.append(f"latest: {broken}")
    return found


def _leads_nowhere(alias: Path) -> str:
    """Return what is wrong with pages that lead to those of a version."""
    for name in (name for name in PAGES if name.endswith(".html")):
        text = (alias / name).read_text()
        to = (alias / name).parent / text.partition('<a href="')[2].partition('"')[0]
        if not text.endswith("</html>\n") or not to.is_file():
            return f"{name} leads nowhere"
    return ""


def _listed(target: Path) -> list[str]:
    return [line["version"] for line in json.loads((target / "versions.json").read_text())]


def _broken(folder: Path, *, mixed: bool = False) -> str:
    """Return what is wrong with a version; an alias may move on between two pages, so its may be of two."""
    says = set()
    for name in PAGES:
        try:
            text = (folder / name).read_text()
        except OSError as problem:
            return f"{name}: {problem.strerror}"
        if not text.endswith("<!-- whole -->\n"):
            return f"{name} is not whole"
        says.add(text)
    return "" if mixed or len(says) == 1 else "pages of two versions"


def read_on(target: Path, stop, found) -> None:
    """Read the target over and over until `stop`; put every fault into the queue `found`."""
    rounds = 0
    while not stop.is_set():
        for fault in faults(target):
            found.put(fault)
        rounds += 1
        time.sleep(0.002)  # leaves the machine to those who publish
    found.put(rounds)
