"""What came of a run over many, in words: for the toast, the job's log, and the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from pagevoo_console.domain.fleet_backup import FleetPlan, FleetResult, FleetWork
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.messages import Message, MessageAction, MessageKind
from pagevoo_console.ui.kit.tenant_names import Names, named, names_of

if TYPE_CHECKING:
    from pagevoo_console.services.console import Console
    from pagevoo_console.services.jobs import JobContext

NAMED = 3
Again = Callable[[tuple[str, ...]], object]
"""Opens the wizard once more, for these tenants."""


def tell(console: Console, work: FleetWork, result: FleetResult, again: Again, job: JobContext) -> Message:
    """Name each in the job's log, and put the whole into a message that offers to try the failed ones again. Blocks."""
    names = names_of(console.directory, (*result.failed, *result.skipped, *result.done))
    for line in lines_of(result, names):
        job.line(line)
    title = (
        translate("fleet_backups", "The backup of everybody has ended")
        if work is FleetWork.BACKUP
        else translate("fleet_backups", "The proof of everybody's backup has ended")
    )
    sentences = [came_of(len(result.done), len(result.failed), len(result.skipped))]
    sentences += [f"{named(one, names)}: {why}" for one, why in list(result.failed.items())[:NAMED]]
    if len(result.failed) > NAMED:
        more = translate("fleet_backups", "and {count} more")
        sentences.append(more.format(count=format.count(len(result.failed) - NAMED)))
    if not result.failed:
        return Message(MessageKind.GOOD, title, "\n".join(sentences))
    failed = tuple(result.failed)
    action = MessageAction(translate("fleet_backups", "Try again…"), lambda: again(failed), "tryAgain")
    return Message(MessageKind.WARNING, title, "\n".join(sentences), action)


def lines_of(result: FleetResult, names: Names) -> Iterable[str]:
    """One line a tenant: what failed first."""
    for tenant, why in result.failed.items():
        yield translate("fleet_backups", "{tenant} failed: {why}").format(tenant=named(tenant, names), why=why)
    for tenant, why in result.skipped.items():
        yield translate("fleet_backups", "{tenant} was left out: {why}").format(tenant=named(tenant, names), why=why)
    for tenant in result.done:
        yield translate("fleet_backups", "{tenant} is done").format(tenant=named(tenant, names))


def came_of(done: int, failed: int, skipped: int) -> str:
    """How many of each; what did not happen is left out."""
    told = [translate("fleet_backups", "{count} done").format(count=format.count(done))]
    if failed:
        told.append(translate("fleet_backups", "{count} failed").format(count=format.count(failed)))
    if skipped:
        told.append(translate("fleet_backups", "{count} left out").format(count=format.count(skipped)))
    return " · ".join(told)


def warnings_of(plan: FleetPlan, names: Names) -> tuple[str, ...]:
    """Who of a plan cannot be done at all: one sentence a reason."""
    reasons: dict[str, list[str]] = {}
    for tenant, why in plan.failed.items():
        reasons.setdefault(why, []).append(tenant)
    return tuple(f"{why}: {_some(tenants, names)}" for why, tenants in list(reasons.items())[:NAMED])


def _some(tenants: Sequence[str], names: Names) -> str:
    """The first of them by name, and how many more there are."""
    shown = ", ".join(named(tenant, names) for tenant in tenants[:NAMED])
    if len(tenants) <= NAMED:
        return shown
    more = translate("fleet_backups", "{tenants} and {count} more")
    return more.format(tenants=shown, count=format.count(len(tenants) - NAMED))


def tenants_option(tenants: Sequence[str] | None, most: int = 30) -> tuple[str, ...] | None:
    """As options of the command line; None for more than anybody would type."""
    if tenants is None:
        return ()
    return ("--tenants", ",".join(tenants)) if len(tenants) <= most else None
