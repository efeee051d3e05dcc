"""Findings beside the tenants' databases: what nobody's record speaks of, and records of what is not there.

Nothing is told from a name alone: a database that is only called like one of ours is dropped by nobody's pattern. It
is shown with what it holds, and goes where somebody types its name, after a proved backup.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pagevoo_console.domain.finding import Finding, FindingKind, Remedy, RepairAction
from pagevoo_console.domain.operation import Step
from pagevoo_console.domain.text import counted
from pagevoo_console.domain.trash import TrashState
from pagevoo_console.services.engines.administration import DatabaseMark
from pagevoo_console.services.finding_facts import Ended, Facts, Seen, Stray, number_of_name, staged_name
from pagevoo_console.services.finding_making import RECHECK, found, retirement
from pagevoo_console.services.trash_moves import TRASH
from pagevoo_console.services.trash_records import OLD_PART

_RISK = "It takes room, and may hold a copy of a customer's data that nobody looks after."
_ENDINGS = {
    TrashState.PURGED.value: "had been purged",
    TrashState.UNDELETED.value: "had been given back",
    TrashState.KEPT.value: "is kept under another name",
}


def trash_findings(facts: Facts) -> Iterator[Finding]:
    """Entries of the trash whose database is gone from its server; those on servers that were not seen stay out."""
    for entry in facts.trash.kept:
        seen = facts.servers.get(entry.server)
        if seen is None or entry.name in seen.marks or entry.tenant in facts.at_work:
            continue
        title = f"Write down that {entry.name} is gone, as if it had been purged"
        brings = f"its backup is {entry.backup_path}" if entry.backup_path else "there is no backup of it"
        yield found(
            FindingKind.TRASH_MISSING, f"{entry.server}\0{entry.operation}", tenant=entry.tenant, database=entry.name,
            server=entry.server,
            evidence=f"Operation {entry.operation} put {entry.database} into the trash as {entry.name},"
            f" which is not on {entry.server} any more; {brings}.",
            risk="Whoever counts on having it back from the trash will not find it there.",
            repair=Remedy(
                RepairAction.CLOSE_RECORD, title, (RECHECK, Step("record", title)),
                {"operation": entry.operation, "name": entry.name}, is_reversible=False, is_choice=True,
            ),
        )  # fmt: skip


def stray_findings(facts: Facts, seen: Seen, mark: DatabaseMark) -> Iterator[Finding]:
    """A database that is called like one of the console's own, and that no record and no work at hand speaks of."""
    name, server = mark.name, seen.server.name
    number = number_of_name(name)
    stray = seen.strays.get(name)
    if stray is None or facts.trash.accounts_for(name, number):
        return
    operation = None if number is None else facts.ended.get(number)
    tenant = None if operation is None or not _speaks_of(operation, name, server) else operation.tenant
    if tenant in facts.at_work:
        return
    owner = tenant or f"database:{name}"
    bears = f"It bears the marker {mark.marker!r}." if mark.marker else "It bears no marker."
    yield found(
        FindingKind.LEFTOVER, f"{server}\0{name}", tenant=tenant, database=name, server=server,
        evidence=f"{_why(operation, tenant, name, server)} {bears} {_seen(stray)}", risk=_RISK,
        repair=retirement(name, mark.marker, owner, generation="", changes=[]),
    )  # fmt: skip


def _speaks_of(operation: Ended, name: str, server: str) -> bool:
    """Whether this operation's own evidence names it, or it is what that operation stages."""
    return operation.server == server and (name == staged_name(operation) or _trashed(operation).get("name") == name)


def _trashed(operation: Ended) -> dict[str, object]:
    told: dict[str, object] = operation.evidence.get(TRASH) or operation.evidence.get(OLD_PART, {}).get(TRASH) or {}
    return told


def _why(operation: Ended | None, tenant: str | None, name: str, server: str) -> str:
    if operation is None or tenant is None:
        return (
            f"{name} is on {server}, and no operation of this master speaks of it: it may be another console's, or have"
            " been made by hand."
        )
    ending = _ENDINGS.get(str(_trashed(operation).get("trash_state")), "has ended")
    return f"Operation {operation.id} made {name} of {operation.database}, which {ending}; it exists on {server}."


def _seen(stray: Stray) -> str:
    """How old it is, and what is inside of it."""
    age = f"It was made at {_moment(stray.made_at)}. " if stray.made_at is not None else ""
    if stray.holds is None:
        return f"{age}It could not be looked into."
    size = f"{(stray.holds.size_bytes or 0) / 1_000_000:.1f} MB"
    written = f", last written to at {_moment(stray.holds.last_write)}" if stray.holds.last_write is not None else ""
    return f"{age}It holds {counted(stray.holds.tables, 'table')} and {size}{written}."


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
