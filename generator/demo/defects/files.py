"""Lines that break the form: too few cells, a date that is none, a byte that is no UTF-8."""

from __future__ import annotations

from generator.demo.defects.draft import Draft, stamp
from generator.demo.salesforce.ids import record_id


def plant_file_defects(draft: Draft) -> None:
    """Plant broken lines, few enough that no file is refused for them."""
    lead = record_id("Lead", 0)
    campaign = str(draft.tables["Campaign"]["Id"].iloc[0])
    bad = draft.add(
        "CampaignMember",
        LeadId=lead,
        CampaignId=campaign,
        Responded_At__c="2026-02-31T25:61:00.000Z",
        CreatedDate=stamp(draft.moment()),
    )
    draft.plant("bad_dates", "G8", "CampaignMember.csv", [bad], "the 31st of February at 25:61; quarantined by line")
    ragged = draft.new_id("CampaignMember")
    draft.raw["CampaignMember"].append(f'"{ragged}","{campaign}","{lead}"'.encode())
    draft.plant("ragged_lines", "G8", "CampaignMember.csv", [ragged], "three cells only; quarantined by line")
    broken = draft.new_id("Task")
    cells = dict.fromkeys(draft.tables["Task"].columns, "") | {"Id": broken, "WhoId": lead, "Subject": "Caf?"}
    cells |= {"OwnerId": record_id("User", 4), "CreatedDate": stamp(draft.moment()), "Status": "Completed"}
    cells |= {"IsClosed": "true", "IsDeleted": "false", "TaskSubtype": "Call", "Type": "Call"}
    line = ",".join(f'"{value}"' for value in cells.values()).encode().replace(b"Caf?", b"Caf\xe9")
    draft.raw["Task"].append(line)
    draft.plant("undecodable_bytes", "G8", "Task.csv", [broken], "one byte of latin-1 in a UTF-8 file")
