"""The gestures that are killed on purpose: what each needs, how it is gone on with, and what must be true then."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from pagevoo_console.domain.backup import Backup
from pagevoo_console.domain.database import DatabaseState
from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import Busy
from pagevoo_console.domain.feature import FeatureState
from pagevoo_console.domain.freeze import FreezeReason
from pagevoo_console.domain.piece import read_piece
from pagevoo_console.services.jobs import JobContext
from tests.masters import ENGINES
from tests.services.platform_world import World

PATIENCE = 100
INTO = {
    "feature_settings": (
        "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ({0}, {1}, {2})"
    ),
    "installed_features": (
        "INSERT INTO installed_features (feature_type, configuration, is_active, installed_at)"
        " VALUES ({0}, {1}, {2}, {3})"
    ),
}
VALUES: dict[str, tuple[object, ...]] = {
    "feature_settings": ("core", "tried", '"yes"'),
    "installed_features": ("tried", "{}", False, "2026-01-01 00:00:00"),
}
SETTING = "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ({0}, {1}, {2})"


class Gesture(ABC):
    """One gesture on one tenant. `failpoints` are the places where it can die, in order as far as they have one."""

    failpoints: ClassVar[tuple[str, ...]]
    engines: ClassVar[tuple[str, ...]] = ENGINES
    random_kills: ClassVar[int] = 2
    """Kills at no matter what moment, unless the command line asks for a number of them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.console = world.console

    @abstractmethod
    def work(self) -> object:
        """The gesture itself; doing it again goes on where it stopped."""

    @abstractmethod
    def check(self) -> None:
        """What must be true at the end, looked at through a raw driver."""

    def go_on(self) -> None:
        """What a person does after a crash: the same again."""
        self.work()

    def check_between(self) -> None:
        """What must be true right after the crash: that the trail is whole, at least."""
        assert self.console.audit.verify().ok

    def finish(self) -> None:
        """Go on, and look at the end and at what must hold after every gesture."""
        self.check_between()
        self.go_on_once_free()
        self.check()
        assert self.console.audit.verify().ok
        assert self.console.operations.list(tenant=self.tenant, open_only=True) == ()
        left = [name for name in self.world.master.databases() if name.startswith(("pagevoo_stage", "pagevoo_aside"))]
        assert left == []

    def go_on_once_free(self) -> None:
        """A server notices only after a moment that a killed client is gone; until then the tenant is busy."""
        for _ in range(PATIENCE):
            try:
                return self.go_on()
            except Busy:
                time.sleep(0.2)
        return self.go_on()

    def registry(self) -> list[tuple[object, ...]]:
        return self.world.write("SELECT status FROM user_databases WHERE user_id = {0} ORDER BY id", int(self.tenant))

    tenant: str


def points(kind: str, *steps: str) -> tuple[str, ...]:
    around = tuple(f"{kind}.{when}.{step}" for step in steps for when in ("before", "after"))
    return (f"{kind}.begun", *around, f"{kind}.before.finish", f"{kind}.done")


class Creation(Gesture):
    failpoints = points("database.create", "create", "core", "compare")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, (self.website,) = world.add_tenant()
        self.plan = self.console.databases.plan_creation(self.tenant, self.website)

    def work(self) -> object:
        return self.console.databases.create(self.plan, JobContext())

    def check_between(self) -> None:
        """Never active before it is whole."""
        if self.registry():
            assert self.console.features.drift(self.tenant) == ()

    def go_on(self) -> None:
        if self.registry() != [("active",)]:
            self.work()

    def check(self) -> None:
        assert self.registry() == [("active",)]
        assert self.world.write("SELECT count(*) FROM installed_features", database=self.world.name(self.tenant))
        shown = self.console.tenants.show(self.tenant).database
        assert shown is not None
        assert shown.state is DatabaseState.ACTIVE


class Installation(Gesture):
    random_kills = 5
    failpoints = points("feature.install", "tables", "record")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, _ = world.provisioned()

    def work(self) -> object:
        return self.console.features.install(self.console.features.plan_install(self.tenant, ["blog"]), JobContext())

    def check(self) -> None:
        states = {feature.name: feature.state for feature in self.console.features.list(self.tenant)}
        assert states["blog"] is FeatureState.INSTALLED
        assert self.console.features.drift(self.tenant) == ()
        rows = self.world.write("SELECT feature_type FROM installed_features", database=self.world.name(self.tenant))
        assert rows == [("blog",)]

    def go_on(self) -> None:
        """The plan may find nothing left to do; then the operation is resumed by its number."""
        for operation in self.console.operations.list(tenant=self.tenant, open_only=True):
            self.console.operations.resume(operation.id, JobContext())
        self.work()


class BackupMaking(Gesture):
    suffix: ClassVar[str] = ".sql.zst"
    failpoints = ("backup.dumped", "backup.between_names", "backup.published")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, _ = world.provisioned()
        world.write(SETTING, "core", "kept", '"yes"', database=world.name(self.tenant))

    def work(self) -> Backup:
        return self.console.backups.create(self.tenant, JobContext())

    def check_between(self) -> None:
        """No file that could be taken for a backup, unless it is one."""
        for backup in self.console.backups.list(self.tenant):
            assert self.console.backups.verify(backup, JobContext()).ok

    def check(self) -> None:
        folder = self.console.backups.folder(self.tenant)
        assert list(folder.glob(".pagevoo-*")) == []
        dumps = {path.name.removesuffix(self.suffix) for path in folder.glob(f"*{self.suffix}")}
        assert dumps == {path.name.removesuffix(".manifest.json") for path in folder.glob("*.manifest.json")}
        assert self.console.backups.verify(self.console.backups.list(self.tenant)[0], JobContext()).ok


