"""The gestures on websites and tiers that are killed on purpose."""

from __future__ import annotations

from pagevoo_console.domain.website import WebsiteDeletionRequest
from pagevoo_console.services.jobs import JobContext
from tests.faults.gestures import SETTING, Gesture
from tests.services.platform_world import World


def _around(kind: str, *steps: str) -> tuple[str, ...]:
    return tuple(f"{kind}.{when}.{step}" for step in steps for when in ("before", "after"))


class Publication(Gesture):
    """Publishing that creates the database: never published without one."""

    failpoints = ("database.create.after.create", "database.create.before.finish", "database.create.done")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, (self.website,) = world.add_tenant()
        self.plan = self.console.websites.plan_publish(self.website)

    def work(self) -> object:
        return self.console.websites.publish(self.plan, JobContext())

    def check_between(self) -> None:
        super().check_between()
        assert self.published() == (self.registry() == [("active",)])

    def go_on(self) -> None:
        if self.registry() != [("active",)]:
            self.work()

    def check(self) -> None:
        assert self.registry() == [("active",)]
        assert self.published()
        assert self.console.features.drift(self.tenant) == ()

    def published(self) -> bool:
        query = "SELECT is_published FROM user_websites WHERE id = {0}"
        return bool(self.world.write(query, int(self.website))[0][0])


class WebsiteDeletion(Gesture):
    """A website and its database as one plan: the website is there as long as its row is live."""

    failpoints = (
        "database.delete.after.unpublish", "database.delete.after.trash", "database.delete.before.finish",
        "database.delete.done",
    )  # fmt: skip

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, self.website = world.provisioned()
        world.write(SETTING, "core", "kept", '"yes"', database=world.name(self.tenant))

    def work(self) -> object:
        websites = self.console.websites
        plan = websites.plan_deletion(WebsiteDeletionRequest(self.website, with_database=True))
        return websites.delete(plan, "Website 0", JobContext(), database_confirmation=self.world.name(self.tenant))

    def check_between(self) -> None:
        super().check_between()
        assert self.is_there() == (self.registry() == [("active",)])

    def go_on(self) -> None:
        if self.is_there():
            self.work()

    def check(self) -> None:
        assert not self.is_there()
        assert self.registry() == [("deleted",)]
        assert self.world.name(self.tenant) not in self.world.master.databases()
        assert [backup for backup in self.console.backups.list(self.tenant) if backup.verified_at]

    def is_there(self) -> bool:
        return self.world.write("SELECT count(*) FROM user_websites WHERE id = {0}", int(self.website)) == [(1,)]


class Switching(Gesture):
    """Moving to another website: at every moment at most one live row, and a proved backup once nothing is live."""

    failpoints = (
        "database.switch.begun",
        *_around(
            "database.switch",
            "old:backup", "old:verify", "old:unpublish", "old:quiesce", "old:trash", "old:compare", "old:finish",
            "new:create", "new:core", "new:compare",
        ),
        "database.switch.before.finish",
        "database.switch.done",
    )  # fmt: skip

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, (self.first, self.second) = world.add_tenant(websites=2)
        databases = self.console.databases
        databases.create(databases.plan_creation(self.tenant, self.first, publish=True), JobContext())
        world.write(SETTING, "core", "kept", '"yes"', database=world.name(self.tenant))

    def work(self) -> object:
        plan = self.console.switches.plan(self.tenant, self.second)
        return self.console.switches.run(plan, self.world.name(self.tenant), JobContext())

    def check_between(self) -> None:
        super().check_between()
        assert self.registry() in ([("active",)], [("deleted",)], [("deleted",), ("active",)])
        if self.registry() != [("active",)]:
            assert [backup for backup in self.console.backups.list(self.tenant) if backup.verified_at]

    def go_on(self) -> None:
        """What was begun is resumed by its number; what never was is done again."""
        for operation in self.console.operations.list(tenant=self.tenant, open_only=True):
            self.console.operations.resume(operation.id, JobContext())
        if self.registry() == [("active",)]:
            self.work()

    def check(self) -> None:
        assert self.registry() == [("deleted",), ("active",)]
        database = self.world.name(self.tenant)
        assert self.world.write("SELECT count(*) FROM feature_settings", database=database) == [(0,)]
        shown = self.console.tenants.show(self.tenant)
        assert shown.locked_to_website == self.second
        self.check_published()

    def check_published(self) -> None:
        assert (self.published(self.first), self.published(self.second)) == (False, False)

    def published(self, website: str) -> bool:
        query = "SELECT is_published FROM user_websites WHERE id = {0}"
        return bool(self.world.write(query, int(website))[0][0])


class SwitchingAndPublishing(Switching):
    """The same with the new website published in the end: never before its database is live."""

    failpoints = ("database.switch.after.old:finish", "database.switch.before.finish", "database.switch.done")

    def work(self) -> object:
        plan = self.console.switches.plan(self.tenant, self.second, publish=True)
        return self.console.switches.run(plan, self.world.name(self.tenant), JobContext())

    def check_between(self) -> None:
        super().check_between()
        assert self.published(self.second) == (self.registry() == [("deleted",), ("active",)])

    def check_published(self) -> None:
        assert (self.published(self.first), self.published(self.second)) == (False, True)


class TierChanging(Gesture):
    """A downgrade: the tier is written last, with the features switched before it."""

    failpoints = (
        "tenant.tier.begun", *_around("tenant.tier", "disable:blog"), "tenant.tier.before.finish", "tenant.tier.done",
    )  # fmt: skip

    def __init__(self, world: World) -> None:
        super().__init__(world)
        world.write("DELETE FROM tier_permissions")
        world.write(
            "INSERT INTO tier_permissions (tier, permission, is_allowed) VALUES ({0}, {1}, {2})",
            "trial", "feature:blog", False,
        )  # fmt: skip
        self.tenant, _ = world.provisioned()
        features = self.console.features
        features.install(features.plan_install(self.tenant, ["blog"]), JobContext())

    def work(self) -> object:
        changes = self.console.tier_changes
        return changes.run(changes.plan(self.tenant, "trial"), JobContext())

    def check_between(self) -> None:
        super().check_between()
        assert self.tier() == "pro" or not self.is_active()

    def check(self) -> None:
        assert (self.tier(), self.is_active()) == ("trial", False)

    def tier(self) -> str:
        return str(self.world.write("SELECT tier FROM users WHERE id = {0}", int(self.tenant))[0][0])

    def is_active(self) -> bool:
        rows = self.world.write("SELECT is_active FROM installed_features", database=self.world.name(self.tenant))
        return bool(rows[0][0])


WEBSITE_GESTURES: tuple[type[Gesture], ...] = (
    Publication, WebsiteDeletion, Switching, SwitchingAndPublishing, TierChanging,
)  # fmt: skip
