"""The test servers themselves: what every other test stands on."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pymysql
import pytest

from tests.masters import EngineServer, ServerMasters
from tests.reaper import family, status
from tests.servers import (
    DatabaseServer,
    MariadbServer,
    PostgresqlServer,
    fresh_ids,
    make_tls_files,
    start_mariadb,
    start_postgresql,
)

PROJECT = Path(__file__).resolve().parents[2]


def is_running(pid: int) -> bool:
    """Whether the process exists and is not a zombie."""
    seen = status(pid)
    return seen is not None and seen[0] != "Z"


def eventually(claim: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether the claim comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if claim():
            return True
        time.sleep(0.02)
    return claim()


def test_a_master_is_empty_and_answers_on_every_engine(engine_server: EngineServer) -> None:
    master = engine_server.make_master()

    assert master.engine == engine_server.engine
    assert master.databases() >= {master.name}
    assert master.execute("CREATE TABLE t (id INT)", "INSERT INTO t VALUES (7)", "SELECT id FROM t") in ([(7,)], [(7,)])
    assert not master.password or master.password not in master.url


def test_databases_that_a_test_made_are_dropped_after_it(mariadb_server: MariadbServer) -> None:
    masters = ServerMasters(mariadb_server)
    before = mariadb_server.databases()
    masters.make_master().execute("CREATE DATABASE pagevoo_website_999999")
    masters.clean_up()

    assert mariadb_server.databases() == before


def test_ids_are_never_given_twice() -> None:
    first, second = fresh_ids(3), fresh_ids(3)

    assert len({*first, *second}) == 6


def test_a_password_is_needed_on_mariadb(mariadb_server: MariadbServer) -> None:
    for where in ({"host": "127.0.0.1", "port": mariadb_server.port}, {"unix_socket": mariadb_server.socket}):
        with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
            pymysql.connect(user="root", password="wrong", **where)


def test_a_password_is_needed_on_postgresql(postgresql_server: PostgresqlServer) -> None:
    for host in ("127.0.0.1", postgresql_server.socket):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(host=host, port=postgresql_server.port, user="postgres", password="wrong")


@pytest.mark.parametrize("start", [start_mariadb, start_postgresql])
def test_a_special_server_takes_settings_and_certificates(start: Callable[..., DatabaseServer], tmp_path: Path) -> None:
    setting = "max-connections" if start is start_mariadb else "max_connections"
    tls = make_tls_files(tmp_path)
    with start(config={setting: "23"}, tls=tls) as server:
        if server.engine == "mysql":
            assert server.execute("SELECT @@max_connections") == [(23,)]
            trusting = pymysql.connect(
                host="127.0.0.1",
                port=server.port,
                user=server.user,
                password=server.password,
                ssl_ca=str(tls.authority),
                ssl_verify_cert=True,
                ssl_verify_identity=True,
            )
            trusting.close()
        else:
            assert server.execute("SHOW max_connections") == [("23",)]
            secure = f"sslmode=verify-full sslrootcert={tls.authority}"
            psycopg.connect(
                secure, host="127.0.0.1", port=server.port, user=server.user, password=server.password
            ).close()


@pytest.mark.parametrize("start", [start_mariadb, start_postgresql])
def test_data_survives_a_kill_and_a_restart(start: Callable[..., DatabaseServer]) -> None:
    with start() as server:
        server.execute("CREATE DATABASE kept")
        server.restart(signal.SIGKILL)

        assert "kept" in server.databases()


@pytest.mark.parametrize("start", [start_mariadb, start_postgresql])
def test_a_paused_server_is_silent_and_a_resumed_one_answers(start: Callable[..., DatabaseServer]) -> None:
    with start() as server, contextlib.closing(server.admin_connection()) as connection:
        server.pause()
        states = {seen[0] for seen in map(status, family(server.pid)) if seen}
        server.resume()
        cursor = connection.cursor()
        cursor.execute("SELECT 1")

        assert states == {"T"}
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_servers_die_with_the_process_that_started_them(end: signal.Signals) -> None:
    program = textwrap.dedent(
        """
        import time
        from tests.servers import start_mariadb, start_postgresql
        one, two = start_mariadb(), start_postgresql()
        two.pause()
        print(one.pid, two.pid, one.directory.parent, flush=True)
        time.sleep(60)
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdout is not None
        *pids, directory = child.stdout.readline().split()
        os.kill(child.pid, end)

    assert eventually(lambda: not any(is_running(int(pid)) for pid in pids))
    assert eventually(lambda: not Path(directory).exists())
