"""Options of every command that opens an encrypted backup."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.domain.errors import WrongUsage

if TYPE_CHECKING:
    from pagevoo_console.cli.call import Call
    from pagevoo_console.services.secrets import Secret

IdentityFile = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="A key that opens encrypted backups; the keyring is looked into anyway."),
]
PassphraseStdin = Annotated[
    bool, typer.Option("--passphrase-stdin", help="Read the backup's passphrase from standard input.")
]


def use_keys(call: Call, identities: list[Path] | None, passphrase_stdin: bool) -> None:
    """Have what was named at hand when a backup is opened. Raises WrongUsage, NotFound or Failed."""
    keys = call.console.backups.keys
    for path in identities or ():
        keys.use_identity_file(path)
    if passphrase_stdin:
        keys.use_passphrase(passphrase_of_stdin())


def passphrase_of_stdin() -> Secret:
    """The first line of standard input. Raises WrongUsage where there is none."""
    from pagevoo_console.services.secrets import Secret

    text = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    if not text:
        raise WrongUsage("No passphrase came on standard input", hint="Give it as one line.")
    return Secret(text)
