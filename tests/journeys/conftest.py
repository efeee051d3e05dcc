"""A master on each engine, set up and filled by a command and a raw driver, and the real window upon it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from pagevoo_console.app import make_window
from tests.cli.calling import Desk
from tests.journeys.person import Person
from tests.masters import EngineServer, MasterHandle
from tests.servers import fresh_id


@dataclass(frozen=True)
class Customer:
    """Somebody of the platform; `websites` are their ids."""

    id: str
    name: str
    websites: tuple[str, ...]

    @property
    def database(self) -> str:
        return f"pagevoo_website_{self.id}"

    @property
    def website(self) -> str:
        """The first one."""
        return self.websites[0]

    @property
    def search(self) -> str:
        """What finds this customer and nobody else."""
        return self.name.split()[-1].lower()


@dataclass(frozen=True)
class Platform:
    """A master that holds one customer, Ada, with one website; looked at through a raw driver alone."""

    master: MasterHandle
    tenant: str
    website: str

    @property
    def database(self) -> str:
        return f"pagevoo_website_{self.tenant}"

    def asks(self, statement: str, database: str | None = None) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.master.execute(statement, database=database)]

    def add_customer(self, name: str, *, websites: int = 1, tenant: int | None = None) -> Customer:
        """A customer of the tier *pro* with websites that are not published. `tenant` is their id, if not a new one."""
        made = Customer(str(tenant or fresh_id()), name, tuple(str(fresh_id()) for _ in range(websites)))
        self.master.execute(
            "INSERT INTO users (id, name, email, tier) VALUES"
            f" ({made.id}, '{name}', '{made.search}@customers.example', 'pro')",
            *(
                "INSERT INTO user_websites (id, user_id, name, domain) VALUES"
                f" ({website}, {made.id}, 'Website {website}', 'site{website}.example')"
                for website in made.websites
            ),
        )
        return made

    def tables(self, database: str | None = None) -> set[str]:
        """The names of the tables in the master, or in a database beside it."""
        schema = "DATABASE()" if self.master.engine == "mysql" else "'public'"
        found = self.asks(f"SELECT table_name FROM information_schema.tables WHERE table_schema = {schema}", database)
        return {str(name) for (name,) in found}

    def rows(self, database: str, table: str) -> list[tuple[Any, ...]]:
        """All rows of a table, in the order of their first column."""
        return self.asks(f"SELECT * FROM {table} ORDER BY 1", database)

    def columns(self, database: str) -> list[tuple[Any, ...]]:
        """Every column of every table in a database, as the server describes it."""
        schema = "DATABASE()" if self.master.engine == "mysql" else "'public'"
        return self.asks(
            "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
            f" WHERE table_schema = {schema} ORDER BY table_name, ordinal_position",
            database,
        )

    def character_set(self, database: str) -> str:
        """What a database holds its texts in; on MariaDB with the collation."""
        question = "SELECT concat(@@character_set_database, ' ', @@collation_database)"
        if self.master.engine == "postgresql":
            question = "SHOW server_encoding"
        ((found,),) = self.asks(question, database)
        return str(found)

    def registry(self, customer: Customer) -> list[tuple[str, str]]:
        """What the platform's registry says of a customer: status and website of each row, the oldest first."""
        rows = self.asks(f"SELECT status, website_id FROM user_databases WHERE user_id = {customer.id} ORDER BY id")
        return [(str(status), str(website)) for status, website in rows]

    def is_published(self, website: str) -> bool:
        ((published,),) = self.asks(f"SELECT is_published FROM user_websites WHERE id = {website}")
        return bool(published)

    def operations(self, customer: Customer) -> list[tuple[str, str]]:
        """Kind and state of everything that was done to a customer's database, the oldest first."""
        rows = self.asks(f"SELECT kind, state FROM console_operations WHERE tenant = '{customer.id}' ORDER BY id")
        return [(str(kind), str(state)) for kind, state in rows]


@pytest.fixture
def platform(engine_server: EngineServer, monkeypatch: pytest.MonkeyPatch) -> Platform:
    master = engine_server.make_master()
    for name, value in master.environment.items():
        monkeypatch.setenv(name, value)
    Desk(master).json("master", "init")
    tenant, website = fresh_id(), fresh_id()
    master.execute(
        "INSERT INTO users (id, name, email, tier) VALUES"
        f" ({tenant}, 'Ada Lovelace', 'ada@analytical.example', 'pro'),"
        f" ({fresh_id()}, 'Charles Babbage', 'charles@difference.example', 'trial')",
        "INSERT INTO user_websites (id, user_id, name, domain) VALUES"
        f" ({website}, {tenant}, 'Analytical Engines', 'analytical.example')",
    )
    return Platform(master, str(tenant), str(website))


@pytest.fixture
def desk(platform: Platform) -> Desk:
    """The command line before the same platform."""
    return Desk(platform.master)


@pytest.fixture
def at_window(qtbot: QtBot, platform: Platform, pagevoo_home: Any) -> Iterator[Callable[[], Person]]:
    """Opens the real window on the platform, as `pagevoo-console` does."""
    people = []

    def open_window() -> Person:
        settings = QSettings(os.path.join(pagevoo_home, "window.ini"), QSettings.Format.IniFormat)
        window = make_window(settings)
        window.resize(1440, 1000)
        window.show()
        person = Person(qtbot, window)
        people.append(person)
        person.sees("tenantSearch")
        return person

    yield open_window
    for person in people:
        person.leaves()
