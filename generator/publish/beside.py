"""What stands beside the versions: the page that leads to the newest, headers for servers, a feed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from generator.errors import PublishError
from generator.publish.aliases import leading_page
from generator.publish.edition import named
from generator.publish.versions import Version, inputs_of, place_of, write_whole

ROOT = "index.html"
#: Tells a root page of ours from a page of something else.
MARK = "<!-- leads to the newest version -->\n"
FEED = "feed.xml"
#: What else is written there.
OTHERS = (FEED, "nginx.conf", "_headers")
_ATOM = "http://www.w3.org/2005/Atom"
_MOST_ENTRIES = 20
#: What a version says of itself, below its data.
_MESSAGE = "digest.json"
#: What the pages cannot say themselves. Their own policies differ by version, so that none can be said for all.
_HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'self'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def write_root(target: Path, alias: str) -> None:
    """Write the page that leads to the newest version."""
    write_whole(target / ROOT, MARK + leading_page(f"{alias}/index.html", "To the newest version"))


def write_headers(target: Path) -> None:
    """Write header files for nginx and for static hosts."""
    nginx = "".join(f'add_header {name} "{value}" always;\n' for name, value in _HEADERS.items())
    write_whole(target / "nginx.conf", nginx)
    write_whole(target / "_headers", "/*\n" + "".join(f"  {name}: {value}\n" for name, value in _HEADERS.items()))


def write_feed(target: Path, versions: Sequence[Version], name: str, site_url: str | None) -> None:
    """Write the feed of `versions`; none where there is no version."""
    if versions:
        write_whole(target / FEED, feed_text(versions, name, site_url))


def feed_text(versions: Sequence[Version], name: str, site_url: str | None) -> str:
    """Return an Atom feed of the newest of `versions`, newest last; without `site_url` its links are relative."""
    base = f"{site_url.rstrip('/')}/" if site_url else ""
    listed = list(reversed(versions))[:_MOST_ENTRIES]
    feed = ElementTree.Element("feed", xmlns=_ATOM)
    _texts(feed, title=f"{name}: versions", id=_identity(f"{base}{FEED}", name), updated=_as_of(listed[0]))
    _texts(ElementTree.SubElement(feed, "author"), name=name)
    ElementTree.SubElement(feed, "link", rel="self", href=f"{base}{FEED}")
    for version in listed:
        entry = ElementTree.SubElement(feed, "entry")
        link = f"{base}{version.id}/index.html"
        _texts(entry, title=version.title, id=_identity(link, name), updated=_as_of(version))
        ElementTree.SubElement(entry, "link", href=link)
        _texts(entry, summary=_summary(version))
    ElementTree.indent(feed)
    text = ElementTree.tostring(feed, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def name_of(version: Version) -> str | None:
    """Return what a version is one of, as `Edition.name` says it; None where its message does not tell."""
    try:
        return named(json.loads((version.data / _MESSAGE).read_text(encoding="utf-8"))["company"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _texts(parent: ElementTree.Element, **texts: str) -> None:
    for name, text in texts.items():
        ElementTree.SubElement(parent, name).text = text


def _identity(link: str, name: str) -> str:
    """Return what a reader of feeds knows an entry by: its address, else a number that never changes."""
    return link if ":" in link else f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{name}/{link}')}"


def _as_of(version: Version) -> str:
    """Return the instant of its data; of a version whose record is not at hand, the day."""
    try:
        said = inputs_of(version).get("as_of")
    except (PublishError, OSError):
        said = None
    return said or f"{place_of(version.id)[0]}T00:00:00Z"


def _summary(version: Version) -> str:
    """Return where a version stands and what changed with it, as its own message says."""
    try:
        said = json.loads((version.data / _MESSAGE).read_text(encoding="utf-8"))
        goals = [f"{one['subject']}, {one['period']}: {one['value']}, {one['state']}." for one in said["goals"]]
        changes = said["changes"] or {"moved": [], "agreed": []}
        moved = [f"{one['subject']}: {one['text']}." for one in changes["moved"]]
        return " ".join([*goals, *moved, *changes["agreed"]]) or "The numbers of this drop."
    except (OSError, ValueError, KeyError, TypeError):
        return "The numbers of this drop."
