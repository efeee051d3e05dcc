"""A MariaDB that holds a fleet of small tenant databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pymysql
from pymysql.constants import CLIENT

from tests.servers import MariadbServer

FIRST_TENANT = 1
FEATURES = (
    "CREATE TABLE installed_features (id BIGINT AUTO_INCREMENT PRIMARY KEY, feature_type VARCHAR(190) NOT NULL UNIQUE,"
    " configuration JSON, is_active BOOL NOT NULL DEFAULT 1, installed_at DATETIME DEFAULT CURRENT_TIMESTAMP)"
)
_TABLE = (
    "CREATE TABLE {name} (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(120) NOT NULL, body TEXT,"
    " created_at DATETIME, KEY by_name (name))"
)
_ROWS = (
    "INSERT INTO {name} (name, body, created_at) SELECT MD5(seq), REPEAT(MD5(seq + {tenant}), 12), NOW()"
    " FROM seq_1_to_{rows}"
)


def database_of(tenant: int) -> str:
    return f"pagevoo_website_{tenant}"


def fill(server: MariadbServer, tenants: int, *, tables: int = 12, rows: int = 1500, full: int = 3) -> None:
    """Make as many tenant databases, numbered from FIRST_TENANT; `full` of ten hold some hundred kilobytes of rows."""
    with closing(batches(server)) as connection:
        for tenant in range(FIRST_TENANT, FIRST_TENANT + tenants):
            name = database_of(tenant)
            statements = [f"CREATE DATABASE {name}", f"USE {name}", FEATURES]
            statements.append("INSERT INTO installed_features (feature_type) VALUES ('core'), ('shop')")
            statements += [_TABLE.format(name=f"shop_{number}") for number in range(1, tables)]
            if tenant % 10 < full:
                statements.append(_ROWS.format(name="shop_1", tenant=tenant, rows=rows))
            run(connection, statements)


def batches(server: MariadbServer, database: str | None = None) -> pymysql.Connection[Any]:
    """A connection that takes many statements at once."""
    return pymysql.connect(
        unix_socket=server.socket,
        user=server.user,
        password=server.password,
        database=database,
        autocommit=True,
        client_flag=CLIENT.MULTI_STATEMENTS,
        ssl_disabled=True,
    )


def run(connection: pymysql.Connection[Any], statements: list[str]) -> None:
    """Carry out statements in one round trip."""
    with connection.cursor() as cursor:
        cursor.execute(";".join(statements))
        while cursor.nextset():
            pass


def catalogue_sizes(connection: pymysql.Connection[Any]) -> dict[str, int]:
    """What the usual tools ask for: the sizes of all databases out of `information_schema.tables`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, SUM(data_length + index_length) FROM information_schema.tables GROUP BY table_schema"
        )
        return {str(name): int(size or 0) for name, size in cursor.fetchall()}


def statistics(connection: pymysql.Connection[Any]) -> Iterator[tuple[Any, ...]]:
    """What InnoDB's statistics hold; they follow the rows after some seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(clustered_index_size), SUM(sum_of_other_index_sizes) FROM mysql.innodb_table_stats")
        yield from cursor.fetchall()
