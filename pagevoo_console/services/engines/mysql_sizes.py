"""How large databases and tables are on MySQL and MariaDB: cheaply for all, honestly for one."""

from __future__ import annotations

from collections.abc import Iterable

import pymysql
import sqlalchemy as sa

from pagevoo_console.domain.database import DatabaseSize, TableFacts
from pagevoo_console.domain.errors import NotFound
from pagevoo_console.services.engines.mysql_databases import (
    MARKER_TABLE,
    SYSTEM_DATABASES,
    databases,
    name_problem,
)
from pagevoo_console.services.engines.mysql_errors import explain
from pagevoo_console.services.engines.mysql_session import MysqlConnection, driver_connection

_AT_ONCE = 200
_THIS = "TABLE_SCHEMA = DATABASE() AND CAST(TABLE_SCHEMA AS BINARY) = CAST(DATABASE() AS BINARY)"


def sizes(server: sa.Connection, names: Iterable[str] | None) -> dict[str, DatabaseSize]:
    """One look at InnoDB's persistent statistics for all databases, and the catalogue for those it does not know.

    The statistics follow an insert within some ten seconds and know nothing of other storage engines beside InnoDB's in
    the same database, so no figure is exact; `size` is. Where the account may not read them, or where they are not
    kept up to date, the files' sizes stand in, and the catalogue (which opens every table) for whoever may see neither.
    """
    connection = driver_connection(server)
    existing = databases(server)
    wanted = existing if names is None else existing & frozenset(names)
    if not wanted:
        return {}
    try:
        found = _from_statistics(connection, wanted)
        if found is None:
            found = _from_files(connection, wanted)
        unknown = wanted - found.keys() if found is not None else wanted
        found = {**(found or {}), **_from_catalogue(connection, unknown)}
    except pymysql.Error as error:
        raise explain(error, server.info.get("server")) from error
    return {name: DatabaseSize(found.get(name, 0), exact=False) for name in wanted}


def ceilings(server: sa.Connection) -> dict[str, int]:
    """The larger of what the files and what the statistics say, by database."""
    known = {name: size.allocated for name, size in sizes(server, None).items()}
    files = _from_files(driver_connection(server), frozenset(known)) or {}
    return {name: max(known[name], files.get(name, 0)) for name in known}


def _from_statistics(connection: MysqlConnection, wanted: frozenset[str]) -> dict[str, int] | None:
    """Bytes of the tables' and indexes' pages: what the catalogue says, without opening a table."""
    if not connection.value("SELECT @@global.innodb_stats_persistent AND @@global.innodb_stats_auto_recalc"):
        return None
    some = sorted(wanted) if len(wanted) <= _AT_ONCE else []
    condition = f"WHERE database_name IN ({', '.join(['%s'] * len(some))})" if some else ""
    try:
        rows = connection.rows(
            "SELECT CAST(database_name AS BINARY), @@innodb_page_size *"
            " SUM(clustered_index_size + sum_of_other_index_sizes)"
            f" FROM mysql.innodb_table_stats {condition} GROUP BY 1",
            some,
        )
    except pymysql.err.OperationalError:
        return None
    return _by_name(rows, wanted)


def _from_files(connection: MysqlConnection, wanted: frozenset[str]) -> dict[str, int] | None:
    """Bytes of the tables' files; needs PROCESS."""
    try:
        rows = connection.rows(
            "SELECT CAST(CONVERT(CONVERT(CAST(SUBSTRING_INDEX(NAME, '/', 1) AS BINARY) USING filename) USING utf8mb4)"
            f" AS BINARY), SUM(FILE_SIZE) FROM information_schema.{_tablespaces(connection)}"
            " WHERE NAME LIKE '%/%' GROUP BY 1"
        )
    except pymysql.err.OperationalError:
        return None
    return _by_name(rows, wanted)


def _from_catalogue(connection: MysqlConnection, names: Iterable[str]) -> dict[str, int]:
    """Opens the tables of these databases and of no other: only a schema named by itself is looked up, not sought."""
    unknown = sorted(names)
    found: dict[str, int] = {}
    for start in range(0, len(unknown), _AT_ONCE):
        some = unknown[start : start + _AT_ONCE]
        selects = [
            f"SELECT {number}, SUM(IFNULL(DATA_LENGTH, 0) + IFNULL(INDEX_LENGTH, 0))"
            " FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s"
            for number in range(len(some))
        ]
        for number, length in connection.rows(" UNION ALL ".join(selects), some):
            found[some[number]] = int(length or 0)
    return found


