"""The ways into the trash and out of it that are killed on purpose."""

from __future__ import annotations

import hashlib

import pytest

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.operations import lock_key
from tests.faults.gestures import SETTING, Gesture, points
from tests.services.platform_world import World


class DeletingAtOnce(Gesture):
    """Without a grace period: put aside, compared, dropped, and only then marked as deleted."""

    failpoints = points("database.delete", "trash", "compare", "drop")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, _ = world.provisioned()
        world.write(SETTING, "core", "kept", '"yes"', database=world.name(self.tenant))

    def work(self) -> object:
        plan = self.console.deletions.plan(DeletionRequest(self.tenant, grace_days=0))
        return self.console.deletions.run(plan, self.world.name(self.tenant), JobContext())

    def check_between(self) -> None:
        """Gone only once it has been proved that it can be had back."""
        super().check_between()
        if not self.copies():
            assert any(backup.verified_at for backup in self.console.backups.list(self.tenant))

    def go_on(self) -> None:
        if self.registry() == [("active",)]:
            self.work()

    def check(self) -> None:
        assert self.registry() == [("deleted",)]
        assert self.copies() == []
        assert self.console.trash.list(self.tenant) == ()

    def copies(self) -> list[str]:
        """Where the tenant's data is, by its name or by what the operations say of the trash."""
        found = self.console.operations.list(tenant=self.tenant)
        aside = tuple(f"pagevoo_trash_{operation.id}_" for operation in found)
        names = self.world.master.databases()
        mine = f"_{self.key()}"
        return [
            name for name in names
            if name == self.world.name(self.tenant) or (name.startswith(aside or ("-",)) and name.endswith(mine))
        ]  # fmt: skip

    def key(self) -> str:
        """What tells this master's trash from another's on the same server."""
        return hashlib.sha256(lock_key(self.console.master, self.tenant).encode()).hexdigest()[:6]


class Undeleting(DeletingAtOnce):
    """Either still in the trash or live again, with every row, at every moment after it has been gone on with."""

    failpoints = (*points("database.undelete", "back", "reopen"), "moving.tables", "moving.emptied")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        plan = self.console.deletions.plan(DeletionRequest(self.tenant))
        self.deleted = self.console.deletions.run(plan, world.name(self.tenant), JobContext())

    def work(self) -> object:
        trash = self.console.trash
        return trash.undelete(trash.plan_undelete(self.deleted.operation), JobContext())

    def check_between(self) -> None:
        Gesture.check_between(self)
        assert self.copies()

    def go_on(self) -> None:
        """What was begun is resumed by its number: a plan may refuse, since the name is taken by itself already."""
        for operation in self.console.operations.list(tenant=self.tenant, open_only=True):
            self.console.operations.resume(operation.id, JobContext())
        if self.registry() != [("active",)]:
            self.work()

    def check(self) -> None:
        name = self.world.name(self.tenant)
        assert self.registry() == [("active",)]
        assert self.copies() == [name]
        assert self.world.write("SELECT setting_key FROM feature_settings", database=name) == [("kept",)]
        self.world.write(SETTING, "core", "new", '"yes"', database=name)
        assert self.console.trash.list(self.tenant) == ()


class Purging(Undeleting):
    """In the trash, whole or in part, until it is gone; and gone for good then."""

    failpoints = points("database.purge", "purge")

    def work(self) -> object:
        trash = self.console.trash
        return trash.purge(trash.plan_purge(self.deleted.operation), self.world.name(self.tenant), JobContext())

    def check_between(self) -> None:
        Gesture.check_between(self)
        assert any(backup.verified_at for backup in self.console.backups.list(self.tenant))

    def go_on(self) -> None:
        for operation in self.console.operations.list(tenant=self.tenant, open_only=True):
            self.console.operations.resume(operation.id, JobContext())
        if self.console.trash.list(self.tenant):
            self.work()

    def check(self) -> None:
        assert self.registry() == [("deleted",)]
        assert self.copies() == []
        assert self.console.trash.list(self.tenant) == ()
        with pytest.raises(Refused) as refused:
            self.console.trash.plan_undelete(self.deleted.operation)
        assert refused.value.code == "not_in_trash"


class HavingBackReplaced(Gesture):
    """What a restore replaced takes the live one's place again: all of the one or all of the other is live."""

    failpoints = points("database.undelete", "safety", "quiesce", "unwritten", "swap", "reopen", "clean")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, _ = world.provisioned()
        backup = self.console.backups.create(self.tenant, JobContext())
        world.write(SETTING, "core", "late", '"yes"', database=world.name(self.tenant))
        plan = self.console.restores.plan(backup, self.tenant)
        self.console.restores.run(plan, world.name(self.tenant), JobContext())
        (self.entry,) = self.console.trash.list(self.tenant)

    def work(self) -> object:
        trash = self.console.trash
        (entry,) = trash.list(self.tenant)
        return trash.undelete(trash.plan_undelete(entry.operation), JobContext(), entry.database)

    def check_between(self) -> None:
        super().check_between()
        assert self.settings() in ([], [("late",)])

    def settings(self) -> list[tuple[object, ...]]:
        query = "SELECT setting_key FROM feature_settings"
        return self.world.write(query, database=self.world.name(self.tenant))

    def go_on(self) -> None:
        """Again and again, one of the two is live and the other is in the trash."""
        left = self.console.operations.list(tenant=self.tenant, open_only=True)
        for operation in left:
            self.console.operations.resume(operation.id, JobContext())
        if not left and self.console.operations.list(tenant=self.tenant)[0].id == self.entry.operation:
            self.work()

    def check(self) -> None:
        (entry,) = self.console.trash.list(self.tenant)
        assert not entry.is_missing
        assert entry.operation != self.entry.operation
        there = self.world.write("SELECT setting_key FROM feature_settings", database=entry.name)
        assert sorted([there, self.settings()]) == [[], [("late",)]]
        self.entry = entry


TRASH_GESTURES: tuple[type[Gesture], ...] = (DeletingAtOnce, Undeleting, Purging, HavingBackReplaced)
