"""Files of every system with a canary in each cell about a person: what no table, message or page may ever show."""

from __future__ import annotations

import csv
import io
import re

from tests.sources import (
    test_advertising,
    test_billing,
    test_contact_roles,
    test_hubspot,
    test_marketing_systems,
    test_other_crms,
    test_salesforce_forms,
)
from tests.sources.conftest import drawn, header_of

CANARY = "qzxcanaryvwk"
LEAD = """
    lead_id | created_at           | channel | email_hash    | Name | Owner
    --------+----------------------+---------+---------------+------+------
    L1      | 2026-03-02T09:00:00Z | Webinar | a@example.com | x    | y
    L2      | 2026-03-03T09:00:00Z | Webinar | b@example.com | x    | y
"""
REVISIONS = """
    Record ID | Name | Email         | Lifecycle Stage | Timestamp        | Lifecycle Stage | Timestamp
    ----------+------+---------------+-----------------+------------------+-----------------+-----------------
    101       | x    | a@example.com | Customer        | 2026-03-04 08:00 | Lead            | 2026-03-02 09:00
"""
#: Profile -> the kinds of drops that it reads -> files.
DROPS = {
    "canonical": {"": (LEAD,)},
    "hubspot": {
        "by label": (test_hubspot.CONTACTS, test_hubspot.DEALS, test_hubspot.CALLS),
        "by internal name": (test_hubspot.CONTACTS_BY_NAME,),
        "history": (test_hubspot.CONTACTS, REVISIONS),
    },
    "salesforce": {
        "": (test_salesforce_forms.LEADS, test_salesforce_forms.COPY),
        "roles": (test_contact_roles.LEAD, test_contact_roles.OPPORTUNITY, test_contact_roles.ROLES),
        "versions": (test_salesforce_forms.VERSIONS,),
    },
    "salesforce_reports": {
        "": (test_salesforce_forms.REPORT, test_salesforce_forms.DEALS, test_salesforce_forms.STAGES)
    },
    "marketo": {"": (test_marketing_systems.LEADS, test_marketing_systems.ACTIVITIES, test_marketing_systems.PROGRAMS)},
    "pardot": {"": (test_marketing_systems.PROSPECTS, test_marketing_systems.VISITS, test_marketing_systems.DEALS)},
    "pipedrive": {
        "": (test_other_crms.PIPEDRIVE,),
        "api": (test_other_crms.PIPEDRIVE_API, test_other_crms.PIPEDRIVE_STAGES, test_other_crms.PIPEDRIVE_FLOW),
    },
    "dynamics365": {"": (test_other_crms.DYNAMICS_LEADS, test_other_crms.DYNAMICS_DEALS)},
    "zoho": {"": (test_other_crms.ZOHO_LEADS, test_other_crms.ZOHO_DEALS)},
    "google_ads": {"": (test_advertising.GOOGLE, test_advertising.GERMAN)},
    "linkedin_ads": {"": (test_advertising.LINKEDIN,)},
    "meta_ads": {"": (test_advertising.META,)},
    "stripe": {"": (test_billing.STRIPE, test_billing.INVOICES)},
    "chargebee": {"": (test_billing.CHARGEBEE, test_billing.ADDONS), "monthly": (test_billing.MONTHLY,)},
}
#: Columns about people, and texts that somebody typed. Ids of owners and names of campaigns may pass.
PERSONAL = re.compile(
    r"((first|last|deal|customer|opportunity|lead|account) ?name|name|.*e-?mail.*|.*phone|.*title|topic|subject"
    r"|(deal|contact|lead|opportunity) owner|deal - (owner|title|lost reason)|owner|assigned( user)?|activity assigned to"
    r"|company / account|closed lost reason)",
    re.IGNORECASE,
)
MORE = ("First Name", "Last Name", "Mobile Phone", "Notes", "Description", "Street", "Email Address 2")
#: Columns with that name that hold no person but what a stage or a program is called.
NO_PERSON = {test_marketing_systems.PROGRAMS: {"name"}, test_other_crms.PIPEDRIVE_STAGES: {"name"}}


def with_canaries(drawing: str) -> tuple[str, int]:
    """Return a drawn table as CSV with a canary in every personal cell, in columns of its own and in every footer; and
    how many there are."""
    rows = list(csv.reader(io.StringIO(drawn(drawing))))
    header = header_of(drawing)
    top = rows.index(header)
    harmless = NO_PERSON.get(drawing, set())
    places = [n for n, name in enumerate(header) if PERSONAL.fullmatch(name) and name not in harmless]
    more = [name for name in MORE if name not in header]
    out, marks = io.StringIO(), 0
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([*rows[:top], [*header, *more]])
    for number, row in enumerate(rows[top + 1 :]):
        if len(row) != len(header):
            writer.writerow([f"{cell} {CANARY}" for cell in row])  # a footer, or the blank line above it
            continue
        for place in places:
            mail = "@example.com" if "mail" in header[place].lower() else " said a great many things to us that day"
            row[place] = f"{CANARY}{number}{mail}"
        marks += len(places) + len(more)
        writer.writerow([*row, *(CANARY for _ in more)])
    return out.getvalue(), marks


def marked_files(system: str, kind: str) -> dict[str, str]:
    """Return the marked files of one drop by name; at least seven of their cells hold a canary."""
    marked = [with_canaries(drawing) for drawing in DROPS[system][kind]]
    assert sum(marks for _, marks in marked) >= 7
    if system == "canonical":  # its files are known by their names
        return {"lead.csv": marked[0][0]}
    return {f"{system}{kind}{n}.csv".replace(" ", ""): text for n, (text, _) in enumerate(marked)}
