"""Before a list is shown, the servers are looked at; after a change, the tenant that it concerned."""

from __future__ import annotations

from pagevoo_console.cli import formats
from pagevoo_console.cli.call import Call
from pagevoo_console.domain.errors import ConsoleError, Unreachable


def refresh(call: Call, *, is_cached: bool, features: bool = False) -> None:
    """Bring the directory up to date. Where the master cannot be reached, what was seen before has to do.

    Raises Unreachable where nothing was ever seen, and AccessDenied always: what is cached is for those who may log in.
    """
    console = call.console
    if is_cached and console.directory.registry_at is not None:
        return
    try:
        call.work(lambda job: console.sightings.scan(job, features=features))
    except Unreachable as error:
        seen_at = console.directory.registry_at
        if seen_at is None:
            raise
        call.output.note(f"Warning: {error.message}")
        call.output.note(f"This is what was seen {formats.age(seen_at)} ago, at {formats.moment(seen_at)} UTC.")


def look(call: Call, tenant: str) -> None:
    """Look again at a tenant that something was done to; that it cannot be seen does not undo what was done."""
    try:
        call.console.sightings.look(tenant)
    except ConsoleError as error:
        call.output.note(f"Warning: the directory was not brought up to date: {error.message}")
