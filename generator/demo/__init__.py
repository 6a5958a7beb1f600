"""The made-up company: exports in native shapes, with planted defects whose answers are known."""

from generator.demo.drop import make_demo

__all__ = ["make_demo"]
