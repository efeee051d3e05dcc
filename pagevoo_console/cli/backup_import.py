"""`backup import`: a dump that another tool made, looked through first and then carried out beside what is live."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pagevoo_console.cli import formats, words
from pagevoo_console.cli.call import call_of, show_steps
from pagevoo_console.cli.columns import Right
from pagevoo_console.cli.database import newest_operation
from pagevoo_console.cli.refresh import look
from pagevoo_console.cli.trash import Grace

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.domain.dump_xray import DumpXray
    from pagevoo_console.services.imports import ImportPlan

_TREATED = {
    "kept": "kept",
    "replaced": "replaces",
    "rewritten": "rewritten",
    "left_out": "left out",
    "refused": "refuses the file",
}


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The dump: plain, gzip, bzip2, xz, zstd or zip.")],
    tenant: Annotated[str, typer.Option(metavar="ID", help="The tenant whose database it becomes.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what the file would do, and do nothing.")] = False,
    confirm: Annotated[str | None, typer.Option(metavar="DATABASE_NAME", help="What is replaced, exactly.")] = None,
    grace: Grace = None,
    website: Annotated[
        str | None, typer.Option(metavar="WID", help="The website, for a tenant that never had a database.")
    ] = None,
) -> None:
    """Import a dump that another tool made; --dry-run x-rays it. What is live is untouched until the swap."""
    call = call_of(context)
    console = call.console
    plan = call.work(lambda job: console.imports.plan(file, tenant, job, website, grace))
    document = {
        "ok": True, "operation": None, "tenant": tenant, "database": plan.database, "server": plan.server,
        "mode": plan.mode.value,
    }  # fmt: skip
    if dry_run:
        told = {**document, "dry_run": True, "steps": [words.step(step) for step in plan.steps], **described(plan.xray)}
        call.answer(told, lambda paper: _show_plan(paper, plan))
        return
    from pagevoo_console.services.imports import ensure_importable

    ensure_importable(plan.xray)
    confirmation = confirm
    if plan.needs_confirmation:
        if confirm is None and call.is_attended:
            call.output.answer({}, lambda paper: _show_plan(paper, plan))
        confirmation = call.confirmation(plan.database, confirm)
    done = call.work(lambda job: console.imports.run(plan, confirmation, job))
    look(call, tenant)
    told = {
        **document, "operation": newest_operation(call, tenant, "backup.import"), "rows": done["rows"],
        "statements": done["statements"], "left_out": plan.xray.left_out, "rewritten": plan.xray.rewritten,
    }  # fmt: skip
    text = f"{file} is imported in {plan.database}: {formats.count(done['rows'])} rows"
    call.answer(told, lambda paper: paper.line(text))


def described(xray: DumpXray) -> dict[str, Any]:
    """An x-ray as JSON: the file, what it is, what it makes, and what was found, the gravest first."""
    return {
        "importable": not xray.refusals,
        "file": {
            "path": xray.file.path, "size_bytes": xray.file.size_bytes, "compression": xray.file.compression or None,
            "text_bytes": xray.file.text_bytes, "lines": xray.file.lines, "sha256": xray.file.sha256,
        },
        "dump": {
            "engine": xray.engine, "tool": xray.tool or None, "tool_version": xray.tool_version or None,
            "server_version": xray.server_version or None, "character_set": xray.character_set or None,
            "databases": list(xray.databases), "statements": xray.statements, "left_out": xray.left_out,
            "rewritten": xray.rewritten, "rows": xray.rows,
        },
        "objects": [
            {"kind": one.kind, "name": one.name, "line": one.line, "rows": one.rows, "size_bytes": one.size_bytes}
            for one in xray.objects
        ],
        "findings": [
            {
                "topic": one.topic.value, "action": one.treatment.value, "line": one.line or None, "count": one.count,
                "text": one.text,
            }
            for one in xray.findings
        ],
    }  # fmt: skip


def _show_plan(paper: Paper, plan: ImportPlan) -> None:
    xray = plan.xray
    made = xray.tool or "an unknown tool"
    paper.facts(
        [
            ("File", xray.file.path), ("Size", formats.size(xray.file.text_bytes)),
            ("Made by", f"{made} {xray.tool_version}".rstrip()), ("From server", xray.server_version or "not said"),
            ("Becomes", plan.database), ("Statements", formats.count(xray.statements)),
            ("Left out", formats.count(xray.left_out)), ("Rows, about", formats.count(xray.rows)),
        ]
    )  # fmt: skip
    paper.table(
        ["Kind", "Name", Right("Rows, about"), Right("Size")],
        (
            (one.kind, one.name, formats.count(one.rows), formats.size(one.size_bytes))
            for one in xray.objects
        ),
    )  # fmt: skip
    if xray.findings:
        paper.table(
            ["The import", Right("Line"), Right("Times"), "Found"],
            ((_TREATED[one.treatment], one.line or "", one.count, one.text) for one in xray.findings),
        )
    if xray.refusals:
        paper.line("Nothing of this file is imported")
    else:
        show_steps(paper, plan.steps)
