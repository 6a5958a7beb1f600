"""Turns what Marketing and Sales agreed, and the exports of their systems, into one shared, versioned site."""

__version__ = "0.1.0"
