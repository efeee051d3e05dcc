"""Databases for the tests of the lineages: sessions as the engines open them, and their definitions as text."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from tests.masters import MasterHandle

LINEAGES = (
    "pagevoo_master", "console", "core", "blog", "booking", "contact_form", "events", "file_hoster", "shop",
    "social_platform", "user_access", "video_sharing",
)  # fmt: skip
FEATURES = LINEAGES[3:]


@contextmanager
def opened(master: MasterHandle) -> Iterator[sa.Connection]:
    """A writable session in autocommit mode on this database."""
    url = sa.make_url(master.url).set(password=master.password or None)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def definitions(master: MasterHandle) -> dict[str, list[Any]]:
    """Each table's columns in order, and everything else that the server says of it, sorted. Read by a raw driver."""
    with opened(master) as connection:
        columns = {
            str(table): [column["name"] for column in found]
            for (_, table), found in sa.inspect(connection).get_multi_columns().items()
        }
    said = {"sqlite": _said_by_sqlite, "mysql": _said_by_mariadb, "postgresql": _said_by_postgresql}[master.engine]
    return {table: [columns[table], sorted(said(master, table))] for table in columns}


def _said_by_sqlite(master: MasterHandle, table: str) -> list[str]:
    rows = master.execute(f"SELECT sql FROM sqlite_master WHERE tbl_name = '{table}' AND sql IS NOT NULL")
    return [_plain(line) for (statement,) in rows for line in statement.splitlines()]


def _said_by_mariadb(master: MasterHandle, table: str) -> list[str]:
    ((_, statement),) = master.execute(f"SHOW CREATE TABLE `{table}`")
    return [_plain(line) for line in statement.splitlines()]


def _said_by_postgresql(master: MasterHandle, table: str) -> list[str]:
    rows = master.execute(
        "SELECT concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,"
        "  pg_get_expr(adbin, adrelid)) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
        f" WHERE attrelid = '{table}'::regclass AND attnum > 0"
        f" UNION ALL SELECT concat_ws(' ', conname, pg_get_constraintdef(oid)) FROM pg_constraint"
        f" WHERE conrelid = '{table}'::regclass"
        f" UNION ALL SELECT indexdef FROM pg_indexes WHERE tablename = '{table}'"
    )
    return [line for (line,) in rows]


def _plain(line: str) -> str:
    return line.strip().rstrip(",").strip()
