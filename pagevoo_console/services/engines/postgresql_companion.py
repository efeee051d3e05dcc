"""A second session beside a dump's own, in the same snapshot: it hashes the tables while the first one copies them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

import psycopg
from psycopg import sql

from pagevoo_console.domain.backup import TableContent
from pagevoo_console.services.engines.postgresql_content import Relation, relation_content
from pagevoo_console.services.engines.postgresql_session import WatchedConnection, canceller, open_beside
from pagevoo_console.services.jobs import JobContext

_WORTHWHILE_BYTES = 8 * 1024 * 1024
"""Below this, opening a session takes longer than it saves."""

ContentOf = Callable[[Relation], TableContent]
"""The content of a table in the dump's snapshot. Not while a COPY of the dump is running."""


@contextmanager
def hashing(
    connection: WatchedConnection, snapshot: str | None, tables: Sequence[Relation], size_bytes: int, job: JobContext
) -> Iterator[ContentOf]:
    """Hash these tables, which `connection` has locked and reads in an exported snapshot, while the block runs.

    Where a second session is not to be had, or somebody waits for one of the tables, the first one hashes too.
    """
    is_worthwhile = snapshot is not None and size_bytes >= _WORTHWHILE_BYTES
    companion = _companion(connection, str(snapshot), tables) if is_worthwhile else None
    if companion is None:
        yield lambda table: relation_content(connection, table)
        return
    cancel = canceller(companion)
    try:
        with job.on_cancel(cancel), ThreadPoolExecutor(1, thread_name_prefix="hash") as thread:
            found = {table.oid: thread.submit(relation_content, companion, table) for table in tables}
            try:
                yield lambda table: found[table.oid].result()
            except BaseException:
                for future in found.values():
                    future.cancel()
                while wait(found.values(), timeout=0.05).not_done:
                    cancel()
                raise
    finally:
        companion.close()


def _companion(connection: WatchedConnection, snapshot: str, tables: Sequence[Relation]) -> WatchedConnection | None:
    """None also where a lock is not to be had at once: waiting behind one who waits for us would never end."""
    try:
        companion = open_beside(connection)
    except psycopg.Error:
        return None
    try:
        companion.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        companion.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))
        companion.execute("SET LOCAL synchronize_seqscans = off")
        companion.execute("SET LOCAL max_parallel_workers_per_gather = 0")  # the copying needs the processors
        for table in tables:
            companion.execute(f"LOCK TABLE ONLY {table.qualified} IN ACCESS SHARE MODE NOWAIT".encode())
    except psycopg.Error:
        companion.close()
        return None
    except BaseException:
        companion.close()
        raise
    return companion
