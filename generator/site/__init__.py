"""Markdown in, a static site out: the only room that knows MkDocs."""

from generator.site.building import build_site

__all__ = ["build_site"]
