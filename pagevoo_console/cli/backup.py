"""`backup`: faithful dumps, proved by restoring them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import backup_key, backup_place, formats, words
from pagevoo_console.cli.backup_import import import_
from pagevoo_console.cli.backup_opening import IdentityFile, PassphraseStdin, passphrase_of_stdin, use_keys
from pagevoo_console.cli.backup_place import fetch, place_of
from pagevoo_console.cli.backup_prune import prune
from pagevoo_console.cli.call import Call, call_of, show_steps
from pagevoo_console.cli.columns import Right
from pagevoo_console.cli.database import Id, newest_operation
from pagevoo_console.cli.refresh import look
from pagevoo_console.cli.trash import Grace
from pagevoo_console.domain.backup import Verdict
from pagevoo_console.domain.errors import Corrupt, WrongUsage
from pagevoo_console.domain.piece import Piece, read_piece
from pagevoo_console.domain.place import is_place, read_place
from pagevoo_console.services.values import iso

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.domain.backup import Backup
    from pagevoo_console.services.jobs import JobContext

app = typer.Typer(help="Backups and restores.")
app.command("import")(import_)
app.command()(prune)
app.command()(fetch)
app.add_typer(backup_place.app, name="place")
app.add_typer(backup_key.app, name="key")
Name = Annotated[str, typer.Argument(metavar="BACKUP", help="A backup's id, or the path or s3:// URL of its file.")]


@app.command()
def create(
    context: typer.Context,
    tenant: Id,
    to: Annotated[str | None, typer.Option(metavar="DIR|URL", help="Where it goes: a folder, or s3://…")] = None,
    recipient: Annotated[
        list[str] | None, typer.Option(metavar="AGE_KEY", help="Encrypt for this public key; can be given again.")
    ] = None,
    passphrase_stdin: PassphraseStdin = False,
) -> None:
    """Back up a tenant's database, encrypted where that is asked for."""
    call = call_of(context)
    console = call.console
    passphrase = passphrase_of_stdin() if passphrase_stdin else None
    sealing = console.backups.keys.sealing(recipient or (), passphrase)
    place = place_of(to)
    folder = None if to is None or place is not None else Path(to)

    def work(job: JobContext) -> tuple[Backup, str | None]:
        if place is None:
            return console.backups.create(tenant, job, folder, sealing), None
        console.places.ensure_usable(place)
        backup = console.backups.create(tenant, job, None, sealing)
        return backup, console.places.send(backup, place, job)

    made, url = call.work(work)
    look(call, tenant)
    document = {"ok": True, "operation": None, "backup": words.backup(made), "place": url}

    def show(paper: Paper) -> None:
        paper.facts(
            [
                ("Backup", made.id), ("File", made.path), *([("Place", url)] if url else []),
                ("Size", formats.size(made.size_bytes)),
                ("Encrypted", "yes" if made.encrypted else "no"),
                ("Tables", len(made.tables)), ("Rows", formats.count(sum(made.tables.values()))),
            ]
        )  # fmt: skip

    call.answer(document, show)


@app.command()
def verify(
    context: typer.Context,
    backup: Name,
    quick: Annotated[bool, typer.Option("--quick", help="Compare checksums only.")] = False,
    identity: IdentityFile = None,
    passphrase_stdin: PassphraseStdin = False,
) -> None:
    """Restore a backup into a scratch database, compare every table, drop it. Exit code 1 where it does not hold."""
    call = call_of(context)
    backups = call.console.backups
    use_keys(call, identity, passphrase_stdin)
    verifier = call.console.placed_backups if is_place(backup) else backups
    try:
        found = verifier.get(backup)
    except Corrupt as error:
        verdict = Verdict(False, quick, (), (error.message,))
    else:
        verdict = call.work(lambda job: verifier.verify(found, job, quick=quick))
        if verdict.ok and not quick:
            look(call, found.tenant)

    def show(paper: Paper) -> None:
        if verdict.tables:
            paper.table(
                ["Table", Right("Rows"), "Same"],
                ((one.name, formats.count(one.rows), "yes" if one.matches else "no") for one in verdict.tables),
                styled=("Same",),
            )
        for problem in verdict.problems:
            paper.line(problem)
        paper.line("It holds" if verdict.ok else "It does not hold")

    call.answer(words.verdict(verdict), show)
    if not verdict.ok:
        raise typer.Exit(1)


