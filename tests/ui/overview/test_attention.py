"""What needs attention, from figures alone."""

from datetime import UTC, datetime

from pagevoo_console.domain.operation import Operation, OperationState
from pagevoo_console.domain.platform import Words
from pagevoo_console.domain.schedule import Schedule, ScheduledWork, SchedulerKind
from pagevoo_console.domain.sighting import FleetSummary, Orphan, ServerSighting
from pagevoo_console.domain.tenant import TenantQuery
from pagevoo_console.ui.overview.attention import concerns

NOW = datetime(2026, 1, 15, tzinfo=UTC)
USERS = Words("user", "users")


def summary(
    *,
    missing: tuple[str, ...] = (),
    over: tuple[str, ...] = (),
    orphans: tuple[Orphan, ...] = (),
    published: tuple[str, ...] = (),
    without_backup: int = 0,
    servers: tuple[ServerSighting, ...] = (),
) -> FleetSummary:
    return FleetSummary(
        10, 8, 1_000, {}, {}, orphans, missing, (), over, (), (), published, without_backup, servers, NOW, NOW
    )


def operation(state: OperationState) -> Operation:
    return Operation("7", "database.create", "24", "24", "db", "master", state, "core", "me", 1, NOW, NOW)


def test_a_healthy_fleet_has_no_concerns() -> None:
    assert concerns(summary(), (), USERS) == ()


def test_what_went_wrong_at_night_leads_to_where_it_is_told() -> None:
    schedule = Schedule("x", ScheduledWork.BACKUP, SchedulerKind.CRON, "02:30", "", "demo", (), {}, is_installed=False)

    found = concerns(summary(), (), USERS, unsaved=1, schedules=(schedule,))

    assert [(concern.title, concern.is_schedules, concern.is_backups) for concern in found] == [
        ("A schedule did not do what it should", True, False),
        ("1 database could not be backed up", False, True),
    ]


def test_one_and_many_are_told_in_the_platforms_own_words() -> None:
    found = concerns(summary(missing=("6",), over=("1", "2")), (), USERS)

    assert [concern.title for concern in found] == [
        "1 user with a missing database",
        "2 users over quota",
        "Registry and servers contradict each other in 1 place",
    ]


def test_a_concern_leads_to_the_list_of_those_it_is_about() -> None:
    found = concerns(summary(missing=("6",), without_backup=3), (), USERS)

    assert [concern.query for concern in found if concern.query is not None] == [
        TenantQuery(states=("missing",)),
        TenantQuery(backups=("never",)),
    ]


def test_whatever_registry_and_servers_disagree_about_leads_to_the_registry_check() -> None:
    orphan = Orphan("pagevoo_website_9", "master", 1, is_undead=False, seen_at=NOW)

    found = concerns(summary(missing=("6",), published=("9",), orphans=(orphan,)), (), USERS)

    (leading,) = [concern for concern in found if concern.is_findings]
    assert leading.title == "Registry and servers contradict each other in 3 places"


def test_tenants_that_no_filter_finds_are_named_one_by_one() -> None:
    concern, _ = concerns(summary(published=("9", "11")), (), USERS)

    assert concern.query is None
    assert concern.tenants == ("9", "11")


def test_an_interrupted_operation_is_a_concern_and_a_running_one_is_not() -> None:
    running, interrupted = operation(OperationState.RUNNING), operation(OperationState.INTERRUPTED)

    assert concerns(summary(), (running,), USERS) == ()
    (concern,) = concerns(summary(), (running, interrupted), USERS)
    assert (concern.key, concern.tenants, concern.is_operations) == ("interrupted", ("24",), True)


def test_a_server_that_does_not_answer_comes_first() -> None:
    server = ServerSighting("eu-1", "mysql", None, NOW, "eu-1 refused the connection")

    found = concerns(summary(over=("1",), servers=(server,)), (), USERS)

    assert (found[0].title, found[0].text) == ("eu-1", "eu-1 refused the connection")
