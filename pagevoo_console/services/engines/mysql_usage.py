"""What each table of a MySQL or MariaDB database takes, and giving back to the disk what its files hold for nothing."""

from __future__ import annotations

import pymysql

from pagevoo_console.domain.database import TableSize
from pagevoo_console.domain.errors import Failed
from pagevoo_console.services.engines.mysql_databases import MARKER_TABLE, quoted
from pagevoo_console.services.engines.mysql_session import MysqlConnection
from pagevoo_console.services.engines.mysql_sizes import files_of
from pagevoo_console.services.jobs import JobContext

_THIS = "TABLE_SCHEMA = DATABASE() AND CAST(TABLE_SCHEMA AS BINARY) = CAST(DATABASE() AS BINARY)"


def table_sizes(connection: MysqlConnection) -> tuple[TableSize, ...]:
    """The files of InnoDB's tables less their free extents; without PROCESS, and for other engines, statistics."""
    rows = connection.rows(
        "SELECT TABLE_NAME, IFNULL(ENGINE, ''), IFNULL(TABLE_ROWS, 0), IFNULL(DATA_LENGTH, 0) +"
        f" IFNULL(INDEX_LENGTH, 0), IFNULL(DATA_FREE, 0) FROM information_schema.TABLES WHERE {_THIS}"
        " AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')"
    )
    files = files_of(connection)
    found = []
    for name, engine, count, length, free in rows:
        if name == MARKER_TABLE:
            continue
        has_file = files is not None and engine == "InnoDB" and name in files
        allocated = files[name] if files is not None and has_file else int(length)
        if not has_file and engine == "InnoDB":
            allocated += int(free) if files is None else 0
        reusable = min(allocated, int(free)) if has_file or files is None or engine != "InnoDB" else 0
        found.append(TableSize(str(name), int(count), allocated, reusable, exact=has_file))
    return tuple(sorted(found, key=lambda table: table.name))


def compact(connection: MysqlConnection, job: JobContext) -> None:
    """OPTIMIZE every base table: InnoDB rebuilds it. Raises Failed, naming the table, for what the server says."""
    tables = [
        str(name)
        for (name,) in connection.rows(
            f"SELECT TABLE_NAME FROM information_schema.TABLES WHERE {_THIS} AND TABLE_TYPE = 'BASE TABLE'"
            " AND ENGINE IN ('InnoDB', 'MyISAM', 'Aria') ORDER BY TABLE_NAME"
        )
    ]
    with connection.bounded(None):
        for number, name in enumerate(tables):
            job.progress(f"Compacting {name}", number, len(tables), "tables")
            try:
                answers = connection.rows(f"OPTIMIZE TABLE {quoted(name)}")
            except pymysql.err.ProgrammingError as error:
                raise Failed(f"The table {name!r} could not be compacted", hint="It may have been dropped.") from error
            for _, _, kind, text in answers:
                if kind == "Error":
                    raise Failed(
                        f"The table {name!r} could not be compacted: {text}",
                        code="not_compacted",
                        hint="It needs free disk of about its own size, and nobody who holds it. Nothing was lost.",
                    )
