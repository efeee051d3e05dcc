"""What the tests of faults begin with, and what they look at afterwards."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pagevoo_console.domain.deletion import DeletionRequest
from pagevoo_console.services.jobs import JobContext
from tests.services.platform_world import World, make_world

BALLAST_TYPE = {"mysql": "LONGTEXT", "postgresql": "TEXT", "sqlite": "TEXT"}
BALLAST_ROWS = 8


def load(world: World, tenant: str, size_bytes: int) -> None:
    """Give the tenant's database a table that takes at least so many bytes even when compressed."""
    name = world.name(tenant)
    world.write(f"CREATE TABLE ballast (id INT PRIMARY KEY, body {BALLAST_TYPE[world.master.engine]})", database=name)
    dice = random.Random(tenant)
    for number in range(BALLAST_ROWS):
        body = dice.randbytes(size_bytes // BALLAST_ROWS).hex()
        world.write("INSERT INTO ballast VALUES ({0}, {1})", number, body, database=name)


def note(world: World, tenant: str, key: str) -> None:
    """One more row in the tenant's database."""
    world.write(
        "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ({0}, {1}, {2})",
        "core", key, '"yes"', database=world.name(tenant),
    )  # fmt: skip


def notes(world: World, tenant: str) -> set[str]:
    """What `note` wrote, as far as it is there."""
    rows = world.write("SELECT setting_key FROM feature_settings", database=world.name(tenant))
    return {str(key) for (key,) in rows}


@dataclass(frozen=True)
class Truth:
    """What a tenant looks like to a raw driver."""

    has_database: bool
    registry: tuple[str, ...]
    published: bool
    rows: frozenset[str]


def truth(world: World, tenant: str) -> Truth:
    """How the tenant stands, whatever the console says of it."""
    user = int(tenant)
    registry = world.write("SELECT status FROM user_databases WHERE user_id = {0} ORDER BY id", user)
    published = world.write("SELECT count(*) FROM user_websites WHERE user_id = {0} AND is_published", user)
    exists = world.name(tenant) in world.master.databases()
    return Truth(
        exists,
        tuple(str(status) for (status,) in registry),
        published[0][0] > 0,
        frozenset(notes(world, tenant)) if exists else frozenset(),
    )


def published_tenant(world: World) -> str:
    """A tenant with a published website and a database with a row in it."""
    tenant, website = world.provisioned()
    world.write("UPDATE user_websites SET is_published = {0} WHERE id = {1}", True, int(website))
    note(world, tenant, "kept")
    return tenant


LIVE = Truth(True, ("active",), True, frozenset({"kept"}))
"""A `published_tenant` that nothing has happened to."""

DELETED = Truth(False, ("deleted",), False, frozenset())
"""The same, deleted."""


def delete(world: World, tenant: str, job: JobContext | None = None, to: Path | None = None) -> Any:
    """The whole deletion, as a person does it."""
    plan = world.console.deletions.plan(DeletionRequest(tenant, backup_to=to))
    return world.console.deletions.run(plan, world.name(tenant), job or JobContext())


def other_console(world: World) -> World:
    """A second console at the same master, as on another desk."""
    return make_world(world.master, world.folders, initialise=False)


def when(title: str, act: Callable[[], object]) -> JobContext:
    """A job in which `act` happens as the step of this title begins, each time it begins."""

    def on_line(line: str) -> None:
        if line == title:
            act()

    return JobContext(on_line=on_line)


def title_of(world: World, tenant: str, step: str) -> str:
    plan = world.console.deletions.plan(DeletionRequest(tenant))
    (title,) = [one.title for one in plan.steps if one.name == step]
    return title


def nothing_open(world: World) -> bool:
    """No operation is left to resume, and the trail is whole."""
    return world.console.operations.list(open_only=True) == () and world.console.audit.verify().ok


def files_in(folder: Path) -> list[str]:
    """Every file below the folder, hidden ones too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())
