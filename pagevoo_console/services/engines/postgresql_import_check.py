"""Whether a database into which a foreign dump was carried out may take the place of a tenant's. Runs none of it."""

from __future__ import annotations

from pagevoo_console.services.engines.postgresql_session import WatchedConnection
from pagevoo_console.services.jobs import JobContext

_MOST = 20
_NOT_OF_AN_EXTENSION = (
    " AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend AS d WHERE d.objid = o.oid AND d.deptype = 'e')"
)
_QUESTIONS = (
    (
        "The function {} works with the rights of its owner",
        "SELECT o.oid::regprocedure::text FROM pg_catalog.pg_proc AS o JOIN pg_catalog.pg_namespace AS n"
        " ON n.oid = o.pronamespace WHERE o.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        + _NOT_OF_AN_EXTENSION,
    ),
    (
        "The foreign table {} has its rows elsewhere",
        "SELECT ftrelid::regclass::text FROM pg_catalog.pg_foreign_table",
    ),
    ("The server {} is another machine", "SELECT srvname FROM pg_catalog.pg_foreign_server"),
    ("The event trigger {} would work by itself", "SELECT evtname FROM pg_catalog.pg_event_trigger"),
    (
        "The constraint {} was never checked",
        "SELECT conname || ' of ' || conrelid::regclass::text FROM pg_catalog.pg_constraint WHERE NOT convalidated",
    ),
    (
        "The index {} is not valid",
        "SELECT indexrelid::regclass::text FROM pg_catalog.pg_index WHERE NOT indisvalid",
    ),
)


def problems(connection: WatchedConnection, job: JobContext) -> tuple[str, ...]:
    """In sentences; at most `_MOST` of each kind. The server itself has checked every key that is there."""
    found = []
    for sentence, query in _QUESTIONS:
        job.check()
        rows = connection.execute(f"{query} LIMIT {_MOST}".encode()).fetchall()
        found += [sentence.format(name) for (name,) in rows]
    return tuple(found)
