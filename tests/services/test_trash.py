"""The trash: what goes in, what comes out, and what never does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.deletion import DeletionRequest, DeletionResult
from pagevoo_console.domain.errors import Busy, Refused, WrongUsage
from pagevoo_console.domain.freeze import FreezeReason
from pagevoo_console.domain.trash import TrashEntry
from pagevoo_console.domain.website import WebsiteDeletionRequest
from pagevoo_console.services import deletion_measures, trash
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.values import now
from tests.faults.killing import killed_at
from tests.faults.scenes import note, notes, nothing_open, published_tenant
from tests.services.platform_world import World


def delete(world: World, tenant: str, grace: int | None = None, reason: str = "") -> DeletionResult:
    plan = world.console.deletions.plan(DeletionRequest(tenant, grace_days=grace, reason=reason))
    return world.console.deletions.run(plan, world.name(tenant), JobContext())


def undelete(world: World, operation: str, website: str | None = None) -> str:
    plan = world.console.trash.plan_undelete(operation, website)
    return world.console.trash.undelete(plan, JobContext()).operation


def purge(world: World, operation: str) -> str:
    plan = world.console.trash.plan_purge(operation)
    return world.console.trash.purge(plan, plan.entry.database, JobContext()).operation


def only(world: World, tenant: str) -> TrashEntry:
    (entry,) = world.console.trash.list(tenant)
    return entry


def refusal(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.hint
    return caught.value


def age(world: World, done: DeletionResult) -> None:
    """Have the grace period of this deletion ended long ago."""
    shorten = "UPDATE console_operations SET evidence = REPLACE(evidence, {0}, {1}) WHERE id = {2}"
    until = str(done.purge_after)[:10]
    world.write(shorten, f'"purge_after": "{until}', '"purge_after": "2020-01-01', int(done.operation))


def test_what_was_deleted_is_in_the_trash_for_a_week_and_out_of_everybodys_sight(world: World) -> None:
    tenant = published_tenant(world)
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    assert plan.is_kept
    assert [step.name for step in plan.steps] == ["backup", "verify", "unpublish", "quiesce", "trash", "compare"]
    assert not any(step.is_destructive for step in plan.steps)

    done = delete(world, tenant)

    entry = only(world, tenant)
    assert (entry.operation, entry.database, entry.name) == (done.operation, world.name(tenant), done.trash)
    assert entry.name in world.master.databases()
    assert world.name(tenant) not in world.master.databases()
    assert entry.days_left(now()) == entry.grace_days == 7
    assert entry.purge_after == done.purge_after
    assert entry.size_bytes
    assert entry.by
    shown = world.console.tenants.show(tenant)
    assert shown.database is not None
    assert shown.database.state is DatabaseState.DELETED
    assert shown.locked_to_website is None
    found = world.console.reconciliation.find().findings
    assert [one for one in found if one.database == entry.name or one.tenant == tenant] == []
    world.console.sightings.scan(JobContext())
    assert entry.name not in {orphan.name for orphan in world.console.directory.summary().orphans}
    _, (deleted, *_) = world.console.audit.events(tenant=tenant, action="database.delete")
    assert json.loads(str(deleted.after))["trash"] == entry.name


def test_undeleting_brings_back_database_and_row_and_leaves_the_website_offline(world: World) -> None:
    tenant = published_tenant(world)
    done = delete(world, tenant)
    plan = world.console.trash.plan_undelete(done.operation)
    assert "unpublished" in plan.warnings[0]

    operation = undelete(world, done.operation)

    assert world.write("SELECT status, deleted_at FROM user_databases WHERE user_id = {0}", int(tenant)) == [
        ("active", None)
    ]
    assert notes(world, tenant) == {"kept"}
    note(world, tenant, "new")
    assert not world.write("SELECT is_published FROM user_websites WHERE user_id = {0}", int(tenant))[0][0]
    assert world.console.trash.list(tenant) == ()
    assert only_kind(world, operation) == "database.undelete"
    assert world.console.features.drift(tenant) == ()
    assert refusal(lambda: undelete(world, done.operation)).code == "not_in_trash"
    assert nothing_open(world)
    again = delete(world, tenant)
    assert again.trash != done.trash
    assert notes_of(world, str(again.trash)) == {"kept", "new"}


def only_kind(world: World, operation: str) -> str:
    return world.console.operations.get(operation).kind


def notes_of(world: World, database: str) -> set[str]:
    return {str(key) for (key,) in world.write("SELECT setting_key FROM feature_settings", database=database)}


def test_nothing_is_given_back_over_a_new_database(world: World) -> None:
    tenant, website = world.provisioned()
    done = delete(world, tenant)
    planned = world.console.trash.plan_undelete(done.operation)
    world.console.databases.create(world.console.databases.plan_creation(tenant, website), JobContext())
    note(world, tenant, "new")

    assert refusal(lambda: world.console.trash.plan_undelete(done.operation)).code == "database_exists"
    assert refusal(lambda: world.console.trash.undelete(planned, JobContext())).code == "database_exists"
    assert notes(world, tenant) == {"new"}
    assert only(world, tenant).operation == done.operation
    assert nothing_open(world)


def test_fault_54_a_database_that_the_platform_made_meanwhile_is_not_touched(world: World) -> None:
    tenant, _ = world.provisioned()
    done = delete(world, tenant)
    if world.master.directory is not None:
        (world.master.directory / f"{world.name(tenant)}.db").write_bytes(b"")
    else:
        world.master.execute(f"CREATE DATABASE {world.name(tenant)}")

    assert refusal(lambda: undelete(world, done.operation)).code == "database_exists"
    assert only(world, tenant).name in world.master.databases()
    purge(world, done.operation)
    assert world.name(tenant) in world.master.databases()


def test_purging_needs_the_databases_name_and_is_for_good(world: World) -> None:
    tenant = published_tenant(world)
    bystander = published_tenant(world)
    done = delete(world, tenant)
    kept = delete(world, bystander)
    plan = world.console.trash.plan_purge(done.operation)
    assert "could be had back until" in plan.warnings[0]
    for wrong in ("", str(done.trash), world.name(bystander), f"{world.name(tenant)} "):
        error = refusal(lambda given=wrong: world.console.trash.purge(plan, given, JobContext()))  # type: ignore[misc]
        assert error.code == "confirmation_mismatch"
    assert done.trash in world.master.databases()

    purge(world, done.operation)

    assert done.trash not in world.master.databases()
    assert kept.trash in world.master.databases()
    assert world.console.trash.list(tenant) == ()
    assert refusal(lambda: purge(world, done.operation)).code == "not_in_trash"
    assert world.console.backups.verify(world.console.backups.get(str(done.backup_path)), JobContext()).ok
    _, events = world.console.audit.events(tenant=tenant, action="database.purge")
    assert [event.outcome for event in events][-2:] != [Outcome.DONE, Outcome.DONE]
    assert events[0].outcome is Outcome.DONE
    undelete(world, kept.operation)
    assert notes(world, bystander) == {"kept"}


def test_what_is_in_the_place_of_what_was_deleted_is_not_purged(world: World) -> None:
    tenant, _ = world.provisioned()
    done = delete(world, tenant)
    stranger, _ = world.provisioned()
    engine = world.console.master.engine
    server = world.console.connection.master
    with world.console.connections.open(server, writable=True) as session:
        engine.drop_database(session, str(done.trash))
        memo = engine.move_memo(session, world.name(stranger))
        engine.move(session, world.name(stranger), str(done.trash), memo, "somebody else's")

    assert refusal(lambda: purge(world, done.operation)).code == "generation_changed"
    assert refusal(lambda: undelete(world, done.operation)).code == "trash_missing"
    assert done.trash in world.master.databases()


def test_no_grace_drops_at_once_and_nothing_is_left_in_the_trash(world: World) -> None:
    tenant = published_tenant(world)
    before = world.master.databases()
    done = delete(world, tenant, grace=0)
    assert (done.trash, done.purge_after) == (None, None)
    assert before - world.master.databases() == {world.name(tenant)}
    assert world.master.databases() <= before
    assert world.console.trash.list(tenant) == ()
    assert refusal(lambda: undelete(world, done.operation)).code == "not_in_trash"
    with pytest.raises(WrongUsage):
        world.console.deletions.plan(DeletionRequest(tenant, grace_days=-1))


def test_without_a_backup_the_trash_is_the_way_back(world: World) -> None:
    tenant = published_tenant(world)
    request = DeletionRequest(tenant, no_backup=True, reason="in a hurry", grace_days=3)
    plan = world.console.deletions.plan(request)
    assert [step.name for step in plan.steps] == ["unpublish", "quiesce", "trash"]
    done = world.console.deletions.run(plan, world.name(tenant), JobContext())
    assert only(world, tenant).grace_days == 3
    assert only(world, tenant).reason == "in a hurry"
    undelete(world, done.operation)
    assert notes(world, tenant) == {"kept"}


def test_rows_written_between_backup_and_move_are_backed_up_too(world: World) -> None:
    tenant = published_tenant(world)
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    (title,) = [step.title for step in plan.steps if step.name == "quiesce"]
    done = world.console.deletions.run(
        plan,
        world.name(tenant),
        JobContext(on_line=lambda line: note(world, tenant, "late") if line == title else None),
    )
    assert notes_of(world, str(done.trash)) == {"kept", "late"}
    purge(world, done.operation)
    backup = world.console.backups.get(str(done.backup_path))
    world.console.restores.run(world.console.restores.plan(backup, tenant), None, JobContext())
    assert notes(world, tenant) == {"kept", "late"}


def test_the_sweep_purges_what_expired_and_nothing_else(world: World) -> None:
    long, short = published_tenant(world), published_tenant(world)
    kept, expired = delete(world, long, grace=30), delete(world, short, grace=1)
    assert world.console.trash.purge_expired(JobContext()).purged == ()
    age(world, expired)

    swept = world.console.trash.purge_expired(JobContext())

    assert (swept.purged, swept.left) == ((expired.operation,), ())
    assert expired.trash not in world.master.databases()
    assert only(world, long).operation == kept.operation
    _, (event, *_) = world.console.audit.events(tenant=short, action="database.purge")
    assert "grace period" in str(event.after)
    assert world.console.trash.purge_expired(JobContext()).purged == ()


def test_the_sweep_leaves_what_no_backup_could_bring_back(world: World) -> None:
    tenant = published_tenant(world)
    done = delete(world, tenant, grace=1)
    assert done.backup_path is not None
    done.backup_path.unlink()
    age(world, done)

    swept = world.console.trash.purge_expired(JobContext())

    assert swept.purged == ()
    assert [operation for operation, _ in swept.left] == [done.operation]
    assert done.trash in world.master.databases()
    assert "backup" in " ".join(world.console.trash.plan_purge(done.operation).warnings)
    purge(world, done.operation)
    assert done.trash not in world.master.databases()


def test_fault_16_a_wrong_clock_purges_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant, _ = world.provisioned()
    done = delete(world, tenant, grace=1)
    age(world, done)
    monkeypatch.setattr(trash, "MOST_SKEW", timedelta(seconds=-1))
    swept = world.console.trash.purge_expired(JobContext())
    assert [operation for operation, _ in swept.left] == [done.operation]
    assert "clock" in swept.left[0][1]
    assert done.trash in world.master.databases()


def test_the_fleet_tick_empties_the_trash(world: World) -> None:
    tenant, _ = world.provisioned()
    done = delete(world, tenant)
    age(world, done)
    ticked = world.console.fleet_tick.run(JobContext())
    assert done.operation in ticked.purged
    assert done.trash not in world.master.databases()


def test_a_website_deleted_with_its_database_needs_another_one_to_come_back_to(world: World) -> None:
    tenant, (first, second) = world.add_tenant(websites=2)
    databases, websites = world.console.databases, world.console.websites
    databases.create(databases.plan_creation(tenant, first), JobContext())
    note(world, tenant, "kept")
    plan = websites.plan_deletion(WebsiteDeletionRequest(first, with_database=True))
    done = websites.delete(plan, "Website 0", JobContext(), database_confirmation=world.name(tenant))
    operation = str(done.operation)

    assert refusal(lambda: undelete(world, operation)).code == "website_gone"
    _, (foreign,) = world.add_tenant()
    assert refusal(lambda: undelete(world, operation, foreign)).code == "not_the_owner"
    undelete(world, operation, second)

    assert notes(world, tenant) == {"kept"}
    assert world.console.tenants.show(tenant).locked_to_website == second


def test_a_switch_leaves_the_old_database_in_the_trash(world: World) -> None:
    tenant, (first, second) = world.add_tenant(websites=2)
    databases, switches = world.console.databases, world.console.switches
    databases.create(databases.plan_creation(tenant, first), JobContext())
    note(world, tenant, "old")
    done = switches.run(switches.plan(tenant, second), world.name(tenant), JobContext())
    assert notes(world, tenant) == set()
    assert notes_of(world, only(world, tenant).name) == {"old"}
    assert refusal(lambda: undelete(world, done.operation)).code == "database_exists"

    delete(world, tenant, grace=0)
    undelete(world, done.operation)

    assert notes(world, tenant) == {"old"}
    assert world.console.tenants.show(tenant).locked_to_website == first


def test_who_was_frozen_is_frozen_again(world: World) -> None:
    tenant, _ = world.provisioned()
    freezes = world.console.freezes
    freezes.freeze(freezes.plan(tenant), JobContext())
    done = delete(world, tenant)
    undelete(world, done.operation)
    database = world.console.databases.status(tenant)
    assert database.frozen is not None
    assert database.frozen.reason is FreezeReason.MANUAL


def test_the_trash_takes_room_on_its_server_and_is_no_tenants(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant, _ = world.provisioned()
    before = world.console.server_health.look()[0].databases
    delete(world, tenant)
    assert world.console.server_health.look()[0].databases == before
    other, (website,) = world.add_tenant()
    lifecycle = replace(world.console.platform.lifecycle, max_databases_per_server=before)
    monkeypatch.setattr(world.console.master, "platform", replace(world.console.platform, lifecycle=lifecycle))
    assert refusal(lambda: world.console.databases.plan_creation(other, website)).code == "server_full"


def test_fault_50_of_two_who_want_it_one_gets_it(world: World) -> None:
    tenant, _ = world.provisioned()
    done = delete(world, tenant)
    assert killed_at("database.undelete.after.back", lambda: undelete(world, done.operation))
    plan = replace(world.console.trash.plan_purge(done.operation), warnings=())
    with pytest.raises(Busy):
        world.console.trash.purge(plan, world.name(tenant), JobContext())
    (operation,) = world.console.operations.list(tenant=tenant, open_only=True)
    world.console.operations.abandon(operation.id, JobContext())
    assert only(world, tenant).operation == done.operation
    undelete(world, done.operation)


def test_the_blast_radius_is_measured(world: World) -> None:
    tenant, _ = world.provisioned()
    features = world.console.features
    features.install(features.plan_install(tenant, ["shop", "booking"]), JobContext())
    name = world.name(tenant)
    order = "INSERT INTO shop_orders (order_number, email, status, placed_at) VALUES ({0}, {1}, {2}, {3})"
    world.write(order, "1", "a@example.org", "pending", "2026-01-02 03:04:05", database=name)
    world.write(order, "2", "a@example.org", "completed", "2026-01-01 00:00:00", database=name)
    booking = (
        "INSERT INTO bookings (reference, service_name, customer_name, customer_email, starts_at, ends_at, status)"
        " VALUES ({0}, {1}, {2}, {3}, {4}, {5}, {6})"
    )
    year = now().year + 1
    for reference, when, status in (("a", year, "confirmed"), ("b", year, "cancelled"), ("c", 2020, "confirmed")):
        begin, end = f"{when}-05-01 10:00:00", f"{when}-05-01 11:00:00"
        world.write(booking, reference, "Cut", "Ada", "a@example.org", begin, end, status, database=name)

    plan = world.console.deletions.plan(DeletionRequest(tenant))

    radius = plan.radius
    assert (radius.open_orders, radius.open_bookings) == (1, 1)
    assert radius.rows_exact
    counted = [
        world.write(f"SELECT count(*) FROM {table}", database=name)[0][0]
        for table in ("shop_orders", "bookings", "installed_features")
    ]
    assert sum(counted) <= radius.rows
    assert radius.last_write is not None
    assert abs((now() - radius.last_write).total_seconds()) < 600
    assert any("open order" in warning for warning in plan.warnings)


def test_tables_that_are_too_large_to_count_are_estimated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant, _ = world.provisioned()
    monkeypatch.setattr(deletion_measures, "COUNTED_UP_TO", -1)
    assert not world.console.deletions.plan(DeletionRequest(tenant)).radius.rows_exact


def test_a_certificate_says_what_was_deleted_by_whom_and_what_is_left(world: World, tmp_path: Path) -> None:
    tenant = published_tenant(world)
    world.write("UPDATE users SET name = {0} WHERE id = {1}", "<script>alert(1)</script>\u202e", int(tenant))
    done = delete(world, tenant, reason="asked to be <b>forgotten</b>")
    certificates = world.console.certificates

    found = certificates.get(done.operation)

    assert (found.state, found.database, found.tenant) == ("kept", world.name(tenant), tenant)
    assert found.tables["feature_settings"] == 1
    assert found.backup_sha256
    assert found.backup_proved_at is not None
    assert found.audit_hash
    page, data = tmp_path / "certificate.html", tmp_path / "certificate.json"
    certificates.save(found, page)
    certificates.save(found, data)
    text = page.read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "\u202e" not in text
    assert "&lt;b&gt;forgotten" in text
    assert found.backup_sha256 in text
    assert json.loads(data.read_text(encoding="utf-8"))["rows"] == found.rows
    assert page.stat().st_mode & 0o77 == 0
    assert refusal(lambda: certificates.save(found, data)).code == "file_exists"
    operation = purge(world, done.operation)
    after = certificates.get(done.operation)
    assert (after.state, after.ended_by) == ("purged", operation)
    assert after.ended_at is not None
    assert refusal(lambda: certificates.get(operation)).code == "not_a_deletion"
