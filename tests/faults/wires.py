"""Consoles that reach their server through a proxy which breaks the connection when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pagevoo_console.services.connections import Connections
from pagevoo_console.services.console import Console
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.lineages import shipped_lineages
from pagevoo_console.services.secrets import Secret, Secrets
from pagevoo_console.services.server_url import parse_master_url
from tests.fault_proxy import FaultProxy
from tests.masters import MasterHandle, ServerMasters
from tests.servers import DatabaseServer
from tests.services.platform_world import World, folders_in, make_world


@pytest.fixture(params=["mysql", "postgresql"])
def server(request: pytest.FixtureRequest) -> DatabaseServer:
    """Each real server in turn."""
    name = {"mysql": "mariadb_server", "postgresql": "postgresql_server"}[request.param]
    server = request.getfixturevalue(name)
    assert isinstance(server, DatabaseServer)
    return server


@pytest.fixture
def masters(server: DatabaseServer) -> Iterator[ServerMasters]:
    masters = ServerMasters(server)
    yield masters
    masters.clean_up()


@pytest.fixture
def proxy(server: DatabaseServer, fault_proxy: type[FaultProxy]) -> FaultProxy:
    return fault_proxy((server.host, server.port))


@pytest.fixture
def world(masters: ServerMasters, proxy: FaultProxy, pagevoo_home: Path) -> World:
    """A Pagevoo whose console reaches master and tenants through the proxy."""
    master = masters.make_master()
    return make_world(through(master, proxy), folders_in(pagevoo_home))


def through(master: MasterHandle, proxy: FaultProxy) -> MasterHandle:
    assert master.server is not None
    return replace(master, url=master.url.replace(f":{master.server.port}/", f":{proxy.port}/"))


@pytest.fixture
def two_servers(masters: ServerMasters, proxy: FaultProxy, pagevoo_home: Path) -> World:
    """A master behind the proxy, while the tenants' server is reached without it."""
    master = masters.make_master()
    return apart(through(master, proxy), master, pagevoo_home)


@pytest.fixture
def tenants_behind(masters: ServerMasters, proxy: FaultProxy, pagevoo_home: Path) -> World:
    """A master that is reached without the proxy, while the tenants' server is behind it."""
    master = masters.make_master()
    return apart(master, through(master, proxy), pagevoo_home)


def apart(master: MasterHandle, tenants: MasterHandle, home: Path) -> World:
    """A Pagevoo whose tenants are on the server of another address than its master's."""
    world = make_world(master, folders_in(home))
    server, _, _ = parse_master_url(tenants.url)
    secrets = Secrets()
    for one in (world.console.connection.master, server):
        secrets.remember(one, Secret(master.password))
    connection = replace(world.console.connection, tenant_servers=(replace(server, name="tenants"),))
    connections = Connections(Engines(), secrets)
    world.console = Console(connection, world.console.platform, connections, shipped_lineages(), world.folders)
    return world
