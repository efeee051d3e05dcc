"""What is in one PostgreSQL database: its size, its tables, and a checksum of each table's rows by the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from pagevoo_console.domain.backup import TableContent
from pagevoo_console.domain.database import DatabaseSize, TableFacts
from pagevoo_console.domain.errors import NotFound
from pagevoo_console.services.engines.base import FeatureRecord
from pagevoo_console.services.engines.postgresql_checksum import Column, row_hash
from pagevoo_console.services.engines.postgresql_names import qualified, quote, shown_name
from pagevoo_console.services.engines.postgresql_session import WatchedConnection, canceller
from pagevoo_console.services.engines.postgresql_usage import reusable
from pagevoo_console.services.jobs import JobContext

USER_SCHEMAS = "nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'"  # as CREATE SCHEMA itself reserves pg_
"""A condition on pg_namespace: the schemas that are the tenant's."""

_UTF8_BYTES = ("UTF8", "SQL_ASCII")

NOT_OF_AN_EXTENSION = (
    "NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS member WHERE member.classid = 'pg_catalog.pg_class'::regclass"
    " AND member.objid = c.oid AND member.deptype = 'e')"
)


@dataclass(frozen=True, slots=True)
class Relation:
    """A table: its oid, its name and the columns that hold values of their own, in their order.

    One that `is_partitioned` holds no row itself.
    """

    oid: int
    schema: str
    name: str
    columns: tuple[Column, ...]
    is_partitioned: bool = False

    @property
    def shown(self) -> str:
        return shown_name(self.schema, self.name)

    @property
    def qualified(self) -> str:
        return qualified(self.schema, self.name)

    @property
    def column_list(self) -> str:
        return ", ".join(quote(column.name) for column in self.columns)


def size(connection: WatchedConnection) -> DatabaseSize:
    """Allocated are the files. Reusable is read where pg_freespacemap is installed, and else estimated."""
    row = connection.execute(
        "SELECT pg_catalog.pg_database_size(d.oid), (SELECT n.nspname FROM pg_catalog.pg_extension AS e"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'pg_freespacemap')"
        " FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()"
    ).fetchone()
    assert row is not None
    allocated, map_schema = row
    if map_schema is None:
        free = min(int(allocated), reusable(connection))
        return DatabaseSize(int(allocated), free, exact=not free)
    function = qualified(map_schema, "pg_freespace")
    try:
        mapped = connection.execute(
            f"SELECT coalesce(sum(space.avail), 0) FROM pg_catalog.pg_class AS c"
            f" JOIN pg_catalog.pg_namespace ON pg_namespace.oid = c.relnamespace, {function}(c.oid) AS space"
            f" WHERE c.relkind IN ('r', 'm') AND {USER_SCHEMAS}".encode()
        ).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return DatabaseSize(int(allocated))
    return DatabaseSize(int(allocated), int(mapped[0]) if mapped else 0, exact=False)


def tables(connection: WatchedConnection) -> tuple[TableFacts, ...]:
    """A table that was never analysed is counted by the statistics collector instead of by the planner's estimate."""
    rows = connection.execute(
        "SELECT nspname, c.relname, greatest(0, CASE WHEN c.reltuples >= 0 THEN c.reltuples"
        " ELSE pg_catalog.pg_stat_get_live_tuples(c.oid) END)::bigint, pg_catalog.pg_total_relation_size(c.oid)"
        " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace ON pg_namespace.oid = c.relnamespace"
        f" WHERE c.relkind IN ('r', 'p') AND {USER_SCHEMAS} AND {NOT_OF_AN_EXTENSION}".encode()
    ).fetchall()
    found = [TableFacts(shown_name(schema, name), rows_, size_ or 0) for schema, name, rows_, size_ in rows]
    return tuple(sorted(found, key=lambda table: table.name))


