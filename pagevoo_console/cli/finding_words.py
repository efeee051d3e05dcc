"""Findings, servers' health and accounts as JSON: pure functions, one a word."""

from __future__ import annotations

from typing import Any

from pagevoo_console.cli import words
from pagevoo_console.domain.account import TenantAccount
from pagevoo_console.domain.finding import Finding, Findings
from pagevoo_console.domain.health import ServerHealth

Json = dict[str, Any]


def finding(found: Finding) -> Json:
    return {
        "id": found.id,
        "kind": found.kind.value,
        "tenant": found.tenant,
        "database": found.database,
        "server": found.server or None,
        "evidence": found.evidence,
        "risk": found.risk,
        "repair": {
            "action": found.repair.action.value,
            "title": found.repair.title,
            "steps": [words.step(step) for step in found.repair.steps],
            "destructive": found.repair.is_destructive,
            "reversible": found.repair.is_reversible,
            "automatic": found.repair.is_automatic,
        },
    }


def findings(found: Findings) -> Json:
    return {
        **words.listing("findings", [finding(one) for one in found.findings]),
        "counts": found.counts,
        "at_work": list(found.at_work),
        "unreachable": [{"server": server, "problem": problem} for server, problem in found.unreachable.items()],
    }


def server_health(found: ServerHealth) -> Json:
    limits = found.limits
    return {
        "name": found.name,
        "engine": found.engine,
        "address": found.address,
        "holds_tenants": found.holds_tenants,
        "problem": found.problem or None,
        "product": found.product or None,
        "version": found.version or None,
        "read_only": found.is_read_only,
        "known_problems": [
            {"code": one.code, "title": one.title, "advice": one.advice} for one in found.known_problems
        ],
        "warnings": list(found.warnings),
        "databases": {"used": found.databases, "limit": found.database_limit},
        "connections": {
            "max": None if limits is None else limits.max_connections,
            "in_use": None if limits is None else limits.connections,
            "ours": None if limits is None else limits.our_connections,
        },
        "disk": {
            "free_bytes": None if limits is None else limits.free_bytes,
            "why": None if limits is None else limits.why_no_disk or None,
        },
        "charset": None if limits is None else limits.charset,
        "collation": None if limits is None else limits.collation,
        "collation_ok": None if limits is None else limits.is_collation_right,
        "privileges": dict(found.privileges),
        "missing_privileges": list(found.missing_privileges),
        "grant_statement": found.grant_statement or None,
        "time_skew_seconds": None if found.clock_skew is None else round(found.clock_skew, 3),
    }


def account(found: TenantAccount) -> Json:
    return {
        "tenant": found.tenant,
        "database": found.database,
        "server": found.server,
        "account": {"name": found.name, "host": found.host or None, "exists": found.exists},
        "own": found.exists,
        "isolated": found.is_isolated,
        "serves_all": None if found.is_isolated else found.serves_all,
        "possible": not found.why_not,
        "why_not": found.why_not or None,
        "lacks": list(found.lacks),
        "reaches": list(found.reaches),
        "note": note(found),
    }


def note(found: TenantAccount) -> str:
    """Plainly, how this tenant is kept apart from the others."""
    if found.why_not:
        return f"{found.why_not} Nothing but file permissions keeps {found.database} apart."
    if not found.exists:
        return (
            f"No account of its own: {found.serves_all!r} serves all, so whoever has its password has every tenant."
            f" `account create {found.tenant}` makes one for {found.database} alone."
        )
    if found.reaches:
        return f"{found.name} reaches more than its own database: {', '.join(found.reaches)}."
    if found.lacks:
        return f"{found.name} lacks some of its grants; `account create {found.tenant}` gives them."
    return f"{found.name} has exactly the grants it needs on {found.database}, and reads nothing of any other tenant."
