"""The trash against the truth: entries whose database is gone, and databases that no entry speaks of any more."""

from __future__ import annotations

import pytest

from pagevoo_console.domain.deletion import DeletionRequest, DeletionResult
from pagevoo_console.domain.errors import Refused
from pagevoo_console.domain.finding import Finding, FindingKind, RepairAction
from pagevoo_console.services.jobs import JobContext
from tests.faults.killing import killed_at
from tests.faults.scenes import nothing_open
from tests.services.platform_world import World


def delete(world: World, tenant: str) -> DeletionResult:
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    return world.console.deletions.run(plan, world.name(tenant), JobContext())


def findings(world: World) -> tuple[Finding, ...]:
    return world.console.reconciliation.find().findings


def drop(world: World, name: str) -> None:
    """As somebody with a client of the server would."""
    if world.master.directory is not None:
        (world.master.directory / f"{name}.db").unlink()
    else:
        world.master.execute(f"DROP DATABASE {name}")


def test_an_entry_whose_database_somebody_dropped_is_told_and_closed(world: World) -> None:
    tenant, _ = world.provisioned()
    done = delete(world, tenant)
    assert findings(world) == ()
    drop(world, str(done.trash))

    (finding,) = findings(world)
    assert finding.kind is FindingKind.TRASH_MISSING
    assert (finding.tenant, finding.database, finding.repair.action) == (tenant, done.trash, RepairAction.CLOSE_RECORD)
    assert str(done.backup_path) in finding.evidence
    assert not finding.repair.is_automatic
    planned, plan = world.console.reconciliation.plan(finding.id)
    repaired = world.console.reconciliation.repair(planned, plan, (), JobContext())

    assert repaired.operation is not None
    assert findings(world) == ()
    assert world.console.trash.list() == ()
    with pytest.raises(Refused, match="it was purged"):
        world.console.trash.plan_undelete(done.operation)
    with pytest.raises(Refused) as caught:
        world.console.reconciliation.undo(repaired.operation, JobContext())
    assert caught.value.code == "not_reversible"
    assert nothing_open(world)


def test_a_database_whose_entry_says_that_it_was_purged_is_found_with_what_it_holds(world: World) -> None:
    tenant, _ = world.provisioned()
    done = delete(world, tenant)
    world.write(
        "UPDATE console_operations SET evidence = REPLACE(evidence, {0}, {1}) WHERE id = {2}",
        '"trash_state": "kept"', '"trash_state": "purged"', int(done.operation),
    )  # fmt: skip

    (finding,) = findings(world)
    assert (finding.kind, finding.tenant, finding.database) == (FindingKind.LEFTOVER, tenant, done.trash)
    assert "which had been purged" in finding.evidence
    assert ("It was made at 20" in finding.evidence) == (world.master.engine != "sqlite")
    assert finding.repair.is_destructive
    planned, plan = world.console.reconciliation.plan(finding.id)
    repaired = world.console.reconciliation.repair(planned, plan, [str(done.trash)], JobContext())

    assert repaired.backup is not None
    (entry,) = world.console.trash.list(tenant)
    assert (entry.operation, entry.database) == (repaired.operation, done.trash)
    assert findings(world) == ()


def test_what_an_interrupted_deletion_has_put_aside_is_no_finding(world: World) -> None:
    tenant, _ = world.provisioned()
    assert killed_at("database.delete.after.trash", lambda: delete(world, tenant))
    assert findings(world) == ()
    (operation,) = world.console.operations.list(open_only=True)
    world.console.operations.resume(operation.id, JobContext())
    assert findings(world) == ()
