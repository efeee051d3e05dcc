"""How a server stands: its limits as it tells them, and what its version is known for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pagevoo_console.domain.audit import Outcome
from pagevoo_console.domain.errors import NotFound
from pagevoo_console.domain.server import Server
from pagevoo_console.services.console import Console
from pagevoo_console.services.engines.base import SessionOptions
from pagevoo_console.services.engines.catalogue import Engines
from tests.masters import ServerMasters
from tests.servers import MariadbServer, PostgresqlServer, free_port
from tests.services.platform_world import World, folders_in, make_world

TODAY = date(2026, 11, 21)


def codes(engine: str, product: str, version: str, today: date = TODAY) -> list[str]:
    problems = Engines().get(engine).administration.known_problems(version, product, today)
    return [problem.code for problem in problems]


def test_a_server_tells_its_limits_and_how_much_of_them_is_used(world: World) -> None:
    world.provisioned()

    (health,) = world.console.server_health.look()

    assert health.problem == ""
    assert health.database_limit == 1000
    assert health.databases is not None
    assert health.databases >= 1
    assert health.missing_privileges == ()
    assert health.privileges["create_database"]
    assert health.clock_skew is not None
    assert abs(health.clock_skew) < 5
    limits = health.limits
    assert limits is not None
    if world.master.engine == "sqlite":
        assert limits.free_bytes is not None
        assert limits.max_connections is None
        return
    assert limits.max_connections == 200
    assert limits.connections is not None
    assert limits.our_connections is not None
    assert 1 <= limits.our_connections <= limits.connections
    assert (limits.free_bytes, limits.why_no_disk != "") == (None, True)


def test_a_server_of_that_name_or_none(world: World) -> None:
    assert [health.name for health in world.console.server_health.look("master")] == ["master"]
    with pytest.raises(NotFound):
        world.console.server_health.look("elsewhere")


def test_a_server_that_does_not_answer_stops_no_other(mariadb_server: MariadbServer, pagevoo_home: Path) -> None:
    masters = ServerMasters(mariadb_server)
    world = make_world(masters.make_master(), folders_in(pagevoo_home))
    console = world.console
    dead = replace(console.connection.master, name="dead", port=free_port())
    both = replace(console.connection, tenant_servers=(console.connection.master, dead))
    looking = Console(both, console.platform, console.connections, console.lineages, world.folders)

    answers, silent = looking.server_health.look()

    assert answers.problem == ""
    assert (silent.name, silent.limits) == ("dead", None)
    assert silent.problem
    assert looking.reconciliation.find().unreachable == {"dead": silent.problem}
    masters.clean_up()


def test_what_an_account_lacks_is_named_with_the_statement_that_gives_it_on_mariadb(
    mariadb_server: MariadbServer, pagevoo_home: Path
) -> None:
    masters = ServerMasters(mariadb_server)
    world = make_world(masters.make_master(), folders_in(pagevoo_home))
    mariadb_server.execute(
        "CREATE USER clerk@'%' IDENTIFIED BY 'x'", "GRANT SELECT, CREATE, PROCESS ON *.* TO clerk@'%'"
    )
    clerk = replace(world.console.connection.master, user="clerk")

    missing, statement = lacking("mysql", clerk)
    mariadb_server.execute(statement.rstrip(";"))
    assert lacking("mysql", clerk) == ((), "")
    mariadb_server.execute("DROP USER clerk@'%'")

    assert "CREATE USER" in missing
    assert "DROP" in missing
    assert not {"SELECT", "CREATE", "PROCESS"} & set(missing)
    assert statement.endswith("ON *.* TO 'clerk'@'%';")
    masters.clean_up()


def test_what_an_account_lacks_is_named_with_the_statement_that_gives_it_on_postgresql(
    postgresql_server: PostgresqlServer, pagevoo_home: Path
) -> None:
    masters = ServerMasters(postgresql_server)
    world = make_world(masters.make_master(), folders_in(pagevoo_home))
    postgresql_server.execute("CREATE ROLE clerk LOGIN PASSWORD 'x' CREATEDB")
    clerk = replace(world.console.connection.master, user="clerk")

    missing, statement = lacking("postgresql", clerk)
    postgresql_server.execute(*(part for part in statement.split(";") if part.strip()))
    assert lacking("postgresql", clerk) == ((), "")
    postgresql_server.execute("DROP ROLE clerk")

    assert missing == ("CREATEROLE", "pg_signal_backend", "pg_read_all_stats")
    assert statement == ('ALTER ROLE "clerk" CREATEROLE; GRANT "pg_signal_backend", "pg_read_all_stats" TO "clerk";')
    masters.clean_up()


def lacking(engine_name: str, server: Server) -> tuple[tuple[str, ...], str]:
    """What this account lacks, and the statement that gives it."""
    engine = Engines().get(engine_name)
    with engine.open(server, "x", None, SessionOptions()) as session:
        missing = engine.administration.missing_privileges(session)
        statement = engine.administration.grant_statement(session, missing)
    session.engine.dispose()
    return missing, statement


def test_edge_case_3_a_server_that_does_not_answer_is_tested_in_layers_and_written_into_the_trail(
    mariadb_server: MariadbServer, pagevoo_home: Path
) -> None:
    masters = ServerMasters(mariadb_server)
    world = make_world(masters.make_master(), folders_in(pagevoo_home))
    console = world.console
    dead = replace(console.connection.master, name="dead", port=free_port())
    both = replace(console.connection, tenant_servers=(console.connection.master, dead))
    looking = Console(both, console.platform, console.connections, console.lineages, world.folders)

    answer = looking.server_health.check("dead")
    sound = looking.server_health.check("master")

    assert not answer.reachable
    assert [(step.layer, step.ok) for step in answer.steps] == [("name", True), ("tcp", False)]
    assert answer.steps[-1].hint
    assert sound.reachable
    _, (event,) = looking.audit.events(action="database.check")
    assert event.outcome is Outcome.FAILED
    assert event.detail is not None
    assert event.detail.startswith(f"dead at {dead.address}: ")
    with pytest.raises(NotFound):
        looking.server_health.check("elsewhere")
    masters.clean_up()


def test_versions_are_known_for_what_they_are_known_for() -> None:
    assert codes("mysql", "MariaDB", "10.11.6-MariaDB") == []
    assert codes("mysql", "MariaDB", "10.5.23-MariaDB") == ["end_of_life", "ddl_not_atomic"]
    assert codes("mysql", "MariaDB", "11.2.2-MariaDB") == ["end_of_life"]
    assert codes("mysql", "MySQL", "5.7.44") == ["end_of_life", "ddl_not_atomic", "not_tested"]
    assert codes("mysql", "MySQL", "8.4.3") == ["not_tested"]
    assert codes("postgresql", "PostgreSQL", "15.3") == ["interrupted_drop"]
    assert codes("postgresql", "PostgreSQL", "15.14 (Debian 15.14-0+deb12u1)") == []
    assert codes("postgresql", "PostgreSQL", "13.22") == ["end_of_life", "public_may_create"]
    assert codes("postgresql", "PostgreSQL", "9.6.24") == ["end_of_life", "interrupted_drop", "public_may_create"]
    assert codes("postgresql", "PostgreSQL", "17.2", date(2029, 11, 9)) == ["end_of_life"]
    assert codes("sqlite", "SQLite", "3.40.1") == []
    assert codes("sqlite", "SQLite", "3.30.0") == ["no_generated_columns"]
