"""Tells the audit trail when a server or a tenant's database stops answering, and when it is back (edge case 3).

What the look before had found is kept in the directory, and is compared and replaced in one transaction there: each
change is told once, however many consoles of this machine look, and after a restart too. What a first look finds is no
change, and is not told.
"""

from __future__ import annotations

from collections.abc import Mapping

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.sighting import ServerSighting
from pagevoo_console.domain.text import counted
from pagevoo_console.services.audit import AuditTrail
from pagevoo_console.services.directory import Directory

FAILED = "connection.failed"
RESTORED = "connection.restored"
AT_MOST = 10
"""So many databases of a server are told of one by one; of more there is one entry, for a trail that can be read."""


class ConnectionNews:
    """Safe to call from any thread. Writes nothing where nothing has changed."""

    def __init__(self, directory: Directory, audit: AuditTrail) -> None:
        self._directory = directory
        self._audit = audit

    def server(self, before: ServerSighting | None, seen: ServerSighting, tenants: int) -> None:
        """What a scan found of a server, and what the one before had; `tenants` have their databases there."""
        if before is None or (before.problem is None) == (seen.problem is None):
            return
        after = {"server": seen.name, "tenants": tenants}
        if seen.problem is None:
            self._audit.note(RESTORED, Outcome.DONE, after=after, detail=f"{seen.name} answers again")
            return
        whose = f"the databases of {counted(tenants, 'tenant')} are out of reach: {seen.problem}"
        self._audit.note(FAILED, Outcome.FAILED, after=after, detail=f"{seen.name} does not answer, {whose}")

    def databases(self, server: str, looked: Mapping[str, str], names: Mapping[str, str]) -> None:
        """What a look into tenants' databases on a server found: why one does not answer, empty where it does.

        `names` are the databases' names by tenant.
        """
        failed, back = self._directory.record_failing(looked)
        self._told(FAILED, Outcome.FAILED, server, {tenant: looked[tenant] for tenant in failed}, names)
        self._told(RESTORED, Outcome.DONE, server, dict.fromkeys(back, "It answers again"), names)

    def _told(
        self, action: str, outcome: Outcome, server: str, details: Mapping[str, str], names: Mapping[str, str]
    ) -> None:
        if len(details) <= AT_MOST:
            for tenant, detail in details.items():
                after = {"server": server, "tenants": 1}
                self._audit.note(action, outcome, tenant=tenant, database=names[tenant], after=after, detail=detail)
            return
        first, *_ = details.values()
        after = {"server": server, "tenants": len(details), "databases": [names[tenant] for tenant in details]}
        detail = f"{counted(len(details), 'database')} of {server}; the first: {first}"
        self._audit.note(action, outcome, after=after, detail=detail)
