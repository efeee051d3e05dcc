"""Fixtures for every room: isolation from the machine, real servers, masters on each engine, a real Secret Service."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bystanders import standing_by
from tests.fault_proxy import FaultProxy
from tests.masters import ENGINES, EngineServer, ServerMasters, WatchedFolder
from tests.runtime import TEMPORARY_ROOT, quickest_directory
from tests.secret_service import SecretService
from tests.servers import MariadbServer, PostgresqlServer, start_mariadb, start_postgresql
from tests.storage import storage as storage
from tests.storage import storage_credentials as storage_credentials

TOLD = "told"
"""The property under which a test records a sentence for the end of the run."""

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault(TEMPORARY_ROOT, str(quickest_directory()))

# Whoever started us in the background had these ignored, and the commands under test would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much is broken on purpose; `./run faults` asks for more."""
    parser.addoption("--kills", type=int, help="random kills of each gesture on each engine, instead of a few")
    parser.addoption("--alone", action="store_true", help="each kill on a tenant of its own, as a test of its own")
    parser.addoption("--fleet", type=int, default=200, help="tenants among which contradictions are looked for")
    parser.addoption("--races", type=int, default=20, help="races of two creations on each engine")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a test has measured without asserting it."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == TOLD:
                terminalreporter.write_line(f"{report.nodeid}: {value}")


@pytest.fixture(autouse=True)
def pagevoo_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the console's own for every test, and nothing of the machine's connections or keyring in sight."""
    for name in list(os.environ):
        if name.startswith(("PAGEVOO_", "PG", "MYSQL_", "MARIADB_")) or name == "DBUS_SESSION_BUS_ADDRESS":
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("PAGEVOO_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariadbServer]:
    """One MariaDB for the whole session of this worker, and bystanders. Give tenants ids from `servers.fresh_id`."""
    with start_mariadb() as server, standing_by(server):
        yield server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """One PostgreSQL for the whole session of this worker, and bystanders. Give tenants ids from `servers.fresh_id`."""
    with start_postgresql() as server, standing_by(server):
        yield server


@pytest.fixture(params=ENGINES)
def engine_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineServer]:
    """Each engine in turn; whatever databases the test leaves behind are dropped after it."""
    masters: EngineServer
    match request.param:
        case "sqlite":
            masters = WatchedFolder(lambda: tmp_path_factory.mktemp("master"))
        case "mysql":
            masters = ServerMasters(request.getfixturevalue("mariadb_server"))
        case _:
            masters = ServerMasters(request.getfixturevalue("postgresql_server"))
    yield masters
    masters.clean_up()


@pytest.fixture
def secret_service() -> Iterator[SecretService]:
    """A real, unlocked Secret Service on a private session bus, empty for every test."""
    with SecretService() as service:
        yield service


@pytest.fixture
def fault_proxy() -> Iterator[type[FaultProxy]]:
    """The proxy's class; every proxy that the test makes of it is closed after the test."""
    made: list[FaultProxy] = []

    class Tracked(FaultProxy):
        def __init__(self, target: tuple[str, int]) -> None:
            super().__init__(target)
            made.append(self)

    yield Tracked
    for proxy in made:
        proxy.close()
