"""A master on each engine, set up and filled by a command and a raw driver, and the real window upon it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from pagevoo_console.app import make_window
from tests.journeys.person import Person
from tests.masters import EngineServer, MasterHandle
from tests.servers import fresh_id


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


@pytest.fixture
def platform(engine_server: EngineServer, monkeypatch: pytest.MonkeyPatch) -> Platform:
    master = engine_server.make_master()
    for name, value in master.environment.items():
        monkeypatch.setenv(name, value)
    subprocess.run(
        [sys.executable, "-m", "pagevoo_console", "--json", "master", "init"], check=True, capture_output=True
    )
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
