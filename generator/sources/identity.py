"""One person in several systems: whose record counts, and which ids mean the same.

A system that sells (`role: crm`) goes before one that does marketing; where both keep deals, the CRM's count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..canonical import TABLES
from ..engine import Engine
from .cells import literal, quoted
from .outcomes import code_of
from .raw import RawFile
from .report import Finding, Reason, Severity

#: Whose word counts first.
_ORDER = ("crm", "both", "marketing")
#: Where leads are named beside their own table, and the tables whose ids a second system may use again.
_NAMED = {
    "lifecycle_event": "lead_id",
    "assignment": "lead_id",
    "activity": "lead_id",
    "touch": "lead_id",
    "lead_attribute": "lead_id",
    "contact_role": "lead_id",
    "opportunity": "primary_lead_id",
}
#: What the record that counts does not take over: these belong to the system that says them.
_OWN = ("lead_id", "created_at", "owner_id", "merged_into_lead_id")


@dataclass(frozen=True)
class _System:
    name: str
    role: str
    files: str  # SQL list of file numbers


def join_systems(engine: Engine, files: Iterable[RawFile], loaded: Iterable[str]) -> list[Finding]:
    """Make one lead of the records that several systems keep of a person; say how many there were.

    Records are the same by an id of Salesforce that both carry, or by an e-mail that each system has once.
    """
    systems = _systems(files)
    present = set(loaded)
    found: list[Finding] = []
    for place in range(1, len(systems)):
        above = ", ".join(system.files for system in systems[:place])
        if "lead" in present:
            found += _join_leads(engine, systems[place], above, systems[0].role, present)
        if "opportunity" in present:
            found += _leave_deals(engine, systems[place], above, present)
    return found


def _systems(files: Iterable[RawFile]) -> list[_System]:
    numbers: dict[tuple[int, str, str], list[str]] = {}
    for file in files:
        profile = file.claim.profile
        if profile.role:
            numbers.setdefault((_ORDER.index(profile.role), profile.system, profile.role), []).append(str(file.number))
    return [_System(name, role, ", ".join(held)) for (_, name, role), held in sorted(numbers.items())]


def _join_leads(engine: Engine, system: _System, above: str, first: str, present: set[str]) -> Iterator[Finding]:
    _match(engine, system.files, above)
    by_id, by_mail = engine.rows("select count(*) filter (by_id), count(*) filter (not by_id) from raw.same")[0]
    shared = engine.rows("select count(*) from raw.shared")[0][0]
    _fill(engine, system.files, above)
    duplicate = code_of(TABLES["lead"], Reason.DUPLICATE_KEY)
    ours = f"_file in ({system.files})"
    engine.run(
        f"update canonical.lead set _out = {duplicate} where _out = 0 and {ours} and lead_id in (from raw.theirs)"
    )
    _set_apart(engine, system, above, present)
    for table, column in _NAMED.items():
        if table in present:
            engine.run(
                f"update canonical.{table} set {column} = same.kept from raw.same"
                f" where {ours} and {table}.{column} = same.lead_id"
            )
    if system.role == "both" and first == "crm" and "lifecycle_event" in present:
        # Beside a CRM it is the marketing system, and the two may disagree.
        engine.run(f"update canonical.lifecycle_event set source_system = 'map' where {ours}")
    if by_id or by_mail:
        text = (
            f"Leads of {system.name} that another system has as well: {by_id + by_mail:,} ({by_id:,} by id, {by_mail:,}"
            " by e-mail); each counts once, and the CRM's word goes first."
        )
        yield Finding("same_person", Severity.NOTES, text, int(by_id + by_mail), tables=("lead",))
    if shared:
        text = f"E-mails of {system.name} that several leads share: {shared:,}; such leads count apart in each system."
        yield Finding("shared_email", Severity.TAINTS, text, int(shared), tables=("lead",))


def _match(engine: Engine, ours: str, above: str) -> None:
    """Fill `raw.same` (lead_id, kept, by_id), `raw.theirs` (lead_id) and `raw.shared`: e-mails that name nobody."""

    def mails(files: str) -> str:
        return (
            "select email_hash, min(lead_id) as lead_id, count(distinct lead_id) as times from canonical.lead"
            f" where _out = 0 and _file in ({files}) and email_hash is not null and merged_into_lead_id is null"
            " group by email_hash"
        )

    engine.run(f"""
        create or replace table raw.same as
        with by_id as (
            select distinct o.lead_id from canonical.lead o
            join canonical.lead t on t.lead_id = o.lead_id and t._file in ({above}) and t._out = 0
            where o._file in ({ours}) and o._out = 0 and regexp_full_match(o.lead_id, '00Q[0-9A-Za-z]{{15}}')
        ),
        by_mail as (
            select o.lead_id, t.lead_id as kept
            from ({mails(ours)}) o join ({mails(above)}) t on t.email_hash = o.email_hash
            where o.times = 1 and t.times = 1 and o.lead_id not in (from by_id) and t.lead_id not in (from by_id)
        )
        select lead_id, lead_id as kept, true as by_id from by_id union all select lead_id, kept, false from by_mail
    """)
    engine.run("create or replace table raw.theirs as select lead_id from raw.same")
    engine.run(
        f"create or replace table raw.shared as select o.email_hash from ({mails(ours)}) o"
        f" join ({mails(above)}) t on t.email_hash = o.email_hash where o.times > 1 or t.times > 1"
    )


def _fill(engine: Engine, ours: str, above: str) -> None:
    """Give the record that counts what only the other one knows; the person is known since the earlier of the two."""
    columns = [column.name for column in TABLES["lead"].columns if column.name not in _OWN]
    filled = ", ".join(f"{quoted(name)} = coalesce(lead.{quoted(name)}, other.{quoted(name)})" for name in columns)
    engine.run(
        f"update canonical.lead set {filled}, created_at = least(lead.created_at, other.created_at)"
        f" from (select s.kept, l.* from raw.same s join canonical.lead l on l.lead_id = s.lead_id"
        f" where l._file in ({ours}) and l._out = 0) other"
        f" where lead.lead_id = other.kept and lead._file in ({above}) and lead._out = 0"
    )


def _set_apart(engine: Engine, system: _System, above: str, present: set[str]) -> None:
    """Give ids that another system uses for something else the name of their system."""
    taken = f"select lead_id from canonical.lead where _file in ({above}) except from raw.theirs"
    engine.run(f"create or replace table raw.taken as {taken}")
    again = dict.fromkeys({"lead": "lead_id", **_NAMED}.items(), "from raw.taken")
    for table in ("lifecycle_event", "assignment", "activity", "touch"):
        key = TABLES[table].key[0]
        again[table, key] = f"select {key} from canonical.{table} where _file in ({above})"
        if table in present:
            _leave(
                engine, table, f"_file in ({system.files}) and {_is_worldwide(key)} and {key} in ({again[table, key]})"
            )
    for (table, column), ids in again.items():
        if table in present:
            apart = f"{literal(system.name + ':')} || {column}"
            where = f"_out = 0 and _file in ({system.files}) and {column} in ({ids})"
            engine.run(f"update canonical.{table} set {column} = {apart} where {where}")


def _is_worldwide(column: str) -> str:
    """Return SQL: ids of Salesforce mean the same record wherever they stand; others are numbers of their system."""
    return f"regexp_full_match({column}, '00[0-9A-Za-z]{{13}}[A-Z0-5]{{3}}')"


def _leave(engine: Engine, table: str, condition: str) -> None:
    code = code_of(TABLES[table], Reason.DUPLICATE_KEY)
    engine.run(f"update canonical.{table} set _out = {code} where _out = 0 and {condition}")


def _leave_deals(engine: Engine, system: _System, above: str, present: set[str]) -> Iterator[Finding]:
    """Leave out the deals of a system that are copies of those of one above it.

    A second CRM has deals of its own, beside those that carry the same id of Salesforce; a marketing system has none.
    """
    theirs = f"select opportunity_id from canonical.opportunity where _out = 0 and _file in ({above})"
    copied = f"_file in ({system.files})"
    if system.role == "crm":
        copied += f" and {_is_worldwide('opportunity_id')} and opportunity_id in ({theirs})"
    known = engine.rows(f"select count(*) from ({theirs})")[0][0]
    copies = engine.rows(f"select count(*) from canonical.opportunity where _out = 0 and {copied}")[0][0]
    if not known or not copies:
        return
    for table in ("contact_role", "opportunity_stage_event", "opportunity"):
        if table in present:
            _leave(engine, table, copied)
    text = f"Deals of {system.name} that are left out, because the CRM's deals are in the drop: {copies:,}."
    yield Finding("copied_deals", Severity.NOTES, text, int(copies), tables=("opportunity",))