class Deletion(Gesture):
    failpoints = (
        *points("database.delete", "backup", "verify", "unpublish", "quiesce", "trash", "compare"),
        "moving.tables",
        "moving.emptied",
        "backup.between_names",
        "backup.verify.scratch",
    )

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, self.website = world.provisioned()
        world.write(SETTING, "core", "kept", '"yes"', database=world.name(self.tenant))
        world.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", True, int(self.website))

    def work(self) -> object:
        plan = self.console.deletions.plan(DeletionRequest(self.tenant))
        return self.console.deletions.run(plan, self.world.name(self.tenant), JobContext())

    def go_on(self) -> None:
        if self.registry() == [("active",)]:
            self.work()

    def check(self) -> None:
        assert self.registry() == [("deleted",)]
        assert self.world.name(self.tenant) not in self.world.master.databases()
        ((published,),) = self.world.write("SELECT is_published FROM user_websites WHERE id = {0}", int(self.website))
        assert not published
        proved = [backup for backup in self.console.backups.list(self.tenant) if backup.verified_at]
        assert proved
        assert self.console.backups.verify(proved[0], JobContext()).ok
        left = [name for name in self.world.master.databases() if name.startswith("pagevoo_scratch")]
        assert left == []


class Restoring(Gesture):
    failpoints = points(
        "backup.restore", "safety", "stage", "compare", "quiesce", "unwritten", "swap", "reopen", "clean"
    )

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, _ = world.provisioned()
        name = world.name(self.tenant)
        world.write(SETTING, "core", "first", '"old"', database=name)
        self.backup = self.console.backups.create(self.tenant, JobContext())
        world.write(SETTING, "core", "second", '"new"', database=name)

    def work(self) -> object:
        plan = self.console.restores.plan(self.backup, self.tenant)
        return self.console.restores.run(plan, self.world.name(self.tenant), JobContext())

    def check_between(self) -> None:
        """The live database holds all of the old or all of the new."""
        assert self.settings() in ([("first",), ("second",)], [("first",)])

    def settings(self) -> list[tuple[object, ...]]:
        query = "SELECT setting_key FROM feature_settings ORDER BY setting_key"
        return self.world.write(query, database=self.world.name(self.tenant))

    def check(self) -> None:
        assert self.settings() == [("first",)]
        safety = [backup for backup in self.console.backups.list(self.tenant) if backup.id != self.backup.id]
        assert safety
        assert all(Path(backup.path).exists() for backup in safety)
        assert self.guests() == []

    def guests(self) -> list[str]:
        """Throw-away accounts of this tenant's operations that are still there."""
        logins = self.world.master.server.logins() if self.world.master.server is not None else set()
        mine = [
            self.console.guests.name(operation.id) for operation in self.console.operations.list(tenant=self.tenant)
        ]
        return [login for login in logins if any(name in login for name in mine)]


class RestoringAsGuest(Restoring):
    """Where the account that loads the backup is there, has done its part, or is about to go."""

    engines = ("mysql", "postgresql")
    random_kills = 0
    failpoints = ("guest.made", "guest.loaded", "guest.taken_over")


class RestoringPart(Restoring):
    """A row of the backup beside one that was written since: it comes back, and the other stays."""

    failpoints = (*points("backup.restore_part", "safety", "stage", "compare", "copy", "clean"), "part.copied")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        world.write("DELETE FROM feature_settings WHERE setting_key = 'first'", database=world.name(self.tenant))

    def work(self) -> object:
        parts = self.console.part_restores
        plan = parts.plan(self.backup, self.tenant, read_piece("feature_settings", ["setting_key=first"]))
        return parts.run(plan, self.world.name(self.tenant), JobContext())

    def check_between(self) -> None:
        assert self.settings() in ([("second",)], [("first",), ("second",)])

    def check(self) -> None:
        assert self.settings() == [("first",), ("second",)]
        assert self.guests() == []


class Freezing(Gesture):
    failpoints = (*points("quota.enforce", "record", "freeze"), "freezing.half")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, _ = world.provisioned()
        self.tables = ("feature_settings", "installed_features")

    def work(self) -> object:
        freezes = self.console.freezes
        return freezes.freeze(freezes.plan(self.tenant), JobContext())

    def check_between(self) -> None:
        """Nothing refuses rows without it being written down who wanted that."""
        super().check_between()
        database = self.console.databases.status(self.tenant)
        assert database.frozen is None or database.frozen.by

    def check(self) -> None:
        assert [self.is_frozen(table) for table in self.tables] == [True, True]
        database = self.console.databases.status(self.tenant)
        assert database.frozen is not None
        assert database.frozen.reason is FreezeReason.MANUAL

    def is_frozen(self, table: str) -> bool:
        try:
            self.world.write(INTO[table], *VALUES[table], database=self.world.name(self.tenant))
        except Exception as error:
            if "This database is frozen" not in str(error):
                raise
            return True
        return False


class Releasing(Freezing):
    failpoints = points("quota.release", "compact", "thaw")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        super().work()

    def work(self) -> object:
        freezes = self.console.freezes
        return freezes.release(freezes.plan_release(self.tenant, compact=True), JobContext())

    def check(self) -> None:
        assert [self.is_frozen(table) for table in self.tables] == [False, False]
        database = self.console.databases.status(self.tenant)
        assert (database.state, database.frozen) == (DatabaseState.ACTIVE, None)


GESTURES: tuple[type[Gesture], ...] = (
    Creation,
    Installation,
    BackupMaking,
    Deletion,
    Restoring,
    RestoringAsGuest,
    RestoringPart,
    Freezing,
    Releasing,
)
