"""The registry against the truth: what contradicts what, and how it is mended.

A look is read-only and takes a few queries a server however many tenants there are. What it finds is mended one by one,
each as an operation that is confirmed, audited and, but for what was dropped, reversible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pagevoo_console.domain.errors import Cancelled, ConsoleError, NotFound, Refused, Unreachable
from pagevoo_console.domain.finding import Finding, Findings, RepairAction, RepairOptions, RepairResult
from pagevoo_console.domain.operation import OperationKind, OperationState, Step
from pagevoo_console.domain.server import Server
from pagevoo_console.domain.trash import DEFAULT_GRACE_DAYS
from pagevoo_console.services.backups import Backups
from pagevoo_console.services.confirmations import ensure_typed
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.finding_databases import database_findings
from pagevoo_console.services.finding_facts import FactFinder
from pagevoo_console.services.finding_grants import grant_findings
from pagevoo_console.services.finding_indexes import index_findings
from pagevoo_console.services.finding_making import at_once, retirement
from pagevoo_console.services.finding_repairs import GONE, REPAIR, FindingRepair
from pagevoo_console.services.finding_rows import row_findings, website_findings
from pagevoo_console.services.finding_strays import trash_findings
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.lineages import Lineages
from pagevoo_console.services.master import Master
from pagevoo_console.services.operations import Operations
from pagevoo_console.services.platforms.tenancies import DatabasePerTenant
from pagevoo_console.services.registry import Registry
from pagevoo_console.services.registry_changes import reversed_change
from pagevoo_console.services.trash_moves import TRASH, TrashMoves

_WAIVED = frozenset({"backup", "verify", "compare"})


class Reconciliation:
    """Finds and mends. Safe to call from any thread."""

    def __init__(
        self,
        master: Master,
        registry: Registry,
        connections: Connections,
        tenancy: DatabasePerTenant,
        lineages: Lineages,
        operations: Operations,
        backups: Backups,
        moves: TrashMoves,
    ) -> None:
        self._master = master
        self._operations = operations
        self._facts = FactFinder(master, registry, connections, tenancy, operations, lineages)
        operations.register(FindingRepair(master, registry, connections, lineages, backups, moves, self.find))

    def find(self) -> Findings:
        """Everything that contradicts, rows first. Reads only. Raises Unreachable where no server answers."""
        facts = self._facts.facts()
        if facts.unreachable and not facts.servers:
            raise Unreachable("; ".join(facts.unreachable.values()))
        rows = tuple(row_findings(facts))
        claimed = frozenset(finding.repair.data["claims"] for finding in rows if "claims" in finding.repair.data)
        findings = (
            *rows,
            *website_findings(facts),
            *database_findings(facts, claimed),
            *trash_findings(facts),
            *grant_findings(facts),
            *index_findings(self._master),
        )
        return Findings(findings, tuple(sorted(facts.at_work)), facts.unreachable)

    def plan(
        self,
        finding: str,
        options: RepairOptions = RepairOptions(),  # noqa: B008 - frozen
        found: Findings | None = None,
    ) -> tuple[Finding, dict[str, Any]]:
        """A finding with the repair as it would be carried out, and that repair as data. Reads only.

        Raises NotFound for what is not found (any more), Refused for what is not the console's to repair.
        """
        known = (found or self.find()).get(finding)
        if known is None:
            raise NotFound(f"There is no finding {finding}", hint="`fleet reconcile --dry-run` lists what there is.")
        repair = known.repair
        if repair.action is RepairAction.BY_HAND:
            raise Refused(
                f"{repair.title}: " + "; ".join(step.title for step in repair.steps),
                code="by_hand",
                hint="The platform's own tables are never altered, and encodings are not changed in place.",
            )
        if options.retire and repair.action is RepairAction.ADOPT:
            data = repair.data
            repair = retirement(str(known.database), data["marker"], data["tenant"], generation="", changes=[])
        grace = DEFAULT_GRACE_DAYS if options.grace_days is None else options.grace_days
        if not grace and repair.action is RepairAction.RETIRE:
            repair = at_once(repair, str(known.database))
        if options.no_backup and repair.action is RepairAction.RETIRE:
            if not options.reason.strip():
                raise Refused("A removal without a backup needs a reason", code="reason_required", hint="Add --reason.")
            repair = replace(
                repair, steps=tuple(step for step in repair.steps if step.name not in _WAIVED), is_reversible=False
            )
        planned = replace(known, repair=repair)
        return planned, {
            "finding": planned.id,
            "kind": planned.kind.value,
            "action": repair.action.value,
            "steps": [[step.name, step.title, step.is_destructive] for step in repair.steps],
            "data": repair.data,
            "evidence": planned.evidence,
            "backup_to": None if options.backup_to is None else str(options.backup_to.absolute()),
            "no_backup": options.no_backup,
            "reason": options.reason,
            "grace_days": grace,
        }

    def repair(
        self, finding: Finding, plan: dict[str, Any], confirmations: Iterable[str], job: JobContext
    ) -> RepairResult:
        """Carry a repair out, or take up what a crash left of it.

        What drops a tenant's data needs the database's name among the confirmations, exactly; anything else is Refused
        and nothing happens. What has come right by itself meanwhile counts as done.
        """
        if finding.repair.is_destructive:
            name = finding.database or ""
            typed = name if finding.database in set(confirmations) else None
            ensure_typed(typed, name, f"This removes {name}")
        try:
            evidence = self._run(finding.target, finding.database or "", self._server(finding.server), plan, job)
        except Refused as error:
            if error.code != GONE:
                raise
            return RepairResult(finding, None)
        return RepairResult(finding, self._newest(finding.target), backup=evidence.get("backup"))

    def repair_all(self, findings: Findings, job: JobContext) -> tuple[RepairResult, ...]:
        """Carry out every repair that is neither destructive nor a choice; one that fails stops no other."""
        results = []
        chosen = [finding for finding in findings.findings if finding.repair.is_automatic]
        for number, finding in enumerate(chosen):
            job.progress(finding.repair.title, number, len(chosen), "repairs")
            job.check()
            try:
                planned, plan = self.plan(finding.id, found=findings)
                results.append(self.repair(planned, plan, (), job))
            except Cancelled:
                raise
            except ConsoleError as error:
                results.append(RepairResult(finding, None, problem=f"{error.message} {error.hint}".strip()))
        return tuple(results)

    def take_up(self, job: JobContext) -> tuple[str, ...]:
        """Resume the repairs that a crash left; returns their operations. One that fails is left for `resume`."""
        done = []
        for operation in self._operations.list(open_only=True):
            if operation.kind != REPAIR or operation.state is OperationState.RUNNING:
                continue
            try:
                self._operations.resume(operation.id, job)
            except Cancelled:
                raise
            except ConsoleError as error:
                job.line(f"Operation {operation.id}: {error.message}")
            else:
                done.append(operation.id)
        return tuple(done)

    def undo(self, operation: str, job: JobContext) -> str | None:
        """Restore what a repair changed in the registry, in grants or in a character set; returns the new operation.

        Raises NotFound, and Refused for what cannot be had back like that, or has changed since.
        """
        known = self._operations.get(operation)
        done = self._facts.operation(int(known.id))
        if known.kind != OperationKind.REPAIR or done is None or done.is_abandoned:
            raise Refused(f"Operation {operation} is no repair that was carried out", code="not_a_repair")
        plan = _backwards(done.plan, done.evidence)
        if plan is None and TRASH in done.evidence:
            raise Refused(
                f"What operation {operation} removed is in the trash",
                code="not_reversible",
                hint=f"`database undelete {operation}` gives it its name back.",
            )
        if plan is None:
            raise Refused(
                f"What operation {operation} dropped cannot be put back by undoing it",
                code="not_reversible",
                hint="Its backup, where there is one, can be restored: `backup list`, `backup restore`.",
            )
        self._run(known.tenant, known.database, self._server(known.server), plan, job)
        return self._newest(known.tenant)

    def _run(self, target: str, database: str, server: Server, plan: dict[str, Any], job: JobContext) -> dict[str, Any]:
        evidence: dict[str, Any] = self._operations.run(
            REPAIR, tenant=target, database=database[:190], server=server, plan=plan, job=job,
            same=lambda left: (left["finding"], left["action"]) == (plan["finding"], plan["action"]),
        )  # fmt: skip
        return evidence

    def _newest(self, target: str) -> str | None:
        found = self._operations.list(tenant=target, limit=20)
        return next((operation.id for operation in found if operation.kind == REPAIR), None)

    def _server(self, name: str) -> Server:
        servers = self._master.connection.servers
        return next((server for server in servers if server.name == name), servers[0])


def _backwards(plan: dict[str, Any], evidence: dict[str, Any]) -> dict[str, Any] | None:
    """The plan that takes a repair back, None where there is none."""
    data = plan["data"]
    back: dict[str, Any]
    match plan["action"]:
        case RepairAction.CHANGE_REGISTRY | RepairAction.ADOPT:
            changes = [reversed_change(change) for change in reversed(evidence.get("changed", []))]
            back, step = {"changes": [change for change in changes if change]}, "registry"
        case RepairAction.CHANGE_GRANT:
            back, step = {**data, "add": data["remove"], "remove": data["add"]}, "grant"
        case RepairAction.CHANGE_CHARSET:
            back, step = {**data, "from": data["to"], "to": data["from"]}, "charset"
        case _:
            return None
    action = RepairAction.CHANGE_REGISTRY.value if plan["action"] == RepairAction.ADOPT else plan["action"]
    title = Step(step, f"Take back: {plan['steps'][-1][1]}")
    return {
        **plan, "finding": f"undo:{plan['finding']}", "action": action, "data": back,
        "steps": [[title.name, title.title, False]],
    }  # fmt: skip
