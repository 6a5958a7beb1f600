"""The made-up company: exports in native shapes, with planted defects whose answers are known."""

from generator.demo.answers import Answers, Defect
from generator.demo.defects import HOSTILE
from generator.demo.drop import make_demo, make_empty, make_small
from generator.demo.drops import make_drops

__all__ = ["HOSTILE", "Answers", "Defect", "make_demo", "make_drops", "make_empty", "make_small"]
