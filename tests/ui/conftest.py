"""For every room: a real console on SQLite, a real runner, and hands for its wizards."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from pagevoo_console.services.jobs import JobRunner
from pagevoo_console.ui.kit.runner import Runner
from tests.masters import SqliteFolder
from tests.services.platform_world import World, folders_in, make_world
from tests.ui.wizard_driver import Driver


@pytest.fixture
def world(tmp_path: Path, pagevoo_home: Path) -> World:
    """A set-up Pagevoo of files."""
    folder = tmp_path / "master"
    folder.mkdir()
    return make_world(SqliteFolder(lambda: folder).make_master(), folders_in(pagevoo_home))


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[Runner]:
    """A runner over a job runner of its own; both are closed after the test."""
    jobs = JobRunner()
    made = Runner(jobs)
    yield made
    made.close()
    jobs.close()
    made.deleteLater()


@pytest.fixture
def driver(qtbot: QtBot, runner: Runner) -> Driver:
    return Driver(qtbot, runner)
