"""Texts that would do harm if a page, a template or a spreadsheet took them for more than text."""

from __future__ import annotations

from generator.demo.defects.draft import Draft, hours
from generator.demo.salesforce.spelling import STATUS

#: HTML, Markdown, Jinja, links with a script, marks that turn the reading direction, and formulas.
HOSTILE = (
    "<script>alert('onefunnel')</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(2)>",
    "</td></tr></table><h1>broken</h1>",
    "<!-- never closed",
    "<style>body{display:none}</style>",
    "<iframe srcdoc='<b>frame</b>'></iframe>",
    '" autofocus onfocus="alert(3)',
    "&lt;b&gt;twice&amp;lt;",
    "[press me](javascript:alert(4))",
    "<javascript:alert(5)>",
    "![picture](javascript:alert(6))",
    "[press me](java\tscript:alert(7))",
    "| a | cell | more |",
    "# A heading of its own",
    "`code` **bold** ~~gone~~ ==marked==",
    '--8<-- "/etc/hostname"',
    "{{ config.items() }}",
    "{% include '/etc/hostname' %}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "\u202egnp.exe\u202c",
    "zero\u200bwidth\u2066and\u2069bidi",
    '=HYPERLINK("https://evil.example.com","press")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "'; DROP TABLE lead; --",
)


def plant_hostile(draft: Draft) -> None:
    """Plant each text as a channel, a campaign, an owner, a reason and a segment, on a lead of its own."""
    leads: list[str] = []
    for text in HOSTILE:
        owner = draft.add(
            "User",
            Name=text,
            Username=f"user{len(leads)}@onefunnel.example.com",
            Email=f"user{len(leads)}@onefunnel.example.com",
            Department="Sales",
            Title="Account Executive",
            UserType="Standard",
            IsActive="true",
            Region__c="Americas",
            Calendar__c="americas",
        )
        campaign = draft.add("Campaign", Name=text, Type="Webinar", Status="Completed")
        at = draft.moment(earliest=5, latest=45)
        moves = ((hours(2), STATUS["mql"], ""), (hours(6), STATUS["disqualified"], text))
        named = {"LeadSource": text, "Segment__c": text, "OwnerId": owner, "Campaign__c": campaign}
        lead = draft.lead(at, *moves, **named)
        draft.touch(lead, at, campaign=campaign)
        draft.deal(
            at + hours(30), (hours(0), "Qualification"), (hours(48), "Closed Lost"), Segment__c=text, OwnerId=owner
        )
        leads.append(lead)
    draft.plant("hostile", "G21", "Lead.csv", leads, "texts that must stay texts, in five kinds of names")
