"""Sessions on real servers: read-only by the server's word, always closed, and a refused password is not sent again."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from pagevoo_console.domain.errors import AccessDenied, Cancelled, ConsoleError, NotFound, Unreachable, WrongUsage
from pagevoo_console.domain.server import Server
from pagevoo_console.services.connections import Connections
from pagevoo_console.services.engines.catalogue import Engines
from pagevoo_console.services.secrets import Secret, Secrets
from pagevoo_console.services.server_url import parse_master_url
from tests.masters import EngineServer, MasterHandle
from tests.servers import PostgresqlServer


@pytest.fixture
def master(engine_server: EngineServer) -> MasterHandle:
    handle = engine_server.make_master()
    handle.execute("CREATE TABLE notes (id INTEGER)", "INSERT INTO notes VALUES (1)")
    return handle


@pytest.fixture
def server(master: MasterHandle) -> Server:
    return parse_master_url(master.url)[0]


@pytest.fixture
def connections(master: MasterHandle, server: Server) -> Connections:
    secrets = Secrets()
    if master.password:
        secrets.remember(server, Secret(master.password))
    return Connections(Engines(), secrets)


def sessions(handle: MasterHandle) -> int:
    """How many sessions of others are on this database; a file engine has none to count."""
    if handle.server is None:
        return 0
    sessions_but_mine, where = {
        "mysql": ("information_schema.processlist WHERE id <> CONNECTION_ID() AND db", handle.name),
        "postgresql": ("pg_stat_activity WHERE pid <> pg_backend_pid() AND datname", handle.name),
    }[handle.engine]
    return int(handle.execute(f"SELECT COUNT(*) FROM {sessions_but_mine} = '{where}'")[0][0])


def eventually_no_sessions(handle: MasterHandle) -> bool:
    deadline = time.monotonic() + 5
    while sessions(handle) and time.monotonic() < deadline:
        time.sleep(0.05)
    return sessions(handle) == 0


def test_a_session_reads_and_is_gone_afterwards(connections: Connections, server: Server, master: MasterHandle) -> None:
    with connections.open(server, master.name) as session:
        assert session.execute(sa.text("SELECT id FROM notes")).scalar_one() == 1
        assert session.info["server"] == server

    assert session.closed
    assert eventually_no_sessions(master)


def test_a_session_cannot_write_unless_it_is_asked_for(
    connections: Connections, server: Server, master: MasterHandle
) -> None:
    with pytest.raises(ConsoleError), connections.open(server, master.name) as session:
        session.execute(sa.text("INSERT INTO notes VALUES (2)"))
    assert master.execute("SELECT COUNT(*) FROM notes")[0][0] == 1

    with connections.open(server, master.name, writable=True) as session:
        session.execute(sa.text("INSERT INTO notes VALUES (2)"))
    assert master.execute("SELECT COUNT(*) FROM notes")[0][0] == 2
    assert eventually_no_sessions(master)


def test_an_error_of_the_driver_leaves_as_one_of_ours(
    connections: Connections, server: Server, master: MasterHandle
) -> None:
    with pytest.raises(ConsoleError), connections.open(server, master.name) as session:
        session.execute(sa.text("SELECT * FROM nothing_of_that_name"))
    assert eventually_no_sessions(master)


def test_an_error_of_the_body_passes_through_and_the_session_is_closed(
    connections: Connections, server: Server, master: MasterHandle
) -> None:
    with pytest.raises(ZeroDivisionError), connections.open(server, master.name):
        _ = 1 / 0
    assert eventually_no_sessions(master)


def test_a_session_without_a_database_is_one_on_the_server(
    connections: Connections, server: Server, master: MasterHandle
) -> None:
    with connections.open(server) as session:
        assert master.name in connections.engine(server).databases(session)


def test_a_database_that_is_not_there_is_not_found(connections: Connections, server: Server) -> None:
    with pytest.raises(NotFound), connections.open(server, "pagevoo_website_999999"):
        pass


def test_a_check_names_its_layers_and_the_version(
    connections: Connections, server: Server, master: MasterHandle
) -> None:
    result = connections.check(server, master.name)

    assert result.reachable, result
    assert result.server_version
    assert all(step.ok for step in result.steps)


def test_a_running_statement_is_stopped_from_another_thread(
    connections: Connections, server: Server, master: MasterHandle
) -> None:
    slow = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
        "mysql": "SELECT COUNT(*) FROM seq_1_to_100000 a, seq_1_to_100000 b, seq_1_to_100000 c",
        "postgresql": "SELECT pg_sleep(60)",
    }[master.engine]
    began = time.monotonic()

    def run_until_cancelled() -> None:
        with connections.open(server, master.name) as session:
            timer = threading.Timer(0.3, connections.canceller(session))
            timer.start()
            try:
                session.execute(sa.text(slow))
            finally:
                timer.join()

    with pytest.raises(Cancelled):
        run_until_cancelled()
    assert time.monotonic() - began < 20


# --- passwords ------------------------------------------------------------------------------------------------------


@pytest.fixture
def locked_out(postgresql_server: PostgresqlServer) -> Iterator[Server]:
    """A user of one's own on PostgreSQL, whose password is `right`."""
    name = postgresql_server.fresh_name("clerk")
    postgresql_server.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'right'")
    yield parse_master_url(postgresql_server.url("postgres", user=name))[0]
    postgresql_server.execute(f"DROP ROLE {name}")