def relations(connection: WatchedConnection, kinds: str = "r") -> tuple[Relation, ...]:
    """The tables of these kinds ("r" plain, "p" partitioned) by name. Tables of extensions are the extension's."""
    rows = connection.execute(
        "SELECT c.oid::bigint, nspname, c.relname, ARRAY(SELECT ARRAY[a.attname::text, CASE WHEN t.typnamespace ="
        "  'pg_catalog'::regnamespace THEN t.typname::text ELSE '' END, a.attnotnull::text]"
        "  FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid"
        "  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum),"
        " c.relkind = 'p'"
        " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace ON pg_namespace.oid = c.relnamespace"
        f" WHERE c.relkind = ANY (%s) AND {USER_SCHEMAS.replace('%', '%%')} AND {NOT_OF_AN_EXTENSION}".encode(),
        [list(kinds)],
    ).fetchall()
    found = [
        Relation(
            oid,
            schema,
            name,
            tuple(Column(each, kind, required == "true") for each, kind, required in columns),
            is_partitioned,
        )
        for oid, schema, name, columns, is_partitioned in rows
    ]
    return tuple(sorted(found, key=lambda relation: relation.shown))


def content(connection: WatchedConnection, table: str, job: JobContext) -> TableContent:
    """The rows of this very table, without those of its children; of a partitioned one those of its partitions.

    Raises NotFound for a table that is not there.
    """
    found = {relation.oid: relation for relation in relations(connection, "rp")}
    for relation in found.values():
        if relation.shown == table:
            with job.on_cancel(canceller(connection)):
                if not relation.is_partitioned:
                    return relation_content(connection, relation)
                leaves = leaves_of(connection).get(relation.oid, [])
                return sum_of([relation_content(connection, found[leaf]) for leaf in leaves])
    raise NotFound(f"There is no table {table!r}", hint="It may have been dropped or renamed meanwhile.")


def leaves_of(connection: WatchedConnection) -> dict[int, list[int]]:
    """The tables that hold the rows of each partitioned one, by their oids."""
    leaves: dict[int, list[int]] = {}
    for root, leaf in connection.execute(
        "WITH RECURSIVE below(root, oid) AS (SELECT partrelid, partrelid FROM pg_catalog.pg_partitioned_table"
        "  UNION ALL SELECT root, inhrelid FROM below JOIN pg_catalog.pg_inherits ON inhparent = below.oid)"
        " SELECT root::bigint, c.oid::bigint FROM below JOIN pg_catalog.pg_class AS c ON c.oid = below.oid"
        " WHERE c.relkind = 'r' ORDER BY 1, 2"
    ):
        leaves.setdefault(root, []).append(leaf)
    return leaves


def sum_of(parts: Sequence[TableContent]) -> TableContent:
    """The content of a table that consists of these."""
    return TableContent(sum(part.rows for part in parts), str(sum(int(part.checksum) for part in parts)))


def relation_content(connection: WatchedConnection, relation: Relation) -> TableContent:
    """One scan. The rows' 64-bit hashes are summed, so that neither order nor the plan matters and duplicates count.

    Every session of ours has the settings under which a value's text is exact; an empty search_path makes names in
    values complete.
    """
    digest = row_hash(relation.columns, is_utf8=connection.info.parameter_status("server_encoding") in _UTF8_BYTES)
    statement = f"SELECT count(*), coalesce(sum({digest}), 0)::text FROM ONLY {relation.qualified}"
    with connection.transaction():
        connection.execute("SET LOCAL search_path = ''")
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    count, checksum = row
    return TableContent(int(count), str(checksum))


def feature_rows(connection: WatchedConnection) -> FeatureRecord:
    """Both tables in one statement; where no lineage was ever run there is only the first."""
    features = "SELECT feature_type::text, is_active, false FROM installed_features"
    try:
        rows = connection.execute(
            f"{features} UNION ALL SELECT version_num::text, NULL, true FROM console_features"
        ).fetchall()
    except psycopg.errors.UndefinedTable:
        rows = connection.execute(features).fetchall()
    return FeatureRecord(
        {str(name): bool(is_active) for name, is_active, is_head in rows if not is_head},
        tuple(str(revision) for revision, _, is_head in rows if is_head),
    )
