"""A small Pagevoo whose tenants have a limit that a test can fill."""

from __future__ import annotations

import random
from dataclasses import replace

from pagevoo_console.services.console import Console
from tests.services.platform_world import World

BALLAST = {"mysql": "LONGTEXT", "postgresql": "TEXT", "sqlite": "TEXT"}
ROOM = 6_000_000


def limited(world: World, limit: int) -> World:
    """The same master with every tier limited to so many bytes."""
    console = world.console
    platform = console.platform
    tiers = tuple(replace(tier, limits=dict.fromkeys(tier.limits, limit)) for tier in platform.tiers)
    small = Console(
        console.connection, replace(platform, tiers=tiers), console.connections, console.lineages, console.folders
    )
    return World(small, world.master, world.folders)


def with_room(world: World) -> tuple[World, str]:
    """A tenant in whose database about six megabytes have room, and the world in which that is its limit."""
    tenant, _ = world.provisioned("trial")
    world.write(
        f"CREATE TABLE ballast (id INT PRIMARY KEY, body {BALLAST[world.master.engine]})", database=world.name(tenant)
    )
    (usage,) = world.console.quotas.show(tenant)
    assert usage.used is not None
    return limited(world, usage.used + ROOM), tenant


def fill(world: World, tenant: str, megabytes: int) -> None:
    """So many rows of a megabyte that does not compress."""
    name = world.name(tenant)
    ((last,),) = world.write("SELECT coalesce(max(id), 0) FROM ballast", database=name)
    for number in range(1, megabytes * 4 + 1):
        dice = random.Random(last + number)
        world.write(
            "INSERT INTO ballast VALUES ({0}, {1})", last + number, dice.randbytes(125_000).hex(), database=name
        )


def empty(world: World, tenant: str) -> None:
    """What a customer does who tidies up."""
    world.write("DELETE FROM ballast", database=world.name(tenant))


def can_insert(world: World, tenant: str) -> bool:
    """Whether whoever may do everything may add a row."""
    try:
        world.write(
            "INSERT INTO feature_settings (feature_type, setting_key, setting_value) VALUES ({0}, {1}, {2})",
            "core", "tried", '"yes"', database=world.name(tenant),
        )  # fmt: skip
    except Exception as error:
        if "This database is frozen" not in str(error):
            raise
        return False
    world.write("DELETE FROM feature_settings WHERE setting_key = 'tried'", database=world.name(tenant))
    return True
