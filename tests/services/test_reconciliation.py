"""The registry against the truth: everything that contradicts is found, nothing else is, and every repair mends."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from pagevoo_console.domain.errors import ConsoleError, Refused
from pagevoo_console.domain.finding import Finding, FindingKind, Findings, RepairAction, RepairOptions, RepairResult
from pagevoo_console.services.jobs import JobContext
from tests.masters import EngineServer
from tests.services.contradictions import Contradictions, adopted_world
from tests.services.platform_world import World, folders_in


@pytest.fixture
def contradictions(engine_server: EngineServer, pagevoo_home: Path) -> Contradictions:
    """An adopted platform on each engine in turn."""
    return Contradictions(adopted_world(engine_server.make_master(), folders_in(pagevoo_home)))


def seen(world: World) -> Counter[tuple[str, str]]:
    """What a look finds, as kinds and what they are about."""
    return Counter(
        (finding.kind.value, finding.database or finding.tenant or "")
        for finding in world.console.reconciliation.find().findings
    )


def only(findings: Findings, kind: FindingKind) -> Finding:
    (finding,) = (one for one in findings.findings if one.kind is kind)
    return finding


def mend(world: World, finding: Finding, options: RepairOptions = RepairOptions()) -> RepairResult:  # noqa: B008
    """Plan, confirm and carry out, as the command does."""
    planned, plan = world.console.reconciliation.plan(finding.id, options)
    return world.console.reconciliation.repair(planned, plan, [finding.database or ""], JobContext())


def mend_everything(world: World) -> None:
    """Every repair of a single look, and the statements that only the platform's people run."""
    found = world.console.reconciliation.find()
    for finding in found.findings:
        if finding.repair.action is RepairAction.BY_HAND:
            world.master.execute(*(step.title for step in finding.repair.steps))
            continue
        planned, plan = world.console.reconciliation.plan(finding.id, found=found)
        world.console.reconciliation.repair(planned, plan, [finding.database or ""], JobContext())


def test_a_healthy_platform_has_no_findings(world: World) -> None:
    world.provisioned()
    _, website = world.provisioned()
    world.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", True, int(website))
    world.add_tenant(websites=2)

    assert world.console.reconciliation.find().findings == ()


def test_each_kind_is_found_once_and_none_is_invented(contradictions: Contradictions) -> None:
    for plant in contradictions.plants.values():
        contradictions.healthy()
        plant()

    assert seen(contradictions.world) == contradictions.planted


def test_after_every_repair_nothing_is_left_to_find(contradictions: Contradictions) -> None:
    for plant in contradictions.plants.values():
        plant()
    contradictions.adoptable()

    mend_everything(contradictions.world)

    assert contradictions.world.console.reconciliation.find().findings == ()
    assert contradictions.world.console.audit.verify().ok
    assert contradictions.world.console.operations.list(open_only=True) == ()


def test_what_is_neither_destructive_nor_a_choice_is_mended_without_being_asked_for(
    contradictions: Contradictions,
) -> None:
    for plant in contradictions.plants.values():
        plant()
    console = contradictions.world.console

    results = console.reconciliation.repair_all(console.reconciliation.find(), JobContext())

    assert [result.problem for result in results if result.problem] == []
    assert {finding.kind.value for finding in console.reconciliation.find().findings} == {
        "orphan", "undead", "shared", "wrong_owner", "foreign_name", "two_active", "no_such_tenant", "wrong_index",
    }  # fmt: skip


def test_the_id_of_a_finding_is_the_same_tomorrow(contradictions: Contradictions) -> None:
    contradictions.ghost()
    first = contradictions.world.console.reconciliation.find()
    contradictions.orphan()

    second = contradictions.world.console.reconciliation.find()

    assert {finding.id for finding in first.findings} < {finding.id for finding in second.findings}


def test_fault_55_a_row_without_a_database_becomes_deleted_and_its_website_unpublished(
    contradictions: Contradictions,
) -> None:
    world, tenant = contradictions.world, contradictions.ghost()

    done = mend(world, only(world.console.reconciliation.find(), FindingKind.GHOST))

    assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("deleted",)]
    assert not any(
        published
        for (published,) in world.write("SELECT is_published FROM user_websites WHERE user_id = {0}", int(tenant))
    )
    _, events = world.console.audit.events(tenant=tenant)
    (event,) = (event for event in events if event.outcome.value == "done")
    assert json.loads(event.before or "")["data"]["changes"][0]["set"]["status"] == ["active", "deleted"]
    assert str(event.operation) == done.operation


def test_a_repair_of_the_registry_is_taken_back_with_the_old_values(contradictions: Contradictions) -> None:
    world, tenant = contradictions.world, contradictions.ghost()
    before = world.write("SELECT * FROM user_databases ORDER BY id")
    done = mend(world, only(world.console.reconciliation.find(), FindingKind.GHOST))

    world.console.reconciliation.undo(str(done.operation), JobContext())

    assert world.write("SELECT * FROM user_databases ORDER BY id") == before
    assert seen(world) == contradictions.planted
    ((published,),) = world.write("SELECT is_published FROM user_websites WHERE user_id = {0}", int(tenant))
    assert published


