"""A machine that grants little: few open files, no home. Nobody is lost, nothing is half done."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pagevoo_console.services.descriptors import FILES_EACH, affordable
from pagevoo_console.services.jobs import JobContext
from tests.cli.calling import Desk
from tests.cli.conftest import sqlite_desk
from tests.masters import SqliteFolder
from tests.services.platform_world import World, folders_in, make_world

__all__ = ["sqlite_desk"]

NO_HOMES = ("/dev/null", "/sys/kernel")
"""Homes that are none: not even root can make a folder there."""


@contextmanager
def open_files(more: int) -> Iterator[None]:
    """No more than so many files can be opened beside those that are open."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/dev/fd")) + more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
def file_world(tmp_path: Path, pagevoo_home: Path) -> World:
    folder = tmp_path / "masters"
    folder.mkdir()
    return make_world(SqliteFolder(lambda: folder).make_master(), folders_in(pagevoo_home))


def test_fault_18_with_few_open_files_the_whole_fleet_is_scanned_backed_up_and_proved(world: World) -> None:
    tenants = sorted(world.provisioned()[0] for _ in range(3))
    fleet = world.console.fleet_backups
    with open_files(64 - 32):
        world.console.sightings.scan(JobContext())
        made = fleet.backup(fleet.plan(tenants), JobContext(), workers=16)
        proved = fleet.verify(fleet.plan_verification(tenants), JobContext(), workers=16)

    for result in (made, proved):
        assert (sorted(result.done), result.failed, result.skipped) == (tenants, {}, {})


def test_fault_18_workers_are_as_many_as_the_open_files_bear() -> None:
    with open_files(FILES_EACH * 3):
        assert (affordable(16), affordable(2)) == (3, 2)
    with open_files(1):
        assert affordable(16) == 1


def test_fault_18_who_cannot_be_opened_for_want_of_files_is_told_of_and_taken_up_by_the_next_run(
    file_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pagevoo_console.services.fleet_workers.affordable", lambda workers: workers)
    tenants = sorted(file_world.provisioned()[0] for _ in range(4))
    fleet = file_world.console.fleet_backups
    with open_files(12):
        result = fleet.backup(fleet.plan(tenants), JobContext(), workers=4)
    assert result.failed
    assert sorted([*result.done, *result.failed]) == tenants
    assert all(result.failed.values())

    rest = fleet.backup(fleet.plan(tenants), JobContext())

    assert (sorted(rest.done), rest.failed) == (sorted(result.failed), {})
    assert sorted(path.name for path in file_world.folders.backups.rglob(".*")) == []


@pytest.fixture
def homeless(sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Before a set-up master, with nothing said of where the console's own files go but HOME, which a test sets."""
    for variable in ("PAGEVOO_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    return sqlite_desk


@pytest.mark.parametrize("home", NO_HOMES)
def test_fault_20_without_a_home_an_error_names_the_folder_and_nothing_is_done(
    homeless: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "first"))
    tenant, name = homeless.provisioned()
    monkeypatch.setenv("HOME", home)
    for arguments in (
        ("tenant", "list"),
        ("backup", "create", tenant),
        ("database", "delete", tenant, "--confirm", name),
        ("connection", "add", "here", "--platform", "pagevoo", "--url", homeless.master.url),
    ):
        answer = homeless.call("--json", *arguments, code=1)
        assert home in answer.document["error"]["message"]
        assert answer.document["error"]["hint"]
        assert "Traceback" not in answer.out + answer.err
    assert homeless.json("tenant", "show", tenant)["database"]["state"] == "active"
    assert name in homeless.master.databases()
    assert homeless.json("operation", "list")["total"] == 0
    assert homeless.json("audit", "verify")["ok"]


def test_fault_20_a_home_that_is_missing_is_made_for_its_owner_alone(
    homeless: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "missing"
    monkeypatch.setenv("HOME", str(home))
    tenant, _ = homeless.provisioned()

    backup = homeless.json("backup", "create", tenant)["backup"]

    assert Path(backup["path"]).is_relative_to(home)
    assert Path(backup["path"]).parent.stat().st_mode & 0o077 == 0
