"""Puts the tenant of `tenant_rows` into a database of a throw-away server."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pymysql

from benchmarks.tenant_rows import TABLES, Table
from tests.servers import MariadbServer, PostgresqlServer

DATABASE = "pagevoo_website_1"
LOADING = {"local-infile": "ON"}
"""What a MariaDB must allow for rows to be loaded quickly."""


def make_mariadb_tenant(server: MariadbServer, directory: Path, megabytes: int, database: str = DATABASE) -> None:
    """A database with the tenant's rows; the server must have been started with LOADING."""
    server.execute(f"CREATE DATABASE IF NOT EXISTS {database}")
    connection = pymysql.connect(
        unix_socket=server.socket, user=server.user, password=server.password, database=database, autocommit=True,
        charset="utf8mb4", local_infile=True, ssl_disabled=True,
    )  # fmt: skip
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("SET unique_checks = 0")
        for table in TABLES:
            for statement in table.statements("mysql"):
                cursor.execute(statement)
            path = table.write(directory, megabytes)
            _load(cursor, table, path)
            path.unlink()


def make_postgresql_tenant(server: PostgresqlServer, directory: Path, megabytes: int) -> None:
    """The same on PostgreSQL, vacuumed, so that no background work falls into a measurement."""
    server.execute(f"CREATE DATABASE {DATABASE}")
    with psycopg.connect(
        host=server.socket, port=server.port, user=server.user, password=server.password, dbname=DATABASE,
        autocommit=True,
    ) as connection:  # fmt: skip
        for table in TABLES:
            for statement in table.statements("postgresql"):
                connection.execute(statement.encode())
            path = table.write(directory, megabytes)
            copying = f"COPY {table.name} ({', '.join(table.names)}) FROM STDIN".encode()
            with connection.cursor().copy(copying) as copy, path.open("rb") as file:
                while block := file.read(1024 * 1024):
                    copy.write(block)
            path.unlink()
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _load(cursor: pymysql.cursors.Cursor, table: Table, path: Path) -> None:
    names, settings = list(table.names), ""
    if "content" in names:
        names[names.index("content")] = "@content"
        settings = " SET content = UNHEX(SUBSTR(@content, 3))"
    given: list[Any] = [str(path)]
    cursor.execute(
        f"LOAD DATA LOCAL INFILE %s INTO TABLE {table.name} CHARACTER SET utf8mb4 ({', '.join(names)}){settings}", given
    )
