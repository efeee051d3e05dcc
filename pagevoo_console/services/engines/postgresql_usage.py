"""What each table of a PostgreSQL database takes, what it could take new rows into, and giving files back to the disk.

PostgreSQL keeps a map of free space that only an extension reads. Without that, what a VACUUM left free is estimated
from what VACUUM and ANALYZE themselves wrote down: pages, rows, and the width of their columns. The estimate leans to
the careful side: rows that were deleted and not yet vacuumed away, and all that came since, count as being there.
"""

from __future__ import annotations

from pagevoo_console.domain.database import TableSize
from pagevoo_console.services.engines.postgresql_definitions import OURS, no_member, rows_of
from pagevoo_console.services.engines.postgresql_names import qualified, shown_name
from pagevoo_console.services.engines.postgresql_session import WatchedConnection, canceller
from pagevoo_console.services.jobs import JobContext

_PAGE = "pg_catalog.current_setting('block_size')::bigint"
_ROW_OVERHEAD = 28
_PAGE_OVERHEAD = 24
_CHUNKS_A_PAGE = 4
_SLACK = 1.1
"""Pages are never packed as tightly as arithmetic would have it."""

_FILL = (
    "coalesce((SELECT option_value::float8 / 100 FROM pg_catalog.pg_options_to_table(c.reloptions)"
    " WHERE option_name = 'fillfactor'), 1)"
)
_PRESENT = (
    "(greatest({0}.reltuples, 0) + pg_catalog.pg_stat_get_dead_tuples({0}.oid)"
    " + pg_catalog.pg_stat_get_ins_since_vacuum({0}.oid))"
)
_HEAP = (
    "CASE WHEN width.known THEN greatest(0, c.relpages - 1 - ceil("
    f"{_PRESENT.format('c')} * (width.bytes + {_ROW_OVERHEAD}) * {_SLACK} / {_FILL} / ({_PAGE} - {_PAGE_OVERHEAD})))"
    " ELSE 0 END"
)
_TOAST = (
    "CASE WHEN toast.oid IS NOT NULL AND toast.reltuples >= 0 THEN greatest(0, toast.relpages - 1 - ceil("
    f"{_PRESENT.format('toast')} * {_SLACK} / {_CHUNKS_A_PAGE})) ELSE 0 END"
)
_TABLES = (
    "SELECT n.nspname, c.relname, greatest(0, CASE WHEN c.reltuples >= 0 THEN c.reltuples"
    "  ELSE pg_catalog.pg_stat_get_live_tuples(c.oid) END)::bigint,"
    " coalesce(pg_catalog.pg_total_relation_size(c.oid), 0)::bigint,"
    f" (({_HEAP} + {_TOAST}) * {_PAGE})::bigint"
    " FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_catalog.pg_class AS toast ON toast.oid = c.reltoastrelid"
    " LEFT JOIN LATERAL (SELECT count(*) = (SELECT count(*) FROM pg_catalog.pg_attribute AS a"
    "   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS known,"
    "  sum(s.avg_width) AS bytes FROM pg_catalog.pg_stats AS s"
    "  WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND NOT s.inherited) AS width ON true"
    f" WHERE c.relkind IN ('r', 'p', 'm') AND {OURS} AND {no_member('pg_class', 'c.oid')}"
)


def table_sizes(connection: WatchedConnection) -> tuple[TableSize, ...]:
    """Files of the table, its indexes and its long values; a partitioned table's are those of its partitions."""
    found = [
        TableSize(shown_name(schema, name), rows, size, min(size, reusable), exact=not reusable)
        for schema, name, rows, size, reusable in rows_of(connection, _TABLES)
    ]
    return tuple(sorted(found, key=lambda table: table.name))


def reusable(connection: WatchedConnection) -> int:
    """Bytes that new rows could go into, by estimate; 0 where nothing was vacuumed and analysed yet."""
    return sum(table.reusable for table in table_sizes(connection))


def reclaim(connection: WatchedConnection, job: JobContext) -> None:
    """A plain VACUUM: what was deleted can be used again, and is counted as such. Blocks nobody, skips what is held."""
    with job.on_cancel(canceller(connection)):
        connection.execute("VACUUM (ANALYZE, SKIP_LOCKED)")


def compact(connection: WatchedConnection, job: JobContext) -> None:
    """VACUUM FULL table by table: each is written anew, and nobody reads it meanwhile."""
    rows = rows_of(
        connection,
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class AS c"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
        f" WHERE c.relkind IN ('r', 'm') AND {OURS} ORDER BY 1, 2",
    )
    with job.on_cancel(canceller(connection)):
        for number, (schema, name) in enumerate(rows):
            job.progress(f"Compacting {shown_name(schema, name)}", number, len(rows), "tables")
            connection.execute(f"VACUUM (FULL, ANALYZE) {qualified(schema, name)}".encode())
