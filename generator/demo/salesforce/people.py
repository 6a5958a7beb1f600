"""User.csv."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.demo.company import REGIONS
from generator.demo.people import AUTOMATION, STAFF, Person
from generator.demo.salesforce.links import Links
from generator.demo.story import Story


def people_tables(story: Story, links: Links) -> dict[str, pd.DataFrame]:
    """Return User."""
    return {"User": pd.DataFrame([_user(story, links, person) for person in STAFF])}


def _user(story: Story, links: Links, person: Person) -> dict[str, str]:
    address = person.name.lower().replace(" ", ".") + "@onefunnel.example.com"
    active = person.active_to is None or np.datetime64(person.active_to, "s") > story.plan.as_of
    return {
        "Id": str(links.staff[person.number]),
        "Username": address,
        "Name": person.name,
        "Email": address,
        "Department": person.team.capitalize(),
        "Title": person.role,
        "UserType": "AutomatedProcess" if person.number == AUTOMATION else "Standard",
        "IsActive": "true" if active else "false",
        "ManagerId": str(links.staff[person.manager]) if person.manager >= 0 else "",
        "TimeZoneSidKey": person.zone,
        "Region__c": REGIONS[person.region],
        "Calendar__c": person.calendar,
    }
