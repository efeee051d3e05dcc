"""A console over a fresh master on each engine, for breaking things on purpose."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.masters import EngineServer, ServerMasters, WatchedFolder
from tests.services.conftest import world
from tests.services.platform_world import World, folders_in, make_world

__all__ = ["world"]


@pytest.fixture(scope="module")
def lasting_world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A set-up Pagevoo on the engine asked for, which many tests share, each with tenants of its own."""
    masters: EngineServer
    match request.param:
        case "sqlite":
            masters = WatchedFolder(lambda: tmp_path_factory.mktemp("master"))
        case "mysql":
            masters = ServerMasters(request.getfixturevalue("mariadb_server"))
        case _:
            masters = ServerMasters(request.getfixturevalue("postgresql_server"))
    yield make_world(masters.make_master(), folders_in(tmp_path_factory.mktemp("home")))
    masters.clean_up()
