"""What needs attention in a fleet, as data: each with how bad it is, in a sentence, and where a click leads."""

from __future__ import annotations

from dataclasses import dataclass

from pagevoo_console.domain.operation import Operation, OperationState
from pagevoo_console.domain.platform import Words
from pagevoo_console.domain.sighting import FleetSummary
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.tokens import Tone

NAMED = 6


@dataclass(frozen=True, slots=True)
class Concern:
    """One line. A click shows `query` where there is one, else each of `tenants` has a link of its own.

    `is_operations` leads to the list of operations.
    """

    key: str
    title: str
    text: str
    icon: str
    tone: Tone
    query: TenantQuery | None = None
    tenants: tuple[str, ...] = ()
    is_operations: bool = False


def concerns(summary: FleetSummary, operations: tuple[Operation, ...], words: Words) -> tuple[Concern, ...]:
    """The concerns of a fleet, the worst first."""
    made: list[Concern] = []

    def add(key: str, number: int, title: str, text: str, icon: str, tone: Tone, **leads: object) -> None:
        if number:
            noun = words.tenant if number == 1 else words.tenants
            shown = title.format(count=format.count(number), tenants=noun)
            made.append(Concern(key, shown, text, icon, tone, **leads))  # type: ignore[arg-type]

    stopped = [o for o in operations if o.state in (OperationState.INTERRUPTED, OperationState.FAILED)]
    add(
        "interrupted", len(stopped), translate("overview", "{count} unfinished operations"),
        translate("overview", "Each can be resumed or abandoned."), "history", Tone.DANGER, is_operations=True,
        tenants=tuple(dict.fromkeys(o.tenant for o in stopped))[:NAMED],
    )  # fmt: skip
    add(
        "missing", len(summary.missing), translate("overview", "{count} {tenants} with a missing database"),
        translate("overview", "The registry names a database that is not there."), "octagon-alert", Tone.DANGER,
        query=TenantQuery(states=("missing",)),
    )  # fmt: skip
    add(
        "unreachable", len(summary.unreachable),
        translate("overview", "{count} {tenants} with an unreachable database"),
        translate("overview", "The server did not answer, or the database is damaged."), "unplug", Tone.DANGER,
        query=TenantQuery(states=("unreachable",)),
    )  # fmt: skip
    add(
        "over", len(summary.over), translate("overview", "{count} {tenants} over quota"),
        translate("overview", "More is used than the tier allows."), "octagon-alert", Tone.DANGER,
        query=TenantQuery(levels=("over",)),
    )  # fmt: skip
    add(
        "near", len(summary.near), translate("overview", "{count} {tenants} near their quota"),
        translate("overview", "More than 80 % of the tier's limit is used."), "triangle-alert", Tone.WARNING,
        query=TenantQuery(levels=("near",)),
    )  # fmt: skip
    add(
        "published", len(summary.published_without_database),
        translate("overview", "{count} published without a database"),
        translate("overview", "A visitor of the website meets features that have nowhere to write."), "globe",
        Tone.WARNING, tenants=summary.published_without_database,
    )  # fmt: skip
    add(
        "outdated", len(summary.outdated), translate("overview", "{count} {tenants} with an outdated schema"),
        translate("overview", "A feature's newer revision has not been installed."), "history", Tone.WARNING,
        tenants=summary.outdated,
    )  # fmt: skip
    add(
        "orphans", len(summary.orphans), translate("overview", "{count} databases without an owner"),
        ", ".join(orphan.name for orphan in summary.orphans[:3]) + ("…" if len(summary.orphans) > 3 else ""), "ghost",
        Tone.WARNING,
    )  # fmt: skip
    add(
        "unsaved", summary.without_backup, translate("overview", "{count} databases never backed up"),
        translate("overview", "What is lost there is lost for good."), "database-backup", Tone.WARNING,
        query=TenantQuery(backups=("never",)),
    )  # fmt: skip
    for server in summary.servers:
        if server.problem:
            made.insert(0, Concern(f"server.{server.name}", server.name, server.problem, "server-off", Tone.DANGER))
    return tuple(made)
