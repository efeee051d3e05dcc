"""What MySQL and MariaDB databases record of their features: hundreds of them by one session and few statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pymysql
import sqlalchemy as sa

from pagevoo_console.domain.errors import ConsoleError, NotFound
from pagevoo_console.domain.server import Server
from pagevoo_console.services.engines.base import FeatureRecord, OpenDatabase
from pagevoo_console.services.engines.mysql_databases import name_problem, quoted
from pagevoo_console.services.engines.mysql_errors import explain, number_of
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection

_UNION_SIZE = 200
_NO_TABLE = "no_features_table"

_Rows = list[tuple[Any, Any]]


def feature_rows(
    server: sa.Connection, names: Sequence[str], open_database: OpenDatabase
) -> Iterator[tuple[str, FeatureRecord | ConsoleError]]:
    """Two hundred databases a statement; where one of them breaks it, each half is asked for itself.

    `open_database` is not needed here: qualified names reach every database from one session.
    """
    connection = driver_connection(server)
    known = [name for name in names if name_problem(name) is None]
    for name in names:
        if name_problem(name) is not None:
            yield name, NotFound(f"There is no database {name!r}", hint="Look at the registry's row.")
    address = server.info.get("server")
    migrated = _with_revisions(connection)
    for start in range(0, len(known), _UNION_SIZE):
        part = known[start : start + _UNION_SIZE]
        features = dict(_rows_of_each(connection, address, part, "installed_features", "feature_type", "is_active"))
        readable = [name for name in part if name in migrated and not isinstance(features[name], ConsoleError)]
        heads = dict(_rows_of_each(connection, address, readable, "console_features", "version_num", "NULL"))
        for name in part:
            yield name, _record(features[name], heads.get(name, []))


def _with_revisions(connection: MysqlConnection) -> frozenset[str]:
    """Databases that a lineage was ever run in, by their directory entries: no table is opened for this.

    A platform's own migrations leave a fleet without that table, and a union would break on each of them.
    """
    query = "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_NAME = 'console_features'"
    return frozenset(str(schema) for schema, _ in connection.rows(query))


def _record(features: _Rows | ConsoleError, heads: _Rows | ConsoleError) -> FeatureRecord | ConsoleError:
    """Both answers of one database together; one that no lineage was ever run in has no table of revisions."""
    if isinstance(features, ConsoleError):
        return features
    if isinstance(heads, ConsoleError):
        if heads.code != _NO_TABLE:
            return heads
        heads = []
    return FeatureRecord(
        {str(feature): bool(is_active) for feature, is_active in features}, tuple(str(head) for head, _ in heads)
    )


def _rows_of_each(
    connection: MysqlConnection, address: Server | None, names: list[str], table: str, text: str, other: str
) -> Iterator[tuple[str, _Rows | ConsoleError]]:
    """The rows of a table of the same name in each of these databases; an error of one stands in its place."""
    if not names:
        return
    selects = [
        f"SELECT {number} AS n, CONVERT({text} USING utf8mb4) COLLATE utf8mb4_bin AS t, {other} AS o"
        f" FROM {quoted(name)}.{table}"
        for number, name in enumerate(names)
    ]
    try:
        found = connection.rows(" UNION ALL ".join(selects))
    except pymysql.Error as error:
        explained = explain(error, address)
        if not connection.open:
            raise explained from error
        if len(names) == 1:
            yield names[0], _of_database(explained, error, names[0], table)
            return
        middle = len(names) // 2
        yield from _rows_of_each(connection, address, names[:middle], table, text, other)
        yield from _rows_of_each(connection, address, names[middle:], table, text, other)
        return
    rows: list[_Rows] = [[] for _ in names]
    for number, *values in found:
        rows[number].append((values[0], values[1]))
    yield from zip(names, rows, strict=True)


def _of_database(explained: ConsoleError, error: pymysql.Error, name: str, table: str) -> ConsoleError:
    match number_of(error):
        case 1049:
            return NotFound(f"There is no database {name!r}", hint="It may have been dropped; look at the registry.")
        case 1146:
            return NotFound(
                f"The database {name!r} has no table {table}",
                code=_NO_TABLE,
                hint="Install the core feature, or look whose database it is.",
            )
    return explained
