"""`backup place` and `backup fetch`: storage beyond this machine's folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import words
from pagevoo_console.cli.backup_opening import passphrase_of_stdin
from pagevoo_console.cli.call import call_of

if TYPE_CHECKING:
    from pagevoo_console.services.places import Place, Places

app = typer.Typer(help="Storage for backups, and the credentials to it in the keyring.")
Url = Annotated[str, typer.Argument(metavar="s3://BUCKET[/PREFIX]")]


@app.command()
def add(
    context: typer.Context,
    url: Url,
    access_key: Annotated[str, typer.Option(metavar="KEY", help="The public half of the credentials.")],
    endpoint: Annotated[str, typer.Option(metavar="URL", help="Where it is; Amazon's own, if not given.")] = "",
    region: Annotated[str, typer.Option(metavar="R", help="The region.")] = "us-east-1",
) -> None:
    """Keep a place's credentials; the secret half is the first line of standard input."""
    from pagevoo_console.services.places import PlaceAccess, read_place

    place = read_place(url)
    _places().keep(place, PlaceAccess(access_key, passphrase_of_stdin(), endpoint, region))
    call_of(context).answer(
        {"ok": True, "operation": None, "place": place.name}, lambda paper: paper.line(f"{place.name} is known")
    )


@app.command()
def remove(context: typer.Context, url: Url) -> None:
    """Forget a place's credentials. What lies there stays."""
    from pagevoo_console.services.places import read_place

    place = read_place(url)
    _places().forget(place)
    call_of(context).answer(
        {"ok": True, "operation": None, "place": place.name}, lambda paper: paper.line(f"{place.name} is forgotten")
    )


def fetch(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A backup's file in a place.")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="The folder it is copied into.")],
) -> None:
    """Copy a backup from a place into a folder, compared with its manifest."""
    from pagevoo_console.services.places import read_place

    call = call_of(context)
    folder, _, name = url.rpartition("/")
    place = read_place(folder)
    made = call.work(lambda job: _places().fetch(place, name, to.absolute(), job))
    document = {"ok": True, "operation": None, "backup": words.backup(made)}
    call.answer(document, lambda paper: paper.line(str(made.path)))


def place_of(to: str | None) -> Place | None:
    """The place that a `--to` names, None for a folder."""
    from pagevoo_console.services.places import is_place, read_place

    return read_place(to) if to is not None and is_place(to) else None


def _places() -> Places:
    from pagevoo_console.services.places import Places

    return Places()
