"""Defects planted by hand, each with a known answer."""

from __future__ import annotations

from generator.demo.defects.deals import plant_deal_defects
from generator.demo.defects.draft import Draft
from generator.demo.defects.files import plant_file_defects
from generator.demo.defects.hostile import HOSTILE, plant_hostile
from generator.demo.defects.lifecycle import plant_lifecycle_defects
from generator.demo.defects.records import plant_record_defects
from generator.demo.defects.work import plant_work_defects

__all__ = ["HOSTILE", "Draft", "plant_defects"]


def plant_defects(draft: Draft, hostile: bool) -> None:
    """Plant every kind of defect into `draft`, always after and apart from what the story itself wrote."""
    plant_record_defects(draft)
    plant_lifecycle_defects(draft)
    plant_work_defects(draft)
    plant_deal_defects(draft)
    plant_file_defects(draft)
    if hostile:
        plant_hostile(draft)
