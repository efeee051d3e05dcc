"""Publishing, unpublishing and deleting websites: Pagevoo rules 3 to 5, workflows A and B, edge case 1."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import partial

import pytest

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import Busy, NotFound, Refused
from pagevoo_console.domain.website import WebsiteDeletionRequest, WebsiteResult
from pagevoo_console.services.jobs import JobContext
from tests.faults.killing import killed_at
from tests.services.platform_world import World

PAGE = "INSERT INTO user_pages (id, website_id, name) VALUES ({0}, {1}, {2})"
SECTION = "INSERT INTO user_sections (user_page_id, name) VALUES ({0}, {1})"


def publish(world: World, website: str) -> WebsiteResult:
    return world.console.websites.publish(world.console.websites.plan_publish(website), JobContext())


def delete(world: World, website: str, confirmation: str | None, database: str | None = None) -> WebsiteResult:
    websites = world.console.websites
    plan = websites.plan_deletion(WebsiteDeletionRequest(website, with_database=database is not None))
    return websites.delete(plan, confirmation, JobContext(), database_confirmation=database or "")


def refused(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.hint
    return caught.value


def is_published(world: World, website: str) -> bool:
    ((published,),) = world.write("SELECT is_published FROM user_websites WHERE id = {0}", int(website))
    return bool(published)


def exists(world: World, website: str) -> bool:
    return world.write("SELECT count(*) FROM user_websites WHERE id = {0}", int(website)) == [(1,)]


def rename(world: World, website: str, name: str | None) -> None:
    world.write("UPDATE user_websites SET name = {0} WHERE id = {1}", name, int(website))


def test_workflow_a_publishing_creates_the_database_and_locks_the_user_to_the_website(world: World) -> None:
    tenant, (website, other) = world.add_tenant(websites=2)
    plan = world.console.websites.plan_publish(website)
    assert [step.name for step in plan.steps] == ["create", "core", "compare", "publish"]

    done = world.console.websites.publish(plan, JobContext())

    assert done.website.is_published
    assert done.website.has_database
    assert done.database is not None
    assert (done.database.name, done.database.state) == (world.name(tenant), DatabaseState.ACTIVE)
    assert done.operation is not None
    assert world.console.operations.get(done.operation).kind == "database.create"
    assert is_published(world, website)
    shown = world.console.tenants.show(tenant)
    assert shown.locked_to_website == website
    assert refused(lambda: publish(world, other)).code == "locked_to_website"
    assert world.console.audit.verify().ok


def test_workflow_b_a_database_made_by_hand_is_kept_when_the_website_is_published(world: World) -> None:
    tenant, website = world.provisioned()
    assert not is_published(world, website)

    done = publish(world, website)

    assert done.operation is None
    assert is_published(world, website)
    assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("active",)]
    _, (event,) = world.console.audit.events(tenant=tenant, action="website.publish")
    assert event.outcome is Outcome.DONE


def test_publishing_what_is_published_changes_nothing(world: World) -> None:
    tenant, (website,) = world.add_tenant()
    publish(world, website)
    before = world.console.audit.events(tenant=tenant)[0]

    assert world.console.websites.plan_publish(website).steps == ()
    assert publish(world, website).website.is_published
    assert world.console.audit.events(tenant=tenant)[0] == before


def test_rule_3_another_website_is_not_published_and_the_refusal_names_the_way_out(world: World) -> None:
    tenant, (first, second) = world.add_tenant(websites=2)
    publish(world, first)

    error = refused(lambda: world.console.websites.plan_publish(second))

    assert error.code == "locked_to_website"
    assert f"website {first}" in error.message
    assert f"database switch {tenant} --website {second} --confirm {world.name(tenant)}" in error.hint
    assert not is_published(world, second)


def test_a_website_published_without_a_database_by_other_code_gets_one(world: World) -> None:
    tenant, (website,) = world.add_tenant()
    world.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", True, int(website))

    done = publish(world, website)

    assert done.database is not None
    assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("active",)]


def test_a_website_whose_database_is_gone_is_not_published(world: World) -> None:
    tenant, website = world.provisioned()
    located = world.console.tenants.locate(tenant)
    with world.console.connections.open(located.server, writable=True) as session:
        located.engine.drop_database(session, world.name(tenant))

    assert refused(lambda: publish(world, website)).code == "database_missing"
    assert not is_published(world, website)


def test_a_website_is_not_published_while_its_database_is_being_worked_on(world: World) -> None:
    tenant, website = world.provisioned()
    located = world.console.tenants.locate(tenant)
    plan = world.console.websites.plan_publish(website)

    with world.console.operations.holding(tenant, located.server), pytest.raises(Busy):
        world.console.websites.publish(plan, JobContext())

    assert not is_published(world, website)


def test_nobodys_website_and_one_that_is_not_there_are_not_found(world: World) -> None:
    _, (website,) = world.add_tenant()
    world.write("UPDATE user_websites SET user_id = NULL WHERE id = {0}", int(website))
    for one in (website, "987654321", "7abc", ""):
        with pytest.raises(NotFound):
            world.console.websites.plan_publish(one)


def test_unpublishing_keeps_the_database_and_doing_it_twice_is_nothing(world: World) -> None:
    tenant, (website,) = world.add_tenant()
    publish(world, website)

    done = world.console.websites.unpublish(website)
    again = world.console.websites.unpublish(website)

    assert not is_published(world, website)
    assert done.database is not None
    assert done.database.state is DatabaseState.ACTIVE
    assert again.website == done.website
    assert world.console.audit.events(tenant=tenant, action="website.unpublish")[0] == 1


def test_edge_case_1_a_website_with_a_database_is_not_deleted_and_both_ways_out_are_named(world: World) -> None:
    tenant, website = world.provisioned()

    error = refused(lambda: delete(world, website, "Website 0"))

    assert error.code == "website_has_database"
    assert f"--with-database {world.name(tenant)}" in error.hint
    assert f"database delete {tenant}" in error.hint
    assert exists(world, website)


def test_edge_case_1_website_and_database_are_deleted_as_one_plan(world: World) -> None:
    tenant, website = world.provisioned()
    world.write(PAGE, int(website), int(website), "Home")
    world.write(SECTION, int(website), "Hero")
    publish(world, website)
    plan = world.console.websites.plan_deletion(WebsiteDeletionRequest(website, with_database=True))
    assert plan.rows == {"user_pages": 1, "user_sections": 1}
    assert [step.name for step in plan.steps][-3:] == ["trash", "compare", "website"]

    done = delete(world, website, "Website 0", world.name(tenant))

    assert not exists(world, website)
    assert world.write("SELECT count(*) FROM user_pages WHERE website_id = {0}", int(website)) == [(0,)]
    assert world.write("SELECT count(*) FROM user_sections WHERE user_page_id = {0}", int(website)) == [(0,)]
    assert world.name(tenant) not in world.master.databases()
    assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("deleted",)]
    assert done.backup_path is not None
    assert world.console.backups.get(str(done.backup_path)).verified_at is not None
    assert world.console.audit.verify().ok
    assert [one.kind for one in world.console.operations.list(tenant=tenant)] == ["database.delete", "database.create"]


@pytest.mark.parametrize(
    ("confirmation", "database"), [("Website 0", "pagevoo_website_1"), ("website 0", None), ("Website 0", "")]
)
def test_both_names_have_to_be_right_and_otherwise_nothing_happens(
    world: World, confirmation: str, database: str | None
) -> None:
    tenant, website = world.provisioned()
    given = world.name(tenant) if database is None else database

    assert refused(lambda: delete(world, website, confirmation, given)).code == "confirmation_mismatch"
    assert exists(world, website)
    assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("active",)]
    assert world.name(tenant) in world.master.databases()


def test_a_website_without_a_database_is_deleted_with_its_pages(world: World) -> None:
    tenant, (website, other) = world.add_tenant(websites=2)
    world.write(PAGE, int(website), int(website), "Home")
    world.write(PAGE, int(other), int(other), "Home")
    world.write(SECTION, int(website), "Hero")

    done = delete(world, website, "Website 0")

    assert (done.operation, done.database) == (None, None)
    assert not exists(world, website)
    assert exists(world, other)
    assert world.write("SELECT count(*) FROM user_pages WHERE website_id = {0}", int(website)) == [(0,)]
    assert world.write("SELECT count(*) FROM user_pages WHERE website_id = {0}", int(other)) == [(1,)]
    _, (event,) = world.console.audit.events(tenant=tenant, action="website.delete")
    assert event.outcome is Outcome.DONE


def test_the_rows_of_deleted_databases_outlive_their_website(world: World) -> None:
    tenant, website = world.provisioned()
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    world.console.deletions.run(plan, world.name(tenant), JobContext())

    delete(world, website, "Website 0")

    assert world.write("SELECT status FROM user_databases WHERE user_id = {0}", int(tenant)) == [("deleted",)]


@pytest.mark.parametrize("name", ["", "\u202eevil\u202c", "Caf\u00e9", " padded ", "a'b\"c`d\\", "naïve 🍰"])
def test_fault_91_a_confirmation_is_compared_code_point_for_code_point(world: World, name: str) -> None:
    _, (website,) = world.add_tenant()
    rename(world, website, name)
    wrong = {None, name + " ", name.strip() + "x", unicodedata.normalize("NFD", name), name.strip()} - {name}
    for confirmation in wrong:
        assert refused(partial(delete, world, website, confirmation)).code == "confirmation_mismatch"
    assert exists(world, website)

    delete(world, website, name)

    assert not exists(world, website)


def test_a_table_that_the_console_does_not_know_stops_the_deletion_by_its_name(world: World) -> None:
    tenant, website = world.provisioned()
    big = "BIGINT" if world.master.engine != "sqlite" else "INTEGER"
    world.write(
        f"CREATE TABLE seo_reports (id INTEGER PRIMARY KEY, site_id {big},"
        " FOREIGN KEY (site_id) REFERENCES user_websites (id))"
    )
    world.write("INSERT INTO seo_reports (id, site_id) VALUES (1, {0})", int(website))

    error = refused(lambda: delete(world, website, "Website 0", world.name(tenant)))

    assert error.code == "website_referenced"
    assert "seo_reports (1 row)" in error.message
    assert world.name(tenant) in world.master.databases()
    world.write("DELETE FROM seo_reports")
    delete(world, website, "Website 0", world.name(tenant))
    assert not exists(world, website)


def test_a_plain_deletion_does_not_take_up_one_that_was_to_delete_the_website_too(world: World) -> None:
    tenant, website = world.provisioned()
    assert killed_at("database.delete.begun", lambda: delete(world, website, "Website 0", world.name(tenant)))

    with pytest.raises(Busy):
        world.console.deletions.run(
            world.console.deletions.plan(DeletionRequest(tenant)), world.name(tenant), JobContext()
        )

    delete(world, website, "Website 0", world.name(tenant))
    assert not exists(world, website)
