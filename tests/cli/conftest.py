"""A command line before a set-up master, on each engine in turn."""

from pathlib import Path

import pytest

from tests.cli.calling import Desk
from tests.masters import EngineServer, SqliteFolder


@pytest.fixture
def empty_desk(engine_server: EngineServer) -> Desk:
    """Before an empty master."""
    return Desk(engine_server.make_master())


@pytest.fixture
def desk(empty_desk: Desk) -> Desk:
    """Before a master that `master init` has set up."""
    empty_desk.json("master", "init")
    return empty_desk


@pytest.fixture
def sqlite_desk(tmp_path: Path) -> Desk:
    """Before a set-up master on SQLite alone, for what has nothing to do with engines."""
    desk = Desk(SqliteFolder(lambda: tmp_path).make_master())
    desk.json("master", "init")
    return desk
