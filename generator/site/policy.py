"""The content security policy: nothing from anywhere else, no script that was not there when the site was built."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)
_META = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")[^"]*(">)')
#: Where the ready-made header files lie, below the site.
HEADERS = "data/headers"


def apply_policy(site: Path) -> str:
    """Fill in the policy of every page of `site` and write header files for servers; return the policy.

    One policy serves all pages, because instant navigation swaps pages without loading them: a browser would hold the
    second page to the first one's policy as well.
    """
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))}
    policy = policy_of(pages.values())
    for path, text in pages.items():
        changed = _META.sub(lambda meta: meta.group(1) + policy + meta.group(2), text, count=1)
        if changed != text:
            path.write_text(changed, encoding="utf-8")
    _write_headers(site / HEADERS, policy)
    return policy


def policy_of(pages: Iterable[str]) -> str:
    """Return the policy under which exactly the inline scripts of `pages` run."""
    hashes = sorted({f"'sha256-{digest}'" for page in pages for digest in _inline_scripts(page)})
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *hashes)),
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "base-uri 'self'",
            "form-action 'self'",
        )
    )


def _inline_scripts(page: str) -> Iterable[str]:
    for script in _SCRIPT.finditer(page):
        attributes = script["attributes"]
        if " src=" not in attributes and "application/json" not in attributes:
            yield base64.b64encode(hashlib.sha256(script["text"].encode()).digest()).decode()


def _write_headers(folder: Path, policy: str) -> None:
    """Write what a meta element cannot say (frame-ancestors) together with the rest, for nginx and static hosts."""
    headers = {
        "Content-Security-Policy": f"{policy}; frame-ancestors 'self'",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    folder.mkdir(parents=True, exist_ok=True)
    nginx = "".join(f'add_header {name} "{value}" always;\n' for name, value in headers.items())
    (folder / "nginx.conf").write_text(nginx, encoding="utf-8")
    static = "/*\n" + "".join(f"  {name}: {value}\n" for name, value in headers.items())
    (folder / "_headers").write_text(static, encoding="utf-8")
