r"""Findings among grants and accounts: patterns that mean more databases than their name, and grants on what is gone.

`_` and `%` are wildcards in a grant: one on `pagevoo_website_1` lets its account into `pagevooXwebsite_1` as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pagevoo_console.domain.finding import Finding, FindingKind, Remedy, RepairAction
from pagevoo_console.domain.operation import Step
from pagevoo_console.services.engines.administration import DatabaseGrant
from pagevoo_console.services.finding_facts import Facts, Seen
from pagevoo_console.services.finding_making import RECHECK, found, shown

_MANY = 100


def grant_findings(facts: Facts) -> Iterator[Finding]:
    """Of every server whose engine has grants or accounts that outlive a database."""
    for seen in facts.servers.values():
        forsaken = list(_forsaken(facts, seen))
        yield from (finding for _, finding in forsaken)
        accounts = {account for account, _ in forsaken}
        for grant in seen.grants:
            if (grant.account, grant.host) not in accounts:
                yield from _grant(facts, seen, grant)


def _forsaken(facts: Facts, seen: Seen) -> Iterator[tuple[tuple[str, str], Finding]]:
    """Tenants' own accounts, proved ours by the operation that made them, whose tenants have no database any more."""
    makers = {
        (one.plan["account"], one.plan["host"]): one
        for one in facts.account_makers
        if one.server == seen.server.name and not one.is_abandoned
    }
    served = {row.tenant for row in facts.live}
    for account in seen.accounts:
        maker = makers.get(account)
        if maker is None or maker.tenant in served or maker.tenant in facts.at_work:
            continue
        title = f"Drop the account {account[0]} with its grants"
        repair = Remedy(
            RepairAction.DROP_ACCOUNT, title, (RECHECK, Step("account", title)),
            {"account": account[0], "host": account[1]}, is_reversible=False,
        )  # fmt: skip
        yield account, found(
            FindingKind.STALE_GRANT, f"{seen.server.name}\0account\0{account[0]}\0{account[1]}", tenant=maker.tenant,
            database=maker.database, server=seen.server.name,
            evidence=f"Operation {maker.id} made the account {account[0]} for {maker.tenant}, whose database is gone.",
            risk="Whoever knows its password gets into the next database of that name.", repair=repair,
        )  # fmt: skip


def _grant(facts: Facts, seen: Seen, grant: DatabaseGrant) -> Iterator[Finding]:
    literal = grant.literal
    tenant = facts.tenant_of(literal)
    if tenant in facts.at_work or not literal.strip("%_"):
        return
    who = f"{grant.account}@{grant.host}" if grant.host else grant.account
    subject = f"{seen.server.name}\0{who}\0{grant.pattern}"
    if "%" not in literal and tenant is not None and literal not in seen.marks:
        yield found(
            FindingKind.STALE_GRANT, subject, tenant=tenant, database=literal, server=seen.server.name,
            evidence=f"{shown(who)} has {len(grant.privileges)} privileges on {shown(grant.pattern)}, which does not"
            f" exist on {seen.server.name}.",
            risk="Whoever gets the next database of that name shares it with this account.",
            repair=_changing(f"Take them from {shown(who)}", grant, [], is_choice=False),
        )  # fmt: skip
    elif grant.has_wildcard:
        yield from _wildcard(facts, seen, grant, subject, who)


def _wildcard(facts: Facts, seen: Seen, grant: DatabaseGrant, subject: str, who: str) -> Iterator[Finding]:
    literal = grant.literal
    others = [name for name in grant.meant(seen.marks) if name != literal]
    add, is_choice = _narrowed(facts, seen, grant, others)
    if add == [grant.pattern] or not (others or facts.tenant_of(literal) is not None):
        return
    means = f"{len(others)} others now" if len(others) > 3 else ", ".join(map(shown, others)) or "none other now"
    yield found(
        FindingKind.WILDCARD_GRANT, subject, tenant=_owner(facts, literal), database=literal, server=seen.server.name,
        evidence=f"{shown(who)} has privileges on the pattern {shown(grant.pattern)}, which means {means} and whatever"
        " else will be called alike.",
        risk="The account gets into databases that it was never meant for.",
        repair=_changing(
            f"Grant {shown(who)} the same on {', '.join(map(shown, add[:3])) or 'nothing'}"
            f"{' …' if len(add) > 3 else ''} and take {shown(grant.pattern)} away",
            grant, add, is_choice=is_choice,
        ),
    )  # fmt: skip


def _narrowed(facts: Facts, seen: Seen, grant: DatabaseGrant, others: list[str]) -> tuple[list[str], bool]:
    """What the grant was meant to be, and whether that is a guess. The grant itself where it is meant like that."""
    literal = grant.literal
    exact = seen.engine.administration.pattern_of
    before, _, after = facts.platform.database_pattern.partition("{tenant}")
    if literal in seen.marks or "%" not in literal:
        return [exact(literal)], False
    if literal == f"{before}%{after}":
        return [f"{exact(before)}%{exact(after)}"], False
    if literal.rstrip("%") in seen.marks:
        return [exact(literal.rstrip("%"))], True
    return [exact(name) for name in others[:_MANY]], True


def _owner(facts: Facts, literal: str) -> str | None:
    tenant = facts.tenant_of(literal)
    return tenant if tenant in facts.tenants else None


def _changing(title: str, grant: DatabaseGrant, add: list[str], *, is_choice: bool) -> Remedy:
    data: dict[str, Any] = {
        "account": grant.account, "host": grant.host, "privileges": list(grant.privileges),
        "grantable": grant.is_grantable, "remove": [grant.pattern], "add": add,
    }  # fmt: skip
    return Remedy(RepairAction.CHANGE_GRANT, title, (RECHECK, Step("grant", title)), data, is_choice=is_choice)
