"""Who works at the company, and who the buyers are; all names and addresses are made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from generator.demo.company import REGION_CALENDAR, REGION_ZONE, REGIONS, Array, Plan

_FIRST = (
    "Ada Amir Anna Aisha Ben Bruno Carla Chen Clara Daan David Elif Emma Erik Farah Felix Gina Hana Hugo Ines Ivan Jada"
    " Jana Jonas Kofi Lara Leon Lina Luca Maja Marco Mei Mila Nadia Nils Noah Olga Omar Paula Priya Quinn Rafael Rosa"
    " Sam Sara Sofia Tariq Theo Uma Vera Viktor Wanda Xavier Yara Yusuf Zoe"
)
_LAST = (
    "Abel Adler Almeida Bauer Becker Berg Brown Carter Castro Cole Cruz Dahl Diaz Dubois Eder Evans Fischer Fontaine"
    " Garcia Gray Haas Hansen Hill Ito Jansen Jones Kaya Keller Klein Kowalski Kumar Lang Lee Lopez Maier Martin Meyer"
    " Moreau Nguyen Novak Okafor Olsen Park Patel Perez Peters Quast Reyes Rossi Sato Schmidt Silva Smith Suarez Tanaka"
    " Turner Ueda Vogel Wagner Walker Weber Yilmaz Young Zhang"
)
_COMPANY = (
    "Amber Atlas Beacon Birch Blue Bright Cedar Clear Cobalt Copper Coral Delta Echo Ember Falcon Fern Granite Harbor"
    " Hazel Indigo Iron Juniper Lark Linden Lumen Maple Meadow Mercury Noble North Oak Onyx Opal Orbit Pine Prairie"
    " Quartz Raven Ridge River Sable Sage Silver Slate Solar Stone Summit Tidal Umber Vale Willow Zephyr"
)
_TRADE = (
    "Analytics Bearings Care Clinics Components Devices Dynamics Foods Freight Glass Labs Learning Logistics Machines"
    " Media Metals Mobility Networks Optics Outfitters Packaging Paper Pharma Robotics Services Software Systems"
    " Textiles Tools Works"
)
_TITLES = (
    "Head of Operations",
    "IT Manager",
    "Founder",
    "Marketing Manager",
    "Sales Director",
    "Analyst",
    "Consultant",
    "CFO",
)


@dataclass(frozen=True)
class Person:
    """An employee who owns leads, deals or campaigns."""

    number: int
    name: str
    team: str
    role: str
    region: int
    manager: int  # -1: nobody
    pace: float = 1.0  # how slowly this person answers, 1 being usual
    silence: float = 0.02  # share of leads never answered
    active_from: date = date(2022, 3, 1)
    active_to: date | None = None

    @property
    def calendar(self) -> str:
        """The calendar in which this person's clocks run."""
        return REGION_CALENDAR[self.region]

    @property
    def zone(self) -> str:
        """The person's time zone."""
        return REGION_ZONE[self.region]


def _rep(number: int, name: str, region: int, **habits: object) -> Person:
    return Person(number, name, "sales", "Account Executive", region, 1 + region, **habits)  # type: ignore[arg-type]


#: One leaves at midyear 2026; two (one a region) let leads wait.
LEAVER = 9
STAFF = (
    Person(0, "Morgan Reed", "sales", "Chief Revenue Officer", 0, -1),
    Person(1, "Dana Whitfield", "sales", "Regional Sales Manager", 0, 0),
    Person(2, "Katrin Ostermann", "sales", "Regional Sales Manager", 1, 0),
    _rep(3, "Alex Moreno", 0, pace=0.8),
    _rep(4, "Brooke Tanner", 0),
    _rep(5, "Chris Delgado", 0, pace=1.2),
    _rep(6, "Devon Price", 0, pace=3.6, silence=0.11),
    _rep(7, "Elena Vargas", 0, pace=0.9),
    _rep(8, "Grace Holloway", 0),
    _rep(LEAVER, "Jordan Pike", 0, pace=1.3, active_to=date(2026, 6, 30)),
    _rep(10, "Maya Lindqvist", 0, active_from=date(2025, 9, 1)),
    _rep(11, "Anton Richter", 1, pace=0.7),
    _rep(12, "Beatriz Nunes", 1),
    _rep(13, "Cedric Laurent", 1, pace=4.4, silence=0.13),
    _rep(14, "Femke de Boer", 1, pace=1.1),
    _rep(15, "Lukas Steiner", 1),
    _rep(16, "Oliver Hughes", 1, active_from=date(2025, 3, 1)),
    Person(17, "Priya Raman", "marketing", "Chief Marketing Officer", 0, -1),
    Person(18, "Sam Okoye", "marketing", "Demand Generation Manager", 0, 17),
    Person(19, "Julia Brandt", "marketing", "Field Marketing Manager", 1, 17),
    Person(20, "Noah Whitaker", "marketing", "Marketing Operations", 0, 17),
    Person(21, "Automation Service", "marketing", "Integration User", 0, 17),
)
REPS = tuple(person for person in STAFF if person.role == "Account Executive")
AUTOMATION = 21
MARKETERS = (18, 19, 20)


def owners_at(plan: Plan, rng: np.random.Generator, region: Array, moment: Array) -> Array:
    """Return a rep (number in `STAFF`) of each row's region who works there at that moment (datetime64)."""
    owner = np.empty(len(region), dtype="int64")
    turn = rng.integers(0, 1 << 30, len(region))
    for index in range(len(REGIONS)):
        team = [rep for rep in REPS if rep.region == index]
        first = np.array([rep.active_from for rep in team], dtype="datetime64[s]")
        last = np.array([rep.active_to or date(9999, 1, 1) for rep in team], dtype="datetime64[s]")
        mine = np.flatnonzero(region == index)
        works = (first <= moment[mine, None]) & (moment[mine, None] < last)
        nth = turn[mine] % works.sum(axis=1)
        owner[mine] = np.array([rep.number for rep in team])[(works.cumsum(axis=1) > nth[:, None]).argmax(axis=1)]
    return owner


def staff_numbers(field: str) -> Array:
    """Return one number of every employee, in the order of `STAFF`."""
    return np.array([getattr(person, field) for person in STAFF])


def make_buyers(plan: Plan, count: int) -> pd.DataFrame:
    """Return one made-up buyer and company a row: first, last, title, company, domain, email, phone, note."""
    rng = plan.stream("buyers")
    first = np.array(_FIRST.split())[rng.integers(0, len(_FIRST.split()), count)]
    last = np.array(_LAST.split())[rng.integers(0, len(_LAST.split()), count)]
    head, trade = rng.integers(0, len(_COMPANY.split()), count), rng.integers(0, len(_TRADE.split()), count)
    number = np.arange(count).astype("U8")
    company = np.char.add(np.char.add(np.array(_COMPANY.split())[head], " "), np.array(_TRADE.split())[trade])
    domain = np.char.add(np.char.add(np.char.lower(np.array(_COMPANY.split())[head]), number), ".example.com")
    local = np.char.add(np.char.add(np.char.lower(first), "."), np.char.lower(last))
    return pd.DataFrame(
        {
            "first": first,
            "last": last,
            "title": np.array(_TITLES)[rng.integers(0, len(_TITLES), count)],
            "company": np.char.add(np.char.add(company, " "), number),
            "domain": domain,
            "email": np.char.add(np.char.add(local, "@"), domain),
            "phone": np.char.add("+1 555 01", np.char.zfill(rng.integers(0, 10**6, count).astype("U6"), 6)),
            "note": np.char.add(np.char.add("Spoke about plans with ", first), " by phone"),
        }
    )
