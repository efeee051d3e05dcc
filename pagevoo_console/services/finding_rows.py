"""Findings in the registry's rows and in the websites: each row against its tenant, its name, its server, its website.

A row is data: what it names is compared, never followed. Every repair here changes rows, and keeps their old values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pagevoo_console.domain.finding import Finding, FindingKind, Remedy, RepairAction
from pagevoo_console.domain.operation import Step
from pagevoo_console.domain.tenant import Website
from pagevoo_console.services.finding_facts import Facts
from pagevoo_console.services.finding_making import RECHECK, REGISTRY, found, retirement, shown
from pagevoo_console.services.registry import RegistryRow

Change = dict[str, Any]


def row_findings(facts: Facts) -> Iterator[Finding]:
    """What is wrong with live rows. Tenants that somebody works on are left out."""
    by_tenant: dict[str, list[RegistryRow]] = {}
    for row in facts.live:
        by_tenant.setdefault(row.tenant, []).append(row)
    named: dict[str, list[RegistryRow]] = {}
    for row in facts.live:
        named.setdefault(row.database, []).append(row)
    for tenant, rows in by_tenant.items():
        if tenant in facts.at_work:
            continue
        if tenant not in facts.tenants:
            yield from (_of_nobody(facts, row) for row in rows)
            continue
        kept = max(rows, key=lambda row: _worth(facts, row))
        yield from (_surplus(facts, row, kept) for row in rows if row is not kept)
        yield from _row(facts, kept, named[kept.database])


def website_findings(facts: Facts) -> Iterator[Finding]:
    """Websites that are published although no database is theirs."""
    rows: dict[str, list[RegistryRow]] = {}
    for row in facts.live:
        rows.setdefault(row.tenant, []).append(row)
    for website in facts.websites.values():
        if website.is_published and website.tenant not in facts.at_work:
            mine = rows.get(website.tenant, [])
            if not any(_serves(facts, row, website) for row in mine):
                yield _published(facts, website, mine)


def deleting(facts: Facts, row: RegistryRow, kept: RegistryRow | None = None) -> list[Change]:
    """The changes that make a row a deleted one and leave no website published without a database."""
    registry = facts.platform.registry
    assert registry is not None
    changes: list[Change] = [{"row": row.id, "set": {"status": [row.status, registry.deleted], "deleted_at": "now"}}]
    if facts.platform.lifecycle.delete_unpublishes:
        changes += [
            unpublishing(website)
            for website in facts.websites_of(row.tenant)
            if website.is_published and (kept is None or not _serves(facts, kept, website))
        ]
    return changes


def unpublishing(website: Website) -> Change:
    return {"website": website.id, "tenant": website.tenant, "published": [True, False]}


def _worth(facts: Facts, row: RegistryRow) -> tuple[bool, bool, bool, int, str]:
    """Which of two live rows of a tenant is rather the right one."""
    website = facts.websites.get(row.website or "")
    is_right = row.database == facts.tenancy.database_name(row.tenant)
    is_own = website is not None and website.tenant == row.tenant
    return is_right, is_own, website is not None and is_own and website.is_published, len(row.id), row.id


def _serves(facts: Facts, row: RegistryRow, website: Website) -> bool:
    """Whether this row's database may be this website's: it is bound to it, or to none that is the tenant's own."""
    bound = facts.websites.get(row.website or "")
    return bound is None or bound.tenant != row.tenant or bound.id == website.id


def _row(facts: Facts, row: RegistryRow, same_name: list[RegistryRow]) -> Iterator[Finding]:
    seen = facts.seen_of(row)
    server = facts.server_of(row)
    expected = facts.tenancy.database_name(row.tenant)
    if row.database != expected:
        yield _misnamed(facts, row, expected, same_name)
    elif seen is not None and expected not in seen.marks:
        yield found(
            FindingKind.GHOST, row.id, tenant=row.tenant, database=expected, server=seen.server.name,
            evidence=f"Row {row.id} of the registry says that {expected} is {row.status}, and there is no such database"
            f" on {seen.server.name}.",
            risk="The tenant can neither use a database nor create one, and a published website shows errors.",
            repair=_marking(facts, row, f"Mark row {row.id} deleted: its database does not exist"),
        )  # fmt: skip
        return
    website = facts.websites.get(row.website or "")
    if row.website is not None and (website is None or website.tenant != row.tenant):
        whose = "does not exist" if website is None else f"belongs to {website.tenant}"
        yield found(
            FindingKind.WEBSITE_OF_ANOTHER, row.id, tenant=row.tenant, database=expected,
            server="" if server is None else server.name,
            evidence=f"Row {row.id} of the registry binds {expected} to website {row.website}, which {whose}.",
            risk="Deleting this database would unpublish, and its lock would hold, a website that is somebody else's.",
            repair=_changing(f"Unbind row {row.id} from website {row.website}",
                             [{"row": row.id, "set": {"website": [row.website, None]}}]),
        )  # fmt: skip


