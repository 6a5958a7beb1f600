"""Which record belongs to which: lead to contact, account and deal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.demo.company import Array
from generator.demo.salesforce.ids import ids_or_empty, record_ids
from generator.demo.story import Story


@dataclass(frozen=True)
class Links:
    """Ids by row number of the story's tables; contacts and accounts share their numbers."""

    lead: Array
    deal: Array
    account_of_deal: Array  # account numbers
    converted: Array  # by lead: its deal's row number, -1 while it is a lead
    contact_of_lead: Array  # ids, empty while it is a lead
    staff: Array  # ids by number in STAFF

    @classmethod
    def of(cls, story: Story) -> Links:
        """Return the links of `story` as they stand at the drop."""
        count = len(story.leads)
        converted = np.full(count, -1)
        own = np.flatnonzero(story.deals["lead"] >= 0)
        converted[story.deals["lead"].to_numpy()[own]] = own
        return cls(
            lead=record_ids("Lead", np.arange(count)),
            deal=record_ids("Opportunity", np.arange(len(story.deals))),
            account_of_deal=story.deals["account"].to_numpy(),
            converted=converted,
            contact_of_lead=ids_or_empty("Contact", np.where(converted >= 0, np.arange(count), -1)),
            staff=record_ids("User", np.arange(30)),
        )

    def who(self, lead: Array) -> Array:
        """Return the contact of a converted lead, the lead itself otherwise, nothing for -1."""
        lead = np.asarray(lead)
        person = np.where(self.contact_of_lead[lead] != "", self.contact_of_lead[lead], self.lead[lead])
        return np.where(lead >= 0, person, "")
