"""A small Pagevoo on any engine: a console over a fresh master, people and websites written by a raw driver."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pagevoo_console.domain.server import Connection, Environment
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.console import Console
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.services.lineages import shipped_lineages
from pagevoo_console.services.platforms.reader import Platforms
from pagevoo_console.services.secrets import Secret, Secrets
from pagevoo_console.services.server_url import parse_master_url
from pagevoo_console.services.settings import Folders
from tests.masters import MasterHandle
from tests.servers import fresh_id


@dataclass
class World:
    """A console and the master it stands on, which the test also looks at through a raw driver."""

    console: Console
    master: MasterHandle
    folders: Folders

    def add_tenant(self, tier: str = "pro", websites: int = 1, name: str = "Ada Lovelace") -> tuple[str, list[str]]:
        """A tenant with websites; returns its id and theirs."""
        tenant = str(fresh_id())
        self.write(
            "INSERT INTO users (id, name, email, tier) VALUES ({0}, {1}, {2}, {3})",
            int(tenant), name, f"user{tenant}@example.org", tier,
        )  # fmt: skip
        made = []
        for number in range(websites):
            website = str(fresh_id())
            self.write(
                "INSERT INTO user_websites (id, user_id, name, domain) VALUES ({0}, {1}, {2}, {3})",
                int(website), int(tenant), f"Website {number}", f"site{website}.example",
            )  # fmt: skip
            made.append(website)
        return tenant, made

    def provisioned(self, tier: str = "pro") -> tuple[str, str]:
        """A tenant with an active database; returns its id and its website's."""
        tenant, websites = self.add_tenant(tier)
        self.console.databases.create(self.console.databases.plan_creation(tenant, websites[0]), JobContext())
        return tenant, websites[0]

    def name(self, tenant: str) -> str:
        return f"pagevoo_website_{tenant}"

    def write(self, statement: str, *values: Any, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run a statement with bound values, `{0}`, `{1}`, … standing for them, through a raw driver."""
        mark = "?" if self.master.engine == "sqlite" else "%s"
        connection = self.master.raw(database)
        try:
            cursor = connection.cursor()
            cursor.execute(statement.format(*[mark] * len(values)), values)
            return list(cursor.fetchall()) if cursor.description is not None else []
        finally:
            connection.close()


def make_world(master: MasterHandle, folders: Folders, initialise: bool = True) -> World:
    """A console over this master; its tables are made unless the test wants to see what happens without."""
    server, database, _ = parse_master_url(master.url)
    secrets = Secrets()
    if master.password:
        secrets.remember(server, Secret(master.password))
    engines = Engines()
    platform = Platforms(engines).get("pagevoo")
    connection = Connection("test", platform.name, server, database, Environment.LOCAL)
    console = Console(connection, platform, Connections(engines, secrets), shipped_lineages(), folders)
    world = World(console, master, folders)
    if initialise:
        console.master.init()
    return world


def folders_in(home: Path) -> Folders:
    return Folders(home / "config", home / "state", home / "cache", home / "backups")
