"""What rests on tables of a MySQL or MariaDB database."""

from __future__ import annotations

from collections.abc import Iterable

import pymysql

from pagevoo_console.services.engines.mysql_databases import quoted
from pagevoo_console.services.engines.mysql_session import MysqlConnection
from pagevoo_console.services.engines.mysql_text import tables_named, without_database, without_definer

_THIS = "TABLE_SCHEMA = DATABASE() AND CAST(TABLE_SCHEMA AS BINARY) = CAST(DATABASE() AS BINARY)"


def dependents(connection: MysqlConnection, tables: Iterable[str]) -> tuple[str, ...]:
    """Views that read these tables, and tables of other databases that refer to them, a clause each.

    DROP TABLE would leave such a view behind, broken. Views of other databases are among them as far as our account
    may see how they are made.
    """
    own = set(tables)
    return (*_views(connection, own), *_views_elsewhere(connection, own), *_foreign(connection, own))


def _views(connection: MysqlConnection, own: set[str]) -> list[str]:
    ((database,),) = connection.rows("SELECT DATABASE()")
    views = connection.rows(
        f"SELECT TABLE_NAME FROM information_schema.TABLES WHERE {_THIS} AND TABLE_TYPE = 'VIEW' ORDER BY TABLE_NAME"
    )
    found = []
    for (view,) in views:
        statement = str(connection.rows(f"SHOW CREATE VIEW {quoted(str(view))}")[0][1])
        read = tables_named(without_database(without_definer(statement), str(database)))
        found += [f"the view {view} reads {table}" for table in sorted(own & read)]
    return found


def _views_elsewhere(connection: MysqlConnection, own: set[str]) -> list[str]:
    """The server writes every table that a view reads with its database before it, quoted."""
    ((database,),) = connection.rows("SELECT DATABASE()")
    before = f"{quoted(str(database))}."
    views = connection.rows(
        "SELECT TABLE_SCHEMA, TABLE_NAME, VIEW_DEFINITION FROM information_schema.VIEWS"
        " WHERE CAST(TABLE_SCHEMA AS BINARY) <> CAST(DATABASE() AS BINARY)"
        " AND LOCATE(%s, CAST(VIEW_DEFINITION AS BINARY)) > 0 ORDER BY TABLE_SCHEMA, TABLE_NAME",
        (before.encode(),),
    )
    return [
        f"the view {schema}.{view} reads {table}"
        for schema, view, statement in views
        for table in sorted(own)
        if f"{before}{quoted(table)}" in _text(statement)
    ]


def _text(statement: str | bytes) -> str:
    return statement.decode(errors="replace") if isinstance(statement, bytes) else statement


def _foreign(connection: MysqlConnection, own: set[str]) -> list[str]:
    """Asked of InnoDB's own dictionary, which needs PROCESS; without it the server refuses such a drop by itself."""
    name = "CONVERT(CONVERT(CAST({0} AS BINARY) USING filename) USING utf8mb4)"
    database, table = "SUBSTRING_INDEX({0}, '/', 1)", "SUBSTRING({0}, LOCATE('/', {0}) + 1)"
    columns = ", ".join(
        name.format(part.format(of)) for part, of in ((database, "FOR_NAME"), (table, "FOR_NAME"), (table, "REF_NAME"))
    )
    dictionary = "INNODB_SYS_FOREIGN" if connection.is_mariadb else "INNODB_FOREIGN"
    try:
        rows = connection.rows(
            f"SELECT {columns} FROM information_schema.{dictionary} WHERE"
            f" CAST({database.format('REF_NAME')} AS BINARY) = CAST(CONVERT(DATABASE() USING filename) AS BINARY)"
            f" AND CAST({database.format('FOR_NAME')} AS BINARY) <> CAST({database.format('REF_NAME')} AS BINARY)"
        )
    except pymysql.err.OperationalError:
        return []
    return sorted(f"{other}.{referring} refers to {referred}" for other, referring, referred in rows if referred in own)
