"""`backup place` and `backup fetch`: storage beyond this machine's folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pagevoo_console.cli import words
from pagevoo_console.cli.backup_opening import passphrase_of_stdin
from pagevoo_console.cli.call import call_of
from pagevoo_console.domain.place import Place, is_place, read_place, read_placed

if TYPE_CHECKING:
    from pagevoo_console.cli.paper import Paper
    from pagevoo_console.services.places import Places

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
    from pagevoo_console.services.places import PlaceAccess

    place = read_place(url)
    _places().keep(place, PlaceAccess(access_key, passphrase_of_stdin(), endpoint, region))
    call_of(context).answer(
        {"ok": True, "operation": None, "place": place.name}, lambda paper: paper.line(f"{place.name} is known")
    )


@app.command()
def remove(context: typer.Context, url: Url) -> None:
    """Forget a place's credentials. What lies there stays."""
    place = read_place(url)
    _places().forget(place)
    call_of(context).answer(
        {"ok": True, "operation": None, "place": place.name}, lambda paper: paper.line(f"{place.name} is forgotten")
    )


@app.command("list")
def list_(context: typer.Context) -> None:
    """The places that are known, without their secrets."""
    found = _places().facts()
    documents = [
        {"place": one.place.address, "access_key": one.access_key or None, "endpoint": one.endpoint or None,
         "region": one.region or None}
        for one in found
    ]  # fmt: skip

    def show(paper: Paper) -> None:
        paper.table(
            ["Place", "Key", "Endpoint", "Region"],
            ((one.place.address, one.access_key, one.endpoint, one.region) for one in found),
        )

    call_of(context).answer(words.listing("places", documents), show)


@app.command()
def test(context: typer.Context, url: Url) -> None:
    """Write a small file there, read it back and remove it."""
    call, place = call_of(context), read_place(url)
    call.work(lambda _job: _places().try_out(place))
    call.answer(
        {"ok": True, "operation": None, "place": place.address},
        lambda paper: paper.line(f"{place.address} takes files, gives them back and lets them be removed"),
    )


def fetch(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A backup's file in a place.")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="The folder it is copied into.")],
) -> None:
    """Copy a backup from a place into a folder, compared with its manifest."""
    call = call_of(context)
    place, name = read_placed(url)
    made = call.work(lambda job: _places().fetch(place, name, to.absolute(), job))
    document = {"ok": True, "operation": None, "backup": words.backup(made)}
    call.answer(document, lambda paper: paper.line(str(made.path)))


def place_of(to: str | None) -> Place | None:
    """The place that a `--to` names, None for a folder."""
    return read_place(to) if to is not None and is_place(to) else None


def _places() -> Places:
    from pagevoo_console.services.places import Places
    from pagevoo_console.services.settings import Folders, Settings

    return Places(settings=Settings(Folders.of_this_user()))
