"""The changes of features that are killed on purpose: what each needs, and what must be true in the end."""

from __future__ import annotations

from typing import ClassVar

from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.services.jobs import JobContext
from tests.faults.gestures import Gesture, points
from tests.services.platform_world import World

DISABLED = "SELECT setting_key FROM feature_settings WHERE setting_value IS NOT NULL"


class FeatureGesture(Gesture):
    """A change of a tenant's features. Gone on with by number: a plan made anew may find nothing left to do."""

    installed: ClassVar[tuple[str, ...]] = ()

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.features = self.console.features
        self.tenant, _ = world.provisioned()
        self.database = world.name(self.tenant)
        if self.installed:
            self.features.install(self.features.plan_install(self.tenant, self.installed), JobContext())

    def go_on(self) -> None:
        for operation in self.console.operations.list(tenant=self.tenant, open_only=True):
            self.console.operations.resume(operation.id, JobContext())
        self.work()

    def write(self, statement: str) -> list[tuple[object, ...]]:
        return self.world.write(statement, database=self.database)

    def states(self) -> dict[str, FeatureState]:
        return {feature.name: feature.state for feature in self.features.list(self.tenant)}


class InstallingTwo(FeatureGesture):
    failpoints = ("lineage.unwritten",)

    def work(self) -> object:
        plan = self.features.plan_install(self.tenant, ["shop", "contact_form"])
        return self.features.install(plan, JobContext())

    def check(self) -> None:
        states = self.states()
        assert (states["shop"], states["contact_form"]) == (FeatureState.INSTALLED, FeatureState.INSTALLED)
        assert self.features.drift(self.tenant) == ()


class InstallingRehearsed(FeatureGesture):
    """Tried on a copy before: no copy is left, wherever it ends."""

    failpoints = points("feature.install", "backup", "verify", "rehearse", "tables", "record")

    def work(self) -> object:
        plan = self.features.plan_install(self.tenant, ["contact_form"], rehearse=True)
        return self.features.install(plan, JobContext())

    def check(self) -> None:
        assert self.states()["contact_form"] is FeatureState.INSTALLED
        assert self.features.drift(self.tenant) == ()
        assert [backup for backup in self.console.backups.list(self.tenant) if backup.verified_at]


class Upgrading(FeatureGesture):
    installed = ("blog",)
    failpoints = (*points("feature.upgrade", "tables", "record"), "lineage.unwritten")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.write("DROP TABLE blog_comments")
        self.write("DROP TABLE blog_post_tags")
        self.write("UPDATE console_features SET version_num = 'blog_0003'")

    def work(self) -> object:
        return self.features.upgrade(self.features.plan_upgrade(self.tenant), JobContext())

    def check(self) -> None:
        assert self.states()["blog"] is FeatureState.INSTALLED
        assert self.features.drift(self.tenant) == ()


class UpgradingCore(FeatureGesture):
    """Core alone is behind: it has no row to be recorded in."""

    failpoints = (*points("feature.upgrade", "tables"), "lineage.unwritten")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.write("DROP TABLE feature_settings")
        self.write("UPDATE console_features SET version_num = 'core_0001'")

    def work(self) -> object:
        return self.features.upgrade(self.features.plan_upgrade(self.tenant), JobContext())

    def check(self) -> None:
        assert self.write("SELECT version_num FROM console_features") == [("core_0002",)]
        assert self.write("SELECT feature_type FROM installed_features") == []
        assert self.features.drift(self.tenant) == ()


class Disabling(FeatureGesture):
    installed = ("blog",)
    failpoints = points("feature.disable", "switch")

    def work(self) -> object:
        return self.features.switch(self.features.plan_disable(self.tenant, "blog"), JobContext())

    def check(self) -> None:
        assert [tuple(map(bool, row)) for row in self.write("SELECT is_active FROM installed_features")] == [(False,)]
        assert self.write(DISABLED) == [("console_disabled_by",)]


class Enabling(FeatureGesture):
    installed = ("blog",)
    failpoints = points("feature.enable", "switch")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.features.switch(self.features.plan_disable(self.tenant, "blog"), JobContext())

    def work(self) -> object:
        return self.features.switch(self.features.plan_enable(self.tenant, "blog"), JobContext())

    def check(self) -> None:
        assert [tuple(map(bool, row)) for row in self.write("SELECT is_active FROM installed_features")] == [(True,)]
        assert self.write(DISABLED) == []


class Uninstalling(FeatureGesture):
    installed = ("blog", "contact_form")
    failpoints = (
        *points("feature.uninstall", "backup", "verify", "compare", "drop", "forget"),
        "feature.uninstall.dropped",
    )

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.write("INSERT INTO blog_tags (name, slug) VALUES ('Bread', 'bread')")

    def work(self) -> object:
        return self.features.uninstall(self.features.plan_uninstall(self.tenant, "blog"), "blog", JobContext())

    def check(self) -> None:
        states = self.states()
        assert (states["blog"], states["contact_form"]) == (FeatureState.AVAILABLE, FeatureState.INSTALLED)
        assert self.write("SELECT version_num FROM console_features") == [("contact_form_0004",)]
        assert self.features.drift(self.tenant) == ()
        proved = [backup for backup in self.console.backups.list(self.tenant) if backup.verified_at]
        assert any(backup.tables.get("blog_tags") == 1 for backup in proved)


class Repairing(FeatureGesture):
    installed = ("blog",)
    failpoints = points("feature.repair", "backup", "verify", "mend:blog")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.write("DROP TABLE blog_comments")
        self.write("ALTER TABLE blog_categories DROP COLUMN description")
        on = " ON blog_posts" if world.master.engine == "mysql" else ""
        self.write(f"DROP INDEX blog_posts_status_published_at_idx{on}")
        self.write("INSERT INTO blog_categories (name, slug) VALUES ('Bread', 'bread')")

    def work(self) -> object:
        return self.features.repair(self.features.plan_repair(self.tenant), JobContext())

    def check(self) -> None:
        assert self.features.drift(self.tenant) == ()
        assert self.write("SELECT name FROM blog_categories") == [("Bread",)]


class Adopting(FeatureGesture):
    installed = ("blog",)
    failpoints = points("feature.adopt", "backup", "verify", "mend", "stamp", "record")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.write("DROP TABLE blog_comments")
        self.write("ALTER TABLE blog_categories DROP COLUMN description")
        self.write("UPDATE console_features SET version_num = 'core_0002'")
        self.write("DELETE FROM installed_features")

    def work(self) -> object:
        return self.features.adopt(self.features.plan_adopt(self.tenant, "blog"), JobContext())

    def check(self) -> None:
        assert self.states()["blog"] is FeatureState.INSTALLED
        assert self.features.drift(self.tenant) == ()


FEATURE_GESTURES: tuple[type[FeatureGesture], ...] = (
    InstallingTwo, InstallingRehearsed, Upgrading, UpgradingCore, Disabling, Enabling, Uninstalling, Repairing,
    Adopting,
)  # fmt: skip
