"""How often opening a session waits for the server, counted on the wire; and what sessions must not share."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from pagevoo_console.domain.server import Server
from pagevoo_console.services.engines.base import SessionOptions
from tests.servers import MariadbServer, PostgresqlServer
from tests.services.engines.contract import Place
from tests.services.engines.mysql_place import MariadbPlace
from tests.services.engines.postgresql_place import PostgresqlPlace
from tests.services.engines.turn_counter import TurnCounter


@pytest.fixture
def mysql(mariadb_server: MariadbServer) -> Iterator[MariadbPlace]:
    place = MariadbPlace(mariadb_server)
    yield place
    place.close()


@pytest.fixture
def postgresql(postgresql_server: PostgresqlServer) -> Iterator[PostgresqlPlace]:
    place = PostgresqlPlace(postgresql_server)
    yield place
    place.drop_all()


def _turns(place: Place, times: int) -> list[int]:
    """How many turns each of so many sessions took, from the greeting to the first answer of a statement."""
    found = []
    database = place.create("CREATE TABLE notes (id INTEGER)")
    with TurnCounter((place.server.host, place.server.port)) as wire:
        server = replace(place.server, port=wire.port)
        for _ in range(times):
            before = wire.turns
            session = place.engine.open(server, place.password, database, SessionOptions())
            session.exec_driver_sql("SELECT 1").all()
            session.close()
            session.engine.dispose()
            found.append(wire.turns - before)
    return found


def test_mariadb_is_asked_about_itself_by_the_first_session_alone(mysql: MariadbPlace) -> None:
    first, *later = _turns(mysql, 3)
    assert (first - 5, later) == (5, [5, 5])


def test_postgresql_is_asked_about_itself_by_the_first_session_alone(postgresql: PostgresqlPlace) -> None:
    first, *later = _turns(postgresql, 3)
    assert later == [first - 3, first - 3]


def test_each_session_sees_the_tables_of_its_own_database(mysql: MariadbPlace, postgresql: PostgresqlPlace) -> None:
    for place in (mysql, postgresql):
        databases = {place.create(f"CREATE TABLE {table} (id INTEGER)"): table for table in ("left_one", "right_one")}

        def tables(database: str, place: Place = place) -> list[str]:
            with place.open(database) as session:
                return sa.inspect(session).get_table_names()

        with ThreadPoolExecutor(4) as pool:
            wanted = list(databases) * 4
            assert list(pool.map(tables, wanted)) == [[databases[database]] for database in wanted]


def test_postgresqls_schema_is_asked_of_each_session_since_roles_have_their_own(postgresql: PostgresqlPlace) -> None:
    database = postgresql.create("CREATE SCHEMA aside", "CREATE TABLE aside.notes (id INTEGER)")
    with postgresql.open(database) as session:
        assert sa.inspect(session).get_table_names() == []
    postgresql.host.execute(f"ALTER DATABASE {database} SET search_path = aside")
    with postgresql.open(database) as session:
        assert sa.inspect(session).get_table_names() == ["notes"]


def test_a_server_is_asked_anew_for_another_account(mysql: MariadbPlace) -> None:
    account = mysql.running.fresh_name("acquaintance")
    mysql.running.execute(
        f"CREATE USER {account}@'%' IDENTIFIED BY '{mysql.password}'", f"GRANT SELECT ON *.* TO {account}@'%'"
    )
    try:
        questions = [_questions(mysql, replace(mysql.server, user=user)) for user in (mysql.server.user, account) * 2]
    finally:
        mysql.running.execute(f"DROP USER {account}@'%'")
    assert questions[0] == questions[1]
    assert questions[2] == questions[3] == questions[0] - 5


def _questions(place: MariadbPlace, server: Server) -> int:
    """How many statements the server counted of a new session."""
    session = place.engine.open(server, place.password, None, SessionOptions())
    try:
        return int(session.exec_driver_sql("SHOW SESSION STATUS LIKE 'Questions'").one()[1])
    finally:
        session.close()
        session.engine.dispose()
