"""What needs attention in a fleet, as data: each with how bad it is, in a sentence, and where a click leads."""

from __future__ import annotations

from dataclasses import dataclass

from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.operation import Operation, OperationState
from pagevoo_console.domain.platform import Words
from pagevoo_console.domain.quota import QuotaAlert
from pagevoo_console.domain.schedule import Schedule
from pagevoo_console.domain.sighting import FleetSummary, Orphan
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.kit import format
from pagevoo_console.ui.kit.i18n import translate
from pagevoo_console.ui.kit.tokens import Tone

NAMED = 6
CLOSE_PERCENT = 90


@dataclass(frozen=True, slots=True)
class Concern:
    """One line, and where it leads: to the tenants of `query`, to the list of operations, to the registry check, to the
    daily look, to everybody's backups, to the schedules, or to all of `orphans`.

    Each of `tenants` has a link of its own, and where they are too many for that a list of all.
    """

    key: str
    title: str
    text: str
    icon: str
    tone: Tone
    query: TenantQuery | None = None
    tenants: tuple[str, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    is_operations: bool = False
    is_findings: bool = False
    is_daily: bool = False
    is_backups: bool = False
    is_schedules: bool = False


def concerns(
    summary: FleetSummary,
    operations: tuple[Operation, ...],
    words: Words,
    alerts: tuple[QuotaAlert, ...] = (),
    *,
    is_late: bool = False,
    unsaved: int = 0,
    schedules: tuple[Schedule, ...] = (),
) -> tuple[Concern, ...]:
    """The concerns of a fleet, the worst first. `is_late` says whether a daily look is due, `unsaved` how many failed
    in the newest run over everybody and were not backed up since, `schedules` are those in trouble.
    """
    made: list[Concern] = []

    def add(key: str, number: int, titles: tuple[str, str], text: str, icon: str, tone: Tone, **leads: object) -> None:
        """`titles` are for one and for many."""
        if number:
            noun = words.tenant if number == 1 else words.tenants
            shown = titles[number != 1].format(count=format.count(number), tenants=noun)
            made.append(Concern(key, shown, text, icon, tone, **leads))  # type: ignore[arg-type]

    stopped = [o for o in operations if o.state in (OperationState.INTERRUPTED, OperationState.FAILED)]
    add(
        "interrupted", len(stopped), _forms("{count} unfinished operation", "{count} unfinished operations"),
        translate("overview", "Each can be resumed or abandoned."), "history", Tone.DANGER, is_operations=True,
        tenants=tuple(dict.fromkeys(o.tenant for o in stopped))[:NAMED],
    )  # fmt: skip
    add(
        "missing", len(summary.missing), _forms("{count} {tenants} with a missing database"),
        translate("overview", "The registry names a database that is not there."), "octagon-alert", Tone.DANGER,
        query=TenantQuery(states=("missing",)),
    )  # fmt: skip
    add(
        "unreachable", len(summary.unreachable),
        _forms("{count} {tenants} with an unreachable database"),
        translate("overview", "The server did not answer, or the database is damaged."), "unplug", Tone.DANGER,
        query=TenantQuery(states=("unreachable",)),
    )  # fmt: skip
    add(
        "over", len(summary.over), _forms("{count} {tenants} over quota"),
        translate("overview", "More is used than the tier allows."), "octagon-alert", Tone.DANGER,
        query=TenantQuery(levels=("over",)),
    )  # fmt: skip
    add(
        "schedules", len(schedules),
        _forms("A schedule did not do what it should", "{count} schedules did not do what they should"),
        translate("overview", "What should happen every night did not, or did not get to its end."), "calendar",
        Tone.DANGER, is_schedules=True,
    )  # fmt: skip
    add(
        "failed_backups", unsaved,
        _forms("{count} database could not be backed up", "{count} databases could not be backed up"),
        translate("overview", "In the newest run over everybody. Each has its reason, and can be tried again."),
        "database-backup", Tone.DANGER, is_backups=True,
    )  # fmt: skip
    near = set(summary.near)
    close = len({alert.tenant for alert in alerts if alert.threshold >= CLOSE_PERCENT} & near)
    beyond = translate("overview", "More than 80 % of the tier's limit is used.")
    if close:
        beyond = translate("overview", "More than 80 % of the tier's limit is used, by {count} of them more than 90 %.")
    if close == len(near):
        beyond = translate("overview", "More than 90 % of the tier's limit is used.")
    add(
        "near", len(summary.near), _forms("{count} {tenants} near the quota"), beyond.format(count=format.count(close)),
        "triangle-alert", Tone.WARNING, query=TenantQuery(levels=("near",)),
    )  # fmt: skip
    frozen = DatabaseState.SUSPENDED.value
    add(
        "frozen", summary.by_state.get(frozen, 0), _forms("{count} frozen database", "{count} frozen databases"),
        translate("overview", "New rows are refused; reading, changing and deleting work."), "snowflake", Tone.WARNING,
        query=TenantQuery(states=(frozen,)),
    )  # fmt: skip
    add(
        "published", len(summary.published_without_database),
        _forms("{count} {tenants} published without a database"),
        translate("overview", "A visitor of the website meets features that have nowhere to write."), "globe",
        Tone.WARNING, tenants=summary.published_without_database,
    )  # fmt: skip
    add(
        "outdated", len(summary.outdated), _forms("{count} {tenants} with an outdated schema"),
        translate("overview", "A feature's newer revision has not been installed."), "history", Tone.WARNING,
        tenants=summary.outdated,
    )  # fmt: skip
    add(
        "orphans", len(summary.orphans),
        _forms("{count} database without an owner", "{count} databases without an owner"),
        ", ".join(orphan.name for orphan in summary.orphans[:3]) + ("…" if len(summary.orphans) > 3 else ""), "ghost",
        Tone.WARNING, orphans=summary.orphans,
    )  # fmt: skip
    contradictions = len(summary.missing) + len(summary.published_without_database) + len(summary.orphans)
    add(
        "contradictions", contradictions,
        _forms("Registry and servers contradict each other in {count} place",
               "Registry and servers contradict each other in {count} places"),
        translate("overview", "The registry check finds every kind of it, says what each risks, and mends it."),
        "clipboard-list", Tone.WARNING, is_findings=True,
    )  # fmt: skip
    add(
        "daily", int(is_late and summary.databases > 0), _forms("The daily look is late"),
        translate("overview", "Without it there are no samples and no alerts, and nobody is frozen or thawed."),
        "calendar-check", Tone.WARNING, is_daily=True,
    )  # fmt: skip
    add(
        "unsaved", summary.without_backup,
        _forms("{count} database never backed up", "{count} databases never backed up"),
        translate("overview", "What is lost there is lost for good."), "database-backup", Tone.WARNING,
        query=TenantQuery(backups=("never",)),
    )  # fmt: skip
    for server in summary.servers:
        if server.problem:
            those_there = TenantQuery(states=("unreachable",))
            made.insert(
                0,
                Concern(
                    f"server.{server.name}", server.name, server.problem, "server-off", Tone.DANGER, query=those_there
                ),
            )
    return tuple(made)


def _forms(one: str, many: str = "") -> tuple[str, str]:
    """A title for one and for many, in the language of the window."""
    return translate("overview", one), translate("overview", many or one)
