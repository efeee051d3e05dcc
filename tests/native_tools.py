"""The engines' own dump programs and clients: what they write is what is imported, what they load is the oracle."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from tests.masters import MasterHandle


def dump(master: MasterHandle, database: str, *options: str) -> bytes:
    """What `mariadb-dump`, `pg_dump` or `sqlite3 .dump` writes of a database. The tool complains of nothing."""
    match master.engine:
        case "mysql":
            command = ["mariadb-dump", "--no-defaults", *_where(master), *options]
            command.append(database)
        case "postgresql":
            command = ["pg_dump", *_where(master), *options, database]
        case _:
            command = ["sqlite3", str(_file(master, database)), ".dump"]
    return _run(master, command)


def load(master: MasterHandle, database: str, text: bytes) -> None:
    """Have the client carry a file out in a database that is there, up to its first error."""
    match master.engine:
        case "mysql":
            command = ["mariadb", "--no-defaults", *_where(master), database]
        case "postgresql":
            command = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, *_where(master), database]
        case _:
            command = ["sqlite3", "-bail", str(_file(master, database))]
    _run(master, command, text)


def create(master: MasterHandle, database: str) -> None:
    """An empty database beside the master."""
    if master.engine == "sqlite":
        connection = master.raw(database)
        connection.execute("VACUUM")
        connection.close()
    else:
        master.execute(f"CREATE DATABASE {database}")


def content(master: MasterHandle, database: str, *ignored: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every base table but these, by an independent driver, in an order that depends on nothing else."""
    return {
        table: sorted(map(tuple, master.execute(f"SELECT * FROM {quoted(master, table)}", database=database)), key=repr)
        for table in tables(master, database)
        if table not in ignored
    }


def tables(master: MasterHandle, database: str) -> list[str]:
    """The names of the base tables, without the console's own marker."""
    query = {
        "mysql": "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
        " AND table_type = 'BASE TABLE'",
        "postgresql": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        " AND table_type = 'BASE TABLE'",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    }[master.engine]
    found = sorted(str(row[0]) for row in master.execute(query, database=database))
    return [name for name in found if name != "_pagevoo_console"]


def quoted(master: MasterHandle, name: str) -> str:
    return f"`{name}`" if master.engine == "mysql" else f'"{name}"'


def _where(master: MasterHandle) -> list[str]:
    assert master.server is not None
    letter, user = ("P", "-u") if master.engine == "mysql" else ("p", "-U")
    return ["-h", master.server.host, f"-{letter}", str(master.server.port), user, master.server.user]


def _file(master: MasterHandle, database: str) -> Path:
    assert master.directory is not None
    return master.directory / f"{database}.db"


def _run(master: MasterHandle, command: list[str], text: bytes = b"") -> bytes:
    password = {"MYSQL_PWD": master.password, "PGPASSWORD": master.password}
    done = subprocess.run(
        command, input=text, capture_output=True, timeout=60, check=False, env={"PATH": os.environ["PATH"], **password}
    )
    assert (done.returncode, done.stderr) == (0, b""), done.stderr[:2000]
    return done.stdout


def remove(master: MasterHandle, database: str) -> None:
    """Take a file of SQLite away again."""
    _file(master, database).unlink()
