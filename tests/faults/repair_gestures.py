"""The repairs and the work on accounts that are killed on purpose."""

from __future__ import annotations

import random
from pathlib import Path

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.domain.finding import Finding, FindingKind
from pagevoo_console.services.accounts import into_file
from pagevoo_console.services.jobs import JobContext
from tests.faults.gestures import Gesture, points
from tests.servers import fresh_id
from tests.services.contradictions import Contradictions
from tests.services.platform_world import World


class Repairing(Gesture):
    """One finding, repaired; doing it again takes up what was left, or finds nothing more to do."""

    kind: FindingKind

    def found(self) -> Finding | None:
        found = self.console.reconciliation.find().findings
        return next((one for one in found if one.kind is self.kind and one.target == self.tenant), None)

    def work(self) -> object:
        finding = self.found()
        if finding is None:
            return None
        planned, plan = self.console.reconciliation.plan(finding.id)
        return self.console.reconciliation.repair(planned, plan, [finding.database or ""], JobContext())

    def go_on(self) -> None:
        for operation in self.console.operations.list(tenant=self.tenant, open_only=True):
            self.console.operations.resume(operation.id, JobContext())
        self.work()

    def check(self) -> None:
        assert self.found() is None


class Marking(Repairing):
    kind = FindingKind.GHOST
    failpoints = points("fleet.repair", "recheck", "registry")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant = Contradictions(world).ghost()

    def check(self) -> None:
        super().check()
        assert self.registry() == [("deleted",)]


class Retiring(Repairing):
    kind = FindingKind.UNDEAD
    failpoints = points("fleet.repair", "backup", "verify", "quiesce", "trash", "compare")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant = Contradictions(world).undead()
        world.write("CREATE TABLE kept (id INT PRIMARY KEY)", database=world.name(self.tenant))

    def check_between(self) -> None:
        """There until it has been proved that it can be had back."""
        super().check_between()
        if self.world.name(self.tenant) not in self.world.master.databases():
            assert self.proved()

    def check(self) -> None:
        super().check()
        assert self.world.name(self.tenant) not in self.world.master.databases()
        assert self.proved()

    def proved(self) -> bool:
        return any(backup.verified_at for backup in self.console.backups.list(self.tenant))


class Clearing(Repairing):
    kind = FindingKind.LEFTOVER
    failpoints = points("fleet.repair", "leftover")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        contradictions = Contradictions(world)
        contradictions.leftover()
        self.name = next(name for kind, name in contradictions.planted if kind == "leftover")
        self.tenant = f"database:{self.name}"

    def check(self) -> None:
        super().check()
        assert self.name not in self.world.master.databases()


class Closing(Repairing):
    """An entry of the trash whose database somebody dropped."""

    kind = FindingKind.TRASH_MISSING
    failpoints = points("fleet.repair", "record")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, _ = world.provisioned()
        plan = world.console.deletions.plan(DeletionRequest(self.tenant))
        done = world.console.deletions.run(plan, world.name(self.tenant), JobContext())
        if world.master.directory is not None:
            (world.master.directory / f"{done.trash}.db").unlink()
        else:
            world.master.execute(f"DROP DATABASE {done.trash}")

    def check(self) -> None:
        super().check()
        assert self.console.trash.list(self.tenant) == ()


class AccountMaking(Gesture):
    engines = ("mysql", "postgresql")
    failpoints = points("account.create", "account", "grant", "password")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tenant, _ = world.provisioned()

    def work(self) -> object:
        file = Path(self.world.folders.state) / f"password-{fresh_id()}-{random.getrandbits(64):x}"
        accounts = self.console.accounts
        return accounts.create(accounts.plan_creation(self.tenant), into_file(file), JobContext())

    def check(self) -> None:
        shown = self.console.accounts.show(self.tenant)
        assert shown.is_isolated
        assert shown.lacks == ()


class AccountDropping(AccountMaking):
    failpoints = points("account.remove", "drop")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        super().work()

    def work(self) -> object:
        accounts = self.console.accounts
        return accounts.remove(accounts.plan_removal(self.tenant), JobContext())

    def go_on(self) -> None:
        for operation in self.console.operations.list(tenant=self.tenant, open_only=True):
            self.console.operations.resume(operation.id, JobContext())
        self.work()

    def check(self) -> None:
        assert not self.console.accounts.show(self.tenant).exists


REPAIR_GESTURES: tuple[type[Gesture], ...] = (Marking, Retiring, Clearing, Closing, AccountMaking, AccountDropping)
