"""`fleet reconcile`: the registry against the servers, with a repair for each difference."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import finding_words as said
from pagevoo_console.cli.call import Call, call_of, show_steps
from pagevoo_console.cli.trash import Grace
from pagevoo_console.domain.errors import ConsoleError, NotFound, WrongUsage
from pagevoo_console.domain.finding import Finding, Findings, RepairAction, RepairOptions, RepairResult

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper

IN_PART = 4


def reconcile(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what contradicts, and how it would be mended.")
    ] = False,
    repair: Annotated[
        list[str] | None, typer.Option(metavar="FINDING", help="Carry out this repair alone; may be repeated.")
    ] = None,
    confirm: Annotated[
        list[str] | None,
        typer.Option(metavar="DATABASE_NAME", help="The name of a database that a repair removes; may be repeated."),
    ] = None,
    retire: Annotated[
        bool, typer.Option("--retire", help="Remove an orphan that could be given back, after a proved backup.")
    ] = False,
    backup_to: Annotated[Path | None, typer.Option(metavar="DIR", help="Where backups go.")] = None,
    no_backup: Annotated[bool, typer.Option("--no-backup", help="Make none; needs --reason.")] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the audit trail.")] = "",
    grace: Grace = None,
    undo: Annotated[
        str | None, typer.Option(metavar="OPERATION", help="Take back what a repair changed, by its operation.")
    ] = None,
) -> None:
    """Compare the registry with the servers and mend what contradicts.

    Without --repair it does what is neither destructive nor a choice. Exit code 4 where something is left to be done.
    """
    call = call_of(context)
    if no_backup and backup_to is not None:
        raise WrongUsage("--no-backup and --backup-to contradict each other")
    if undo is not None:
        _undo(call, undo)
        return
    reconciliation = call.console.reconciliation
    found = call.work(lambda job: reconciliation.find())
    if dry_run:
        _tell(call, found, repair or ())
        return
    options = RepairOptions(retire, backup_to, no_backup, reason, grace)
    if repair:
        results = _repair_chosen(call, found, tuple(repair), tuple(confirm or ()), options)
        left: tuple[Finding, ...] = ()
    else:
        automatic = [finding for finding in found.findings if finding.repair.is_automatic]
        if automatic and not call.agrees(f"Carry out {len(automatic)} repairs that drop nothing of a tenant's?"):
            _tell(call, found, ())
            return
        taken_up = call.work(reconciliation.take_up)
        if taken_up:
            found = call.work(lambda job: reconciliation.find())
        results = call.work(lambda job: reconciliation.repair_all(found, job))
        left = tuple(
            finding
            for finding in found.findings
            if not finding.repair.is_automatic and finding.repair.action is not RepairAction.BY_HAND
        )
    _answer(call, found, results, left)


def _repair_chosen(
    call: Call, found: Findings, wanted: tuple[str, ...], confirmations: tuple[str, ...], options: RepairOptions
) -> tuple[RepairResult, ...]:
    """One that was asked for alone is refused as any command is; of several, one that fails stops no other."""
    reconciliation = call.console.reconciliation
    chosen = []
    for finding in wanted:
        known = found.get(finding)
        if known is None:
            raise NotFound(f"There is no finding {finding}", hint="`fleet reconcile --dry-run` lists what there is.")
        planned, plan = reconciliation.plan(finding, options, found)
        given = confirmations
        if planned.repair.is_destructive and not given and call.is_attended:
            call.output.answer({}, partial(_show_one, finding=planned))
            given = (call.confirmation(str(planned.database), None),)
        chosen.append((planned, plan, given))
    results = []
    for planned, plan, given in chosen:
        try:
            results.append(call.work(partial(reconciliation.repair, planned, plan, given)))
        except ConsoleError as error:
            if len(chosen) == 1 or error.exit_code == 130:
                raise
            results.append(RepairResult(planned, None, problem=f"{error.message} {error.hint}".strip()))
    return tuple(results)


def _undo(call: Call, operation: str) -> None:
    done = call.work(lambda job: call.console.reconciliation.undo(operation, job))
    document = {"ok": True, "operation": done, "undone": operation}
    call.answer(document, lambda paper: paper.line(f"Operation {operation} is taken back"))


def _tell(call: Call, found: Findings, only: tuple[str, ...] | list[str]) -> None:
    """The dry run: what was found, or of it what was asked for."""
    shown = Findings(
        tuple(finding for finding in found.findings if not only or finding.id in only), found.at_work, found.unreachable
    )
    for name in only:
        if shown.get(name) is None:
            raise NotFound(f"There is no finding {name}", hint="`fleet reconcile --dry-run` lists what there is.")
    document = {"ok": True, "operation": None, "dry_run": True, **said.findings(shown)}
    call.answer(document, lambda paper: _show(paper, shown))


def _answer(call: Call, found: Findings, results: tuple[RepairResult, ...], left: tuple[Finding, ...]) -> None:
    failed = [result for result in results if result.problem]
    done = [result for result in results if not result.problem]
    document = {
        "ok": not failed,
        "operation": done[0].operation if len(done) == 1 else None,
        **said.findings(found),
        "repaired": [
            {"finding": result.finding.id, "operation": result.operation, "backup": result.backup} for result in done
        ],
        "failed": [{"finding": result.finding.id, "error": result.problem} for result in failed],
        "left": [finding.id for finding in left],
    }

    def show(paper: Paper) -> None:
        for result in done:
            paper.line(f"Done: {result.finding.repair.title}")
        for result in failed:
            paper.line(f"Failed: {result.finding.repair.title}: {result.problem}")
        if left:
            paper.line(f"{len(left)} more have to be asked for, each with --repair:")
            _show(paper, Findings(left))
        if not results and not left:
            paper.line("Registry and servers agree")

    call.answer(document, show)
    if failed or left or found.unreachable:
        raise typer.Exit(IN_PART)


def _show(paper: Paper, found: Findings) -> None:
    if not found.findings:
        paper.line("Registry and servers agree")
    else:
        paper.table(
            ["Finding", "Kind", "What", "Repair"],
            (
                (finding.id, finding.kind.value.replace("_", " "), finding.evidence, finding.repair.title)
                for finding in found.findings
            ),
        )
    for server, problem in found.unreachable.items():
        paper.line(f"{server} was not looked at: {problem}")
    if found.at_work:
        paper.line(f"Left out, since somebody is working on them: {', '.join(found.at_work)}")


def _show_one(paper: Paper, finding: Finding) -> None:
    paper.facts([("What", finding.evidence), ("Risk", finding.risk), ("Repair", finding.repair.title)])
    show_steps(paper, finding.repair.steps)
