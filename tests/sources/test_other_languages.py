"""Exports in a language that no profile knows: whose they are is told, and how to have them read."""

from __future__ import annotations

import pytest

from generator.errors import ExportError
from tests.sources.conftest import drawn
from tests.sources.test_hubspot import CONTACTS

FOREIGN = {
    "hubspot": ("hubspot-crm-exports-alle-kontakte-2026-11-20.csv", "Nummer;Erstellt;Phase\n1;2026-03-02 09:00;Lead\n"),
    "hubspot by a column": ("kontakte.csv", "Datensatz-ID,Erstellungsdatum,Lifecycle-Phase\n1,2026-03-02,Lead\n"),
    "salesforce_reports": ("bericht.csv", "Lead-Kennung,Erstellt\n00Q5g000001Ab2C,02.03.2026\n"),
    "zoho": ("Interessenten.csv", "Datensatz,Erstellt\nzcrm_10,2026-03-02\n"),
    "stripe": ("abos.csv", "Kennung,Kunde\nsub_1Abcdefgh2,x\n"),
    "linkedin_ads": ("bericht.csv", "Startdatum (in UTC),Ausgaben\n2026-09-14,3\n"),
    "meta_ads": ("anzeigen.csv", "Kampagnenname,Ausgegebener Betrag (EUR)\nA,3\n"),
    "pipedrive": ("deals-12345-6.csv", "Obchod - ID,Obchod - Hodnota\n1,3\n"),
}


@pytest.mark.parametrize("system", FOREIGN)
def test_a_file_in_another_language_is_named_with_its_system_and_the_way_to_read_it(read, system):
    name, text = FOREIGN[system]
    drop = read({"contacts.csv": drawn(CONTACTS), name: text})
    (told,) = [finding.text for finding in drop.report.findings if finding.id == "almost_read"]
    assert name in told
    assert system.partition(" ")[0].partition("_")[0] in told.lower()
    assert f"onefunnel profile {name}" in told
    assert "Erstellt" not in told


def test_where_it_is_all_there_is_the_same_is_said(read):
    name, text = FOREIGN["hubspot"]
    with pytest.raises(ExportError, match=r"(?s)no profile claims.*looks like an export of HubSpot.*onefunnel profile"):
        read({name: text})


def test_a_table_of_something_else_is_nobodys(read):
    drop = read({"contacts.csv": drawn(CONTACTS), "towns.csv": "Town,People\nEssen,1\n"})
    assert drop.finding("almost_read") is None


@pytest.mark.parametrize("broken", [b"", "Kampagne,Kosten\nA,1\n".encode("utf-16-le"), b"<!doctype html><html>"])
def test_a_csv_file_that_nobody_can_know_because_it_is_damaged_stops_the_reading(read, broken):
    with pytest.raises(ExportError, match=r"costs\.csv"):
        read({"contacts.csv": drawn(CONTACTS), "costs.csv": broken})
