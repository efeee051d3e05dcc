"""Backups that are large enough to be loaded by two sessions, as a throw-away account, from one encrypted file."""

from __future__ import annotations

from pathlib import Path

from pagevoo_console.services.encryption import for_recipients, new_identity
from pagevoo_console.services.jobs import JobContext
from tests.services.platform_world import World

DOUBLED = 13


def test_an_encrypted_backup_of_some_megabytes_is_proved(world: World, tmp_path: Path) -> None:
    tenant, _ = world.provisioned()
    name = world.name(tenant)
    text = {"mysql": "LONGTEXT", "postgresql": "text", "sqlite": "TEXT"}[world.master.engine]
    for table in ("a", "b", "c"):
        world.write(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, body {text})", database=name)
        world.write(f"INSERT INTO {table} VALUES (1, {{0}})", "0123456789" * 8 + "\n'", database=name)
        for times in range(DOUBLED):
            world.write(f"INSERT INTO {table} SELECT id + {2**times}, body FROM {table}", database=name)
    sealing = for_recipients([new_identity()[0]])

    backup = world.console.backups.create(tenant, JobContext(), tmp_path, sealing)
    verdict = world.console.backups.verify(backup, JobContext())

    assert verdict.ok, verdict.problems
    assert {table.name: table.rows for table in verdict.tables if table.name in "abc"} == dict.fromkeys(
        "abc", 2**DOUBLED
    )
