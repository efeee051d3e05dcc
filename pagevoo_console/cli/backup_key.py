"""`backup key`: the keys to encrypted backups, kept in the keyring of the operating system."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli.call import call_of
from pagevoo_console.services.private_files import read_small

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.services.backup_keys import BackupKeys

app = typer.Typer(help="Keys to encrypted backups, in the keyring.")
Recipient = Annotated[str, typer.Argument(metavar="AGE_KEY", help="The public key that begins with age1.")]


@app.command()
def new(context: typer.Context) -> None:
    """Make a pair of keys: the identity goes into the keyring, the public key is told."""
    call = call_of(context)
    recipient = _keys().make()
    document = {"ok": True, "operation": None, "recipient": recipient}
    call.answer(document, lambda paper: paper.line(recipient))
    call.output.note("Keep a copy of the identity in a safe place: `backup key save` writes it into a file.")


@app.command()
def add(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="As age-keygen writes it; else stdin.")] = None,
) -> None:
    """Put identities into the keyring, so that verifying and restoring find them."""
    call = call_of(context)
    text = sys.stdin.read(1_000_000) if file is None else read_small(file)
    kept = _keys().keep(text, "Standard input" if file is None else str(file))
    document = {"ok": True, "operation": None, "recipients": list(kept)}

    def show(paper: Paper) -> None:
        for recipient in kept:
            paper.line(recipient)

    call.answer(document, show)


@app.command()
def save(
    context: typer.Context,
    recipient: Recipient,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, readable by its owner alone.")],
) -> None:
    """Write an identity into a new file: who has it can read every backup that is encrypted for it."""
    call = call_of(context)
    _keys().save(recipient, file)
    document = {"ok": True, "operation": None, "recipient": recipient, "path": str(file.absolute())}
    call.answer(document, lambda paper: paper.line(f"The identity is in {file.absolute()}"))


@app.command()
def remove(context: typer.Context, recipient: Recipient) -> None:
    """Take an identity out of the keyring. What is encrypted for it opens only with a copy of it from then on."""
    call = call_of(context)
    if call.agrees("Without a copy of it, nothing that is encrypted for it can be opened again. Remove it?"):
        _keys().remove(recipient)
    call.answer(
        {"ok": True, "operation": None, "recipient": recipient}, lambda paper: paper.line("It is not in the keyring")
    )


def _keys() -> BackupKeys:
    """The keyring needs no connection."""
    from pagevoo_console.services.backup_keys import BackupKeys

    return BackupKeys()
