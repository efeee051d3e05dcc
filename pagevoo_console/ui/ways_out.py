"""The ways out of a refusal: one table from its code to the doors that lead on, for every message in the window."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pagevoo_console.domain.errors import ConsoleError
from pagevoo_console.ui.context import Context, Doors
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.messages import MessageAction

if TYPE_CHECKING:
    from pagevoo_console.ui.kit.wizard import Wizard


@dataclass(frozen=True, slots=True)
class Way:
    """One door out. `title` may hold {website} and {tenant}; `go` takes the doors and the tenant's id.

    Those that are `of_fleet` lead somewhere without a tenant, too.
    """

    name: str
    title: str
    go: Callable[[Doors, str], object]
    of_fleet: bool = False


PUBLISH = Way("publish", "Publish {website}…", lambda doors, tenant: doors.publish_website(tenant, None))
CREATE = Way("create", "Create database…", lambda doors, tenant: doors.create_database(tenant))
SWITCH = Way("switch", "Move it to another {website}…", lambda doors, tenant: doors.switch_database(tenant, None))
DELETE = Way("delete", "Delete database…", lambda doors, tenant: doors.delete_database(tenant))
RESTORE = Way("restore", "Restore…", lambda doors, tenant: doors.restore(tenant, None))
RELEASE = Way("release", "Release…", lambda doors, tenant: doors.release(tenant, False))
TIER = Way("tier", "Change tier…", lambda doors, tenant: doors.change_tier(tenant, None))
DRIFT = Way("drift", "Show drift", lambda doors, tenant: doors.features.drift(tenant))
OPERATIONS = Way("operations", "Show operations", lambda doors, _tenant: doors.show_operations(), of_fleet=True)
SERVERS = Way("servers", "Show servers", lambda doors, _tenant: doors.show_servers(), of_fleet=True)
KEY = Way("key", "Give the key…", lambda doors, _tenant: doors.give_key(), of_fleet=True)
FINDINGS = Way("findings", "Registry check", lambda doors, _tenant: doors.show_findings(), of_fleet=True)
REFRESH = Way("refresh", "Read everything again", lambda doors, _tenant: doors.refresh(), of_fleet=True)

WAYS: Mapping[str, tuple[Way, ...]] = {
    "database_required": (PUBLISH, CREATE),
    "database_exists": (SWITCH, DELETE),
    "locked_to_website": (SWITCH, DELETE),
    "website_has_database": (SWITCH,),
    "database_missing": (RESTORE, DELETE),
    "not_in_tier": (TIER,),
    "frozen": (RELEASE,),
    "frozen_by_hand": (RELEASE,),
    "busy": (OPERATIONS,),
    "half_done": (OPERATIONS,),
    "server_full": (SERVERS,),
    "too_many_connections": (SERVERS,),
    "missing_privilege": (SERVERS,),
    "unreachable": (SERVERS,),
    "access_denied": (SERVERS,),
    "tls": (SERVERS,),
    "disk_full": (SERVERS,),
    "server_read_only": (SERVERS,),
    "drifted": (DRIFT,),
    "misfits": (DRIFT,),
    "table_exists": (DRIFT,),
    "not_adopted": (DRIFT,),
    "two_databases": (FINDINGS,),
    "shared_database": (FINDINGS,),
    "registry_changed": (FINDINGS,),
    "registry_key": (FINDINGS,),
    "wrong_database_name": (FINDINGS,),
    "not_found": (REFRESH,),
    "plan_changed": (REFRESH,),
    "no_key": (KEY,),
    "wrong_key": (KEY,),
}
"""What a refusal is called, to where it can be helped, the likeliest first."""

LOSING = (SWITCH.name, DELETE.name)
"""Ways that end in something being deleted: never the one thing that a passing message offers."""

STRAY = "database_exists"
"""Met at work, where the plan had met none, it is a database of that name which nobody owns."""


def ways_of(context: Context, codes: Iterable[str], tenant: str, *, but: Collection[str] = ()) -> tuple[Way, ...]:
    """The ways out of these refusals together, each once; `but` names those that lead nowhere from here."""
    found = dict.fromkeys(way for code in codes for way in WAYS.get(code, ()))
    return tuple(way for way in found if way.name not in but and (tenant or way.of_fleet))


def ways_out(
    context: Context, error: BaseException, tenant: str, *, but: Collection[str] = ()
) -> tuple[MessageAction, ...]:
    """What can be done about an error, as buttons; nothing where nobody knows a way."""
    if not isinstance(error, ConsoleError):
        return ()
    return actions_of(context, ways_of(context, (error.code,), tenant, but=but), tenant)


def way_out_of_work(context: Context, error: BaseException, tenant: str) -> MessageAction | None:
    """The likeliest way out of what stopped a job that deletes nothing, None where nobody knows one."""
    if isinstance(error, ConsoleError) and error.code == STRAY:
        return actions_of(context, (FINDINGS,), tenant)[0]
    return next(iter(ways_out(context, error, tenant, but=LOSING)), None)


def actions_of(context: Context, ways: Iterable[Way], tenant: str) -> tuple[MessageAction, ...]:
    """Ways as they are shown and taken."""
    words, doors = context.console.platform.words, context.doors
    return tuple(
        MessageAction(
            translate("ways", way.title).format(website=words.website, tenant=words.tenant),
            partial(way.go, doors, tenant),
            f"way{way.name.capitalize()}",
        )
        for way in ways
    )


def lead_out(context: Context, wizard: Wizard, tenant: str, *, but: Collection[str] = ()) -> None:
    """Let the wizard's messages offer the ways out; whoever takes one leaves the wizard."""

    def leave(way: MessageAction) -> None:
        wizard.reject()
        way.run()

    def ways(error: BaseException) -> tuple[MessageAction, ...]:
        return tuple(replace(way, run=partial(leave, way)) for way in ways_out(context, error, tenant, but=but))

    wizard.offer_ways(ways)