def test_an_undo_of_a_row_that_changed_since_is_refused(contradictions: Contradictions) -> None:
    world, tenant = contradictions.world, contradictions.foreign_name()
    done = mend(world, only(world.console.reconciliation.find(), FindingKind.FOREIGN_NAME))
    world.write("UPDATE user_databases SET status = 'suspended' WHERE user_id = {0}", int(tenant))

    with pytest.raises(ConsoleError) as refused:
        world.console.reconciliation.undo(str(done.operation), JobContext())

    assert refused.value.code == "registry_changed"
    assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("suspended",)]


def test_fault_56_an_orphan_with_core_tables_is_given_back_to_its_tenant(contradictions: Contradictions) -> None:
    world, tenant = contradictions.world, contradictions.adoptable()
    finding = only(world.console.reconciliation.find(), FindingKind.ORPHAN)
    assert finding.repair.action is RepairAction.ADOPT
    assert not finding.repair.is_automatic

    mend(world, finding)

    assert world.console.tenants.locate(tenant).database.name == world.name(tenant)


def test_an_orphan_that_drifted_from_core_is_not_given_back(contradictions: Contradictions) -> None:
    world, tenant = contradictions.world, contradictions.adoptable()
    world.write("DROP TABLE feature_settings", database=world.name(tenant))

    with pytest.raises(Refused) as refused:
        mend(world, only(world.console.reconciliation.find(), FindingKind.ORPHAN))

    assert refused.value.code == "drifted"
    assert "--retire" in refused.value.hint
    assert seen(world) == contradictions.planted


def test_an_orphan_can_be_retired_instead_and_its_backup_restores_it(contradictions: Contradictions) -> None:
    world, tenant = contradictions.world, contradictions.adoptable()

    done = mend(world, only(world.console.reconciliation.find(), FindingKind.ORPHAN), RepairOptions(retire=True))

    assert world.name(tenant) not in world.master.databases()
    backup = world.console.backups.get(str(done.backup))
    assert backup.verified_at is not None


def test_fault_57_an_undead_database_is_dropped_only_with_its_name_typed_and_after_a_proved_backup(
    contradictions: Contradictions,
) -> None:
    world, tenant = contradictions.world, contradictions.undead()
    world.write("CREATE TABLE kept (id INT PRIMARY KEY)", database=world.name(tenant))
    finding = only(world.console.reconciliation.find(), FindingKind.UNDEAD)
    planned, plan = world.console.reconciliation.plan(finding.id)

    with pytest.raises(Refused) as refused:
        world.console.reconciliation.repair(planned, plan, ["pagevoo_website_"], JobContext())
    assert refused.value.code == "confirmation_mismatch"
    assert world.name(tenant) in world.master.databases()

    done = world.console.reconciliation.repair(planned, plan, [world.name(tenant)], JobContext())
    assert world.name(tenant) not in world.master.databases()
    assert world.console.backups.get(str(done.backup)).verified_at is not None


def test_a_database_that_a_row_names_by_the_time_it_is_dropped_stays(contradictions: Contradictions) -> None:
    world, tenant = contradictions.world, contradictions.undead()
    planned, plan = world.console.reconciliation.plan(only(world.console.reconciliation.find(), FindingKind.UNDEAD).id)
    contradictions.row(tenant, world.name(tenant), None)

    result = world.console.reconciliation.repair(planned, plan, [world.name(tenant)], JobContext())

    assert result.operation is None
    assert world.name(tenant) in world.master.databases()


def test_fault_58_of_two_rows_with_one_database_the_wrong_one_goes(contradictions: Contradictions) -> None:
    world, tenant = contradictions.world, contradictions.shared()
    finding = only(world.console.reconciliation.find(), FindingKind.SHARED)
    assert finding.repair.is_choice

    mend(world, finding)

    assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("deleted",)]
    assert world.write("SELECT count(*) FROM user_databases WHERE status = 'active'") == [(1,)]


def test_fault_60_a_row_that_names_another_database_is_given_its_own_where_that_exists(
    contradictions: Contradictions,
) -> None:
    world, tenant = contradictions.world, contradictions.wrong_owner()
    contradictions.make_database(world.name(tenant))
    assert seen(world) == contradictions.planted

    mend(world, only(world.console.reconciliation.find(), FindingKind.WRONG_OWNER))

    assert world.console.tenants.locate(tenant).database.name == world.name(tenant)


@pytest.mark.parametrize(
    "name", ["mysql", "../../etc/passwd", "pagevoo_website_", "x" * 70, "information_schema", "a; DROP DATABASE b", ""]
)
def test_fault_59_a_row_that_names_no_tenants_database_is_found_and_what_it_names_untouched(
    contradictions: Contradictions, name: str
) -> None:
    contradictions.foreign_name(name)
    world = contradictions.world
    databases = world.master.databases()
    assert seen(world) == contradictions.planted

    mend(world, only(world.console.reconciliation.find(), FindingKind.FOREIGN_NAME))

    assert world.master.databases() == databases


