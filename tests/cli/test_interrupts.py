"""Ctrl-C, SIGTERM and a closed terminal: exit 130, soon, and what was begun is written down."""

import signal
import subprocess
import sys
import time

import pytest

from tests.cli.calling import Desk, database_of
from tests.cli.test_output import COMMAND, environment_of

SLOW = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "mysql": "SELECT count(*) FROM information_schema.COLUMNS AS a, information_schema.COLUMNS AS b,"
    " information_schema.COLUMNS AS c",
    "postgresql": "SELECT count(*) FROM pg_class AS a, pg_class AS b, pg_class AS c, pg_class AS d",
}


def test_a_statement_is_stopped_on_the_server_too(desk: Desk) -> None:
    _stop_a_statement(desk, signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_fault_7_being_told_to_end_is_an_interrupt(sqlite_desk: Desk, number: signal.Signals) -> None:
    _stop_a_statement(sqlite_desk, number)


def _stop_a_statement(desk: Desk, number: signal.Signals) -> None:
    tenant, _ = desk.provisioned()
    with subprocess.Popen(
        [*COMMAND, "--json", "sql", tenant, SLOW[desk.engine]], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment_of(desk),
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert process.stderr.readline() == b"Running the statement\n"
        time.sleep(1)
        assert process.poll() is None
        began = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert time.monotonic() - began < 20
    assert b'"code": "cancelled"' in out
    assert b"Traceback" not in err


def test_a_second_interrupt_does_not_wait(sqlite_desk: Desk) -> None:
    tenant, website = sqlite_desk.add_tenant()
    with subprocess.Popen(
        [*COMMAND, "database", "create", tenant, "--website", website], stderr=subprocess.PIPE,
        env=environment_of(sqlite_desk, PAGEVOO_FAIL="database.create.after.create=hang"),
    ) as process:  # fmt: skip
        assert process.stderr is not None
        while database_of(tenant) not in sqlite_desk.master.databases():
            time.sleep(0.1)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        time.sleep(1)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        error = process.stderr.read().decode()
    assert process.returncode == 130, error
    left = sqlite_desk.json("operation", "list")["operations"]
    assert [one["state"] for one in left] == ["interrupted"]
    number = left[0]["id"]
    assert sqlite_desk.json("operation", "resume", number)["state"] == "done"


def test_an_interrupted_creation_is_taken_back_by_itself(sqlite_desk: Desk) -> None:
    """The interrupt arrives between two steps: what was made is removed, and the operation is closed."""
    tenant, website = sqlite_desk.add_tenant()
    script = (
        "import os, signal, sys, threading, time\n"
        "from pagevoo_console.services.engines.sqlite import SqliteEngine\n"
        "real = SqliteEngine.create_database\n"
        "def create(self, *arguments):\n"
        "    real(self, *arguments)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    time.sleep(1)\n"
        "SqliteEngine.create_database = create\n"
        "from pagevoo_console.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "database", "create", tenant, "--website", website],
        env=environment_of(sqlite_desk), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 130, done.stderr
    assert database_of(tenant) not in sqlite_desk.master.databases()
    assert sqlite_desk.json("operation", "list", "--all")["operations"][0]["state"] == "abandoned"
    outcomes = [event["outcome"] for event in sqlite_desk.json("audit", "list", "--tenant", tenant)["events"]]
    assert outcomes == ["cancelled", "intent"]
