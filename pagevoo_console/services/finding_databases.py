"""Findings among a server's databases: those that nobody owns, what crashed runs left, and wrong character sets.

Nothing is told from a name alone: a leftover is ours by its marker and by the operation that it speaks of.
"""

from __future__ import annotations

from collections.abc import Iterator

from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.finding import Finding, FindingKind, Remedy, RepairAction
from pagevoo_console.domain.operation import OperationKind, Step
from pagevoo_console.services.engines.administration import DatabaseMark
from pagevoo_console.services.finding_facts import (
    ASIDE,
    BESIDE,
    SCRATCH,
    STAGE,
    SWAPPING,
    Ended,
    Facts,
    Seen,
    marker_of,
    number_in,
    number_of_name,
    staged_name,
)
from pagevoo_console.services.finding_making import RECHECK, found, retirement
from pagevoo_console.services.finding_strays import stray_findings
from pagevoo_console.services.registry import RegistryRow

_UNOWNED_RISK = "Whoever gets a database of this name next could be given what an earlier customer left in it."


def database_findings(facts: Facts, claimed: frozenset[str]) -> Iterator[Finding]:
    """Of every server; `claimed` are databases that the repair of a row gives back to their tenants."""
    named = {(_place(facts, row), row.database) for row in facts.live}
    making = {work.database for work in facts.at_work.values()}
    for seen in facts.servers.values():
        for name, mark in sorted(seen.marks.items()):
            if name == facts.connection.master_database or name in making:
                continue
            leftover = _leftover(facts, seen, mark)
            if leftover is not None:
                yield leftover
            elif {(seen.server.name, name), ("", name)} & named:
                yield from _charset(facts, seen, mark)
            elif name.startswith(BESIDE):
                yield from stray_findings(facts, seen, mark)
            elif name not in claimed:
                yield from _unowned(facts, seen, mark)


def _place(facts: Facts, row: RegistryRow) -> str:
    """The server a row means; empty, which stands for any, where that cannot be told."""
    server = facts.server_of(row)
    return "" if server is None else server.name


def _unowned(facts: Facts, seen: Seen, mark: DatabaseMark) -> Iterator[Finding]:
    tenant = facts.tenant_of(mark.name)
    if tenant is None or tenant in facts.at_work:
        return
    server = seen.server.name
    rows = [row for row in facts.rows if row.database == mark.name and _place(facts, row) in ("", server)]
    if rows:
        yield found(
            FindingKind.UNDEAD, f"{server}\0{mark.name}", tenant=tenant, database=mark.name, server=server,
            evidence=f"Row {rows[-1].id} of the registry says that {mark.name} is deleted, and it exists on {server}.",
            risk=_UNOWNED_RISK,
            repair=retirement(mark.name, mark.marker, tenant, generation=rows[-1].id, changes=[]),
        )  # fmt: skip
        return
    yield found(
        FindingKind.ORPHAN, f"{server}\0{mark.name}", tenant=tenant, database=mark.name, server=server,
        evidence=f"{mark.name} exists on {server}, and no row of the registry names it.",
        risk=_UNOWNED_RISK, repair=_adoption(facts, seen, mark, tenant),
    )  # fmt: skip


def _adoption(facts: Facts, seen: Seen, mark: DatabaseMark, tenant: str) -> Remedy:
    """Give it back where its tenant has none and it records the core's tables; else retire it."""
    record = seen.features.get(mark.name)
    core = f"{facts.platform.core_lineage}_"
    has_core = record is not None and not isinstance(record, ConsoleError) and any(
        head.startswith(core) for head in record.heads
    )  # fmt: skip
    has_row = any(row.tenant == tenant for row in facts.live)
    if tenant not in facts.tenants or has_row or not has_core:
        return retirement(mark.name, mark.marker, tenant, generation="", changes=[])
    title = f"Register {mark.name} as the database of {facts.platform.words.tenant} {tenant}"
    data = {"marker": mark.marker, "tenant": tenant, "website": _website(facts, mark, tenant), "generation": ""}
    steps = (RECHECK, Step("core", "Compare its core tables with what they should be"), Step("adopt", title))
    return Remedy(RepairAction.ADOPT, title, steps, data, is_choice=True)


