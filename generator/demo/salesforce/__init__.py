"""The story as Salesforce exports it: API names, 18-character ids, all cells text."""

from __future__ import annotations

import pandas as pd

from generator.demo.salesforce.deals import deal_tables
from generator.demo.salesforce.leads import lead_tables
from generator.demo.salesforce.links import Links
from generator.demo.salesforce.people import people_tables
from generator.demo.salesforce.work import work_tables
from generator.demo.story import Story

__all__ = ["Links", "salesforce_tables"]


def salesforce_tables(story: Story) -> dict[str, pd.DataFrame]:
    """Return each object's table by its API name.

    Row n of Lead and of Opportunity is row n of `story.leads` and `story.deals`; empty cells are empty texts.
    """
    links = Links.of(story)
    tables = lead_tables(story, links) | deal_tables(story, links) | work_tables(story, links)
    tables |= people_tables(story, links)
    return {name: tables[name] for name in sorted(tables)}