def attempts(server: PostgresqlServer, user: str) -> int:
    """How often the server was asked to let this user in with a wrong password, by its own log."""
    log = server.log.read_text(errors="replace")
    return log.count(f'password authentication failed for user "{user}"')


def test_a_wrong_password_is_sent_once(postgresql_server: PostgresqlServer, locked_out: Server) -> None:
    secrets = Secrets()
    secrets.remember(locked_out, Secret("wrong"))
    connections = Connections(Engines(), secrets)

    for _ in range(5):
        with pytest.raises(AccessDenied), connections.open(locked_out, "postgres"):
            pass
    assert attempts(postgresql_server, locked_out.user) == 1

    secrets.remember(locked_out, Secret("right"))
    with connections.open(locked_out, "postgres") as session:
        assert session.execute(sa.text("SELECT 1")).scalar_one() == 1


def test_a_person_is_asked_once_for_a_password_that_turns_out_wrong(locked_out: Server) -> None:
    asked: list[Server] = []

    def ask(server: Server) -> Secret:
        asked.append(server)
        return Secret("wrong")

    connections = Connections(Engines(), Secrets(ask=ask))

    for _ in range(3):
        with pytest.raises(AccessDenied), connections.open(locked_out, "postgres"):
            pass
    assert asked == [locked_out]


def test_a_password_file_that_was_corrected_is_read_again(locked_out: Server, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.touch(mode=0o600)
    path.write_text("wrong")
    secrets = Secrets()
    secrets.use_password_file(path, locked_out)
    connections = Connections(Engines(), secrets)
    with pytest.raises(AccessDenied), connections.open(locked_out, "postgres"):
        pass

    path.write_text("right")

    with connections.open(locked_out, "postgres") as session:
        assert not session.closed


def test_a_password_that_the_server_learns_later_works_after_a_check(
    postgresql_server: PostgresqlServer, locked_out: Server
) -> None:
    secrets = Secrets()
    secrets.remember(locked_out, Secret("later"))
    connections = Connections(Engines(), secrets)
    with pytest.raises(AccessDenied), connections.open(locked_out, "postgres"):
        pass
    postgresql_server.execute(f"ALTER ROLE {locked_out.user} PASSWORD 'later'")

    assert connections.check(locked_out, "postgres").reachable
    with connections.open(locked_out, "postgres") as session:
        assert not session.closed


def test_without_a_password_the_error_says_where_one_could_come_from(locked_out: Server) -> None:
    connections = Connections(Engines(), Secrets())

    with pytest.raises(AccessDenied) as caught, connections.open(locked_out, "postgres"):
        pass
    assert "PAGEVOO_MASTER_PASSWORD" in caught.value.hint

    saved = replace(locked_out, credential="prod")
    with pytest.raises(AccessDenied) as caught, Connections(Engines(), Secrets()).open(saved, "postgres"):
        pass
    assert "This machine has no keyring" in caught.value.hint
    assert "PAGEVOO_PASSWORD_FILE" in caught.value.hint


def test_one_closed_database_does_not_close_the_server(postgresql_server: PostgresqlServer, locked_out: Server) -> None:
    secrets = Secrets()
    secrets.remember(locked_out, Secret("right"))
    connections = Connections(Engines(), secrets)
    with postgresql_server.new_database() as closed:
        postgresql_server.execute(f"REVOKE CONNECT ON DATABASE {closed} FROM PUBLIC")
        with connections.open(locked_out, "postgres"):
            pass
        with pytest.raises(ConsoleError), connections.open(locked_out, closed):
            pass
        with connections.open(locked_out, "postgres") as session:
            assert not session.closed


def test_no_error_holds_the_password(locked_out: Server) -> None:
    secrets = Secrets()
    secrets.remember(locked_out, Secret("hunter2-%"))

    with pytest.raises(AccessDenied) as caught, Connections(Engines(), secrets).open(locked_out, "postgres"):
        pass
    error: BaseException | None = caught.value
    while error is not None:
        assert "hunter2" not in f"{error!r} {error} {getattr(error, 'hint', '')}"
        error = error.__cause__ or error.__context__


def test_a_server_that_is_not_there_is_unreachable() -> None:
    nobody = Server("master", "postgresql", "127.0.0.1", 1, "u")

    with pytest.raises(Unreachable), Connections(Engines(), Secrets()).open(nobody):
        pass


def test_an_engine_that_is_not_installed_is_wrong_usage() -> None:
    with pytest.raises(WrongUsage):
        Connections(Engines(), Secrets()).engine(Server("master", "oracle", "h", 1, "u"))