def _website(facts: Facts, mark: DatabaseMark, tenant: str) -> str | None:
    """The website that it was made for, as its marker says, or the only one that it can be."""
    mine = sorted(
        facts.websites_of(tenant), key=lambda website: (not website.is_published, len(website.id), website.id)
    )
    marked = (mark.marker or "").partition("-")[2]
    if any(website.id == marked for website in mine):
        return marked
    published = [website for website in mine if website.is_published]
    if len(published) == 1 or len(mine) == 1:
        return mine[0].id
    return None


def _leftover(facts: Facts, seen: Seen, mark: DatabaseMark) -> Finding | None:
    name, server = mark.name, seen.server.name
    if name.startswith(SCRATCH):
        if mark.marker != f"scratch:{name}" or name in seen.in_use:
            return None
        return _ours(seen, mark, "Its marker says that a console made it to try a backup out, and nobody holds it.")
    if name.startswith(ASIDE):
        number = number_of_name(name)
        operation = None if number is None else facts.ended.get(number)
        if operation is None or operation.kind not in SWAPPING or operation.server != server:
            return None
        damaged = operation.evidence.get("damaged")
        why = f"it was kept because it was damaged: {damaged}" if damaged else "the restore has ended"
        repair = retirement(name, mark.marker, operation.tenant, generation="", changes=[])
        return _left(seen, name, operation.tenant, f"Operation {operation.id} put {name} aside; {why}.", repair)
    draft = facts.drafts.get(name)
    if draft is not None:
        return _ours(seen, mark, f"Operation {draft.id} was making {draft.database} under this name when it ended.")
    number = number_in(mark.marker)
    operation = None if number is None else facts.ended.get(number)
    if operation is None or not _made(operation, mark, server):
        return None
    return _ours(seen, mark, f"Its marker says that operation {operation.id} made it, which was abandoned.")


def _made(operation: Ended, mark: DatabaseMark, server: str) -> bool:
    """Whether this operation made this database, and ended without it ever having been a tenant's."""
    if operation.kind not in (OperationKind.CREATE, *SWAPPING) or operation.server != server:
        return False
    is_staged = mark.name.startswith(STAGE)
    ended = operation.is_abandoned or is_staged
    return ended and mark.name == staged_name(operation) and mark.marker == marker_of(operation)


def _ours(seen: Seen, mark: DatabaseMark, evidence: str) -> Finding:
    title = f"Drop {mark.name}, which no tenant has ever used"
    repair = Remedy(
        RepairAction.DROP_LEFTOVER, title, (RECHECK, Step("leftover", title)), {"marker": mark.marker},
        is_reversible=False,
    )  # fmt: skip
    return _left(seen, mark.name, None, evidence, repair)


def _left(seen: Seen, name: str, tenant: str | None, evidence: str, repair: Remedy) -> Finding:
    return found(
        FindingKind.LEFTOVER, f"{seen.server.name}\0{name}", tenant=tenant, database=name, server=seen.server.name,
        evidence=evidence, risk="It takes room, and holds a copy of a customer's data that nobody looks after.",
        repair=repair,
    )  # fmt: skip


def _charset(facts: Facts, seen: Seen, mark: DatabaseMark) -> Iterator[Finding]:
    administration = seen.engine.administration
    tenant = facts.tenant_of(mark.name)
    if tenant is None or tenant in facts.at_work or administration.right_charset(mark):
        return
    wanted = administration.wanted_charset
    title = f"Let new tables of {mark.name} be {' / '.join(wanted)}"
    data = {"from": [mark.charset, mark.collation], "to": list(wanted)}
    repair = Remedy(RepairAction.CHANGE_CHARSET, title, (RECHECK, Step("charset", title)), data)
    if not administration.can_change_charset:
        title = f"Back {mark.name} up and restore it: what is restored is {wanted[0]}"
        steps = (
            Step("backup", f"pagevoo-console backup create {tenant}"),
            Step("restore", f"pagevoo-console backup restore BACKUP --tenant {tenant} --confirm {mark.name}"),
        )
        repair = Remedy(RepairAction.BY_HAND, title, steps, data)
    yield found(
        FindingKind.WRONG_CHARSET, f"{seen.server.name}\0{mark.name}", tenant=tenant, database=mark.name,
        server=seen.server.name,
        evidence=f"New tables of {mark.name} are made as {mark.charset} / {mark.collation}.",
        risk="Texts in some scripts, and emoji, cannot be stored; texts compare differently than elsewhere.",
        repair=repair,
    )  # fmt: skip
