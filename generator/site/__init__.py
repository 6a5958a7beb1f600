"""Markdown in, a static site out: the only room that knows MkDocs."""

from generator.site.building import build_site
from generator.site.swapping import put_in_place

__all__ = ["build_site", "put_in_place"]