def _misnamed(facts: Facts, row: RegistryRow, expected: str, same_name: list[RegistryRow]) -> Finding:
    owner = facts.tenant_of(row.database)
    seen = facts.seen_of(row)
    server = "" if seen is None else seen.server.name
    sharers = [other for other in same_name if other.tenant != row.tenant]
    is_expected_there = seen is not None and expected in seen.marks
    if is_expected_there:
        repair = _changing(
            f"Let row {row.id} name {expected}, which exists and is this tenant's",
            [{"row": row.id, "set": {"database": [row.database, expected]}}], claims=expected,
        )  # fmt: skip
    else:
        repair = _marking(
            facts, row, f"Mark row {row.id} deleted: this tenant has no database, and what it names stays untouched",
            is_choice=True,
        )  # fmt: skip
    says = f"Row {row.id} of the registry says that {shown(row.database)} is the database of {row.tenant}"
    is_system = row.database in facts.master_engine.system_databases or row.database == facts.connection.master_database
    if owner is None or is_system or facts.master_engine.name_problem(row.database):
        return found(
            FindingKind.FOREIGN_NAME, row.id, tenant=row.tenant, database=expected, server=server,
            evidence=f"{says}, which is the name of no tenant's database.",
            risk="Whatever works by this row alone would read, or drop, something that is no tenant's.", repair=repair,
        )  # fmt: skip
    if sharers:
        others = ", ".join(f"row {other.id} of {other.tenant}" for other in sharers)
        return found(
            FindingKind.SHARED, row.id, tenant=row.tenant, database=expected, server=server,
            evidence=f"{says}, and {others} names it too.",
            risk="Two customers see, change and delete the same data.", repair=repair,
        )  # fmt: skip
    return found(
        FindingKind.WRONG_OWNER, row.id, tenant=row.tenant, database=expected, server=server,
        evidence=f"{says}, but by its name it is {owner}'s.",
        risk="One customer is shown another's data; deleting the one would drop the other's.", repair=repair,
    )  # fmt: skip


def _surplus(facts: Facts, row: RegistryRow, kept: RegistryRow) -> Finding:
    server = facts.server_of(row)
    return found(
        FindingKind.TWO_ACTIVE, row.id, tenant=row.tenant, database=facts.tenancy.database_name(row.tenant),
        server="" if server is None else server.name,
        evidence=f"Row {row.id} of the registry ({shown(row.database)}, website {row.website or 'none'}) is live beside"
        f" row {kept.id} ({shown(kept.database)}, website {kept.website or 'none'}); a tenant has one database.",
        risk="Which website the tenant is locked to, and which database is theirs, depends on who asks.",
        repair=_changing(
            f"Keep row {kept.id} and mark row {row.id} deleted", deleting(facts, row, kept), is_choice=True
        ),
    )  # fmt: skip


def _of_nobody(facts: Facts, row: RegistryRow) -> Finding:
    word = facts.platform.words.tenant
    seen = facts.seen_of(row)
    expected = facts.tenancy.database_name(row.tenant)
    is_there = seen is not None and row.database == expected and expected in seen.marks
    changes = deleting(facts, row)
    if is_there and seen is not None:
        repair = retirement(expected, seen.marks[expected].marker, row.tenant, generation=row.id, changes=changes)
    else:
        repair = _changing(f"Mark row {row.id} deleted: its {word} is gone", changes)
    return found(
        FindingKind.NO_SUCH_TENANT, row.id, tenant=row.tenant, database=expected,
        server="" if seen is None else seen.server.name,
        evidence=f"Row {row.id} of the registry is live for {word} {shown(row.tenant)}, and there is no such {word}.",
        risk="Nobody is answerable for this data; no gesture on a tenant reaches it.", repair=repair,
    )  # fmt: skip


def _published(facts: Facts, website: Website, rows: list[RegistryRow]) -> Finding:
    words = facts.platform.words
    why = f"{words.tenant} {website.tenant} has no database"
    if rows:
        why = f"the database of {words.tenant} {website.tenant} is bound to website {rows[-1].website}"
    return found(
        FindingKind.PUBLISHED_WITHOUT_DATABASE, website.id, tenant=website.tenant, database=None, server="",
        evidence=f"Website {website.id} ({shown(website.domain or website.name)}) is published, and {why}.",
        risk="Visitors see errors wherever the website needs its database.",
        repair=_changing(f"Unpublish website {website.id}", [unpublishing(website)]),
    )  # fmt: skip


def _marking(facts: Facts, row: RegistryRow, title: str, *, is_choice: bool = False) -> Remedy:
    return _changing(title, deleting(facts, row), is_choice=is_choice)


def _changing(title: str, changes: list[Change], *, is_choice: bool = False, claims: str = "") -> Remedy:
    steps = (RECHECK, Step(REGISTRY, title))
    data: dict[str, Any] = {"changes": changes}
    if claims:
        data["claims"] = claims
    return Remedy(RepairAction.CHANGE_REGISTRY, title, steps, data, is_choice=is_choice or bool(claims))
