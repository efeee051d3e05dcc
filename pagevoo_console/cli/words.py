"""Our types as the JSON of the contract: pure functions, one a word. Ids are texts, sizes bytes, times UTC with Z."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pagevoo_console.domain.audit import AuditEvent, AuditVerdict
from pagevoo_console.domain.backup import Backup, Verdict
from pagevoo_console.domain.database import DatabaseState, TenantDatabase
from pagevoo_console.domain.deletion import DeletionPlan
from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.domain.feature import Difference, Feature
from pagevoo_console.domain.freeze import Freeze
from pagevoo_console.domain.operation import Operation, Step
from pagevoo_console.domain.quota import FeatureUsage, Forecast, QuotaAlert, QuotaUsage, TableUsage
from pagevoo_console.domain.server import CheckResult, Connection, Server, ServerFacts
from pagevoo_console.domain.sighting import FleetSummary, TenantEntry
from pagevoo_console.domain.tenant import Tenant, Website
from pagevoo_console.domain.tier import TierPlan
from pagevoo_console.domain.website import Lock
from pagevoo_console.services.values import iso

Json = dict[str, Any]


def error(problem: ConsoleError) -> Json:
    return {"error": {"code": problem.code, "message": problem.message, "hint": problem.hint}}


def listing(noun: str, entries: Sequence[Json], total: int | None = None) -> Json:
    """A list as every command answers one; `total` where this is a page of more."""
    return {"total": len(entries) if total is None else total, noun: list(entries)}


def tenant(found: Tenant) -> Json:
    return {
        "id": found.id,
        "name": found.name,
        "email": found.email,
        "tier": found.tier,
        "status": found.status,
        "locked_to_website": found.locked_to_website,
        "database": None if found.database is None else tenant_database(found.database),
        "created_at": iso(found.created_at),
    }


def tenant_database(found: TenantDatabase) -> Json:
    return {
        "name": found.name,
        "engine": found.engine,
        "server": found.server,
        "exclusive": found.exclusive,
        "size_bytes": found.size_bytes,
        "created_at": iso(found.created_at),
        "state": found.state.value,
        "website": found.website,
        "deleted_at": iso(found.deleted_at),
        "note": found.note,
        **({} if found.frozen is None else {"frozen": freeze(found.frozen)}),
    }


def freeze(found: Freeze) -> Json:
    return {"since": iso(found.since), "reason": found.reason.value, "by": found.by}


def entry(found: TenantEntry) -> Json:
    """A tenant as the directory holds it: a Tenant, and what was last seen of it."""
    return {
        "id": found.id,
        "name": found.name,
        "email": found.email,
        "tier": found.tier,
        "status": found.status,
        "locked_to_website": found.locked_to_website,
        "database": _entry_database(found),
        "created_at": iso(found.created_at),
        "domain": found.domain,
        "published": found.is_published,
        "used": found.used,
        "limit": found.limit,
        "level": None if found.level is None else found.level.value,
        "features": list(found.features),
        "seen_at": iso(found.seen_at),
        "backup_at": iso(found.backup_at),
        "proved_at": iso(found.proved_at),
    }


def _entry_database(found: TenantEntry) -> Json | None:
    if found.database is None:
        return None
    return {
        "name": found.database,
        "engine": found.engine,
        "server": found.server,
        "exclusive": True,
        "size_bytes": found.allocated,
        "created_at": iso(found.database_created_at),
        "state": (found.state or DatabaseState.UNREACHABLE).value,
        "note": found.note,
        **({} if found.frozen is None else {"frozen": freeze(found.frozen)}),
    }


def website(found: Website) -> Json:
    return {
        "id": found.id,
        "name": found.name,
        "domain": found.domain,
        "published": found.is_published,
        "has_database": found.has_database,
        "created_at": iso(found.created_at),
    }


def lock(found: Lock) -> Json:
    return {
        "action": found.action,
        "allowed": found.allowed,
        "why": found.why,
        "way_out": found.way_out,
        "code": found.code,
    }


def feature(found: Feature) -> Json:
    return {
        "name": found.name,
        "title": found.title,
        "state": found.state.value,
        "revision": found.revision,
        "head": found.head,
        "tables": list(found.tables),
        "allowed": found.allowed,
        "description": found.description,
        "requires": list(found.requires),
        "disabled_by": None if found.disabled_by is None else found.disabled_by.value,
    }


def difference(found: Difference) -> Json:
    return {
        "table": found.table,
        "kind": found.kind,
        "detail": found.detail,
        "feature": found.feature,
        "repairable": found.is_repairable,
        "why": found.why,
    }


def quota(found: QuotaUsage) -> Json:
    return {
        "quota": found.quota,
        "used": found.used,
        "limit": found.limit,
        "unit": found.unit,
        "level": found.level.value,
        "runs_out_at": iso(found.runs_out_at),
        "runs_out_in_days": None if found.forecast is None else days(found.forecast),
        "title": found.title,
        "measured_at": iso(found.measured_at),
        "exact": found.exact,
    }


def days(found: Forecast) -> Json:
    return {
        "low": round(found.low, 1),
        "likely": round(found.likely, 1),
        "high": None if found.high is None else round(found.high, 1),
    }


def table_usage(found: TableUsage, measured_at: datetime) -> Json:
    return {
        "table": found.name,
        "feature": found.feature,
        "rows": found.rows_estimated,
        "rows_exact": False,
        "size_bytes": found.allocated,
        "used": found.used,
        "exact": found.exact,
        "measured_at": iso(measured_at),
    }


def feature_usage(found: FeatureUsage, measured_at: datetime) -> Json:
    return {
        "feature": found.feature,
        "title": found.title,
        "tables": found.tables,
        "rows": found.rows_estimated,
        "used": found.used,
        "exact": found.exact,
        "measured_at": iso(measured_at),
    }


def alert(found: QuotaAlert) -> Json:
    return {
        "tenant": found.tenant,
        "quota": found.quota,
        "threshold": found.threshold,
        "used": found.used,
        "limit": found.limit,
        "raised_at": iso(found.raised_at),
    }


def quota_not_measured(found: QuotaUsage) -> Json:
    """A limit of which nobody knows how much is used: it has no level, so that it is no QuotaUsage of the contract."""
    return {"quota": found.quota, "limit": found.limit, "unit": found.unit, "title": found.title}


def backup(found: Backup) -> Json:
    return {
        "id": found.id,
        "tenant": found.tenant,
        "database": found.database,
        "generation": found.generation,
        "path": found.where,
        "place": found.place or None,
        "size_bytes": found.size_bytes,
        "created_at": iso(found.created_at),
        "sha256": found.sha256,
        "encrypted": found.encrypted,
        "verified_at": iso(found.verified_at),
        "tables": dict(found.tables),
        "engine": found.engine,
    }


def verdict(found: Verdict) -> Json:
    return {
        "ok": found.ok,
        "quick": found.quick,
        "tables": [
            {"name": table.name, "rows": table.rows, "matches": table.matches, "problem": table.problem}
            for table in found.tables
        ],
        "problems": list(found.problems),
        "verified_at": iso(found.verified_at),
    }


def step(found: Step) -> Json:
    return {"name": found.name, "title": found.title, "destructive": found.is_destructive}


def deletion_plan(plan: DeletionPlan) -> Json:
    return {
        "tenant": plan.request.tenant,
        "tenant_name": plan.tenant_name,
        "tenant_email": plan.tenant_email,
        "database": tenant_database(plan.database),
        "server": plan.server_address,
        "tables": plan.tables,
        "rows_estimated": plan.rows,
        "rows": plan.radius.rows,
        "rows_exact": plan.radius.rows_exact,
        "last_write": iso(plan.radius.last_write),
        "open_orders": plan.radius.open_orders,
        "open_bookings": plan.radius.open_bookings,
        "grace_days": plan.grace_days,
        "purge_after": iso(plan.purge_after),
        "size_bytes": plan.size_bytes,
        "sessions": plan.sessions,
        "websites_unpublished": list(plan.websites_unpublished),
        "newest_proved_backup": iso(plan.newest_proved_backup),
        "steps": [step(one) for one in plan.steps],
        "warnings": list(plan.warnings),
    }


def operation(found: Operation) -> Json:
    return {
        "id": found.id,
        "kind": found.kind,
        "tenant": found.tenant,
        "database": found.database,
        "server": found.server,
        "state": found.state.value,
        "step": found.step,
        "owner": found.owner,
        "created_at": iso(found.created_at),
        "heartbeat_at": iso(found.heartbeat_at),
        "finished_at": iso(found.finished_at),
        "silent": found.is_silent,
        "error": found.error,
    }


def tier_plan(plan: TierPlan) -> Json:
    return {
        "ok": True,
        "operation": None,
        "dry_run": True,
        "tenant": plan.tenant,
        "from": plan.from_tier,
        "to": plan.to_tier,
        "disables": list(plan.disables),
        "enables": list(plan.enables),
        "breaks": [quota(usage) for usage in plan.breaks],
        "message": plan.message,
        "steps": [step(one) for one in plan.steps],
        "warnings": list(plan.warnings),
    }


def event(found: AuditEvent) -> Json:
    return {
        "seq": found.seq,
        "at": found.at,
        "actor": found.actor,
        "host": found.host,
        "action": found.action,
        "tenant": found.tenant,
        "database": found.database,
        "outcome": found.outcome.value,
        "operation": found.operation,
        "before": found.before,
        "after": found.after,
        "detail": found.detail,
        "version": found.version,
        "previous_hash": found.previous_hash,
        "hash": found.hash,
    }


def audit_verdict(found: AuditVerdict) -> Json:
    return {
        "ok": found.ok,
        "checked": found.checked,
        "first_bad": found.first_bad,
        "problem": found.problem,
        "witnesses": found.witnesses,
    }


def check(found: CheckResult) -> Json:
    return {
        "reachable": found.reachable,
        "latency_ms": found.latency_ms,
        "server_version": found.server_version,
        "problem": found.problem,
        "hint": found.hint,
        "steps": [{"layer": one.layer, "ok": one.ok, "detail": one.detail, "hint": one.hint} for one in found.steps],
    }


def server(found: Server) -> Json:
    """Where it is and who logs in there; the name of the credential, never a secret."""
    return {
        "name": found.name,
        "engine": found.engine,
        "address": found.address,
        "user": found.user,
        "tls": found.effective_tls.value,
    }


def server_facts(found: ServerFacts, at: Server) -> Json:
    return {
        **server(at),
        "version": found.version,
        "product": found.product,
        "identity": found.identity,
        "read_only": found.is_read_only,
        "warnings": list(found.warnings),
    }


def connection(found: Connection) -> Json:
    return {
        "name": found.name,
        "platform": found.platform,
        "environment": found.environment.value,
        "master": {**server(found.master), "database": found.master_database},
        "servers": [server(one) for one in found.tenant_servers],
    }


def fleet(found: FleetSummary) -> Json:
    return {
        "databases": found.databases,
        "size_bytes": found.size_bytes,
        "by_state": dict(found.by_state),
        "orphans": [orphan.name for orphan in found.orphans],
        "missing": list(found.missing),
        "near": list(found.near),
        "over": list(found.over),
        "unreachable": list(found.unreachable),
        "outdated": list(found.outdated),
        "tenants": found.tenants,
        "by_tier": dict(found.by_tier),
        "published_without_database": list(found.published_without_database),
        "without_backup": found.without_backup,
        "servers": [
            {
                "name": one.name,
                "engine": one.engine,
                "databases": one.databases,
                "seen_at": iso(one.seen_at),
                "problem": one.problem,
            }
            for one in found.servers
        ],
        "scanned_at": iso(found.scanned_at),
    }