def test_fault_59_a_row_that_names_the_master_is_found(contradictions: Contradictions) -> None:
    contradictions.foreign_name(contradictions.world.master.name)

    assert seen(contradictions.world) == contradictions.planted


def test_fault_61_a_row_bound_to_anothers_website_is_unbound_and_that_website_left_alone(
    contradictions: Contradictions,
) -> None:
    world, tenant = contradictions.world, contradictions.website_of_another()
    websites = world.write("SELECT * FROM user_websites ORDER BY id")

    mend(world, only(world.console.reconciliation.find(), FindingKind.WEBSITE_OF_ANOTHER))

    assert world.write("SELECT website_id, status FROM user_databases WHERE user_id = {0}", int(tenant)) == [
        (None, "active")
    ]
    assert world.write("SELECT * FROM user_websites ORDER BY id") == websites


def test_a_database_that_is_only_called_like_ours_is_shown_and_goes_by_its_name_alone(
    contradictions: Contradictions,
) -> None:
    world = contradictions.world
    names = ["pagevoo_scratch_0123456789abcdef", "pagevoo_stage_1", "pagevoo_trash_9_0a1b2c"]
    for name in names:
        contradictions.make_database(name)
        contradictions.expect(FindingKind.LEFTOVER, name)
    found = world.console.reconciliation.find()
    assert seen(world) == contradictions.planted

    strays = [finding for finding in found.findings if finding.database in names]
    assert [finding.repair.is_automatic for finding in strays] == [False] * 3
    assert all("no operation of this master speaks of it" in finding.evidence for finding in strays)
    assert all("0 tables" in finding.evidence for finding in strays)
    if world.master.engine == "postgresql":
        assert all("It was made at 20" in finding.evidence for finding in strays)
    world.console.reconciliation.repair_all(found, JobContext())
    assert set(names) <= set(world.master.databases())
    planned, plan = world.console.reconciliation.plan(strays[0].id)
    with pytest.raises(Refused, match="typing its name"):
        world.console.reconciliation.repair(planned, plan, [f"{strays[0].database}x"], JobContext())

    *kept, dropped = strays
    mend(world, dropped, RepairOptions(grace_days=0))
    for finding in kept:
        mend(world, finding)

    assert not set(names) & set(world.master.databases())
    entries = world.console.trash.list()
    assert {entry.database for entry in entries} == {finding.database for finding in kept}
    assert [one for one in world.console.reconciliation.find().findings if one.kind is FindingKind.LEFTOVER] == []
    world.console.trash.undelete(world.console.trash.plan_undelete(entries[0].operation), JobContext())
    assert set(names) & set(world.master.databases()) == {entries[0].database}
    trash = world.console.trash
    trash.purge(trash.plan_purge(entries[1].operation), entries[1].database, JobContext())
    assert entries[1].name not in world.master.databases()


def test_seed_s2_a_wrong_key_is_told_with_its_statements_and_never_mended_by_the_console(
    contradictions: Contradictions,
) -> None:
    world = contradictions.world
    world.master.execute("CREATE UNIQUE INDEX user_status ON user_databases (user_id, status)")
    finding = only(world.console.reconciliation.find(), FindingKind.WRONG_INDEX)

    with pytest.raises(Refused) as refused:
        world.console.reconciliation.plan(finding.id)

    assert refused.value.code == "by_hand"
    assert "user_status" in finding.repair.steps[0].title
    if contradictions.engine != "postgresql":
        world.master.execute(*(step.title for step in finding.repair.steps))
        assert seen(world) == Counter()


def test_seed_s2_a_ghost_that_a_wrong_key_keeps_from_being_marked_is_told_so(
    contradictions: Contradictions,
) -> None:
    world, tenant = contradictions.world, contradictions.ghost()
    contradictions.row(tenant, world.name(tenant), None, status="deleted")
    world.master.execute("CREATE UNIQUE INDEX user_status ON user_databases (user_id, status)")

    with pytest.raises(ConsoleError) as refused:
        mend(world, only(world.console.reconciliation.find(), FindingKind.GHOST))

    assert refused.value.code == "registry_key"
    assert world.console.operations.list(open_only=True) == ()


def test_a_tenant_that_somebody_works_on_is_left_out(contradictions: Contradictions) -> None:
    world, tenant = contradictions.world, contradictions.ghost()
    world.write(
        "INSERT INTO console_operations (kind, tenant, target, database_name, server, state, epoch, owner, plan,"
        " evidence, created_at, heartbeat_at) VALUES ({0}, {1}, {2}, {3}, {4}, {5}, 1, 'x', '[]', '[]', {6}, {7})",
        "other.work", tenant, tenant, world.name(tenant), "master", "running",
        "2026-01-01 00:00:00", "2026-01-01 00:00:00",
    )  # fmt: skip

    found = world.console.reconciliation.find()

    assert found.at_work == (tenant,)
    assert [finding.kind.value for finding in found.findings] == ["wrong_index"]
