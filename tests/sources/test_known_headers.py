"""The headers that systems really write, from the list beside the checkout: each is known, and to one source only."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from generator.project import PACKAGED, Project
from generator.sources.claims import claims_of, settle
from generator.sources.containers import Form, Member
from generator.sources.profiles import load_profiles

#: What each kind of export is, by the first words of its name in the list.
SOURCES = {
    "hubspot": {
        "contact/": "contacts",
        "deal/": "deals",
        "call/": "calls",
        "meeting/": "meetings",
        "email/": "emails",
        "task/": "tasks",
        "fivetran:contact/": "contacts",
        "fivetran:deal/": "deals",
        "fivetran:deal_stage/": "deal_stages",
        "fivetran:contact_property_history/": "contact_history",
        "fivetran:deal_property_history/": "deal_history",
        "fivetran:engagement_contact/": "engagement_contacts",
        "fivetran:owner/": "owners",
        "airbyte:deals/": "deals",
    },
    "salesforce": {
        "Lead/": "Lead",
        "LeadHistory/": "LeadHistory",
        "Account/": "Account",
        "Campaign/": "Campaign",
        "CampaignMember/": "CampaignMember",
        "Task/": "Task",
        "Event/": "Event",
        "Opportunity/": "Opportunity",
        "OpportunityHistory/": "OpportunityHistory",
        "OpportunityFieldHistory/": "OpportunityFieldHistory",
        "OpportunityContactRole/": "OpportunityContactRole",
        "User/": "User",
        "fivetran:lead/": "Lead",
        "fivetran:contact/": "Contact",
        "fivetran:account/": "Account",
        "fivetran:opportunity/": "Opportunity",
        "fivetran:task/": "Task",
        "fivetran:event/": "Event",
        "fivetran:user/": "User",
    },
    "marketo": {
        "lead/": "leads",
        "activity/": "activities",
        "program/": "programs",
        "program member/": "members",
        "fivetran:lead/": "leads",
        "fivetran:program/": "programs",
        "fivetran:activity_change_data_value/": "value_changes",
    },
    "pardot": {
        "prospect/": "prospects",
        "prospect export/": "prospects",
        "visitor_activity/": "activities",
        "fivetran:prospect/": "prospects",
        "fivetran:visitor_activity/": "activities",
        "fivetran:opportunity/": "opportunities",
        "fivetran:opportunity_prospect/": "opportunity_prospects",
    },
    "pipedrive": {
        "deals/ui": "exported",
        "deals/api": "api",
        "dealflow/": "flow",
        "stages/": "stages",
        "users/": "users",
        "activities/": "activities",
    },
    "dynamics365": {"Lead/ui": "leads", "Opportunity/ui": "deals"},
    "zoho": {"Leads": "leads", "Deals": "deals"},
    "google_ads": {
        "Campaign report/": "report",
        "Campaign report (fr": "report",
        "Campaign report (de": "report",
        "fivetran:campaign_stats": "stats",
        "fivetran:campaign_history": "campaigns",
    },
    "linkedin_ads": {
        "Ad Performance": "report",
        "fivetran:ad_analytics_by_campaign": "analytics",
        "fivetran:campaign_history": "campaigns",
    },
    "meta_ads": {"fivetran:basic_ad": "basic_ad"},
    "stripe": {"subscriptions": "subscriptions", "invoices": "invoices"},
    "chargebee": {"Subscriptions.csv": "subscriptions", "SubscriptionAddons": "addons", "subscription_mrr": "monthly"},
}


def _headers(path: Path) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    with path.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            found[f"{row['object']}/{row['export_kind']}"].append(row["column"].strip())
    return {name: tuple(columns) for name, columns in found.items()}


def _claim(header):
    member = Member("x.csv", ("x.csv",), Path("x"), Form.TEXT, "", 1)
    return settle(member, claims_of(member, [header], load_profiles(Project(PACKAGED))), [header], {})


@pytest.mark.parametrize("system", SOURCES)
def test_every_listed_export_is_known_by_its_header_alone(shared, system):
    headers = _headers(shared / f"exports/{system}.csv")
    for start, source in SOURCES[system].items():
        matching = [header for name, header in headers.items() if name.startswith(start)]
        assert matching, start
        for header in matching:
            claim = _claim(header)
            assert claim is not None, start
            assert (claim.profile.system, claim.source) == (system, source), start


def test_no_listed_export_is_taken_for_one_of_another_system(shared):
    for path in sorted((shared / "exports").glob("*.csv")):
        if path.stem.startswith("canonical"):
            continue
        for name, header in _headers(path).items():
            claim = _claim(header)
            assert claim is None or claim.profile.system in (path.stem, f"{path.stem}_reports"), (path.stem, name)
