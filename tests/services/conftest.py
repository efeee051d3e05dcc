"""A console over a fresh master on each engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.masters import EngineServer
from tests.services.platform_world import World, folders_in, make_world


@pytest.fixture
def world(engine_server: EngineServer, pagevoo_home: Path) -> World:
    """A set-up Pagevoo on each engine in turn."""
    return make_world(engine_server.make_master(), folders_in(pagevoo_home))