def _by_name(rows: list[tuple[bytes, object]], wanted: frozenset[str]) -> dict[str, int]:
    found = {bytes(name).decode(errors="replace"): int(str(size or 0)) for name, size in rows}
    return {name: size for name, size in found.items() if name in wanted and name not in SYSTEM_DATABASES}


def _tablespaces(connection: MysqlConnection) -> str:
    return "INNODB_SYS_TABLESPACES" if connection.is_mariadb else "INNODB_TABLESPACES"


def size(session: sa.Connection) -> DatabaseSize:
    """The files of its InnoDB tables and what is free in them, and the catalogue's word for tables without such a file.

    Statistics are not asked: after a large insert they would say too little. Without PROCESS the files cannot be seen
    and statistics are all there is; then the figure is not exact.
    """
    connection = driver_connection(session)
    try:
        tables = connection.rows(
            "SELECT TABLE_NAME, IFNULL(ENGINE, ''), IFNULL(DATA_LENGTH, 0) + IFNULL(INDEX_LENGTH, 0),"
            f" IFNULL(DATA_FREE, 0) FROM information_schema.TABLES WHERE {_THIS} AND TABLE_TYPE <> 'VIEW'"
        )
        files = files_of(connection)
    except pymysql.Error as error:
        raise explain(error, session.info.get("server")) from error
    if files is None:
        allocated = sum(int(length) + (int(free) if engine == "InnoDB" else 0) for _, engine, length, free in tables)
        return DatabaseSize(allocated, sum(int(free) for *_, free in tables), exact=False)
    allocated = sum(files.values())
    reusable = 0
    for name, engine, length, free in tables:
        if engine != "InnoDB" or name not in files:
            allocated += int(length)
        if engine != "InnoDB" or name in files:
            reusable += int(free)
    return DatabaseSize(allocated, min(allocated, reusable))


def files_of(connection: MysqlConnection) -> dict[str, int] | None:
    """Bytes of each InnoDB table's files by the table's name, partitions and full-text helpers included."""
    try:
        rows = connection.rows(
            "SELECT CONVERT(CONVERT(CAST(SUBSTRING(NAME, LOCATE('/', NAME) + 1) AS BINARY) USING filename) USING"
            f" utf8mb4), FILE_SIZE FROM information_schema.{_tablespaces(connection)} WHERE"
            " CAST(SUBSTRING_INDEX(NAME, '/', 1) AS BINARY) = CAST(CONVERT(DATABASE() USING filename) AS BINARY)"
        )
    except pymysql.err.OperationalError:
        return None
    files: dict[str, int] = {}
    for name, length in rows:
        table = str(name).split("#P#")[0].split("#p#")[0]
        files[table] = files.get(table, 0) + int(length)
    return files


def tables(session: sa.Connection) -> tuple[TableFacts, ...]:
    """Base tables by name; the marker table is the console's own."""
    connection = driver_connection(session)
    try:
        rows = connection.rows(
            "SELECT TABLE_NAME, IFNULL(TABLE_ROWS, 0), IFNULL(DATA_LENGTH, 0) + IFNULL(INDEX_LENGTH, 0)"
            f" FROM information_schema.TABLES WHERE {_THIS} AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')"
        )
    except pymysql.Error as error:
        raise explain(error, session.info.get("server")) from error
    found = (TableFacts(str(name), int(count), int(length)) for name, count, length in rows if name != MARKER_TABLE)
    return tuple(sorted(found, key=lambda table: table.name))


def ensure_table(connection: MysqlConnection, table: str) -> str:
    """What kind of table this is, in the server's word. Raises NotFound where there is none of exactly this name."""
    found = dict(
        connection.rows(
            f"SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE {_THIS} AND TABLE_NAME = %s", [table]
        )
    )
    if name_problem(table) is None and table in found:
        return str(found[table])
    raise NotFound(f"There is no table {table!r}", hint="It may have been dropped or renamed meanwhile.")
