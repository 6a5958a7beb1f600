"""No name, address or free text of a person passes the reading, whatever the system: not into tables, not into messages."""

from __future__ import annotations

import csv
import io
import re

import pytest

from generator.canonical import TABLES
from tests.sources import (
    test_billing,
    test_hubspot,
    test_marketing_systems,
    test_other_crms,
    test_salesforce_forms,
)
from tests.sources.conftest import drawn

CANARY = "qzxcanaryvwk"
DROPS = {
    "hubspot": (test_hubspot.CONTACTS, test_hubspot.DEALS, test_hubspot.CALLS),
    "hubspot by internal name": (test_hubspot.CONTACTS_BY_NAME,),
    "salesforce": (test_salesforce_forms.LEADS, test_salesforce_forms.COPY),
    "salesforce reports": (test_salesforce_forms.REPORT, test_salesforce_forms.DEALS, test_salesforce_forms.STAGES),
    "marketo": (test_marketing_systems.LEADS, test_marketing_systems.ACTIVITIES),
    "pardot": (test_marketing_systems.PROSPECTS, test_marketing_systems.VISITS, test_marketing_systems.DEALS),
    "pipedrive": (test_other_crms.PIPEDRIVE,),
    "dynamics": (test_other_crms.DYNAMICS_LEADS, test_other_crms.DYNAMICS_DEALS),
    "zoho": (test_other_crms.ZOHO_LEADS, test_other_crms.ZOHO_DEALS),
    "stripe": (test_billing.STRIPE, test_billing.INVOICES),
    "chargebee": (test_billing.CHARGEBEE, test_billing.ADDONS),
}
#: Columns about people, and texts that somebody typed. Ids of owners and names of campaigns may pass.
PERSONAL = re.compile(
    r"((first|last|deal|customer|opportunity|lead|account) ?name|name|.*e-?mail.*|.*phone|.*title|topic|subject"
    r"|(deal|contact|lead|opportunity) owner|deal - (owner|title|lost reason)|owner|assigned( user)?|activity assigned to"
    r"|company / account|closed lost reason)",
    re.IGNORECASE,
)
MORE = ("First Name", "Last Name", "Mobile Phone", "Notes", "Description", "Street", "Email Address 2")


def _marked(drawing: str) -> tuple[str, int]:
    """Return a drawn table with a canary in every personal cell, in columns of its own as well; and how many."""
    rows = list(csv.reader(io.StringIO(drawn(drawing))))
    width = len(rows[0])
    places = [place for place, name in enumerate(rows[0]) if PERSONAL.fullmatch(name.strip())]
    out, marks = io.StringIO(), 0
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*rows[0], *(name for name in MORE if name not in rows[0])])
    for number, row in enumerate(row for row in rows[1:] if len(row) == width):
        for place in places:
            mail = "@example.com" if "mail" in rows[0][place].lower() else " said a great many things to us that day"
            row[place] = f"{CANARY}{number}{mail}"
        extra = [CANARY for name in MORE if name not in rows[0]]
        marks += len(places) + len(extra)
        writer.writerow([*row, *extra])
    return out.getvalue(), marks


@pytest.mark.parametrize("system", DROPS)
def test_personal_cells_stay_in_the_room_that_reads(read, system):
    marked = [_marked(drawing) for drawing in DROPS[system]]
    assert sum(marks for _, marks in marked) >= 14
    drop = read({f"file{n}.csv": text for n, (text, _) in enumerate(marked)})
    assert any(load.rows for load in drop.report.tables.values())
    for name, table in TABLES.items():
        # Names of owners pass to the engine; settings decide whether a page shows them.
        columns = [column.name for column in table.columns if column.name != "display_name"]
        text = " || '|' || ".join(f"coalesce(cast({column} as varchar), '')" for column in columns)
        found = drop.rows(f"select count(*) from canonical.{name} where contains(lower({text}), '{CANARY}')")
        assert found == [(0,)], name
    assert CANARY not in repr(drop.report).lower()
    leftovers = drop.rows("select count(*) from information_schema.tables where table_schema = 'raw'")
    assert leftovers == [(0,)]
