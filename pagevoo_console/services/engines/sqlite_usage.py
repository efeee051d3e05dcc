"""What each table of a SQLite database takes, and giving back to the disk what its file holds for nothing."""

from __future__ import annotations

from pagevoo_console.domain.database import TableSize
from pagevoo_console.services.engines.sqlite_schema import is_measured, table_facts
from pagevoo_console.services.engines.sqlite_session import SqliteSession
from pagevoo_console.services.jobs import JobContext


def table_sizes(session: SqliteSession) -> tuple[TableSize, ...]:
    """Pages of the table and its indexes; free pages are the file's, no table's. Shared out by rows in a large file."""
    exact = is_measured(session)
    return tuple(
        TableSize(facts.name, facts.rows_estimated, facts.size_bytes, exact=exact) for facts in table_facts(session)
    )


def compact(session: SqliteSession, job: JobContext) -> None:
    """VACUUM: the whole file is written anew, and nobody writes meanwhile."""
    job.progress("Compacting the file")
    with session.unbounded(), job.on_cancel(session.interrupt):
        session.execute("VACUUM")
        session.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