@app.command()
def restore(
    context: typer.Context,
    backup: Name,
    tenant: Annotated[str, typer.Option(metavar="ID", help="The tenant whose backup it is.")],
    into: Annotated[str | None, typer.Option(metavar="NAME", help="Into a database of this name instead.")] = None,
    confirm: Annotated[str | None, typer.Option(metavar="DATABASE_NAME", help="What is replaced, exactly.")] = None,
    grace: Grace = None,
    table: Annotated[str | None, typer.Option(metavar="NAME", help="Only this table of it.")] = None,
    rows: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=VALUE", help="Only the table's rows with this value; can be given again."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    identity: IdentityFile = None,
    passphrase_stdin: PassphraseStdin = False,
) -> None:
    """Restore beside the live database, compare, then swap; what was live can be had back from the trash."""
    call = call_of(context)
    console = call.console
    use_keys(call, identity, passphrase_stdin)
    placed = console.placed_backups
    chosen = placed.prepared(placed.get(backup)) if is_place(backup) else console.backups.get(backup)
    if table is not None or rows:
        if into is not None or grace is not None or table is None:
            raise WrongUsage(
                "Rows are of a --table, which goes into the live database", hint="Leave --into and --grace out."
            )
        _restore_part(call, chosen, tenant, read_piece(table, rows or ()), confirm, dry_run=dry_run)
        return
    carry_out = placed.restore if chosen.place else console.restores.run
    plan = console.restores.plan(chosen, tenant, into, grace)
    named = {"tenant": tenant, "database": plan.database, "server": plan.server, "mode": plan.mode.value}
    if dry_run:
        document = {
            "ok": True, "operation": None, "dry_run": True, **named, "backup": plan.backup.id,
            "steps": [words.step(step) for step in plan.steps], "warnings": list(plan.warnings),
        }  # fmt: skip
        call.answer(document, lambda paper: show_steps(paper, plan.steps))
        return
    confirmation = confirm
    if plan.needs_confirmation:
        if confirm is None and call.is_attended:
            call.output.answer({}, lambda paper: show_steps(paper, plan.steps))
        confirmation = call.confirmation(plan.database, confirm)
    call.work(lambda job: carry_out(plan, confirmation, job))
    look(call, tenant)
    operation = newest_operation(call, tenant, "backup.restore")
    kept = next((one for one in console.trash.list(tenant) if one.operation == operation), None)
    document = {
        "ok": True, "operation": operation, **named, "backup": plan.backup.id,
        "trash": None if kept is None else kept.name,
        "purge_after": None if kept is None else iso(kept.purge_after),
    }  # fmt: skip

    def show(paper: Paper) -> None:
        paper.line(f"{plan.backup.id} is restored in {plan.database}")
        if kept is not None:
            until = formats.moment(kept.purge_after)
            paper.line(f"What it replaced can be had back until {until}: `database undelete {kept.operation}`")

    call.answer(document, show)


def _restore_part(call: Call, chosen: Backup, tenant: str, piece: Piece, confirm: str | None, *, dry_run: bool) -> None:
    parts = call.console.part_restores
    plan = parts.plan(chosen, tenant, piece)
    named = {
        "tenant": tenant, "database": plan.database, "server": plan.server, "mode": "part", "backup": chosen.id,
        "table": piece.table, "rows": {column: list(values) for column, values in piece.rows},
    }  # fmt: skip
    if dry_run:
        document = {
            "ok": True, "operation": None, "dry_run": True, **named, "live_rows": plan.live_rows,
            "steps": [words.step(step) for step in plan.steps], "warnings": list(plan.warnings),
        }  # fmt: skip
        call.answer(document, lambda paper: show_steps(paper, plan.steps))
        return
    if confirm is None and call.is_attended:
        call.output.answer({}, lambda paper: show_steps(paper, plan.steps))
    confirmation = call.confirmation(plan.database, confirm)
    carry_out = call.console.placed_backups.restore if chosen.place else parts.run
    done = call.work(lambda job: carry_out(plan, confirmation, job))
    look(call, tenant)
    operation = newest_operation(call, tenant, "backup.restore_part")
    counts = {"removed": done["removed"], "written": done["written"]}
    text = (
        f"{formats.counted(done['written'], 'row')} of {piece.table} came back from {chosen.id},"
        f" in the place of {done['removed']}"
    )
    call.answer({"ok": True, "operation": operation, **named, **counts}, lambda paper: paper.line(text))


@app.command("list")
def list_(
    context: typer.Context,
    tenant: Annotated[str | None, typer.Option(metavar="ID", help="Only this tenant's.")] = None,
    place: Annotated[str | None, typer.Option(metavar="URL", help="Those in this place: s3://…")] = None,
) -> None:
    """The catalogue, newest first: of this machine's folders, or of a place."""
    call = call_of(context)
    console = call.console
    found = console.backups.list(tenant) if place is None else console.placed_backups.list(read_place(place), tenant)

    def show(paper: Paper) -> None:
        paper.table(
            ["Id", "Tenant", "Database", "Made", Right("Size"), "Proved", "File"],
            (
                (
                    one.id, one.tenant, one.database, formats.moment(one.created_at), formats.size(one.size_bytes),
                    formats.moment(one.verified_at), one.where,
                )
                for one in found
            ),
        )  # fmt: skip

    call.answer(words.listing("backups", [words.backup(one) for one in found]), show)
